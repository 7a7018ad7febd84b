//! Managed identities inside other resources.

use serde_json::{Map, Value, json};

use crate::azure::Azure;
use crate::kind::Draft;

const ASSIGNED: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";

/// Fills in the IDs that the directory gives to the identities in `identity`.
pub(crate) fn complete(azure: &Azure, draft: &mut Draft) {
    let kind = draft.body["identity"]["type"].as_str().unwrap_or_default().to_ascii_lowercase();
    if kind.is_empty() {
        return;
    }
    let id = draft.id.key().to_owned();
    let identity = &mut draft.body["identity"];
    if kind.contains("systemassigned") {
        identity["principalId"] = json!(principal_of(azure, &id));
        identity["tenantId"] = json!(azure.settings.tenant);
    } else if let Some(identity) = identity.as_object_mut() {
        identity.remove("principalId");
        identity.remove("tenantId");
    }
    let spelled = if kind.contains("systemassigned") && kind.contains("userassigned") {
        "SystemAssigned, UserAssigned"
    } else if kind.contains("systemassigned") {
        "SystemAssigned"
    } else if kind.contains("userassigned") {
        "UserAssigned"
    } else {
        "None"
    };
    identity["type"] = json!(spelled);
    if let Some(assigned) = identity["userAssignedIdentities"].as_object() {
        let known: Map<String, Value> =
            assigned.keys().map(|id| (id.clone(), ids(azure, id))).collect();
        identity["userAssignedIdentities"] = Value::Object(known);
    } else if let Some(identity) = identity.as_object_mut() {
        identity.remove("userAssignedIdentities");
    }
}

/// Returns the object ID of the system identity that a resource has or would have.
pub(crate) fn principal_of(azure: &Azure, id: &str) -> String {
    azure.uuid(&format!("principal{}", id.to_ascii_lowercase())).to_string()
}

fn ids(azure: &Azure, id: &str) -> Value {
    match azure.state.named(id) {
        Some(identity) => json!({
            "principalId": identity.text("/principalId"),
            "clientId": identity.text("/clientId"),
        }),
        None => json!({}),
    }
}

/// Returns every object ID that the simulated directory knows.
pub(crate) fn knows_principal(azure: &Azure, principal: &str) -> bool {
    let same = |value: Option<&Value>| {
        value.and_then(Value::as_str).is_some_and(|id| id.eq_ignore_ascii_case(principal))
    };
    azure.principal().eq_ignore_ascii_case(principal)
        || azure.state.resources.values().any(|stored| {
            same(stored.body.pointer("/identity/principalId"))
                || stored.kind().is(ASSIGNED) && same(stored.property("/principalId"))
        })
}
