//! From sets of rules to what a topology says of them.

use importer::{Draft, Map, Survey, duration, id_at, literal, one_or_many, text};
use resource::{Observation, ResourceId};
use serde_json::Value;

use super::expand::{CACHE, HEADER_ACTIONS, cache_set};
use super::model::{CacheRule, RedirectProtocol, RedirectStatus};
use crate::front_door::conditions;
use crate::front_door::import::{below, query};
use crate::front_door::model::Forward;

/// Returns why the rules of a profile cannot be said, if something of them cannot.
pub fn beyond(survey: &Survey<'_>, profile: &ResourceId) -> Option<String> {
    for set in below(survey, profile, "ruleSets") {
        for rule in below(survey, &set.id, "rules") {
            let properties = &rule.body["properties"];
            let known = conditions::says(properties) && says(properties).is_some();
            if !known {
                let (set, rule) = (set.id.name(), rule.id.name());
                return Some(format!(
                    "its rule `{set}/{rule}` does what the language has no word for"
                ));
            }
        }
    }
    None
}

/// Tells whether the language has a word for every action, and each is there once.
fn says(properties: &Value) -> Option<()> {
    let mut seen: Vec<(&str, &str, &str)> = vec![];
    for action in properties["actions"].as_array()? {
        let name = text(action, "/name")?;
        let parameters = &action["parameters"];
        let part = |pointer: &str| text(parameters, pointer).unwrap_or_default();
        let is_known = match name {
            "UrlRedirect" => {
                RedirectStatus::of_arm(part("/redirectType")).is_some()
                    && RedirectProtocol::of_arm(part("/destinationProtocol")).is_some()
            }
            "UrlRewrite" => true,
            "ModifyRequestHeader" | "ModifyResponseHeader" => {
                HEADER_ACTIONS.contains(&part("/headerAction"))
            }
            "RouteConfigurationOverride" => {
                let behaviour = part("/cacheConfiguration/cacheBehavior");
                let query = part("/cacheConfiguration/queryStringCachingBehavior");
                let is_kept = parameters["cacheConfiguration"].is_object();
                (!is_kept || CacheRule::of_arm(behaviour).is_some())
                    && query != "IgnoreSpecifiedQueryStrings"
            }
            _ => false,
        };
        let own = (name, part("/headerAction"), part("/headerName"));
        if !is_known || seen.contains(&own) {
            return None;
        }
        seen.push(own);
    }
    Some(())
}

/// Returns how long a route keeps answers, with the set whose rule the language makes for that.
pub fn ttl_of(
    survey: &Survey<'_>,
    profile: &ResourceId,
    route: &Observation,
) -> Option<(ResourceId, u64)> {
    let set = cache_set(profile, route.id.name());
    // It is run last, and only where the route itself keeps answers.
    let sets = route.body["properties"]["ruleSets"].as_array()?;
    let is_on = sets.last().and_then(|row| id_at(row, "/id")).as_ref() == Some(&set);
    let keeps = route.body["properties"]["cacheConfiguration"].is_object();
    (is_on && keeps).then(|| own_ttl(survey, &set))?.map(|secs| (set, secs))
}

fn own_ttl(survey: &Survey<'_>, set: &ResourceId) -> Option<u64> {
    let rules = below(survey, set, "rules");
    let [rule] = rules.as_slice() else { return None };
    let properties = &rule.body["properties"];
    let is_bare = properties["conditions"].as_array().is_none_or(Vec::is_empty);
    let kept = &properties["actions"][0]["parameters"]["cacheConfiguration"];
    let is_own = rule.id.name() == CACHE
        && is_bare
        && properties["actions"].as_array().is_some_and(|actions| actions.len() == 1)
        && kept["cacheBehavior"] == CacheRule::IfMissing.arm();
    text(kept, "/cacheDuration").filter(|_| is_own).and_then(secs)
}

/// Reads `7.00:00:00`.
fn secs(span: &str) -> Option<u64> {
    let (days, clock) = span.split_once('.').unwrap_or(("0", span));
    let parts: Option<Vec<u64>> = clock.split(':').map(|part| part.parse().ok()).collect();
    let [hours, minutes, seconds] = parts?[..] else { return None };
    Some(days.parse::<u64>().ok()? * 86_400 + hours * 3600 + minutes * 60 + seconds)
}

