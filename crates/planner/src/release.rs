//! What stays and names a resource that goes is made to let go of it.

use std::collections::{BTreeMap, BTreeSet};

use resource::catalogue::{Literal, facts_of, plain_host};
use resource::{Observation, Observed, ResourceId};
use serde_json::{Value, json};

use crate::change::{Changes, Kind};
use crate::desired::{Desired, Mode};
use crate::merge::merge;

/// Resources that go, by the values by which others name them, with the types of those others.
#[derive(Debug, Default)]
pub struct Handles(BTreeMap<String, Vec<(&'static [&'static str], ResourceId)>>);

impl Handles {
    /// Finds the values by which others name `targets`.
    pub fn of(targets: &BTreeSet<ResourceId>, observed: &Observed) -> Self {
        let mut handles = Self::default();
        for id in targets {
            for handle in facts_of(id).handles {
                let value = observed.property(id, handle.pointer).and_then(Value::as_str);
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    let named = handles.0.entry(plain_host(value)).or_default();
                    named.push((handle.holders, id.clone()));
                }
            }
        }
        handles
    }

    /// Returns the resources that `holder` names by value.
    pub fn named_by(&self, holder: &Observation) -> BTreeSet<ResourceId> {
        let kind = holder.id.resource_type();
        let mut found = BTreeSet::new();
        for_each_text(&holder.body, &mut |text| {
            for (holders, id) in self.0.get(&plain_host(text)).into_iter().flatten() {
                if holders.iter().any(|holder| kind.is(holder)) {
                    found.insert(id.clone());
                }
            }
        });
        found
    }
}

fn for_each_text(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| for_each_text(item, visit)),
        Value::Object(map) => map.values().for_each(|item| for_each_text(item, visit)),
        _ => {}
    }
}

/// Returns `desired` with what makes its resources let go of those that go, or `None` where all let
/// go by themselves.
///
/// A binding that the topology says no certificate of keeps the one that it has, unless that one is
/// to be deleted: Azure refuses to delete what is bound.
pub fn let_go(desired: &Desired, observed: &Observed, changes: &Changes) -> Option<Desired> {
    let goes = changes.changes.values().filter(|change| change.kind == Kind::Delete);
    let goes: BTreeSet<ResourceId> = goes.map(|change| change.id.clone()).collect();
    if goes.is_empty() {
        return None;
    }
    let handles = Handles::of(&goes, observed);
    let mut released = None;
    for resource in desired.resources().filter(|resource| resource.mode != Mode::Existing) {
        let release = facts_of(&resource.id).release;
        let Some(seen) = observed.get(&resource.id).filter(|_| !release.is_empty()) else {
            continue;
        };
        let says_so = release.iter().any(|(pointer, _)| resource.body.pointer(pointer).is_some());
        if says_so || handles.named_by(seen).is_empty() {
            continue;
        }
        let released = released.get_or_insert_with(|| desired.clone());
        if let Some(holder) = released.get_mut(&resource.id) {
            for (pointer, value) in release {
                merge(&mut holder.body, &at(pointer, value));
            }
        }
    }
    released
}

fn at(pointer: &str, value: &Literal) -> Value {
    let value = value.to_value();
    let keys: Vec<&str> = pointer.split('/').skip(1).collect();
    keys.iter().rev().fold(value, |inner, key| json!({ *key: inner }))
}
