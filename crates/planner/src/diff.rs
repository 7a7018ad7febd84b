//! What differs between a desired body and an observed one, as a plan tells it.
//!
//! The comparison is the catalogue's ([`resource::catalogue::TypeFacts::compare`]); here its secrets are
//! masked, and what cannot be changed in place is told.

use plan::PropertyChange;
use resource::catalogue::{self, Difference, PropertyPath, TypeFacts, member_label};
use resource::secret::{is_secret_text, may_be_secret};
use resource::{Expression, ResourceType, is_absent};
use serde_json::Value;

pub use resource::catalogue::{NotCompared, Resolve, Unknown, Why};

/// What a comparison has found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// What differs, in the order of the desired body.
    pub changes: Vec<PropertyChange>,
    /// Desired values that cannot be known yet.
    pub unknown: Vec<Unknown>,
    /// Paths of values that the service takes and never returns: they cannot be compared.
    pub unverifiable: Vec<String>,
    /// Declared values that were passed over.
    pub not_compared: Vec<NotCompared>,
}

/// Finds what must change in `observed` to fulfil `desired`.
///
/// `resolve` gives the values of expressions; what it cannot give yet is [`Comparison::unknown`].
pub fn compare(
    resource_type: &ResourceType,
    desired: &Value,
    observed: &Value,
    resolve: Resolve<'_>,
) -> Comparison {
    let facts = catalogue::facts_of_body(resource_type, observed);
    let found = facts.compare(desired, observed, resolve);
    Comparison {
        changes: found.differences.into_iter().map(|differs| tell(facts, differs)).collect(),
        unknown: found.unknown,
        unverifiable: found.unverifiable,
        not_compared: found.not_compared,
    }
}

/// Tells a difference without what must not be shown.
fn tell(
    facts: &TypeFacts,
    Difference { path, before, after, secret }: Difference,
) -> PropertyChange {
    let is_plain = !secret && is_plain(facts, &path, before.as_ref(), after.as_ref());
    let is_text =
        |value: &Option<Value>| value.as_ref().and_then(Value::as_str).is_some_and(is_secret_text);
    let sensitive =
        !is_plain && (secret || facts.is_sensitive(&path) || is_text(&before) || is_text(&after));
    let forces_replacement = facts
        .immutable_at(&path)
        .or_else(|| facts.forbidden_step(&path, before.as_ref(), after.as_ref()))
        .map(str::to_owned);
    let mask = |value| match sensitive {
        true => Value::from(MASK),
        false if is_plain => value,
        false => redact(facts, value, &path),
    };
    PropertyChange {
        path: path.to_string(),
        before: before.map(mask),
        after: after.map(mask),
        sensitive,
        forces_replacement,
    }
}

/// Tells whether a sensitive value is none here: the file holds it for everybody to read, and what
/// stands in its place in Azure does not look like a secret either.
fn is_plain(
    facts: &TypeFacts,
    path: &PropertyPath,
    before: Option<&Value>,
    after: Option<&Value>,
) -> bool {
    let key = path.last_key();
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !may_be_secret(key, text));
    facts.is_plain_where_literal(path) && after.is_some_and(is_text) && before.is_none_or(is_text)
}

/// Returns a declared value as a plan may show it, and whether it is hidden.
pub(crate) fn shown(facts: &TypeFacts, path: &PropertyPath, value: Value) -> (Value, bool) {
    if let Some(expression) = Expression::read(&value) {
        return (value, expression.is_secret());
    }
    if is_plain(facts, path, None, Some(&value)) {
        return (value, false);
    }
    let shown = redact(facts, value, path);
    let is_hidden = facts.is_sensitive(path) || shown == MASK;
    (shown, is_hidden)
}

/// Stands for a value that must not be shown.
pub(crate) const MASK: &str = "(sensitive)";

/// Masks what must not be shown inside a member that is reported as a whole.
fn redact(facts: &TypeFacts, value: Value, path: &PropertyPath) -> Value {
    match value {
        // An expression names a secret and holds none.
        value if Expression::read(&value).is_some() => catalogue::masked_text(&value),
        value if is_absent(&value) => value,
        Value::Object(map) => {
            let members = map.iter().map(|(key, member)| {
                let is_hidden =
                    catalogue::is_value_of_secret(&map, key) && Expression::read(member).is_none();
                let member = if is_hidden {
                    Value::from(MASK)
                } else {
                    redact(facts, member.clone(), &path.key(key))
                };
                (key.clone(), member)
            });
            members.collect()
        }
        Value::Array(items) => {
            let member = |(at, item): (usize, Value)| {
                let label = member_label(&item, at);
                redact(facts, item, &path.member(&label))
            };
            items.into_iter().enumerate().map(member).collect()
        }
        Value::Null => Value::Null,
        Value::String(text) if is_secret_text(&text) => Value::from(MASK),
        _ if facts.is_sensitive(path) => Value::from(MASK),
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests;
