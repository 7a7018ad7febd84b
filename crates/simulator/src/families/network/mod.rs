//! `Microsoft.Network` without DNS and Traffic Manager: the protocol alone.
//!
//! Statuses, headers, waits and defaults as observed in recorded traffic; else bodies are stored as
//! sent.

use crate::kind::{Delete, Form, Kind, Missing, Place, Put};

/// `Microsoft.Network` without DNS and Traffic Manager.
const NETWORK: Kind = Kind {
    put: Put { creating: "Updating", ..Put::long(201, 200, Form::Async, 10.0, 10) },
    delete: Delete::long(Form::AsyncAndLocation, 10.0, 10),
    ..Kind::GENERIC
};

const NETWORK_CHILD: Kind = Kind { place: Place::None, missing: Missing::Child, ..NETWORK };

/// The types of networks.
pub(crate) const KINDS: &[Kind] = &[
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
