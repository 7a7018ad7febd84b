//! Our mark: what tells a resource that Evenkeel made from one that it found.

use resource::catalogue::{self, Ownership};
use resource::{Observation, Observed, ResourceId};
use serde_json::{Map, Value, json};

/// The key of the ownership mark, in tags and in record-set metadata.
pub const MARK: &str = "evenkeel";

/// Puts our mark on a desired body, where its type can carry one.
pub fn mark(id: &ResourceId, body: &mut Value, topology: &str) {
    match catalogue::facts_of(id).ownership {
        Ownership::Tags => set(body, "/tags", topology),
        Ownership::Metadata(pointer) => set(body, pointer, topology),
        Ownership::Note(pointer) => append_note(body, pointer, topology),
        Ownership::Parent | Ownership::None => {}
    }
}

fn set(body: &mut Value, pointer: &str, topology: &str) {
    let map = object_at(body, pointer);
    map.insert(MARK.to_owned(), json!(topology));
}

fn append_note(body: &mut Value, pointer: &str, topology: &str) {
    let (parent, last) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    let map = object_at(body, parent);
    let note = map.get(last).and_then(Value::as_str).unwrap_or_default();
    if !note.contains(&note_mark(topology)) {
        let text = if note.is_empty() {
            note_mark(topology)
        } else {
            format!("{note} ({})", note_mark(topology))
        };
        map.insert(last.to_owned(), json!(text));
    }
}

/// Tells whether a resource carries its mark in a note.
pub fn has_note(id: &ResourceId) -> bool {
    matches!(catalogue::facts_of(id).ownership, Ownership::Note(_))
}

/// Puts our mark behind the note that a resource has, where the topology declares none of its own.
pub fn keep_note(id: &ResourceId, body: &mut Value, observed: &Observed, topology: &str) {
    let Ownership::Note(pointer) = catalogue::facts_of(id).ownership else { return };
    let declares_none = body.pointer(pointer) == Some(&json!(note_mark(topology)));
    if let (true, Some(note)) = (declares_none, observed.property(id, pointer)) {
        let note = note.clone();
        if let Some(declared) = body.pointer_mut(pointer) {
            *declared = note;
        }
        append_note(body, pointer, topology);
    }
}

fn note_mark(topology: &str) -> String {
    format!("{MARK}: {topology}")
}

/// Returns the object at `pointer`, made where it is missing.
fn object_at<'a>(body: &'a mut Value, pointer: &str) -> &'a mut Map<String, Value> {
    let mut at = body;
    for segment in pointer.split('/').skip(1) {
        if !at.is_object() {
            *at = json!({});
        }
        at = at
            .as_object_mut()
            .expect("made an object above")
            .entry(segment)
            .or_insert_with(|| json!({}));
    }
    if !at.is_object() {
        *at = json!({});
    }
    at.as_object_mut().expect("made an object above")
}

/// Tells whether an observed resource carries our mark, itself or through its parent.
pub fn is_owned(observed: &Observed, observation: &Observation, topology: &str) -> bool {
    let id = &observation.id;
    match catalogue::facts_of(id).ownership {
        Ownership::Tags => has_mark(observation.body.get("tags"), topology),
        Ownership::Metadata(pointer) => has_mark(observation.body.pointer(pointer), topology),
        Ownership::Note(pointer) => note_holds(observation.body.pointer(pointer), topology),
        Ownership::Parent => id
            .parent()
            .and_then(|parent| observed.get(&parent))
            .is_some_and(|parent| is_owned(observed, parent, topology)),
        Ownership::None => false,
    }
}

fn has_mark(map: Option<&Value>, topology: &str) -> bool {
    map.and_then(Value::as_object).is_some_and(|map| {
        map.iter().any(|(key, value)| {
            // Tag keys are compared without case by ARM.
            key.eq_ignore_ascii_case(MARK) && value.as_str() == Some(topology)
        })
    })
}

fn note_holds(note: Option<&Value>, topology: &str) -> bool {
    let mark = note_mark(topology);
    note.and_then(Value::as_str).is_some_and(|note| {
        // `evenkeel: north` is no mark of the topology `northwind`.
        note.match_indices(&mark).any(|(at, _)| {
            !note[at + mark.len()..].starts_with(|c: char| c.is_alphanumeric() || "-_.".contains(c))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observation(id: &ResourceId, body: Value) -> Observation {
        Observation { id: id.clone(), body, etag: None }
    }

    fn zone() -> ResourceId {
        ResourceId::in_group("s", "rg", "Microsoft.Network/dnsZones", "example.com")
    }

    #[test]
    fn a_marked_body_is_owned_by_its_topology_alone() {
        let ids = [
            zone(),
            zone().child("CNAME", "app"),
            zone().extension("Microsoft.Authorization/locks", "keep"),
        ];
        for id in ids {
            let mut body = json!({ "properties": { "notes": "Ask first." } });
            mark(&id, &mut body, "north");
            let seen = observation(&id, body);
            let observed = Observed::default();
            assert!(is_owned(&observed, &seen, "north"), "{id}");
            assert!(!is_owned(&observed, &seen, "northwind"), "{id}");
            assert!(!is_owned(&observed, &seen, "nor"), "{id}");
        }
    }

    #[test]
    fn a_child_without_a_place_for_a_mark_is_owned_through_its_parent() {
        let site = ResourceId::in_group("s", "rg", "Microsoft.Web/sites", "web");
        let config = site.child("config", "web");
        let mut observed = Observed::default();
        observed.insert(observation(&site, json!({ "tags": { "evenkeel": "north" } })));
        assert!(is_owned(&observed, &observation(&config, json!({})), "north"));
        assert!(!is_owned(&observed, &observation(&config, json!({})), "south"));
    }
}
