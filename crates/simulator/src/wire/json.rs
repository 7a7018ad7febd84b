//! How services fill in, merge and tidy bodies.

use serde_json::{Map, Value};

/// Fills in what `defaults` says where `body` says nothing or null.
pub(crate) fn fill(body: &mut Value, defaults: &Value) {
    let (Some(body), Some(defaults)) = (body.as_object_mut(), defaults.as_object()) else { return };
    for (name, default) in defaults {
        match body.get_mut(name) {
            Some(Value::Null) | None => {
                body.insert(name.clone(), default.clone());
            }
            Some(value) => fill(value, default),
        }
    }
}

/// Lays a JSON merge patch (RFC 7396) over `body`.
pub(crate) fn merge(body: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        *body = patch.clone();
        return;
    };
    if !body.is_object() {
        *body = Value::Object(Map::new());
    }
    let Some(body) = body.as_object_mut() else { return };
    for (name, value) in patch {
        if value.is_null() {
            body.remove(name);
        } else {
            merge(body.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Removes the value at a pointer.
pub(crate) fn remove(body: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(parent) = body.pointer_mut(parent).and_then(Value::as_object_mut) {
        parent.remove(name);
    }
}

/// Sets the value at a pointer whose parents are made where they are missing.
pub(crate) fn set(body: &mut Value, pointer: &str, value: Value) {
    let mut at = body;
    for name in pointer.split('/').skip(1) {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Some(object) = at.as_object_mut() else { return };
        at = object.entry(name.to_owned()).or_insert(Value::Null);
    }
    *at = value;
}

/// Spells a word as the service does, where it is one of `words`.
pub(crate) fn spell(body: &mut Value, pointer: &str, words: &[&str]) {
    let Some(value) = body.pointer_mut(pointer) else { return };
    let Some(text) = value.as_str() else { return };
    if let Some(word) = words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
        *value = Value::from(*word);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_fill_gaps_and_nulls_only() {
        let mut body = json!({"a": 1, "b": null, "c": {"d": 2}});
        fill(&mut body, &json!({"a": 9, "b": 9, "c": {"d": 9, "e": 9}}));
        assert_eq!(body, json!({"a": 1, "b": 9, "c": {"d": 2, "e": 9}}));
    }

    #[test]
    fn merge_patch_removes_what_is_null() {
        let mut body = json!({"a": 1, "b": {"c": 2, "d": [1]}});
        merge(&mut body, &json!({"a": null, "b": {"d": [2]}, "e": {"f": null}}));
        assert_eq!(body, json!({"b": {"c": 2, "d": [2]}, "e": {}}));
    }
}
