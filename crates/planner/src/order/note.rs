//! The memory of the last apply: a tag on one resource, written when all else has succeeded.
//!
//! It tells drift (Azure has moved) from a pending change (the topology has moved) without a state
//! file. An apply that was interrupted or has failed in part leaves the tag as it was.

use petgraph::stable_graph::NodeIndex;
use plan::{Band, Operation, Verb, Write};
use resource::catalogue::{self, APPLIED_TAG, Duty, Ownership, Update};
use resource::{Observation, Observed, ResourceId};
use serde_json::{Value, json};

use super::Scene;
use super::actions::action;
use crate::applied::Note;
use crate::change::Kind;
use crate::desired::{Desired, DesiredResource, Mode};
use crate::ownership::{carries_mark, is_owned};

/// Returns what Azure remembers of the last apply in full.
///
/// `None` where nothing was applied yet, or nothing that is ours carries tags.
pub fn applied(desired: &Desired, observed: &Observed) -> Option<Note> {
    noted(desired, observed.resources.values())
}

/// Returns what some of the resources in Azure remember of the last apply in full.
pub fn noted<'a>(
    desired: &Desired,
    seen: impl IntoIterator<Item = &'a Observation>,
) -> Option<Note> {
    holders(desired, seen).next().map(|(_, noted)| Note::read(noted))
}

/// Returns what bears our name and carries the tag, with the tag.
pub fn holder<'a>(desired: &Desired, observed: &'a Observed) -> Option<(&'a Observation, &'a str)> {
    holders(desired, observed.resources.values()).next()
}

/// Returns what is ours and carries the tag: what the topology asks for first, in the order in
/// which it is chosen.
fn holders<'a>(
    desired: &Desired,
    seen: impl IntoIterator<Item = &'a Observation>,
) -> impl Iterator<Item = (&'a Observation, &'a str)> {
    let mut holders: Vec<_> = seen
        .into_iter()
        .filter_map(|seen| Some((seen, tag(seen)?)))
        .filter(|(seen, _)| carries_mark(seen, &desired.topology))
        .collect();
    let places: Vec<&ResourceId> = ranked(desired).into_iter().map(|ranked| &ranked.id).collect();
    holders.sort_by_key(|(seen, _)| {
        places.iter().position(|id| **id == seen.id).unwrap_or(usize::MAX)
    });
    holders.into_iter()
}

fn tag(seen: &Observation) -> Option<&str> {
    let tags = seen.body.get("tags")?.as_object()?;
    let tag = tags.iter().find(|(name, _)| name.eq_ignore_ascii_case(APPLIED_TAG))?;
    tag.1.as_str()
}

/// Tells whether a topology declares anything that can carry the tag.
pub fn can_remember(desired: &Desired) -> bool {
    !ranked(desired).is_empty()
}

/// Returns what can carry the tag, in the order in which it is chosen: resource groups, global ones
/// first, then the rest, each in the order of expansion.
fn ranked(desired: &Desired) -> Vec<&DesiredResource> {
    let mut ranked: Vec<_> = desired.resources().filter(|r| can_carry(r)).collect();
    ranked.sort_by_key(|r| {
        (!Duty::Group.is_of(&r.id), Duty::Group.is_of(&r.id) && r.band != Band::Global)
    });
    ranked
}

fn can_carry(resource: &DesiredResource) -> bool {
    let facts = catalogue::facts_of(&resource.id);
    // A PUT may ignore tags.
    resource.mode != Mode::Existing
        && facts.ownership == Ownership::Tags
        && !facts.tags_by_patch
        && resource.body["tags"].is_object()
}

