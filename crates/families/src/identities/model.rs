//! What a topology says of an identity.

use topology::{Name, Permission, Sp, Use, VaultAccess, entry, record};

use super::IDENTITIES;

record! {
    /// A managed identity that lives apart from the apps that use it.
    pub struct Identity,
        common("identity", tags "the topology's and the stamp's",
            protect "`false` when left out") {
        /// The name in Azure; left out, `id-{name}-<key>` and, in a stamp, `-{stamp}`.
        #[serde(default)]
        pub name: Name,
        /// The resource group; left out, the stamp's or the topology's.
        #[serde(default)]
        pub resource_group: Name,
        /// The subscription, if it is not the stamp's or the topology's.
        pub subscription: Option<Sp<String>>,
        /// The region; left out, the stamp's or the topology's `location`.
        pub location: Option<Sp<String>>,
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

entry!(Identity in IDENTITIES: subscription, location, tags, existing, adopt, protect; named name, resource_group; regions location;);
