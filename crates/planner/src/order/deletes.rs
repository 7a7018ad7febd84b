//! Edges go before nodes: what points to a deleted resource lets go of it first.

use std::collections::BTreeSet;

use petgraph::stable_graph::NodeIndex;
use plan::{Action, ActionId, Code, Guard, Operation, Verb};
use resource::catalogue::{Duty, chosen, facts_of};
use resource::{Observation, ResourceId};
use serde_json::Value;

use super::Scene;
use crate::change::{Change, Kind};
use crate::desired::ids_in;
use crate::ground::grounds;
use crate::release::Handles;

impl Scene<'_> {
    /// Orders each delete behind the writes and deletes that let go of its resource.
    pub(super) fn cut_edges_before_nodes(&mut self) {
        let deleted: BTreeSet<ResourceId> = self
            .changes
            .changes
            .values()
            .filter(|change| matches!(change.kind, Kind::Delete | Kind::Replace))
            .map(|change| change.id.clone())
            .collect();
        if deleted.is_empty() {
            return;
        }
        for id in deleted.iter().filter(|id| facts_of(id).bears_parent) {
            self.replace_bearer(id);
        }
        let mut forgotten = vec![];
        for (holder, target) in self.pointers_to(&deleted) {
            let wait = self.let_go(&holder, &target);
            forgotten.extend(wait.map(|wait| (wait, holder, target)));
        }
        for (wait, holder, target) in forgotten {
            self.let_go_once_forgotten(wait, &holder, &target);
        }
    }

    /// Returns what points to deleted resources, each with what it points to.
    pub(super) fn pointers_to(
        &self,
        deleted: &BTreeSet<ResourceId>,
    ) -> Vec<(ResourceId, ResourceId)> {
        let handles = Handles::of(deleted, self.observed);
        let seen = self.observed.resources.values();
        let held = seen.flat_map(|seen| {
            let stands_on = grounds(&seen.id, &seen.body, self.desired.get(&seen.id));
            let stands_on = stands_on.map(|ground| ground.id).filter(|id| deleted.contains(id));
            let mut targets = targets(seen, deleted, &handles);
            targets.extend(stands_on);
            targets.into_iter().map(|target| (seen.id.clone(), target))
        });
        held.collect()
    }

    /// Lets what stands beside a target hold it until resolvers have forgotten who led to it: until then
    /// requests come.
    fn let_go_once_forgotten(
        &mut self,
        wait: NodeIndex,
        forgotten: &ResourceId,
        target: &ResourceId,
    ) {
        let deleted = [target.clone()].into();
        for (holder, _) in self.pointers_to(&deleted) {
            let is_beside = stands_beside(&holder, target);
            let Some(node) = self.releases(&holder, target).filter(|_| is_beside) else { continue };
            if holder != *forgotten {
                self.graph.edge_if_free(wait, node);
            }
        }
    }

    /// Lets what takes the place of a bearer come before it goes, and what its parent asks of those that
    /// are left come after.
    fn replace_bearer(&mut self, id: &ResourceId) {
        let (Some(delete), Some(parent)) = (self.graph.first(id), id.parent()) else { return };
        let is_beside = |other: &ResourceId| {
            other != id
                && other.parent().as_ref() == Some(&parent)
                && other.resource_type() == id.resource_type()
        };
        let beside: Vec<NodeIndex> = self
            .changes
            .changes
            .values()
            .filter(|change| {
                matches!(change.kind, Kind::Create | Kind::Update) && is_beside(&change.id)
            })
            .filter_map(|change| self.graph.last(&change.id))
            .collect();
        for other in beside {
            self.graph.edge_if_free(other, delete);
        }
        if let Some(write) = self.graph.first(&parent) {
            self.graph.edge_if_free(delete, write);
        }
    }

    /// Puts a delete behind what lets go of its resource; returns the wait between the two, if there is
    /// one.
    fn let_go(&mut self, holder: &ResourceId, target: &ResourceId) -> Option<NodeIndex> {
        let delete = self.graph.first(target)?;
        // What lies below a replaced resource goes with it and is made again.
        let goes = self.changes.changes.get(holder).is_some_and(Change::takes_away);
        if holder.is_within(target) && !goes {
            return None;
        }
        let holder_node = self.releases(holder, target).filter(|node| *node != delete)?;
        // It can lead to the new one only when that is there, and has to leave the old one before.
        if facts_of(holder).routing.is_some() && self.graph.comes_before(delete, holder_node) {
            self.refusals.push(self.no_other_target(holder, target));
            return None;
        }
        let Some(secs) = self.forget_secs(holder).filter(|_| !Duty::Group.is_of(target)) else {
            self.graph.edge(holder_node, delete);
            return None;
        };
        let wait = self.add_wait(holder, target, secs);
        self.graph.edge(holder_node, wait);
        self.graph.edge(wait, delete);
        Some(wait)
    }

    fn no_other_target(&self, holder: &ResourceId, target: &ResourceId) -> Guard {
        let address = |id: &ResourceId| {
            let change = self.changes.changes.get(id).map(|change| &change.address);
            let declared = || self.desired.get(id).map(|resource| &resource.address);
            change.or_else(declared).map_or(id.name(), String::as_str).to_owned()
        };
        Guard {
            code: Code::NoTargetLeft,
            address: address(target),
            message: format!(
                "it is replaced, and `{}` would lead nowhere meanwhile",
                address(holder)
            ),
            help: format!(
                "apply in two steps: first declare another one beside it and lead `{}` there, then \
                 change or remove this one",
                address(holder)
            ),
        }
    }

    /// Returns the action by which a holder stops naming a target, if there is one: its delete, that
    /// of something it lies in, or the write of a body that names the target no more.
    pub(super) fn releases(&self, holder: &ResourceId, target: &ResourceId) -> Option<NodeIndex> {
        let lineage = holder.lineage();
        let goes = lineage.into_iter().find(|id| {
            let change = self.changes.changes.get(id);
            change.is_some_and(|change| matches!(change.kind, Kind::Delete | Kind::Replace))
        });
        if let Some(goes) = goes {
            return self.graph.first(&goes);
        }
        if let Some(cut) = self.cuts.get(holder) {
            return Some(*cut);
        }
        let still_wanted =
            self.desired.get(holder).is_some_and(|d| ids_in(&d.body).contains(target));
        self.graph.last(holder).filter(|_| !still_wanted)
    }

    /// Returns how long resolvers go on with what the holder answered, where DNS is the holder.
    pub(super) fn forget_secs(&self, holder: &ResourceId) -> Option<u64> {
        let pointer = facts_of(holder).forgotten_after?;
        self.observed.property(holder, pointer).and_then(Value::as_u64).filter(|secs| *secs > 0)
    }

    pub(super) fn add_wait(
        &mut self,
        holder: &ResourceId,
        target: &ResourceId,
        secs: u64,
    ) -> NodeIndex {
        let template = self.graph.first(target).map(|node| self.graph.action(node).clone());
        let template = template.expect("the caller found the delete");
        let mut reasons =
            vec![format!("resolvers may still answer `{}` for {secs} s (its TTL)", target.name())];
        reasons.push(format!("`{}` has let go of it", holder.name()));
        let wait = format!("wait for {} to forget {}", self.told(holder), self.told(target));
        self.graph.add_apart(Action {
            id: ActionId(wait),
            verb: Verb::Verify,
            operation: Operation::Wait { secs },
            changes: vec![],
            risks: BTreeSet::new(),
            permission: None,
            reasons,
            ..template
        })
    }
}

