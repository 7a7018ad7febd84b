//! Edges go before nodes: what points to a deleted resource lets go of it first.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::stable_graph::NodeIndex;
use plan::{Action, ActionId, Operation, Verb};
use resource::{Observation, ResourceId};
use serde_json::Value;

use super::Scene;
use crate::change::Kind;
use crate::desired::ids_in;
use crate::unwanted::is_group;

const PROFILE: &str = "Microsoft.Network/trafficManagerProfiles";

/// A relation by value: holders of a type name a property of the target.
struct ByValue {
    holder: &'static str,
    target: &'static str,
    pointer: &'static str,
}

const BY_VALUE: [ByValue; 6] = [
    ByValue {
        holder: "Microsoft.Network/dnsZones/CNAME",
        target: PROFILE,
        pointer: "/properties/dnsConfig/fqdn",
    },
    ByValue {
        holder: "Microsoft.Network/dnsZones/CNAME",
        target: "Microsoft.Web/sites",
        pointer: "/properties/defaultHostName",
    },
    ByValue {
        holder: "Microsoft.Authorization/roleAssignments",
        target: "Microsoft.Web/sites",
        pointer: "/identity/principalId",
    },
    ByValue {
        holder: "Microsoft.Authorization/roleAssignments",
        target: "Microsoft.ManagedIdentity/userAssignedIdentities",
        pointer: "/properties/principalId",
    },
    // A bound certificate cannot be deleted.
    ByValue {
        holder: "Microsoft.Web/sites/hostNameBindings",
        target: "Microsoft.Web/certificates",
        pointer: "/properties/thumbprint",
    },
    ByValue {
        holder: "Microsoft.Web/sites",
        target: "Microsoft.Web/certificates",
        pointer: "/properties/thumbprint",
    },
];

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
        let handles = self.handles(&deleted);
        for change in self.changes.changes.values() {
            let Some(observation) = self.observed.get(&change.id) else { continue };
            for target in targets(observation, &deleted, &handles) {
                self.let_go(&change.id, &change.kind, &target);
            }
        }
    }

    /// Returns the values by which holders may name a deleted resource.
    fn handles(&self, deleted: &BTreeSet<ResourceId>) -> BTreeMap<String, Vec<Handle>> {
        let mut handles: BTreeMap<String, Vec<Handle>> = BTreeMap::new();
        for id in deleted {
            for relation in BY_VALUE.iter().filter(|r| id.resource_type().is(r.target)) {
                let value = self.observed.property(id, relation.pointer).and_then(Value::as_str);
                if let Some(value) = value {
                    let handle = Handle { holder: relation.holder, target: id.clone() };
                    handles.entry(plain(value)).or_default().push(handle);
                }
            }
        }
        handles
    }

    fn let_go(&mut self, holder: &ResourceId, kind: &Kind, target: &ResourceId) {
        let Some(delete) = self.graph.first(target) else { return };
        let holder_node = match kind {
            Kind::Delete => self.graph.first(holder),
            _ => self.graph.last(holder),
        };
        let Some(holder_node) = holder_node else { return };
        if holder_node == delete {
            return;
        }
        // What lies below a replaced resource goes with it and is made again.
        let still_wanted = *kind != Kind::Delete
            && (holder.is_within(target)
                || self.desired.get(holder).is_some_and(|d| ids_in(&d.body).contains(target)));
        if still_wanted {
            return;
        }
        match self.forget_secs(holder).filter(|_| !is_group(target)) {
            Some(secs) => {
                let wait = self.add_wait(holder, target, secs);
                self.graph.edge(holder_node, wait);
                self.graph.edge(wait, delete);
            }
            None => self.graph.edge(holder_node, delete),
        }
    }

    /// Returns how long resolvers go on with what the holder answered, where DNS is the holder.
    fn forget_secs(&self, holder: &ResourceId) -> Option<u64> {
        let resource_type = holder.resource_type();
        let pointer = if resource_type.is(PROFILE) {
            "/properties/dnsConfig/ttl"
        } else if resource_type.is("Microsoft.Network/dnsZones/CNAME") {
            "/properties/TTL"
        } else {
            return None;
        };
        self.observed.property(holder, pointer).and_then(Value::as_u64).filter(|secs| *secs > 0)
    }

    fn add_wait(&mut self, holder: &ResourceId, target: &ResourceId, secs: u64) -> NodeIndex {
        let template = self.graph.first(target).map(|node| self.graph.action(node).clone());
        let template = template.expect("the caller found the delete");
        let mut reasons =
            vec![format!("resolvers may still answer `{}` for {secs} s (its TTL)", target.name())];
        reasons.push(format!("`{}` has let go of it", holder.name()));
        self.graph.add_apart(Action {
            id: ActionId(format!("wait for {} to forget {}", holder.name(), target.name())),
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

struct Handle {
    holder: &'static str,
    target: ResourceId,
}

/// Returns the deleted resources that an observed body points to.
fn targets(
    observation: &Observation,
    deleted: &BTreeSet<ResourceId>,
    handles: &BTreeMap<String, Vec<Handle>>,
) -> BTreeSet<ResourceId> {
    let mut targets: BTreeSet<ResourceId> = ids_in(&observation.body)
        .into_iter()
        .chain(observation.id.parent())
        .flat_map(|id| std::iter::successors(Some(id), ResourceId::parent))
        .filter(|id| deleted.contains(id))
        .collect();
    let resource_type = observation.id.resource_type();
    for_each_text(&observation.body, &mut |text| {
        for handle in handles.get(&plain(text)).into_iter().flatten() {
            if resource_type.is(handle.holder) {
                targets.insert(handle.target.clone());
            }
        }
    });
    targets.remove(&observation.id);
    targets
}

fn for_each_text(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| for_each_text(item, visit)),
        Value::Object(map) => map.values().for_each(|item| for_each_text(item, visit)),
        _ => {}
    }
}

fn plain(value: &str) -> String {
    value.trim_end_matches('.').to_ascii_lowercase()
}
