//! What the edge remembers from request to request: answers that it keeps, and how often one asks.

use serde_json::{Value, json};

use super::{actions, edge_of, firewall, front, route};
use crate::kind::azure::Azure;
use crate::kind::visit::{Reply, Visit};
use crate::store::remembered::Remembered;

/// Returns a number that the request before did not have.
pub(super) fn turn(azure: &mut Azure) -> u64 {
    let known = azure.remembered.get("edge/turn").and_then(|row| row.value.as_u64());
    let next = known.unwrap_or_default() + 1;
    azure.remembered.insert("edge/turn".to_owned(), Remembered::forever(json!(next)));
    next
}

/// Refuses a request of somebody who asks more often than a rule allows.
///
/// Source: <https://learn.microsoft.com/azure/web-application-firewall/afds/waf-front-door-rate-limit>.
pub(super) fn limited(azure: &mut Azure, visit: &Visit) -> Option<Reply> {
    let front = front(azure, visit)?;
    let (id, policy) = firewall::policy(azure, &front)?;
    let is_detecting = firewall::is_detecting(policy);
    let mut counted = vec![];
    for rule in firewall::rules(policy) {
        if !firewall::matches(rule, visit) {
            continue;
        }
        if rule["ruleType"] != "RateLimitRule" {
            // One that decides before keeps the request from those behind it.
            if rule["action"] != "Log" {
                break;
            }
            continue;
        }
        let minutes = rule["rateLimitDurationInMinutes"].as_u64().unwrap_or(1);
        let threshold = rule["rateLimitThreshold"].as_u64().unwrap_or(u64::MAX);
        let name = rule["name"].as_str().unwrap_or_default();
        let key = format!("edge/rate/{id}/{name}/{}", visit.address);
        counted.push((key, minutes * 60_000, threshold, firewall::refusal(policy, rule)));
    }
    let now = azure.now;
    let mut refused = None;
    for (key, window, threshold, refusal) in counted {
        let known = azure.remembered.get(&key).filter(|row| row.until > now).cloned();
        let mut row = known.unwrap_or(Remembered { until: now + window, value: json!(0) });
        let count = row.value.as_u64().unwrap_or_default() + 1;
        row.value = json!(count);
        azure.remembered.insert(key, row);
        if count > threshold && refused.is_none() {
            refused = refusal;
        }
    }
    refused.filter(|_| !is_detecting)
}

/// How an answer is kept: under which key, and for how long where the origin says nothing.
struct Caching {
    key: String,
    millis: u64,
}

/// Source: <https://learn.microsoft.com/azure/frontdoor/front-door-caching>: without a word of the origin
/// an answer is kept for one to three days.
const DAY_MILLIS: u64 = 24 * 3600 * 1000;

fn caching(azure: &Azure, visit: &Visit) -> Option<Caching> {
    if !["GET", "HEAD"].contains(&visit.method.as_str()) || visit.header("authorization").is_some()
    {
        return None;
    }
    let front = front(azure, visit)?;
    let found = route::find(azure, &front, visit)?;
    let done = actions::run(azure, &found, visit);
    let own = found.body.pointer("/properties/cacheConfiguration").filter(|own| own.is_object());
    let said = done.cache.as_ref().or(own)?;
    if done.redirect.is_some() || said["cacheBehavior"] == "BypassCache" {
        return None;
    }
    let named = said["queryParameters"].as_str().unwrap_or_default();
    let pairs = visit.query.split('&').filter(|pair| !pair.is_empty());
    let is_named = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        named.split(',').any(|own| own.trim().eq_ignore_ascii_case(name))
    };
    let query: Vec<&str> = match said["queryStringCachingBehavior"].as_str() {
        Some("UseQueryString") => pairs.collect(),
        Some("IncludeSpecifiedQueryStrings") => pairs.filter(is_named).collect(),
        Some("IgnoreSpecifiedQueryStrings") => pairs.filter(|pair| !is_named(pair)).collect(),
        _ => vec![],
    };
    let millis = said["cacheDuration"].as_str().and_then(duration).unwrap_or(DAY_MILLIS);
    let key =
        format!("edge/cache/{}/{}{}?{}", edge_of(visit), visit.name(), visit.path, query.join("&"));
    Some(Caching { key, millis })
}

/// Reads `1.02:03:04`, days, hours, minutes and seconds.
fn duration(text: &str) -> Option<u64> {
    let (days, clock) = text.split_once('.').unwrap_or(("0", text));
    let mut parts = clock.split(':').map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some((((days.parse::<u64>().ok()? * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000)
}

/// Returns the answer that is kept for a request.
pub(super) fn cached(azure: &Azure, visit: &Visit) -> Option<Reply> {
    let Caching { key, .. } = caching(azure, visit)?;
    let row = azure.remembered.get(&key).filter(|row| row.until > azure.now)?;
    let front = front(azure, visit)?;
    if let Some(refused) = firewall::verdict(azure, &front, visit) {
        return Some(refused);
    }
    let status = row.value["status"].as_u64().and_then(|status| u16::try_from(status).ok())?;
    let mut reply = Reply::of(status, row.value["by"].as_str().unwrap_or_default());
    reply.headers.push(("x-cache".to_owned(), "TCP_HIT".to_owned()));
    Some(reply)
}

/// Keeps an answer where the route says so.
pub(super) fn keep(azure: &mut Azure, visit: &Visit, reply: &Reply) {
    let Some(Caching { key, millis }) = caching(azure, visit).filter(|_| reply.status == 200)
    else {
        return;
    };
    let value: Value = json!({"status": reply.status, "by": reply.by});
    let until = azure.now + millis;
    azure.remembered.insert(key, Remembered { until, value });
}

/// Forgets what is kept under paths of a profile's hosts.
pub(in super::super) fn purge(azure: &mut Azure, hosts: &[String], paths: &[String]) {
    azure.remembered.retain(|key, _| {
        let Some(rest) = key.strip_prefix("edge/cache/") else { return true };
        let rest = rest.split_once('/').map_or("", |(_, rest)| rest);
        let is_meant = |host: &String| {
            let Some(path) = rest.strip_prefix(host.as_str()) else { return false };
            let path = path.split('?').next().unwrap_or_default();
            paths.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(start) => path.starts_with(start),
                None => path == pattern,
            })
        };
        !hosts.iter().any(is_meant)
    });
}
