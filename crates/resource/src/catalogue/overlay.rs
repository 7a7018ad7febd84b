//! The body of a PUT that changes what is declared and keeps the rest.

use serde_json::{Map, Value};

use super::arrays::pair;
use super::likeness::is_empty;
use super::{Likeness, PropertyPath, Treatment, TypeFacts, facts_of_body};
use crate::{Expression, ResourceId, ResourceType, is_absent};

/// Lays `desired` over `observed`: the body of a PUT that changes nothing that is not declared.
///
/// What the service sets itself is left out. Arrays that are declared are authoritative: members
/// that are not desired go, those that stay keep what is not declared of them. Maps (tags,
/// application settings) keep the keys that nobody declared; what is declared absent is taken out.
pub fn overlay(resource_type: &ResourceType, observed: &Value, desired: &Value) -> Value {
    let facts = facts_of_body(resource_type, observed);
    let mut body = writable(facts, observed, &mut PropertyPath::root());
    drop_rivals(facts, &mut body, desired);
    lay(facts, &mut body, desired, &mut PropertyPath::root());
    take_out(&mut body, 0);
    body
}

/// Returns a body without what only the service sets: what somebody has chosen.
pub fn chosen(id: &ResourceId, body: &Value) -> Value {
    let facts = facts_of_body(&id.resource_type(), body);
    writable(facts, body, &mut PropertyPath::root())
}

/// Returns `value` without what only the service sets.
fn writable(facts: &TypeFacts, value: &Value, path: &mut PropertyPath) -> Value {
    match value {
        Value::Object(map) => {
            let mut kept = Map::new();
            for (key, member) in map {
                path.push_key(key);
                if facts.treatment(path) != Treatment::ReadOnly && !member.is_null() {
                    kept.insert(key.clone(), writable(facts, member, path));
                }
                path.pop();
            }
            Value::Object(kept)
        }
        Value::Array(items) => {
            path.push_member("");
            let items = items.iter().map(|item| writable(facts, item, path)).collect();
            path.pop();
            Value::Array(items)
        }
        scalar => scalar.clone(),
    }
}

/// Removes the properties that cannot be in force beside one that is desired.
fn drop_rivals(facts: &TypeFacts, body: &mut Value, desired: &Value) {
    for group in facts.exclusive {
        let states = |path: &&&str| at(desired, path).is_some_and(|value| !is_empty(value));
        let Some(wanted) = group.iter().find(states) else { continue };
        for rival in group.iter().filter(|path| *path != wanted) {
            remove(body, rival);
        }
    }
}

/// Finds the value at a dotted path, keys in any case.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| {
        let map = value.as_object()?;
        map.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    })
}

fn remove(value: &mut Value, path: &str) {
    let Some(map) = value.as_object_mut() else { return };
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(key) = map.keys().find(|key| key.eq_ignore_ascii_case(first)).cloned() else { return };
    match rest {
        "" => {
            map.shift_remove(&key);
        }
        rest => remove(&mut map[&key], rest),
    }
}

fn lay(facts: &TypeFacts, body: &mut Value, desired: &Value, path: &mut PropertyPath) {
    if Expression::read(desired).is_some() || is_absent(desired) {
        *body = desired.clone();
        return;
    }
    match (body, desired) {
        // Null is no wish: what is there stays.
        (_, Value::Null) => {}
        // Parts of two forms of one value would say both.
        (body, desired) if facts.whole_at(path).is_some() => {
            if facts.same_whole(path, desired, body) != Some(true) {
                *body = desired.clone();
            }
        }
        (Value::Object(body), Value::Object(desired)) => lay_map(facts, body, desired, path),
        (Value::Array(body), Value::Array(desired)) => {
            *body = lay_array(facts, body, desired, path);
        }
        (body, desired) if is_other_spelling(facts, path, desired, body) => {}
        (body, desired) => *body = desired.clone(),
    }
}

