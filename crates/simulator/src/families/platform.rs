//! Types of which only the protocol is modelled: statuses, operations and spelling.
//!
//! Statuses, headers and waits as observed in recorded traffic; bodies are stored as sent.

use crate::answer::Answer;
use crate::azure::Azure;
use crate::kind::{Accepted, Delete, Errors, Form, Kind, Missing, Place, Put, Tags};
use crate::state::Stored;

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
    put: Put::direct(201, 200),
    place: Place::None,
    has_etag: true,
    has_state: false,
    errors: Errors::Flat,
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
    Kind { name: "Microsoft.Network/virtualNetworks", ..NETWORK },
    Kind { name: "Microsoft.Network/virtualNetworks/subnets", ..NETWORK_CHILD },
    Kind { name: "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", ..NETWORK_CHILD },
    Kind { name: "Microsoft.Network/networkSecurityGroups", ..NETWORK },
    Kind { name: "Microsoft.Network/networkSecurityGroups/securityRules", ..NETWORK_CHILD },
    Kind { name: "Microsoft.Network/publicIPAddresses", ..NETWORK },
    Kind { name: "Microsoft.Network/natGateways", ..NETWORK },
    Kind { name: "Microsoft.Network/routeTables", ..NETWORK },
    Kind { name: "Microsoft.Network/loadBalancers", ..NETWORK },
    Kind { name: "Microsoft.Network/applicationGateways", ..NETWORK },
    Kind { name: "Microsoft.Network/privateEndpoints", ..NETWORK },
    Kind { name: "Microsoft.Network/privateEndpoints/privateDnsZoneGroups", ..NETWORK_CHILD },
    Kind { name: "Microsoft.Network/privateDnsZones", before_delete: check_links, ..PRIVATE_ZONE },
    Kind { name: "Microsoft.Network/privateDnsZones/virtualNetworkLinks", ..PRIVATE_ZONE },
    Kind { name: "Microsoft.Network/privateDnsZones/A", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/AAAA", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/CNAME", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/MX", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/PTR", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/SRV", ..PRIVATE_RECORD },
    Kind { name: "Microsoft.Network/privateDnsZones/TXT", ..PRIVATE_RECORD },
    Kind {
        name: "Microsoft.Network/frontdoorwebapplicationfirewallpolicies",
        group_segment: "resourcegroups",
        place: Place::Word,
        delete: Delete::direct(204),
        ..Kind::GENERIC
    },
    Kind { name: "Microsoft.Cdn/profiles", tags: Tags::Empty, ..CDN },
    Kind {
        name: "Microsoft.Cdn/profiles/afdendpoints",
        place: Place::Word,
        tags: Tags::Empty,
        ..CDN
    },
    Kind { name: "Microsoft.Cdn/profiles/afdendpoints/routes", ..CDN_CHILD },
    Kind {
        name: "Microsoft.Cdn/profiles/origingroups",
        put: Put { form: Form::Direct, ..CDN.put },
        ..CDN_CHILD
    },
    Kind { name: "Microsoft.Cdn/profiles/origingroups/origins", ..CDN_CHILD },
    Kind {
        name: "Microsoft.Cdn/profiles/rulesets",
        put: Put { form: Form::Direct, ..CDN.put },
        delete: Delete::direct(200),
        ..CDN_CHILD
    },
    Kind { name: "Microsoft.Cdn/profiles/rulesets/rules", ..CDN_CHILD },
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
    Kind { name: "Microsoft.Sql/servers", ..SQL },
    Kind { name: "Microsoft.Sql/servers/databases", ..SQL },
    Kind { name: "Microsoft.Sql/servers/elasticPools", ..SQL },
    Kind { name: "Microsoft.Sql/servers/failoverGroups", place: Place::Display, ..SQL },
    Kind {
        name: "Microsoft.Sql/servers/firewallRules",
        put: Put::direct(200, 200),
        delete: Delete::direct(200),
        ..SQL
    },
    Kind {
        name: "Microsoft.Cache/Redis",
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
        name: "Microsoft.AppConfiguration/configurationStores",
        put: Put { form_again: Form::Direct, ..Put::long(201, 200, Form::Async, 20.0, 10) },
        delete: Delete::direct(200),
        dropped: &["/properties/createMode"],
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
