//! What only one resource may have: a host name in the place of an app, what an autoscale setting scales.

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

/// Returns what is to be made beside `id` with its name in its place.
pub fn twins(id: &ResourceId, desired: &Desired, observed: &Observed) -> Vec<ResourceId> {
    let here = place(id, &|parent, pointer| wanted(parent, pointer, desired, observed));
    let is_twin = |other: &ResourceId| {
        other < id
            && observed.get(other).is_none()
            && has_its_name(id, other)
            && here.is_some()
            && here == place(other, &|parent, pointer| wanted(parent, pointer, desired, observed))
    };
    desired.resources().map(|resource| &resource.id).filter(|id| is_twin(id)).cloned().collect()
}

/// Returns what lays hold of the thing that `id` is to lay hold of, where only one of its type may.
pub fn claimants(id: &ResourceId, desired: &Desired, observed: &Observed) -> Vec<ResourceId> {
    let Some(pointer) = facts_of(id).claims else { return vec![] };
    let text = |body: &Value| body.pointer(pointer)?.as_str().map(str::to_ascii_lowercase);
    let Some(claimed) = desired.get(id).and_then(|wanted| text(&wanted.body)) else {
        return vec![];
    };
    let is_one = |seen: &&Observation| {
        seen.id != *id
            && seen.id.resource_type() == id.resource_type()
            && text(&seen.body).is_some_and(|held| held == claimed)
    };
    observed.resources.values().filter(is_one).map(|seen| seen.id.clone()).collect()
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