impl Scene<'_> {
    /// Adds the step that notes what was applied, where anything else is done.
    pub(super) fn note_applied(&mut self) {
        self.keep_memory_to_the_end();
        let needs = self.last_actions();
        let noted = Note { owner: self.observed.owner.clone(), ..self.desired.note.clone() };
        let mut holders = holders(self.desired, self.observed.resources.values());
        let is_ours = |seen| is_owned(self.observed, seen, &self.desired.topology);
        let holder = holders.find(|(seen, _)| self.stays(&seen.id) && is_ours(seen));
        let is_noted = |known: &str| {
            let known = Note::read(known);
            self.desired.is_of(&known) && (known.owner == noted.owner || noted.text.is_none())
        };
        if needs.is_empty() || holder.is_some_and(|(_, known)| is_noted(known)) {
            return;
        }
        let ranked = ranked(self.desired);
        let held = ranked.iter().find(|r| holder.is_some_and(|(seen, _)| seen.id == r.id));
        let mut choice = held.into_iter().chain(&ranked).filter(|r| self.can_note(r));
        let Some(anchor) = choice.next() else { return };
        let mut note = action(Verb::Note, anchor, write(anchor, &noted.to_string()));
        // It speaks of the topology as a whole.
        note.band = Band::Global;
        let note = self.graph.add(note);
        for need in needs {
            self.graph.edge(need, note);
        }
    }

    /// Lets a resource that carries the tag go after all else: what is cut off before is still known
    /// to the run that repeats it.
    fn keep_memory_to_the_end(&mut self) {
        let holders = holders(self.desired, self.observed.resources.values());
        let ours = |seen| is_owned(self.observed, seen, &self.desired.topology);
        let Some((holder, _)) = holders.into_iter().find(|(seen, _)| ours(seen)) else { return };
        let above = holder.id.lineage();
        let goes = |id: &ResourceId| {
            self.changes.changes.get(id).is_some_and(|change| change.kind == Kind::Delete)
        };
        for id in above.filter(goes).collect::<Vec<_>>() {
            let Some(delete) = self.graph.first(&id) else { continue };
            for action in self.last_actions() {
                self.graph.edge_if_free(action, delete);
            }
        }
    }

    /// Returns the actions whose success means that of all: those that nothing waits for, and those
    /// before a lock that goes back, which it does also after a failure.
    fn last_actions(&self) -> Vec<NodeIndex> {
        let restores = |node: &NodeIndex| {
            matches!(self.graph.action(*node).operation, Operation::RestoreLock { .. })
        };
        let is_last = |node: &NodeIndex| self.graph.users(*node).iter().all(restores);
        self.graph.nodes().into_iter().filter(is_last).collect()
    }

    /// Tells whether a resource that carries the tag keeps it.
    fn stays(&self, id: &ResourceId) -> bool {
        id.lineage().all(|id| {
            let change = self.changes.changes.get(&id);
            change.is_none_or(|change| !matches!(change.kind, Kind::Delete | Kind::Replace))
        })
    }

    /// Tells whether the tag may be written: to what is ours, or becomes so, and is not locked.
    fn can_note(&self, resource: &DesiredResource) -> bool {
        let seen = self.observed.get(&resource.id);
        let is_ours = resource.mode == Mode::Managed
            || seen.is_none_or(|seen| is_owned(self.observed, seen, &self.desired.topology));
        is_ours
            && !self.observed.not_evaluated.contains_key(&resource.id)
            && !self.is_locked(resource)
    }

    /// Tells whether a lock refuses the tag, one that this plan makes included: nothing is worth
    /// lifting a lock for a note.
    fn is_locked(&self, resource: &DesiredResource) -> bool {
        let observed = self.observed.resources.values().map(|seen| (&seen.id, &seen.body));
        let desired = self.desired.resources().map(|lock| (&lock.id, &lock.body));
        observed.chain(desired).any(|(id, body)| {
            Duty::Lock.is_of(id)
                && is_read_only(body)
                && id.parent().is_some_and(|scope| resource.id.is_within(&scope))
        })
    }
}

fn is_read_only(lock: &Value) -> bool {
    lock["properties"]["level"].as_str().is_some_and(|level| level.eq_ignore_ascii_case("ReadOnly"))
}

/// Returns the write of the tag, by the way in which the type is updated.
fn write(anchor: &DesiredResource, noted: &str) -> Operation {
    let tag = json!({ "tags": { APPLIED_TAG: noted } });
    match catalogue::facts_of(&anchor.id).update {
        Update::Patch => Operation::Write { write: Write::Patch, body: tag, create: false },
        _ => {
            let mut body = anchor.body.clone();
            body["tags"][APPLIED_TAG] = json!(noted);
            Operation::Write { write: Write::PutOver, body, create: false }
        }
    }
}
