//! `Microsoft.Network/privateEndpoints`, what they leave at their target, and their zone groups.
//!
//! Rules: <https://learn.microsoft.com/azure/private-link/private-endpoint-overview>; names:
//! <https://learn.microsoft.com/azure/private-link/private-endpoint-dns>.

mod hosts;
mod zones;

use resource::ResourceId;
use serde_json::{Value, json};

use super::interfaces::INTERFACES;
use super::{NETWORK, NETWORK_CHILD, bad_request, members_mut, references, subnets};
use crate::kind::azure::Azure;
use crate::kind::part::Member;
use crate::kind::{Draft, Kind, Lies, Place, Put};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// The type of private endpoints.
const ENDPOINTS: &str = "Microsoft.Network/privateEndpoints";
/// What an endpoint leaves below its target.
const CONNECTIONS: &str = "privateEndpointConnections";

/// What a connection says before its target has been asked.
const CONNECTION: &str = r#"{"properties": {"privateLinkServiceConnectionState": {"status": "Approved", "description": "Auto-Approved", "actionsRequired": "None"}}}"#;
const MANUAL: &str = r#"{"properties": {"privateLinkServiceConnectionState": {"status": "Pending", "description": "", "actionsRequired": "None"}}}"#;

/// The lists of connections.
const LISTS: [&str; 2] = ["/privateLinkServiceConnections", "/manualPrivateLinkServiceConnections"];

/// The types of this file.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: ENDPOINTS,
        lies: Lies::Region,
        defaults: r#"{"properties": {"customNetworkInterfaceName": "", "ipConfigurations": [], "privateLinkServiceConnections": [], "manualPrivateLinkServiceConnections": []}}"#,
        members: &[
            Member { list: LISTS[0], defaults: CONNECTION },
            Member { list: LISTS[1], defaults: MANUAL },
            Member::of("/ipConfigurations"),
        ],
        made: &["/resourceGuid", "/networkInterfaces", "/customDnsConfigs"],
        settle,
        after,
        view,
        after_delete,
        ..NETWORK
    },
    Kind {
        name: "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        members: &[Member::of("/privateDnsZoneConfigs")],
        settle: zones::settle,
        after: zones::after,
        view: zones::view,
        after_delete: zones::after_delete,
        ..NETWORK_CHILD
    },
];

/// What stands at a target is approved or rejected there: a write says what is to become of it, and
/// changes nothing else.
const CONNECTION_KIND: Kind =
    Kind { put: Put::direct(200, 200), place: Place::None, keeps_absent: true, ..Kind::GENERIC };

/// The connections of all that endpoints may lead to.
pub(super) const CONNECTION_KINDS: &[Kind] = &[
    Kind { name: "Microsoft.Web/sites/privateEndpointConnections", ..CONNECTION_KIND },
    Kind {
        name: "Microsoft.Storage/storageAccounts/privateEndpointConnections",
        ..CONNECTION_KIND
    },
    Kind {
        name: "Microsoft.Network/applicationGateways/privateEndpointConnections",
        ..CONNECTION_KIND
    },
    Kind {
        name: "Microsoft.Network/privateLinkServices/privateEndpointConnections",
        ..CONNECTION_KIND
    },
    Kind { name: "Microsoft.KeyVault/vaults/privateEndpointConnections", ..CONNECTION_KIND },
    Kind {
        name: "Microsoft.AppConfiguration/configurationStores/privateEndpointConnections",
        ..CONNECTION_KIND
    },
    Kind {
        name: "Microsoft.DocumentDB/databaseAccounts/privateEndpointConnections",
        ..CONNECTION_KIND
    },
    Kind { name: "Microsoft.Sql/servers/privateEndpointConnections", ..CONNECTION_KIND },
    Kind { name: "Microsoft.Cache/redis/privateEndpointConnections", ..CONNECTION_KIND },
    Kind { name: "Microsoft.Cache/redisEnterprise/privateEndpointConnections", ..CONNECTION_KIND },
];

/// Returns the endpoints that lie in a subnet.
pub(super) fn inside<'a>(
    azure: &'a Azure,
    subnet: &'a ResourceId,
) -> impl Iterator<Item = &'a Stored> + use<'a> {
    references::users(azure, ENDPOINTS, "/subnet/id", subnet)
}

/// Returns the connections of an endpoint's body.
fn connections(body: &Value) -> impl Iterator<Item = &Value> {
    LISTS.iter().flat_map(|list| {
        body.pointer(&format!("/properties{list}")).and_then(Value::as_array).into_iter().flatten()
    })
}

