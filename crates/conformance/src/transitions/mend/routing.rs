//! Traffic Manager profiles: each method has its own rules.

use serde_json::{Map, Value, json};

use super::super::addresses::stamps;
use super::{drop_keys, text_of};

/// Mends every profile.
pub fn mend(tree: &mut Value) {
    let whole = tree.clone();
    let Some(Value::Object(profiles)) = tree.get_mut("trafficManager") else { return };
    for profile in profiles.values_mut() {
        if profile.is_object() {
            mend_profile(&whole, profile);
        }
    }
}

fn mend_profile(whole: &Value, profile: &mut Value) {
    let routing = text_of(profile, "routing").to_owned();
    if routing == "multiValue" {
        if profile.get("maxReturn").is_none() {
            profile["maxReturn"] = json!(2);
        }
    } else {
        drop_keys(profile, &["maxReturn"]);
    }
    if let Some(monitor) = profile.get_mut("monitor") {
        mend_monitor(monitor);
    }
    if !profile.get("endpoints").is_some_and(Value::is_object) {
        profile["endpoints"] = json!({});
    }
    let Some(Value::Object(endpoints)) = profile.get_mut("endpoints") else { return };
    for endpoint in endpoints.values_mut() {
        mend_endpoint(whole, endpoint, &routing);
    }
    take_doubles(whole, endpoints, &routing);
    if endpoints.is_empty() {
        let host = if routing == "multiValue" { "203.0.113.77" } else { "last.example.net" };
        let mut endpoint = json!({ "host": host, "location": "westeurope" });
        mend_endpoint(whole, &mut endpoint, &routing);
        if routing == "geographic" {
            endpoint["geo"] = json!(["WORLD"]);
        }
        endpoints.insert("last".to_owned(), endpoint);
    }
    number(endpoints, &routing);
    if endpoints.values().all(|endpoint| endpoint.get("enabled") == Some(&json!(false)))
        && let Some(first) = endpoints.values_mut().next()
    {
        drop_keys(first, &["enabled"]);
    }
}

fn mend_monitor(monitor: &mut Value) {
    match text_of(monitor, "protocol") {
        "tcp" => {
            drop_keys(monitor, &["path", "expectedStatus", "headers"]);
            if monitor.get("port").is_none() {
                monitor["port"] = json!(443);
            }
        }
        _ if monitor.get("path").is_none() => monitor["path"] = json!("/health"),
        _ => {}
    }
}

fn mend_endpoint(whole: &Value, endpoint: &mut Value, routing: &str) {
    if let Some(child) = endpoint.get("profile").and_then(Value::as_str) {
        let key = child.trim_start_matches("trafficManager/");
        let below = whole["trafficManager"][key]["endpoints"].as_object();
        let is_leaf = below.is_some_and(|it| it.values().all(|it| it.get("profile").is_none()));
        if !is_leaf || routing == "multiValue" {
            drop_keys(endpoint, &["profile"]);
        }
    }
    let is_named = ["app", "host", "profile"].iter().any(|key| endpoint.get(*key).is_some());
    if !is_named {
        endpoint["host"] = json!("other.example.net");
    }
    if routing == "multiValue" {
        drop_keys(endpoint, &["app"]);
        let is_address = text_of(endpoint, "host").parse::<std::net::IpAddr>().is_ok();
        if !is_address {
            let last = 10 + text_of(endpoint, "host").bytes().map(u32::from).sum::<u32>() % 200;
            endpoint["host"] = json!(format!("203.0.113.{last}"));
        }
    } else if text_of(endpoint, "host").parse::<std::net::IpAddr>().is_ok() {
        endpoint["host"] = json!("named.example.net");
    }
    for (key, method) in [
        ("priority", "priority"),
        ("weight", "weighted"),
        ("geo", "geographic"),
        ("subnets", "subnet"),
        ("location", "performance"),
    ] {
        if routing != method {
            drop_keys(endpoint, &[key]);
        }
    }
    let is_app = endpoint.get("app").is_some();
    let is_nested = endpoint.get("profile").is_some();
    if is_app {
        drop_keys(endpoint, &["location"]);
    } else if routing == "performance" && endpoint.get("location").is_none() {
        endpoint["location"] = json!("westeurope");
    }
    if is_nested {
        drop_keys(endpoint, &["alwaysServe"]);
    } else {
        drop_keys(
            endpoint,
            &["minChildEndpoints", "minChildEndpointsIPv4", "minChildEndpointsIPv6"],
        );
    }
}

/// Two endpoints of a profile never lead to one place, nor share what tells them apart.
fn take_doubles(whole: &Value, endpoints: &mut Map<String, Value>, routing: &str) {
    let mut targets: Vec<String> = vec![];
    endpoints.retain(|_, endpoint| {
        let target = ["app", "host", "profile"].iter().find_map(|key| endpoint.get(*key));
        let target = target.map(Value::to_string).unwrap_or_default().to_lowercase();
        let mut keys = vec![target];
        if endpoint.get("app").is_some() {
            let region = region_of(whole, text_of(endpoint, "app"));
            keys.push(format!("region {region}"));
        }
        let is_new = !keys.iter().any(|key| targets.contains(key));
        targets.extend(keys);
        is_new
    });
    if let Some(list) = match routing {
        "geographic" => Some("geo"),
        "subnet" => Some("subnets"),
        _ => None,
    } {
        let mut seen: Vec<Value> = vec![];
        endpoints.retain(|_, endpoint| {
            let Some(Value::Array(members)) = endpoint.get_mut(list) else {
                return list == "subnets" && {
                    let is_first = !seen.contains(&json!("rest"));
                    seen.push(json!("rest"));
                    is_first
                };
            };
            members.retain(|member| !seen.contains(member));
            seen.extend(members.iter().cloned());
            !members.is_empty()
        });
    }
}

fn region_of(whole: &Value, app: &str) -> String {
    let stamp = app.split_once('/').map_or("", |(stamp, _)| stamp);
    let stamps = stamps(whole);
    let found = stamps.iter().find(|(name, _)| name == stamp);
    let region = found.map(|(_, body)| text_of(body, "region")).unwrap_or_default();
    region.replace(' ', "").to_lowercase()
}

/// Gives all endpoints a priority of their own, or none.
fn number(endpoints: &mut Map<String, Value>, routing: &str) {
    if routing != "priority" {
        return;
    }
    let written = endpoints.values().filter(|it| it.get("priority").is_some()).count();
    if written == 0 {
        return;
    }
    let mut taken: Vec<u64> = vec![];
    for endpoint in endpoints.values_mut() {
        let mut priority = endpoint.get("priority").and_then(Value::as_u64).unwrap_or(1);
        while taken.contains(&priority) {
            priority += 1;
        }
        taken.push(priority);
        endpoint["priority"] = json!(priority);
    }
}
