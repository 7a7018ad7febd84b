//! Virtual networks, what is in them, and what stands in front of them.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.network/virtualnetworks> and
//! recorded traffic.

use serde_json::Value;

use super::stakes::{
    ENABLED, ON, PRIVATE, Scale, Stake, Staked, access, cost, redundancy, security,
};
use super::{
    Additions, ArrayKey, Busy, Import, Listing, Locality, TimeLimit, TypeFacts, Typical, Update,
};

const VERSION: &str = "2025-01-01";

const REGION: (&str, &str) = ("location", "a network resource cannot move to another region");

const TOP: TypeFacts = TypeFacts {
    api_version: VERSION,
    listing: Listing::Subscription,
    update: Update::PutOver,
    etag: true,
    immutable: &[REGION],
    ..TypeFacts::GENERIC
};

const CHILD: TypeFacts =
    TypeFacts { api_version: VERSION, update: Update::PutOver, etag: true, ..TypeFacts::CHILD };

/// A firewall that only detects lets everything through.
const FIREWALL: Scale = Scale::Rungs(&[&["Detection"], &["Prevention"]]);

const GATEWAYS: Scale = Scale::Rungs(&[&["Basic", "Standard", "Standard_v2"], &["WAF", "WAF_v2"]]);

/// Source: <https://learn.microsoft.com/azure/web-application-firewall/shared/waf-azure-policy>.
const FIREWALL_STAKES: &[Staked] = &[
    security("properties.policySettings.mode", FIREWALL, ""),
    security("properties.policySettings.state", ENABLED, "Enabled"),
    security("properties.policySettings.enabledState", ENABLED, "Enabled"),
    security("properties.policySettings.requestBodyCheck", ON, ""),
    security("properties.policySettings.requestBodyCheck", ENABLED, ""),
    security("properties.managedRules.managedRuleSets", Scale::Members, ""),
    security("properties.managedRules.exclusions", Scale::FewerMembers, ""),
    security("properties.customRules", Scale::Members, ""),
    security("properties.customRules.rules", Scale::Members, ""),
    access("properties.customRules"),
];

