//! What the text that was applied last has declared of a resource and this one does not: it is taken
//! back, and what others wrote stays.
//!
//! Three ways meet here: a key that both texts hold is compared like any other, one that neither
//! holds is left alone, and one that only the last text holds goes back to what Azure gives a new
//! resource.

use std::borrow::Cow;

use plan::{Code, Notice, Severity};
use resource::catalogue::{self, PropertyPath, Treatment, TypeFacts, member_label, pair};
use resource::{Expression, Observed, ResourceId, absent, is_absent};
use serde_json::{Map, Value, json};

use crate::complete::clone;
use crate::desired::{Desired, DesiredResource, Mode};
use crate::last::LastApplied;

/// Adds to `desired` that what only the last text has declared shall not be, of those that are asked for.
pub fn take_back(desired: &mut Desired, last: &LastApplied, of: impl Fn(&ResourceId) -> bool) {
    for before in last.resources().filter(|before| of(&before.id)) {
        if let Some(document) = document_without_keys(desired, before) {
            desired.insert(document);
        }
        let before = &with_what_it_cloned(before, last);
        let Some(now) = desired.get_mut(&before.id).filter(|now| now.mode != Mode::Existing) else {
            continue;
        };
        let mut dropping = Dropping {
            facts: catalogue::facts_of(&now.id),
            path: PropertyPath::root(),
            released: vec![],
        };
        dropping.keys(&before.body, &mut now.body);
        let notices: Vec<Notice> =
            dropping.released.iter().map(|path| no_longer_declared(&now.address, path)).collect();
        desired.notices.extend(notices);
    }
}

/// Returns what a clone was declared to be: also what was declared of its original.
fn with_what_it_cloned<'a>(
    before: &'a DesiredResource,
    last: &LastApplied,
) -> Cow<'a, DesiredResource> {
    let original = before.clone_of.as_ref().and_then(|id| last.get(id));
    let Some(original) = original else { return Cow::Borrowed(before) };
    let mut clone = before.clone();
    clone::take_configuration(&mut clone, Some(&original.body), &Observed::default());
    Cow::Owned(clone)
}

/// Returns the document of a resource that stays, with nothing declared in it: it was declared, and
/// cannot be deleted without the resource.
fn document_without_keys(desired: &Desired, before: &DesiredResource) -> Option<DesiredResource> {
    let is_born = catalogue::facts_of(&before.id).born_with_parent;
    if !is_born || desired.get(&before.id).is_some() {
        return None;
    }
    let parent = desired.get(&before.id.parent()?)?;
    let body = json!({});
    (parent.mode == Mode::Managed).then(|| DesiredResource {
        body,
        create_only: None,
        place: parent.place.clone(),
        ..before.clone()
    })
}

fn no_longer_declared(address: &str, path: &str) -> Notice {
    Notice {
        severity: Severity::Info,
        code: Code::NoLongerDeclared.into(),
        address: address.to_owned(),
        message: format!("`{path}` is no longer declared: it stays as it is, and is not compared"),
        help: Some("declare it to change it".to_owned()),
    }
}

/// A walk through what was declared and what is declared.
struct Dropping {
    facts: &'static TypeFacts,
    path: PropertyPath,
    /// Dropped properties that stay as they are.
    released: Vec<String>,
}

impl Dropping {
    fn keys(&mut self, before: &Value, now: &mut Value) {
        match (before, now) {
            (before, now) if is_one_value(before) || is_one_value(now) => {}
            (Value::Object(before), Value::Object(now)) => {
                for (key, was) in before {
                    self.path.push_key(key);
                    self.key(key, was, now);
                    self.path.pop();
                }
            }
            (Value::Array(before), Value::Array(now)) => self.members(before, now),
            _ => {}
        }
    }

    fn key(&mut self, key: &str, was: &Value, now: &mut Map<String, Value>) {
        if self.stays() {
            return;
        }
        let spelled = now.keys().find(|known| known.eq_ignore_ascii_case(key)).cloned();
        match spelled.and_then(|key| now.get_mut(&key)) {
            Some(member) => self.keys(was, member),
            None => {
                if let Some(back) = self.back(was) {
                    now.insert(key.to_owned(), back);
                }
            }
        }
    }

    /// Returns what a dropped property goes back to; `None` where it stays as it is.
    fn back(&mut self, was: &Value) -> Option<Value> {
        if self.stays() || is_absent(was) || was.is_null() {
            return None;
        }
        if self.facts.is_released(&self.path) {
            self.released.push(self.path.to_string());
            return None;
        }
        if let Some(fresh) = self.facts.fresh_at(&self.path) {
            return Some(fresh.to_value());
        }
        if self.facts.is_entry(&self.path) {
            return Some(absent());
        }
        // Of a map only the keys that were ours go: of an empty one none.
        let Some(members) = was.as_object().filter(|_| !is_one_value(was)) else {
            return Some(absent());
        };
        let mut back = Map::new();
        for (key, was) in members {
            self.path.push_key(key);
            back.extend(self.back(was).map(|value| (key.clone(), value)));
            self.path.pop();
        }
        (!back.is_empty()).then_some(Value::Object(back))
    }

    /// Tells whether a property is none that could be taken back: the service's own, what the
    /// resource is, a list that others fill too, or what follows another property.
    fn stays(&self) -> bool {
        const FIXED: [&str; 2] = ["location", "kind"];
        self.facts.treatment(&self.path) != Treatment::Compared
            || FIXED.iter().any(|key| self.path.is(key))
            || self.facts.is_closed_map(&self.path)
            || self.facts.is_shared(&self.path)
    }

    fn members(&mut self, before: &[Value], now: &mut [Value]) {
        let key = self.facts.array_key_at(&self.path);
        let pairing = pair(key, now, before, &mut |a, b| a == b);
        for (mine, theirs) in pairing.pairs {
            self.path.push_member(&member_label(&now[mine], mine));
            self.keys(&before[theirs], &mut now[mine]);
            self.path.pop();
        }
    }
}

/// Tells whether a value has no members to speak of: a scalar, or what stands for one.
fn is_one_value(value: &Value) -> bool {
    !(value.is_object() || value.is_array())
        || is_absent(value)
        || Expression::read(value).is_some()
}
