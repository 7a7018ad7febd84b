//! What comes by itself is waited for before anything is built on it.

use plan::{Action, ActionId, Operation, Verb};

use super::Scene;

impl Scene<'_> {
    /// Waits for each state that is not there yet, where a step of the plan depends on it.
    pub(super) fn await_states(&mut self) {
        let desired = self.desired;
        for wanted in &desired.awaits {
            let state = self.observed.property(&wanted.resource, &wanted.pointer);
            if state.is_some_and(|state| wanted.values.contains(state)) {
                continue;
            }
            let own = self.graph.last(&wanted.resource);
            let after = wanted.after.as_ref().and_then(|id| self.graph.last(id));
            let before: Vec<_> =
                wanted.before.iter().filter_map(|id| self.graph.first(id)).collect();
            // Where nothing is done, an earlier apply has left nothing to wait for.
            let Some(beside) = own.or(after).or(before.first().copied()) else { continue };
            let node = self.graph.add_apart(Action {
                id: ActionId::at("await", &wanted.address),
                verb: Verb::Verify,
                address: wanted.address.clone(),
                resource: wanted.resource.clone(),
                operation: Operation::WaitFor {
                    pointer: wanted.pointer.clone(),
                    values: wanted.values.clone(),
                    timeout_secs: wanted.timeout_secs,
                },
                changes: vec![],
                risks: Default::default(),
                permission: None,
                reasons: vec![wanted.reason.clone()],
                ..self.graph.action(beside).clone()
            });
            for need in own.into_iter().chain(after) {
                self.graph.edge(need, node);
            }
            for user in before {
                self.graph.edge(node, user);
            }
        }
    }
}
