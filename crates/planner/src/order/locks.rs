//! Management locks come off only around the actions that need it, and go back whatever happens.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::stable_graph::NodeIndex;
use plan::{Action, ActionId, Code, Guard, Operation, Verb};
use resource::catalogue::Duty;
use resource::{Observation, ResourceId};
use serde_json::{Value, json};

use super::Scene;

impl Scene<'_> {
    /// Adds the lifting and restoring of each lock that stands in the way of an action.
    pub(super) fn lift_locks(&mut self) {
        let locks: Vec<&Observation> = self
            .observed
            .resources
            .values()
            .filter(|observation| Duty::Lock.is_of(&observation.id))
            .collect();
        let mut guarded: BTreeMap<&ResourceId, Vec<NodeIndex>> = BTreeMap::new();
        for lock in &locks {
            let Some(scope) = lock.id.parent() else { continue };
            let nodes = self.blocked_by(&lock.body, &scope);
            if !nodes.is_empty() {
                guarded.insert(&lock.id, nodes);
            }
        }
        for lock in locks {
            if let Some(nodes) = guarded.remove(&lock.id) {
                self.lift(lock, &nodes);
            }
        }
    }

    /// Puts each lock that the plan makes or changes behind the actions that it will refuse.
    pub(super) fn lock_last(&mut self) {
        for lock in self.desired.resources().filter(|resource| Duty::Lock.is_of(&resource.id)) {
            let (Some(write), Some(scope)) = (self.graph.last(&lock.id), lock.id.parent()) else {
                continue;
            };
            for node in self.blocked_by(&lock.body, &scope) {
                if !self.graph.edge_if_free(node, write) {
                    let told = &lock.address;
                    self.refusals.push(refusal_in_vain(told, &scope, self.graph.action(node)));
                }
            }
        }
    }

    /// Returns the actions that a lock refuses.
    fn blocked_by(&self, lock: &Value, scope: &ResourceId) -> Vec<NodeIndex> {
        let level = lock["properties"]["level"].as_str().unwrap_or_default();
        let read_only = level.eq_ignore_ascii_case("ReadOnly");
        let is_blocked = |action: &Action| match action.operation {
            Operation::Delete => true,
            Operation::Write { .. } | Operation::Post { .. } => read_only,
            _ => false,
        };
        self.graph
            .nodes()
            .into_iter()
            .filter(|node| {
                let action = self.graph.action(*node);
                // A delete is refused by what is locked below it as well.
                let is_above = matches!(action.operation, Operation::Delete)
                    && scope.is_within(&action.resource);
                is_blocked(action)
                    && (action.resource.is_within(scope) || is_above)
                    && !Duty::Lock.is_of(&action.resource)
            })
            .collect()
    }

    fn lift(&mut self, lock: &Observation, guarded: &[NodeIndex]) {
        let Some(scope) = lock.id.parent() else { return };
        // A lock of ours that this plan deletes anyway only has to go first.
        if let Some(own) = self.graph.first(&lock.id)
            && self.graph.action(own).verb == Verb::Delete
        {
            guarded.iter().for_each(|node| self.graph.edge(own, *node));
            return;
        }
        // What lies in the lock is gone while it is lifted.
        if let Some(inside) = guarded.iter().map(|node| self.graph.action(*node)).find(|action| {
            action.resource.is_within(&lock.id) && !matches!(action.operation, Operation::Delete)
        }) {
            self.refusals.push(refusal_in_vain(lock.id.name(), &scope, inside));
            return;
        }
        if !self.may_lift(lock, &scope) {
            let blocked = self.graph.action(guarded[0]).clone();
            self.refusals.push(refusal(lock, &scope, &blocked));
            return;
        }
        let (off, on) = self.add_pair(lock, &scope, guarded[0]);
        let among: BTreeSet<NodeIndex> = guarded.iter().copied().collect();
        for node in guarded {
            self.graph.edge(off, *node);
            self.graph.edge(*node, on);
        }
        // What is made anew is there again before its lock goes back.
        let remade = scope.lineage().filter_map(|id| self.graph.last(&id));
        for made in remade.collect::<Vec<_>>() {
            if self.graph.action(made).verb == Verb::ReplaceCreate {
                self.graph.edge(made, on);
            }
        }
        // The lock is off for the shortest time when all else is done before it is lifted.
        for node in guarded {
            for need in self.graph.needs(*node) {
                if !among.contains(&need) && need != off {
                    self.graph.edge_if_free(need, off);
                }
            }
        }
        if let Some(own) = self.graph.first(&lock.id) {
            self.graph.edge(on, own);
        }
    }

    fn may_lift(&self, lock: &Observation, scope: &ResourceId) -> bool {
        self.desired.liftable.contains(scope)
            || self.desired.get(&lock.id).is_some_and(|resource| {
                resource.mode == crate::desired::Mode::Managed
                    && crate::ownership::is_owned(self.observed, lock, &self.desired.topology)
            })
    }

    fn add_pair(
        &mut self,
        lock: &Observation,
        scope: &ResourceId,
        first: NodeIndex,
    ) -> (NodeIndex, NodeIndex) {
        let template = self.graph.action(first).clone();
        let facts = resource::catalogue::facts_of(&lock.id);
        let body = json!({ "properties": kept_properties(&lock.body["properties"]) });
        let name = format!("{} on {}", lock.id.name(), scope.name());
        let on = self.told(scope);
        let mut make = |verb: Verb, word: &str, operation: Operation, reason: &str| {
            self.graph.add_apart(Action {
                id: ActionId(format!("{word} lock {} on {on}", lock.id.name())),
                verb,
                address: name.clone(),
                resource: lock.id.clone(),
                api_version: facts.api_version.to_owned(),
                operation,
                changes: vec![],
                reasons: vec![reason.to_owned()],
                risks: BTreeSet::new(),
                permission: None,
                after: BTreeSet::new(),
                ..template.clone()
            })
        };
        let off = make(
            Verb::LiftLock,
            "lift",
            Operation::LiftLock { lock: body.clone() },
            "the lock refuses the actions that follow",
        );
        let on = make(
            Verb::RestoreLock,
            "restore",
            Operation::RestoreLock { lock: body },
            "goes back also after a failure",
        );
        (off, on)
    }
}

/// Returns what a lock is made of, without what the service adds.
fn kept_properties(properties: &Value) -> Value {
    let kept = ["level", "notes", "owners"]
        .iter()
        .filter(|name| !properties[**name].is_null())
        .map(|name| ((*name).to_owned(), properties[*name].clone()));
    Value::Object(kept.collect())
}

/// Refuses what can be done only when a lock is there that does not let it be done.
fn refusal_in_vain(lock: &str, scope: &ResourceId, blocked: &Action) -> Guard {
    Guard {
        code: Code::Locked,
        address: blocked.address.clone(),
        message: format!(
            "the lock `{lock}` on `{}` refuses it, and it cannot be done before that lock is there",
            scope.name()
        ),
        help: "let it stand outside what is locked, or give the lock the level `CanNotDelete`"
            .to_owned(),
    }
}

fn refusal(lock: &Observation, scope: &ResourceId, blocked: &Action) -> Guard {
    let help = if Duty::is_container(scope) {
        "it protects more than this change needs: lift it by hand for the apply".to_owned()
    } else {
        format!("write `lock: lift` at `{}` to have it lifted and put back", scope.name())
    };
    Guard {
        code: Code::Locked,
        address: blocked.address.clone(),
        message: format!("the lock `{}` on `{}` refuses it", lock.id.name(), scope.name()),
        help,
    }
}
