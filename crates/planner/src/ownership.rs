//! Our mark: what tells a resource that Evenkeel made from one that it found.

use resource::catalogue::{self, Duty, Ownership};
use resource::{Observation, Observed, ResourceId};
use serde_json::{Map, Value, json};

use crate::desired::proof_name;

pub use resource::MARK;

/// The key of the owner, which stands beside the mark on what an apply has made.
pub const OWNER: &str = "evenkeel-owner";

/// Tells whether the key of a tag is one that Evenkeel writes itself: the mark, its owner, the memory
/// of the last apply. ARM compares such keys without case.
pub fn is_own_tag(key: &str) -> bool {
    [MARK, OWNER, catalogue::APPLIED_TAG].iter().any(|own| key.eq_ignore_ascii_case(own))
}

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

/// Puts the owner beside the mark on what is to be made.
pub fn sign(id: &ResourceId, body: &mut Value, topology: &str, owner: Option<&str>) {
    let Some(owner) = owner.filter(|owner| !owner.is_empty()) else { return };
    match catalogue::facts_of(id).ownership {
        Ownership::Tags => set_owner(body, "/tags", owner),
        Ownership::Metadata(pointer) => set_owner(body, pointer, owner),
        Ownership::Note(pointer) => {
            if let Some(Value::String(note)) = body.pointer_mut(pointer) {
                *note = signed(note, topology, owner);
            }
        }
        Ownership::Parent | Ownership::None => {}
    }
}

fn set_owner(body: &mut Value, pointer: &str, owner: &str) {
    // Without a mark an owner says nothing.
    if let Some(Value::Object(map)) = body.pointer_mut(pointer)
        && marked(Some(&Value::Object(map.clone()))).is_some()
    {
        map.insert(OWNER.to_owned(), json!(owner));
    }
}

/// Returns a note with the owner behind our mark, once.
fn signed(note: &str, topology: &str, owner: &str) -> String {
    let mark = note_mark(topology);
    let signed = format!("{mark}/{owner}");
    if note.contains(&signed) { note.to_owned() } else { note.replacen(&mark, &signed, 1) }
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
    let declares_none = !declares_note(id, body, topology);
    if let (true, Some(note)) = (declares_none, observed.property(id, pointer)) {
        let note = note.clone();
        if let Some(declared) = body.pointer_mut(pointer) {
            *declared = note;
        }
        append_note(body, pointer, topology);
    }
}

/// Keeps the owner in a note that bears it, whatever else becomes of the note: it is never compared.
pub fn keep_owner(id: &ResourceId, body: &mut Value, observed: &Observed, topology: &str) {
    let Ownership::Note(pointer) = catalogue::facts_of(id).ownership else { return };
    let (Some(owner), Some(Value::String(note))) = (&observed.owner, body.pointer_mut(pointer))
    else {
        return;
    };
    if observed.get(id).and_then(signature) == Some(owner) {
        *note = signed(note, topology, owner);
    }
}

/// Tells whether a desired body holds a note of its own beside our mark.
pub fn declares_note(id: &ResourceId, body: &Value, topology: &str) -> bool {
    let Ownership::Note(pointer) = catalogue::facts_of(id).ownership else { return false };
    body.pointer(pointer).is_some_and(|note| *note != json!(note_mark(topology)))
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

/// Tells whether an observed resource carries our mark in its tags.
pub fn carries_mark(observation: &Observation, topology: &str) -> bool {
    has_mark(observation.body.get("tags"), topology)
}

/// Returns the owner that stands beside the mark of a resource.
pub fn signature(observation: &Observation) -> Option<&str> {
    match catalogue::facts_of(&observation.id).ownership {
        Ownership::Tags => entry(observation.body.get("tags"), OWNER),
        Ownership::Metadata(pointer) => entry(observation.body.pointer(pointer), OWNER),
        Ownership::Note(pointer) => {
            let note = observation.body.pointer(pointer)?.as_str()?;
            let named = note.split_once(&format!("{MARK}: "))?.1;
            let behind = named.trim_start_matches(is_of_name).strip_prefix('/')?;
            let end = behind.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(behind.len());
            Some(&behind[..end]).filter(|owner| !owner.is_empty())
        }
        Ownership::Parent | Ownership::None => None,
    }
}

/// Tells whether another topology of our name has made a resource.
fn is_disowned(observed: &Observed, observation: &Observation) -> bool {
    let ours = observed.owner.as_deref();
    let other = ours.and_then(|ours| signature(observation).filter(|other| *other != ours));
    other.is_some()
}

/// Tells whether an observed resource carries our mark, itself or through its parent.
pub fn is_owned(observed: &Observed, observation: &Observation, topology: &str) -> bool {
    let id = &observation.id;
    if is_disowned(observed, observation) {
        return false;
    }
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

/// Returns the other topology whose mark a resource carries.
///
/// A binding bears no mark; the record that proved it does.
pub fn foreign_mark(
    observed: &Observed,
    observation: &Observation,
    topology: &str,
) -> Option<String> {
    if Duty::Binding.is_of(&observation.id) {
        let proof = proof_of(observed, observation.id.name())?;
        return foreign_mark(observed, proof, topology);
    }
    let other = match catalogue::facts_of(&observation.id).ownership {
        Ownership::Tags => marked(observation.body.get("tags")).map(str::to_owned),
        Ownership::Metadata(pointer) => {
            marked(observation.body.pointer(pointer)).map(str::to_owned)
        }
        Ownership::Note(pointer) => {
            let note = observation.body.pointer(pointer);
            (!note_holds(note, topology)).then(|| named_in(note)).flatten()
        }
        Ownership::Parent | Ownership::None => return None,
    };
    let other = other.filter(|other| other != topology);
    other.or_else(|| {
        let owner = signature(observation).filter(|_| is_disowned(observed, observation))?;
        Some(format!("{topology} (owner {owner})"))
    })
}

/// Returns the TXT record by which a host name was proved to App Service.
pub fn proof_of<'a>(observed: &'a Observed, host: &str) -> Option<&'a Observation> {
    let wanted = proof_name(host).to_ascii_lowercase();
    observed.resources.values().find(|seen| {
        Duty::is_record(&seen.id)
            && seen.id.resource_type().last().eq_ignore_ascii_case("TXT")
            && seen.id.parent().is_some_and(|zone| {
                let name = seen.id.name().to_ascii_lowercase();
                wanted == format!("{name}.{}", zone.name().to_ascii_lowercase())
            })
    })
}

