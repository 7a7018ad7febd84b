//! `Microsoft.Network` without DNS and Traffic Manager: the protocol alone.
//!
//! Statuses, headers, waits and defaults as observed in recorded traffic; else bodies are stored as
//! sent.

use crate::kind::family::{Family, Limit, Polling, Tags, bare, in_progress};
use crate::kind::{Delete, Form, Kind, Missing, Place, Put};

/// `Microsoft.Network` without DNS and Traffic Manager.
const NETWORK: Kind = Kind {
    put: Put { creating: "Updating", ..Put::long(201, 200, Form::Async, 10.0, 10) },
    delete: Delete::long(Form::AsyncAndLocation, 10.0, 10),
    ..Kind::GENERIC
};

const NETWORK_CHILD: Kind = Kind { place: Place::None, missing: Missing::Child, ..NETWORK };

/// The API versions that are listed for types of the namespace.
pub(crate) const LISTED_VERSIONS: &[&str] = &["2024-05-01", "2022-04-01", "2018-05-01"];

/// What the tags of zones may be.
pub(crate) const ZONE_TAGS: Tags = Tags {
    most: 15,
    refuses: |name| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        begins_with_digit(name) || !name.chars().all(is_plain)
    },
    ..Tags::GENERAL
};

/// Tells whether the name of a tag begins with a digit.
pub(crate) fn begins_with_digit(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_digit())
}

/// What is known of networks.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS],
    listed_versions: LISTED_VERSIONS,
    polling: Polling {
        paths: |polled| polled.pair(&polled.regional(), "operations", "operationResults"),
        running: in_progress,
        shaped: bare,
        ..Polling::GENERAL
    },
    // Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>;
    // Traffic Manager and public DNS stand apart from the networks.
    limits: &[Limit {
        paths: &[
            "microsoft.network/virtualnetworks",
            "microsoft.network/networksecuritygroups",
            "microsoft.network/privateendpoints",
            "microsoft.network/publicipaddresses",
            "microsoft.network/natgateways",
            "microsoft.network/applicationgateways",
        ],
        reads: false,
        requests: 1000.0,
        per_secs: 300.0,
    }],
    ..Family::new("Microsoft.Network/")
};

/// The types of networks.
const KINDS: &[Kind] = &[
    Kind {
        name: "Microsoft.Network/virtualNetworks",
        defaults: r#"{"properties": {"enableDdosProtection": false, "privateEndpointVNetPolicies": "Disabled", "subnets": [], "virtualNetworkPeerings": []}}"#,
        ..NETWORK
    },
    Kind {
        name: "Microsoft.Network/virtualNetworks/subnets",
        defaults: r#"{"properties": {"delegations": [], "privateEndpointNetworkPolicies": "Disabled", "privateLinkServiceNetworkPolicies": "Enabled"}}"#,
        ..NETWORK_CHILD
    },
    Kind {
        name: "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
        defaults: r#"{"properties": {"peeringState": "Initiated", "peeringSyncLevel": "RemoteNotInSync", "allowVirtualNetworkAccess": true, "allowForwardedTraffic": false, "allowGatewayTransit": false, "useRemoteGateways": false, "doNotVerifyRemoteGateways": false, "peerCompleteVnets": true, "routeServiceVips": {}}}"#,
        ..NETWORK_CHILD
    },
    Kind { name: "Microsoft.Network/networkSecurityGroups", ..NETWORK },
    Kind {
        name: "Microsoft.Network/networkSecurityGroups/securityRules",
        defaults: r#"{"properties": {"sourcePortRanges": [], "destinationPortRanges": [], "sourceAddressPrefixes": [], "destinationAddressPrefixes": []}}"#,
        ..NETWORK_CHILD
    },
    Kind {
        name: "Microsoft.Network/publicIPAddresses",
        defaults: r#"{"sku": {"name": "Basic", "tier": "Regional"}, "properties": {"publicIPAllocationMethod": "Dynamic", "publicIPAddressVersion": "IPv4", "idleTimeoutInMinutes": 4, "ipTags": []}}"#,
        ..NETWORK
    },
    Kind {
        name: "Microsoft.Network/natGateways",
        defaults: r#"{"sku": {"tier": "Regional"}, "properties": {"idleTimeoutInMinutes": 4}}"#,
        ..NETWORK
    },
    Kind {
        name: "Microsoft.Network/routeTables",
        defaults: r#"{"properties": {"disableBgpRoutePropagation": false, "routes": []}}"#,
        ..NETWORK
    },
    Kind { name: "Microsoft.Network/loadBalancers", ..NETWORK },
    Kind { name: "Microsoft.Network/applicationGateways", ..NETWORK },
    Kind {
        name: "Microsoft.Network/privateEndpoints",
        defaults: r#"{"properties": {"customNetworkInterfaceName": "", "ipConfigurations": [], "manualPrivateLinkServiceConnections": []}}"#,
        ..NETWORK
    },
    Kind { name: "Microsoft.Network/privateEndpoints/privateDnsZoneGroups", ..NETWORK_CHILD },
];