/// A storage endpoint serves the paired region too.
const fn endpoint_regions(path: &'static str) -> Additions {
    Additions { path, is_service_made: |_| true }
}

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Network/virtualNetworks",
        import: Import::WHOLE,
        // Who uses a subnet is written by the users.
        volatile: &[
            "properties.subnets[].properties.ipConfigurations",
            "properties.subnets[].properties.ipConfigurationProfiles",
            "properties.subnets[].properties.privateEndpoints",
            "properties.subnets[].properties.resourceNavigationLinks",
            "properties.subnets[].properties.serviceAssociationLinks",
            "properties.subnets[].properties.purpose",
            "properties.virtualNetworkPeerings[].properties.peeringState",
            "properties.virtualNetworkPeerings[].properties.peeringSyncLevel",
        ],
        stakes: &[
            security("properties.encryption.enabled", ON, "false"),
            security("properties.subnets[].properties.networkSecurityGroup", Scale::Presence, ""),
        ],
        // Left out of the answer in 369 of 383 recordings.
        write_only: &["properties.enableVmProtection"],
        // The first server is asked first.
        arrays: &[("properties.dhcpOptions.dnsServers", ArrayKey::Ordered)],
        additions: &[endpoint_regions(
            "properties.subnets[].properties.serviceEndpoints[].locations",
        )],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/virtualNetworks/subnets",
        busy: Busy { codes: &["InUseSubnetCannotBeDeleted"], texts: &[] },
        listing: Listing::InParent("subnets"),
        stakes: &[
            security("properties.networkSecurityGroup", Scale::Presence, ""),
            access("properties.serviceEndpoints"),
        ],
        volatile: &[
            "properties.ipConfigurations",
            "properties.ipConfigurationProfiles",
            "properties.privateEndpoints",
            "properties.resourceNavigationLinks",
            "properties.serviceAssociationLinks",
            "properties.purpose",
        ],
        additions: &[endpoint_regions("properties.serviceEndpoints[].locations")],
        ..CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
        listing: Listing::InParent("virtualNetworkPeerings"),
        stakes: &[
            access("properties.allowVirtualNetworkAccess"),
            access("properties.allowForwardedTraffic"),
            access("properties.allowGatewayTransit"),
        ],
        made: &[Stake::Access],
        gone: &[Stake::Access],
        immutable: &[("properties.remoteVirtualNetwork", "a peering is with one network for good")],
        // The other side connects when it is made.
        volatile: &["properties.peeringState", "properties.peeringSyncLevel"],
        ..CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Network/networkSecurityGroups",
        import: Import::WHOLE,
        read_only: &["properties.defaultSecurityRules"],
        stakes: &[
            access("properties.securityRules"),
            security("properties.securityRules[].properties.access", PRIVATE, ""),
        ],
        gone: &[Stake::Security],
        volatile: &["properties.networkInterfaces", "properties.subnets"],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/networkSecurityGroups/securityRules",
        listing: Listing::InParent("securityRules"),
        stakes: &[access("properties"), security("properties.access", PRIVATE, "")],
        made: &[Stake::Access],
        gone: &[Stake::Access],
        ..CHILD
    },
    TypeFacts { resource_type: "Microsoft.Network/applicationSecurityGroups", ..TOP },
    TypeFacts {
        resource_type: "Microsoft.Network/publicIPAddresses",
        busy: Busy { codes: &["PublicIPAddressCannotBeDeleted"], texts: &[] },
        immutable: &[
            REGION,
            ("sku", "the SKU of an address is fixed at its creation"),
            ("zones", "the zones of an address are fixed at its creation"),
            ("properties.publicIPAddressVersion", "the version is fixed at creation"),
            ("properties.publicIPPrefix", "an address belongs to its prefix for good"),
        ],
        read_only: &["properties.dnsSettings.fqdn"],
        // An address appears when it is attached.
        volatile: &["properties.ipAddress", "properties.ipConfiguration"],
        additions: &[Additions { path: "zones", is_service_made: |_| true }],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/publicIPPrefixes",
        immutable: &[
            REGION,
            ("sku", "the SKU of a prefix is fixed at its creation"),
            ("zones", "the zones of a prefix are fixed at its creation"),
            ("properties.prefixLength", "the length of a prefix is fixed at its creation"),
        ],
        read_only: &["properties.ipPrefix"],
        volatile: &["properties.publicIPAddresses"],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/natGateways",
        volatile: &["properties.subnets"],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/routeTables",
        import: Import::WHOLE,
        volatile: &["properties.subnets"],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/routeTables/routes",
        listing: Listing::InParent("routes"),
        ..CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Network/networkInterfaces",
        read_only: &[
            "properties.macAddress",
            "properties.primary",
            "properties.dnsSettings.internalDomainNameSuffix",
            "properties.dnsSettings.appliedDnsServers",
        ],
        volatile: &["properties.virtualMachine", "properties.hostedWorkloads"],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/loadBalancers",
        volatile: &[
            "properties.backendAddressPools[].properties.backendIPConfigurations",
            "properties.backendAddressPools[].properties.loadBalancingRules",
            "properties.backendAddressPools[].properties.outboundRules",
            "properties.frontendIPConfigurations[].properties.loadBalancingRules",
            "properties.frontendIPConfigurations[].properties.inboundNatRules",
            "properties.frontendIPConfigurations[].properties.inboundNatPools",
            "properties.frontendIPConfigurations[].properties.outboundRules",
            "properties.probes[].properties.loadBalancingRules",
            "properties.inboundNatRules[].properties.backendIPConfiguration",
        ],
        stakes: &[redundancy("properties.backendAddressPools", Scale::Members, "")],
        traffic: &[
            "properties.backendAddressPools",
            "properties.frontendIPConfigurations",
            "properties.loadBalancingRules",
            "properties.probes",
        ],
        additions: &[Additions {
            path: "properties.inboundNatRules",
            is_service_made: is_rule_of_pool,
        }],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/privateEndpoints",
        time_limit: Some(TimeLimit::HOUR),
        immutable: &[
            REGION,
            ("properties.subnet", "an endpoint stays in its subnet"),
            ("properties.customNetworkInterfaceName", "the interface is named at creation"),
        ],
        volatile: &[
            "properties.networkInterfaces",
            "properties.customDnsConfigs",
            "properties.privateLinkServiceConnections[].properties.privateLinkServiceConnectionState",
            "properties.manualPrivateLinkServiceConnections[].properties.privateLinkServiceConnectionState",
        ],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        listing: Listing::InParent("privateDnsZoneGroups"),
        volatile: &["properties.privateDnsZoneConfigs[].properties.recordSets"],
        ..CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Network/privateLinkServices",
        read_only: &["properties.alias"],
        volatile: &["properties.networkInterfaces", "properties.privateEndpointConnections"],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/applicationGateways",
        time_limit: Some(TimeLimit::LONG),
        immutable: &[REGION, ("zones", "the zones of a gateway are fixed at its creation")],
        volatile: &["properties.operationalState", "properties.privateEndpointConnections"],
        // A certificate comes back as its public half.
        write_only: &[
            "properties.sslCertificates[].properties.data",
            "properties.sslCertificates[].properties.password",
        ],
        decided: &[("sku.family", "the service moves gateways to newer hardware")],
        sensitive: &["properties.sslCertificates[].properties.data"],
        traffic: &["properties"],
        stakes: &[
            redundancy("properties.sku.capacity", Scale::Number, ""),
            redundancy("properties.autoscaleConfiguration.minCapacity", Scale::Number, ""),
            redundancy("properties.backendAddressPools", Scale::Members, ""),
            security("properties.sku.tier", GATEWAYS, ""),
            security("properties.firewallPolicy", Scale::Presence, ""),
            security("properties.webApplicationFirewallConfiguration.enabled", ON, "false"),
            security("properties.webApplicationFirewallConfiguration.firewallMode", FIREWALL, ""),
            cost("properties.sku.capacity", Scale::Number),
            cost("properties.sku.tier", GATEWAYS),
            cost("properties.autoscaleConfiguration.minCapacity", Scale::Number),
            cost("properties.autoscaleConfiguration.maxCapacity", Scale::Number),
        ],
        // 5 to 15 minutes to create or delete, 1 to 10 to change.
        typical: Typical { create_secs: Some(540), update_secs: Some(180), delete_secs: Some(540) },
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies",
        volatile: &[
            "properties.applicationGateways",
            "properties.httpListeners",
            "properties.pathBasedRules",
            "properties.resourceState",
        ],
        stakes: FIREWALL_STAKES,
        gone: &[Stake::Security],
        traffic: &["properties"],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies",
        time_limit: Some(TimeLimit::EDGE),
        locality: Locality::Global,
        api_version: "2025-03-01",
        immutable: &[("sku", "the tier of a policy is fixed at its creation")],
        volatile: &[
            "properties.frontendEndpointLinks",
            "properties.routingRuleLinks",
            "properties.securityPolicyLinks",
            "properties.resourceState",
        ],
        stakes: FIREWALL_STAKES,
        gone: &[Stake::Security],
        traffic: &["properties"],
        ..TOP
    },
];

/// The service makes a rule for each instance that a pool serves: `{pool}.{instance}`.
fn is_rule_of_pool(rule: &Value) -> bool {
    let name = rule["name"].as_str().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(_, instance)| instance.parse::<u32>().is_ok())
}
