//! Locks; the inverse of `planner/src/expand/locks.rs`.

use planner::MARK;
use resource::types::LOCK;
use topology::Lock;

use crate::draft::Draft;
use crate::family::Import;
use crate::node::{Map, literal};
use crate::survey::text;

impl Import for Lock {
    fn import(draft: &mut Draft<'_>, _: Option<usize>, home: &mut Map) {
        home.set_some("locks", draft.locks());
    }
}

impl Draft<'_> {
    /// Writes the locks on what is in the topology.
    pub(crate) fn locks(&mut self) -> Map {
        let mut locks = Map::default();
        for seen in self.survey.of_type(LOCK) {
            let Some(on) = seen.id.parent() else { continue };
            let is_ours = self.survey.is_owned(seen);
            let is_near = self.survey.is_inside(&on) || self.addresses.get(&on).is_some();
            if !is_near || self.choices.left_out.contains_key(&seen.id) {
                continue;
            }
            if !is_ours && (self.survey.mark.is_some() || !self.survey.is_inside(&on)) {
                let why = "the lock does not carry our mark and stays as it is";
                self.remark(seen.id.as_str(), why);
                continue;
            }
            let mut map = Map::default();
            map.set_default("name", literal(seen.id.name()));
            map.set("on", self.target(&on, None));
            let is_read_only = text(&seen.body, "/properties/level") == Some("ReadOnly");
            map.set_default(
                "level",
                literal(if is_read_only { "readOnly" } else { "cannotDelete" }),
            );
            let notes = text(&seen.body, "/properties/notes").unwrap_or_default();
            let notes = without_mark(notes, self.survey.mark.as_deref());
            if !notes.is_empty() {
                map.set("notes", literal(&notes));
            }
            let name = seen.id.name().to_ascii_lowercase();
            let wanted = name
                .strip_prefix("lock-")
                .unwrap_or(&name)
                .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
            let mut key = wanted.clone();
            let mut number = 2;
            while locks.get(&key).is_some() {
                key = format!("{wanted}-{number}");
                number += 1;
            }
            locks.set(&key, map).about(&seen.id);
        }
        locks
    }
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