/// Writes these sets of a profile.
pub fn sets(draft: &mut Draft<'_>, profile: &ResourceId, which: &[ResourceId]) -> Map {
    let mut map = Map::default();
    let sets = below(draft.survey, profile, "ruleSets");
    for set in sets.into_iter().filter(|set| which.contains(&set.id)) {
        let mut rules = below(draft.survey, &set.id, "rules");
        rules.sort_by_key(|rule| rule.body["properties"]["order"].as_u64());
        let mut inner = Map::default();
        for (at, seen) in rules.into_iter().enumerate() {
            let written = rule(draft, seen, at);
            inner.set(seen.id.name(), written).about(&seen.id);
        }
        map.set(set.id.name(), inner).about(&set.id);
    }
    map
}

fn rule(draft: &mut Draft<'_>, seen: &Observation, at: usize) -> Map {
    let mut map = Map::default();
    let properties = &seen.body["properties"];
    let name = seen.id.name();
    if let Some(when) = conditions::of_rule(draft, name, properties) {
        map.set_some("if", when);
    }
    let then = actions(draft, name, properties);
    map.set("then", then);
    if let Some(order) = properties["order"].as_u64() {
        map.set("order", order).optional = order == at as u64 + 1;
    }
    if text(properties, "/matchProcessingBehavior") == Some("Stop") {
        map.set("stop", true);
    }
    map
}

fn actions(draft: &mut Draft<'_>, owner: &str, properties: &Value) -> Map {
    let mut map = Map::default();
    let mut deleted = [vec![], vec![]];
    for action in properties["actions"].as_array().into_iter().flatten() {
        let parameters = &action["parameters"];
        let name = text(action, "/name").unwrap_or_default();
        match name {
            "UrlRedirect" => {
                map.set("redirect", redirect(parameters));
            }
            "UrlRewrite" => {
                map.set("rewrite", rewrite(parameters));
            }
            "RouteConfigurationOverride" => overridden(&mut map, parameters),
            _ => {
                let is_answer = name == "ModifyResponseHeader";
                let side = if is_answer { "ResponseHeader" } else { "RequestHeader" };
                let header = text(parameters, "/headerName").unwrap_or_default();
                let value = text(parameters, "/value").unwrap_or_default();
                let verb = match text(parameters, "/headerAction") {
                    Some("Append") => "append",
                    Some("Delete") => {
                        deleted[usize::from(is_answer)].push(literal(header));
                        continue;
                    }
                    _ => "set",
                };
                let value = draft.value(header, owner, value, None);
                map.child(&format!("{verb}{side}")).set(header, value);
            }
        }
    }
    for (names, side) in deleted.into_iter().zip(["RequestHeader", "ResponseHeader"]) {
        if !names.is_empty() {
            map.set(&format!("delete{side}"), one_or_many(names));
        }
    }
    map
}

fn redirect(parameters: &Value) -> Map {
    let mut map = Map::default();
    let part = |pointer: &str| text(parameters, pointer).unwrap_or_default();
    if let Some(status) = RedirectStatus::of_arm(part("/redirectType")) {
        map.set_default("status", literal(status.as_str()));
    }
    if let Some(protocol) = RedirectProtocol::of_arm(part("/destinationProtocol")) {
        map.set_default("protocol", literal(protocol.as_str()));
    }
    for (key, name) in [
        ("host", "/customHostname"),
        ("path", "/customPath"),
        ("query", "/customQueryString"),
        ("fragment", "/customFragment"),
    ] {
        if let Some(value) = text(parameters, name) {
            map.set(key, literal(value));
        }
    }
    map
}

fn rewrite(parameters: &Value) -> Map {
    let mut map = Map::default();
    map.set_default("from", literal(text(parameters, "/sourcePattern").unwrap_or("/")));
    map.set("to", literal(text(parameters, "/destination").unwrap_or_default()));
    map.set_default("keepRest", parameters["preserveUnmatchedPath"] == true);
    map
}

fn overridden(map: &mut Map, parameters: &Value) {
    if let Some(group) = id_at(parameters, "/originGroupOverride/originGroup/id") {
        map.set("to", literal(group.name()));
        let forward = text(parameters, "/originGroupOverride/forwardingProtocol");
        if let Some(forward) = forward.and_then(Forward::of_arm) {
            map.set_default("forward", literal(forward.as_str()));
        }
    }
    let kept = &parameters["cacheConfiguration"];
    if !kept.is_object() {
        return;
    }
    let mut cache = Map::default();
    if let Some(secs) = text(kept, "/cacheDuration").and_then(secs) {
        cache.set("ttl", duration(secs));
    }
    if let Some(rule) = text(kept, "/cacheBehavior").and_then(CacheRule::of_arm) {
        cache.set_default("rule", literal(rule.as_str()));
    }
    query(&mut cache, kept);
    cache.set_default("compress", text(kept, "/isCompressionEnabled") == Some("Enabled"));
    map.set("cache", cache);
}
