//! The ways to what routers lead to: how each may be asked, and by which names users come.

use std::collections::BTreeSet;

use plan::Place;
use resource::catalogue::{self, Destination, facts_of};
use resource::{Expression, ResourceId};
use serde_json::{Value, json};

use crate::desired::Desired;
use crate::order::Monitored;

/// A member of a router, as its probe asks it.
#[derive(Debug, Clone, PartialEq)]
pub struct Door {
    /// Its address, `trafficManager/main/endpoints/eu2`.
    pub address: String,
    /// Where the router is declared.
    pub place: Option<Place>,
    /// The host that is connected to; may be an expression.
    pub host: Value,
    /// `https` or `http`.
    pub scheme: String,
    /// The port, where it is not the usual one.
    pub port: Option<u64>,
    /// The path, with its leading slash.
    pub path: String,
    /// Headers; a value may be an expression.
    pub headers: Vec<(String, Value)>,
    /// The status codes that count as healthy, as inclusive ranges.
    pub expected: Vec<(u16, u16)>,
    /// A text that the answer must hold.
    pub holds: Option<String>,
    /// The domains whose users come here.
    pub names: Vec<String>,
}

/// Returns the members of all routers that probe by HTTP, in the order of the topology.
pub fn doors(desired: &Desired) -> Vec<Door> {
    let mut doors = vec![];
    for router in desired.resources().filter(|router| router.body.is_object()) {
        let kind = router.id.resource_type();
        for lead in catalogue::leads(&kind, &router.body) {
            let Some(member) = lead.member else { continue };
            let monitor = Monitored::read((&router.id, &router.body, member));
            let Some(monitor) = monitor.filter(|monitor| !monitor.is_tcp) else { continue };
            let Some(host) = host(&lead.to) else { continue };
            let refusals = refusals(desired, &lead.to);
            let label = lead.label.as_deref().unwrap_or_default();
            doors.push(Door {
                address: format!("{}/endpoints/{label}", router.address),
                place: router.place.clone(),
                host,
                port: monitor.unusual_port(),
                scheme: monitor.scheme,
                path: monitor.path,
                headers: monitor.headers,
                expected: monitor.expected.into_iter().chain(refusals).collect(),
                holds: desired.held.get(&router.id).cloned(),
                names: names(desired, &router.id),
            });
        }
    }
    doors
}

/// Returns the host of what a router leads to; none of what is no host itself.
fn host(to: &Destination) -> Option<Value> {
    match to {
        Destination::Host(host) => Some(json!(host)),
        Destination::Resource(id) => {
            let serving = facts_of(id).serving?;
            Some(Expression::reference(id, serving.host).to_value())
        }
    }
}

/// Returns how what a router leads to answers those whom it is declared to shut out, as we may be.
fn refusals(desired: &Desired, to: &Destination) -> Vec<(u16, u16)> {
    let Destination::Resource(id) = to else { return vec![] };
    let refusals = desired.refusals.get(id).into_iter().flatten();
    refusals.map(|status| (*status, *status)).collect()
}

/// Returns the domains that lead to a router, also by way of others.
fn names(desired: &Desired, router: &ResourceId) -> Vec<String> {
    let mut routers = BTreeSet::from([router.clone()]);
    loop {
        let leads_there = |id: &ResourceId, body: &Value| {
            let leads = catalogue::leads(&id.resource_type(), body);
            leads.iter().any(|lead| match &lead.to {
                Destination::Resource(id) => routers.contains(id),
                Destination::Host(_) => false,
            })
        };
        let above: Vec<ResourceId> = desired
            .resources()
            .filter(|it| !routers.contains(&it.id) && leads_there(&it.id, &it.body))
            .map(|it| it.id.clone())
            .collect();
        if above.is_empty() {
            break;
        }
        routers.extend(above);
    }
    let domains = desired.domains.iter();
    let here = domains.filter(|it| it.leads_to.as_ref().is_some_and(|id| routers.contains(id)));
    // A wildcard is no name that anybody asks for.
    here.map(|domain| domain.name.clone()).filter(|name| !name.starts_with("*.")).collect()
}
