//! What must have been there for a recording to begin as it does.

use resource::ResourceId;
use serde_json::{Value, json};

use crate::stage::{SUBSCRIPTION, Stage};

/// Makes sure that a resource is there, with all that it hangs on and refers to.
///
/// `body` is what is known of it; without one the least that its type accepts.
pub async fn ensure(
    stage: &Stage,
    id: &ResourceId,
    body: Option<&Value>,
    location: &str,
) -> anyhow::Result<()> {
    let mut wanted = vec![];
    collect(id, body, location, &mut wanted, 0);
    for (id, body) in wanted {
        if !stage.has(&id).await?
            && let Err(error) = stage.put(&id, &body)
        {
            // What is refused is not there; the exchanges that need it will say so.
            eprintln!("prior state: {error}");
        }
    }
    Ok(())
}

/// Makes sure that all that a resource hangs on is there, and the resources that `body` names.
pub async fn ensure_around(
    stage: &Stage,
    id: &ResourceId,
    body: &Value,
    location: &str,
) -> anyhow::Result<()> {
    let mut wanted = vec![];
    around(id, location, &mut wanted, 0);
    for other in references(body, id) {
        let is_partner = body["properties"]["partnerServers"]
            .as_array()
            .is_some_and(|rows| rows.iter().any(|row| row["id"] == other.as_str()));
        // What a group fails over to lies in another region.
        let place = match (is_partner, location) {
            (false, _) => location,
            (true, "eastus") => "westus",
            (true, _) => "eastus",
        };
        collect(&other, None, place, &mut wanted, 0);
        if let Some(inside) = inside(&other) {
            collect(&inside, None, place, &mut wanted, 0);
        }
    }
    for (other, body) in wanted {
        if other != *id
            && !stage.has(&other).await?
            && let Err(error) = stage.put(&other, &body)
        {
            eprintln!("prior state: {error}");
        }
    }
    Ok(())
}

fn collect(
    id: &ResourceId,
    body: Option<&Value>,
    location: &str,
    wanted: &mut Vec<(ResourceId, Value)>,
    depth: usize,
) {
    if depth > 4 || wanted.iter().any(|(known, _)| known == id) {
        return;
    }
    around(id, location, wanted, depth);
    let body = body.cloned().unwrap_or_else(|| least(id, location));
    for other in references(&body, id) {
        collect(&other, None, location, wanted, depth + 1);
    }
    wanted.push((id.clone(), body));
}

/// Returns what must lie in a resource before another may lead to it.
fn inside(id: &ResourceId) -> Option<ResourceId> {
    let is_group = id.resource_type().is("Microsoft.Cdn/profiles/originGroups");
    is_group.then(|| id.child("origins", "origin"))
}

fn around(id: &ResourceId, location: &str, wanted: &mut Vec<(ResourceId, Value)>, depth: usize) {
    if let Some(parent) = id.parent()
        && !parent.resource_type().is(resource::types::SUBSCRIPTION)
    {
        collect(&parent, None, location, wanted, depth);
    }
}

/// Returns the resources of the recording's subscription that a body names, without itself and
/// what lies below it.
pub fn references(body: &Value, id: &ResourceId) -> Vec<ResourceId> {
    let mut found = vec![];
    walk(body, &mut found);
    let is_group = id.resource_type().is(resource::types::GROUP);
    found.retain(|other| !id.is_within(other) && (is_group || !other.is_within(id)));
    found.dedup();
    found
}

fn walk(value: &Value, found: &mut Vec<ResourceId>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Value::Object(map) => {
            for (name, value) in map {
                if !["roleDefinitionId", "id", "scope"].contains(&name.as_str())
                    || name == "id" && !map.contains_key("name")
                {
                    walk(value, found);
                }
                walk(&Value::from(name.as_str()), found);
            }
        }
        Value::String(text)
            if text.starts_with(&format!("/subscriptions/{SUBSCRIPTION}/resource")) =>
        {
            found.extend(ResourceId::parse(text).ok());
        }
        _ => {}
    }
}

/// Returns the least body that a type accepts.
pub fn least(id: &ResourceId, location: &str) -> Value {
    let kind = id.resource_type();
    let known = kind.as_str().to_ascii_lowercase();
    let least = least_of_network(&known, id, location)
        .or_else(|| least_of_data(&known, id, location))
        .or_else(|| least_of_web(&known, id, location));
    least.unwrap_or_else(|| match kind.parent() {
        Some(_) => json!({"properties": {}}),
        None => at(location, json!({"properties": {}})),
    })
}

