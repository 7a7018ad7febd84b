//! What was applied is noted only when all of it was.

use std::collections::{HashMap, HashSet};

use super::Violation;
use crate::{Action, ActionId, Operation, Plan, Verb};

/// Checks that each note waits for the success of every other action.
pub(super) fn check(plan: &Plan) -> Vec<Violation> {
    let actions: HashMap<&ActionId, &Action> =
        plan.actions.iter().map(|action| (&action.id, action)).collect();
    let notes = plan.actions.iter().filter(|action| action.verb == Verb::Note);
    let early = notes.flat_map(|note| {
        let awaited = awaited(note, &actions);
        let others = plan.actions.iter().filter(|action| action.verb != Verb::Note);
        let missed = others.filter(move |action| !awaited.contains(&action.id));
        missed.map(|action| Violation::NotedTooEarly {
            note: note.id.clone(),
            action: action.id.clone(),
        })
    });
    early.collect()
}

/// Returns the actions whose success the note needs.
fn awaited<'a>(
    note: &'a Action,
    actions: &HashMap<&ActionId, &'a Action>,
) -> HashSet<&'a ActionId> {
    let mut found = HashSet::new();
    let mut open = vec![note];
    while let Some(action) = open.pop() {
        // A lock goes back also after a failure, so nothing before it has succeeded for sure.
        if matches!(action.operation, Operation::RestoreLock { .. }) {
            continue;
        }
        for id in &action.after {
            if found.insert(id) {
                open.extend(actions.get(id));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{check, sample};

    fn note() -> Action {
        let tags = json!({ "tags": { "evenkeel-applied": "00" } });
        sample::action(Verb::Note, sample::site("web")).named("note").writing(tags)
    }

    #[test]
    fn rule_01_what_was_applied_is_noted_after_all_else() {
        let [a, b] = ["a", "b"].map(sample::update);
        let plan = |after: &[&str]| {
            let note = note().after(after.iter().copied());
            sample::plan([a.clone(), b.clone().after(["update a"]), note])
        };
        assert_eq!(check(&plan(&["update b"])), []);
        assert!(matches!(&check(&plan(&["update a"]))[..], [Violation::NotedTooEarly { .. }]));
    }

    #[test]
    fn rule_01_a_restored_lock_does_not_stand_for_what_it_guarded() {
        let lock = sample::zone().extension(resource::types::LOCK, "keep");
        let body = json!({ "properties": { "level": "CanNotDelete" } });
        let lift = Action {
            operation: Operation::LiftLock { lock: body.clone() },
            ..sample::action(Verb::LiftLock, lock.clone()).named("lift")
        };
        let delete = sample::delete(sample::record("CNAME", "app")).after(["lift"]);
        let restore = Action {
            operation: Operation::RestoreLock { lock: body },
            ..sample::action(Verb::RestoreLock, lock).named("restore").after(["lift", "delete app"])
        };
        let plan = |after: &[&str]| {
            let note = note().after(after.iter().copied());
            sample::plan([lift.clone(), delete.clone(), restore.clone(), note])
        };
        assert_eq!(check(&plan(&["delete app", "restore"])), []);
        assert!(!check(&plan(&["restore"])).is_empty());
    }
}
