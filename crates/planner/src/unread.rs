//! Values that Azure never returns: whether they are to be written is told by the text alone.

use std::collections::BTreeSet;

use plan::PropertyChange;
use resource::catalogue::{PropertyPath, TypeFacts, is_way_of_making, member_label};
use serde_json::Value;

use crate::diff::MASK;

/// Finds the values that cannot be compared with Azure and that the text asks for otherwise than the
/// text that was applied last did.
///
/// Secrets are compared by where they come from, so a secret that has only changed at its source is
/// not found.
pub fn changed(
    facts: &TypeFacts,
    unverifiable: &[String],
    desired: &Value,
    last: &Value,
) -> Vec<PropertyChange> {
    let unverifiable = unverifiable.iter().map(String::as_str).collect();
    let mut search = Search { facts, unverifiable, found: vec![] };
    search.at(desired, Some(last), &mut PropertyPath::root());
    search.found
}

struct Search<'a> {
    facts: &'a TypeFacts,
    unverifiable: BTreeSet<&'a str>,
    found: Vec<PropertyChange>,
}

impl Search<'_> {
    fn at(&mut self, desired: &Value, last: Option<&Value>, path: &mut PropertyPath) {
        if self.unverifiable.contains(path.to_string().as_str()) {
            if last != Some(desired) && !is_way_of_making(path) {
                self.found.push(PropertyChange {
                    path: path.to_string(),
                    before: last.map(|_| MASK.into()),
                    after: Some(MASK.into()),
                    sensitive: true,
                    forces_replacement: self.facts.immutable_at(path).map(str::to_owned),
                });
            }
            return;
        }
        match desired {
            Value::Object(members) => {
                for (key, member) in members {
                    path.push_key(key);
                    self.at(member, last.and_then(|last| last.get(key)), path);
                    path.pop();
                }
            }
            Value::Array(members) => {
                for (index, member) in members.iter().enumerate() {
                    path.push_member(&member_label(member, index));
                    self.at(member, last.and_then(|last| last.get(index)), path);
                    path.pop();
                }
            }
            _ => {}
        }
    }
}
