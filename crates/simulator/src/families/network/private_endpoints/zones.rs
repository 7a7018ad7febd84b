//! Groups of private zones into which an endpoint writes its names.

use resource::ResourceId;
use serde_json::{Value, json};

use super::{hosts, names};
use crate::families::network::{bad_request, members_mut, references, view as view_network};
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// How long the records are good for, in seconds.
const TTL: u64 = 10;

/// Where a group keeps the IDs of the records that it has written.
const WRITTEN: &str = "records";

/// Returns the zones of a group's body.
fn zones(body: &Value) -> impl Iterator<Item = ResourceId> + '_ {
    let configs = body["properties"]["privateDnsZoneConfigs"].as_array();
    configs.into_iter().flatten().filter_map(|config| {
        ResourceId::parse(config["properties"]["privateDnsZoneId"].as_str()?).ok()
    })
}

/// Refuses more than five zones and those that are not there.
pub(super) fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if azure.is_unguarded {
        return Ok(());
    }
    if zones(&draft.body).count() > 5 {
        let text = format!("Private DNS zone group {} has more than 5 zones.", draft.id);
        return Err(bad_request("PrivateDnsZoneGroupTooManyZones", text));
    }
    for zone in zones(&draft.body) {
        if azure.state.get(&zone).is_none() {
            return Err(references::missing(zone.as_str(), &draft.id));
        }
    }
    Ok(())
}

/// Returns the records that an endpoint writes, by name.
fn records(azure: &Azure, group: &ResourceId) -> Vec<(String, Vec<String>)> {
    let endpoint = group.parent().and_then(|id| azure.state.get(&id));
    let found = endpoint.map(|endpoint| names(azure, endpoint)).unwrap_or_default();
    let named =
        |(host, addresses): (String, Vec<String>)| (hosts::record_of(&host).to_owned(), addresses);
    found.into_iter().map(named).collect()
}

/// Writes the records; one of the same name is written over.
pub(super) fn after(azure: &mut Azure, draft: &Draft) {
    let zones: Vec<ResourceId> = zones(&draft.body).collect();
    let mut written: Vec<String> = vec![];
    for zone in zones {
        for (name, addresses) in records(azure, &draft.id) {
            let id = zone.child("A", &name);
            let records: Vec<Value> =
                addresses.iter().map(|address| json!({"ipv4Address": address})).collect();
            let body = json!({
                "id": id.as_str(),
                "name": name,
                "type": id.resource_type().as_str(),
                "properties": {"ttl": TTL, "aRecords": records, "isAutoRegistered": false},
            });
            written.push(id.to_string());
            azure.hold(id, body);
        }
    }
    if let Some(stored) = azure.state.get_mut(&draft.id) {
        let before = stored.hidden.insert(WRITTEN.to_owned(), json!(written));
        let before = before.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
        let gone = before
            .iter()
            .filter_map(Value::as_str)
            .filter(|id| !written.contains(&(*id).to_owned()));
        let gone: Vec<ResourceId> = gone.filter_map(|id| ResourceId::parse(id).ok()).collect();
        for id in gone {
            azure.state.remove(&id);
        }
    }
}

/// Shows the records that stand in each zone.
pub(super) fn view(azure: &Azure, group: &Stored, body: &mut Value) {
    let records = records(azure, &group.id);
    for config in members_mut(body, "/properties/privateDnsZoneConfigs") {
        let zone = config["properties"]["privateDnsZoneId"].as_str().unwrap_or_default();
        let zone = zone.rsplit('/').next().unwrap_or_default().to_owned();
        let rows: Vec<Value> = records
            .iter()
            .map(|(name, addresses)| {
                json!({
                    "recordType": "A",
                    "recordSetName": name,
                    "fqdn": format!("{name}.{zone}"),
                    "ttl": TTL,
                    "provisioningState": "Succeeded",
                    "ipAddresses": addresses,
                })
            })
            .collect();
        json::set(config, "/properties/recordSets", json!(rows));
    }
    view_network(azure, group, body);
}

/// Takes the records with it.
pub(super) fn after_delete(azure: &mut Azure, group: &Stored, _: &Request) {
    let written = group.hidden.get(WRITTEN).and_then(Value::as_array).cloned().unwrap_or_default();
    for id in written.iter().filter_map(Value::as_str) {
        if let Ok(id) = ResourceId::parse(id) {
            azure.state.remove(&id);
        }
    }
    azure.touched();
}
