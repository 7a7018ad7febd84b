//! Routes: which host and path leads to which group of origins.

use serde_json::{Value, json};

use super::within::{self, bad_request, conflict, ids};
use super::{CHILD, domains, origins};
use crate::kind::azure::Azure;
use crate::kind::{Draft, Kind};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// The type of routes.
pub(super) const ROUTES: &str = "Microsoft.Cdn/profiles/afdendpoints/routes";

/// A route.
///
/// Source of what a PATCH does: <https://github.com/hashicorp/terraform-provider-azurerm/issues/29494>.
pub(super) const KIND: Kind = Kind {
    name: ROUTES,
    defaults: r#"{"properties": {"enabledState": "Enabled", "originPath": null, "cacheConfiguration": null, "customDomains": [], "ruleSets": [], "patternsToMatch": ["/*"], "deploymentStatus": "NotStarted"}}"#,
    settle,
    view,
    ..CHILD
};

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    within::check_idle(azure, draft)?;
    if !azure.is_unguarded {
        within::check_name(draft, 2, 90, false)?;
        check_target(azure, draft)?;
        for id in ids(draft.property("/customDomains")) {
            within::named(azure, draft, id, "custom domain")?;
        }
        for id in ids(draft.property("/ruleSets")) {
            within::named(azure, draft, id, "rule set")?;
        }
        check_settings(draft)?;
        check_beside(azure, draft)?;
    }
    // What a PATCH does not say of caching it switches off.
    if draft.is_patch && draft.sent.pointer("/properties/cacheConfiguration").is_none() {
        draft.properties()["cacheConfiguration"] = Value::Null;
    }
    for domain in draft.properties()["customDomains"].as_array_mut().into_iter().flatten() {
        json::remove(domain, "/isActive");
    }
    if draft.property("/cacheConfiguration").is_some() {
        let nulls = json!({"queryParameters": null});
        json::fill(&mut draft.properties()["cacheConfiguration"], &nulls);
    }
    Ok(())
}

/// A route needs a group, and the group an origin that takes part.
fn check_target(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    let Some(group) = draft.text("/originGroup/id") else {
        return Err(bad_request("The property 'originGroup' is required."));
    };
    let group = within::named(azure, draft, group, "origin group")?;
    if origins::enabled(azure, &group.id).next().is_some() {
        return Ok(());
    }
    let text = format!("The origin group '{}' has no enabled origin.", group.id.name());
    Err(bad_request(text))
}

fn check_settings(draft: &Draft) -> Result<(), Answer> {
    // An empty object is taken as set, with missing members.
    if draft.property("/cacheConfiguration") == Some(&json!({})) {
        return Err(bad_request("The property 'cacheConfiguration' is not valid."));
    }
    let patterns = draft.property("/patternsToMatch").and_then(Value::as_array);
    let is_pattern = |row: &Value| row.as_str().is_some_and(|pattern| pattern.starts_with('/'));
    if patterns.is_some_and(|rows| rows.len() > 25 || !rows.iter().all(is_pattern)) {
        let text = "The property 'patternsToMatch' must hold at most 25 paths that begin with '/'.";
        return Err(bad_request(text));
    }
    let is_unlinked = draft.text("/linkToDefaultDomain") == Some("Disabled");
    if is_unlinked && ids(draft.property("/customDomains")).next().is_none() {
        let text = "The property 'linkToDefaultDomain' can be 'Disabled' only for a route with a custom domain.";
        return Err(bad_request(text));
    }
    Ok(())
}

/// A path of a host leads to one place.
fn check_beside(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    if draft.text("/enabledState") == Some("Disabled") {
        return Ok(());
    }
    let own = pairs(&draft.id, &draft.body["properties"]);
    let others = within::beside(azure, &draft.id, ROUTES);
    for other in others.filter(|other| other.id != draft.id) {
        if other.text("/enabledState") == Some("Disabled") {
            continue;
        }
        let theirs = pairs(&other.id, &other.body["properties"]);
        if let Some((host, path)) = own.iter().find(|pair| theirs.contains(pair)) {
            let host = host.rsplit('/').next().unwrap_or_default();
            let text =
                format!("The path '{path}' of '{host}' is on route '{}' already.", other.id.name());
            return Err(conflict(text));
        }
    }
    Ok(())
}

/// Returns each domain of a route with each path, in lower case; the endpoint stands for its own host.
fn pairs(id: &resource::ResourceId, properties: &Value) -> Vec<(String, String)> {
    let mut hosts: Vec<String> =
        ids(properties.get("customDomains")).map(str::to_ascii_lowercase).collect();
    let endpoint = id.parent().filter(|_| properties["linkToDefaultDomain"] != "Disabled");
    hosts.extend(endpoint.map(|endpoint| endpoint.key().to_owned()));
    let paths = properties["patternsToMatch"].as_array().cloned().unwrap_or_default();
    let paths: Vec<String> =
        paths.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase).collect();
    let each = |host: &String| paths.iter().map(|path| (host.clone(), path.clone())).collect();
    hosts.iter().flat_map(|host| -> Vec<(String, String)> { each(host) }).collect()
}

/// Tells of each domain whether it serves.
fn view(azure: &Azure, _: &Stored, body: &mut Value) {
    for domain in body["properties"]["customDomains"].as_array_mut().into_iter().flatten() {
        let known = domain["id"].as_str().and_then(|id| azure.state.named(id));
        let is_active = known.is_some_and(domains::is_approved);
        if let Some(domain) = domain.as_object_mut() {
            domain.insert("isActive".to_owned(), json!(is_active));
        }
    }
}
