//! Managed identities inside other resources.

use serde_json::{Map, Value, json};

use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::wire::answer::Answer;

/// Checks `identity` and fills in the IDs that the directory gives to the identities in it.
pub(crate) fn complete(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let Some(kind) = draft.body["identity"]["type"].as_str().map(str::to_owned) else {
        return Ok(());
    };
    let Some((has_system, has_assigned)) = parts(&kind) else {
        let text = format!(
            "The identity type '{kind}' is not valid. Allowed values are: None, SystemAssigned, \
             UserAssigned, SystemAssigned, UserAssigned."
        );
        return Err(refusal("InvalidIdentityType", text));
    };
    check_map(azure, draft, has_assigned)?;
    let id = draft.id.key().to_owned();
    // The identity of a resource lasts as long as it has one.
    let before =
        draft.before.as_ref().and_then(|before| before.body.pointer("/identity/principalId"));
    let principal = before.cloned().unwrap_or_else(|| json!(principal_of(azure, &id)));
    let Some(identity) = draft.body["identity"].as_object_mut() else { return Ok(()) };
    identity.remove("principalId");
    identity.remove("tenantId");
    if has_system {
        identity.insert("principalId".to_owned(), principal);
        identity.insert("tenantId".to_owned(), json!(azure.settings.tenant));
    }
    let spelled = match (has_system, has_assigned) {
        (true, true) => "SystemAssigned, UserAssigned",
        (true, false) => "SystemAssigned",
        (false, true) => "UserAssigned",
        (false, false) => "None",
    };
    identity.insert("type".to_owned(), json!(spelled));
    let assigned = identity.remove("userAssignedIdentities").filter(|_| has_assigned);
    if let Some(assigned) = assigned.as_ref().and_then(Value::as_object) {
        let named = assigned.iter().filter(|(_, value)| !value.is_null());
        let known: Map<String, Value> = named.map(|(id, _)| (id.clone(), ids(azure, id))).collect();
        identity.insert("userAssignedIdentities".to_owned(), Value::Object(known));
    }
    Ok(())
}

/// Tells whether a type names the system's identity and assigned ones; `None` for an unknown word.
fn parts(kind: &str) -> Option<(bool, bool)> {
    let words: Vec<String> = kind.split(',').map(|word| word.trim().to_ascii_lowercase()).collect();
    let has = |word: &str| words.iter().any(|own| own == word);
    let is_known = |word: &String| ["systemassigned", "userassigned"].contains(&word.as_str());
    let is_none = words.len() == 1 && has("none");
    (is_none || words.iter().all(is_known)).then(|| (has("systemassigned"), has("userassigned")))
}

/// Assigned identities stand in the body just where its type speaks of them.
fn check_map(azure: &Azure, draft: &Draft, has_assigned: bool) -> Result<(), Answer> {
    if azure.is_unguarded {
        return Ok(());
    }
    let count = |body: &Value| {
        let map = body["identity"]["userAssignedIdentities"].as_object();
        map.map_or(0, |map| map.values().filter(|value| !value.is_null()).count())
    };
    if !has_assigned && count(&draft.sent) > 0 {
        let text = "The request format was unexpected, a non-UserAssigned identity type should not contain userAssignedIdentities.";
        return Err(refusal("FailedIdentityOperation", text));
    }
    if has_assigned && count(&draft.body) == 0 {
        let text = "The request format was unexpected, a UserAssigned identity type must contain at least one of userAssignedIdentities.";
        return Err(refusal("FailedIdentityOperation", text));
    }
    Ok(())
}

fn refusal(code: &str, text: impl Into<String>) -> Answer {
    Answer::error(400, code, text)
}

/// Returns the object ID of the system identity that a resource has or would have.
pub(crate) fn principal_of(azure: &Azure, id: &str) -> String {
    let id = id.to_ascii_lowercase();
    match azure.state.identities_lost.get(&id) {
        None => azure.uuid(&format!("principal{id}")),
        Some(lost) => azure.uuid(&format!("principal{id}#{lost}")),
    }
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
