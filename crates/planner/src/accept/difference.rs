//! What a plan would change, one difference at a time.

use plan::{Plan, PropertyChange, Verb};
use resource::ResourceId;
use serde_json::Value;

use super::spell::text_of;

/// One difference between the topology and Azure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    pub id: ResourceId,
    pub address: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// A property differs.
    Property(PropertyChange),
    /// The resource is not there.
    Missing,
    /// The resource is ours and not declared.
    Undeclared,
    /// The resource is there without our mark.
    NotOurs,
}

impl Difference {
    /// Returns the differences that a plan would remove.
    pub fn of(plan: &Plan) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for action in &plan.actions {
            let found: Vec<What> = match action.verb {
                Verb::Create => vec![What::Missing],
                Verb::Delete => vec![What::Undeclared],
                Verb::Adopt => vec![What::NotOurs],
                Verb::Update | Verb::ReplaceDelete | Verb::ReplaceCreate | Verb::Start => {
                    action.changes.iter().cloned().map(What::Property).collect()
                }
                // What only makes a change safe differs in nothing.
                Verb::LiftLock | Verb::RestoreLock | Verb::CutEdge | Verb::Verify | Verb::Note => {
                    vec![]
                }
            };
            for what in found {
                let (id, address) = (action.resource.clone(), action.address.clone());
                let difference = Self { id, address, what };
                if !all.contains(&difference) {
                    all.push(difference);
                }
            }
        }
        all
    }

    /// Returns the property that differs, if the resource is there and ours.
    pub fn property(&self) -> Option<&PropertyChange> {
        match &self.what {
            What::Property(change) => Some(change),
            _ => None,
        }
    }

    /// Tells whether this is a part of what `whole` tells as one.
    pub fn is_part_of(&self, whole: &Self) -> bool {
        let paths = (self.property(), whole.property());
        let (Some(part), Some(whole_change)) = paths else { return false };
        self.id == whole.id
            && part.path.len() > whole_change.path.len()
            && part.path.starts_with(&whole_change.path)
    }
}

/// Returns the keys and labels of a property's path: `endpoints[weu].weight` has three.
pub(super) fn segments(path: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (label, after) = inner.split_once(']').unwrap_or((inner, ""));
            segments.push(label);
            rest = after.strip_prefix('.').unwrap_or(after);
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            segments.push(&rest[..end]);
            rest = rest[end..].strip_prefix('.').unwrap_or(&rest[end..]);
        }
    }
    segments
}

/// Returns what a body holds at a property's path; list members are found by a label of theirs.
pub(super) fn at<'v>(body: &'v Value, path: &str) -> Option<&'v Value> {
    let segments = segments(path);
    let mut at = body;
    let mut index = 0;
    while index < segments.len() {
        at = match at {
            Value::Object(map) => {
                // A key that holds dots, such as the name of a setting or a tag.
                let longest = (index + 1..=segments.len()).rev();
                let (end, value) = longest
                    .filter_map(|end| {
                        let key = segments[index..end].join(".");
                        let found = map.iter().find(|(name, _)| name.eq_ignore_ascii_case(&key));
                        found.map(|(_, value)| (end, value))
                    })
                    .next()?;
                index = end - 1;
                value
            }
            Value::Array(items) => member(items, segments[index])?,
            _ => return None,
        };
        index += 1;
    }
    Some(at)
}

fn member<'v>(items: &'v [Value], label: &str) -> Option<&'v Value> {
    let is_called = |item: &&Value| {
        let values = item.as_object().into_iter().flat_map(|map| map.values());
        values.filter_map(text_of).any(|value| value.eq_ignore_ascii_case(label))
    };
    let by_index = || label.parse().ok().and_then(|index: usize| items.get(index));
    items.iter().find(is_called).or_else(by_index)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_fall_into_keys_and_labels() {
        assert_eq!(segments("a.b[c.d].e"), ["a", "b", "c.d", "e"]);
        assert_eq!(segments("tags"), ["tags"]);
    }

    #[test]
    fn a_path_leads_into_a_body() {
        let body = json!({ "tags": { "a.b": 1 }, "list": [{ "name": "x", "v": 2 }, { "v": 3 }] });
        assert_eq!(at(&body, "tags.a.b"), Some(&json!(1)));
        assert_eq!(at(&body, "list[x].v"), Some(&json!(2)));
        assert_eq!(at(&body, "list[1].v"), Some(&json!(3)));
        assert_eq!(at(&body, "list[y].v"), None);
    }
}
