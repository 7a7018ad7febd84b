//! Management locks: what nobody may delete or change.

mod expand;
mod import;
mod model;

use resource::types::LOCK;
use topology::Section;
use topology::section::{Addressed, Arm, NameRule, Naming, Of, Stands};

pub use model::{Lock, LockLevel};

static NAME: NameRule =
    NameRule { not_first: "", not_last: "", ..NameRule::new("lock", 1, 90, "-_.()") };

/// Management locks.
pub static LOCKS: Section = Section {
    key: "locks",
    noun: "a lock",
    plural: "locks",
    about: "Management locks",
    arm: Arm::Type(LOCK),
    abbreviations: &["lock"],
    naming: Naming::Short,
    name: Some(&NAME),
    stands: Stands::Global,
    addressed: Addressed::Never,
    named: &[],
    entries: Some(&Of::<Lock>::ALL),
    page: include_str!("page.md"),
    ..Section::PLAIN
};