/// Puts a body at a place.
fn at(location: &str, rest: Value) -> Value {
    let mut body = json!({"location": location});
    for (name, value) in rest.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

/// Returns the least body of a type of networks and names.
fn least_of_network(kind: &str, id: &ResourceId, location: &str) -> Option<Value> {
    let name = id.name();
    let record = |name: &str, value: Value| json!({"properties": {"TTL": 3600, name: value}});
    Some(match kind {
        "microsoft.network/trafficmanagerprofiles" => at(
            "global",
            json!({"properties": {
            "trafficRoutingMethod": "Weighted", "dnsConfig": {"relativeName": name, "ttl": 30},
            "monitorConfig": {"protocol": "HTTP", "port": 80, "path": "/"}}}),
        ),
        "microsoft.network/trafficmanagerprofiles/externalendpoints" => {
            json!({"properties": {"target": "example.com", "endpointLocation": location}})
        }
        "microsoft.network/dnszones" | "microsoft.network/privatednszones" => {
            at("global", json!({"properties": {}}))
        }
        "microsoft.network/dnszones/a" => record("ARecords", json!([{"ipv4Address": "10.0.0.1"}])),
        "microsoft.network/dnszones/cname" => {
            record("CNAMERecord", json!({"cname": "example.com"}))
        }
        "microsoft.network/privatednszones/virtualnetworklinks" => {
            at("global", json!({"properties": {"registrationEnabled": false}}))
        }
        "microsoft.network/virtualnetworks" => at(
            location,
            json!({"properties": {
            // Wide enough for nearly any subnet of a recording.
            "addressSpace": {"addressPrefixes": ["10.0.0.0/8"]}}}),
        ),
        "microsoft.network/virtualnetworks/subnets" => {
            // Beside any other of the same network, and beside those of recordings.
            let place = name.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31) ^ byte);
            json!({"properties": {"addressPrefix": format!("10.255.{place}.0/24")}})
        }
        "microsoft.network/privateendpoints" => {
            let group = id.parent().map(|group| group.to_string()).unwrap_or_default();
            let provider = |rest: &str| format!("{group}/providers/{rest}");
            let target = provider("Microsoft.Storage/storageAccounts/target");
            let subnet = provider("Microsoft.Network/virtualNetworks/around/subnets/endpoints");
            at(
                location,
                json!({"properties": {
                    "subnet": {"id": subnet},
                    "privateLinkServiceConnections": [{"name": "connection", "properties": {
                        "privateLinkServiceId": target, "groupIds": ["blob"]}}],
                }}),
            )
        }
        "microsoft.network/publicipaddresses" => at(
            location,
            json!({
            "sku": {"name": "Standard"},
            "properties": {"publicIPAllocationMethod": "Static",
                "dnsSettings": {"domainNameLabel": name.to_lowercase()}}}),
        ),
        _ => return None,
    })
}

/// Returns the least body of a type that holds data.
fn least_of_data(kind: &str, id: &ResourceId, location: &str) -> Option<Value> {
    let name = id.name();
    Some(match kind {
        "microsoft.documentdb/databaseaccounts" => at(
            location,
            json!({"properties": {
                "databaseAccountOfferType": "Standard",
                "locations": [{"locationName": location}]}}),
        ),
        "microsoft.documentdb/databaseaccounts/sqldatabases" => {
            json!({"properties": {"resource": {"id": name}}})
        }
        "microsoft.documentdb/databaseaccounts/sqldatabases/containers" => {
            let resource = json!({"id": name, "partitionKey": {"paths": ["/id"], "kind": "Hash"}});
            json!({"properties": {"resource": resource}})
        }
        "microsoft.storage/storageaccounts" => {
            at(location, json!({"sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}))
        }
        "microsoft.storage/storageaccounts/blobservices/containers" => json!({"properties": {}}),
        "microsoft.keyvault/vaults" => at(
            location,
            json!({"properties": {
            "tenantId": "c7b1d2e4-08f5-4a3c-b6d9-91e2f3a4b5c6",
            "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}}),
        ),
        _ => return None,
    })
}

/// Returns the least body of a type of apps and of what stands before them.
fn least_of_web(kind: &str, id: &ResourceId, location: &str) -> Option<Value> {
    let name = id.name();
    Some(match kind {
        "microsoft.web/serverfarms" => {
            at(location, json!({"sku": {"name": "S1", "tier": "Standard"}, "properties": {}}))
        }
        "microsoft.web/sites" => {
            let group = id.parent().map(|group| group.to_string()).unwrap_or_default();
            let plan = format!("{group}/providers/Microsoft.Web/serverfarms/plan");
            at(location, json!({"properties": {"serverFarmId": plan}}))
        }
        "microsoft.web/sites/slots" => at(location, json!({"properties": {}})),
        "microsoft.cdn/profiles" => {
            at("global", json!({"sku": {"name": "Standard_AzureFrontDoor"}, "properties": {}}))
        }
        "microsoft.cdn/profiles/afdendpoints" => at("global", json!({"properties": {}})),
        "microsoft.cdn/profiles/customdomains" => {
            json!({"properties": {"hostName": format!("{name}.example.com")}})
        }
        "microsoft.cdn/profiles/origingroups/origins" => {
            json!({"properties": {"hostName": "example.com"}})
        }
        "microsoft.network/frontdoorwebapplicationfirewallpolicies" => {
            at("global", json!({"sku": {"name": "Standard_AzureFrontDoor"}, "properties": {}}))
        }
        _ => return None,
    })
}
