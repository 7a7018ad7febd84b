//! Stamps change one at a time, and each must serve again before the next is touched.

use std::collections::BTreeSet;

use petgraph::stable_graph::NodeIndex;
use plan::{Action, Band, Operation, Verb};
use resource::ResourceId;

use super::Scene;
use super::question::stamp_probe;

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
    }

    /// Returns the stamps with changes to what exists, in the topology's order; stamps that are
    /// being removed come last, but for those for which another one waits.
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
        for gone in present {
            // What has to go before a stamp can change has its turn before that stamp's.
            let own = self.touched(&gone);
            let waits = |stamp: &String| {
                let theirs = self.touched(stamp);
                own.iter()
                    .any(|node| theirs.iter().any(|user| self.graph.comes_before(*node, *user)))
            };
            let turn = ordered.iter().position(waits).unwrap_or(ordered.len());
            ordered.insert(turn, gone);
        }
        ordered
    }

    /// Tells whether an action changes something that serves already.
    ///
    /// What is created is new, and so is what lies below it; a document that comes with its parent
    /// is as old as the parent.
    fn touches(&self, action: &Action) -> bool {
        let changes = matches!(
            action.operation,
            Operation::Write { .. } | Operation::Delete | Operation::Post { .. }
        );
        let lineage = action.resource.lineage();
        let mut makers = lineage.filter_map(|id| self.graph.first(&id));
        changes && !makers.any(|node| self.graph.action(node).verb == Verb::Create)
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
            // What is stopped and stays so has served nobody: no change of the stamp can break it.
            let is_stopped =
                self.is_declared_stopped(&probe.app) || self.is_left_stopped(&probe.app);
            if self.observed.get(&probe.app).is_none() || is_stopped {
                continue;
            }
            let Some(app) = desired.get(&probe.app) else { continue };
            let node = self.graph.add_apart(stamp_probe(self, probe, app.band.clone()));
            ends.iter().for_each(|end| self.graph.edge(*end, node));
            added.push(node);
        }
        added
    }

    /// A new app that has something to run answers its probe, also where nothing leads to it yet.
    pub(super) fn probe_new_stamps(&mut self) {
        let desired = self.desired;
        for probe in desired.probes.iter().filter(|probe| probe.has_artefact) {
            let is_known = self.observed.get(&probe.app).is_some();
            if is_known || self.is_probed(&probe.app) || self.is_declared_stopped(&probe.app) {
                continue;
            }
            let Some(app) = desired.get(&probe.app) else { continue };
            let writes = self.writes_below(&probe.app);
            if writes.is_empty() {
                continue;
            }
            let node = self.graph.add_apart(stamp_probe(self, probe, app.band.clone()));
            writes.iter().for_each(|write| {
                self.graph.edge_if_free(*write, node);
            });
        }
    }

    fn is_probed(&self, app: &ResourceId) -> bool {
        self.graph.nodes().into_iter().any(|node| {
            let action = self.graph.action(node);
            action.resource == *app && matches!(action.operation, Operation::Probe { .. })
        })
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
