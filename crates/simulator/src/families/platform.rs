//! Types of which only the protocol is modelled: statuses, operations and spelling.
//!
//! Statuses, headers, waits and defaults as observed in recorded traffic; else bodies are stored as
//! sent.

use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::{Accepted, Delete, Errors, Form, Kind, Missing, Place, Put, Tags};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// `Microsoft.Network` without DNS and Traffic Manager.
const NETWORK: Kind = Kind {
    put: Put { creating: "Updating", ..Put::long(201, 200, Form::Async, 10.0, 10) },
    delete: Delete::long(Form::AsyncAndLocation, 10.0, 10),
    ..Kind::GENERIC
};

const NETWORK_CHILD: Kind = Kind { place: Place::None, missing: Missing::Child, ..NETWORK };

const PRIVATE_ZONE: Kind = Kind {
    put: Put {
        body: Accepted::EmptyObject,
        ..Put::long(202, 202, Form::AsyncAndLocation, 30.0, 30)
    },
    delete: Delete::long(Form::AsyncAndLocation, 30.0, 30),
    tags: Tags::Empty,
    has_etag: true,
    ..Kind::GENERIC
};

const PRIVATE_RECORD: Kind = Kind {
    lowers_names: true,
    put: Put::direct(201, 200),
    place: Place::None,
    has_etag: true,
    has_state: false,
    errors: Errors::Flat,
    defaults: r#"{"properties": {"isAutoRegistered": false}}"#,
    view: view_private_record,
    ..Kind::GENERIC
};

/// `Microsoft.Cdn`: created with 201, changed with 202.
const CDN: Kind = Kind {
    group_segment: "resourcegroups",
    put: Put {
        again: 202,
        form_again: Form::AsyncAndLocation,
        ..Put::long(201, 202, Form::Async, 30.0, 10)
    },
    patch: Some(Put::long(202, 202, Form::AsyncAndLocation, 30.0, 10)),
    delete: Delete::long(Form::AsyncAndLocation, 30.0, 10),
    place: Place::Word,
    ..Kind::GENERIC
};

const CDN_CHILD: Kind = Kind { place: Place::None, ..CDN };

const SQL: Kind = Kind {
    put: Put {
        body: Accepted::Operation("UpsertLogicalResource"),
        ..Put::long(202, 202, Form::AsyncAndLocation, 60.0, 15)
    },
    delete: Delete::long(Form::AsyncAndLocation, 30.0, 15),
    has_state: false,
    dropped: &["/properties/administratorLoginPassword", "/properties/createMode"],
    ..Kind::GENERIC
};

const COSMOS_CHILD: Kind = Kind {
    put: Put { body: Accepted::Enqueued, ..Put::long(202, 202, Form::AsyncAndLocation, 15.0, 10) },
    delete: Delete::long(Form::AsyncAndLocation, 15.0, 10),
    place: Place::None,
    has_state: false,
    dropped: &["/properties/options"],
    ..Kind::GENERIC
};

/// Answers `checkNameAvailability` of SQL, whose answer has a word of its own.
///
/// Source: <https://learn.microsoft.com/rest/api/sql/servers/check-name-availability>.
pub(crate) fn check_server_availability(
    azure: &Azure,
    request: &Request,
) -> Result<Answer, Answer> {
    let sent = request.json()?;
    let name = sent["name"].as_str().unwrap_or_default();
    let mut servers = azure.state.of_type("Microsoft.Sql/servers");
    let body = match servers.any(|server| server.id.name().eq_ignore_ascii_case(name)) {
        true => {
            json!({"name": name, "available": false, "reason": "AlreadyExists", "message": "Specified server name is already used."})
        }
        false => json!({"name": name, "available": true}),
    };
    Ok(Answer::json(200, body))
}

/// A record set is answered with its full name.
fn view_private_record(_: &Azure, set: &Stored, body: &mut Value) {
    let zone = set.id.parent().map(|zone| zone.name().to_owned()).unwrap_or_default();
    let name = set.id.name();
    let full = if name == "@" { format!("{zone}.") } else { format!("{name}.{zone}.") };
    body["properties"]["fqdn"] = json!(full.to_lowercase());
}

