//! From rules to their sets and to the bodies that Azure has them in.

use plan::Band;
use planner::{Desired, DesiredResource, Expansion, Life};
use resource::{ResourceId, absent};
use serde_json::{Value, json};
use topology::{Duration, Place, Sp};

use super::RULES;
use super::model::{Actions, CacheRule, Redirect, Rewrite, Rule, RuleCache};
use crate::front_door::model::{CachedQuery, Forward, FrontDoor, Route};
use crate::front_door::{conditions, expand};

/// Adds the sets of a profile with their rules.
pub(in crate::front_door) fn add(
    expansion: &mut Expansion<'_>,
    profile: &DesiredResource,
    front: &FrontDoor,
) {
    for (name, rules) in &front.rules {
        let Some(first) = rules.values().next() else { continue };
        let set = add_set(expansion, profile, name, &first.place);
        for (at, (key, rule)) in rules.iter().enumerate() {
            let body = body(expansion, &profile.id, rule, at);
            let label = format!("rules/{name}/{key}");
            child(expansion, profile, &label, set.child("rules", key), body, &rule.place);
        }
    }
    for (name, route) in &front.routes {
        let Some(ttl) = ttl(route) else { continue };
        let set = cache_set(&profile.id, name);
        add_set(expansion, profile, set.name(), &route.place);
        let body = cache_rule(route, ttl);
        let label = format!("routes/{name}/ttl");
        child(expansion, profile, &label, set.child("rules", CACHE), body, &route.place);
    }
}

/// Adds what lies in the profile: it bears no mark, and is ours with it.
fn child(
    expansion: &mut Expansion<'_>,
    profile: &DesiredResource,
    label: &str,
    id: ResourceId,
    body: Value,
    place: &Place,
) {
    let address = format!("{}/{label}", profile.address);
    let child = DesiredResource::managed(address, id, Band::Global, body);
    expansion.add(child, Life { adopt: true, ..Life::default() }, place);
}

pub(in crate::front_door) fn add_set(
    expansion: &mut Expansion<'_>,
    profile: &DesiredResource,
    name: &str,
    place: &Place,
) -> ResourceId {
    let set = profile.id.child("ruleSets", name);
    child(expansion, profile, &format!("rules/{name}"), set.clone(), json!({}), place);
    set
}

/// What the rule is called by which a route keeps answers.
pub(super) const CACHE: &str = "cache";

/// Returns how long a route keeps answers, where it says so.
fn ttl(route: &Route) -> Option<&Sp<Duration>> {
    route.cache.as_ref()?.ttl.as_ref()
}

/// Returns the set that holds the rule by which the route of a name keeps answers.
pub(super) fn cache_set(profile: &ResourceId, route: &str) -> ResourceId {
    let plain: String = route.chars().filter(char::is_ascii_alphanumeric).collect();
    profile.child("ruleSets", &format!("{CACHE}{plain}"))
}

/// Returns that set, if the route says how long it keeps answers.
pub(in crate::front_door) fn cache_of(
    profile: &ResourceId,
    name: &str,
    route: &Route,
) -> Option<ResourceId> {
    ttl(route).map(|_| cache_set(profile, name))
}

/// Returns the rules of these sets.
pub(in crate::front_door) fn of_sets(desired: &Desired, sets: &[ResourceId]) -> Vec<ResourceId> {
    let is_in = |id: &ResourceId| {
        id.resource_type().is(RULES) && id.parent().is_some_and(|set| sets.contains(&set))
    };
    desired.resources().map(|rule| rule.id.clone()).filter(is_in).collect()
}

/// Returns the rule by which a route keeps answers.
fn cache_rule(route: &Route, ttl: &Sp<Duration>) -> Value {
    let cache = route.cache.as_ref();
    let query = cache.and_then(|cache| cache.query.as_ref()).map(|query| &query.value);
    let compress = cache.and_then(|cache| cache.compress.as_ref()).is_some_and(|it| it.value);
    let kept = kept(query, compress, CacheRule::IfMissing, Some(ttl.as_secs()));
    json!({ "properties": {
        "order": 1,
        "matchProcessingBehavior": "Continue",
        "conditions": [],
        "actions": [overridden(json!({ "originGroupOverride": absent(), "cacheConfiguration": kept }))],
    } })
}

fn kept(query: Option<&CachedQuery>, compress: bool, rule: CacheRule, secs: Option<u64>) -> Value {
    let (behaviour, names) = expand::query(query);
    let mut kept = json!({
        "queryStringCachingBehavior": behaviour,
        "queryParameters": names,
        "isCompressionEnabled": expand::status(compress),
        "cacheBehavior": rule.arm(),
    });
    kept["cacheDuration"] = secs.map_or_else(absent, |secs| json!(span(secs)));
    kept
}

