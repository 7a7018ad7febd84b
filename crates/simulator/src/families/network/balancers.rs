//! Load balancers and private link services: the IDs of what stands in them, and who leads to whom.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{NETWORK, references};
use crate::kind::azure::Azure;
use crate::kind::part::Member;
use crate::kind::{Draft, Kind, Lies};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// The lists whose members lead traffic to members of others.
const LEADING: &[&str] = &[
    "loadBalancingRules",
    "inboundNatRules",
    "outboundRules",
    "inboundNatPools",
    "httpListeners",
    "listeners",
    "requestRoutingRules",
    "routingRules",
    "urlPathMaps",
    "backendHttpSettingsCollection",
    "backendSettingsCollection",
    "redirectConfigurations",
];

fn is_leading(list: &str) -> bool {
    LEADING.contains(&list)
}

/// The types of this file.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Microsoft.Network/loadBalancers",
        lies: Lies::Region,
        defaults: r#"{"sku": {"name": "Basic", "tier": "Regional"}, "properties": {"frontendIPConfigurations": [], "backendAddressPools": [], "loadBalancingRules": [], "probes": [], "inboundNatRules": [], "outboundRules": [], "inboundNatPools": []}}"#,
        members: &[
            Member {
                list: "/frontendIPConfigurations",
                defaults: r#"{"properties": {"privateIPAllocationMethod": "Dynamic"}}"#,
            },
            Member::of("/backendAddressPools"),
            Member {
                list: "/loadBalancingRules",
                defaults: r#"{"properties": {"enableFloatingIP": false, "idleTimeoutInMinutes": 4, "enableDestinationServiceEndpoint": false, "enableTcpReset": false, "allowBackendPortConflict": false, "loadDistribution": "Default", "disableOutboundSnat": false}}"#,
            },
            Member {
                list: "/probes",
                defaults: r#"{"properties": {"intervalInSeconds": 15, "numberOfProbes": 2}}"#,
            },
            Member {
                list: "/inboundNatRules",
                defaults: r#"{"properties": {"enableFloatingIP": false, "idleTimeoutInMinutes": 4, "enableDestinationServiceEndpoint": false, "enableTcpReset": false, "allowBackendPortConflict": false}}"#,
            },
            Member {
                list: "/outboundRules",
                defaults: r#"{"properties": {"allocationPolicy": {"onDemandAllocation": false, "portReuse": "FirstAvailable"}, "enableTcpReset": false, "idleTimeoutInMinutes": 4}}"#,
            },
            Member {
                list: "/inboundNatPools",
                defaults: r#"{"properties": {"enableFloatingIP": false, "idleTimeoutInMinutes": 4, "enableDestinationServiceEndpoint": false, "enableTcpReset": false, "allowBackendPortConflict": false}}"#,
            },
        ],
        view,
        ..NETWORK
    },
    Kind {
        name: "Microsoft.Network/privateLinkServices",
        lies: Lies::Region,
        defaults: r#"{"properties": {"fqdns": [], "enableProxyProtocol": false, "privateEndpointConnections": [], "visibility": {"subscriptions": []}, "autoApproval": {"subscriptions": []}}}"#,
        members: &[Member {
            list: "/ipConfigurations",
            defaults: r#"{"properties": {"privateIPAllocationMethod": "Dynamic", "privateIPAddressVersion": "IPv4"}}"#,
        }],
        settle: settle_service,
        ..NETWORK
    },
];

/// Gives a private link service its alias and its interface.
fn settle_service(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    super::settle(azure, draft)?;
    let own = azure.uuid(draft.id.key());
    let name = draft.name();
    let region = draft.body["location"].as_str().unwrap_or_default().to_owned();
    let alias = format!("{name}.{own}.{region}.azure.privatelinkservice");
    let nic = draft.id.parent().map(|group| {
        group.extension(super::interfaces::INTERFACES, &format!("{name}.nic.{own}")).to_string()
    });
    let properties = draft.properties();
    properties["alias"] = json!(alias);
    properties["networkInterfaces"] = json!([{"id": nic}]);
    for (at, one) in super::members_mut(properties, "/ipConfigurations").enumerate() {
        json::fill(one, &json!({"properties": {"primary": at == 0}}));
    }
    Ok(())
}

/// Adds to each member who refers to it from inside.
pub(super) fn view(azure: &Azure, stored: &Stored, body: &mut Value) {
    let own = format!("{}/", stored.id.key());
    let mut users: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let lists = body["properties"].as_object().into_iter().flatten();
    for (list, members) in lists.filter(|(list, _)| is_leading(list)) {
        for member in members.as_array().into_iter().flatten() {
            let Some(id) = member["id"].as_str() else { continue };
            // What the service itself has added says who leads here, not where this leads.
            references::each(&member["properties"], is_leading, &mut |target| {
                let target = target.to_ascii_lowercase();
                if target.starts_with(&own) {
                    users.entry(target).or_default().push((list.clone(), id.to_owned()));
                }
            });
        }
    }
    let lists = body.get_mut("properties").and_then(Value::as_object_mut);
    for members in lists.into_iter().flat_map(|lists| lists.values_mut()) {
        for member in members.as_array_mut().into_iter().flatten() {
            let id = member["id"].as_str().unwrap_or_default().to_ascii_lowercase();
            for (list, user) in users.get(&id).into_iter().flatten() {
                let pointer = format!("/properties/{list}");
                json::fill(member, &json!({"properties": {list: []}}));
                let known = member.pointer_mut(&pointer).and_then(Value::as_array_mut);
                if let Some(known) = known
                    && !known.iter().any(|one| one["id"] == user.as_str())
                {
                    known.push(json!({"id": user}));
                }
            }
        }
    }
    super::view(azure, stored, body);
}
