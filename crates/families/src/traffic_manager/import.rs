//! From a profile that was observed to its entry.

use importer::{Draft, Import, Map, Node, Survey, duration, id_at, literal, plain, region, text};
use resource::secret::may_be_secret;
use resource::types::PROFILE;
use resource::{Observation, ResourceId};
use serde_json::Value;

use super::TrafficManager;
use crate::apps::App;

impl Import for TrafficManager {
    // Profiles number their endpoints whatever their method.
    fn priority(survey: &Survey<'_>, apps: &[ResourceId]) -> Option<u64> {
        let endpoints = survey.of_type(PROFILE).flat_map(|profile| {
            profile.body["properties"]["endpoints"].as_array().into_iter().flatten()
        });
        let to_them = endpoints.filter(|endpoint| {
            id_at(endpoint, "/properties/targetResourceId").is_some_and(|id| apps.contains(&id))
        });
        to_them.filter_map(|endpoint| endpoint["properties"]["priority"].as_u64()).min()
    }

    fn body(draft: &mut Draft<'_>, seen: &Observation, _: Option<usize>, map: &mut Map) {
        profile(draft, seen, map);
    }
}

fn profile(draft: &mut Draft<'_>, seen: &Observation, map: &mut Map) {
    let (key, properties) = (seen.id.name(), &seen.body["properties"]);
    let name = text(properties, "/dnsConfig/relativeName").unwrap_or_default();
    map.set_default("dnsName", literal(name));
    let method = text(properties, "/trafficRoutingMethod").unwrap_or("Performance");
    map.set("routing", literal(&lower_first(method)));
    if let Some(ttl) = properties["dnsConfig"]["ttl"].as_u64() {
        map.set_default("ttl", duration(ttl));
    }
    if let Some(count) = properties["maxReturn"].as_u64().filter(|count| *count > 0) {
        map.set("maxReturn", count);
    }
    map.set_default("enabled", is_on(&properties["profileStatus"]));
    if is_on(&properties["trafficViewEnrollmentStatus"]) {
        map.set("trafficView", true);
    }
    let monitor = self::monitor(draft, key, &properties["monitorConfig"]);
    map.set("monitor", monitor);
    let mut endpoints = Map::default();
    for endpoint in properties["endpoints"].as_array().into_iter().flatten() {
        let name = endpoint["name"].as_str().unwrap_or_default().to_owned();
        let written = self::endpoint(draft, &name, method, endpoint);
        endpoints.set(&name, written);
    }
    map.set_some("endpoints", endpoints);
}

fn monitor(draft: &mut Draft<'_>, key: &str, config: &Value) -> Map {
    let mut map = Map::default();
    let protocol = text(config, "/protocol").unwrap_or("HTTPS");
    map.set("protocol", literal(&protocol.to_ascii_lowercase()));
    if let Some(port) = config["port"].as_u64() {
        // TCP has no port that goes without saying.
        map.set("port", port).optional = protocol != "TCP";
    }
    if let Some(path) = text(config, "/path") {
        map.set("path", literal(path));
    }
    for (key, name) in [("interval", "intervalInSeconds"), ("timeout", "timeoutInSeconds")] {
        if let Some(secs) = config[name].as_u64() {
            map.set_default(key, duration(secs));
        }
    }
    if let Some(failures) = config["toleratedNumberOfFailures"].as_u64() {
        map.set_default("toleratedFailures", failures);
    }
    let ranges = config["expectedStatusCodeRanges"].as_array().into_iter().flatten();
    let ranges: Vec<Node> = ranges
        .filter_map(|range| Some((range["min"].as_u64()?, range["max"].as_u64()?)))
        .map(|(min, max)| plain(if min == max { min.to_string() } else { format!("{min}-{max}") }))
        .collect();
    map.set_some("expectedStatus", ranges);
    let headers = headers(draft, key, &config["customHeaders"]);
    map.set_some("headers", headers);
    map
}

fn endpoint(draft: &mut Draft<'_>, name: &str, method: &str, endpoint: &Value) -> Map {
    let properties = &endpoint["properties"];
    let kind = text(endpoint, "/type").unwrap_or_default().rsplit('/').next();
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    let target = id_at(properties, "/targetResourceId");
    let mut map = Map::default();
    let is_azure = kind == "azureendpoints";
    match (target, &*kind) {
        (Some(target), "azureendpoints") => map.set("app", draft.target_in::<App>(&target, None)),
        (Some(target), "nestedendpoints") => {
            map.set("profile", draft.target_in::<TrafficManager>(&target, None))
        }
        _ => map.set("host", literal(text(properties, "/target").unwrap_or_default())),
    };
    let number = |key: &str| properties[key].as_u64();
    for (with, key) in [("Priority", "priority"), ("Weighted", "weight")] {
        if let Some(value) = number(key).filter(|_| method == with) {
            map.set(key, value);
        }
    }
    // The region of an app is its own.
    if let Some(place) = text(properties, "/endpointLocation").filter(|_| !is_azure) {
        map.set("location", literal(&region(place)));
    }
    let codes = properties["geoMapping"].as_array().into_iter().flatten();
    let codes: Vec<Node> = codes.filter_map(Value::as_str).map(literal).collect();
    map.set_some("geo", codes);
    let networks = properties["subnets"].as_array().into_iter().flatten();
    map.set_some("subnets", networks.filter_map(network).collect::<Vec<_>>());
    let headers = headers(draft, name, &properties["customHeaders"]);
    map.set_some("headers", headers);
    map.set_default("enabled", is_on(&properties["endpointStatus"]));
    if is_on(&properties["alwaysServe"]) {
        map.set("alwaysServe", true);
    }
    if kind == "nestedendpoints" {
        if let Some(count) = number("minChildEndpoints") {
            map.set_default("minChildEndpoints", count);
        }
        for key in ["minChildEndpointsIPv4", "minChildEndpointsIPv6"] {
            if let Some(count) = number(key).filter(|count| *count > 0) {
                map.set(key, count);
            }
        }
    }
    map
}

/// Writes the headers of probes.
fn headers(draft: &mut Draft<'_>, owner: &str, headers: &Value) -> Map {
    let mut map = Map::default();
    for header in headers.as_array().into_iter().flatten() {
        let (Some(name), Some(value)) = (header["name"].as_str(), header["value"].as_str()) else {
            continue;
        };
        let node = if may_be_secret(name, value) {
            draft.secrets.refer(&format!("PROBE_{name}"), owner, value)
        } else {
            literal(value)
        };
        map.set(name, node);
    }
    map
}

fn is_on(status: &Value) -> bool {
    status.as_str().is_some_and(|status| status.eq_ignore_ascii_case("Enabled"))
}

fn lower_first(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

fn network(range: &Value) -> Option<Node> {
    let first = range["first"].as_str()?;
    Some(match (range["scope"].as_u64(), range["last"].as_str()) {
        (Some(prefix), _) => plain(format!("{first}/{prefix}")),
        (None, Some(last)) if last != first => plain(format!("{first}-{last}")),
        _ => literal(first),
    })
}
