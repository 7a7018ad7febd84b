//! Azure's own rules of key vaults, with what their codes mean.

use topology::family::{Check, closest, quoted};
use topology::{Explanation, Sp};

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

/// Kinds of access that a vault's access policy can grant, for secrets, keys and certificates.
/// Source: <https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update>.
const SECRET_RIGHTS: &[&str] =
    &["all", "backup", "delete", "get", "list", "purge", "recover", "restore", "set"];

/// See [`SECRET_RIGHTS`].
const KEY_RIGHTS: &[&str] = &[
    "all",
    "backup",
    "create",
    "decrypt",
    "delete",
    "encrypt",
    "get",
    "getrotationpolicy",
    "import",
    "list",
    "purge",
    "recover",
    "release",
    "restore",
    "rotate",
    "setrotationpolicy",
    "sign",
    "unwrapKey",
    "update",
    "verify",
    "wrapKey",
];

/// See [`SECRET_RIGHTS`].
const CERTIFICATE_RIGHTS: &[&str] = &[
    "all",
    "backup",
    "create",
    "delete",
    "deleteissuers",
    "get",
    "getissuers",
    "import",
    "list",
    "listissuers",
    "managecontacts",
    "manageissuers",
    "purge",
    "recover",
    "restore",
    "setissuers",
    "update",
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
        rights(check, &policy.secrets, &policy.keys, &policy.certificates);
    }
}

/// Files rights to secrets, keys and certificates that vaults don't know.
pub fn rights(
    check: &mut Check<'_>,
    secrets: &[Sp<String>],
    keys: &[Sp<String>],
    certificates: &[Sp<String>],
) {
    kinds(check, secrets, SECRET_RIGHTS);
    kinds(check, keys, KEY_RIGHTS);
    kinds(check, certificates, CERTIFICATE_RIGHTS);
}

fn kinds(check: &mut Check<'_>, written: &[Sp<String>], known: &[&'static str]) {
    for right in written {
        if !known.iter().any(|known| known.eq_ignore_ascii_case(right)) {
            let near = closest(right, known.iter().copied());
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("allowed are {}", quoted(known)),
            };
            let message = format!("`{}` is not a right in a key vault", right.value);
            check.error("unknown-value", &right.place, message, &help);
        }
    }
}
