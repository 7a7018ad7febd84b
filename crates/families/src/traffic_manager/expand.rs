//! From a profile to its resource, with its endpoints as one aggregate.

use plan::Band;
use planner::{DesiredResource, Expand, Expansion, Home, Probe};
use resource::types::PROFILE;
use resource::{Expression, ResourceId, Service, absent, base64};
use serde_json::{Value, json};
use topology::section::Entry;
use topology::{BasicAuth, FreeMap, Part, Sp, Text};

use super::notices;
use super::{
    Endpoint, EndpointTarget, Monitor, MonitorProtocol, Routing, SubnetRange, TrafficManager,
};

const DEFAULT_TTL_SECS: u64 = 60;
const FAST_INTERVAL_SECS: u64 = 10;

impl Expand for TrafficManager {
    fn expand(&self, expansion: &mut Expansion<'_>, home: Home<'_>, name: &str) {
        let Some(id) = self.id(expansion, home, name) else { return };
        route(expansion, &id, self);
        let body = profile_body(expansion, self);
        let address = Self::SECTION.address(None, name);
        let resource = DesiredResource::managed(address, id, Band::Global, body);
        expansion.add_entry(self, resource);
        notices::add(expansion, name, self);
    }
}

/// Notes to which apps the profile leads, and how it probes them.
fn route(expansion: &mut Expansion<'_>, id: &ResourceId, profile: &TrafficManager) {
    let probe = profile.monitor.as_ref().map(|monitor| Probe {
        path: monitor.path.as_ref().map(|path| path.value.clone()),
        headers: monitor
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), expansion.text(&value.value)))
            .collect(),
        expected: monitor
            .expected_status
            .iter()
            .map(|range| (range.value.min, range.value.max))
            .collect(),
        holds: monitor.expected_body.as_ref().map(|text| text.value.clone()),
    });
    if let Some(text) = probe.as_ref().and_then(|probe| probe.holds.as_ref()) {
        expansion.held(id, text);
    }
    let apps = profile.endpoints.values().filter_map(|endpoint| endpoint.app.as_ref());
    for app in apps.filter_map(|app| expansion.id_of(app)).collect::<Vec<_>>() {
        expansion.routed(app, id, probe.clone());
    }
}

/// Returns the host name of a profile.
pub(crate) fn host(expansion: &Expansion<'_>, profile: &TrafficManager) -> String {
    let suffixes = expansion.topology().cloud().suffixes();
    format!("{}.{}", profile.dns_name, suffixes.below(Service::TrafficManager))
}

fn profile_body(expansion: &Expansion<'_>, profile: &TrafficManager) -> Value {
    let is_on = profile.enabled.as_ref().is_none_or(|enabled| enabled.value);
    let endpoints: Vec<Value> = profile
        .endpoints
        .iter()
        .filter_map(|(name, endpoint)| self::endpoint(expansion, name, endpoint))
        .collect();
    let mut properties = json!({
        "profileStatus": status(is_on),
        "dnsConfig": {
            "relativeName": &*profile.dns_name,
            "ttl": profile.ttl.as_ref().map_or(DEFAULT_TTL_SECS, |ttl| ttl.value.as_secs()),
        },
        "endpoints": endpoints,
    });
    if let Some(routing) = &profile.routing {
        properties["trafficRoutingMethod"] = json!(match routing.value {
            Routing::Performance => "Performance",
            Routing::Priority => "Priority",
            Routing::Weighted => "Weighted",
            Routing::Geographic => "Geographic",
            Routing::MultiValue => "MultiValue",
            Routing::Subnet => "Subnet",
        });
    }
    if let Some(monitor) = &profile.monitor {
        properties["monitorConfig"] = self::monitor(expansion, monitor);
    }
    properties["maxReturn"] =
        profile.max_return.as_ref().map_or_else(absent, |count| json!(count.value));
    properties["trafficViewEnrollmentStatus"] =
        profile.traffic_view.as_ref().map_or_else(absent, |view| json!(status(view.value)));
    json!({
        "location": "global",
        "tags": expansion.tags(Home::GLOBAL, &profile.tags),
        "properties": properties,
    })
}

fn monitor(expansion: &Expansion<'_>, monitor: &Monitor) -> Value {
    let (protocol, port) = match monitor.protocol.value {
        MonitorProtocol::Http => ("HTTP", 80),
        MonitorProtocol::Https => ("HTTPS", 443),
        MonitorProtocol::Tcp => ("TCP", 443),
    };
    let interval = monitor.interval.as_ref().map_or(30, |interval| interval.value.as_secs());
    let default_timeout = if interval == FAST_INTERVAL_SECS { 9 } else { 10 };
    let mut config = json!({
        "protocol": protocol,
        "port": monitor.port.as_ref().map_or(port, |port| port.value),
        "intervalInSeconds": interval,
        "timeoutInSeconds":
            monitor.timeout.as_ref().map_or(default_timeout, |timeout| timeout.value.as_secs()),
        "toleratedNumberOfFailures":
            monitor.tolerated_failures.as_ref().map_or(3, |failures| failures.value),
    });
    config["path"] = monitor.path.as_ref().map_or_else(absent, |path| json!(path.value));
    let ranges = monitor.expected_status.iter();
    let ranges = ranges.map(|range| json!({ "min": range.value.min, "max": range.value.max }));
    config["expectedStatusCodeRanges"] = list(ranges.collect());
    config["customHeaders"] = headers(expansion, &monitor.headers);
    config
}

