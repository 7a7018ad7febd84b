//! Record sets that cannot stand beside one another: a CNAME and anything else of its name.

use std::collections::BTreeSet;

use plan::{Action, ActionId, Code, Guard, Operation, Risk, Verb};
use resource::ResourceId;
use resource::catalogue;
use serde_json::Value;

use super::Scene;
use crate::change::{Kind, of_another};
use crate::ownership::foreign_mark;

const ZONE_PREFIX: &str = "microsoft.network/dnszones/";

impl Scene<'_> {
    /// Orders the delete of a conflicting record directly before the creation that it blocks.
    pub(super) fn part_conflicting_records(&mut self) {
        let created: Vec<ResourceId> = self
            .changes
            .changes
            .values()
            .filter(|change| change.kind == Kind::Create && is_record(&change.id))
            .map(|change| change.id.clone())
            .collect();
        for id in created {
            for rival in self.rivals(&id) {
                self.part(&id, &rival);
            }
        }
    }

    /// Returns the observed record sets that DNS does not allow beside `id`.
    fn rivals(&self, id: &ResourceId) -> Vec<ResourceId> {
        let is_cname = |id: &ResourceId| id.resource_type().last().eq_ignore_ascii_case("CNAME");
        let zone = id.parent();
        self.observed
            .resources
            .keys()
            .filter(|other| is_record(other) && other.parent() == zone && *other != id)
            .filter(|other| other.name().eq_ignore_ascii_case(id.name()))
            .filter(|other| is_cname(id) || is_cname(other))
            .cloned()
            .collect()
    }

    /// Tells what a record set holds that goes.
    fn held(&self, id: &ResourceId) -> String {
        let properties = self.observed.property(id, "/properties").and_then(Value::as_object);
        let is_value = |key: &str| {
            let key = key.to_ascii_lowercase();
            key.ends_with("records") || key.ends_with("record") || key == "targetresource"
        };
        let held = properties.into_iter().flatten().filter(|(key, _)| is_value(key));
        let mut values = vec![];
        held.for_each(|(_, value)| collect_scalars(value, &mut values));
        values.join(", ")
    }

    fn part(&mut self, id: &ResourceId, rival: &ResourceId) {
        let Some(create) = self.graph.first(id) else { return };
        if let Some(delete) = self.graph.first(rival) {
            self.graph.edge(delete, create);
            return;
        }
        let wanted = self.graph.action(create).clone();
        let seen = self.observed.get(rival);
        let other = seen.and_then(|it| foreign_mark(self.observed, it, &self.desired.topology));
        if let Some(other) = other {
            self.refusals.push(of_another(&wanted.address, rival, &other));
            return;
        }
        let adopts = self.desired.get(id).is_some_and(|resource| resource.adopt);
        if !adopts && !self.options.adopt_all {
            self.refusals.push(Guard {
                code: Code::RecordConflict,
                address: wanted.address,
                message: format!(
                    "a {} record of the name `{}` exists and does not carry our mark",
                    rival.resource_type().last(),
                    rival.name()
                ),
                help: "delete it, or write `adopt: true` at the record to have it replaced"
                    .to_owned(),
            });
            return;
        }
        let needs = self.graph.needs(create);
        let delete = self.graph.add(Action {
            id: ActionId::on("delete", rival, &self.desired.subscription),
            verb: Verb::ReplaceDelete,
            resource: rival.clone(),
            api_version: catalogue::facts_of(rival).api_version.to_owned(),
            operation: Operation::Delete,
            changes: vec![],
            reasons: vec![
                format!(
                    "DNS allows no {} beside it; the new record follows at once",
                    id.resource_type().last()
                ),
                format!("it holds {}", self.held(rival)),
            ],
            risks: BTreeSet::from([Risk::Deletes]),
            permission: None,
            after: BTreeSet::new(),
            ..wanted
        });
        // The gap is shortest when all that the new record waits for is done before the delete.
        for need in needs {
            self.graph.edge(need, delete);
        }
        self.graph.edge(delete, create);
    }
}

fn is_record(id: &ResourceId) -> bool {
    id.resource_type().key().starts_with(ZONE_PREFIX)
}

/// Collects the texts and numbers of a value, as people read them.
fn collect_scalars(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_scalars(item, into)),
        Value::Object(map) => map.values().for_each(|item| collect_scalars(item, into)),
        scalar => into.push(scalar.to_string()),
    }
}
