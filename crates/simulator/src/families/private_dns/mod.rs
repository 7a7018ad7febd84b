//! Private zones, their links and records: the protocol alone.
//!
//! Statuses, headers, waits and defaults as observed in recorded traffic; else bodies are stored as
//! sent.

use serde_json::Value;
use serde_json::json;

use crate::families::network;
use crate::kind::azure::Azure;
use crate::kind::family::{Family, Limit, Polling, bare, in_progress};
use crate::kind::shapes::Shapes;
use crate::kind::{Accepted, Delete, Errors, Form, Kind, Place, Put, Tags};
use crate::store::state::Stored;
use crate::wire::answer::Answer;

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

/// A record set is answered with its full name.
fn view_private_record(_: &Azure, set: &Stored, body: &mut Value) {
    let zone = set.id.parent().map(|zone| zone.name().to_owned()).unwrap_or_default();
    let name = set.id.name();
    let full = if name == "@" { format!("{zone}.") } else { format!("{name}.{zone}.") };
    body["properties"]["fqdn"] = json!(full.to_lowercase());
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

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of private zones.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS],
    shapes: Some(&SHAPES),
    listed_versions: network::LISTED_VERSIONS,
    gathered: &[
        "Microsoft.Network/privateDnsZones/recordsets",
        "Microsoft.Network/privateDnsZones/all",
    ],
    polling: Polling {
        paths: |polled| {
            polled.pair(
                &polled.grouped(),
                "privateDnsOperationStatuses",
                "privateDnsOperationResults",
            )
        },
        is_accepted_again: true,
        running: in_progress,
        shaped: bare,
        ..Polling::GENERAL
    },
    tags: network::ZONE_TAGS,
    limits: &[Limit {
        paths: &["microsoft.network/privatednszones"],
        reads: true,
        requests: 500.0,
        per_secs: 300.0,
    }],
    ..Family::new("Microsoft.Network/privateDnsZones")
};

/// The types of private zones.
const KINDS: &[Kind] = &[
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
];
