//! Values that nobody will have: what a body takes from a resource that does not have it, and gets it
//! from no action of the plan, would stop an apply half-way.

use std::collections::BTreeSet;

use plan::{Code, Guard, Notice, Severity};
use resource::catalogue::{PropertyPath, Treatment, TypeFacts, facts_of};
use resource::{Expression, Observed, Reference, ResourceId, walk_expressions, without_absent};
use serde_json::Value;

use crate::change::{Change, Changes, Kind};
use crate::desired::{Desired, DesiredResource, Mode, ids_in};
use crate::resolve::value_of;

/// What only a system-assigned identity has.
const OF_IDENTITY: [&str; 2] = ["/identity/principalId", "/identity/tenantId"];

/// Refuses what takes a value that will not be there, and tells of one that nobody promises.
pub fn judge(found: &mut Changes, desired: &Desired, observed: &Observed) {
    let mut refusals = BTreeSet::new();
    let mut hoped_for = BTreeSet::new();
    for resource in desired.resources().filter(|resource| resource.mode != Mode::Existing) {
        for body in [Some(&resource.body), resource.create_only.as_ref()].into_iter().flatten() {
            walk_expressions(body, &mut |expression| {
                for reference in expression.references() {
                    if let Some(reason) = reason(reference, found, desired, observed) {
                        refusals.insert(guard(resource, reference, desired, &reason));
                    } else if !is_promised(reference, found, desired) {
                        hoped_for.insert(notice(resource, reference, desired));
                    }
                }
            });
        }
        refusals.extend(named_in_vain(resource, found, desired, observed));
    }
    found.refusals.extend(refusals);
    found.notices.extend(hoped_for);
}

/// Tells whether a value is there once this plan is done, as far as anybody knows: it is declared, or
/// the catalogue knows that the service gives it, or the resource is not made by this plan.
fn is_promised(reference: &Reference, found: &Changes, desired: &Desired) -> bool {
    let Reference { id, pointer } = reference;
    let facts = facts_of(id);
    let is_made = |change: &Change| matches!(change.kind, Kind::Create | Kind::Replace);
    let is_new = found.changes.get(id).is_some_and(is_made);
    let declared = desired.get(id).and_then(|wanted| wanted.body.pointer(pointer));
    !is_new
        || declared.is_some()
        || facts.common.contains(&pointer.as_str())
        || facts.handles.iter().any(|handle| handle.pointer == pointer)
        || facts.answers.iter().any(|(_, known)| known == pointer)
        || is_of_service(facts, pointer)
}

/// Tells whether the service itself makes a property, or what it lies in.
fn is_of_service(facts: &TypeFacts, pointer: &str) -> bool {
    let mut path = PropertyPath::root();
    pointer.split('/').skip(1).any(|key| {
        path.push_key(key);
        facts.treatment(&path) != Treatment::Compared
    })
}

fn notice(resource: &DesiredResource, reference: &Reference, desired: &Desired) -> Notice {
    let (holder, property) = told(reference, desired);
    Notice {
        severity: Severity::Info,
        code: Code::ValueHopedFor.into(),
        address: resource.address.clone(),
        message: format!(
            "it takes `{property}` of `{holder}`, which is made by this plan and does not declare it: \
             where the service gives none, the apply stops here"
        ),
        help: Some("see the reference of its type whether it gives this property".to_owned()),
    }
}

/// Refuses what names a resource that this plan deletes, or is a clone of one that is not there.
fn named_in_vain(
    resource: &DesiredResource,
    found: &Changes,
    desired: &Desired,
    observed: &Observed,
) -> Vec<Guard> {
    let goes = |id: &ResourceId| {
        let mut holders = id.lineage();
        let is_deleted =
            |id: ResourceId| found.changes.get(&id).is_some_and(|it| it.kind == Kind::Delete);
        desired.get(id).is_none() && holders.any(is_deleted)
    };
    let named = ids_in(&without_absent(&resource.body)).into_iter().filter(goes);
    let named = named.map(|id| {
        let message = format!("it names `{id}`, which is not declared any more: this plan deletes it");
        let help = "declare that resource, with `existing: true` where it is only to be read, or name \
                    another one";
        refusal(resource, message, help)
    });
    let is_unknown = |id: &&ResourceId| {
        let whole = whole(id);
        desired.get(&whole).is_none() && is_absent(&whole, observed)
    };
    let original = resource.clone_of.as_ref().filter(is_unknown).map(|id| {
        let message = format!("it is a clone of `{id}`, which is not there");
        refusal(resource, message, "correct the ID, or leave `cloneOf` out")
    });
    named.chain(original).collect()
}

