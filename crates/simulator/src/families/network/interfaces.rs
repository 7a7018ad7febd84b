//! `Microsoft.Network/networkInterfaces`: those that people make and those that come with others.

use resource::ResourceId;
use serde_json::{Value, json};

use super::{NETWORK, bad_request, members_mut, subnets};
use crate::kind::azure::Azure;
use crate::kind::part::Member;
use crate::kind::{Draft, Kind, Lies};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// The type of network interfaces.
pub(super) const INTERFACES: &str = "Microsoft.Network/networkInterfaces";

/// The types of this file.
pub(super) const KINDS: &[Kind] = &[Kind {
    name: INTERFACES,
    lies: Lies::Region,
    defaults: r#"{"kind": "Regular", "properties": {"dnsSettings": {"dnsServers": [], "appliedDnsServers": []}, "enableAcceleratedNetworking": false, "vnetEncryptionSupported": false, "enableIPForwarding": false, "disableTcpStateTracking": false, "hostedWorkloads": [], "tapConfigurations": [], "nicType": "Standard", "allowPort25Out": true, "auxiliaryMode": "None", "auxiliarySku": "None"}}"#,
    members: &[Member {
        list: "/ipConfigurations",
        defaults: r#"{"properties": {"privateIPAllocationMethod": "Dynamic", "privateIPAddressVersion": "IPv4"}}"#,
    }],
    settle,
    before_delete: |_, interface| match interface.text("/privateEndpoint/id") {
        Some(endpoint) => {
            let text = format!(
                "Cannot delete network interface {} since it is allocated to the private endpoint \
                 {endpoint}.",
                interface.id
            );
            Err(bad_request("NicInUseWithPrivateEndpoint", text))
        }
        None => Ok(()),
    },
    ..NETWORK
}];

/// Gives each configuration an address of its subnet.
fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    super::settle(azure, draft)?;
    let own = azure.uuid(draft.id.key()).replace('-', "");
    let suffix = format!("{}.dx.internal.cloudapp.net", &own[..26]);
    let label = draft.text("/dnsSettings/internalDnsNameLabel").map(str::to_owned);
    let before = draft.before.clone();
    let properties = draft.properties();
    json::set(properties, "/dnsSettings/internalDomainNameSuffix", json!(suffix));
    if let Some(label) = label {
        json::set(properties, "/dnsSettings/internalFqdn", json!(format!("{label}.{suffix}")));
    }
    let mut taken: Vec<String> = vec![];
    for (at, configuration) in members_mut(properties, "/ipConfigurations").enumerate() {
        let had = before.as_ref().and_then(|before| {
            let pointer = format!("/ipConfigurations/{at}/properties/privateIPAddress");
            before.text(&pointer).map(str::to_owned)
        });
        let inner = &mut configuration["properties"];
        if inner["primary"].is_null() {
            inner["primary"] = json!(at == 0);
        }
        let subnet = inner["subnet"]["id"].as_str().and_then(|id| ResourceId::parse(id).ok());
        if inner["privateIPAddress"].is_null() {
            let free = || subnets::free_address(azure, &subnet?, &taken);
            if let Some(address) = had.or_else(free) {
                inner["privateIPAddress"] = json!(address);
            }
        }
        taken.extend(inner["privateIPAddress"].as_str().map(str::to_owned));
    }
    Ok(())
}

/// Returns the configurations of an interface that lie in a subnet.
fn in_subnet<'a>(interface: &'a Stored, subnet: &ResourceId) -> Vec<&'a Value> {
    let all = interface.property("/ipConfigurations").and_then(Value::as_array);
    let is_in = |one: &&Value| {
        let id = one["properties"]["subnet"]["id"].as_str().unwrap_or_default();
        id.eq_ignore_ascii_case(subnet.as_str())
    };
    all.into_iter().flatten().filter(is_in).collect()
}

/// Returns the IDs of the configurations that lie in a subnet.
pub(super) fn configurations<'a>(
    azure: &'a Azure,
    subnet: &'a ResourceId,
) -> impl Iterator<Item = String> + use<'a> {
    let own = azure.state.of_type(INTERFACES).flat_map(move |nic| in_subnet(nic, subnet));
    own.filter_map(|one| one["id"].as_str().map(str::to_owned))
}

/// Returns the addresses that are given away in a subnet.
pub(super) fn addresses<'a>(
    azure: &'a Azure,
    subnet: &'a ResourceId,
) -> impl Iterator<Item = String> + use<'a> {
    let own = azure.state.of_type(INTERFACES).flat_map(move |nic| in_subnet(nic, subnet));
    own.filter_map(|one| one["properties"]["privateIPAddress"].as_str().map(str::to_owned))
}

/// Returns the ID of the configuration that has a public address.
pub(super) fn with_address(azure: &Azure, address: &ResourceId) -> Option<String> {
    azure.state.of_type(INTERFACES).find_map(|nic| {
        let all = nic.property("/ipConfigurations").and_then(Value::as_array)?;
        let has = |one: &&Value| {
            let id = one["properties"]["publicIPAddress"]["id"].as_str().unwrap_or_default();
            id.eq_ignore_ascii_case(address.as_str())
        };
        all.iter().find(has)?["id"].as_str().map(str::to_owned)
    })
}
