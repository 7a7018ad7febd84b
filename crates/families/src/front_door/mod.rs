//! Front Door profiles: one entrance in the world, and the origins behind it.

mod check;
mod conditions;
mod expand;
mod explain;
mod import;
mod model;
mod rules;
mod steer;
mod storage;
mod waf;

use resource::ResourceId;
use topology::section::{Arm, Keys, NameRule, Of, Stands, Unique};
use topology::{Section, Topology};

use crate::domains::Domain;

pub use conditions::{Conditions, Test};
pub use model::{FrontDoor, OriginGroup, Route, Tier};
pub use waf::{Firewall, Waf};

/// The type of profiles.
pub(crate) const PROFILE: &str = "Microsoft.Cdn/profiles";

static NAME: NameRule = NameRule::new("Front Door profile", 1, 90, "-");
// Azure gives one name in a tenant one host, so one endpoint of it alone may bear it.
static ENDPOINT_NAME: NameRule =
    NameRule { unique: Unique::Cloud, ..NameRule::new("Front Door endpoint", 2, 46, "-") };

/// Front Door profiles.
pub static FRONT_DOOR: Section = Section {
    key: "frontDoor",
    noun: "a Front Door profile",
    plural: "Front Door profiles",
    about: "Front Door profiles",
    arm: Arm::Type(PROFILE),
    abbreviations: &["afd"],
    name: Some(&NAME),
    stands: Stands::Global,
    named: &[
        ("tags", Keys::Word),
        ("origins", Keys::Word),
        ("origins.*.hosts", Keys::Word),
        ("origins.*.weights", Keys::Word),
        ("routes", Keys::Word),
        ("rules", Keys::Word),
        ("rules.*", Keys::Word),
        ("rules.*.*.if.header", Keys::Word),
        ("rules.*.*.if.cookie", Keys::Word),
        ("rules.*.*.then.setRequestHeader", Keys::Word),
        ("rules.*.*.then.appendRequestHeader", Keys::Word),
        ("rules.*.*.then.setResponseHeader", Keys::Word),
        ("rules.*.*.then.appendResponseHeader", Keys::Word),
        ("waf.rules", Keys::Word),
        ("waf.rules.*.if.header", Keys::Word),
        ("waf.rules.*.if.cookie", Keys::Word),
    ],
    entries: Some(&Of::<FrontDoor>::ALL),
    page: include_str!("page.md"),
    explanations: explain::EXPLANATIONS,
    ..Section::PLAIN
};

/// Returns the endpoint of a profile.
pub(crate) fn endpoint_id(profile: &ResourceId, front: &FrontDoor) -> ResourceId {
    profile.child("afdEndpoints", &front.endpoint)
}

/// Tells whether a domain leads to a profile.
fn is_led_to(topology: &Topology, domain: &Domain, front: &FrontDoor) -> bool {
    let found = topology.find::<FrontDoor>(&domain.route_to.value);
    found.is_some_and(|found| std::ptr::eq(found, front))
}

/// Returns what puts the firewall of a profile before its hosts, if it has one.
pub(crate) fn firewall_id(profile: &ResourceId, front: &FrontDoor) -> Option<ResourceId> {
    waf::of(front).map(|waf| waf::link_id(profile, &waf))
}

/// Returns the routes of a profile that take requests.
pub(crate) fn route_ids(profile: &ResourceId, front: &FrontDoor) -> Vec<ResourceId> {
    let endpoint = endpoint_id(profile, front);
    let routes = front.routes.iter().filter(|(_, route)| route.is_enabled());
    routes.map(|(name, _)| endpoint.child("routes", name)).collect()
}

/// Returns what a host name is in a profile.
pub(crate) fn domain_id(profile: &ResourceId, host: &str) -> ResourceId {
    profile.child("customDomains", &host.replace("*.", "wildcard.").replace('.', "-"))
}
