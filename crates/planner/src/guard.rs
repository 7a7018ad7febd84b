//! Refuses plans whose consequences nobody asked for.

use plan::Guard;
use resource::catalogue;

use crate::change::{Changes, Kind, Options, is_permitted, protected};

/// The share of owned resources that one plan may delete, in per cent.
const MAX_DELETED_PERCENT: usize = 60;

/// Below this many deletes the share says nothing.
const FEW_DELETES: usize = 5;

/// Returns the reasons to refuse `changes` as a whole; `owned` counts what carries our mark.
pub fn guards(changes: &Changes, owned: usize, options: &Options) -> Vec<Guard> {
    let deletes = || changes.changes.values().filter(|change| change.kind == Kind::Delete);
    let mut guards: Vec<Guard> = deletes()
        .filter(|change| catalogue::facts_of(&change.id).holds_data.is_some())
        .filter(|change| !is_permitted(options, &change.address, &change.id))
        .map(|change| protected(&change.address, "deletes"))
        .collect();
    let count = deletes().count();
    let share = count * 100 / owned.max(1);
    if count > FEW_DELETES && share > MAX_DELETED_PERCENT && !options.allow_mass_delete {
        guards.push(Guard {
            code: "mass-delete".to_owned(),
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
