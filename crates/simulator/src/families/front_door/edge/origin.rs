//! Which origin of a group is asked.
//!
//! Source: <https://learn.microsoft.com/azure/frontdoor/routing-methods>: of those that are well the
//! ones of the highest priority, of these the nearest, of these by weight. Where none is well all are
//! taken for it.

use resource::ResourceId;
use serde_json::Value;

use super::{Front, deployed, edge_of, id_of, probes};
use crate::families::front_door::{origins, private_link};
use crate::kind::azure::Azure;
use crate::kind::visit::{Reply, Visit};
use crate::protocol::hosts;

/// The tag of the addresses from which the edge asks.
const TAG: &str = "AzureFrontDoor.Backend";

/// What the edge has of an origin that takes part.
pub(super) type Origin<'a> = (ResourceId, &'a Value);

/// Returns the origins of a group that take part.
pub(super) fn taking_part<'a>(azure: &'a Azure, group: &ResourceId) -> Vec<Origin<'a>> {
    let mut all = deployed::all(azure, origins::ORIGINS, Some(group));
    all.retain(|(_, body)| body["properties"]["enabledState"] != "Disabled");
    all
}

/// Passes a visit on to an origin of a group; `None` where none may be asked.
pub(super) fn ask(
    azure: &Azure,
    front: &Front<'_>,
    group: &ResourceId,
    visit: Visit,
) -> Option<Reply> {
    let all = taking_part(azure, group);
    let open: Vec<&Origin<'_>> = all.iter().filter(|origin| is_open(azure, origin)).collect();
    let edge = edge_of(&visit);
    let well: Vec<&Origin<'_>> =
        open.iter().copied().filter(|(id, _)| probes::is_well(azure, group, id, edge)).collect();
    let candidates = if well.is_empty() { open } else { well };
    let (id, body) = chosen(azure, group, candidates, edge, visit.turn)?;
    let passed = towards(azure, id, body, visit, &id_of(azure, front));
    let reply = hosts::ask_taking_strangers_for_well(azure, &passed);
    // Nobody is there: the name of the origin leads nowhere.
    Some(if reply.by.is_empty() { Reply::of(502, front.profile.id.name()) } else { reply })
}

/// Tells whether an origin can be reached: in the open, or once its target lets the edge in.
fn is_open(azure: &Azure, (id, body): &Origin<'_>) -> bool {
    match private_link::connection(azure, id, body) {
        None => true,
        Some(link) => {
            let known = deployed::body(azure, link.as_str());
            known.is_some_and(|known| {
                known["properties"]["privateLinkServiceConnectionState"]["status"] == "Approved"
            })
        }
    }
}

fn number(body: &Value, pointer: &str, or: u64) -> u64 {
    body.pointer(pointer).and_then(Value::as_u64).unwrap_or(or)
}

fn chosen<'a, 'b>(
    azure: &Azure,
    group: &ResourceId,
    mut candidates: Vec<&'b Origin<'a>>,
    edge: u64,
    turn: u64,
) -> Option<&'b Origin<'a>> {
    let priority = |origin: &&Origin<'_>| number(origin.1, "/properties/priority", 1);
    let first = candidates.iter().map(priority).min()?;
    candidates.retain(|origin| priority(origin) == first);
    let group = deployed::body(azure, group.as_str())?;
    let band =
        number(group, "/properties/loadBalancingSettings/additionalLatencyInMilliseconds", 0);
    let nearest = candidates.iter().map(|origin| latency(azure, &origin.0, edge)).min()?;
    candidates.retain(|origin| latency(azure, &origin.0, edge) <= nearest + band);
    let weight = |origin: &&Origin<'_>| number(origin.1, "/properties/weight", 500);
    let all: u64 = candidates.iter().map(weight).sum();
    let mut at = (turn * 97) % all.max(1);
    for origin in &candidates {
        if at < weight(origin) {
            return Some(origin);
        }
        at -= weight(origin);
    }
    candidates.first().copied()
}

/// Returns how far an origin is from an edge, in milliseconds: always the same, 10 to 110.
fn latency(azure: &Azure, origin: &ResourceId, edge: u64) -> u64 {
    let text = azure.uuid(&format!("latency/{edge}/{}", origin.key()));
    let drawn = text.get(..4).and_then(|hex| u64::from_str_radix(hex, 16).ok());
    10 + 20 * (drawn.unwrap_or_default() % 6)
}

/// Returns a visit as an origin sees it.
pub(super) fn towards(
    azure: &Azure,
    id: &ResourceId,
    body: &Value,
    visit: Visit,
    front_door: &str,
) -> Visit {
    let properties = &body["properties"];
    let host = properties["hostName"].as_str().unwrap_or_default().to_ascii_lowercase();
    let own = properties["originHostHeader"].as_str().filter(|host| !host.is_empty());
    let asked = own.map_or_else(|| visit.name().to_owned(), str::to_ascii_lowercase);
    let mut headers = visit.headers.clone();
    headers.insert("x-azure-fdid".to_owned(), front_door.to_owned());
    headers.insert("x-forwarded-host".to_owned(), visit.name().to_owned());
    headers.insert("x-forwarded-for".to_owned(), visit.address.to_string());
    Visit {
        host: (asked != host).then_some(asked),
        connected: host,
        headers,
        // One of the addresses of the service.
        address: std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 147)),
        tag: Some(TAG),
        link: private_link::connection(azure, id, body),
        ..visit
    }
}
