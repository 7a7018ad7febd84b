//! What network resources refer to: it must be there, and its ID is all that is kept of it.

use resource::ResourceId;
use serde_json::{Value, json};

use super::bad_request;
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::Answer;

/// Properties that name one other resource of the provider.
const ONE: &[&str] = &[
    "networkSecurityGroup",
    "routeTable",
    "natGateway",
    "subnet",
    "publicIPAddress",
    "publicIPPrefix",
    "remoteVirtualNetwork",
    "ddosProtectionPlan",
];

/// Properties that name several.
const SEVERAL: &[&str] =
    &["publicIpAddresses", "publicIpPrefixes", "applicationSecurityGroups", "networkInterfaces"];

/// Reduces references to their IDs and refuses those to what is not there.
pub(super) fn check(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let mut found = vec![];
    reduce(&mut draft.body["properties"], &mut found);
    if azure.is_unguarded {
        return Ok(());
    }
    for id in found {
        let Ok(other) = ResourceId::parse(&id) else {
            let text = format!("Resource ID '{id}' is not a valid resource ID.");
            return Err(bad_request("LinkedInvalidPropertyId", text));
        };
        // What lies in another subscription is not seen from here.
        let is_here = other.subscription() == draft.id.subscription();
        if !is_here || other.is_within(&draft.id) {
            continue;
        }
        let Some(stored) = azure.state.get(&other) else {
            return Err(missing(&id, &draft.id));
        };
        check_ready(stored, &draft.id)?;
    }
    Ok(())
}

/// Refuses to lead to what is being made or changed.
fn check_ready(stored: &Stored, by: &ResourceId) -> Result<(), Answer> {
    let state = stored.text("/provisioningState").unwrap_or("Succeeded");
    if ["Succeeded", "Failed"].contains(&state) || stored.id.resource_type().parent().is_some() {
        return Ok(());
    }
    let text = format!(
        "Cannot proceed with operation because resource {} used by resource {by} is not in \
         Succeeded state. Resource is in {state} state and the last operation that updated/is \
         updating the resource is Microsoft.Network.",
        stored.id
    );
    Err(bad_request("ReferencedResourceNotProvisioned", text))
}

/// Refuses a resource that refers to what is not there.
pub(super) fn missing(id: &str, by: &ResourceId) -> Answer {
    let text = format!(
        "Resource {id} referenced by resource {by} was not found. Please make sure that the \
         referenced resource exists, and that both resources are in the same region."
    );
    bad_request("InvalidResourceReference", text)
}

fn reduce(value: &mut Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| reduce(item, found)),
        Value::Object(object) => {
            for (name, value) in object.iter_mut() {
                let is =
                    |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
                if is(ONE) {
                    only_id(value, found);
                } else if is(SEVERAL) {
                    for item in value.as_array_mut().into_iter().flatten() {
                        only_id(item, found);
                    }
                } else {
                    reduce(value, found);
                }
            }
            // One that is left out in this way is none.
            object.retain(|name, value| !(ONE.contains(&name.as_str()) && value.is_null()));
        }
        _ => {}
    }
}

fn only_id(value: &mut Value, found: &mut Vec<String>) {
    if let Some(id) = value["id"].as_str().map(str::to_owned) {
        *value = json!({"id": id});
        found.push(id);
    }
}

/// Tells of each reference that a body holds, one that has nothing but an ID; what stands below a key for
/// which `skips` holds is left out.
pub(super) fn each(value: &Value, skips: fn(&str) -> bool, tell: &mut dyn FnMut(&str)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| each(item, skips, tell)),
        Value::Object(object) => {
            if let (Some(id), 1) = (object.get("id").and_then(Value::as_str), object.len()) {
                tell(id);
            }
            let said = object.iter().filter(|(name, _)| !skips(name));
            said.for_each(|(_, value)| each(value, skips, tell));
        }
        _ => {}
    }
}

/// Returns the resources of a type that refer to `target` at a pointer in their properties.
pub(super) fn users<'a>(
    azure: &'a Azure,
    kind: &str,
    pointer: &'static str,
    target: &'a ResourceId,
) -> impl Iterator<Item = &'a Stored> + use<'a> {
    azure.state.of_type(kind).filter(move |stored| {
        stored.text(pointer).is_some_and(|id| id.eq_ignore_ascii_case(target.as_str()))
    })
}
