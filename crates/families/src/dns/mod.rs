//! DNS zones and their records.

mod check;
mod expand;
mod import;
mod model;

use resource::types::ZONE;
use topology::Section;
use topology::section::{Arm, Keys, Naming, Of, Stands};

pub(crate) use check::is_host;
pub(crate) use expand::{host, zone_id};
pub use model::{AliasType, Caa, DnsZone, LockPolicy, Mx, RecordSet, Srv, zone_of};

/// DNS zones.
pub static DNS: Section = Section {
    key: "dns",
    noun: "a DNS zone",
    plural: "zones",
    about: "DNS zones by domain",
    arm: Arm::Type(ZONE),
    naming: Naming::Key,
    default_key: "",
    stands: Stands::Global,
    keys: Keys::Host,
    named: &[("tags", Keys::Word), ("records", Keys::Host)],
    entries: Some(&Of::<DnsZone>::ALL),
    page: include_str!("page.md"),
    explanations: check::EXPLANATIONS,
    ..Section::PLAIN
};
