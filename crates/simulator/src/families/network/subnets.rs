//! `Microsoft.Network/virtualNetworks/subnets`.
//!
//! Rules: <https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet>.

use std::net::IpAddr;

use ipnet::IpNet;
use resource::ResourceId;
use serde_json::{Value, json};

use super::virtual_networks::{nets_of, overlap};
use super::{back, bad_request, interfaces, members_mut, private_endpoints, references};
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// The type of subnets.
pub(super) const SUBNETS: &str = "Microsoft.Network/virtualNetworks/subnets";

/// Returns the subnets of a network.
pub(super) fn of<'a>(
    azure: &'a Azure,
    network: &ResourceId,
) -> impl Iterator<Item = &'a Stored> + use<'a> {
    azure.state.of_type_below(SUBNETS, network)
}

/// Fills in what the service adds to a subnet.
pub(super) fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    references::check(azure, draft)?;
    let version = draft.api_version.clone();
    // Observed: on in the first versions that had it, off since.
    let policies = if version.starts_with("2019-") { "Enabled" } else { "Disabled" };
    let region = draft.id.parent().map(|network| azure.location_of(&network)).unwrap_or_default();
    let properties = draft.properties();
    json::fill(properties, &json!({"privateEndpointNetworkPolicies": policies}));
    if version.as_str() >= "2023-11-01" && properties["addressPrefixes"].is_null() {
        json::fill(properties, &json!({"ipamPoolPrefixAllocations": []}));
    }
    for endpoint in members_mut(properties, "/serviceEndpoints") {
        let is_regional = endpoint["service"] == "Microsoft.Sql";
        let places = if is_regional { json!([region]) } else { json!(["*"]) };
        if endpoint["locations"].as_array().is_none_or(Vec::is_empty) {
            json::set(endpoint, "/locations", places);
        }
        json::set(endpoint, "/provisioningState", json!("Succeeded"));
    }
    for delegation in members_mut(properties, "/delegations") {
        let service = delegation["properties"]["serviceName"].as_str().unwrap_or_default();
        json::set(delegation, "/properties/actions", actions(service));
    }
    Ok(())
}

/// Returns what a service that a subnet is handed to may do there. Observed.
fn actions(service: &str) -> Value {
    const JOIN: &str = "Microsoft.Network/virtualNetworks/subnets/join/action";
    match service.to_ascii_lowercase().as_str() {
        "microsoft.web/serverfarms" | "microsoft.web/hostingenvironments" => {
            json!(["Microsoft.Network/virtualNetworks/subnets/action"])
        }
        "microsoft.netapp/volumes" => json!(["Microsoft.Network/networkinterfaces/*", JOIN]),
        _ => json!([JOIN]),
    }
}

/// Returns the prefixes of a subnet's body.
fn prefixes(body: &Value) -> Vec<Value> {
    let properties = &body["properties"];
    let several = properties["addressPrefixes"].as_array().cloned();
    several.unwrap_or_else(|| {
        let one = &properties["addressPrefix"];
        if one.is_null() { vec![] } else { vec![one.clone()] }
    })
}

/// Refuses subnets that lie outside their network or over one another.
pub(super) fn check_beside(_: &Azure, network: &Value, subnets: &[Value]) -> Result<(), Answer> {
    let name = network["name"].as_str().unwrap_or_default();
    let space = network["properties"]["addressSpace"]["addressPrefixes"].as_array();
    let space = nets_of(space.map(Vec::as_slice).unwrap_or_default())?;
    let mut before: Vec<IpNet> = vec![];
    for subnet in subnets {
        check_inside(subnet, &space, name)?;
        let own = nets_of(&prefixes(subnet))?;
        if own.iter().any(|one| before.iter().any(|other| overlap(one, other))) {
            let text = format!(
                "Subnet '{}' is not valid because its IP address range overlaps with that of an \
                 existing subnet in virtual network '{name}'.",
                subnet["name"].as_str().unwrap_or_default()
            );
            return Err(bad_request("NetcfgSubnetRangesOverlap", text));
        }
        before.extend(own);
    }
    Ok(())
}

/// Refuses a subnet that lies outside of the address space `space`.
pub(super) fn check_inside(subnet: &Value, space: &[IpNet], network: &str) -> Result<(), Answer> {
    let own = nets_of(&prefixes(subnet))?;
    let is_inside = |one: &IpNet| space.iter().any(|whole| whole.contains(one));
    if own.iter().all(is_inside) {
        return Ok(());
    }
    let text = format!(
        "Subnet '{}' is not valid because its IP address range is outside the IP address range of \
         virtual network '{network}'.",
        subnet["name"].as_str().unwrap_or_default()
    );
    Err(bad_request("NetcfgInvalidSubnet", text))
}

/// Adds who is in a subnet.
pub(super) fn view(azure: &Azure, subnet: &Stored, body: &mut Value) {
    super::view(azure, subnet, body);
    back(
        body,
        "privateEndpoints",
        private_endpoints::inside(azure, &subnet.id).map(|e| e.id.as_str()),
    );
    let used: Vec<String> = interfaces::configurations(azure, &subnet.id).collect();
    back(body, "ipConfigurations", used.iter().map(String::as_str));
}

/// A subnet that something lies in cannot be deleted.
pub(super) fn before_delete(azure: &Azure, subnet: &Stored) -> Result<(), Answer> {
    let mut users: Vec<String> = interfaces::configurations(azure, &subnet.id).collect();
    users.extend(azure.state.of_type("Microsoft.Web/sites").filter_map(|site| {
        let is_in = site
            .text("/virtualNetworkSubnetId")
            .is_some_and(|id| id.eq_ignore_ascii_case(subnet.id.as_str()));
        is_in.then(|| site.id.to_string())
    }));
    let Some(user) = users.first() else { return Ok(()) };
    let text = format!(
        "Subnet {} is in use by {user} and cannot be deleted. In order to delete the subnet, \
         delete all the resources within the subnet. See aka.ms/deletesubnet.",
        subnet.id.name()
    );
    Err(bad_request("InUseSubnetCannotBeDeleted", text))
}

/// Returns the first address of a subnet that nobody has; the first four are Azure's own.
pub(super) fn free_address(azure: &Azure, subnet: &ResourceId, taken: &[String]) -> Option<String> {
    let body = &azure.state.get(subnet)?.body;
    let net = nets_of(&prefixes(body)).ok()?.into_iter().next()?;
    let used: Vec<String> = interfaces::addresses(azure, subnet).collect();
    let free = |address: &IpAddr| {
        let text = address.to_string();
        !used.contains(&text) && !taken.contains(&text)
    };
    net.hosts().skip(3).find(free).map(|address| address.to_string())
}
