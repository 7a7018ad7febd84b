//! The fields of an entry: which are compared, how, and what of them may be told.

use std::collections::BTreeMap;

use resource::secret::{is_secret_text, may_be_named_secret, may_be_secret};
use serde_json::{Map, Value};
use topology::Comparison;

use crate::Shown;

/// Stands for a tenant's own address in its values.
const OWN: &str = "{tenant}";

/// The most of a value that is told, in characters.
const LONGEST: usize = 200;

/// Returns the field of a name, which may be a path of names: `certificate.validTo`.
pub fn find<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let whole = value.get(name);
    whole.or_else(|| name.split('.').try_fold(value, |value, part| value.get(part)))
}

/// Returns a value as part of a text.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns all fields of an entry that are compared, those of objects within by their paths.
pub(crate) fn compared(entry: &Value, comparison: &Comparison, own: &[String]) -> Fields {
    let mut fields = BTreeMap::new();
    flatten("", entry, &mut fields);
    let names = |path: &str, list: &[topology::Sp<String>]| {
        list.iter().any(|name| {
            let rest = path.strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    };
    fields.retain(|path, _| {
        !names(path, &comparison.key)
            && !names(path, &comparison.ignore)
            && (comparison.only.is_empty() || names(path, &comparison.only))
    });
    fields.into_iter().map(|(path, value)| (path, normal(value, own))).collect()
}

/// Fields by their paths.
pub(crate) type Fields = BTreeMap<String, Value>;

fn flatten<'v>(path: &str, value: &'v Value, fields: &mut BTreeMap<String, &'v Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&path, member, fields);
            }
        }
        other => {
            fields.insert(path.to_owned(), other);
        }
    }
}

/// Returns a value without what differs on purpose: the tenant's own address, and the order of a list.
fn normal(value: &Value, own: &[String]) -> Value {
    match value {
        Value::String(text) => {
            Value::String(own.iter().fold(text.clone(), |text, own| text.replace(own, OWN)))
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| normal(item, own)).collect();
            items.sort_by_cached_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let members = members.into_iter().map(|(name, it)| (name.clone(), normal(it, own)));
            Value::Object(Map::from_iter(members))
        }
        plain => plain.clone(),
    }
}

/// Returns both values of a field as they may be told: none of them where one may be a secret.
pub(crate) fn told(
    comparison: &Comparison,
    key: &str,
    path: &str,
    values: [Option<&Value>; 2],
) -> [Shown; 2] {
    let is_named = comparison.secret.iter().any(|name| {
        let rest = path.strip_prefix(name.value.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    let is_hidden = is_named || values.iter().flatten().any(|value| is_secret(key, path, value));
    values.map(|value| match value {
        None => Shown::Absent,
        Some(_) if is_hidden => Shown::Sensitive,
        Some(value) => Shown::Value(shortened(&text(value))),
    })
}

/// Tells whether a value may be a secret: by its name, by itself, or by that of the setting whose value it is.
fn is_secret(key: &str, path: &str, value: &Value) -> bool {
    let leaf = path.rsplit('.').next().unwrap_or(path);
    match value {
        Value::Array(items) => items.iter().any(|item| is_secret(key, path, item)),
        Value::Object(members) => {
            let name = resource::secret::name_of_pair(members).unwrap_or(key);
            members.iter().any(|(member, value)| is_secret(name, member, value))
        }
        value => {
            let text = text(value);
            let is_value = leaf.to_ascii_lowercase().contains("value");
            may_be_secret(leaf, &text)
                || path.split('.').any(|name| may_be_named_secret(name, &text))
                || is_value && may_be_named_secret(key, &text)
        }
    }
}

/// Returns the name of an entry as it may be told.
pub(crate) fn named(key: &str) -> String {
    if is_secret_text(key) { "(sensitive)".to_owned() } else { shortened(key) }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
