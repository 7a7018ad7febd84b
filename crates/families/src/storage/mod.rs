//! Storage accounts.

mod check;
mod expand;
mod import;
mod model;

use resource::types::STORAGE_ACCOUNT;
use topology::Section;
use topology::section::{Arm, GlobalBand, NameRule, Naming, Of, Unique};

pub use model::{AccessTier, Redundancy, Storage, StorageKind};

static NAME: NameRule = NameRule {
    lower_case: true,
    unique: Unique::Cloud,
    ..NameRule::new("storage account", 3, 24, "")
};

/// Storage accounts.
pub static STORAGE: Section = Section {
    key: "storage",
    noun: "a storage account",
    plural: "storage accounts",
    about: "Storage accounts",
    arm: Arm::Type(STORAGE_ACCOUNT),
    abbreviations: &["st"],
    naming: Naming::Squeezed,
    name: Some(&NAME),
    band: GlobalBand::Data,
    uses: &["", "queue", "host"],
    holds_lock: true,
    entries: Some(&Of::<Storage>::ALL),
    page: include_str!("page.md"),
    explanations: check::EXPLANATIONS,
    ..Section::PLAIN
};
