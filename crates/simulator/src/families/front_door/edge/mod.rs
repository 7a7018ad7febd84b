//! The edge: what becomes of a request for the host of an endpoint or for a custom domain.
//!
//! Source: <https://learn.microsoft.com/azure/frontdoor/front-door-routing-architecture>: firewall,
//! route, rules, group, origin.

mod actions;
mod conditions;
mod deployed;
mod firewall;
mod memory;
mod origin;
mod probes;
mod route;
mod watch;

use resource::ResourceId;
use serde_json::Value;

pub(super) use deployed::{newest, note, note_in_turn_of, of as in_force};
pub(super) use memory::purge;
pub(super) use probes::probe;

use super::endpoints::ENDPOINTS;
use super::{domains, profiles, within};
use crate::families::dns_zones::answers;
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::kind::family::Served;
use crate::kind::visit::{Reply, Visit};
use crate::protocol::{dns, hosts};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Lets what was written reach the edge, and looks at what it leaves behind.
pub(super) fn written(azure: &mut Azure, draft: &Draft) {
    let body = azure.state.get(&draft.id).map(|stored| stored.body.clone());
    note(azure, &draft.id, body);
    watch::look(azure, &draft.id, if draft.is_patch { "PATCH" } else { "PUT" });
}

/// Lets the edge forget what was deleted.
pub(super) fn deleted(azure: &mut Azure, stored: &Stored) {
    note(azure, &stored.id, None);
    watch::look(azure, &stored.id, "DELETE");
}

/// How many edges probe and answer here; in Azure there are about two hundred.
const EDGES: u64 = 3;

/// A host that the edge answers for.
struct Front<'a> {
    profile: &'a Stored,
    /// What stands in routes and policies for the host: its domain or its endpoint.
    key: ResourceId,
    /// Whether it is the endpoint's own host.
    is_default: bool,
}

/// Answers a request under a host of the edge, or returns `None`.
pub(super) fn plane(azure: &mut Azure, request: &Request) -> Option<Answer> {
    let mut visit = Visit::of(request);
    visit.turn = memory::turn(azure);
    front(azure, &visit)?;
    if let Some(refused) = memory::limited(azure, &visit) {
        return Some(hosts::written(refused));
    }
    if let Some(cached) = memory::cached(azure, &visit) {
        return Some(hosts::written(cached));
    }
    let reply = answer(azure, &visit)?;
    memory::keep(azure, &visit, &reply);
    Some(hosts::written(reply))
}

/// Tells what answers a visit, for those who only ask.
pub(super) fn host(azure: &Azure, visit: &Visit) -> Option<Served> {
    // Most names are no edge's.
    if azure.state.deployed.is_empty() {
        return None;
    }
    answer(azure, visit).map(Served::Answered)
}

fn answer(azure: &Azure, visit: &Visit) -> Option<Reply> {
    let front = front(azure, visit)?;
    let mut reply = match firewall::verdict(azure, &front, visit) {
        Some(refused) => refused,
        None => routed(azure, &front, visit),
    };
    let reference = azure.uuid(&format!("{}{}{}", visit.name(), visit.path, visit.turn));
    reply.headers.push(("x-azure-ref".to_owned(), reference.replace('-', "")));
    Some(reply)
}

/// Finds whose host it is. A domain that is not proved yet is nobody's.
fn front<'a>(azure: &'a Azure, visit: &Visit) -> Option<Front<'a>> {
    let host = visit.name();
    let is_host = |body: &Value| body["properties"]["hostName"].as_str() == Some(host);
    if host.ends_with(super::endpoints::SUFFIX) {
        let all = deployed::all(azure, ENDPOINTS, None);
        let (id, _) = all.into_iter().find(|(_, body)| is_host(body))?;
        let profile = within::profile(azure, &id)?;
        return Some(Front { profile, key: id, is_default: true });
    }
    // The edge knows a domain by its name, however the name came to lead there.
    let domain = domains::owner(azure, host)?;
    let is_endpoint = |name: &str| name.ends_with(super::endpoints::SUFFIX);
    let leads = || is_endpoint(&dns::leads_to(azure, host)) || is_alias(azure, host);
    let is_here = is_endpoint(&visit.connected) || (visit.connected == host && leads());
    if !is_here {
        return None;
    }
    let profile = within::profile(azure, &domain.id)?;
    Some(Front { profile, key: domain.id.clone(), is_default: false })
}

/// Tells whether an alias record leads from a name to an endpoint.
fn is_alias(azure: &Azure, host: &str) -> bool {
    let set = answers::record_set(azure, &dns::trimmed(host), "A");
    let target = set.and_then(|set| set.text("/targetResource/id")).map(str::to_ascii_lowercase);
    target.is_some_and(|target| target.contains("/afdendpoints/"))
}

/// What is answered where there is no route, no origin, or none that may be asked.
fn nothing(front: &Front<'_>) -> Reply {
    Reply::of(404, front.profile.id.name())
}

fn routed(azure: &Azure, front: &Front<'_>, visit: &Visit) -> Reply {
    let is_proved =
        front.is_default || azure.state.get(&front.key).is_some_and(domains::is_approved);
    let Some(route) = route::find(azure, front, visit).filter(|_| is_proved) else {
        return nothing(front);
    };
    if let Some(redirect) = route.to_https(visit) {
        return redirect;
    }
    let done = actions::run(azure, &route, visit);
    let mut reply = match done.redirect {
        Some(ref redirect) => redirect.clone(),
        None => {
            let group = done.group.as_deref().or_else(|| route.group());
            let group = group.and_then(|id| ResourceId::parse(id).ok());
            let Some(group) = group else { return nothing(front) };
            let passed = route.passed_on(&done.visit, done.is_rewritten);
            origin::ask(azure, front, &group, passed).unwrap_or_else(|| nothing(front))
        }
    };
    reply.headers.extend(done.headers);
    reply
}

/// Returns what a profile is known by at its origins.
fn id_of(azure: &Azure, front: &Front<'_>) -> String {
    profiles::id_of(azure, front.profile)
}

/// Returns the edge that a visit comes to.
fn edge_of(visit: &Visit) -> u64 {
    visit.header("x-simulated-edge").and_then(|edge| edge.parse().ok()).unwrap_or(0) % EDGES
}
