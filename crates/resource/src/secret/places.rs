//! Where resources hold secrets, whatever they hold there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::SCRUBBED;
use crate::{Expression, ResourceId};

/// One step to a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// Into a member of an object, by its name in lower case.
    Member(String),
    /// Into every entry of a list: what stands where is not the same before and after a change.
    Entry,
}

/// The places of secrets, by resource: what stood there before a secret was changed is a secret too, and no
/// run knows its value.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeMap<String, BTreeSet<Vec<Step>>>);

impl Places {
    /// Remembers where `body`, as a topology has it, takes a secret.
    pub fn add(&mut self, id: &ResourceId, body: &Value) {
        let mut found = BTreeSet::new();
        find(body, &mut vec![], &mut found);
        if !found.is_empty() {
            self.0.entry(id.key().to_owned()).or_default().extend(found);
        }
    }

    /// Hides what stands at the places of the resource at `path`, and of every resource in `document` that
    /// names itself.
    pub fn hide(&self, path: &str, document: &mut Value) {
        if self.0.is_empty() {
            return;
        }
        self.hide_of(path, document);
        self.hide_below(document);
    }

    fn hide_below(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_below(item)),
            Value::Object(map) => {
                map.values_mut().for_each(|member| self.hide_below(member));
                if let Some(id) = map.get("id").and_then(Value::as_str).map(str::to_owned) {
                    self.hide_of(&id, value);
                }
            }
            _ => {}
        }
    }

    fn hide_of(&self, id: &str, resource: &mut Value) {
        let places = self.0.get(&id.trim_end_matches('/').to_ascii_lowercase());
        places.into_iter().flatten().for_each(|place| hide(resource, place));
    }
}

fn find(value: &Value, at: &mut Vec<Step>, found: &mut BTreeSet<Vec<Step>>) {
    if let Some(expression) = Expression::read(value) {
        if !expression.secrets().is_empty() {
            found.insert(at.clone());
        }
        return;
    }
    match value {
        Value::Array(items) => {
            at.push(Step::Entry);
            items.iter().for_each(|item| find(item, at, found));
            at.pop();
        }
        Value::Object(map) => {
            for (name, member) in map {
                at.push(Step::Member(name.to_ascii_lowercase()));
                find(member, at, found);
                at.pop();
            }
        }
        _ => {}
    }
}

fn hide(value: &mut Value, place: &[Step]) {
    match (place.split_first(), value) {
        (Some((Step::Member(wanted), rest)), Value::Object(map)) => {
            let is_it = |name: &str| name.eq_ignore_ascii_case(wanted);
            let members = map.iter_mut().filter(|(name, _)| is_it(name));
            members.for_each(|(_, member)| hide(member, rest));
        }
        (Some((Step::Entry, rest)), Value::Array(items)) => {
            items.iter_mut().for_each(|item| hide(item, rest));
        }
        // ARM may write one text where the topology has a list, or split what it has as one.
        (_, Value::Array(items)) => items.iter_mut().for_each(|item| hide(item, &[])),
        (None, Value::Object(map)) => map.values_mut().for_each(|member| hide(member, &[])),
        (_, leaf @ (Value::String(_) | Value::Number(_))) => *leaf = SCRUBBED.into(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::SecretSource;

    #[test]
    fn what_stands_where_a_secret_is_taken_is_hidden_whatever_it_is() {
        let secret = || Expression::Secret(SecretSource::Env("X".into())).to_value();
        let id = ResourceId::in_group("s", "rg", "A.B/c", "Name");
        let mut places = Places::default();
        places.add(
            &id,
            &json!({ "properties": {
            "plain": "shown", "Whole": secret(), "list": [{ "value": [secret()], "name": "a" }],
        } }),
        );
        let body = |id: &str| {
            json!({ "id": id, "properties": {
            "plain": "shown", "whole": { "a": ["old"], "b": 12 }, "name": "shown",
            "list": [{ "value": ["old", "older"], "name": "shown" }, { "value": "old" }, null],
        } })
        };
        let own = id.as_str().to_ascii_uppercase();
        let mut listed = json!({ "value": [body(&own), body("/another")] });
        places.hide("/list", &mut listed);
        assert!(!listed["value"][0].to_string().contains("old"), "{listed}");
        assert_eq!(listed["value"][0].to_string().matches("shown").count(), 3, "{listed}");
        assert_eq!(listed["value"][1], body("/another"));
        // What is sent does not name itself.
        let mut sent = json!({ "properties": { "Whole": "new" } });
        places.hide(id.as_str(), &mut sent);
        assert_eq!(sent["properties"]["Whole"], SCRUBBED);
    }
}