/// Returns the resource that a document belongs to which comes with it, or the resource itself.
fn whole(id: &ResourceId) -> ResourceId {
    let mut above = id.lineage();
    above.find(|id| !facts_of(id).born_with_parent).unwrap_or_else(|| id.clone())
}

/// Tells whether a resource was looked for and is not there.
fn is_absent(id: &ResourceId, observed: &Observed) -> bool {
    let mut holders = id.lineage();
    observed.get(id).is_none() && !holders.any(|id| observed.not_evaluated.contains_key(&id))
}

/// Why a value will not be there.
struct Reason {
    message: &'static str,
    help: &'static str,
}

const NO_IDENTITY: Reason = Reason {
    message: "has no system-assigned identity, neither now nor after this plan",
    help: "write `identity: system` there, or take the value from an entry of `identities`",
};
const NO_SUCH_VALUE: Reason = Reason {
    message: "has no such value, and no action of this plan changes it",
    help: "correct the property; `evenkeel show` prints what Azure holds of a resource",
};

const NOT_AS_DECLARED: Reason = Reason {
    message: "will not have it, going by what is declared there",
    help: "correct the property: its path leads through the entry's own body",
};

/// Tells whether the declared body of a resource leaves no room for a value at `pointer`: the path leads
/// through a text or number, or to what is declared absent.
fn is_denied(id: &ResourceId, pointer: &str, desired: &Desired) -> bool {
    let Some(wanted) = desired.get(id).filter(|wanted| wanted.mode != Mode::Existing) else {
        return false;
    };
    let mut here = &wanted.body;
    for key in pointer.split('/').skip(1) {
        if Expression::read(here).is_some() {
            return false;
        }
        let below = match here {
            Value::Object(map) => match map.get(key) {
                // The service may add it, or spell it otherwise.
                None => return false,
                below => below,
            },
            Value::Array(members) => key.parse().ok().and_then(|at: usize| members.get(at)),
            _ => None,
        };
        match below {
            Some(below) if !resource::is_absent(below) => here = below,
            Some(_) => return true,
            None => return !here.is_array(),
        }
    }
    false
}

/// Returns why nobody will have the value that `reference` stands for; `None` where it is known, or
/// may come.
fn reason(
    reference: &Reference,
    found: &Changes,
    desired: &Desired,
    observed: &Observed,
) -> Option<Reason> {
    let id = &reference.id;
    let value = value_of(reference, observed);
    if OF_IDENTITY.contains(&reference.pointer.as_str()) {
        let kept = value.is_some();
        let has_one = will_have_identity(id, desired).unwrap_or(kept);
        let is_known = observed.get(id).is_some() || is_absent(id, observed);
        return (is_known && !has_one).then_some(NO_IDENTITY);
    }
    // What all of a type have in common comes with any of them.
    if value.is_some() || facts_of(id).common.contains(&reference.pointer.as_str()) {
        return None;
    }
    if is_denied(id, &reference.pointer, desired) {
        return Some(NOT_AS_DECLARED);
    }
    // That an `existing` resource is not there is told where it is declared; a write, also one of a
    // part, may bring what the service makes of it.
    let stays = observed.get(id).is_some() && found.within(id).next().is_none();
    stays.then_some(NO_SUCH_VALUE)
}

/// Tells whether a resource is declared to have an identity of its own, where the topology says so.
fn will_have_identity(id: &ResourceId, desired: &Desired) -> Option<bool> {
    let wanted = desired.get(id).filter(|wanted| wanted.mode != Mode::Existing)?;
    let kind = wanted.body.pointer("/identity/type")?.as_str()?;
    Some(kind.contains("SystemAssigned"))
}

fn guard(
    resource: &DesiredResource,
    reference: &Reference,
    desired: &Desired,
    reason: &Reason,
) -> Guard {
    let (holder, property) = told(reference, desired);
    let message = format!("it takes `{property}` of `{holder}`, which {}", reason.message);
    refusal(resource, message, reason.help)
}

/// Returns how people call what a reference leads to, and the property.
fn told(reference: &Reference, desired: &Desired) -> (String, String) {
    let Reference { id, pointer } = reference;
    let holder = desired.get(id).map_or(id.as_str(), |holder| holder.address.as_str());
    (holder.to_owned(), pointer.trim_start_matches('/').replace('/', "."))
}

fn refusal(resource: &DesiredResource, message: String, help: &str) -> Guard {
    let (code, address) = (Code::ValueMissing, resource.address.clone());
    Guard { code, address, message, help: help.to_owned() }
}
