//! Which action may begin: the plan's graph, counted down.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plan::{Action, ActionId, ActionOutcome, Operation, Plan};

/// What is to be done with an action whose predecessors have all ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Turn {
    Start,
    /// It does not begin, for this reason.
    Never(ActionOutcome),
}

/// The plan's graph and what came of its actions so far.
pub(crate) struct Schedule<'a> {
    actions: &'a [Action],
    position: HashMap<&'a ActionId, usize>,
    dependents: Vec<Vec<usize>>,
    /// How many predecessors have not ended yet.
    open: Vec<usize>,
    ready: BTreeSet<usize>,
    outcomes: BTreeMap<ActionId, ActionOutcome>,
}

impl<'a> Schedule<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        let actions = plan.actions.as_slice();
        let position: HashMap<&ActionId, usize> =
            actions.iter().enumerate().map(|(at, action)| (&action.id, at)).collect();
        let mut dependents = vec![vec![]; actions.len()];
        let mut open = vec![0; actions.len()];
        for (at, action) in actions.iter().enumerate() {
            for before in action.after.iter().filter_map(|id| position.get(id)) {
                dependents[*before].push(at);
                open[at] += 1;
            }
        }
        let ready = (0..actions.len()).filter(|at| open[*at] == 0).collect();
        Self { actions, position, dependents, open, ready, outcomes: BTreeMap::new() }
    }

    /// Returns the actions whose predecessors have all ended, in the plan's order.
    pub fn ready(&self) -> Vec<usize> {
        self.ready.iter().copied().collect()
    }

    /// Takes an action out of the ready ones: it begins.
    pub fn begin(&mut self, at: usize) {
        self.ready.remove(&at);
    }

    /// Notes what came of an action, which makes others ready.
    pub fn end(&mut self, at: usize, outcome: ActionOutcome) {
        self.ready.remove(&at);
        self.outcomes.insert(self.actions[at].id.clone(), outcome);
        for dependent in self.dependents[at].clone() {
            self.open[dependent] -= 1;
            if self.open[dependent] == 0 {
                self.ready.insert(dependent);
            }
        }
    }

    /// Judges a ready action. `stopping` keeps everything from beginning but what puts back;
    /// `is_lifted` tells whether the lock of a [`Operation::RestoreLock`] is, or may be, lifted.
    pub fn judge(&self, at: usize, stopping: bool, is_lifted: bool) -> Turn {
        let action = &self.actions[at];
        if matches!(action.operation, Operation::RestoreLock { .. }) && is_lifted {
            return Turn::Start;
        }
        let hindrance = action.after.iter().find_map(|id| self.hindrance(id));
        match hindrance {
            Some(outcome) => Turn::Never(outcome),
            None if stopping => Turn::Never(ActionOutcome::NotStarted),
            None => Turn::Start,
        }
    }

    /// Returns the outcome that a predecessor which has not succeeded leaves to its dependents;
    /// the one that stands in the way is named, not those that it blocked in turn.
    fn hindrance(&self, id: &ActionId) -> Option<ActionOutcome> {
        self.position.get(id)?;
        match self.outcomes.get(id) {
            Some(ActionOutcome::Succeeded { .. }) => None,
            Some(ActionOutcome::Blocked { by }) => Some(ActionOutcome::Blocked { by: by.clone() }),
            Some(ActionOutcome::NotStarted) | None => Some(ActionOutcome::NotStarted),
            Some(_) => Some(ActionOutcome::Blocked { by: id.clone() }),
        }
    }

    pub fn action(&self, at: usize) -> &'a Action {
        &self.actions[at]
    }

    /// Returns the outcomes; what has none was never begun.
    pub fn finish(mut self) -> BTreeMap<ActionId, ActionOutcome> {
        for action in self.actions {
            self.outcomes.entry(action.id.clone()).or_insert(ActionOutcome::NotStarted);
        }
        self.outcomes
    }
}
