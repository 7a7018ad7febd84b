//! `Microsoft.Sql`: the protocol, and whether a name is free.
//!
//! Statuses, headers, waits and defaults as observed in recorded traffic; else bodies are stored as
//! sent.

use serde_json::json;

use crate::kind::azure::Azure;
use crate::kind::family::{Family, Polling, in_progress};
use crate::kind::shapes::Shapes;
use crate::kind::{Accepted, Delete, Form, Kind, Place, Put};
use crate::wire::answer::Answer;
use crate::wire::request::Request;

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
    let body = if servers.any(|server| server.id.name().eq_ignore_ascii_case(name)) {
        json!({"name": name, "available": false, "reason": "AlreadyExists", "message": "Specified server name is already used."})
    } else {
        json!({"name": name, "available": true})
    };
    Ok(Answer::json(200, body))
}

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of SQL.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS],
    shapes: Some(&SHAPES),
    polling: Polling {
        paths: |polled| {
            let what = polled.id.resource_type().last().trim_end_matches('s').to_owned();
            let base = format!("{}/locations/{}", polled.grouped(), polled.region());
            polled.pair(
                &base,
                &format!("{what}AzureAsyncOperation"),
                &format!("{what}OperationResults"),
            )
        },
        running: in_progress,
        ..Polling::GENERAL
    },
    asks: &[("/microsoft.sql/checknameavailability", |azure, request| {
        check_server_availability(azure, request)
    })],
    ..Family::new("Microsoft.Sql/")
};

/// The types of SQL.
const KINDS: &[Kind] = &[
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
];
