//! The order of a plan: names are unique, predecessors known, the list a topological order.

use std::collections::{BTreeMap, HashMap};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use super::Violation;
use crate::{Action, ActionId, Plan};

/// Answers which action comes before which, in a plan whose list order is sound.
pub(super) struct Order<'a> {
    actions: &'a [Action],
    index: HashMap<&'a ActionId, usize>,
}

impl<'a> Order<'a> {
    /// Indexes `plan`; its order must have been checked.
    pub(super) fn new(plan: &'a Plan) -> Self {
        let index = plan.actions.iter().enumerate().map(|(at, action)| (&action.id, at)).collect();
        Self { actions: &plan.actions, index }
    }

    /// Returns the actions that have ended before `action` begins, from `floor` of the list on.
    ///
    /// Predecessors stand earlier in the list, so a floor cuts the search short.
    pub(super) fn ancestors(&self, action: usize, floor: usize) -> Vec<bool> {
        let mut seen = vec![false; action.saturating_sub(floor)];
        let mut open = vec![action];
        while let Some(at) = open.pop() {
            let before = self.actions[at].after.iter().map(|id| self.index[id]);
            for earlier in before.filter(|earlier| *earlier >= floor) {
                if !std::mem::replace(&mut seen[earlier - floor], true) {
                    open.push(earlier);
                }
            }
        }
        seen
    }

    /// Tells whether `first` has ended before `second` begins, whatever runs at once.
    pub(super) fn precedes(&self, first: usize, second: usize) -> bool {
        first < second && self.ancestors(second, first)[0]
    }
}

/// Checks names, predecessors and list order.
pub(super) fn check(plan: &Plan) -> Vec<Violation> {
    let mut counts: BTreeMap<&ActionId, usize> = BTreeMap::new();
    for action in &plan.actions {
        *counts.entry(&action.id).or_default() += 1;
    }
    let shared = counts.iter().filter(|(_, count)| **count > 1);
    let mut violations: Vec<_> = shared
        .map(|(id, count)| Violation::DuplicateAction { id: (*id).clone(), count: *count })
        .collect();
    for action in &plan.actions {
        for missing in action.after.iter().filter(|id| !counts.contains_key(id)) {
            let (id, missing) = (action.id.clone(), missing.clone());
            violations.push(Violation::UnknownPredecessor { id, missing });
        }
    }
    if violations.is_empty() {
        violations = cycles(plan);
    }
    if violations.is_empty() { out_of_order(plan) } else { violations }
}

fn cycles(plan: &Plan) -> Vec<Violation> {
    let mut graph = DiGraphMap::<&ActionId, ()>::new();
    for action in &plan.actions {
        graph.add_node(&action.id);
        for predecessor in &action.after {
            graph.add_edge(&action.id, predecessor, ());
        }
    }
    let circles = tarjan_scc(&graph).into_iter().filter_map(|component| {
        let first = *component.iter().min()?;
        let circular = component.len() > 1 || graph.contains_edge(first, first);
        circular.then(|| Violation::Cycle { ids: walk_circle(&graph, &component, first) })
    });
    circles.collect()
}

/// Follows edges within a strongly connected component until an action comes up again.
fn walk_circle(
    graph: &DiGraphMap<&ActionId, ()>,
    component: &[&ActionId],
    first: &ActionId,
) -> Vec<ActionId> {
    let mut path = vec![first];
    loop {
        let last = path[path.len() - 1];
        let next = graph.neighbors(last).filter(|next| component.contains(next)).min();
        let next = next.expect("each action of a component has a successor in it");
        if let Some(start) = path.iter().position(|id| *id == next) {
            return path[start..].iter().map(|id| (*id).clone()).collect();
        }
        path.push(next);
    }
}

fn out_of_order(plan: &Plan) -> Vec<Violation> {
    let index: HashMap<_, _> = plan.actions.iter().enumerate().map(|(at, a)| (&a.id, at)).collect();
    let mut violations = vec![];
    for (at, action) in plan.actions.iter().enumerate() {
        for predecessor in action.after.iter().filter(|id| index[id] > at) {
            let (id, predecessor) = (action.id.clone(), predecessor.clone());
            violations.push(Violation::OutOfOrder { id, predecessor });
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::{check, sample};

    #[test]
    fn rule_05_names_are_unique() {
        let plan = sample::plan([sample::update("web"), sample::update("web")]);
        assert!(matches!(&check(&plan)[..], [Violation::DuplicateAction { count: 2, .. }]));
    }

    #[test]
    fn rule_05_predecessors_are_in_the_plan() {
        let plan = sample::plan([sample::update("web").after(["gone"])]);
        assert!(matches!(&check(&plan)[..], [Violation::UnknownPredecessor { .. }]));
    }

    #[test]
    fn rule_05_the_list_is_in_order() {
        let [a, b] = [sample::update("a"), sample::update("b")];
        let plan = sample::plan([a.after(["update b"]), b]);
        assert!(matches!(&check(&plan)[..], [Violation::OutOfOrder { .. }]));
    }

    #[test]
    fn rule_05_a_circle_is_named_whole() {
        let [a, b, c] = ["a", "b", "c"].map(sample::update);
        let plan = sample::plan([
            a.after(["update c"]),
            b.after(["update a"]),
            c.after(["update b"]),
            sample::update("d").after(["update a"]),
        ]);
        let violations = check(&plan);
        let [violation] = &violations[..] else { panic!("{violations:?}") };
        assert_eq!(
            violation.to_string(),
            "`update a`, `update c`, `update b` wait for each other in a circle; an order must \
             have a beginning"
        );
    }

    fn graph(edges: &[(usize, usize)], size: usize) -> Plan {
        let action = |at: usize| {
            let after: Vec<_> = edges
                .iter()
                .filter(|(_, to)| *to == at)
                .map(|(f, _)| format!("update r{f}"))
                .collect();
            sample::update(&format!("r{at}")).after(after.iter().map(String::as_str))
        };
        sample::plan((0..size).map(action))
    }

    /// Finds by brute force whether `to` can be reached from `from`.
    fn reaches(edges: &[(usize, usize)], from: usize, to: usize) -> bool {
        let mut reached = BTreeSet::from([from]);
        loop {
            let next: BTreeSet<_> =
                edges.iter().filter(|(f, _)| reached.contains(f)).map(|(_, t)| *t).collect();
            if next.contains(&to) {
                return true;
            }
            let before = reached.len();
            reached.extend(next);
            if reached.len() == before {
                return false;
            }
        }
    }

    proptest! {
        #[test]
        fn plan_passes_exactly_when_listed_along_an_acyclic_graph(
            edges in prop::collection::vec((0..8usize, 0..8usize), 0..14),
        ) {
            let plan = graph(&edges, 8);
            let cyclic = (0..8).any(|node| reaches(&edges, node, node));
            let listed = edges.iter().all(|(from, to)| from < to);
            let violations = check(&plan);
            let circles =
                violations.iter().filter(|v| matches!(v, Violation::Cycle { .. })).count();
            prop_assert_eq!(circles > 0, cyclic);
            prop_assert_eq!(violations.is_empty(), listed);
        }

        #[test]
        fn precedence_is_reachability(
            edges in prop::collection::vec((0..8usize, 0..8usize), 0..14)
                .prop_map(|edges| -> Vec<_> { edges.into_iter().filter(|(f, t)| f < t).collect() }),
            (first, second) in (0..8usize, 0..8usize),
        ) {
            let plan = graph(&edges, 8);
            let order = Order::new(&plan);
            prop_assert_eq!(order.precedes(first, second), reaches(&edges, first, second));
        }
    }
}
