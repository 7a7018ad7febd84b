//! Certificates in vaults: whether a profile can read one.
//!
//! Source: <https://learn.microsoft.com/azure/frontdoor/standard-premium/how-to-configure-https-custom-domain>.

use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::Answer;

/// Built-in roles that let a certificate be read: Key Vault Administrator, Secrets Officer, Secrets
/// User and Certificate User.
const ROLES: &[&str] = &[
    "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "4633458b-17de-408a-b874-0445c86b69e6",
    "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",
];

/// Why a certificate cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It, or its vault, is not there.
    Absent,
    /// The profile has no right, or the firewall of the vault keeps it out.
    Denied,
}

/// Tells whether a profile can read the secret of a vault.
pub(super) fn check(azure: &Azure, profile: &Stored, secret: &str) -> Result<(), Unreadable> {
    let id = ResourceId::parse(secret).map_err(|_| Unreadable::Absent)?;
    let vault = id.parent().and_then(|vault| azure.state.get(&vault)).ok_or(Unreadable::Absent)?;
    azure.state.get(&id).ok_or(Unreadable::Absent)?;
    let is_shut = vault.text("/networkAcls/defaultAction") == Some("Deny")
        || vault.text("/publicNetworkAccess") == Some("Disabled");
    if is_shut && vault.text("/networkAcls/bypass") != Some("AzureServices") {
        return Err(Unreadable::Denied);
    }
    // Without an identity of its own a profile reads as the application of the service, whose
    // rights are nobody's here.
    match profile.body["identity"]["principalId"].as_str() {
        Some(principal) if !may_read(azure, vault, principal) => Err(Unreadable::Denied),
        _ => Ok(()),
    }
}

fn may_read(azure: &Azure, vault: &Stored, principal: &str) -> bool {
    if vault.property("/enableRbacAuthorization") == Some(&json!(true)) {
        let mut assignments = azure.state.of_type("Microsoft.Authorization/roleAssignments");
        return assignments.any(|assignment| {
            let role = assignment.text("/roleDefinitionId").unwrap_or_default();
            let is_role = ROLES.iter().any(|known| role.ends_with(known));
            let scope = assignment.id.parent();
            let is_above = scope.is_some_and(|scope| vault.id.is_within(&scope));
            is_role && is_above && assignment.text("/principalId") == Some(principal)
        });
    }
    let policies = vault.property("/accessPolicies").and_then(Value::as_array);
    policies.into_iter().flatten().any(|policy| {
        let rights = policy.pointer("/permissions/secrets").and_then(Value::as_array);
        let reads = |right: &Value| {
            right
                .as_str()
                .is_some_and(|right| ["get", "all"].contains(&right.to_ascii_lowercase().as_str()))
        };
        policy["objectId"] == principal && rights.is_some_and(|rights| rights.iter().any(reads))
    })
}

/// Answers `validateSecret`.
pub(super) fn answer(azure: &Azure, profile: &Stored, sent: &Value) -> Answer {
    let secret = sent.pointer("/secretSource/id").and_then(Value::as_str).unwrap_or_default();
    let (status, message) = match check(azure, profile, secret) {
        Ok(()) => ("Valid", Value::Null),
        Err(Unreadable::Absent) => {
            ("Invalid", json!(format!("The secret '{secret}' was not found.")))
        }
        Err(Unreadable::Denied) => {
            ("AccessDenied", json!(format!("The profile has no access to the secret '{secret}'.")))
        }
    };
    Answer::json(200, json!({"status": status, "message": message}))
}
