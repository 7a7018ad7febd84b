//! What a topology says of an identity.

use topology::{FreeMap, Name, Permission, Sp, VaultAccess, entry, record};

use super::IDENTITIES;

record! {
    /// A managed identity that lives apart from the apps that use it.
    pub struct Identity {
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
        /// Access policies that it gets in vaults without RBAC.
        #[serde(default)]
        pub vault_access: Vec<VaultAccess>,
        /// Tags, laid over the topology's and the stamp's.
        #[serde(default)]
        pub tags: FreeMap<Sp<String>>,
        /// Reads the identity and never writes it.
        #[serde(default)]
        pub existing: bool,
        /// Takes over the identity if it exists already.
        #[serde(default)]
        pub adopt: bool,
        /// Refuses its delete and replacement; `false` when left out.
        pub protect: Option<Sp<bool>>,
    }
}

entry!(Identity in IDENTITIES: subscription, location, tags, existing, adopt, protect; named name, resource_group; regions location;);
