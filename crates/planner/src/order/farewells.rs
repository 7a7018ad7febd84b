//! What answers for a host name lets go of it when the name has gone elsewhere, and not before.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::stable_graph::NodeIndex;
use plan::{Action, ActionId, Band, Operation, Verb};
use resource::ResourceId;
use resource::catalogue::{AnswersFor, facts_of, led_host};
use serde_json::Value;

use super::Scene;
use crate::change::Kind;
use crate::desired::ids_in;
use crate::manual;

impl Scene<'_> {
    /// Orders what answers for a name no longer behind the records that lead the name elsewhere, and
    /// behind the time for which resolvers go on with the old answer.
    pub(super) fn leave_before_letting_go(&mut self) {
        let deletes = self.changes.changes.values().filter(|change| change.kind == Kind::Delete);
        let goes: Vec<(ResourceId, String)> = deletes
            .filter_map(|change| Some((change.id.clone(), self.host_of(&change.id)?)))
            .collect();
        let holders = self.holders_of(goes.iter().map(|(id, _)| id).collect());
        for (id, host) in goes {
            let Some(delete) = self.graph.first(&id) else { continue };
            let holders = holders.get(&id).into_iter().flatten();
            let mut steps: Vec<NodeIndex> =
                holders.filter_map(|holder| self.releases(holder, &id)).collect();
            steps.push(delete);
            let mut turns: Vec<NodeIndex> = vec![];
            for record in self.records_of(&host) {
                turns.extend(self.leaving(&record, &id));
            }
            turns.extend(self.verify_it_has_left(&id, &host));
            for turn in turns {
                let waits: Vec<bool> =
                    steps.iter().map(|step| self.graph.edge_if_free(turn, *step)).collect();
                // The name is everywhere, and where it is borne no longer no stamp has a part in it.
                if waits.into_iter().all(|waits| waits) {
                    self.graph.set_band(delete, Band::Global);
                }
            }
        }
    }

    /// Returns the host name for which a resource answers.
    fn host_of(&self, id: &ResourceId) -> Option<String> {
        let host = match facts_of(id).answers_for? {
            AnswersFor::Name => id.name(),
            AnswersFor::Property(pointer) => self.observed.property(id, pointer)?.as_str()?,
        };
        Some(host.to_ascii_lowercase())
    }

    /// Returns the records of a name that the plan changes.
    fn records_of(&self, host: &str) -> Vec<ResourceId> {
        let changed = self.changes.changes.keys();
        changed.filter(|id| led_host(id).as_deref() == Some(host)).cloned().collect()
    }

    /// Returns who names each of `targets` in Azure: one walk over all bodies.
    fn holders_of(&self, targets: BTreeSet<&ResourceId>) -> BTreeMap<ResourceId, Vec<ResourceId>> {
        let mut holders: BTreeMap<ResourceId, Vec<ResourceId>> = BTreeMap::new();
        if targets.is_empty() {
            return holders;
        }
        for seen in self.observed.resources.values() {
            for named in ids_in(&seen.body).into_iter().filter(|id| targets.contains(id)) {
                holders.entry(named).or_default().push(seen.id.clone());
            }
        }
        holders
    }

    /// Returns the step after which nobody is led to `target` by a record any more.
    fn leaving(&mut self, record: &ResourceId, target: &ResourceId) -> Option<NodeIndex> {
        let change = self.graph.last(record)?;
        // Who is told a name that ends has nowhere to go: only that nobody is led there newly counts.
        let ends = self.goes(record) && !self.is_led_on(record);
        let Some(secs) = self.forget_secs(record).filter(|_| !ends) else { return Some(change) };
        if let Some(wait) = self.wait_behind(change) {
            return Some(wait);
        }
        let wait = self.add_wait(record, target, secs);
        self.graph.set_band(wait, Band::Global);
        self.graph.edge(change, wait);
        Some(wait)
    }

    /// Returns the step that waits until resolvers have forgotten what a change has changed.
    fn wait_behind(&self, change: NodeIndex) -> Option<NodeIndex> {
        let waits =
            |node: &NodeIndex| matches!(self.graph.action(*node).operation, Operation::Wait { .. });
        self.graph.users(change).into_iter().find(waits)
    }

    /// Tells whether another record leads the name of one that goes.
    fn is_led_on(&self, record: &ResourceId) -> bool {
        let host = led_host(record);
        self.desired.resources().any(|other| host.is_some() && led_host(&other.id) == host)
    }

    /// Waits for the record that only a person can change, where it still leads elsewhere.
    fn verify_it_has_left(&mut self, id: &ResourceId, host: &str) -> Option<NodeIndex> {
        let mut records = self.desired.manual_records.iter();
        let record = records.find(|record| {
            record.name.eq_ignore_ascii_case(host)
                && !record.record_type.eq_ignore_ascii_case("TXT")
        })?;
        if !manual::leads_elsewhere(record, self.observed) {
            return None;
        }
        let template = self.graph.first(id).map(|node| self.graph.action(node).clone())?;
        let verify = ActionId::at(&format!("verify {}", record.record_type), &record.name);
        if let Some(node) = self.graph.find(&verify) {
            return Some(node);
        }
        let needs = self.needs_of_value(&record.value);
        let node = self.graph.add_apart(Action {
            id: verify,
            verb: Verb::Verify,
            address: record.address.clone(),
            band: Band::Global,
            operation: Operation::VerifyDns {
                name: record.name.clone(),
                record_type: record.record_type.clone(),
                value: record.value.clone(),
                timeout_secs: super::domains::MANUAL_RECORD_TIMEOUT_SECS,
                required: true,
            },
            changes: vec![],
            risks: BTreeSet::new(),
            permission: None,
            reasons: vec![
                "what answers for this name now goes once its record leads elsewhere".to_owned(),
            ],
            ..template
        });
        needs.into_iter().for_each(|need| self.graph.edge(need, node));
        Some(node)
    }

    /// Returns the writes after which the resources that a value is taken from are there.
    fn needs_of_value(&self, value: &Value) -> Vec<NodeIndex> {
        ids_in(value).iter().filter_map(|id| self.graph.last(id)).collect()
    }
}
