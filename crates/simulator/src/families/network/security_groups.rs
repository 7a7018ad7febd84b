//! `Microsoft.Network/networkSecurityGroups` and their rules.
//!
//! Rules: <https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview>.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{NETWORK, NETWORK_CHILD, back, bad_request, interfaces, references, subnets};
use crate::kind::azure::Azure;
use crate::kind::part::Part;
use crate::kind::{Kind, Lies};
use crate::store::state::Stored;
use crate::wire::answer::Answer;

/// The type of security groups.
const GROUPS: &str = "Microsoft.Network/networkSecurityGroups";

/// The types of this file.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: GROUPS,
        lies: Lies::Region,
        parts: &[Part { list: "/securityRules", stays: false, beside: check_beside }],
        view,
        before_delete,
        ..NETWORK
    },
    Kind {
        name: "Microsoft.Network/networkSecurityGroups/securityRules",
        defaults: r#"{"properties": {"sourcePortRanges": [], "destinationPortRanges": [], "sourceAddressPrefixes": [], "destinationAddressPrefixes": []}}"#,
        ..NETWORK_CHILD
    },
    Kind { name: "Microsoft.Network/applicationSecurityGroups", lies: Lies::Region, ..NETWORK },
];

/// The rules that every group has: name, what it says, direction, priority, access, from and to.
const DEFAULTS: &[(&str, &str, &str, u64, &str, &str, &str)] = &[
    (
        "AllowVnetInBound",
        "Allow inbound traffic from all VMs in VNET",
        "Inbound",
        65000,
        "Allow",
        "VirtualNetwork",
        "VirtualNetwork",
    ),
    (
        "AllowAzureLoadBalancerInBound",
        "Allow inbound traffic from azure load balancer",
        "Inbound",
        65001,
        "Allow",
        "AzureLoadBalancer",
        "*",
    ),
    ("DenyAllInBound", "Deny all inbound traffic", "Inbound", 65500, "Deny", "*", "*"),
    (
        "AllowVnetOutBound",
        "Allow outbound traffic from all VMs to all VMs in VNET",
        "Outbound",
        65000,
        "Allow",
        "VirtualNetwork",
        "VirtualNetwork",
    ),
    (
        "AllowInternetOutBound",
        "Allow outbound traffic from all VMs to Internet",
        "Outbound",
        65001,
        "Allow",
        "*",
        "Internet",
    ),
    ("DenyAllOutBound", "Deny all outbound traffic", "Outbound", 65500, "Deny", "*", "*"),
];

/// Adds the rules that every group has, and who uses it.
fn view(azure: &Azure, group: &Stored, body: &mut Value) {
    let rows: Vec<Value> = DEFAULTS
        .iter()
        .map(|(name, description, direction, priority, access, from, to)| {
            json!({
                "name": name,
                "id": group.id.child("defaultSecurityRules", name).as_str(),
                "type": format!("{GROUPS}/defaultSecurityRules"),
                "properties": {
                    "provisioningState": "Succeeded",
                    "description": description,
                    "protocol": "*",
                    "sourcePortRange": "*",
                    "destinationPortRange": "*",
                    "sourceAddressPrefix": from,
                    "destinationAddressPrefix": to,
                    "access": access,
                    "priority": priority,
                    "direction": direction,
                    "sourcePortRanges": [],
                    "destinationPortRanges": [],
                    "sourceAddressPrefixes": [],
                    "destinationAddressPrefixes": [],
                },
            })
        })
        .collect();
    body["properties"]["defaultSecurityRules"] = json!(rows);
    super::view(azure, group, body);
    back(body, "subnets", subnets_with(azure, group).map(|subnet| subnet.id.as_str()));
    back(body, "networkInterfaces", interfaces_with(azure, group).map(|nic| nic.id.as_str()));
}

fn subnets_with<'a>(azure: &'a Azure, group: &'a Stored) -> impl Iterator<Item = &'a Stored> {
    references::users(azure, subnets::SUBNETS, "/networkSecurityGroup/id", &group.id)
}

fn interfaces_with<'a>(azure: &'a Azure, group: &'a Stored) -> impl Iterator<Item = &'a Stored> {
    references::users(azure, interfaces::INTERFACES, "/networkSecurityGroup/id", &group.id)
}

/// No two rules of a direction have the same priority.
fn check_beside(_: &Azure, _: &Value, rules: &[Value]) -> Result<(), Answer> {
    let mut seen: BTreeMap<(String, u64), &str> = BTreeMap::new();
    for rule in rules {
        let properties = &rule["properties"];
        let name = rule["name"].as_str().unwrap_or_default();
        let Some(priority) = properties["priority"].as_u64().filter(|n| (100..=4096).contains(n))
        else {
            let text = format!(
                "Security rule has invalid Priority. Value provided: {} Allowed range 100-4096. \
                 (rule {name})",
                properties["priority"]
            );
            return Err(bad_request("SecurityRuleInvalidPriority", text));
        };
        let direction = properties["direction"].as_str().unwrap_or_default().to_lowercase();
        if let Some(other) = seen.insert((direction, priority), name) {
            let text = format!(
                "Security rule {name} conflicts with rule {other}. Rules cannot have the same \
                 Priority and Direction. To fix this please update the priority or direction of \
                 one of the rules."
            );
            return Err(bad_request("SecurityRuleConflict", text));
        }
    }
    Ok(())
}

fn before_delete(azure: &Azure, group: &Stored) -> Result<(), Answer> {
    let user = subnets_with(azure, group).chain(interfaces_with(azure, group)).next();
    let Some(user) = user else { return Ok(()) };
    let text = format!(
        "Network security group {} cannot be deleted because it is in use by the following \
         resources: {}. In order to delete the Network security group, remove the association \
         with the resource(s).",
        group.id, user.id
    );
    Err(bad_request("InUseNetworkSecurityGroupCannotBeDeleted", text))
}
