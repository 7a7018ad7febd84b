//! Finding in an observed body what a desired one speaks of.

use serde_json::{Map, Value};

use super::{PropertyPath, TypeFacts, is_empty, resembles};

/// Finds the property `key`, in whatever spelling the service gives it.
///
/// Some providers change the case of property names (`workspaceResourceId` becomes
/// `WorkspaceResourceId`), and keys that are resource IDs change like other IDs.
pub(super) fn find_key<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    map.get(key).or_else(|| {
        let same = |found: &str| {
            found.eq_ignore_ascii_case(key) || key.contains('/') && resembles(key, found)
        };
        map.iter().find(|(found, _)| same(found)).map(|(_, value)| value)
    })
}

/// Finds what a member of `desired` speaks of: a property that another member spells exactly is that
/// one's, where names are told apart by case.
pub(super) fn find_own<'a>(
    map: &'a Map<String, Value>,
    key: &str,
    desired: &Map<String, Value>,
) -> Option<&'a Value> {
    map.get(key).or_else(|| {
        let other = map.iter().find(|(found, _)| found.eq_ignore_ascii_case(key));
        match other {
            Some((found, _)) if desired.contains_key(found) => None,
            _ => find_key(map, key),
        }
    })
}

/// What a resource's own description is made of, beside its ID.
const RESOURCE_KEYS: &[&str] = &[
    "name",
    "type",
    "etag",
    "location",
    "tags",
    "properties",
    "sku",
    "zones",
    "kind",
    "extendedLocation",
    "resourceGroup",
    "identity",
];

/// Tells whether `observed` only names a resource that `desired` describes too: providers keep the
/// ID of a resource embedded in another one's body and drop its description.
pub(super) fn is_reference(desired: &Map<String, Value>, observed: &Map<String, Value>) -> bool {
    let is_description = |key: &str| RESOURCE_KEYS.iter().any(|k| k.eq_ignore_ascii_case(key));
    let describes =
        ["properties", "etag", "location"].iter().any(|k| find_key(desired, k).is_some());
    find_key(desired, "id").is_some_and(Value::is_string)
        && describes
        && desired.keys().all(|key| key.eq_ignore_ascii_case("id") || is_description(key))
        && observed.iter().all(|(key, value)| {
            // Some providers add the group to the ID.
            !is_description(key) || key.eq_ignore_ascii_case("resourceGroup") || is_empty(value)
        })
}

/// Finds observed properties that cannot be in force beside a desired one (records beside an
/// alias).
pub(super) fn rivals_in_force(
    facts: &TypeFacts,
    desired: &Value,
    observed: &Value,
) -> Vec<(PropertyPath, Value)> {
    let mut rivals = vec![];
    for group in facts.exclusive {
        let stated = |path: &&&str| at(desired, path).is_some_and(|value| !is_empty(value));
        let Some(wanted) = group.iter().find(stated) else { continue };
        for rival in group.iter().filter(|path| *path != wanted && !stated(path)) {
            if let Some(value) = at(observed, rival).filter(|value| !is_empty(value)) {
                let mut path = PropertyPath::root();
                rival.split('.').for_each(|key| path.push_key(key));
                rivals.push((path, value.clone()));
            }
        }
    }
    rivals
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| find_key(value.as_object()?, key))
}
