//! A clone takes the observed configuration of another app where nothing is declared, and its
//! identity gets the permissions of the original.

use resource::catalogue::{Cloned, Duty, facts_of};
use resource::{Expression, Observed, ResourceId, types};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::desired::{Desired, DesiredResource, is_grant};
use crate::expand::role_name;
use crate::ownership;

/// Takes over what is not declared from the resource that this one is a clone of; `original` is
/// what the topology declares for that one.
pub fn take_configuration(
    resource: &mut DesiredResource,
    original: Option<&Value>,
    observed: &Observed,
) {
    let Some(source) = resource.clone_of.as_ref() else { return };
    let seen = observed.get(source).map(|source| &source.body);
    let sources: Vec<&Value> = [original, seen].into_iter().flatten().collect();
    match facts_of(&resource.id).cloned {
        Some(Cloned::Members { properties, beside }) => {
            take(&mut resource.body["properties"], &sources, properties);
            for member in beside {
                let value = sources.iter().map(|source| &source[*member]);
                let value = value.into_iter().find(|value| !value.is_null());
                if let (Some(value), true) = (value, resource.body[*member].is_null()) {
                    resource.body[*member] = value.clone();
                }
            }
        }
        Some(Cloned::AllBut(own)) => {
            take_settings(&mut resource.body["properties"], (source, own), original, seen);
        }
        None => {}
    }
}

fn take(declared: &mut Value, sources: &[&Value], members: &[&str]) {
    let declared = into_object(declared);
    for member in members {
        let value = sources.iter().map(|source| &source["properties"][*member]);
        let value = value.into_iter().find(|value| !value.is_null() && *value != "");
        if let (Some(value), false) = (value, declared.contains_key(*member)) {
            declared.insert((*member).to_owned(), value.clone());
        }
    }
}

/// Settings may be secrets: what is only observed enters as a reference to the original's setting,
/// never as a value.
fn take_settings(
    declared: &mut Value,
    (source, own): (&ResourceId, &[&str]),
    original: Option<&Value>,
    seen: Option<&Value>,
) {
    let declared = into_object(declared);
    let settings = |body: Option<&Value>| -> Map<String, Value> {
        body.and_then(|body| body["properties"].as_object()).cloned().unwrap_or_default()
    };
    let referred = settings(seen).into_iter().map(|(name, _)| {
        let pointer = format!("/properties/{}", name.replace('~', "~0").replace('/', "~1"));
        let reference = Expression::reference(source, &pointer).to_value();
        (name, reference)
    });
    for (name, value) in settings(original).into_iter().chain(referred) {
        let own = own.iter().any(|own| own.eq_ignore_ascii_case(&name));
        let known = declared.keys().any(|key| key.eq_ignore_ascii_case(&name));
        if !own && !known {
            declared.insert(name, value);
        }
    }
}

fn into_object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = json!({});
    }
    value.as_object_mut().expect("made an object above")
}

/// Gives the identity of each clone the role assignments and vault access of its original.
pub fn grant_permissions(desired: &mut Desired, observed: &Observed) {
    let clones: Vec<(DesiredResource, ResourceId)> = desired
        .resources()
        .filter(|resource| has_system_identity(&resource.body))
        .filter_map(|resource| Some((resource.clone(), resource.clone_of.clone()?)))
        .collect();
    for (clone, source) in &clones {
        grant_declared(desired, clone, source);
    }
    let clones = clones.into_iter().filter_map(|(clone, source)| {
        let principal = observed.property(&source, "/identity/principalId")?.as_str()?;
        Some((clone, principal.to_owned()))
    });
    for (clone, principal) in clones {
        for assignment in observed.resources.values() {
            if Duty::Grant.is_of(&assignment.id)
                && assignment.body["properties"]["principalId"] == json!(principal)
                && let Some(granted) =
                    assignment_for(&desired.topology, &clone, &assignment.id, &assignment.body)
            {
                desired.insert(granted);
            }
        }
        let vaults: Vec<_> =
            observed.resources.values().filter(|o| Duty::Vault.is_of(&o.id)).collect();
        for vault in vaults {
            let policies = vault.body.pointer("/properties/accessPolicies");
            if let Some(policy) = access_for(&clone, &json!(principal), policies) {
                let address = format!("{}/permissions/{}", clone.address, vault.id.name());
                desired.grant(&vault.id, address, clone.band.clone(), policy);
            }
        }
    }
}

/// Gives a clone what the topology gives its original, which may not be there yet.
fn grant_declared(desired: &mut Desired, clone: &DesiredResource, source: &ResourceId) {
    let principal = principal_of(source);
    let mut granted = vec![];
    let mut accesses = vec![];
    for resource in desired.resources() {
        if Duty::Grant.is_of(&resource.id)
            && resource.body["properties"]["principalId"] == principal
        {
            granted.extend(assignment_for(&desired.topology, clone, &resource.id, &resource.body));
        }
        let policies = resource.body.pointer("/properties/accessPolicies");
        if let Some(vault) = resource.id.parent().filter(|_| is_grant(&resource.id))
            && let Some(policy) = access_for(clone, &principal, policies)
        {
            accesses.push((vault, policy));
        }
    }
    granted.into_iter().for_each(|granted| desired.insert(granted));
    for (vault, policy) in accesses {
        let address = format!("{}/permissions/{}", clone.address, vault.name());
        desired.grant(&vault, address, clone.band.clone(), policy);
    }
}

fn has_system_identity(body: &Value) -> bool {
    body["identity"]["type"].as_str().is_some_and(|kind| kind.contains("SystemAssigned"))
}

fn principal_of(id: &ResourceId) -> Value {
    Expression::reference(id, "/identity/principalId").to_value()
}

fn assignment_for(
    topology: &str,
    clone: &DesiredResource,
    original: &ResourceId,
    body: &Value,
) -> Option<DesiredResource> {
    let role = body["properties"]["roleDefinitionId"].as_str()?;
    let scope = original.parent()?;
    let id = scope.extension(types::ASSIGNMENT, &assignment_name(&scope, role, &clone.id));
    let role_name = role_name(role.rsplit('/').next().unwrap_or(role));
    let mut body = json!({ "properties": {
        "roleDefinitionId": role,
        "principalId": principal_of(&clone.id),
        "principalType": "ServicePrincipal",
    }});
    ownership::mark(&id, &mut body, topology);
    let address = format!("{}/permissions/{role_name} on {}", clone.address, scope.name());
    Some(DesiredResource {
        protect: false,
        needs: [clone.id.clone()].into(),
        ..DesiredResource::managed(address, id, clone.band.clone(), body)
    })
}

/// Returns a name that is the same in every run, before the principal exists too.
pub fn assignment_name(scope: &ResourceId, role: &str, holder: &ResourceId) -> String {
    let role = role.rsplit('/').next().unwrap_or(role).to_ascii_lowercase();
    let text = format!("{}|{role}|{}", scope.key(), holder.key());
    Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).to_string()
}

/// Returns the original's access policy in a vault, with the clone as its holder.
fn access_for(
    clone: &DesiredResource,
    principal: &Value,
    policies: Option<&Value>,
) -> Option<Value> {
    let mut policies = policies?.as_array()?.iter();
    let original = policies.find(|policy| policy["objectId"] == *principal)?;
    Some(json!({
        "tenantId": original["tenantId"],
        "objectId": principal_of(&clone.id),
        "permissions": original["permissions"],
    }))
}