/// Removes what is declared absent, and below the members of the root what is empty without it.
fn take_out(value: &mut Value, depth: usize) {
    match value {
        Value::Object(map) => map.retain(|_, member| {
            let had = member.as_object().is_some_and(|map| !map.is_empty());
            let goes = is_absent(member);
            take_out(member, depth + 1);
            let is_left = had && member.as_object().is_some_and(Map::is_empty);
            !(goes || is_left && depth > 0)
        }),
        Value::Array(items) => {
            items.retain(|item| !is_absent(item));
            items.iter_mut().for_each(|item| take_out(item, depth + 1));
        }
        _ => {}
    }
}

/// Tells whether what is there is only another spelling of what is desired: a host name with its
/// final dot, a resource ID in other case.
///
/// Then it stays, as other tools that look after the resource compare it to the letter.
fn is_other_spelling(
    facts: &TypeFacts,
    path: &PropertyPath,
    desired: &Value,
    observed: &Value,
) -> bool {
    let likeness = facts.likeness_at(path);
    let is_name = matches!(likeness, Likeness::Host | Likeness::Id | Likeness::Location);
    is_name && desired.is_string() && observed.is_string() && likeness.same(desired, observed)
}

fn lay_map(
    facts: &TypeFacts,
    body: &mut Map<String, Value>,
    desired: &Map<String, Value>,
    path: &mut PropertyPath,
) {
    for (key, wish) in desired {
        path.push_key(key);
        if facts.treatment(path) != Treatment::ReadOnly {
            let own = |found: &String| found == key || !desired.contains_key(found);
            match matching_key(body, key).filter(own) {
                Some(found) => lay(facts, &mut body[&found], wish, path),
                None if wish.is_null() => {}
                None => {
                    body.insert(key.clone(), wish.clone());
                }
            }
        }
        path.pop();
    }
    if facts.is_closed_map(path) {
        body.retain(|key, _| matching_key(desired, key).is_some());
    }
}

/// Finds the key of `map` that is `key`: in its spelling, else in another.
fn matching_key(map: &Map<String, Value>, key: &str) -> Option<String> {
    if map.contains_key(key) {
        return Some(key.to_owned());
    }
    map.keys().find(|found| found.eq_ignore_ascii_case(key)).cloned()
}

