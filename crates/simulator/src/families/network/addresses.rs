//! Public IP addresses, their prefixes, and NAT gateways.
//!
//! Rules: <https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses>.

use resource::ResourceId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{NETWORK, back, bad_request, interfaces, references, subnets};
use crate::kind::azure::Azure;
use crate::kind::{Draft, Kind, Lies};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

const ADDRESSES: &str = "Microsoft.Network/publicIPAddresses";
const PREFIXES: &str = "Microsoft.Network/publicIPPrefixes";
const NAT_GATEWAYS: &str = "Microsoft.Network/natGateways";

/// The types of this file.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: ADDRESSES,
        lies: Lies::Region,
        defaults: r#"{"sku": {"name": "Basic", "tier": "Regional"}, "properties": {"publicIPAllocationMethod": "Dynamic", "publicIPAddressVersion": "IPv4", "idleTimeoutInMinutes": 4, "ipTags": []}}"#,
        made: &["/resourceGuid", "/ipAddress"],
        settle: settle_address,
        view: view_address,
        before_delete: |azure, address| match user_of(azure, &address.id) {
            Some(user) => {
                let text = format!(
                    "Public IP address {} can not be deleted since it is still allocated to \
                     resource {user}.",
                    address.id
                );
                Err(bad_request("PublicIPAddressCannotBeDeleted", text))
            }
            None => Ok(()),
        },
        ..NETWORK
    },
    Kind {
        name: PREFIXES,
        lies: Lies::Region,
        defaults: r#"{"sku": {"name": "Standard", "tier": "Regional"}, "properties": {"publicIPAddressVersion": "IPv4", "ipTags": []}}"#,
        made: &["/resourceGuid", "/ipPrefix"],
        settle: |azure, draft| {
            let length = draft.property("/prefixLength").and_then(Value::as_u64).unwrap_or(28);
            let is_v6 = draft.text("/publicIPAddressVersion") == Some("IPv6");
            if draft.property("/ipPrefix").is_none() {
                let address = invented(draft.id.key(), is_v6);
                draft.properties()["ipPrefix"] = json!(format!("{address}/{length}"));
            }
            super::settle(azure, draft)
        },
        ..NETWORK
    },
    Kind {
        name: NAT_GATEWAYS,
        lies: Lies::Region,
        defaults: r#"{"sku": {"tier": "Regional"}, "properties": {"idleTimeoutInMinutes": 4}}"#,
        settle: |azure, draft| {
            if draft.api_version.as_str() >= "2024-01-01" {
                json::fill(draft.properties(), &json!({"type": "Public"}));
            }
            super::settle(azure, draft)
        },
        view: |azure, gateway, body| {
            super::view(azure, gateway, body);
            back(body, "subnets", subnets_with(azure, gateway).map(|subnet| subnet.id.as_str()));
        },
        before_delete: |azure, gateway| match subnets_with(azure, gateway).next() {
            Some(user) => {
                let text = format!(
                    "Nat gateway {} cannot be deleted because it is in use by {}.",
                    gateway.id, user.id
                );
                Err(bad_request("InUseNatGatewayCannotBeDeleted", text))
            }
            None => Ok(()),
        },
        ..NETWORK
    },
];

fn subnets_with<'a>(azure: &'a Azure, gateway: &'a Stored) -> impl Iterator<Item = &'a Stored> {
    references::users(azure, subnets::SUBNETS, "/natGateway/id", &gateway.id)
}

/// Returns an address that always belongs to the same thing.
fn invented(key: &str, is_v6: bool) -> String {
    let hash = Sha256::digest(key.as_bytes());
    if is_v6 {
        format!("2603:1030:{:x}{:02x}:3::{:x}", hash[0], hash[1], hash[2])
    } else {
        format!("20.{}.{}.{}", hash[0], hash[1], hash[2] & 0xf8)
    }
}

fn settle_address(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let is_standard = draft.body["sku"]["name"] == "Standard";
    let is_static = draft.text("/publicIPAllocationMethod") == Some("Static");
    if is_standard && !is_static && !azure.is_unguarded {
        let text =
            format!("Standard sku publicIp {} must have AllocationMethod set to Static.", draft.id);
        return Err(bad_request("StandardSkuPublicIPAddressesMustBeStatic", text));
    }
    // What a client reads and writes back is the address it has.
    let given = draft.sent.pointer("/properties/ipAddress").and_then(Value::as_str);
    let given = given.map(str::to_owned);
    let is_v6 = draft.text("/publicIPAddressVersion") == Some("IPv6");
    let key = draft.id.key().to_owned();
    let has_address = draft.property("/ipAddress").is_some();
    if is_static && !has_address {
        let address = given.unwrap_or_else(|| invented(&key, is_v6));
        draft.properties()["ipAddress"] = json!(address);
    } else if !is_static {
        json::remove(&mut draft.body, "/properties/ipAddress");
    }
    if is_standard && draft.api_version.as_str() >= "2022-05-01" {
        let protection = json!({"ddosSettings": {"protectionMode": "VirtualNetworkInherited"}});
        json::fill(draft.properties(), &protection);
    }
    if let Some(label) = draft.text("/dnsSettings/domainNameLabel").map(str::to_owned) {
        let name = name_of(azure, draft, &label)?;
        draft.properties()["dnsSettings"]["fqdn"] = json!(name);
    }
    super::settle(azure, draft)
}

/// A label belongs to one address of a region.
fn name_of(azure: &Azure, draft: &Draft, label: &str) -> Result<String, Answer> {
    let region = draft.body["location"].as_str().unwrap_or_default();
    let name = format!("{}.{region}.cloudapp.azure.com", label.to_lowercase());
    let is_taken = azure.state.of_type(ADDRESSES).any(|other| {
        other.id != draft.id && other.text("/dnsSettings/fqdn") == Some(name.as_str())
    });
    if is_taken {
        let text = format!("DNS record {name} is already used by another public IP.");
        return Err(bad_request("DnsRecordInUse", text));
    }
    Ok(name)
}

/// Returns the ID of what an address is given to.
fn user_of(azure: &Azure, address: &ResourceId) -> Option<String> {
    let uses = |stored: &&Stored| {
        let mut is_used = false;
        references::each(&stored.body["properties"], |_| false, &mut |id| {
            is_used |= id.eq_ignore_ascii_case(address.as_str());
        });
        is_used
    };
    [NAT_GATEWAYS, "Microsoft.Network/loadBalancers", "Microsoft.Network/applicationGateways"]
        .iter()
        .find_map(|kind| azure.state.of_type(kind).find(uses).map(|user| user.id.to_string()))
        .or_else(|| interfaces::with_address(azure, address))
}

/// An address that is handed out on demand is there while something has it.
fn view_address(azure: &Azure, address: &Stored, body: &mut Value) {
    super::view(azure, address, body);
    let user = user_of(azure, &address.id);
    let Some(user) = user else { return };
    let name = if user.to_ascii_lowercase().contains("/natgateways/") {
        "natGateway"
    } else {
        "ipConfiguration"
    };
    body["properties"][name] = json!({"id": user});
    if body["properties"]["ipAddress"].is_null() {
        body["properties"]["ipAddress"] = json!(invented(address.id.key(), false));
    }
}
