//! Finds the values that expressions stand for, as far as an observation tells them.

use std::collections::BTreeMap;

use resource::catalogue::facts_of;
use resource::{Expression, Observed, Part, Reference, ResourceId, SecretSource, base64};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// Secrets that could be read, by where they come from.
pub type Secrets = BTreeMap<SecretSource, SecretString>;

/// Returns the value of `expression`, or `None` while a part of it is unknown.
pub fn resolve(expression: &Expression, observed: &Observed, secrets: &Secrets) -> Option<Value> {
    match expression {
        Expression::Reference(reference) => value_of(reference, observed),
        Expression::Secret(source) => {
            secrets.get(source).map(|secret| secret.expose_secret().into())
        }
        Expression::Base64(inner) => match resolve(inner, observed, secrets)? {
            Value::String(text) => Some(base64(&text).into()),
            value => Some(base64(&value.to_string()).into()),
        },
        Expression::Join(parts) => {
            let mut text = String::new();
            for part in parts {
                match part {
                    Part::Literal(literal) => text.push_str(literal),
                    Part::Expression(inner) => match resolve(inner, observed, secrets)? {
                        Value::String(value) => text.push_str(&value),
                        value => text.push_str(&value.to_string()),
                    },
                }
            }
            Some(Value::String(text))
        }
    }
}

/// Returns what a reference stands for: an ID and a name are known before the resource is there, and
/// of one that is made anew nothing else is.
pub fn value_of(Reference { id, pointer }: &Reference, observed: &Observed) -> Option<Value> {
    match pointer.as_str() {
        "/id" => Some(id.as_str().into()),
        "/name" => Some(id.name().into()),
        pointer if facts_of(id).common.contains(&pointer) => {
            observed.property(id, pointer).or_else(|| of_any_other(id, pointer, observed)).cloned()
        }
        _ if observed.is_renewed(id) => None,
        pointer => observed.property(id, pointer).cloned(),
    }
}

/// Returns what another resource of the type in the subscription has.
fn of_any_other<'a>(id: &ResourceId, pointer: &str, observed: &'a Observed) -> Option<&'a Value> {
    let is_like = |other: &ResourceId| {
        let (one, other) = (id.subscription().zip(Some(id)), other.subscription().zip(Some(other)));
        one.zip(other).is_some_and(|((here, id), (there, other))| {
            here.eq_ignore_ascii_case(there) && id.resource_type() == other.resource_type()
        })
    };
    let mut others = observed.resources.values().filter(|other| is_like(&other.id));
    others.find_map(|other| other.body.pointer(pointer).filter(|value| !value.is_null()))
}

/// Returns `value` with every expression that can be resolved replaced by its value.
pub fn resolve_all(value: &Value, observed: &Observed, secrets: &Secrets) -> Value {
    replace_all(value, &|expression| resolve(expression, observed, secrets))
}

/// Returns `value` with every reference replaced by what it stands for as long as nothing is made anew.
pub fn resolve_as_it_is(value: &Value, observed: &Observed) -> Value {
    replace_all(value, &|expression| match expression {
        Expression::Reference(Reference { id, pointer }) => observed.property(id, pointer).cloned(),
        _ => resolve(expression, observed, &Secrets::default()),
    })
}

fn replace_all(value: &Value, lookup: &impl Fn(&Expression) -> Option<Value>) -> Value {
    if let Some(expression) = Expression::read(value) {
        return lookup(&expression).unwrap_or_else(|| value.clone());
    }
    match value {
        Value::Array(items) => items.iter().map(|item| replace_all(item, lookup)).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, item)| (key.clone(), replace_all(item, lookup))).collect()
        }
        other => other.clone(),
    }
}
