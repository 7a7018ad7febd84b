//! Web apps and function apps, with all that is said of them.

mod check;
mod expand;
mod explain;
mod import;
mod model;

use resource::types;
use topology::section::{Addressed, Arm, Keys, NameRule, Of, Stands, Unique};
use topology::{Section, Stamp, Target, Topology};

pub use check::{Asks, router_is_let_in};
pub use model::*;

static NAME: NameRule = NameRule { unique: Unique::Cloud, ..NameRule::new("app", 2, 60, "-") };

/// Web apps and function apps.
pub static APPS: Section = Section {
    key: "apps",
    noun: "an app",
    plural: "apps",
    about: "Web apps and function apps",
    arm: Arm::Type(types::SITE),
    abbreviations: &["app", "func"],
    name: Some(&NAME),
    default_key: "web",
    stands: Stands::Stamp,
    addressed: Addressed::ByKey,
    named: &[
        ("tags", Keys::Word),
        // Settings of a Linux app are told apart by case when they are read, but App Service
        // refuses two of them in one document as it refuses two tags.
        ("settings", Keys::Word),
        ("connectionStrings", Keys::Word),
    ],
    entries: Some(&Of::<App>::ALL),
    explanations: explain::EXPLANATIONS,
    ..Section::PLAIN
};

/// Returns the app that a reference names, if it is one of this topology, and its stamp.
pub fn find<'t>(topology: &'t Topology, target: &Target) -> Option<(&'t Stamp, &'t App)> {
    let (stamp, _) = target.as_entry::<App>()?;
    Some((topology.stamps.get(stamp?)?, topology.find(target)?))
}