/// Front Door has an ID and a time to wait for origins, the older CDN has neither.
fn view_profile(azure: &Azure, profile: &Stored, body: &mut Value) {
    let sku = body["sku"]["name"].as_str().unwrap_or_default();
    let is_front_door = sku.to_ascii_lowercase().ends_with("azurefrontdoor");
    body["kind"] = json!(if is_front_door { "frontdoor" } else { "cdn" });
    if is_front_door {
        body["properties"]["frontDoorId"] = json!(azure.uuid(profile.id.key()));
        if body["properties"]["originResponseTimeoutSeconds"].is_null() {
            body["properties"]["originResponseTimeoutSeconds"] = json!(30);
        }
    }
}

/// A cache is reached by its name.
fn view_cache(_: &Azure, cache: &Stored, body: &mut Value) {
    let name = cache.id.name().to_lowercase();
    body["properties"]["hostName"] = json!(format!("{name}.redis.cache.windows.net"));
}

/// A private zone cannot be deleted while networks are linked to it.
fn check_links(azure: &Azure, zone: &Stored) -> Result<(), Answer> {
    let is_link = |stored: &&Stored| {
        stored.kind().is("Microsoft.Network/privateDnsZones/virtualNetworkLinks")
    };
    let links: Vec<&str> =
        azure.state.below(&zone.id).filter(is_link).map(|link| link.id.as_str()).collect();
    if links.is_empty() {
        return Ok(());
    }
    let text = format!(
        "Cannot delete resource while nested resources exist. Some existing nested resource IDs \
         include: '{}'. Please delete all nested resources before deleting this resource.",
        links.join(", ")
    );
    Err(Answer::error(409, "CannotDeleteResource", text))
}

