//! What each edge knows of the health of origins.
//!
//! Source: <https://learn.microsoft.com/azure/frontdoor/health-probes>: every edge asks by its own clock,
//! 200 alone is well, and so many of the last samples must be.

use resource::ResourceId;
use serde_json::Value;

use super::origin::{self, taking_part};
use super::{EDGES, deployed};
use crate::families::front_door::{groups, profiles, within};
use crate::kind::azure::Azure;
use crate::kind::visit::Visit;
use crate::protocol::hosts;
use crate::store::state::Probed;

/// How the origins of a group are probed.
struct Plan {
    path: String,
    method: String,
    is_secure: bool,
    /// The milliseconds between two probes.
    every: u64,
    samples: usize,
    needed: usize,
}

fn plan(azure: &Azure, group: &Value) -> Option<Plan> {
    let properties = &group["properties"];
    let probe = properties.get("healthProbeSettings").filter(|probe| probe.is_object())?;
    let number = |value: &Value, or: u64| value.as_u64().unwrap_or(or);
    let counts = &properties["loadBalancingSettings"];
    let secs = number(&probe["probeIntervalInSeconds"], 100);
    let count = |name: &str, or| usize::try_from(number(&counts[name], or)).unwrap_or(usize::MAX);
    Some(Plan {
        path: probe["probePath"].as_str().unwrap_or("/").to_owned(),
        method: probe["probeRequestType"].as_str().unwrap_or("HEAD").to_owned(),
        is_secure: probe["probeProtocol"] != "Http",
        every: azure.settings.latency.millis(secs as f64),
        samples: count("sampleSize", 4).clamp(1, 255),
        needed: count("successfulSamplesRequired", 3),
    })
}

fn key(origin: &ResourceId, edge: u64) -> String {
    format!("{}#{edge}", origin.key())
}

/// Asks an origin as a probe does.
fn asked(azure: &Azure, plan: &Plan, id: &ResourceId, body: &Value) -> bool {
    let probe = Visit { is_secure: plan.is_secure, ..Visit::plain("", &plan.path) };
    let front_door = within::profile(azure, id).map(|profile| profiles::id_of(azure, profile));
    let mut probe = origin::towards(azure, id, body, probe, &front_door.unwrap_or_default());
    // A probe has no host of its own to pass on.
    probe.host = probe.host.filter(|host| !host.is_empty());
    probe.method.clone_from(&plan.method);
    hosts::ask_taking_strangers_for_well(azure, &probe).status == 200
}

/// Tells whether an edge takes an origin for well.
pub(super) fn is_well(azure: &Azure, group: &ResourceId, origin: &ResourceId, edge: u64) -> bool {
    let plan = deployed::body(azure, group.as_str()).and_then(|group| plan(azure, group));
    let Some(plan) = plan else { return true };
    if plan.every == 0 {
        // Nothing takes time: the last probe has just been.
        let body = deployed::body(azure, origin.as_str());
        return body.is_some_and(|body| asked(azure, &plan, origin, body));
    }
    match azure.state.probed.get(&key(origin, edge)) {
        None => true,
        Some(known) => {
            let failed =
                known.samples.iter().rev().take(plan.samples).filter(|good| !**good).count();
            plan.samples - failed >= plan.needed.min(plan.samples)
        }
    }
}

/// Lets every probe that is due be made.
pub(in super::super) fn probe(azure: &mut Azure) {
    if azure.state.deployed.is_empty() {
        return;
    }
    let mut noted = vec![];
    for (group, body) in deployed::all(azure, groups::GROUPS, None) {
        let Some(plan) = plan(azure, body).filter(|plan| plan.every > 0) else { continue };
        for (id, body) in taking_part(azure, &group) {
            let mut answer = None;
            for edge in 0..EDGES {
                let key = key(&id, edge);
                let known = azure.state.probed.get(&key);
                let first = azure.now + plan.every * (edge + 1) / EDGES;
                let mut row = known.cloned().unwrap_or(Probed { next: first, samples: vec![] });
                if known.is_some() && row.next > azure.now {
                    continue;
                }
                // After a long pause the last samples are all that counts.
                let span = plan.every * plan.samples as u64;
                row.next = row.next.max(azure.now.saturating_sub(span));
                while row.next <= azure.now {
                    let is_good = *answer.get_or_insert_with(|| asked(azure, &plan, &id, body));
                    row.samples.push(is_good);
                    row.next += plan.every;
                }
                let surplus = row.samples.len().saturating_sub(plan.samples);
                row.samples.drain(..surplus);
                noted.push((key, row));
            }
        }
    }
    for (key, row) in noted {
        azure.state.probed.insert(key, row);
        azure.touched();
    }
}
