//! What a topology says of a key vault.

use topology::property::{ONLY_ON, PUBLIC_NETWORK};
use topology::{Ref, Sp, choice, entry, record};

use super::VAULTS;
use crate::apps::App;
use crate::identities::Identity;

record! {
    /// A key vault.
    pub struct Vault,
        common("vault" in both,
            name "The vault's name, 3 to 24 letters, digits and hyphens, unique in the cloud; \
                left out, `kv-{name}-<key>` and, in a stamp, `-{stamp}`",
            protect "`true` when left out, since it holds data") {
        /// `standard` (when left out) or `premium`.
        pub sku at "/properties/sku/name": Option<Sp<VaultSku>> = VaultSku::Standard,
        /// Access by role assignments instead of access policies; `true` when left out.
        pub rbac at "/properties/enableRbacAuthorization": Option<Sp<bool>> = true,
        /// Keeps what is deleted until its time is over; can't be switched off again.
        pub purge_protection at "/properties/enablePurgeProtection" via ONLY_ON:
            Option<Sp<bool>> => born false,
        /// Days for which what is deleted can be brought back, 7 to 90; 90 when left out.
        pub retention_days at "/properties/softDeleteRetentionInDays": Option<Sp<u32>> => born 90,
        /// Lets the public network in; `true` when left out.
        pub public_access at "/properties/publicNetworkAccess" via PUBLIC_NETWORK:
            Option<Sp<bool>> = true,
        /// Who may do what, in a vault without RBAC; left out, others' policies are left alone.
        pub access_policies: Option<Vec<AccessPolicy>>,
    }
}

choice! {
    /// The size of a key vault.
    pub enum VaultSku {
        /// Keys in software.
        Standard = "standard",
        /// Keys in hardware modules.
        Premium = "premium",
    }
}

record! {
    /// What one identity may do in a vault without RBAC.
    pub struct AccessPolicy {
        /// The identity: a reference to `identities`, or an app with a system identity.
        pub identity: Option<Sp<Ref<(Identity, App)>>>,
        /// The object ID of anyone else.
        pub object_id: Option<Sp<String>>,
        /// What may be done with secrets.
        #[serde(default)]
        pub secrets: Vec<Sp<String>>,
        /// What may be done with keys.
        #[serde(default)]
        pub keys: Vec<Sp<String>>,
        /// What may be done with certificates.
        #[serde(default)]
        pub certificates: Vec<Sp<String>>,
    }
}

record! {
    /// An access policy that an identity gets in a vault without RBAC.
    pub struct VaultAccess {
        /// The vault: a reference or a resource ID.
        pub vault: Sp<Ref<Vault>>,
        /// What may be done with secrets: `get`, `list`…
        #[serde(default)]
        pub secrets: Vec<Sp<String>>,
        /// What may be done with keys.
        #[serde(default)]
        pub keys: Vec<Sp<String>>,
        /// What may be done with certificates.
        #[serde(default)]
        pub certificates: Vec<Sp<String>>,
    }
}

impl Vault {
    /// Returns whether access is by role assignments; a vault whose file does not say is asked.
    pub fn rbac(&self) -> bool {
        self.rbac.as_ref().is_none_or(|rbac| rbac.value)
    }
}

entry!(Vault in VAULTS;
    fn check(&self, check: &mut topology::family::Check<'_>, _: topology::family::At<'_>) {
        super::check::vault(self, check);
    }
);