/// Returns the ID of what a connection leads to.
fn target_of(connection: &Value) -> Option<ResourceId> {
    let id = connection["properties"]["privateLinkServiceId"].as_str()?;
    ResourceId::parse(id).ok()
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    super::settle(azure, draft)?;
    if azure.is_unguarded {
        return Ok(());
    }
    if draft.text("/subnet/id").is_none() {
        let text = format!("Private endpoint {} must have a subnet.", draft.id);
        return Err(bad_request("PrivateEndpointSubnetMissing", text));
    }
    if connections(&draft.body).count() != 1 {
        let text = format!(
            "Private endpoint {} must have exactly one connection to a private link service.",
            draft.id
        );
        return Err(bad_request("PrivateEndpointMustHaveOneConnection", text));
    }
    for connection in connections(&draft.body) {
        check_target(azure, draft, connection)?;
    }
    Ok(())
}

/// Refuses a target that is not there, is not ready, or has no such part.
fn check_target(azure: &Azure, draft: &Draft, connection: &Value) -> Result<(), Answer> {
    let given = &connection["properties"]["privateLinkServiceId"];
    let target = target_of(connection);
    let stored = target.as_ref().and_then(|target| azure.state.get(target));
    let Some(stored) = stored else {
        return Err(references::missing(given.as_str().unwrap_or_default(), &draft.id));
    };
    let state = stored.text("/provisioningState").unwrap_or("Succeeded");
    if ["Creating", "Updating", "ResolvingDNS", "Accepted", "Deleting"].contains(&state) {
        return Err(not_ready(stored, state));
    }
    let groups = connection["properties"]["groupIds"].as_array().cloned().unwrap_or_default();
    for group in &groups {
        if let Some(known) = hosts::groups_of(&stored.kind())
            && !known.iter().any(|known| Some(*known) == group.as_str())
        {
            let text = format!(
                "Call to {} failed. Error message: The group id {group} is not valid. Valid \
                 values are: {}.",
                stored.kind(),
                known.join(", ")
            );
            return Err(bad_request("BadRequest", text));
        }
    }
    Ok(())
}

/// Observed: to be tried again, without a word of when.
fn not_ready(target: &Stored, state: &str) -> Answer {
    let text = format!(
        "Cannot proceed with operation because resource {} is not in Succeeded state. Resource is \
         in {state} state.",
        target.id
    );
    Answer::json(
        429,
        json!({"error": {
            "code": "RetryableError",
            "message": "A retryable error occurred.",
            "details": [{"code": "ReferencedResourceNotProvisioned", "message": text}],
        }}),
    )
}

/// Returns the ID of what an endpoint leaves below the target of a connection.
fn mirror(azure: &Azure, endpoint: &ResourceId, target: &ResourceId) -> ResourceId {
    let name = format!("{}.{}", endpoint.name(), azure.uuid(&format!("mirror/{}", endpoint.key())));
    target.child(CONNECTIONS, &name)
}

/// Returns the ID of an endpoint's interface.
fn interface(azure: &Azure, endpoint: &ResourceId, body: &Value) -> Option<ResourceId> {
    let custom = body["properties"]["customNetworkInterfaceName"].as_str().unwrap_or_default();
    let made = || format!("{}.nic.{}", endpoint.name(), azure.uuid(endpoint.key()));
    let name = if custom.is_empty() { made() } else { custom.to_owned() };
    Some(endpoint.parent()?.extension(INTERFACES, &name))
}

/// Makes the interface with its addresses, and what stands at the target.
fn after(azure: &mut Azure, draft: &Draft) {
    hold_interface(azure, draft);
    let found: Vec<Value> = connections(&draft.body).cloned().collect();
    for connection in found {
        let Some(target) = target_of(&connection) else { continue };
        let id = mirror(azure, &draft.id, &target);
        let before = azure.state.get(&id).map(|row| row.body["properties"].clone());
        let state = &connection["properties"]["privateLinkServiceConnectionState"];
        let state = before.map_or_else(
            || state.clone(),
            |before| before["privateLinkServiceConnectionState"].clone(),
        );
        let body = json!({
            "id": id.as_str(),
            "name": id.name(),
            "type": id.resource_type().as_str(),
            "properties": {
                "provisioningState": "Succeeded",
                "groupIds": connection["properties"]["groupIds"],
                "privateEndpoint": {"id": draft.id.as_str()},
                "privateLinkServiceConnectionState": state,
            },
        });
        azure.hold(id, body);
    }
}