/// Returns the value of a mark among tags or metadata.
fn marked(map: Option<&Value>) -> Option<&str> {
    entry(map, MARK)
}

/// Returns an entry of tags or metadata.
fn entry<'a>(map: Option<&'a Value>, name: &str) -> Option<&'a str> {
    let mut entries = map?.as_object()?.iter();
    // Tag keys are compared without case by ARM.
    entries.find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.as_str()
}

/// Tells whether the name of a topology may hold a character.
fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// Returns the topology that a note names.
fn named_in(note: Option<&Value>) -> Option<String> {
    let rest = note?.as_str()?.split_once(&format!("{MARK}: "))?.1;
    let name: String = rest.chars().take_while(|c| is_of_name(*c)).collect();
    (!name.is_empty()).then_some(name)
}

fn has_mark(map: Option<&Value>, topology: &str) -> bool {
    marked(map) == Some(topology)
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
        ResourceId::in_group("s", "rg", resource::types::ZONE, "example.com")
    }

    #[test]
    fn a_marked_body_is_owned_by_its_topology_alone() {
        let ids =
            [zone(), zone().child("CNAME", "app"), zone().extension(resource::types::LOCK, "keep")];
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
    fn a_note_that_is_made_anew_bears_the_owner_once() {
        let lock = zone().extension("Microsoft.Authorization/locks", "keep");
        let mut body = json!({ "properties": { "notes": "Ask first." } });
        mark(&lock, &mut body, "north");
        for _ in 0..2 {
            sign(&lock, &mut body, "north", Some("0a0b0c0d"));
            assert_eq!(body["properties"]["notes"], "Ask first. (evenkeel: north/0a0b0c0d)");
        }
        assert_eq!(signature(&observation(&lock, body)), Some("0a0b0c0d"));
    }

    #[test]
    fn the_mark_of_another_topology_is_named() {
        let ids =
            [zone(), zone().child("CNAME", "app"), zone().extension(resource::types::LOCK, "keep")];
        for id in ids {
            let mut body = json!({ "properties": { "notes": "Ask first." } });
            let observed = Observed::default();
            assert_eq!(foreign_mark(&observed, &observation(&id, body.clone()), "north"), None);
            mark(&id, &mut body, "other-team");
            let seen = observation(&id, body);
            assert_eq!(foreign_mark(&observed, &seen, "north").as_deref(), Some("other-team"));
            assert_eq!(foreign_mark(&observed, &seen, "other-team"), None);
        }
    }

    #[test]
    fn a_binding_is_of_the_topology_that_proved_its_name() {
        let site = ResourceId::in_group("s", "rg", resource::types::SITE, "web");
        let binding = observation(&site.child("hostNameBindings", "App.Example.com"), json!({}));
        let mut observed = Observed::default();
        assert_eq!(foreign_mark(&observed, &binding, "north"), None);
        let record = zone().child("TXT", "asuid.app");
        let marked =
            |topology: &str| json!({ "properties": { "metadata": { "evenkeel": topology } } });
        observed.insert(observation(&record, marked("other-team")));
        assert_eq!(foreign_mark(&observed, &binding, "north").as_deref(), Some("other-team"));
        observed.insert(observation(&record, marked("north")));
        assert_eq!(foreign_mark(&observed, &binding, "north"), None);
    }

    #[test]
    fn a_child_without_a_place_for_a_mark_is_owned_through_its_parent() {
        let site = ResourceId::in_group("s", "rg", resource::types::SITE, "web");
        let config = site.child("config", "web");
        let mut observed = Observed::default();
        observed.insert(observation(&site, json!({ "tags": { "evenkeel": "north" } })));
        assert!(is_owned(&observed, &observation(&config, json!({})), "north"));
        assert!(!is_owned(&observed, &observation(&config, json!({})), "south"));
    }
}
