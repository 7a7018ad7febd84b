//! What a resource stands on, and goes with.

use plan::PropertyChange;
use resource::catalogue::facts_of;
use resource::{Observation, Observed, ResourceId};
use serde_json::Value;

use crate::desired::DesiredResource;

/// What a resource stands on, by one of its properties.
pub struct Ground {
    /// The property that names it.
    pub path: &'static str,
    /// Why the resource goes with it.
    pub reason: &'static str,
    /// What is named.
    pub id: ResourceId,
}

/// Returns what a resource of this body stands on. What the service never answers is as it is wanted.
pub fn grounds<'a>(
    id: &ResourceId,
    body: &'a Value,
    wanted: Option<&'a DesiredResource>,
) -> impl Iterator<Item = Ground> + use<'a> {
    let facts = facts_of(id);
    facts.stands_on.iter().filter_map(move |(path, reason)| {
        let is_kept = facts.write_only.contains(path);
        let wanted = wanted.filter(|_| is_kept).and_then(|wanted| named(&wanted.body, path));
        Some(Ground { path, reason, id: named(body, path).or(wanted)? })
    })
}

/// Finds the properties that name what is made anew although the resource stands on it.
pub fn lost(
    resource: &DesiredResource,
    observation: &Observation,
    observed: &Observed,
) -> Vec<PropertyChange> {
    grounds(&resource.id, &observation.body, Some(resource))
        .filter(|ground| observed.is_renewed(&ground.id))
        .filter_map(|Ground { path, reason, id }| {
            let wanted = named(&resource.body, path).filter(|wanted| *wanted == id)?;
            Some(PropertyChange {
                path: path.to_owned(),
                before: Some(Value::from(id.as_str())),
                after: Some(Value::from(wanted.as_str())),
                sensitive: false,
                forces_replacement: Some(reason.to_owned()),
            })
        })
        .collect()
}

fn named(body: &Value, path: &str) -> Option<ResourceId> {
    let named = body.pointer(&format!("/{}", path.replace('.', "/")))?.as_str()?;
    ResourceId::parse(named).ok()
}
