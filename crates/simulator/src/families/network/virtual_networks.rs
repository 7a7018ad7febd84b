//! `Microsoft.Network/virtualNetworks`, their subnets and peerings.
//!
//! Rules: <https://learn.microsoft.com/azure/virtual-network/manage-virtual-network>.

use ipnet::IpNet;
use serde_json::{Value, json};

use super::{NETWORK, NETWORK_CHILD, bad_request, subnets, view};
use crate::kind::azure::Azure;
use crate::kind::part::{Member, Part};
use crate::kind::{Draft, Kind, Lies};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// The type of networks.
pub(super) const NETWORKS: &str = "Microsoft.Network/virtualNetworks";
const PEERINGS: &str = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings";

/// Since when an address space tells what it has of address management.
const MANAGED_SINCE: &str = "2023-11-01";

/// The types of this file, and subnets.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: NETWORKS,
        lies: Lies::Region,
        defaults: r#"{"properties": {"enableDdosProtection": false}}"#,
        parts: &[
            // Since 2024 a network that is written without subnets keeps those it has.
            Part { list: "/subnets", stays: true, beside: subnets::check_beside },
            Part { list: "/virtualNetworkPeerings", stays: true, beside: |_, _, _| Ok(()) },
        ],
        settle,
        before_delete,
        ..NETWORK
    },
    Kind {
        name: subnets::SUBNETS,
        defaults: r#"{"properties": {"delegations": [], "privateLinkServiceNetworkPolicies": "Enabled"}}"#,
        members: &[Member::of("/delegations")],
        settle: subnets::settle,
        view: subnets::view,
        before_delete: subnets::before_delete,
        ..NETWORK_CHILD
    },
    Kind {
        name: PEERINGS,
        defaults: r#"{"properties": {"allowVirtualNetworkAccess": true, "allowForwardedTraffic": false, "allowGatewayTransit": false, "useRemoteGateways": false, "doNotVerifyRemoteGateways": false, "peerCompleteVnets": true, "routeServiceVips": {}}}"#,
        made: &["/resourceGuid", "/peeringState", "/peeringSyncLevel"],
        settle: settle_peering,
        view: view_peering,
        ..NETWORK_CHILD
    },
];

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let version = draft.api_version.clone();
    let properties = draft.properties();
    if version.as_str() >= "2024-03-01" {
        json::fill(properties, &json!({"privateEndpointVNetPolicies": "Disabled"}));
    }
    if version.as_str() < "2020-01-01" {
        json::fill(properties, &json!({"enableVmProtection": false}));
    }
    if version.as_str() >= MANAGED_SINCE {
        json::fill(properties, &json!({"addressSpace": {"ipamPoolPrefixAllocations": []}}));
    }
    let space = &draft.body["properties"]["addressSpace"];
    let is_managed = space["ipamPoolPrefixAllocations"].as_array().is_some_and(|l| !l.is_empty());
    let prefixes = space["addressPrefixes"].as_array().cloned().unwrap_or_default();
    if prefixes.is_empty() && !is_managed && !azure.is_unguarded {
        let text = format!("Address space of virtual network {} is not specified.", draft.id);
        return Err(bad_request("InvalidRequestFormat", text));
    }
    let nets = nets_of(&prefixes)?;
    for (at, one) in nets.iter().enumerate() {
        if let Some(other) = nets[..at].iter().find(|other| overlap(one, other)) {
            let text = format!(
                "Address prefixes {other} and {one} of virtual network {} overlap.",
                draft.id
            );
            return Err(bad_request("NetcfgInvalidVirtualNetworkSite", text));
        }
    }
    check_space(azure, draft, &nets)?;
    super::settle(azure, draft)
}

/// Subnets that are not spoken of stay: the address space must go on to hold them.
fn check_space(azure: &Azure, draft: &Draft, nets: &[IpNet]) -> Result<(), Answer> {
    if draft.sent.pointer("/properties/subnets").is_some() || azure.is_unguarded {
        return Ok(());
    }
    for subnet in subnets::of(azure, &draft.id) {
        subnets::check_inside(&subnet.body, nets, draft.id.name())?;
    }
    Ok(())
}

/// Reads prefixes, or refuses what is none.
pub(super) fn nets_of(prefixes: &[Value]) -> Result<Vec<IpNet>, Answer> {
    prefixes
        .iter()
        .map(|prefix| {
            let text = prefix.as_str().unwrap_or_default();
            text.parse().map_err(|_| {
                let text = format!("The address prefix {prefix} is not a valid CIDR notation.");
                bad_request("InvalidCIDRNotation", text)
            })
        })
        .collect()
}

/// Tells whether two prefixes have an address in common.
pub(super) fn overlap(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

fn before_delete(azure: &Azure, network: &Stored) -> Result<(), Answer> {
    for subnet in subnets::of(azure, &network.id) {
        subnets::before_delete(azure, subnet)?;
    }
    Ok(())
}

fn settle_peering(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    super::settle(azure, draft)?;
    let remote = draft.text("/remoteVirtualNetwork/id").unwrap_or_default().to_owned();
    if remote.is_empty() && !azure.is_unguarded {
        let text = format!("Remote virtual network of peering {} is not specified.", draft.id);
        return Err(bad_request("InvalidRequestFormat", text));
    }
    let version = draft.api_version.clone();
    let space = azure.state.named(&remote).map(|network| {
        let mut space = network.body["properties"]["addressSpace"].clone();
        if version.as_str() >= MANAGED_SINCE {
            json::fill(&mut space, &json!({"ipamPoolPrefixAllocations": []}));
        } else {
            json::remove(&mut space, "/ipamPoolPrefixAllocations");
        }
        space
    });
    let names_subnets = draft.property("/remoteSubnetNames").is_some();
    let properties = draft.properties();
    if let Some(space) = space.filter(|_| !names_subnets) {
        properties["remoteAddressSpace"] = space.clone();
        properties["remoteVirtualNetworkAddressSpace"] = space;
    }
    for name in [
        "localAddressSpace",
        "localVirtualNetworkAddressSpace",
        "remoteAddressSpace",
        "remoteVirtualNetworkAddressSpace",
    ] {
        if version.as_str() >= MANAGED_SINCE && properties[name].is_object() {
            json::fill(&mut properties[name], &json!({"ipamPoolPrefixAllocations": []}));
        }
    }
    Ok(())
}

/// A peering is connected when the other network has one that leads back.
fn view_peering(azure: &Azure, peering: &Stored, body: &mut Value) {
    view(azure, peering, body);
    let near = peering.id.parent();
    let far = peering.text("/remoteVirtualNetwork/id").and_then(|id| azure.state.named(id));
    let leads_back = far.zip(near).is_some_and(|(far, near)| {
        azure.state.of_type_below(PEERINGS, &far.id).any(|other| {
            let id = other.text("/remoteVirtualNetwork/id").unwrap_or_default();
            id.eq_ignore_ascii_case(near.as_str())
        })
    });
    let (state, level) =
        if leads_back { ("Connected", "FullyInSync") } else { ("Initiated", "RemoteNotInSync") };
    body["properties"]["peeringState"] = json!(state);
    body["properties"]["peeringSyncLevel"] = json!(level);
}