/// Tells whether two resources are parts of one.
pub(super) fn stands_beside(holder: &ResourceId, target: &ResourceId) -> bool {
    let whole = target.parent().filter(|parent| !Duty::Group.is_of(parent));
    whole.is_some_and(|whole| holder.is_within(&whole))
}

/// Returns the deleted resources that an observed body points to.
fn targets(
    seen: &Observation,
    deleted: &BTreeSet<ResourceId>,
    handles: &Handles,
) -> BTreeSet<ResourceId> {
    // Who points here is told by the service itself in some bodies: that lets go of nothing.
    let named = ids_in(&chosen(&seen.id, &seen.body));
    let mut targets: BTreeSet<ResourceId> = named
        .iter()
        .cloned()
        .chain(seen.id.parent())
        .flat_map(|id| id.lineage())
        .filter(|id| deleted.contains(id))
        .collect();
    let is_led_to = |id: &&ResourceId| {
        // The parent itself, and what stands beside, lead to nothing.
        let leads = |parent: ResourceId| named.contains(&parent) && !seen.id.is_within(&parent);
        facts_of(id).bears_parent && id.parent().is_some_and(leads)
    };
    targets.extend(deleted.iter().filter(is_led_to).cloned());
    targets.extend(handles.named_by(seen));
    targets.remove(&seen.id);
    targets
}
