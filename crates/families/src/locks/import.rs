//! From a lock that was observed to its entry.

use importer::{Draft, Import, Map, literal, text};
use planner::MARK;
use resource::types::LOCK;
use resource::{Observation, ResourceId};
use topology::section::Entry;

use super::Lock;

impl Import for Lock {
    const PARTS: &'static [&'static str] = &[LOCK];

    fn import(draft: &mut Draft<'_>, _: Option<usize>, home: &mut Map) {
        let mut locks = Map::default();
        for seen in draft.survey.of_type(LOCK) {
            let Some(on) = seen.id.parent() else { continue };
            let is_ours = draft.survey.is_owned(seen);
            let is_near = draft.survey.is_inside(&on) || draft.addresses.get(&on).is_some();
            if !is_near || draft.choices.left_out.contains_key(&seen.id) {
                continue;
            }
            if !is_ours && (draft.survey.mark.is_some() || !draft.survey.is_inside(&on)) {
                let why = "the lock does not carry our mark and stays as it is";
                draft.remark(seen.id.as_str(), why);
                continue;
            }
            let map = entry(draft, seen, &on);
            locks.set(&key(&locks, seen.id.name()), map).about(&seen.id);
        }
        home.set_some(Self::SECTION.key, locks);
    }
}

/// Writes the entry of a lock on a resource.
fn entry(draft: &mut Draft<'_>, seen: &Observation, on: &ResourceId) -> Map {
    let mut map = Map::default();
    map.set_default("name", literal(seen.id.name()));
    map.set("on", draft.target(on, None));
    draft.declared::<Lock>(&seen.body, seen.id.as_str(), None, &mut map);
    let notes = text(&seen.body, "/properties/notes").unwrap_or_default();
    let notes = without_mark(notes, draft.survey.mark.as_deref());
    if !notes.is_empty() {
        map.set("notes", literal(&notes));
    }
    map
}

/// Returns a key that no lock has yet.
fn key(locks: &Map, name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let bare = name.strip_prefix("lock-").unwrap_or(&name);
    let wanted = bare.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let mut key = wanted.clone();
    let mut number = 2;
    while locks.get(&key).is_some() {
        key = format!("{wanted}-{number}");
        number += 1;
    }
    key
}

/// Returns a note as it was before our mark was put behind it.
fn without_mark(notes: &str, mark: Option<&str>) -> String {
    let Some(mark) = mark.map(|mark| format!("{MARK}: {mark}")) else { return notes.to_owned() };
    let is_mark = |text: &str| {
        let behind = text.strip_prefix(&mark);
        behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('/'))
    };
    if is_mark(notes) {
        return String::new();
    }
    let split = notes.strip_suffix(')').and_then(|notes| notes.rsplit_once('('));
    match split {
        Some((bare, behind)) if is_mark(behind) => bare.trim_end().to_owned(),
        _ => notes.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_lose_our_mark_alone() {
        let bare = |notes| without_mark(notes, Some("pki"));
        assert_eq!(bare("Ask first. (evenkeel: pki)"), "Ask first.");
        assert_eq!(bare("Ask (twice). (evenkeel: pki/1a2b3c4d)"), "Ask (twice).");
        assert_eq!(bare("evenkeel: pki"), "");
        assert_eq!(bare("evenkeel: pki/1a2b3c4d"), "");
        assert_eq!(bare("(evenkeel: pki-two)"), "(evenkeel: pki-two)");
    }
}
