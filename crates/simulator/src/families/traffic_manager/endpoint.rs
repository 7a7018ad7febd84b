//! What an endpoint may be, by itself and beside the others of its profile.

use std::collections::BTreeSet;
use std::net::IpAddr;

use resource::ResourceId;
use serde_json::{Value, json};

use super::bad_request;
use crate::families::traffic_manager::watch;
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::store::regions;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

const KINDS: &[&str] = &["azureEndpoints", "externalEndpoints", "nestedEndpoints"];

/// Settles an endpoint that is written under its own URL.
pub(super) fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let Some(profile) = draft.id.parent() else { return Ok(()) };
    let Some(stored) = azure.state.get(&profile) else { return Ok(()) };
    let others: Vec<Value> = watch::endpoints(azure, &profile)
        .filter(|other| other.id != draft.id)
        .map(|other| other.body.clone())
        .collect();
    let kind = draft.id.resource_type().last().to_owned();
    let version = draft.api_version.clone();
    let taken = others.iter().filter_map(priority).collect();
    complete(azure, &kind, &version, &mut draft.body, &taken)?;
    let mut all = others;
    all.push(draft.body.clone());
    check_all(azure, &profile, &stored.body["properties"], &all)
}

/// Returns the whole body of an endpoint that stands in the body of its profile; `taken` are the
/// priorities of all the others.
pub(super) fn inline(
    azure: &Azure,
    draft: &Draft,
    given: &Value,
    taken: &BTreeSet<u64>,
) -> Result<Value, Answer> {
    let kind = given["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default();
    let known = KINDS.iter().find(|known| known.eq_ignore_ascii_case(kind));
    let Some(known) = known else {
        return Err(bad_request(format!("The endpoint type '{kind}' is not valid.")));
    };
    let name = given["name"].as_str().unwrap_or_default();
    if name.is_empty() || name.contains('/') {
        return Err(bad_request("Each endpoint must have a name."));
    }
    let id = draft.id.child(known, name);
    let mut body = json!({
        "id": id.as_str(),
        "name": name,
        "type": format!("{}/{known}", watch::PROFILE),
        "properties": given["properties"],
    });
    for (pointer, words) in super::ENDPOINT.words {
        json::spell(&mut body, pointer, words);
    }
    complete(azure, known, &draft.api_version, &mut body, taken)?;
    Ok(body)
}

/// Fills in what the service adds to an endpoint.
fn complete(
    azure: &Azure,
    kind: &str,
    api_version: &str,
    body: &mut Value,
    taken: &BTreeSet<u64>,
) -> Result<(), Answer> {
    if !body["properties"].is_object() {
        body["properties"] = json!({});
    }
    let name = body["name"].as_str().unwrap_or_default().to_owned();
    let properties = &mut body["properties"];
    json::remove(properties, "/endpointMonitorStatus");
    json::fill(properties, &json!({"endpointStatus": "Enabled", "weight": 1}));
    if api_version >= "2022-04-01" {
        json::fill(properties, &json!({"alwaysServe": "Disabled"}));
    }
    if kind == "externalEndpoints" {
        let unused =
            json!({"targetResourceId": null, "endpointLocation": null, "minChildEndpoints": null});
        json::fill(properties, &unused);
    }
    if properties["priority"].is_null() {
        let free = (1..=1000).find(|number| !taken.contains(number)).unwrap_or(1000);
        properties["priority"] = json!(free);
    }
    if kind == "nestedEndpoints" {
        json::fill(
            properties,
            &json!({"minChildEndpoints": 1, "minChildEndpointsIPv4": 0, "minChildEndpointsIPv6": 0}),
        );
    }
    if let Some(location) = properties["endpointLocation"].as_str().map(regions::display) {
        properties["endpointLocation"] = json!(location);
    }
    if kind != "externalEndpoints" {
        let target = properties["targetResourceId"].as_str().unwrap_or_default();
        let Some(target) = azure.state.named(target) else {
            let text = format!(
                "The 'resourceTargetId' property of endpoint '{name}' is invalid or missing: resource '{target}' was not found."
            );
            return Err(bad_request(text));
        };
        let host = host_of(target);
        let location = target.body["location"].as_str().map(regions::display);
        properties["target"] = json!(host);
        if kind == "azureEndpoints" {
            properties["endpointLocation"] = json!(location);
        }
    }
    Ok(())
}

fn host_of(target: &Stored) -> Option<&str> {
    ["/defaultHostName", "/dnsConfig/fqdn", "/dnsSettings/fqdn"]
        .iter()
        .find_map(|pointer| target.text(pointer))
}

/// Returns the priority that a body states.
pub(super) fn priority(body: &Value) -> Option<u64> {
    body["properties"]["priority"].as_u64()
}

/// Checks the endpoints of a profile as they will stand.
pub(super) fn check_all(
    azure: &Azure,
    profile: &ResourceId,
    properties: &Value,
    endpoints: &[Value],
) -> Result<(), Answer> {
    let method = properties["trafficRoutingMethod"].as_str().unwrap_or_default();
    let mut seen = Seen::default();
    for endpoint in endpoints {
        check_one(azure, profile, method, endpoint)?;
        seen.add(method, endpoint)?;
    }
    if endpoints.len() > 200 {
        return Err(bad_request("A profile cannot have more than 200 endpoints."));
    }
    Ok(())
}

fn check_one(
    azure: &Azure,
    profile: &ResourceId,
    method: &str,
    endpoint: &Value,
) -> Result<(), Answer> {
    let name = endpoint["name"].as_str().unwrap_or_default();
    let properties = &endpoint["properties"];
    let kind = endpoint["type"].as_str().unwrap_or_default();
    for number in ["priority", "weight"] {
        if !properties[number].as_u64().is_some_and(|value| (1..=1000).contains(&value)) {
            let text = format!("The {number} of endpoint '{name}' must be between 1 and 1000.");
            return Err(bad_request(text));
        }
    }
    let is_external = kind.ends_with("externalEndpoints");
    let target = properties["target"].as_str().unwrap_or_default();
    if is_external && target.is_empty() {
        return Err(bad_request(format!("The endpoint '{name}' must have a target.")));
    }
    if method == "MultiValue" && (!is_external || target.parse::<IpAddr>().is_err()) {
        let text = format!(
            "The endpoint '{name}' must be an external endpoint with an IP address, as the routing method is MultiValue."
        );
        return Err(bad_request(text));
    }
    let has_location = properties["endpointLocation"].is_string();
    if method == "Performance" && !kind.ends_with("azureEndpoints") && !has_location {
        let text = format!(
            "The 'endpointLocation' of endpoint '{name}' must be given, as the routing method is Performance."
        );
        return Err(bad_request(text));
    }
    let has_area = properties["geoMapping"].as_array().is_some_and(|areas| !areas.is_empty());
    if method == "Geographic" && !has_area {
        let text = format!(
            "The 'geoMapping' of endpoint '{name}' must not be empty, as the routing method is Geographic."
        );
        return Err(bad_request(text));
    }
    if kind.ends_with("azureEndpoints") {
        check_site(azure, name, properties)?;
    }
    if kind.ends_with("nestedEndpoints") {
        check_nested(azure, profile, name, properties)?;
    }
    Ok(())
}

/// Only sites on Standard plans and better can be endpoints.
fn check_site(azure: &Azure, name: &str, properties: &Value) -> Result<(), Answer> {
    let target = properties["targetResourceId"].as_str().unwrap_or_default();
    let Some(site) = azure.state.named(target) else { return Ok(()) };
    if !site.kind().namespace().eq_ignore_ascii_case("Microsoft.Web") {
        return Ok(());
    }
    let plan = site.text("/serverFarmId").and_then(|id| azure.state.named(id));
    let tier = plan.and_then(|plan| plan.body["sku"]["tier"].as_str()).unwrap_or("Free");
    if ["Free", "Shared", "Basic"].contains(&tier) {
        let text = format!(
            "The App Service '{}' of endpoint '{name}' is on tier '{tier}'. Only Apps on the Standard SKU or above are eligible for use with Traffic Manager.",
            site.id.name()
        );
        return Err(bad_request(text));
    }
    Ok(())
}

fn check_nested(
    azure: &Azure,
    profile: &ResourceId,
    name: &str,
    properties: &Value,
) -> Result<(), Answer> {
    if properties["minChildEndpoints"].as_u64().is_none_or(|count| count == 0) {
        return Err(bad_request(format!(
            "The 'minChildEndpoints' of endpoint '{name}' must be at least 1."
        )));
    }
    let target = properties["targetResourceId"].as_str().unwrap_or_default();
    if leads_to(azure, target, profile, 10) {
        let text = format!("The endpoint '{name}' makes a loop of nested profiles.");
        return Err(bad_request(text));
    }
    Ok(())
}

fn leads_to(azure: &Azure, from: &str, to: &ResourceId, depth: u32) -> bool {
    let Some(stored) = azure.state.named(from) else { return false };
    stored.id == *to
        || depth > 0
            && watch::endpoints(azure, &stored.id).any(|endpoint| {
                let next = endpoint.text("/targetResourceId").unwrap_or_default();
                !next.is_empty() && leads_to(azure, next, to, depth - 1)
            })
}

/// What may stand only once in a profile.
#[derive(Debug, Default)]
struct Seen {
    ids: BTreeSet<String>,
    priorities: BTreeSet<u64>,
    areas: BTreeSet<String>,
    targets: BTreeSet<String>,
    regions: BTreeSet<String>,
    subnets: BTreeSet<String>,
}

impl Seen {
    fn add(&mut self, method: &str, endpoint: &Value) -> Result<(), Answer> {
        let name = endpoint["name"].as_str().unwrap_or_default();
        let properties = &endpoint["properties"];
        let kind = endpoint["type"].as_str().unwrap_or_default();
        if !self.ids.insert(format!("{kind}/{name}").to_ascii_lowercase()) {
            return Err(bad_request(format!("The endpoint name '{name}' is used twice.")));
        }
        if let Some(priority) = priority(endpoint)
            && !self.priorities.insert(priority)
        {
            let text = format!(
                "The priority {priority} of endpoint '{name}' is used by another endpoint of the profile."
            );
            return Err(bad_request(text));
        }
        let target =
            properties["targetResourceId"].as_str().or_else(|| properties["target"].as_str());
        let target = target.unwrap_or_default().to_ascii_lowercase();
        if !self.targets.insert(target.clone()) {
            let text = format!(
                "The target '{target}' of endpoint '{name}' is used by another endpoint of the profile."
            );
            return Err(Answer::error(409, "Conflict", text));
        }
        let region = properties["endpointLocation"].as_str().unwrap_or_default().to_owned();
        let is_site = target.contains("/microsoft.web/sites/");
        if is_site && kind.ends_with("azureEndpoints") && !self.regions.insert(region.clone()) {
            let text = format!(
                "The endpoint '{name}' is in region '{region}', in which another App Service is already an endpoint of the profile."
            );
            return Err(bad_request(text));
        }
        if method == "Geographic" {
            self.add_areas(name, properties)?;
        }
        for subnet in properties["subnets"].as_array().into_iter().flatten() {
            let first = subnet["first"].as_str().unwrap_or_default().to_owned();
            if !self.subnets.insert(first.clone()) {
                return Err(bad_request(format!(
                    "The subnet '{first}' of endpoint '{name}' overlaps with another."
                )));
            }
        }
        Ok(())
    }

    fn add_areas(&mut self, name: &str, properties: &Value) -> Result<(), Answer> {
        for area in properties["geoMapping"].as_array().into_iter().flatten() {
            let area = area.as_str().unwrap_or_default().to_ascii_uppercase();
            if !self.areas.insert(area.clone()) {
                let text = format!(
                    "The region '{area}' of endpoint '{name}' is mapped to another endpoint of the profile."
                );
                return Err(bad_request(text));
            }
        }
        Ok(())
    }
}