/// The types of these families.
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
    Kind {
        name: "Microsoft.Network/privateDnsZones",
        defaults: r#"{"properties": {"maxNumberOfRecordSets": 25000, "maxNumberOfVirtualNetworkLinks": 1000, "maxNumberOfVirtualNetworkLinksWithRegistration": 100, "numberOfRecordSets": 1, "numberOfVirtualNetworkLinks": 0, "numberOfVirtualNetworkLinksWithRegistration": 0}}"#,
        before_delete: check_links,
        ..PRIVATE_ZONE
    },
    Kind {
        name: "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        lowers_names: true,
        defaults: r#"{"properties": {"virtualNetworkLinkState": "Completed"}}"#,
        ..PRIVATE_ZONE
    },
    Kind { name: "Microsoft.Network/privateDnsZones/A", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/AAAA", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/CNAME", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/MX", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/PTR", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/SRV", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/TXT", ..PRIVATE_RECORD },
    Kind {
        name: "Microsoft.Network/frontdoorwebapplicationfirewallpolicies",
        defaults: r#"{"sku": {"name": "Classic_AzureFrontDoor"}, "properties": {"resourceState": "Enabled", "frontendEndpointLinks": [], "routingRuleLinks": [], "securityPolicyLinks": [], "customRules": {"rules": []}, "managedRules": {"managedRuleSets": []}, "policySettings": {"requestBodyCheck": "Enabled", "redirectUrl": null, "customBlockResponseStatusCode": null, "customBlockResponseBody": null, "javascriptChallengeExpirationInMinutes": null, "logScrubbing": null}}}"#,
        group_segment: "resourcegroups",
        place: Place::Word,
        delete: Delete::direct(204),
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.Cdn/profiles",
        defaults: r#"{"properties": {"extendedProperties": {}, "resourceState": "Active"}}"#,
        view: view_profile,
        tags: Tags::Empty,
        ..CDN
    },
    Kind {
        name: "Microsoft.Cdn/profiles/afdendpoints",
        defaults: r#"{"properties": {"enabledState": "Enabled", "deploymentStatus": "NotStarted"}}"#,
        place: Place::Word,
        tags: Tags::Empty,
        ..CDN
    },
    Kind {
        name: "Microsoft.Cdn/profiles/afdendpoints/routes",
        defaults: r#"{"properties": {"enabledState": "Enabled", "originPath": null, "cacheConfiguration": null, "customDomains": [], "ruleSets": [], "deploymentStatus": "NotStarted"}}"#,
        ..CDN_CHILD
    },
    Kind {
        name: "Microsoft.Cdn/profiles/origingroups",
        defaults: r#"{"properties": {"sessionAffinityState": "Disabled", "healthProbeSettings": null, "loadBalancingSettings": {"additionalLatencyInMilliseconds": 0}, "trafficRestorationTimeToHealedOrNewEndpointsInMinutes": null, "deploymentStatus": "NotStarted"}}"#,
        put: Put { form: Form::Direct, ..CDN.put },
        ..CDN_CHILD
    },
    Kind {
        name: "Microsoft.Cdn/profiles/origingroups/origins",
        defaults: r#"{"properties": {"httpPort": 80, "httpsPort": 443, "enabledState": "Enabled", "enforceCertificateNameCheck": true, "priority": null, "weight": null, "originHostHeader": null, "sharedPrivateLinkResource": null, "deploymentStatus": "NotStarted"}}"#,
        ..CDN_CHILD
    },
    Kind {
        name: "Microsoft.Cdn/profiles/rulesets",
        defaults: r#"{"properties": {"deploymentStatus": "NotStarted"}}"#,
        put: Put { form: Form::Direct, ..CDN.put },
        delete: Delete::direct(200),
        ..CDN_CHILD
    },
    Kind {
        name: "Microsoft.Cdn/profiles/rulesets/rules",
        defaults: r#"{"properties": {"matchProcessingBehavior": "Continue", "order": 0, "deploymentStatus": "NotStarted"}}"#,
        ..CDN_CHILD
    },
    Kind { name: "Microsoft.Cdn/profiles/customdomains", ..CDN_CHILD },
    Kind {
        name: "Microsoft.Cdn/profiles/secrets",
        put: Put { form: Form::Direct, ..CDN.put },
        delete: Delete::direct(200),
        ..CDN_CHILD
    },
    Kind { name: "Microsoft.Cdn/profiles/securitypolicies", ..CDN_CHILD },
    Kind { name: "Microsoft.Cdn/profiles/endpoints", place: Place::Word, ..CDN },
    Kind {
        name: "Microsoft.DocumentDB/databaseAccounts",
        put: Put::long(200, 200, Form::AsyncAndLocation, 120.0, 10),
        patch: Some(Put::long(200, 200, Form::AsyncAndLocation, 60.0, 10)),
        delete: Delete::long(Form::AsyncAndLocation, 60.0, 10),
        place: Place::Display,
        tags: Tags::Empty,
        dropped: &["/properties/createMode"],
        ..Kind::GENERIC
    },
    Kind { name: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases", ..COSMOS_CHILD },
    Kind { name: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers", ..COSMOS_CHILD },
    Kind {
        name: "Microsoft.Sql/servers",
        defaults: r#"{"kind": "v12.0", "properties": {"version": "12.0", "publicNetworkAccess": "Enabled", "minimalTlsVersion": "1.2", "restrictOutboundNetworkAccess": "Disabled", "privateEndpointConnections": [], "externalGovernanceStatus": "Disabled", "state": "Ready"}}"#,
        ..SQL
    },
    Kind {
        name: "Microsoft.Sql/servers/databases",
        defaults: r#"{"properties": {"status": "Online", "availabilityZone": "NoPreference", "isInfraEncryptionEnabled": false, "zoneRedundant": false, "isLedgerOn": false}}"#,
        ..SQL
    },
    Kind {
        name: "Microsoft.Sql/servers/elasticPools",
        defaults: r#"{"kind": "pool", "properties": {"state": "Ready", "zoneRedundant": false}}"#,
        ..SQL
    },
    Kind {
        name: "Microsoft.Sql/servers/failoverGroups",
        defaults: r#"{"properties": {"replicationRole": "Primary", "replicationState": "CATCH_UP"}}"#,
        place: Place::Display,
        ..SQL
    },
    Kind {
        name: "Microsoft.Sql/servers/firewallRules",
        put: Put::direct(200, 200),
        delete: Delete::direct(200),
        ..SQL
    },
    Kind {
        name: "Microsoft.Cache/Redis",
        defaults: r#"{"properties": {"accessKeys": null, "enableNonSslPort": false, "publicNetworkAccess": "Enabled", "updateChannel": "Stable", "linkedServers": [], "port": 6379, "sslPort": 6380}}"#,
        view: view_cache,
        put: Put {
            form_again: Form::Direct,
            ..Put::long(201, 200, Form::AsyncAndResource, 180.0, 30)
        },
        patch: Some(Put::long(202, 202, Form::AsyncAndLocation, 60.0, 30)),
        delete: Delete::long(Form::Location, 60.0, 30),
        place: Place::Display,
        tags: Tags::Empty,
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.ContainerService/managedClusters",
        put: Put::long(201, 200, Form::Async, 240.0, 10),
        delete: Delete::long(Form::AsyncAndLocation, 120.0, 10),
        ..Kind::GENERIC
    },
];
