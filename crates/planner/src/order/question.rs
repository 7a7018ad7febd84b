//! How it is asked whether something serves: as its router asks, else as its health path says.

use std::collections::BTreeSet;

use plan::{Action, ActionId, Band, Operation, Verb};
use resource::catalogue::{Destination, facts_of};
use resource::{Expression, Observed, Part, ResourceId};
use serde_json::{Value, json};

use super::Scene;
use super::gate::{Way, members_of};
use crate::desired::{Desired, StampProbe, ids_in};
use crate::resolve::{Secrets, resolve};

/// How long an app may take to answer after it was changed.
const PROBE_TIMEOUT_SECS: u64 = 300;

/// What counts as an answer where nothing says which path tells of health: the app runs. App
/// Service itself answers 403 for an app that is stopped, and 5xx for one that cannot start.
const ANY_ANSWER: [(u16, u16); 2] = [(200, 402), (404, 499)];

/// A question to something that traffic is led to.
#[derive(Debug, Clone)]
pub(super) struct Question {
    address: String,
    resource: ResourceId,
    band: Band,
    url: Option<Value>,
    headers: Vec<(String, Value)>,
    expected: Vec<(u16, u16)>,
    holds: Option<String>,
    /// The addresses by which it may be permitted not to ask.
    permits: Vec<String>,
}

impl Question {
    /// Makes the question to `to`, which is the resource `id` where it is one, as `way` leads there.
    pub fn new(scene: &Scene<'_>, to: &Destination, id: Option<&ResourceId>, way: Way<'_>) -> Self {
        let monitor = way.router.and_then(Monitored::read);
        let of_router = way.router.and_then(|(router, ..)| scene.desired.held.get(router)).cloned();
        let mut permits = way_addresses(scene, way);
        match id {
            Some(id) => {
                let known = scene.desired.probes.iter().find(|probe| probe.app == *id);
                let resource = scene.desired.get(id);
                let address = resource.map_or(id.name(), |resource| &resource.address).to_owned();
                permits.extend([address.clone(), id.as_str().to_owned()]);
                let band = resource.map_or(Band::Global, |resource| resource.band.clone());
                let (path, headers, expected) = match (known, monitor) {
                    (Some(probe), _) => {
                        (probe.path.clone(), probe.headers.clone(), probe.expected.clone())
                    }
                    (None, Some(monitor)) if !monitor.is_tcp => {
                        (monitor.path, monitor.headers, monitor.expected)
                    }
                    _ => ("/".to_owned(), vec![], ANY_ANSWER.to_vec()),
                };
                let url = Some(url_of(id, &path, scene.observed));
                let holds = known.and_then(|probe| probe.holds.clone()).or(of_router);
                let resource = id.clone();
                Self { address, resource, band, url, headers, expected, holds, permits }
                    .borne(scene.desired)
            }
            None => {
                let host = to.key().to_owned();
                let resource = way.router.map(|(router, ..)| router.clone());
                let resource = resource.unwrap_or_else(|| ResourceId::group("", ""));
                let address = permits.first().cloned().unwrap_or_else(|| host.clone());
                permits.push(host.clone());
                let monitor = monitor.filter(|monitor| !monitor.is_tcp);
                let url = monitor.as_ref().map(|monitor| json!(monitor.url(&host)));
                let (headers, expected) =
                    monitor.map(|monitor| (monitor.headers, monitor.expected)).unwrap_or_default();
                let (band, holds) = (Band::Global, of_router);
                Self { address, resource, band, url, headers, expected, holds, permits }
            }
        }
    }

    /// Takes the refusals of what may shut us out for answers too: nobody can do more from here.
    fn borne(mut self, desired: &Desired) -> Self {
        let refusals = desired.refusals.get(&self.resource).into_iter().flatten();
        self.expected.extend(refusals.map(|status| (*status, *status)));
        self
    }

    /// Returns the permission not to ask, where the user gives one.
    pub fn permitted(&self, scene: &Scene<'_>) -> Option<&str> {
        let is_given = |permit: &&String| {
            scene.options.permitted.iter().any(|given| given.eq_ignore_ascii_case(permit))
        };
        self.permits.iter().find(is_given).map(String::as_str)
    }

    /// Returns the address by which it may be permitted not to ask.
    pub fn permit(&self) -> &str {
        self.permits.first().map_or("", String::as_str)
    }

    /// Tells whether there is a way to ask.
    pub fn can_be_asked(&self) -> bool {
        self.url.is_some()
    }

    /// Tells whether more is asked than the router itself asks, so that its word is not enough.
    pub fn asks_more(&self) -> bool {
        self.holds.is_some()
    }

