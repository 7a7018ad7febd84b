//! What the edge has of what was written: each write reaches it late, and writes queue.
//!
//! Source: <https://learn.microsoft.com/azure/frontdoor/front-door-faq>: a change takes up to twenty
//! minutes, one that comes meanwhile waits for the next turn.

use resource::ResourceId;
use serde_json::Value;

use crate::families::front_door::within;
use crate::kind::azure::Azure;
use crate::store::state::Deployed;

/// How long a change takes to be in force at every edge.
const PROPAGATION_SECS: f64 = 1200.0;

/// Lets a body reach the edge, or the news that there is none any more.
pub(in super::super) fn note(azure: &mut Azure, id: &ResourceId, body: Option<Value>) {
    note_in_turn_of(azure, id, id, body);
}

/// Lets a body reach the edge with what is written to the profile that another resource lies in.
pub(in super::super) fn note_in_turn_of(
    azure: &mut Azure,
    id: &ResourceId,
    other: &ResourceId,
    body: Option<Value>,
) {
    let from = due(azure, other);
    let now = azure.now;
    let mut rows = azure.state.deployed.get(id.key()).cloned().unwrap_or_default();
    // What is replaced by the same turn never comes out; what was before the one in force has gone.
    rows.retain(|row| row.from < from);
    if let Some(at) = rows.iter().rposition(|row| row.from <= now) {
        rows.drain(..at);
    }
    rows.push(Deployed { from, body });
    let is_gone = rows.iter().all(|row| row.body.is_none());
    if is_gone {
        azure.state.deployed.remove(id.key());
    } else {
        azure.state.deployed.insert(id.key().to_owned(), rows);
    }
    azure.touched();
}

/// Returns when a write that is made now is in force.
fn due(azure: &Azure, id: &ResourceId) -> u64 {
    let takes = azure.settings.latency.millis(PROPAGATION_SECS);
    // What happens behind everybody's back has been there for long.
    if takes == 0 || azure.is_unguarded {
        return azure.now;
    }
    let scope = within::profile(azure, id).map_or_else(|| id.clone(), |profile| profile.id.clone());
    let mut turns: Vec<u64> = below(azure, scope.key())
        .flat_map(|(_, rows)| rows.iter().map(|row| row.from))
        .filter(|from| *from > azure.now)
        .collect();
    turns.sort_unstable();
    turns.dedup();
    match turns.as_slice() {
        [] => azure.now + takes,
        [running] => running + takes,
        [.., next] => *next,
    }
}

fn below<'a>(
    azure: &'a Azure,
    key: &str,
) -> impl Iterator<Item = (&'a String, &'a Vec<Deployed>)> + use<'a> {
    let (from, to) = (key.to_owned(), format!("{key}0"));
    let prefix = format!("{key}/");
    // `0` comes right behind `/`.
    azure
        .state
        .deployed
        .range(from.clone()..to)
        .filter(move |(key, _)| **key == from || key.starts_with(&prefix))
}

/// Returns what was written last of a resource, in force or not.
pub(in super::super) fn newest<'a>(azure: &'a Azure, id: &ResourceId) -> Option<&'a Value> {
    azure.state.deployed.get(id.key())?.last()?.body.as_ref()
}

/// Returns what is in force of a resource.
pub(in super::super) fn of<'a>(azure: &'a Azure, id: &ResourceId) -> Option<&'a Value> {
    in_force(azure, azure.state.deployed.get(id.key())?)
}

/// Returns what is in force of the resource that a text names.
pub(super) fn body<'a>(azure: &'a Azure, id: &str) -> Option<&'a Value> {
    of(azure, &ResourceId::parse(id).ok()?)
}

fn in_force<'a>(azure: &Azure, rows: &'a [Deployed]) -> Option<&'a Value> {
    rows.iter().rev().find(|row| row.from <= azure.now)?.body.as_ref()
}

/// Returns all that is in force of a type, below a resource or anywhere.
pub(super) fn all<'a>(
    azure: &'a Azure,
    kind: &'static str,
    within: Option<&ResourceId>,
) -> Vec<(ResourceId, &'a Value)> {
    let own = |(key, rows): (&String, &'a Vec<Deployed>)| {
        let id = ResourceId::parse(key).ok().filter(|id| id.resource_type().is(kind))?;
        let body = in_force(azure, rows)?;
        // Known by the spelling that it was given.
        let id = body["id"].as_str().and_then(|id| ResourceId::parse(id).ok()).unwrap_or(id);
        Some((id, body))
    };
    match within {
        Some(id) => below(azure, id.key()).filter_map(own).collect(),
        None => azure.state.deployed.iter().filter_map(own).collect(),
    }
}
