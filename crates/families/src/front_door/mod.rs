//! Front Door profiles: one entrance in the world, and the origins behind it.

mod check;
mod expand;
mod explain;
mod import;
mod model;

use topology::Section;
use topology::section::{Arm, Keys, NameRule, Of, Stands};

pub use model::{FrontDoor, OriginGroup, Route, Tier};

/// The type of profiles.
pub(crate) const PROFILE: &str = "Microsoft.Cdn/profiles";

static NAME: NameRule = NameRule::new("Front Door profile", 1, 90, "-");
static ENDPOINT_NAME: NameRule = NameRule::new("Front Door endpoint", 2, 46, "-");

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
    ],
    entries: Some(&Of::<FrontDoor>::ALL),
    page: include_str!("page.md"),
    explanations: explain::EXPLANATIONS,
    ..Section::PLAIN
};