/// Writes seconds as the edge has them: `7.00:00:00`.
fn span(secs: u64) -> String {
    let (days, rest) = (secs / 86_400, secs % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    if days == 0 { clock } else { format!("{days}.{clock}") }
}

fn overridden(mut parameters: Value) -> Value {
    parameters["typeName"] = json!("DeliveryRuleRouteConfigurationOverrideActionParameters");
    json!({ "name": "RouteConfigurationOverride", "parameters": parameters })
}

/// Returns the action that takes another group.
pub(in crate::front_door) fn led_to(group: &ResourceId, forward: Forward) -> Value {
    overridden(json!({ "originGroupOverride": {
        "originGroup": { "id": group.as_str() },
        "forwardingProtocol": forward.arm(),
    } }))
}

fn body(expansion: &Expansion<'_>, profile: &ResourceId, rule: &Rule, at: usize) -> Value {
    let stops = rule.stop.as_ref().is_some_and(|stop| stop.value);
    let conditions = rule.when.as_ref().map(|when| conditions::rule(expansion, when));
    json!({ "properties": {
        "order": rule.order(at),
        "matchProcessingBehavior": if stops { "Stop" } else { "Continue" },
        "conditions": conditions.unwrap_or_default(),
        "actions": actions(expansion, profile, &rule.then),
    } })
}

/// The three things that are done with a header.
pub(super) const HEADER_ACTIONS: [&str; 3] = ["Overwrite", "Append", "Delete"];

fn actions(expansion: &Expansion<'_>, profile: &ResourceId, all: &Actions) -> Value {
    let mut rows: Vec<Value> = vec![];
    rows.extend(all.redirect.as_ref().map(redirect));
    rows.extend(all.rewrite.as_ref().map(rewrite));
    let sides = [
        (
            "ModifyRequestHeader",
            &all.set_request_header,
            &all.append_request_header,
            &all.delete_request_header,
        ),
        (
            "ModifyResponseHeader",
            &all.set_response_header,
            &all.append_response_header,
            &all.delete_response_header,
        ),
    ];
    for (side, set, append, delete) in sides {
        let row = |action: &str, name: &str, value: Option<Value>| {
            let mut parameters = json!({
                "typeName": "DeliveryRuleHeaderActionParameters",
                "headerAction": action,
                "headerName": name,
            });
            if let Some(value) = value {
                parameters["value"] = value;
            }
            json!({ "name": side, "parameters": parameters })
        };
        for (action, headers) in HEADER_ACTIONS.into_iter().zip([set, append]) {
            let given = headers.iter();
            rows.extend(given.map(|(name, text)| row(action, name, Some(expansion.text(text)))));
        }
        rows.extend(delete.iter().map(|name| row(HEADER_ACTIONS[2], name, None)));
    }
    let forward = all.forward.as_ref().map_or(Forward::Https, |forward| forward.value);
    let group = all.to.as_ref().map(|to| profile.child("originGroups", to));
    let cache = all.cache.as_ref().map(cached);
    if group.is_some() || cache.is_some() {
        let mut action = match &group {
            Some(group) => led_to(group, forward),
            None => overridden(json!({ "originGroupOverride": absent() })),
        };
        action["parameters"]["cacheConfiguration"] = cache.unwrap_or_else(absent);
        rows.push(action);
    }
    json!(rows)
}

fn cached(cache: &RuleCache) -> Value {
    let compress = cache.compress.as_ref().is_some_and(|compress| compress.value);
    let rule = cache.rule.as_ref().map_or(CacheRule::IfMissing, |rule| rule.value);
    let query = cache.query.as_ref().map(|query| &query.value);
    kept(query, compress, rule, cache.ttl.as_ref().map(|ttl| ttl.as_secs()))
}

fn redirect(redirect: &Redirect) -> Value {
    let text =
        |text: &Option<Sp<String>>| text.as_ref().map_or_else(absent, |text| json!(text.value));
    let parameters = json!({
        "typeName": "DeliveryRuleUrlRedirectActionParameters",
        "redirectType": redirect.status.as_ref().map_or("Found", |status| status.value.arm()),
        "destinationProtocol":
            redirect.protocol.as_ref().map_or("MatchRequest", |protocol| protocol.value.arm()),
        "customHostname": text(&redirect.host),
        "customPath": text(&redirect.path),
        "customQueryString": text(&redirect.query),
        "customFragment": text(&redirect.fragment),
    });
    json!({ "name": "UrlRedirect", "parameters": parameters })
}

fn rewrite(rewrite: &Rewrite) -> Value {
    json!({ "name": "UrlRewrite", "parameters": {
        "typeName": "DeliveryRuleUrlRewriteActionParameters",
        "sourcePattern": rewrite.from.as_ref().map_or("/", |from| &from.value),
        "destination": rewrite.to.value,
        "preserveUnmatchedPath": rewrite.keep_rest.as_ref().is_some_and(|keep| keep.value),
    } })
}
