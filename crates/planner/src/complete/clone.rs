//! A clone takes the observed configuration of another app where nothing is declared, and its
//! identity gets the permissions of the original.

use plan::{Code, Guard, Notice, Severity};
use resource::catalogue::{Cloned, Duty, TypeFacts, Update, facts_of};
use resource::{Expression, Observation, Observed, ResourceId, types};
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
    let Some(source) = resource.clone_of.clone() else { return };
    let facts = facts_of(&resource.id);
    let seen = observed.get(&source).map(|source| &source.body);
    let is_new = observed.get(&resource.id).is_none();
    let has_members = matches!(facts.cloned, Some(Cloned::Members { .. }));
    let mut sources = [original, seen].into_iter().flatten();
    // What a new one has anyway need not be written.
    if !(has_members && is_new && sources.all(|it| is_as_new(facts, it))) {
        take_over(&mut resource.body, (&source, facts.cloned), original, seen);
    }
}

/// Tells whether anything follows for a clone that says nothing itself from what is seen of its original.
pub fn follows(clone: &DesiredResource, seen: &Observation) -> bool {
    let mut body = clone.body.clone();
    take_over(&mut body, (&seen.id, facts_of(&clone.id).cloned), None, Some(&seen.body));
    body != clone.body
}

fn take_over(
    body: &mut Value,
    (source, cloned): (&ResourceId, Option<Cloned>),
    original: Option<&Value>,
    seen: Option<&Value>,
) {
    match cloned {
        Some(Cloned::Members { properties, beside, identities }) => {
            let sources: Vec<&Value> = [original, seen].into_iter().flatten().collect();
            take(&mut body["properties"], (original, seen), properties);
            for member in beside {
                let value = sources.iter().map(|source| &source[*member]);
                let value = value.into_iter().find(|value| !value.is_null());
                if let (Some(value), true) = (value, body[*member].is_null()) {
                    body[*member] = value.clone();
                }
            }
            if identities {
                take_identities(body, &sources);
            }
        }
        Some(cloned @ Cloned::Values { .. }) => {
            take_values(&mut body["properties"], (source, cloned), original, seen);
        }
        Some(Cloned::Entries { secret, made }) => {
            take_entries(&mut body["properties"], (source, (secret, made)), original, seen);
        }
        None => {}
    }
}

/// Tells whether a body holds no more than a new resource has, where the catalogue tells what that is.
fn is_as_new(facts: &TypeFacts, body: &Value) -> bool {
    let at = |path: &str| body.pointer(&format!("/{}", path.replace('.', "/")));
    // Where single members are written, others come with the stack.
    let mut told =
        facts.fresh.iter().filter_map(|(path, fresh)| Some((at(path)?, fresh))).peekable();
    facts.update == Update::PutOver
        && told.peek().is_some()
        && told.all(|(value, fresh)| fresh.is(value))
}

/// Takes members over from what the topology says of the original, and from what is seen of it.
fn take(
    declared: &mut Value,
    (original, seen): (Option<&Value>, Option<&Value>),
    members: &[&str],
) {
    // Where the topology says that nothing shall be there, what is still seen there goes.
    let sources: [(_, Counts); 2] =
        [(original, |value| !value.is_null()), (seen, |value| !is_nothing(value))];
    let declared = into_object(declared);
    for member in members {
        for (source, counts) in sources {
            let Some(value) = source.and_then(|it| it["properties"].get(*member)) else { continue };
            take_member(declared, member, value, counts);
        }
    }
}

/// Whether a value is taken over.
type Counts = fn(&Value) -> bool;

fn is_nothing(value: &Value) -> bool {
    value.is_null() || *value == "" || resource::is_absent(value)
}

fn take_member(declared: &mut Map<String, Value>, name: &str, value: &Value, counts: Counts) {
    match declared.get_mut(name) {
        Some(known) => fill(known, value, counts),
        None if counts(value) => {
            declared.insert(name.to_owned(), value.clone());
        }
        None => {}
    }
}

/// Adds to a map what another says and it does not, at any depth.
fn fill(declared: &mut Value, source: &Value, counts: Counts) {
    let is_one_value = |value: &Value| Expression::read(value).is_some() || is_nothing(value);
    if is_one_value(declared) || is_one_value(source) {
        return;
    }
    let (Some(declared), Some(source)) = (declared.as_object_mut(), source.as_object()) else {
        return;
    };
    for (name, value) in source {
        take_member(declared, name, value, counts);
    }
}

/// Gives a clone that says nothing of identities apart from it those of its original, and one of its own
/// where the original has one.
fn take_identities(body: &mut Value, sources: &[&Value]) {
    const USERS: &str = "userAssignedIdentities";
    let says_none = body["identity"]["type"] == "None";
    let has_users = body["identity"][USERS].as_object().is_some_and(|users| !users.is_empty());
    let Some(source) = sources.iter().map(|it| &it["identity"]).find(|it| !it.is_null()) else {
        return;
    };
    if says_none || has_users {
        return;
    }
    let is_silent = body["identity"].is_null();
    let has_own = has_system_identity(body)
        || is_silent && source["type"].as_str().is_some_and(|it| it.contains("SystemAssigned"));
    let users: Map<String, Value> = source[USERS]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(id, _)| (id.clone(), json!({})))
        .collect();
    let kind = match (has_own, users.is_empty()) {
        (true, true) => "SystemAssigned",
        (true, false) => "SystemAssigned, UserAssigned",
        (false, false) => "UserAssigned",
        (false, true) => return,
    };
    body["identity"] = json!({ "type": kind });
    if !users.is_empty() {
        body["identity"][USERS] = Value::Object(users);
    }
}

