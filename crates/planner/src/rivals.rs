//! What only one resource may have: a host name in the place of an app, what an autoscale setting scales.

use std::collections::BTreeSet;

use resource::catalogue::{OneName, facts_of};
use resource::{Observation, Observed, ResourceId};
use serde_json::Value;

use crate::desired::{Desired, DesiredResource, Mode};

/// Returns what is to be made and waits for `held` to let go of its name.
pub fn awaits<'a>(
    held: &ResourceId,
    desired: &'a Desired,
    observed: &Observed,
) -> Option<&'a DesiredResource> {
    facts_of(held).one_name?;
    let is_new = |id: &ResourceId| observed.get(id).is_none();
    let mut managed = desired.resources().filter(|resource| resource.mode != Mode::Existing);
    managed.find(|new| is_new(&new.id) && is_rival(&new.id, held, desired, observed))
}

/// Returns what bears the name in the place where `id` is to bear it.
pub fn rivals(id: &ResourceId, desired: &Desired, observed: &Observed) -> Vec<ResourceId> {
    let held = observed.resources.keys().filter(|held| is_rival(id, held, desired, observed));
    held.cloned().collect()
}

/// Returns what is asked for beside `id` with its name in its place.
pub fn twins(id: &ResourceId, desired: &Desired, observed: &Observed) -> Vec<ResourceId> {
    let here = place(id, &|parent, pointer| wanted(parent, pointer, desired, observed));
    let is_twin = |other: &ResourceId| {
        other < id
            && has_its_name(id, other)
            && here.is_some()
            && here == place(other, &|parent, pointer| wanted(parent, pointer, desired, observed))
    };
    desired.resources().map(|resource| &resource.id).filter(|id| is_twin(id)).cloned().collect()
}

/// Returns what lays hold of something that `id` is to lay hold of anew, where only one of its type may.
pub fn claimants(id: &ResourceId, desired: &Desired, observed: &Observed) -> Vec<ResourceId> {
    let taken = taken(id, desired, observed);
    let is_one = |seen: &&Observation| {
        seen.id != *id && is_like(&seen.id, id) && !claims(&seen.id, &seen.body).is_disjoint(&taken)
    };
    let held = observed.resources.values().filter(|_| !taken.is_empty()).filter(is_one);
    held.map(|seen| seen.id.clone()).collect()
}

/// Returns what is to lay hold of the same as `id`, where neither does yet.
pub fn fellow_claimants(
    id: &ResourceId,
    desired: &Desired,
    observed: &Observed,
) -> Vec<ResourceId> {
    let own = taken(id, desired, observed);
    let is_one = |other: &&ResourceId| {
        *other < id && is_like(other, id) && !taken(other, desired, observed).is_disjoint(&own)
    };
    let others = desired.resources().filter(|_| !own.is_empty()).map(|resource| &resource.id);
    others.filter(is_one).cloned().collect()
}

/// Tells whether `held` stays and is to lay hold of nothing that `id` takes.
pub fn lets_go(held: &ResourceId, id: &ResourceId, desired: &Desired, observed: &Observed) -> bool {
    let managed = desired.get(held).filter(|resource| resource.mode != Mode::Existing);
    facts_of(id).claims.is_some()
        && managed.is_some_and(|resource| {
            claims(held, &resource.body).is_disjoint(&taken(id, desired, observed))
        })
}

/// Returns what a resource is to lay hold of and does not yet.
fn taken(id: &ResourceId, desired: &Desired, observed: &Observed) -> BTreeSet<String> {
    let managed = desired.get(id).filter(|resource| resource.mode != Mode::Existing);
    let mut wanted = managed.map(|resource| claims(id, &resource.body)).unwrap_or_default();
    if let Some(seen) = observed.get(id) {
        let held = claims(id, &seen.body);
        wanted.retain(|claim| !held.contains(claim));
    }
    wanted
}

fn claims(id: &ResourceId, body: &Value) -> BTreeSet<String> {
    facts_of(id).claims.map(|of| of(id, body)).unwrap_or_default()
}

fn is_like(one: &ResourceId, other: &ResourceId) -> bool {
    one.resource_type() == other.resource_type()
}

fn is_rival(id: &ResourceId, held: &ResourceId, desired: &Desired, observed: &Observed) -> bool {
    let here = || place(id, &|parent, pointer| wanted(parent, pointer, desired, observed));
    let there = || place(held, &|parent, pointer| observed.property(parent, pointer).cloned());
    has_its_name(id, held) && here().is_some_and(|here| there() == Some(here))
}

fn has_its_name(id: &ResourceId, other: &ResourceId) -> bool {
    id != other
        && facts_of(id).one_name.is_some()
        && facts_of(id).one_name == facts_of(other).one_name
        && id.name().eq_ignore_ascii_case(other.name())
}

/// Returns what a parent will have, as far as that is known.
fn wanted(
    parent: &ResourceId,
    pointer: &str,
    desired: &Desired,
    observed: &Observed,
) -> Option<Value> {
    let declared = desired.get(parent).and_then(|resource| resource.body.pointer(pointer));
    declared.or_else(|| observed.property(parent, pointer)).cloned()
}

/// Returns the place of a child: its group's ID, and what its parent has in common with others there.
fn place(
    id: &ResourceId,
    of: &impl Fn(&ResourceId, &str) -> Option<Value>,
) -> Option<(String, Vec<String>)> {
    let OneName { stands_on, alike } = facts_of(id).one_name?;
    let parent = id.parent()?;
    let base = ResourceId::parse(of(&parent, stands_on)?.as_str()?).ok()?;
    let group = ResourceId::group(base.subscription()?, base.resource_group()?);
    let alike = alike.iter().map(|pointer| word(of(&parent, pointer))).collect();
    Some((group.key().to_string(), alike))
}

/// Returns a value as places are compared: `West Europe` is `westeurope`, and a switch that is not
/// there is off.
fn word(value: Option<Value>) -> String {
    match value {
        Some(Value::String(text)) => text.replace(' ', "").to_ascii_lowercase(),
        None | Some(Value::Null | Value::Bool(false)) => String::new(),
        Some(value) => value.to_string(),
    }
}
