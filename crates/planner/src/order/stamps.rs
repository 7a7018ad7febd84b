//! Stamps change one at a time, and each must serve again before the next is touched.

use std::collections::BTreeSet;

use petgraph::stable_graph::NodeIndex;
use plan::{Action, ActionId, Band, Operation, Verb};
use resource::{Expression, Part, ResourceId};

use super::Scene;
use crate::desired::{DesiredResource, StampProbe};

/// How long an app may take to answer after it was changed.
const PROBE_TIMEOUT_SECS: u64 = 300;

impl Scene<'_> {
    /// Separates the stamps whose existing resources change, and probes each before the next.
    pub(super) fn separate_stamps(&mut self) {
        let mut previous: Vec<NodeIndex> = vec![];
        for stamp in self.touched_stamps() {
            let touched = self.touched(&stamp);
            for node in self.sources(&touched) {
                for barrier in &previous {
                    self.graph.edge_if_free(*barrier, node);
                }
            }
            let ends = self.sinks(&touched);
            let probes = self.add_probes(&stamp, &ends);
            previous = if probes.is_empty() { ends } else { probes };
        }
        self.probe_new_stamps();
    }

    /// Returns the stamps with changes to what exists, in the topology's order; stamps that are
    /// being removed come last.
    fn touched_stamps(&self) -> Vec<String> {
        let mut present: BTreeSet<String> = BTreeSet::new();
        for node in self.graph.nodes() {
            let action = self.graph.action(node);
            if let (Band::Stamp(stamp), true) = (&action.band, self.touches(action)) {
                present.insert(stamp.clone());
            }
        }
        let mut ordered: Vec<String> =
            self.desired.stamps.iter().filter(|stamp| present.remove(*stamp)).cloned().collect();
        ordered.extend(present);
        ordered
    }

    /// Tells whether an action changes something that serves already.
    fn touches(&self, action: &Action) -> bool {
        let changes = matches!(
            action.operation,
            Operation::Write { .. } | Operation::Delete | Operation::Post { .. }
        );
        changes && self.observed.get(&action.resource).is_some()
    }

    fn touched(&self, stamp: &str) -> BTreeSet<NodeIndex> {
        let is_here = |node: &NodeIndex| {
            let action = self.graph.action(*node);
            action.band == Band::Stamp(stamp.to_owned()) && self.touches(action)
        };
        self.graph.nodes().into_iter().filter(is_here).collect()
    }

    fn sources(&self, set: &BTreeSet<NodeIndex>) -> Vec<NodeIndex> {
        let inner = |node: &NodeIndex| self.graph.needs(*node).iter().any(|n| set.contains(n));
        set.iter().filter(|node| !inner(node)).copied().collect()
    }

    fn sinks(&self, set: &BTreeSet<NodeIndex>) -> Vec<NodeIndex> {
        let inner = |node: &NodeIndex| self.graph.users(*node).iter().any(|n| set.contains(n));
        set.iter().filter(|node| !inner(node)).copied().collect()
    }

    /// Adds the probes of a stamp's apps behind its changes.
    fn add_probes(&mut self, stamp: &str, ends: &[NodeIndex]) -> Vec<NodeIndex> {
        let desired = self.desired;
        let mut added = vec![];
        for probe in desired.probes.iter().filter(|probe| probe.stamp == stamp) {
            if self.observed.get(&probe.app).is_none() {
                continue;
            }
            let Some(app) = desired.get(&probe.app) else { continue };
            let node = self.graph.add_apart(probe_action(probe, app));
            ends.iter().for_each(|end| self.graph.edge(*end, node));
            added.push(node);
        }
        added
    }

    /// A new app that has something to run answers its probe before the router learns of it.
    fn probe_new_stamps(&mut self) {
        let desired = self.desired;
        for probe in desired.probes.iter().filter(|probe| probe.has_artefact) {
            if self.observed.get(&probe.app).is_some() {
                continue;
            }
            let Some(app) = desired.get(&probe.app) else { continue };
            let writes = self.writes_below(&probe.app);
            if writes.is_empty() {
                continue;
            }
            let routers: Vec<NodeIndex> =
                probe.routers.iter().filter_map(|router| self.graph.first(router)).collect();
            let node = self.graph.add_apart(probe_action(probe, app));
            writes.iter().for_each(|write| {
                self.graph.edge_if_free(*write, node);
            });
            for router in routers {
                self.graph.edge_if_free(node, router);
            }
        }
    }

    /// Returns the last writes to an app and its configuration.
    fn writes_below(&self, app: &ResourceId) -> Vec<NodeIndex> {
        self.changes
            .within(app)
            .map(|change| &change.id)
            .filter(|id| *id == app || id.resource_type().last().eq_ignore_ascii_case("config"))
            .filter_map(|id| self.graph.last(id))
            .collect()
    }
}

fn probe_action(probe: &StampProbe, app: &DesiredResource) -> Action {
    let url = Expression::Join(vec![
        Part::Literal("https://".to_owned()),
        Part::Expression(Box::new(Expression::reference(
            &probe.app,
            "/properties/defaultHostName",
        ))),
        Part::Literal(probe.path.clone()),
    ]);
    Action {
        id: ActionId(format!("probe {}", probe.address)),
        verb: Verb::Verify,
        address: probe.address.clone(),
        resource: probe.app.clone(),
        api_version: app.api_version.clone(),
        band: app.band.clone(),
        operation: Operation::Probe {
            url: url.to_value(),
            headers: probe.headers.clone(),
            expected: probe.expected.clone(),
            timeout_secs: PROBE_TIMEOUT_SECS,
        },
        changes: vec![],
        reasons: vec!["the stamp must serve before the roll-out goes on".to_owned()],
        risks: BTreeSet::new(),
        permission: None,
        after: BTreeSet::new(),
    }
}