fn headers(expansion: &Expansion<'_>, headers: &FreeMap<Sp<Text>>) -> Value {
    let headers = headers.iter();
    let headers = headers.map(
        |(name, value)| json!({ "name": name, "value": routed_text(expansion, &value.value) }),
    );
    list(headers.collect())
}

/// Returns the value of a text of a profile. The name of a profile of this topology is known
/// beforehand, so that profiles may speak of each other and of themselves.
fn routed_text(expansion: &Expansion<'_>, text: &Text) -> Value {
    let part = |part: &Part| match part {
        Part::Reference { target, property } if property == "fqdn" => {
            match expansion.topology().find::<TrafficManager>(target) {
                Some(profile) => Part::Literal(host(expansion, profile)),
                None => part.clone(),
            }
        }
        part => part.clone(),
    };
    expansion.text(&Text(text.0.iter().map(part).collect()))
}

fn endpoint(expansion: &Expansion<'_>, name: &str, endpoint: &Endpoint) -> Option<Value> {
    let mut properties = json!({ "endpointStatus": status(endpoint.is_enabled()) });
    let kind = match endpoint.target()? {
        EndpointTarget::App(target) => {
            properties["targetResourceId"] = json!(expansion.id_of(&target.value)?.as_str());
            "azureEndpoints"
        }
        EndpointTarget::Host(host) => {
            properties["target"] = match host.literal() {
                Some(name) => json!(crate::dns::host(name)),
                None => routed_text(expansion, &host.value),
            };
            "externalEndpoints"
        }
        EndpointTarget::Profile(target) => {
            properties["targetResourceId"] = json!(expansion.id_of(&target.value)?.as_str());
            let count = endpoint.min_child_endpoints.as_ref().map_or(1, |count| count.value);
            properties["minChildEndpoints"] = json!(count);
            "nestedEndpoints"
        }
    };
    endpoint_options(expansion, endpoint, &mut properties);
    Some(json!({
        "name": name,
        "type": format!("{PROFILE}/{kind}"),
        "properties": properties,
    }))
}

fn endpoint_options(expansion: &Expansion<'_>, endpoint: &Endpoint, properties: &mut Value) {
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            properties[name] = value;
        }
    };
    set("priority", endpoint.priority.as_ref().map(|priority| json!(priority.value)));
    set("weight", endpoint.weight.as_ref().map(|weight| json!(weight.value)));
    set("endpointLocation", endpoint.location.as_ref().map(|region| json!(region.value)));
    set(
        "minChildEndpointsIPv4",
        endpoint.min_child_endpoints_ipv4.as_ref().map(|count| json!(count.value)),
    );
    set(
        "minChildEndpointsIPv6",
        endpoint.min_child_endpoints_ipv6.as_ref().map(|count| json!(count.value)),
    );
    // What goes without saying: an endpoint is probed, and takes whatever comes.
    let always_serve = endpoint.always_serve.as_ref().map(|on| json!(status(on.value)));
    properties["alwaysServe"] = always_serve.unwrap_or_else(absent);
    let geo = endpoint.geo.iter().map(|code| json!(code.value));
    properties["geoMapping"] = list(geo.collect());
    let subnets = endpoint.subnets.iter().map(|range| subnet(&range.value));
    properties["subnets"] = list(subnets.collect());
    let login = endpoint
        .auth
        .as_ref()
        .map(|auth| json!({ "name": "Authorization", "value": basic(expansion, &auth.basic) }));
    let given = self::headers(expansion, &endpoint.headers);
    let given = given.as_array().cloned().unwrap_or_default();
    properties["customHeaders"] = list(given.into_iter().chain(login).collect());
}

/// Returns the header of a user and a password. Source: RFC 7617.
fn basic(expansion: &Expansion<'_>, login: &BasicAuth) -> Value {
    let BasicAuth { user, password, .. } = login;
    let colon = Part::Literal(":".to_owned());
    let parts = user.0.iter().chain([&colon]).chain(&password.0).cloned().collect();
    let pair = expansion.text(&Text(parts));
    match (Expression::read(&pair), pair) {
        (Some(pair), _) => {
            let encoded = Expression::Base64(Box::new(pair));
            let parts = vec![
                resource::Part::Literal("Basic ".to_owned()),
                resource::Part::Expression(Box::new(encoded)),
            ];
            Expression::Join(parts).to_value()
        }
        (None, pair) => json!(format!("Basic {}", base64(pair.as_str().unwrap_or_default()))),
    }
}

/// Returns a list that is declared whole: an empty one is none.
fn list(members: Vec<Value>) -> Value {
    if members.is_empty() { absent() } else { Value::Array(members) }
}

fn status(is_on: bool) -> &'static str {
    if is_on { "Enabled" } else { "Disabled" }
}

fn subnet(range: &SubnetRange) -> Value {
    match range.prefix {
        Some(prefix) => json!({ "first": range.first, "scope": prefix }),
        None => json!({ "first": range.first, "last": range.last }),
    }
}
