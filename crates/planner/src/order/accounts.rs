//! What a service converts by itself, as a storage account's redundancy, changes step by step and
//! never by replacement.

use plan::{Code, Guard, Notice, Operation, PropertyChange, Severity, Verb};
use resource::catalogue::{Conversion, Step, facts_of};
use resource::{Observed, ResourceId};
use serde_json::{Value, json};

use super::Scene;
use super::actions::action;
use crate::change::Change;
use crate::desired::DesiredResource;

impl Scene<'_> {
    /// Plans a change of redundancy as the service offers it; false where the SKU stays.
    pub(super) fn add_redundancy_change(
        &mut self,
        change: &Change,
        resource: &DesiredResource,
        verb: Verb,
    ) -> bool {
        let Some(conversion) = facts_of(&resource.id).conversion else { return false };
        let observed = text_of(self.observed, &resource.id, conversion.pointer);
        let desired = resource.body.pointer(conversion.pointer).and_then(Value::as_str);
        let (Some(from), Some(to)) = (observed, desired) else { return false };
        if from.eq_ignore_ascii_case(to) {
            return false;
        }
        if let Some(target) = self.running_conversion(&resource.id, conversion) {
            self.note_conversion(resource, from, &target);
            self.add_rest(verb, change, resource, (conversion, from));
            return true;
        }
        match (conversion.next_step)(from, to) {
            Step::InPlace => return false,
            Step::Convert => {
                self.add_rest(verb, change, resource, (conversion, from));
                self.add_conversion(conversion, resource, (from, to), change);
            }
            Step::InPlaceThenConvert(between) => {
                self.add_rest(verb, change, resource, (conversion, &between));
                self.add_conversion(conversion, resource, (&between, to), change);
            }
            Step::Manual(reason) => self.refusals.push(Guard {
                code: Code::RedundancyNotConvertible,
                address: resource.address.clone(),
                message: format!("redundancy cannot go from {from} to {to}: {reason}"),
                help: "keep the redundancy, or declare a second account and move the data"
                    .to_owned(),
            }),
        }
        true
    }

    fn running_conversion(&self, id: &ResourceId, conversion: &Conversion) -> Option<String> {
        let status = self.observed.property(id, conversion.status)?;
        let text = |pointer: &str| status.pointer(pointer).and_then(Value::as_str);
        let state = text(conversion.state)?;
        let runs = !conversion.ended.iter().any(|end| state.eq_ignore_ascii_case(end));
        runs.then(|| text(conversion.state_target).unwrap_or("another SKU").to_owned())
    }

    fn note_conversion(&mut self, resource: &DesiredResource, from: &str, target: &str) {
        self.notices.push(Notice {
            severity: Severity::Info,
            code: Code::RedundancyInConversion.into(),
            address: resource.address.clone(),
            message: format!("Azure is converting the account from {from} to {target}"),
            help: Some("nothing to do: it may take days, without downtime".to_owned()),
        });
    }

    /// Writes what differs besides what the service converts, with `to.1` as the next value of that.
    fn add_rest(
        &mut self,
        verb: Verb,
        change: &Change,
        resource: &DesiredResource,
        to: (&Conversion, &str),
    ) {
        let (conversion, next) = to;
        let observed = text_of(self.observed, &resource.id, conversion.pointer);
        let top = conversion.path.split_once('.').map_or(conversion.path, |(top, _)| top);
        let mut rest = change.clone();
        rest.properties.retain(|property| !property.path.starts_with(&format!("{top}.")));
        let mut body = resource.body.clone();
        if let Some(value) = body.pointer_mut(conversion.pointer) {
            *value = json!(next);
        }
        if observed != Some(next) {
            rest.properties.push(PropertyChange {
                path: conversion.path.to_owned(),
                before: observed.map(|before| json!(before)),
                after: Some(json!(next)),
                sensitive: false,
                forces_replacement: None,
            });
        }
        if !rest.properties.is_empty() {
            self.add_write(verb, &rest, resource, body);
        }
    }

    fn add_conversion(
        &mut self,
        conversion: &Conversion,
        resource: &DesiredResource,
        (from, to): (&str, &str),
        change: &Change,
    ) {
        let operation = Operation::Post {
            action: conversion.action.to_owned(),
            body: (conversion.request)(to),
        };
        let mut action = action(Verb::Start, resource, operation);
        action.changes = change
            .properties
            .iter()
            .filter(|property| property.path == conversion.path)
            .cloned()
            .map(|property| PropertyChange { before: Some(json!(from)), ..property })
            .collect();
        action.reasons.push(conversion.reason.to_owned());
        self.graph.add(action);
    }
}

fn text_of<'o>(observed: &'o Observed, id: &ResourceId, pointer: &str) -> Option<&'o str> {
    observed.property(id, pointer).and_then(Value::as_str)
}
