//! Key vaults.

use super::Check;
use super::app::{CERTIFICATE_RIGHTS, KEY_RIGHTS, SECRET_RIGHTS};
use crate::Vault;

impl Check<'_> {
    pub(crate) fn vault(&mut self, vault: &Vault) {
        if let Some(days) = vault.retention_days.as_ref().filter(|it| !(7..=90).contains(&it.value))
        {
            let message = format!("`retentionDays` is {}; Azure allows 7 to 90", days.value);
            self.error("out-of-range", &days.place, message, "");
        }
        if let Some(off) = vault.purge_protection.as_ref().filter(|it| !it.value) {
            let help = "leave `purgeProtection` out, or write `true`, which can't be undone";
            let message = "Azure refuses `false`: purge protection is on or absent";
            self.error("purge-protection-off", &off.place, message, help);
        }
        let policies = vault.access_policies.as_deref().unwrap_or_default();
        if let Some(policy) = policies.first().filter(|_| vault.rbac()) {
            let help = "write `rbac: false`, or give `permissions` to the identities instead";
            let message = "a vault with RBAC ignores access policies";
            self.error("policies-with-rbac", &policy.place, message, help);
        }
        for policy in policies {
            let is_broken = self.broken.contains(&(policy.place.clone(), "identity"));
            if policy.identity.is_some() == policy.object_id.is_some() && !is_broken {
                let message = "an access policy has exactly one of `identity` and `objectId`";
                self.error("one-of", &policy.place, message, "");
            }
            self.rights(&policy.secrets, SECRET_RIGHTS);
            self.rights(&policy.keys, KEY_RIGHTS);
            self.rights(&policy.certificates, CERTIFICATE_RIGHTS);
        }
    }
}
