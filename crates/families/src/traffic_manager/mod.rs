//! Traffic Manager profiles: one answer of many, by DNS.

mod check;
mod expand;
mod explain;
mod import;
mod model;
mod notices;
mod ranges;

use resource::types::PROFILE;
use topology::Section;
use topology::section::{Arm, Keys, NameRule, Of, Stands, Unique};

pub(crate) use check::{expected_body, host_header, needs_addresses};
pub(crate) use expand::host as host_of;
pub use model::{
    Endpoint, EndpointTarget, Interface, InterfaceKind, Monitor, MonitorProtocol, Routing,
    TrafficManager,
};
pub use ranges::{StatusRange, SubnetRange};

static NAME: NameRule = NameRule::new("Traffic Manager profile", 1, 63, "-.");
static DNS_NAME: NameRule =
    NameRule { unique: Unique::Cloud, ..NameRule::new("Traffic Manager DNS name", 1, 63, "-.") };

/// Traffic Manager profiles.
pub static TRAFFIC_MANAGER: Section = Section {
    key: "trafficManager",
    noun: "a Traffic Manager profile",
    plural: "profiles",
    about: "Traffic Manager profiles",
    arm: Arm::Type(PROFILE),
    abbreviations: &["traf"],
    name: Some(&NAME),
    stands: Stands::Global,
    named: &[
        ("tags", Keys::Word),
        ("monitor.headers", Keys::Word),
        ("endpoints", Keys::Word),
        ("endpoints.*.headers", Keys::Word),
    ],
    entries: Some(&Of::<TrafficManager>::ALL),
    page: include_str!("page.md"),
    explanations: explain::EXPLANATIONS,
    ..Section::PLAIN
};
