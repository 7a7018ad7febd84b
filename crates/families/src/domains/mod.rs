//! Custom domains: one entry for record, verification, binding and certificate.

mod certificates;
mod check;
mod edge;
mod expand;
mod import;
mod model;
mod recognise;

use topology::Section;
use topology::section::{Keys, Naming, Of, Stands};

pub use certificates::certificate_name;
pub use model::{Binding, Certificate, Domain, VaultCertificate};
pub(crate) use recognise::{found, ttl_of};

/// Certificates that App Service binds.
pub const CERTIFICATE: &str = "Microsoft.Web/certificates";

/// Host names that are bound to a site.
const BINDING: &str = "Microsoft.Web/sites/hostNameBindings";

/// Custom domains.
pub static DOMAINS: Section = Section {
    key: "domains",
    noun: "a domain",
    plural: "domains",
    about: "Custom domains by host name",
    naming: Naming::Key,
    default_key: "",
    stands: Stands::Global,
    keys: Keys::Host,
    named: &[],
    entries: Some(&Of::<Domain>::ALL),
    page: include_str!("page.md"),
    explanations: check::EXPLANATIONS,
    ..Section::PLAIN
};
