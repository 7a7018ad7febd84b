//! A storage account changes its redundancy step by step, and never by replacement.

use plan::{Guard, Notice, Operation, PropertyChange, Severity, Verb};
use resource::ResourceId;
use serde_json::{Value, json};

use super::Scene;
use super::actions::action;
use crate::change::Change;
use crate::desired::DesiredResource;
use crate::redundancy::{self, Step};

const STORAGE_ACCOUNT: &str = "Microsoft.Storage/storageAccounts";

impl Scene<'_> {
    /// Plans a change of redundancy as the service offers it; false where the SKU stays.
    pub(super) fn add_redundancy_change(
        &mut self,
        change: &Change,
        resource: &DesiredResource,
        verb: Verb,
    ) -> bool {
        if !resource.id.resource_type().is(STORAGE_ACCOUNT) {
            return false;
        }
        let observed = self.observed.property(&resource.id, "/sku/name").and_then(Value::as_str);
        let (Some(from), Some(to)) = (observed, resource.body["sku"]["name"].as_str()) else {
            return false;
        };
        if from.eq_ignore_ascii_case(to) {
            return false;
        }
        if let Some(target) = self.running_conversion(&resource.id) {
            self.note_conversion(resource, from, &target);
            self.add_rest(verb, change, resource, from);
            return true;
        }
        match redundancy::next_step(from, to) {
            Step::InPlace => return false,
            Step::Convert => {
                self.add_rest(verb, change, resource, from);
                self.add_conversion(resource, from, to, change);
            }
            Step::InPlaceThenConvert(between) => {
                self.add_rest(verb, change, resource, &between);
                self.add_conversion(resource, &between, to, change);
            }
            Step::Manual(reason) => self.refusals.push(Guard {
                code: "redundancy-not-convertible".to_owned(),
                address: resource.address.clone(),
                message: format!("redundancy cannot go from {from} to {to}: {reason}"),
                help: "keep the redundancy, or declare a second account and move the data"
                    .to_owned(),
            }),
        }
        true
    }

    fn running_conversion(&self, id: &ResourceId) -> Option<String> {
        let status = self.observed.property(id, "/properties/storageAccountSkuConversionStatus")?;
        let state = status["skuConversionStatus"].as_str()?;
        let runs = !["Succeeded", "Failed"].iter().any(|end| state.eq_ignore_ascii_case(end));
        runs.then(|| status["targetSkuName"].as_str().unwrap_or("another SKU").to_owned())
    }

    fn note_conversion(&mut self, resource: &DesiredResource, from: &str, target: &str) {
        self.notices.push(Notice {
            severity: Severity::Info,
            code: "redundancy-in-conversion".to_owned(),
            address: resource.address.clone(),
            message: format!("Azure is converting the account from {from} to {target}"),
            help: Some("nothing to do: it may take days, without downtime".to_owned()),
        });
    }

    /// Writes what differs besides the zone redundancy, with `sku` as the next SKU.
    fn add_rest(&mut self, verb: Verb, change: &Change, resource: &DesiredResource, sku: &str) {
        let observed = self.observed.property(&resource.id, "/sku/name").and_then(Value::as_str);
        let mut rest = change.clone();
        rest.properties.retain(|property| !property.path.starts_with("sku."));
        let mut body = resource.body.clone();
        body["sku"]["name"] = json!(sku);
        if observed != Some(sku) {
            rest.properties.push(PropertyChange {
                path: "sku.name".to_owned(),
                before: observed.map(|sku| json!(sku)),
                after: Some(json!(sku)),
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
        resource: &DesiredResource,
        from: &str,
        to: &str,
        change: &Change,
    ) {
        let operation = Operation::Post {
            action: "startAccountMigration".to_owned(),
            body: json!({ "properties": { "targetSkuName": to } }),
        };
        let mut action = action(Verb::Start, resource, operation);
        action.changes = change
            .properties
            .iter()
            .filter(|property| property.path == "sku.name")
            .cloned()
            .map(|property| PropertyChange { before: Some(json!(from)), ..property })
            .collect();
        action.reasons.push(
            "zone redundancy changes by a conversion that Azure starts within about 72 hours, \
             without downtime"
                .to_owned(),
        );
        self.graph.add(action);
    }
}
