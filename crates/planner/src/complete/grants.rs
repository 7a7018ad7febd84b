//! Access policies of a vault: several fill the list, so each answers for its own.

use std::collections::{BTreeMap, BTreeSet};

use resource::catalogue::Duty;
use resource::{Observed, ResourceId};
use serde_json::{Value, json};

use crate::desired::{Desired, DesiredResource, Mode, is_grant};
use crate::last::LastApplied;
use crate::resolve::{resolve_all, resolve_as_it_is};

const POLICIES: &str = "/properties/accessPolicies";
const AREAS: [&str; 4] = ["secrets", "keys", "certificates", "storage"];

/// Brings the grants of each vault in line with what it holds: what is given already is not given
/// again, and what the last text gave and this one does not is taken back.
///
/// A list that the vault declares is whole with what the grants add to it.
pub fn settle(desired: &mut Desired, observed: &Observed, last: Option<&LastApplied>) {
    let granted = desired.resources().map(|resource| &resource.id);
    let before = last.into_iter().flat_map(LastApplied::resources).map(|resource| &resource.id);
    let vaults: BTreeSet<ResourceId> = granted.chain(before).filter_map(vault_of).collect();
    for vault in vaults {
        let held: Vec<Value> = list(observed.property(&vault, POLICIES));
        let grants = vault.child("accessPolicies", "add");
        let wanted = list(desired.get(&grants).and_then(|grants| grants.body.pointer(POLICIES)));
        let known: Vec<Value> =
            wanted.iter().map(|policy| resolve_all(policy, observed, &BTreeMap::new())).collect();
        let is_declared =
            desired.get(&vault).is_some_and(|vault| vault.body.pointer(POLICIES).is_some());
        let mut taken = BTreeSet::new();
        if is_declared {
            taken = add_to_list(desired, observed, &vault, &known, &held);
        } else if let Some(last) = last.filter(|last| is_kept(desired, last, &vault)) {
            take_back(desired, observed, last, &vault, &known, &held);
        }
        let left: Vec<Value> = wanted
            .into_iter()
            .zip(&known)
            .enumerate()
            .filter(|(at, (_, known))| !taken.contains(at) && !is_held(&held, known))
            .map(|(_, (policy, _))| policy)
            .collect();
        match desired.get_mut(&grants) {
            Some(_) if left.is_empty() => desired.remove(&grants),
            Some(grants) => grants.body["properties"]["accessPolicies"] = json!(left),
            None => {}
        }
    }
}

/// Returns the vault whose policies a resource fills: its own, or those that it grants.
fn vault_of(id: &ResourceId) -> Option<ResourceId> {
    if Duty::Vault.is_of(id) { Some(id.clone()) } else { id.parent().filter(|_| is_grant(id)) }
}

/// Tells whether a vault is none that the topology gives up.
fn is_kept(desired: &Desired, last: &LastApplied, vault: &ResourceId) -> bool {
    desired.get(vault).is_some() || last.get(vault).is_none_or(|last| last.mode == Mode::Existing)
}

fn list(value: Option<&Value>) -> Vec<Value> {
    value.and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Adds to the list that a vault declares what grants give to those that it names or holds, and
/// returns which grants these are.
fn add_to_list(
    desired: &mut Desired,
    observed: &Observed,
    vault: &ResourceId,
    grants: &[Value],
    held: &[Value],
) -> BTreeSet<usize> {
    let mut added = BTreeSet::new();
    let Some(members) = desired
        .get_mut(vault)
        .and_then(|vault| vault.body.pointer_mut(POLICIES))
        .and_then(Value::as_array_mut)
    else {
        return added;
    };
    for (at, grant) in grants.iter().enumerate() {
        let known = |policy: &Value| resolve_all(policy, observed, &BTreeMap::new());
        if let Some(member) = members.iter_mut().find(|member| is_of_one(&known(member), grant)) {
            add_rights(member, grant);
            added.insert(at);
        } else if held.iter().any(|held| is_of_one(held, grant)) {
            members.push(grant.clone());
            added.insert(at);
        }
    }
    added
}

fn add_rights(policy: &mut Value, more: &Value) {
    for area in AREAS {
        let mut all = rights(policy, area);
        all.extend(rights(more, area));
        if !all.is_empty() {
            policy["permissions"][area] = json!(all);
        }
    }
}

/// Takes back the rights that the last text gave and this one does not.
fn take_back(
    desired: &mut Desired,
    observed: &Observed,
    last: &LastApplied,
    vault: &ResourceId,
    wanted: &[Value],
    held: &[Value],
) {
    let grants = last.get(&vault.child("accessPolicies", "add"));
    let sources = [grants, last.get(vault)].into_iter().flatten();
    let given: Vec<Value> = sources
        .flat_map(|resource| list(resource.body.pointer(POLICIES)))
        // Who is made anew gives back what the old principal has.
        .map(|policy| resolve_as_it_is(&policy, observed))
        .collect();
    let (mut removed, mut replaced) = (vec![], vec![]);
    for policy in held.iter().filter(|held| given.iter().any(|given| is_of_one(held, given))) {
        let mut rest = policy.clone();
        let (mut is_less, mut is_empty) = (false, true);
        for area in AREAS {
            let of = |policies: &[Value]| -> BTreeSet<String> {
                let own = policies.iter().filter(|other| is_of_one(policy, other));
                own.flat_map(|policy| rights(policy, area)).collect()
            };
            let (ours, still) = (of(&given), of(wanted));
            let (goes, stays): (Vec<String>, Vec<String>) = rights(policy, area)
                .into_iter()
                .partition(|right| ours.contains(right) && !still.contains(right));
            is_less |= !goes.is_empty();
            is_empty &= stays.is_empty();
            if !goes.is_empty() {
                rest["permissions"][area] = json!(stays);
            }
        }
        // What gave no right at all goes with its holder.
        is_less |= !wanted.iter().any(|wanted| is_of_one(policy, wanted)) && is_empty;
        match (is_less, is_empty) {
            (true, true) => removed.push(policy.clone()),
            (true, false) => replaced.push(rest),
            (false, _) => {}
        }
    }
    let like = grants.or(last.get(vault));
    for (kind, policies) in [("remove", removed), ("replace", replaced)] {
        let Some(like) = like.filter(|_| !policies.is_empty()) else { continue };
        let body = json!({ "properties": { "accessPolicies": policies } });
        let resource = DesiredResource {
            api_version: like.api_version.clone(),
            protect: false,
            ..DesiredResource::managed(
                like.address.clone(),
                vault.child("accessPolicies", kind),
                like.band.clone(),
                body,
            )
        };
        desired.insert(resource);
    }
}

/// Tells whether two policies are of one principal.
fn is_of_one(a: &Value, b: &Value) -> bool {
    let text = |policy: &Value| policy["objectId"].as_str().map(str::to_ascii_lowercase);
    text(a).is_some() && text(a) == text(b)
}

/// Returns the rights that a policy gives in an area, in lower case.
fn rights(policy: &Value, area: &str) -> BTreeSet<String> {
    let rights = policy["permissions"][area].as_array().into_iter().flatten();
    rights.filter_map(Value::as_str).map(str::to_ascii_lowercase).collect()
}

/// Tells whether what is held gives a principal all that is wanted.
fn is_held(held: &[Value], wanted: &Value) -> bool {
    held.iter()
        .filter(|held| is_of_one(held, wanted))
        .any(|held| AREAS.iter().all(|area| rights(wanted, area).is_subset(&rights(held, area))))
}
