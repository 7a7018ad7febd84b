//! The escape hatch: any ARM resource.

mod check;
mod expand;
mod import;
mod model;

use topology::Section;
use topology::section::{Arm, Naming, Of};

pub use model::Resource;

/// The escape hatch.
pub static RESOURCES: Section = Section {
    key: "resources",
    noun: "an entry of `resources`",
    plural: "entries of `resources`",
    about: "Any other ARM resource",
    arm: Arm::Said,
    naming: Naming::Key,
    entries: Some(&Of::<Resource>::ALL),
    explanations: check::EXPLANATIONS,
    ..Section::PLAIN
};
