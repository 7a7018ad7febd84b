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