fn hold_interface(azure: &mut Azure, draft: &Draft) {
    let Some(id) = interface(azure, &draft.id, &draft.body) else { return };
    let subnet = draft.text("/subnet/id").and_then(|id| ResourceId::parse(id).ok());
    let before = azure.state.get(&id).cloned();
    let mut taken: Vec<String> = vec![];
    let mut rows: Vec<Value> = vec![];
    for (group, fqdn) in hosts_of(azure, &draft.body) {
        let name =
            format!("privateEndpointIpConfig.{}", azure.uuid(&format!("{}{fqdn}", id.key())));
        let at = rows.len();
        let had = before.as_ref().and_then(|nic| {
            let pointer = format!("/ipConfigurations/{at}/properties/privateIPAddress");
            nic.text(&pointer).map(str::to_owned)
        });
        let free = || subnets::free_address(azure, subnet.as_ref()?, &taken);
        let address = had.or_else(free);
        taken.extend(address.clone());
        rows.push(json!({
            "name": name,
            "id": id.child("ipConfigurations", &name).as_str(),
            "type": format!("{INTERFACES}/ipConfigurations"),
            "properties": {
                "provisioningState": "Succeeded",
                "privateIPAddress": address,
                "privateIPAllocationMethod": "Dynamic",
                "privateIPAddressVersion": "IPv4",
                "primary": at == 0,
                "subnet": {"id": subnet.as_ref().map(|id| id.as_str())},
                "privateLinkConnectionProperties": {
                    "groupId": group, "requiredMemberName": group, "fqdns": [fqdn],
                },
            },
        }));
    }
    let body = json!({
        "id": id.as_str(),
        "name": id.name(),
        "type": INTERFACES,
        "location": draft.body["location"],
        "kind": "Regular",
        "properties": {
            "provisioningState": "Succeeded",
            "ipConfigurations": rows,
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
            "enableAcceleratedNetworking": false,
            "enableIPForwarding": false,
            "hostedWorkloads": [],
            "tapConfigurations": [],
            "nicType": "Standard",
            "privateEndpoint": {"id": draft.id.as_str()},
        },
    });
    azure.hold(id, body);
}

/// Returns the names under which what an endpoint leads to is reached, each with its group.
fn hosts_of(azure: &Azure, body: &Value) -> Vec<(String, String)> {
    let mut found = vec![];
    for connection in connections(body) {
        let Some(target) = target_of(connection) else { continue };
        let region = azure.location_of(&target);
        let groups = connection["properties"]["groupIds"].as_array().cloned().unwrap_or_default();
        for group in groups.iter().filter_map(Value::as_str) {
            for host in hosts::of(&target, group, &region) {
                found.push((group.to_owned(), host));
            }
        }
    }
    found
}

/// Returns each name with the addresses that it has inside.
fn names(azure: &Azure, endpoint: &Stored) -> Vec<(String, Vec<String>)> {
    let nic = interface(azure, &endpoint.id, &endpoint.body).and_then(|id| azure.state.get(&id));
    let rows = nic.and_then(|nic| nic.property("/ipConfigurations")?.as_array().cloned());
    let pair = |row: &Value| {
        let properties = &row["properties"];
        let fqdn = properties["privateLinkConnectionProperties"]["fqdns"][0].as_str()?.to_owned();
        Some((
            fqdn,
            properties["privateIPAddress"].as_str().map(str::to_owned).into_iter().collect(),
        ))
    };
    rows.iter().flatten().filter_map(pair).collect()
}

/// Shows what the target says of the connections, and the names while one is approved.
fn view(azure: &Azure, endpoint: &Stored, body: &mut Value) {
    if let Some(nic) = interface(azure, &endpoint.id, &endpoint.body) {
        body["properties"]["networkInterfaces"] = json!([{"id": nic.as_str()}]);
    }
    let mut is_approved = false;
    for list in LISTS {
        for row in members_mut(body, &format!("/properties{list}")) {
            let Some(target) = target_of(row) else { continue };
            let state = azure.state.get(&mirror(azure, &endpoint.id, &target)).map_or_else(
                || json!({"status": "Disconnected", "description": "", "actionsRequired": "None"}),
                |mirror| mirror.body["properties"]["privateLinkServiceConnectionState"].clone(),
            );
            is_approved |= state["status"] == "Approved";
            json::set(row, "/properties/privateLinkServiceConnectionState", state);
        }
    }
    let names = if is_approved { names(azure, endpoint) } else { vec![] };
    let configs: Vec<Value> = names
        .into_iter()
        .map(|(fqdn, addresses)| json!({"fqdn": fqdn, "ipAddresses": addresses}))
        .collect();
    body["properties"]["customDnsConfigs"] = json!(configs);
    if body["properties"]["isIPv6EnabledPrivateEndpoint"].is_null() {
        body["properties"]["isIPv6EnabledPrivateEndpoint"] = json!(false);
    }
    super::view(azure, endpoint, body);
}

fn after_delete(azure: &mut Azure, endpoint: &Stored, _: &Request) {
    let mut gone: Vec<ResourceId> =
        interface(azure, &endpoint.id, &endpoint.body).into_iter().collect();
    let targets = connections(&endpoint.body).filter_map(target_of);
    gone.extend(targets.map(|target| mirror(azure, &endpoint.id, &target)));
    for id in gone {
        azure.state.remove(&id);
    }
    azure.touched();
}
