//! What would be refused half-way is refused before.

use plan::{Code, Guard};
use resource::catalogue::{Kept, facts_of};
use resource::{NameState, Observed, ResourceId};
use serde_json::Value;

use crate::change::{Changes, Kind};
use crate::desired::{Desired, DesiredResource};

/// Refuses the creation of what cannot be created: its name is another's, its provider is not registered;
/// and the update of what would keep a value that it can no longer have.
pub fn judge(found: &mut Changes, desired: &Desired, observed: &Observed) {
    let updates = found.changes.values().filter(|change| change.kind == Kind::Update);
    let wanted = updates.filter_map(|change| desired.get(&change.id));
    let kept: Vec<Guard> = wanted.flat_map(|resource| kept_in_vain(resource, observed)).collect();
    found.refusals.extend(kept);
    let created: Vec<&DesiredResource> = desired
        .resources()
        .filter(|resource| {
            let change = found.changes.get(&resource.id);
            change.is_some_and(|change| matches!(change.kind, Kind::Create | Kind::Replace))
        })
        .collect();
    for resource in created {
        if let Some(state) = observed.names.get(&resource.id) {
            judge_name(found, resource, state);
        }
        if let Some(guard) = unregistered(resource, observed) {
            found.refusals.push(guard);
        }
    }
}

/// Refuses what says nothing of a switch that is on and that it could no longer have.
fn kept_in_vain(resource: &DesiredResource, observed: &Observed) -> Vec<Guard> {
    let is_on = |pointer: &str| {
        resource.body.pointer(pointer).is_none()
            && observed.property(&resource.id, pointer).and_then(Value::as_bool) == Some(true)
    };
    let kept = facts_of(&resource.id).kept.iter();
    let in_vain = kept.filter(|kept| is_on(kept.pointer) && !(kept.can)(&resource.body));
    let refusal = |kept: &Kept| {
        let name = kept.pointer.rsplit('/').next().unwrap_or_default();
        Guard {
            code: Code::CannotKeep,
            address: resource.address.clone(),
            message: format!("`{name}` is on and stays so undeclared, and {}", kept.reason),
            help: format!("declare `{name}: false`, or what goes with `{name}: true`"),
        }
    };
    in_vain.map(refusal).collect()
}

fn judge_name(found: &mut Changes, resource: &DesiredResource, state: &NameState) {
    let facts = facts_of(&resource.id);
    let unique = facts.unique_name.and_then(|name| name.of(resource.id.name(), &resource.body));
    let name = unique.unwrap_or(resource.id.name());
    let (message, help) = match state {
        NameState::Free => return,
        NameState::Hidden(why) => {
            found.coverage.not_evaluated.insert(resource.id.clone(), why.reason.clone());
            return;
        }
        // A name goes with its bearer, unless the service keeps it.
        NameState::Taken { by: Some(by) }
            if facts.soft_delete.is_none() && found.gone_with(by).is_some() =>
        {
            return;
        }
        NameState::Taken { by: Some(by) } => (
            format!("the name `{name}` must be unique in all of Azure, and `{by}` has it"),
            "choose another name, or declare that resource, with `existing: true` or `adopt: true`"
                .to_owned(),
        ),
        NameState::Taken { by: None } => (
            format!(
                "the name `{name}` must be unique in all of Azure, and somebody else's resource has it"
            ),
            "choose another name".to_owned(),
        ),
        NameState::Deleted { .. } if facts.is_recovery(&resource.body) => return,
        NameState::Deleted { id, purged_at, is_protected } => {
            softly_deleted(resource, name, (id, purged_at.as_deref(), *is_protected))
        }
    };
    let (code, address) = (Code::NameTaken, resource.address.clone());
    found.refusals.push(Guard { code, address, message, help });
}

/// Tells of a deleted resource that keeps its name, with the choice: recover, purge, rename.
fn softly_deleted(
    resource: &DesiredResource,
    name: &str,
    (id, purged_at, is_protected): (&ResourceId, Option<&str>, bool),
) -> (String, String) {
    let until = purged_at.map(|at| format!(" until {at}")).unwrap_or_default();
    let message = format!("a deleted resource, `{id}`, keeps the name `{name}`{until}");
    let soft = facts_of(&resource.id).soft_delete;
    let recover = match soft {
        Some(soft) if *id == resource.id => {
            format!(
                "`{} {name}` brings it back with what it holds (then `adopt: true`)",
                soft.recover
            )
        }
        Some(soft) => format!("`{} {name}` brings it back where it was", soft.recover),
        None => "recover it".to_owned(),
    };
    let purge = match soft.filter(|_| !is_protected) {
        Some(soft) => format!("`{} {name}` frees the name and loses what it holds", soft.purge),
        None => "it is protected and cannot be purged before".to_owned(),
    };
    (message, format!("{recover}; {purge}; or choose another name"))
}

fn unregistered(resource: &DesiredResource, observed: &Observed) -> Option<Guard> {
    let (subscription, kind) = (resource.id.subscription()?, resource.id.resource_type());
    let namespace = kind.namespace();
    let is_it = |(other, unknown): &&(String, String)| {
        other.eq_ignore_ascii_case(subscription) && unknown.eq_ignore_ascii_case(namespace)
    };
    observed.unregistered.iter().find(is_it)?;
    Some(Guard {
        code: Code::ProviderNotRegistered,
        address: resource.address.clone(),
        message: format!("the subscription has not registered the provider `{namespace}`"),
        help: format!(
            "`az provider register --subscription {subscription} --namespace {namespace}`, which \
             needs the right to do so and takes some minutes"
        ),
    })
}
