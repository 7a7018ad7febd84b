//! Managed identities that live apart from the apps that use them.

mod expand;
mod import;
mod model;

use topology::Section;
use topology::section::{Arm, NameRule, Of};

pub use model::Identity;

/// Managed identities that are resources of their own.
pub const IDENTITY: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

static NAME: NameRule =
    NameRule { not_last: "", ..NameRule::new("managed identity", 3, 128, "-_") };

/// Managed identities.
pub static IDENTITIES: Section = Section {
    key: "identities",
    noun: "an identity",
    plural: "identities",
    about: "Managed identities",
    arm: Arm::Type(IDENTITY),
    abbreviations: &["id"],
    name: Some(&NAME),
    entries: Some(&Of::<Identity>::ALL),
    page: include_str!("page.md"),
    ..Section::PLAIN
};
