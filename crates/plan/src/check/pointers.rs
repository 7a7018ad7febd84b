//! Finds the resource IDs that a body or a value points to.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

/// Resources to look for, by [`resource::ResourceId::key`], each with the action that it stands for.
pub(super) type Targets<'a> = HashMap<&'a str, usize>;

/// Adds to `found` the action of each of `targets` that `value` names.
///
/// References are objects that hold the ID as a string, so one walk over the strings finds both.
pub(super) fn collect(value: &Value, targets: &Targets<'_>, found: &mut BTreeSet<usize>) {
    match value {
        Value::String(text) if text.starts_with('/') => {
            let key = text.trim_end_matches('/').to_ascii_lowercase();
            found.extend(targets.get(key.as_str()));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, targets, found)),
        Value::Object(map) => map.values().for_each(|item| collect(item, targets, found)),
        _ => {}
    }
}

/// Returns the targets that a body names outside its tags: a tag is a remark, not a relation.
pub(super) fn of_body(body: &Value, targets: &Targets<'_>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    match body.as_object() {
        Some(map) => map
            .iter()
            .filter(|(key, _)| *key != "tags")
            .for_each(|(_, value)| collect(value, targets, &mut found)),
        None => collect(body, targets, &mut found),
    }
    found
}