fn lay_array(
    facts: &TypeFacts,
    body: &[Value],
    desired: &[Value],
    path: &mut PropertyPath,
) -> Vec<Value> {
    let within = path.member("");
    let mut same = |a: &Value, b: &Value| facts.same_whole(&within, a, b).unwrap_or(a == b);
    let pairing = pair(facts.array_key_at(path), desired, body, &mut same);
    let mut members: Vec<Value> = desired.to_vec();
    path.push_member("");
    for (wish, found) in pairing.pairs {
        if desired[wish].is_object() {
            let mut member = body[found].clone();
            lay(facts, &mut member, &desired[wish], path);
            members[wish] = member;
        }
    }
    path.pop();
    let kept = pairing.extra.iter().filter(|index| facts.is_service_made(path, &body[**index]));
    members.extend(kept.map(|index| body[*index].clone()));
    members
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PROFILE: &str = "Microsoft.Network/trafficManagerProfiles";

    #[test]
    fn what_is_not_declared_is_kept_and_what_the_service_sets_is_left_out() {
        let observed = json!({
            "id": "/x", "name": "p", "type": PROFILE, "location": "global",
            "tags": { "team": "a", "evenkeel": "north" },
            "properties": {
                "dnsConfig": { "relativeName": "p", "fqdn": "p.trafficmanager.net", "ttl": 60 },
                "maxReturn": null,
            },
        });
        let desired = json!({
            "tags": { "evenkeel": "north", "stage": "test" },
            "properties": { "dnsConfig": { "ttl": 30 } },
        });
        let expected = json!({
            "location": "global",
            "tags": { "team": "a", "evenkeel": "north", "stage": "test" },
            "properties": { "dnsConfig": { "relativeName": "p", "ttl": 30 } },
        });
        assert_eq!(overlay(&PROFILE.into(), &observed, &desired), expected);
    }

    #[test]
    fn endpoints_are_authoritative_and_keep_what_is_not_declared_of_them() {
        let endpoint = |kind: &str, name: &str, more: Value| json!({ "name": name, "type": format!("{PROFILE}/{kind}"), "properties": more });
        let observed = json!({ "properties": { "endpoints": [
            endpoint("externalEndpoints", "weu", json!({ "weight": 1, "priority": 4 })),
            endpoint("externalEndpoints", "old", json!({ "weight": 1 })),
        ] } });
        let desired = json!({ "properties": { "endpoints": [
            endpoint("azureEndpoints", "neu", json!({ "weight": 2 })),
            endpoint("ExternalEndpoints", "weu", json!({ "weight": 5 })),
        ] } });
        let body = overlay(&PROFILE.into(), &observed, &desired);
        let endpoints = body["properties"]["endpoints"].as_array().unwrap();
        assert_eq!(endpoints.len(), 2);
        assert_eq!(endpoints[1]["properties"], json!({ "weight": 5, "priority": 4 }));
    }

    #[test]
    fn the_spelling_of_others_stays() {
        let records = |exchange: &str, preference: u64| json!({ "properties": { "MXRecords": [{ "exchange": exchange, "preference": preference }] } });
        let put = |observed: &Value, desired: &Value| {
            overlay(&"Microsoft.Network/dnsZones/MX".into(), observed, desired)
        };
        let observed = records("Mail.example.com.", 10);
        assert_eq!(put(&observed, &records("mail.example.com", 10)), observed);
        let other = records("mail.example.org", 10);
        assert_eq!(put(&observed, &other), other);
        let later = records("mail.example.com", 20);
        assert_eq!(put(&observed, &later), records("Mail.example.com.", 20));
    }

    #[test]
    fn a_value_in_another_form_takes_the_place_of_the_old_one() {
        let endpoint = |subnets: Value| json!({ "properties": { "endpoints": [{ "name": "a", "type": "x", "properties": { "subnets": subnets } }] } });
        let put = |observed: Value, desired: Value| {
            let body = overlay(&PROFILE.into(), &endpoint(observed), &endpoint(desired));
            body["properties"]["endpoints"][0]["properties"]["subnets"].clone()
        };
        let prefix = json!({ "first": "192.0.2.0", "scope": 24 });
        let same = json!({ "first": "192.0.2.0", "last": "192.0.2.255" });
        let range = json!({ "first": "192.0.2.0", "last": "192.0.2.99" });
        let far = json!({ "first": "198.51.100.0", "scope": 24 });
        assert_eq!(put(json!([prefix]), json!([range])), json!([range]));
        assert_eq!(put(json!([range]), json!([prefix])), json!([prefix]));
        // What is equal stays as others have written it, wherever it stands.
        assert_eq!(put(json!([far, same]), json!([prefix, range])), json!([same, range]));
    }

    #[test]
    fn a_name_that_another_member_spells_is_not_taken_for_it() {
        let observed =
            json!({ "name": "appsettings", "properties": { "MODE": "1", "OTHER": "2" } });
        let desired = json!({ "properties": { "mode": "1", "MODE": crate::absent() } });
        let body = overlay(&"Microsoft.Web/sites/config".into(), &observed, &desired);
        assert_eq!(body["properties"], json!({ "OTHER": "2", "mode": "1" }));
    }

    #[test]
    fn an_alias_takes_the_place_of_records() {
        let observed =
            json!({ "properties": { "TTL": 60, "ARecords": [{ "ipv4Address": "1.2.3.4" }] } });
        let desired = json!({ "properties": { "targetResource": { "id": "/subscriptions/s" } } });
        let body = overlay(&"Microsoft.Network/dnsZones/A".into(), &observed, &desired);
        assert_eq!(
            body,
            json!({ "properties": { "TTL": 60, "targetResource": { "id": "/subscriptions/s" } } })
        );
    }
}
