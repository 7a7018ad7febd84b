//! Whom a site lets in.
//!
//! Source: <https://learn.microsoft.com/azure/app-service/app-service-ip-restrictions>.

use serde_json::Value;

use crate::kind::azure::Azure;
use crate::kind::visit::{Visit, is_within};
use crate::store::state::Stored;

/// Tells whether a site lets a visit in.
pub(super) fn lets_in(azure: &Azure, site: &Stored, visit: &Visit) -> bool {
    // Through a private connection, rules and the switch do not count.
    if let Some(link) = &visit.link {
        let is_own = link.parent().is_some_and(|target| target == site.id);
        let status = azure.state.get(link).and_then(|link| {
            link.text("/privateLinkServiceConnectionState/status").map(|s| s == "Approved")
        });
        return is_own && status == Some(true);
    }
    let config = azure.state.get(&site.id.child("config", "web"));
    let is_shut = |stored: &Stored| stored.text("/publicNetworkAccess") == Some("Disabled");
    if is_shut(site) || config.is_some_and(is_shut) {
        return false;
    }
    let Some(config) = config else { return true };
    let empty = vec![];
    let rules = config.property("/ipSecurityRestrictions").and_then(Value::as_array);
    let rules = rules.unwrap_or(&empty);
    let mut rules: Vec<&Value> = rules.iter().collect();
    rules.sort_by_key(|rule| rule["priority"].as_u64().unwrap_or(u64::MAX));
    let is_allowing = |word: &str| !word.eq_ignore_ascii_case("Deny");
    match rules.iter().find(|rule| matches(rule, visit)) {
        Some(rule) => is_allowing(rule["action"].as_str().unwrap_or("Allow")),
        None => match config.text("/ipSecurityRestrictionsDefaultAction") {
            Some(word) => is_allowing(word),
            // Who has rules and says nothing else means them alone.
            None => rules.is_empty(),
        },
    }
}

/// Returns the status by which App Service turns away a visit that it has let in: it has no certificate,
/// or nobody has signed in.
///
/// Sources: <https://learn.microsoft.com/azure/app-service/app-service-web-configure-tls-mutual-auth>,
/// <https://learn.microsoft.com/azure/app-service/overview-authentication-authorization>.
pub(super) fn turned_away(azure: &Azure, site: &Stored, visit: &Visit) -> Option<u16> {
    let is_on = |pointer: &str, of: &Stored| of.property(pointer) == Some(&Value::Bool(true));
    let excluded = site.text("/clientCertExclusionPaths").unwrap_or_default();
    let asks = site.text("/clientCertMode").is_none_or(|mode| mode == "Required");
    if is_on("/clientCertEnabled", site)
        && asks
        && !visit.headers.contains_key("x-arr-clientcert")
        && !excluded.split([';', ',']).any(|known| is_below(&visit.path, known))
    {
        return Some(403);
    }
    let auth = azure.state.get(&site.id.child("config", "authsettingsV2"))?;
    let free = auth.property("/globalValidation/excludedPaths").and_then(Value::as_array);
    let mut free = free.into_iter().flatten().filter_map(Value::as_str);
    let is_asked = is_on("/platform/enabled", auth)
        && is_on("/globalValidation/requireAuthentication", auth)
        && !visit.headers.contains_key("authorization")
        && !free.any(|known| is_below(&visit.path, known));
    let action = auth.text("/globalValidation/unauthenticatedClientAction");
    match action.unwrap_or_default().to_ascii_lowercase().as_str() {
        _ if !is_asked => None,
        "allowanonymous" => None,
        "return403" => Some(403),
        "return401" => Some(401),
        // Browsers are led to where one signs in.
        _ if visit.header("accept").is_some_and(|kinds| kinds.contains("text/html")) => Some(302),
        _ => Some(401),
    }
}

/// Tells whether a path is this one or lies below it.
fn is_below(path: &str, known: &str) -> bool {
    let rest = path.strip_prefix(known).filter(|_| !known.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || known.ends_with('/'))
}

/// Tells whether a rule is about a visit: its address and its headers.
fn matches(rule: &Value, visit: &Visit) -> bool {
    let given = rule["ipAddress"].as_str().unwrap_or_default();
    let is_from = match rule["tag"].as_str() {
        Some("ServiceTag") => visit.tag.is_some_and(|tag| tag.eq_ignore_ascii_case(given)),
        _ if given.eq_ignore_ascii_case("Any") => true,
        _ => given.split(',').any(|block| is_within(visit.address, block)),
    };
    let headers = rule["headers"].as_object();
    is_from
        && headers.into_iter().flatten().all(|(name, values)| {
            let own = visit.header(&name.to_ascii_lowercase()).unwrap_or_default();
            let mut values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
            values.any(|value| value.eq_ignore_ascii_case(own))
        })
}
