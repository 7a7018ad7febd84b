//! Applies a reference architecture while its apps answer 503, and stops it everywhere.
//!
//! A run that stops because an app does not answer is followed by others, whose plans have fewer
//! actions left. None of them may lead anybody to such an app.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use serde_json::Value;
use simulator::{HostHealth, Scenario, Simulator};

use super::mixture::{Cut, Mixture, REQUESTS};
use super::trial::Trial;
use super::verdict::look;
use super::{Start, in_runtime};

/// Ways that lead to hosts, as resource ID and host.
pub type Ways = BTreeSet<(String, String)>;

/// Runs after the one that is cut short.
const RUNS_AFTER: usize = 2;

/// Cuts a run short after each `step` requests, and lets others follow, while `hosts` answer 503;
/// returns how many runs were cut.
pub fn try_all(start: &Start, hosts: &[&str], step: usize) -> anyhow::Result<usize> {
    let mut made = 0;
    for requests in (1..REQUESTS).step_by(step) {
        for cut in [Cut::Kill { requests }, Cut::Interrupt { requests }] {
            let mixture = Mixture { cuts: vec![cut], ..Mixture::calm(0) };
            let trial = Trial::new(start, mixture);
            in_runtime(trial.fail(dark(hosts), RUNS_AFTER))
                .with_context(|| format!("{hosts:?} are dark, {cut:?}"))?;
            made += 1;
        }
    }
    Ok(made)
}

fn dark(hosts: &[&str]) -> Scenario {
    let health = || HostHealth { status: 503, paths: BTreeMap::new(), body: None };
    let hosts = hosts.iter().map(|host| ((*host).to_owned(), health()));
    Scenario { hosts: hosts.collect(), ..Scenario::default() }
}

/// Returns the ways that lead to one of the hosts that answer 503, as resource ID and host.
pub async fn ways_there(simulator: &Simulator, dark: &Scenario) -> anyhow::Result<Ways> {
    let settled = look(simulator).await?;
    let mut ways = Ways::new();
    for (id, body) in settled.all() {
        let name = body.pointer("/properties/CNAMERecord/cname");
        let endpoints = body.pointer("/properties/endpoints").and_then(Value::as_array);
        let is_on = |member: &&Value| {
            member.pointer("/properties/endpointStatus") != Some(&"Disabled".into())
        };
        let targets = endpoints.into_iter().flatten().filter(is_on);
        let targets = targets.filter_map(|member| member.pointer("/properties/target"));
        for host in targets.chain(name).filter_map(Value::as_str).map(str::to_ascii_lowercase) {
            if dark.hosts.contains_key(&host) {
                ways.insert((id.clone(), host));
            }
        }
    }
    Ok(ways)
}

/// Fails where a router, or a name, has been led to what is dark.
pub fn nobody_was_led_there(before: &Ways, after: &Ways) -> anyhow::Result<()> {
    match after.difference(before).next() {
        Some((id, host)) => bail!("`{id}` leads to {host}, which answers 503"),
        None => Ok(()),
    }
}
