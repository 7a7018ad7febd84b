//! Which route a request takes.
//!
//! Source: <https://learn.microsoft.com/azure/frontdoor/front-door-route-matching>: the exact host,
//! then the most specific path.

use serde_json::Value;

use super::{Front, deployed};
use crate::families::front_door::endpoints::ENDPOINTS;
use crate::families::front_door::routes::ROUTES;
use crate::families::front_door::within::{ids, is_id};
use crate::kind::azure::Azure;
use crate::kind::visit::{Reply, Visit};

/// A route as it is in force, with the path by which it was found.
pub(super) struct Route<'a> {
    /// Its body.
    pub body: &'a Value,
    /// The path that matched, in lower case.
    pub pattern: String,
}

/// Finds the route of a visit.
pub(super) fn find<'a>(azure: &'a Azure, front: &Front<'_>, visit: &Visit) -> Option<Route<'a>> {
    let is_on = |body: &Value| body["properties"]["enabledState"] != "Disabled";
    let endpoints = deployed::all(azure, ENDPOINTS, Some(&front.profile.id));
    let routes = endpoints.iter().filter(|(_, body)| is_on(body)).flat_map(|(endpoint, _)| {
        let routes = deployed::all(azure, ROUTES, Some(endpoint));
        routes.into_iter().map(move |(_, body)| (endpoint.clone(), body))
    });
    let mut best: Option<Route<'a>> = None;
    for (endpoint, body) in routes.filter(|(_, body)| is_on(body)) {
        let properties = &body["properties"];
        let is_own = match front.is_default {
            true if endpoint == front.key => properties["linkToDefaultDomain"] != "Disabled",
            true => false,
            false => ids(properties.get("customDomains")).any(|id| is_id(id, &front.key)),
        };
        if !is_own {
            continue;
        }
        let patterns = properties["patternsToMatch"].as_array().into_iter().flatten();
        for pattern in patterns.filter_map(Value::as_str).map(str::to_ascii_lowercase) {
            let is_better = best.as_ref().is_none_or(|best| rank(&pattern) > rank(&best.pattern));
            if matches(&pattern, &visit.path) && is_better {
                best = Some(Route { body, pattern });
            }
        }
    }
    best
}

/// An exact path goes before any other, a longer start before a shorter one.
fn rank(pattern: &str) -> (bool, usize) {
    (!pattern.ends_with('*'), pattern.len())
}

fn matches(pattern: &str, path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    match pattern.strip_suffix('*') {
        // `/api/*` is also about `/api`.
        Some(start) => {
            path.starts_with(start) || start.strip_suffix('/').is_some_and(|whole| whole == path)
        }
        None => pattern == path,
    }
}

impl Route<'_> {
    /// Returns the ID of the group that it leads to.
    pub fn group(&self) -> Option<&str> {
        self.body.pointer("/properties/originGroup/id")?.as_str()
    }

    /// Leads what came in the clear to the other protocol, or refuses what the route does not take.
    pub fn to_https(&self, visit: &Visit) -> Option<Reply> {
        let properties = &self.body["properties"];
        let protocols = properties["supportedProtocols"].as_array();
        let takes = |word: &str| {
            protocols.is_none_or(|all| all.iter().any(|own| own.as_str() == Some(word)))
        };
        let word = if visit.is_secure { "Https" } else { "Http" };
        if !takes(word) {
            return Some(Reply::of(400, ""));
        }
        if visit.is_secure || properties["httpsRedirect"] != "Enabled" || !takes("Https") {
            return None;
        }
        let mut reply = Reply::of(307, "");
        let location = format!("https://{}{}", visit.name(), visit.path);
        reply.headers.push(("location".to_owned(), location));
        Some(reply)
    }

    /// Returns a visit as it goes on to an origin: by which protocol, and with which path.
    pub fn passed_on(&self, visit: &Visit, is_rewritten: bool) -> Visit {
        let properties = &self.body["properties"];
        let is_secure = match properties["forwardingProtocol"].as_str() {
            Some("HttpOnly") => false,
            Some("HttpsOnly") => true,
            _ => visit.is_secure,
        };
        let mut passed = Visit { is_secure, ..visit.clone() };
        if let Some(base) = properties["originPath"].as_str().filter(|_| !is_rewritten) {
            // What the pattern matched gives way to the path of the origin.
            let start = self.pattern.strip_suffix('*').unwrap_or(&self.pattern);
            let rest = visit.path.get(start.len()..).unwrap_or_default();
            let slash = if base.ends_with('/') || rest.is_empty() { "" } else { "/" };
            passed.path = format!("{base}{slash}{}", rest.trim_start_matches('/'));
        }
        passed
    }
}
