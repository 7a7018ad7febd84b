//! What a topology says of an identity.

use topology::{Permission, Use, entry, record};

use super::IDENTITIES;
use crate::vaults::VaultAccess;

record! {
    /// A managed identity that lives apart from the apps that use it.
    pub struct Identity,
        common("identity" in both,
            name "The name in Azure; left out, `id-{name}-<key>` and, in a stamp, `-{stamp}`",
            protect "`false` when left out") {
        /// Roles that the identity gets.
        #[serde(default)]
        pub permissions: Vec<Permission>,
        /// What it uses, each with what for where that is not plain: `redis`, `{ storage/work: queue }`. It
        /// gets the rights that this takes.
        #[serde(default)]
        pub uses: Vec<Use>,
        /// Access policies that it gets in vaults without RBAC.
        #[serde(default)]
        pub vault_access: Vec<VaultAccess>,
    }
}

entry!(Identity in IDENTITIES;);
