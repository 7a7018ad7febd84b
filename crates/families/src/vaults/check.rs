//! Azure's own rules of key vaults, with what their codes mean.

use topology::Explanation;
use topology::family::Check;

use super::Vault;

/// What the codes mean.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "policies-with-rbac",
        title: "a vault with RBAC has access policies",
        reason: "With RBAC the vault ignores them.",
        example: "vaults:\n  app: { accessPolicies: [{ objectId: …, secrets: [get] }] }",
        remedy: "Write `rbac: false`, or give `permissions` to the identities.",
    },
    Explanation {
        code: "purge-protection-off",
        title: "purge protection can't be written as off",
        reason: "Azure accepts `true` or nothing, and never switches it off again.",
        example: "vaults:\n  app: { purgeProtection: false }",
        remedy: "Leave the key out.",
    },
];

/// Files what is wrong with a vault.
pub(super) fn vault(vault: &Vault, check: &mut Check<'_>) {
    if let Some(days) = vault.retention_days.as_ref().filter(|it| !(7..=90).contains(&it.value)) {
        let message = format!("`retentionDays` is {}; Azure allows 7 to 90", days.value);
        check.error("out-of-range", &days.place, message, "");
    }
    if let Some(off) = vault.purge_protection.as_ref().filter(|it| !it.value) {
        let help = "leave `purgeProtection` out, or write `true`, which can't be undone";
        let message = "Azure refuses `false`: purge protection is on or absent";
        check.error("purge-protection-off", &off.place, message, help);
    }
    let policies = vault.access_policies.as_deref().unwrap_or_default();
    if let Some(policy) = policies.first().filter(|_| vault.rbac()) {
        let help = "write `rbac: false`, or give `permissions` to the identities instead";
        let message = "a vault with RBAC ignores access policies";
        check.error("policies-with-rbac", &policy.place, message, help);
    }
    for policy in policies {
        let is_broken = check.is_broken(&policy.place, "identity");
        if policy.identity.is_some() == policy.object_id.is_some() && !is_broken {
            let message = "an access policy has exactly one of `identity` and `objectId`";
            check.error("one-of", &policy.place, message, "");
        }
        check.vault_rights(&policy.secrets, &policy.keys, &policy.certificates);
    }
}
