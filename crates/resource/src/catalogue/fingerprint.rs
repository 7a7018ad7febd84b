//! What a saved plan remembers of an observation.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{ArrayKey, PropertyPath, Treatment, TypeFacts, facts_of_body};
use crate::ResourceType;
use crate::catalogue::likeness::is_empty;

/// The tag by which one resource of a topology remembers what was last applied.
///
/// It says nothing of the resource that carries it, so it is no part of what is compared.
pub const APPLIED_TAG: &str = "evenkeel-applied";

/// Tells whether a path is that of [`APPLIED_TAG`]. ARM compares the names of tags without case.
pub fn is_applied_tag(path: &PropertyPath) -> bool {
    path.to_string()
        .strip_prefix("tags.")
        .is_some_and(|name| name.eq_ignore_ascii_case(APPLIED_TAG))
}

/// Returns the SHA-256, in hexadecimal, of what is stable in an observed body.
///
/// Two observations of a resource that nobody has written to between them have one fingerprint:
/// ETags, times, states and back references are left out, as are the order of keys and of members
/// whose order says nothing.
pub fn fingerprint(resource_type: &ResourceType, body: &Value) -> String {
    digest(facts_of_body(resource_type, body), body)
}

/// Returns the fingerprint of the members of `body` that `part` has: an object holds the members that
/// count, anything else stands for the whole value in its place.
pub fn fingerprint_of_part(resource_type: &ResourceType, body: &Value, part: &Value) -> String {
    digest(facts_of_body(resource_type, body), &restricted(body, part))
}

fn digest(facts: &TypeFacts, body: &Value) -> String {
    let stable = stable(facts, body, &mut PropertyPath::root());
    let digest = Sha256::digest(stable.to_string().as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn restricted(body: &Value, part: &Value) -> Value {
    let (Value::Object(body), Value::Object(part)) = (body, part) else { return body.clone() };
    let kept = body.iter().filter_map(|(key, value)| {
        let (_, part) = part.iter().find(|(wanted, _)| wanted.eq_ignore_ascii_case(key))?;
        Some((key.clone(), restricted(value, part)))
    });
    Value::Object(kept.collect())
}

fn stable(facts: &TypeFacts, value: &Value, path: &mut PropertyPath) -> Value {
    match value {
        Value::Object(map) => {
            let mut members: Vec<(String, Value)> = vec![];
            for (key, member) in map {
                path.push_key(key);
                let is_stable =
                    facts.treatment(path) != Treatment::ReadOnly && !is_applied_tag(path);
                if is_stable && !is_empty(member) {
                    members.push((key.to_ascii_lowercase(), stable(facts, member, path)));
                }
                path.pop();
            }
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(Map::from_iter(members))
        }
        Value::Array(items) => {
            path.push_member("");
            let mut items: Vec<Value> =
                items.iter().map(|item| stable(facts, item, path)).collect();
            path.pop();
            if facts.array_key_at(path) != Some(ArrayKey::Ordered) {
                items.sort_by_key(Value::to_string);
            }
            Value::Array(items)
        }
        scalar => scalar.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PROFILE: &str = "Microsoft.Network/trafficManagerProfiles";

    #[test]
    fn what_changes_by_itself_does_not_count() {
        let before = json!({
            "id": "/x", "etag": "1",
            "properties": { "endpoints": [
                { "name": "a", "properties": { "weight": 1, "endpointMonitorStatus": "Online" } },
                { "name": "b", "properties": {} },
            ] },
        });
        let after = json!({
            "properties": { "Endpoints": [
                { "properties": {}, "name": "b" },
                { "name": "a", "properties": { "endpointMonitorStatus": "Degraded", "weight": 1 } },
            ], "maxReturn": null },
            "etag": "2",
        });
        let of = |body| fingerprint(&PROFILE.into(), body);
        assert_eq!(of(&before), of(&after));
        assert_eq!(of(&before).len(), 64);
    }

    #[test]
    fn what_was_applied_is_no_part_of_the_resource_that_remembers_it() {
        let of = |tags| fingerprint(&PROFILE.into(), &json!({ "tags": tags, "properties": {} }));
        let noted = json!({ "a": "1", "Evenkeel-Applied": "0123456789abcdef" });
        assert_eq!(of(json!({ "a": "1" })), of(noted));
        assert_ne!(of(json!({ "a": "1" })), of(json!({ "a": "1", "evenkeel-applied-by": "me" })));
    }

    #[test]
    fn a_write_counts() {
        let of = |weight| {
            let endpoint = json!({ "name": "a", "properties": { "weight": weight } });
            let body = json!({ "properties": { "endpoints": [endpoint] } });
            fingerprint(&PROFILE.into(), &body)
        };
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn what_lies_outside_a_part_does_not_count_for_it() {
        let of = |body: Value, part: Value| fingerprint_of_part(&PROFILE.into(), &body, &part);
        let body = |team: &str, ttl: u64, more: u64| json!({ "tags": { "team": team }, "properties": { "dnsConfig": { "ttl": ttl }, "more": more } });
        let part = json!({ "tags": null, "properties": { "DnsConfig": { "ttl": 5 } } });
        let known = of(body("a", 1, 1), part.clone());
        assert_eq!(known, of(body("a", 1, 2), part.clone()));
        assert_ne!(known, of(body("a", 2, 1), part.clone()));
        assert_ne!(known, of(body("b", 1, 1), part));
        assert_eq!(
            of(body("a", 1, 1), Value::Null),
            fingerprint(&PROFILE.into(), &body("a", 1, 1))
        );
    }
}