fn members(body: Option<&Value>) -> Map<String, Value> {
    body.and_then(|body| body["properties"].as_object()).cloned().unwrap_or_default()
}

fn refer(source: &ResourceId, path: &[&str]) -> Value {
    let escaped = path.iter().map(|key| key.replace('~', "~0").replace('/', "~1"));
    let pointer = escaped.fold("/properties".to_owned(), |pointer, key| pointer + "/" + &key);
    Expression::reference(source, &pointer).to_value()
}

/// Settings may be secrets: what is only observed enters as a reference to the original's setting,
/// never as a value.
fn take_values(
    declared: &mut Value,
    (source, cloned): (&ResourceId, Cloned),
    original: Option<&Value>,
    seen: Option<&Value>,
) {
    let declared = into_object(declared);
    let referred = members(seen).into_iter().map(|(name, _)| {
        let reference = refer(source, &[&name]);
        (name, reference)
    });
    for (name, value) in members(original).into_iter().chain(referred) {
        let known = declared.keys().any(|key| key.eq_ignore_ascii_case(&name));
        if !cloned.is_own(&name) && !known {
            declared.insert(name, value);
        }
    }
}

/// The same for maps with names: only what is secret in them enters as a reference.
fn take_entries(
    declared: &mut Value,
    (source, (secret, made)): (&ResourceId, (&[&str], &[&str])),
    original: Option<&Value>,
    seen: Option<&Value>,
) {
    let declared = into_object(declared);
    let referred = members(seen).into_iter().map(|(name, entry)| {
        let entry = entry.as_object().cloned().unwrap_or_default().into_iter();
        let entry = entry.filter(|(key, _)| !made.contains(&key.as_str())).map(|(key, value)| {
            let is_secret = secret.contains(&key.as_str());
            let value = if is_secret { refer(source, &[&name, &key]) } else { value };
            (key, value)
        });
        let entry: Map<String, Value> = entry.collect();
        (name, Value::Object(entry))
    });
    for (name, entry) in members(original).into_iter().chain(referred) {
        if !declared.keys().any(|key| key.eq_ignore_ascii_case(&name)) {
            declared.insert(name, entry);
        }
    }
}

/// Tells what a clone does not carry of its original, and refuses one that would have no code.
pub fn tell_what_is_missing(desired: &mut Desired, observed: &Observed) {
    let (mut notices, mut refusals) = (vec![], vec![]);
    for clone in desired.resources() {
        let (Some(source), Some(cloned)) = (&clone.clone_of, facts_of(&clone.id).cloned) else {
            continue;
        };
        let has = |id: &ResourceId, name: &str| {
            let body = observed.get(id).map(|seen| &seen.body);
            members(body).keys().any(|key| key.eq_ignore_ascii_case(name))
        };
        let declares = |name: &str| {
            let declared = members(Some(&clone.body));
            declared.keys().any(|key| key.eq_ignore_ascii_case(name))
        };
        let seen = members(observed.get(source).map(|seen| &seen.body));
        let lacking = seen
            .keys()
            .filter(|name| cloned.is_missed(name) && !declares(name) && !has(&clone.id, name));
        notices.extend(lacking.map(|name| lacks(clone, &format!("`{name}` of its original"))));
        let Cloned::Values { local: Some((name, value)), .. } = cloned else { continue };
        let is_there = observed.get(&clone.id).is_some();
        let taken = clone.body["properties"].get(name) == Some(&refer(source, &[name]));
        let is_local = seen.get(name).and_then(Value::as_str) == Some(value);
        if taken && is_local && !is_there {
            refusals.push(Guard {
                code: Code::CloneWithoutPackage,
                address: clone.address.clone(),
                message: format!(
                    "`{name}: {value}` of the original is a package that lies there alone"
                ),
                help: "give the clone a `package` by URL, or an `image`".to_owned(),
            });
        }
    }
    for clone in desired.resources() {
        let Some(source) = &clone.clone_of else { continue };
        // Of the documents below it a clone has those that follow the original's, and its own.
        for (kind, name) in facts_of(&clone.id).import.documents {
            let (theirs, ours) = (source.child(kind, name), clone.id.child(kind, name));
            let original = desired.get(&theirs).filter(|it| facts_of(&it.id).cloned.is_none());
            if let Some(original) = original.filter(|_| desired.get(&ours).is_none()) {
                let label = original.address.rsplit('/').next().unwrap_or_default();
                notices.push(lacks(clone, &format!("`{label}` of its original")));
            }
        }
    }
    desired.notices.extend(notices);
    desired.mistakes.extend(refusals);
}

fn lacks(clone: &DesiredResource, what: &str) -> Notice {
    Notice {
        severity: Severity::Warning,
        code: Code::CloneLacks.into(),
        address: clone.address.clone(),
        message: format!("a clone does not carry {what}, and it has none of its own"),
        help: Some("declare it for the clone too, or for every stamp in the module".to_owned()),
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
