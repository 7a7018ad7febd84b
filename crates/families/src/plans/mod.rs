//! The App Service plan of a stamp, and what scales it.

mod check;
mod expand;
mod explain;
mod import;
mod model;

use resource::types;
use topology::Section;
use topology::section::{Addressed, Arm, NameRule, Naming, Of, Stands};

pub(crate) use check::{has_backups, sleeps, takes_traffic_manager};
pub(crate) use expand::id;
pub use model::{Autoscale, Os, Plan, ScaleRule};

static NAME: NameRule =
    NameRule { not_first: "", not_last: "", ..NameRule::new("App Service plan", 1, 60, "-_") };
static AUTOSCALE_NAME: NameRule =
    NameRule { not_first: "", not_last: "", ..NameRule::new("autoscale setting", 1, 260, "-_.()") };

/// The plan of a stamp.
pub static PLAN: Section = Section {
    key: "plan",
    noun: "a plan",
    plural: "plans",
    about: "The App Service plan of the stamp's apps",
    arm: Arm::Type(types::PLAN),
    abbreviations: &["asp"],
    naming: Naming::OfStamp,
    name: Some(&NAME),
    default_key: "plan",
    stands: Stands::Stamp,
    addressed: Addressed::Alone,
    entries: Some(&Of::<Plan>::ALL),
    explanations: explain::EXPLANATIONS,
    ..Section::PLAIN
};