    /// Returns the resources whose properties the headers hold.
    pub fn needs(&self) -> BTreeSet<ResourceId> {
        self.headers.iter().flat_map(|(_, value)| ids_in(value)).collect()
    }

    /// Returns the action that asks; `why` says what waits for the answer.
    pub fn action(&self, why: &str) -> Action {
        let permit = self.permit();
        Action {
            id: ActionId::at("probe", &self.address),
            verb: Verb::Verify,
            address: self.address.clone(),
            resource: self.resource.clone(),
            api_version: facts_of(&self.resource).api_version.to_owned(),
            band: self.band.clone(),
            operation: Operation::Probe {
                url: self.url.clone().unwrap_or_default(),
                headers: self.headers.clone(),
                expected: self.expected.clone(),
                holds: self.holds.clone(),
                timeout_secs: PROBE_TIMEOUT_SECS,
            },
            changes: vec![],
            reasons: vec![format!("{why} (`--permit {permit}` does without its answer)")],
            risks: BTreeSet::new(),
            permission: None,
            after: BTreeSet::new(),
        }
    }
}

/// Returns the addresses of the way by which traffic comes.
fn way_addresses(scene: &Scene<'_>, way: Way<'_>) -> Vec<String> {
    let Some(((router, ..), label)) = way.router.zip(way.label) else { return vec![] };
    let address = scene.desired.get(router).map_or(router.name(), |router| &router.address);
    vec![format!("{address}/endpoints/{label}"), format!("{address}/{label}")]
}

/// Makes the probe of a stamp's app, by which the roll-out goes on.
pub(super) fn stamp_probe(scene: &Scene<'_>, probe: &StampProbe, band: Band) -> Action {
    let question = Question {
        address: probe.address.clone(),
        resource: probe.app.clone(),
        band,
        url: Some(url_of(&probe.app, &probe.path, scene.observed)),
        headers: probe.headers.clone(),
        expected: probe.expected.clone(),
        holds: probe.holds.clone(),
        permits: vec![],
    };
    let question = question.borne(scene.desired);
    let reasons = vec!["the stamp must serve before the roll-out goes on".to_owned()];
    Action { reasons, ..question.action("") }
}

/// Returns the address that is asked: of an app that is there and stays, in plain words.
fn url_of(app: &ResourceId, path: &str, observed: &Observed) -> Value {
    let host = facts_of(app).serving.map_or("/properties/defaultHostName", |serving| serving.host);
    let url = Expression::Join(vec![
        Part::Literal("https://".to_owned()),
        Part::Expression(Box::new(Expression::reference(app, host))),
        Part::Literal(path.to_owned()),
    ]);
    resolve(&url, observed, &Secrets::default()).unwrap_or_else(|| url.to_value())
}

/// How a router probes one of its members.
pub(crate) struct Monitored {
    pub is_tcp: bool,
    pub scheme: String,
    port: Option<u64>,
    pub path: String,
    pub headers: Vec<(String, Value)>,
    pub expected: Vec<(u16, u16)>,
}

impl Monitored {
    pub fn read((router, body, member): (&ResourceId, &Value, &Value)) -> Option<Self> {
        let rules = &members_of(router)?.monitor;
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
        let protocol = text(rules.protocol).unwrap_or("HTTP").to_ascii_lowercase();
        let mut headers = headers(body.pointer(rules.headers));
        for (name, value) in self::headers(member.pointer(rules.member_headers)) {
            headers.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
            headers.push((name, value));
        }
        let ranges = body.pointer(rules.expected).and_then(Value::as_array).into_iter().flatten();
        let status = |value: &Value| value.as_u64().and_then(|status| u16::try_from(status).ok());
        let expected: Vec<_> =
            ranges.filter_map(|range| status(&range["min"]).zip(status(&range["max"]))).collect();
        Some(Self {
            is_tcp: protocol == "tcp",
            port: body.pointer(rules.port).and_then(Value::as_u64),
            path: text(rules.path).filter(|path| path.starts_with('/')).unwrap_or("/").to_owned(),
            expected: if expected.is_empty() { vec![(200, 200)] } else { expected },
            scheme: protocol,
            headers,
        })
    }

    /// Returns the port, where it is not that of the scheme.
    pub fn unusual_port(&self) -> Option<u64> {
        let usual = if self.scheme == "https" { 443 } else { 80 };
        self.port.filter(|port| *port != usual)
    }

    fn url(&self, host: &str) -> String {
        match self.unusual_port() {
            Some(port) => format!("{}://{host}:{port}{}", self.scheme, self.path),
            None => format!("{}://{host}{}", self.scheme, self.path),
        }
    }
}

fn headers(list: Option<&Value>) -> Vec<(String, Value)> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|header| Some((header["name"].as_str()?.to_owned(), header["value"].clone())))
        .collect()
}
