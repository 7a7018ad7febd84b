//! Key vaults.

mod check;
mod expand;
mod import;
mod model;

use topology::Section;
use topology::section::{Arm, GlobalBand, NameRule, Of, Unique};

pub(crate) use check::rights;
pub(crate) use expand::access;
pub(crate) use import::access as imported_access;
pub use model::{AccessPolicy, Vault, VaultAccess, VaultSku};

/// Key vaults, as resources.
const KEY_VAULT: &str = "Microsoft.KeyVault/vaults";

static NAME: NameRule = NameRule {
    double_hyphen: false,
    unique: Unique::Cloud,
    ..NameRule::new("key vault", 3, 24, "-")
};

/// Key vaults.
pub static VAULTS: Section = Section {
    key: "vaults",
    noun: "a key vault",
    plural: "key vaults",
    about: "Key vaults",
    arm: Arm::Type(KEY_VAULT),
    abbreviations: &["kv"],
    name: Some(&NAME),
    band: GlobalBand::Data,
    uses: &[""],
    entries: Some(&Of::<Vault>::ALL),
    page: include_str!("page.md"),
    explanations: check::EXPLANATIONS,
    ..Section::PLAIN
};
