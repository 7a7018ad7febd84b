//! Traffic Manager profiles; the inverse of `planner/src/expand/routing.rs`.

use serde_json::Value;
use topology::{App, TrafficManager, section};

use crate::draft::{Draft, Life, existing};
use crate::family::Import;
use crate::node::{Map, Node, duration, literal, plain};
use crate::plans::capital;
use crate::survey::{id_at, region, text};

impl Import for TrafficManager {
    fn import(draft: &mut Draft<'_>, _: Option<usize>, home: &mut Map) {
        home.set_some("trafficManager", draft.profiles());
    }
}

impl Draft<'_> {
    /// Writes the profiles.
    pub(crate) fn profiles(&mut self) -> Map {
        let mut profiles = Map::default();
        for (seen, key) in self.entries(&section::TRAFFIC_MANAGER, None) {
            let map = self.head(seen, None);
            if let Life::Existing(reason) = self.life(seen) {
                profiles.set(&key, existing(map)).about(&seen.id).comment(capital(&reason));
                continue;
            }
            let mut map = self.profile(&key, &seen.body["properties"], map);
            self.tail(&mut map, seen, None);
            profiles.set(&key, map).about(&seen.id);
        }
        profiles
    }

    fn profile(&mut self, key: &str, properties: &Value, mut map: Map) -> Map {
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
        let monitor = self.monitor(key, &properties["monitorConfig"]);
        map.set("monitor", monitor);
        let mut endpoints = Map::default();
        for endpoint in properties["endpoints"].as_array().into_iter().flatten() {
            let name = endpoint["name"].as_str().unwrap_or_default().to_owned();
            let written = self.endpoint(&name, method, endpoint);
            endpoints.set(&name, written);
        }
        map.set_some("endpoints", endpoints);
        map
    }

    fn monitor(&mut self, key: &str, config: &Value) -> Map {
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
            .map(|(min, max)| {
                plain(if min == max { min.to_string() } else { format!("{min}-{max}") })
            })
            .collect();
        map.set_some("expectedStatus", ranges);
        let headers = self.headers(key, &config["customHeaders"]);
        map.set_some("headers", headers);
        map
    }

    fn endpoint(&mut self, name: &str, method: &str, endpoint: &Value) -> Map {
        let properties = &endpoint["properties"];
        let kind = text(endpoint, "/type").unwrap_or_default().rsplit('/').next();
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        let target = id_at(properties, "/targetResourceId");
        let mut map = Map::default();
        let is_azure = kind == "azureendpoints";
        match (target, &*kind) {
            (Some(target), "azureendpoints") => {
                map.set("app", self.target_in::<App>(&target, None))
            }
            (Some(target), "nestedendpoints") => {
                map.set("profile", self.target_in::<TrafficManager>(&target, None))
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
        let headers = self.headers(name, &properties["customHeaders"]);
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
