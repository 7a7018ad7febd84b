//! Stamps change one at a time.

use std::collections::{BTreeMap, HashSet};

use super::Violation;
use super::order::Order;
use crate::{Action, Band, Operation, Plan, Verb};

/// An action that changes something that exists in a stamp.
#[derive(Clone, Copy)]
struct Touch<'a> {
    at: usize,
    stamp: &'a str,
    /// What must not change together with another group: a stamp, or all that are being removed.
    group: Option<&'a str>,
}

/// Checks that two actions that change what exists in two stamps never run at once.
///
/// A stamp of which the plan only deletes is out of the routing by then (edges go before nodes), so
/// several may go together. New resources carry no traffic and may be made in all stamps at once.
pub(super) fn check(plan: &Plan, order: &Order<'_>) -> Vec<Violation> {
    let touches = touches(plan);
    // The list is a topological order, so where all pairs of two stamps are ordered the stamps form
    // runs in the list, and order between neighbouring runs implies order between all.
    let runs: Vec<_> = touches.chunk_by(|a, b| a.group == b.group).collect();
    let pairs = runs.windows(2).flat_map(|pair| together(order, pair[0], pair[1]));
    let violation = |(first, second): (Touch<'_>, Touch<'_>)| Violation::StampsTogether {
        first: plan.actions[first.at].id.clone(),
        first_stamp: first.stamp.to_owned(),
        second: plan.actions[second.at].id.clone(),
        second_stamp: second.stamp.to_owned(),
    };
    pairs.map(violation).collect()
}

fn together<'a>(
    order: &Order<'_>,
    first: &[Touch<'a>],
    second: &[Touch<'a>],
) -> Option<(Touch<'a>, Touch<'a>)> {
    let floor = first.first()?.at;
    second.iter().find_map(|later| {
        let ancestors = order.ancestors(later.at, floor);
        let free = first.iter().find(|earlier| !ancestors[earlier.at - floor])?;
        Some((*free, *later))
    })
}

fn touches(plan: &Plan) -> Vec<Touch<'_>> {
    let created: HashSet<_> = plan
        .actions
        .iter()
        .filter(|action| action.verb == Verb::Create)
        .map(|action| action.resource.key())
        .collect();
    let is_new = |action: &Action| {
        let mut lineage = action.resource.lineage();
        lineage.any(|id| created.contains(id.key()))
    };
    let touching = plan.actions.iter().enumerate().filter_map(|(at, action)| {
        let Band::Stamp(stamp) = &action.band else { return None };
        (changes_something(&action.operation) && !is_new(action)).then_some((at, stamp.as_str()))
    });
    let touching: Vec<_> = touching.collect();

    let mut only_deleted: BTreeMap<&str, bool> = BTreeMap::new();
    for action in &plan.actions {
        let Band::Stamp(stamp) = &action.band else { continue };
        if changes_something(&action.operation) {
            *only_deleted.entry(stamp).or_insert(true) &= action.verb == Verb::Delete;
        }
    }
    touching
        .into_iter()
        .map(|(at, stamp)| Touch { at, stamp, group: (!only_deleted[stamp]).then_some(stamp) })
        .collect()
}

fn changes_something(operation: &Operation) -> bool {
    match operation {
        Operation::Write { .. } | Operation::Delete | Operation::Post { .. } => true,
        Operation::LiftLock { .. }
        | Operation::RestoreLock { .. }
        | Operation::WaitFor { .. }
        | Operation::Probe { .. }
        | Operation::VerifyDns { .. }
        | Operation::Wait { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{check, sample};

    #[test]
    fn rule_06_stamps_change_one_at_a_time() {
        let [weu, sea] = ["weu", "sea"].map(|stamp| sample::update(stamp).in_stamp(stamp));
        let plan = sample::plan([weu.clone(), sea.clone()]);
        assert!(matches!(&check(&plan)[..], [Violation::StampsTogether { .. }]));
        let probe = Action { operation: Operation::Wait { secs: 1 }, ..weu.clone() };
        let probe = probe.named("verify weu").after(["update weu"]);
        let plan = sample::plan([weu, probe, sea.after(["verify weu"])]);
        assert_eq!(check(&plan), []);
    }

    #[test]
    fn rule_06_each_action_of_a_stamp_is_behind_the_barrier() {
        let actions = [("a", "weu"), ("b", "weu"), ("c", "sea"), ("d", "sea")];
        let [a, b, c, d] = actions.map(|(name, stamp)| sample::update(name).in_stamp(stamp));
        let c = c.after(["update a", "update b"]);
        let plan = sample::plan([a.clone(), b.clone(), c.clone(), d.clone().after(["update a"])]);
        let violations = check(&plan);
        let [Violation::StampsTogether { first, second, .. }] = &violations[..] else {
            panic!("{violations:?}")
        };
        assert_eq!((first.to_string(), second.to_string()), ("update b".into(), "update d".into()));
        assert_eq!(check(&sample::plan([a, b, c, d.after(["update c"])])), []);
    }

    #[test]
    fn rule_06_new_stamps_are_made_together() {
        let [weu, sea] = ["weu", "sea"]
            .map(|stamp| sample::create(sample::site(stamp), json!({})).in_stamp(stamp));
        assert_eq!(check(&sample::plan([weu, sea])), []);
    }

    #[test]
    fn rule_06_stamps_that_are_removed_may_go_together() {
        let gone = ["sea", "eus"].map(|s| sample::delete(sample::site(s)).in_stamp(s));
        let [sea, eus] = gone;
        assert_eq!(check(&sample::plan([sea.clone(), eus.clone()])), []);
        // A stamp that stays does not change while another is removed.
        let weu = sample::update("weu").in_stamp("weu");
        let plan = sample::plan([sea, eus, weu.after(["delete sea"])]);
        assert!(matches!(&check(&plan)[..], [Violation::StampsTogether { .. }]));
    }
}
