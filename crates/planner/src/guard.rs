//! Refuses plans whose consequences nobody asked for.

use std::collections::BTreeSet;

use plan::{Code, Guard};
use resource::catalogue::Duty;
use resource::{Observed, ResourceId, catalogue};

use crate::change::{Changes, Kind, Options, may_be_lost, protected};
use crate::desired::Desired;
use crate::last::Last;
use crate::ownership::is_owned;

/// The share of owned resources that one plan may delete, in per cent.
const MAX_DELETED_PERCENT: usize = 60;

/// Below this many deletes the share says nothing.
const FEW_DELETES: usize = 5;

/// Refuses to give a living stamp another number: what is made from it would be made anew.
pub fn renumbered(desired: &Desired, last: &Last) -> Vec<Guard> {
    let Some(last) = last.known() else { return vec![] };
    let moved = desired.indexes.iter().filter_map(|(stamp, now)| {
        let before = last.index_of(stamp).filter(|before| before != now)?;
        Some(Guard {
            code: Code::IndexMoved,
            address: stamp.clone(),
            message: format!(
                "`{{index}}` of the stamp `{stamp}` would change from {before} to {now}"
            ),
            help: format!(
                "what is made from the number would be made anew: write `index: {before}` at \
                 `stamps.{stamp}`"
            ),
        })
    });
    moved.collect()
}

/// Returns the reasons to refuse `changes` as a whole.
pub fn guards(
    changes: &Changes,
    observed: &Observed,
    topology: &str,
    options: &Options,
) -> Vec<Guard> {
    let deletes = || changes.changes.values().filter(|change| change.kind == Kind::Delete);
    let mut guards: Vec<Guard> = deletes()
        .filter(|change| loss(&change.id).is_some())
        .filter(|change| !may_be_lost(options, change))
        .map(|change| protected(&change.address, &change.id, "deletes"))
        .collect();
    let gone: BTreeSet<&ResourceId> = deletes().map(|change| &change.id).collect();
    let goes = |id: &ResourceId| id.lineage().any(|id| gone.contains(&id));
    let is_ours =
        |id: &&ResourceId| observed.get(id).is_some_and(|seen| is_owned(observed, seen, topology));
    let owned: Vec<&ResourceId> = observed.resources.keys().filter(is_ours).collect();
    let count = owned.iter().filter(|id| goes(id)).count();
    let owned = owned.len();
    let share = count * 100 / owned.max(1);
    if count > FEW_DELETES && share > MAX_DELETED_PERCENT && !options.allow_mass_delete {
        guards.push(Guard {
            code: Code::MassDelete,
            address: String::new(),
            message: format!(
                "the plan deletes {count} of {owned} owned resources ({share} %); \
                 {MAX_DELETED_PERCENT} % are allowed"
            ),
            help: "check that this is the right topology; `evenkeel destroy` removes all, \
                   `--allow-mass-delete` lifts the bound"
                .to_owned(),
        });
    }
    guards
}

/// Returns what a delete loses for good.
///
/// A resource group is deleted only when everything in it is, each by its own permission.
pub fn loss(id: &ResourceId) -> Option<&'static str> {
    if Duty::Group.is_of(id) { None } else { catalogue::facts_of(id).holds_data }
}
