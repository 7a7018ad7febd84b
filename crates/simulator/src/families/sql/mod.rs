//! `Microsoft.Sql`: servers, databases with their sizes, pools and failover groups.
//!
//! Statuses, headers, waits, defaults and what the service adds as observed in recorded traffic.

mod database;
mod failover_group;

use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::family::{Family, Polling, in_progress};
use crate::kind::shapes::Shapes;
use crate::kind::{Accepted, Delete, Draft, Form, Kind, Place, Put};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// The type of servers.
const SERVERS: &str = "Microsoft.Sql/servers";
/// The type of failover groups.
const GROUPS: &str = "Microsoft.Sql/servers/failoverGroups";

fn bad_request(code: &str, text: impl Into<String>) -> Answer {
    Answer::error(400, code, text)
}

/// Adds the name under which a server is reached, and who manages it where nobody was named.
fn view_server(azure: &Azure, server: &Stored, body: &mut Value) {
    let name = server.id.name().to_lowercase();
    let properties = &mut body["properties"];
    properties["fullyQualifiedDomainName"] = json!(format!("{name}.database.windows.net"));
    if properties["administratorLogin"].is_null() {
        let own = &azure.uuid(server.id.key())[..8];
        properties["administratorLogin"] = json!(format!("CloudSA{own}"));
    }
}

/// A name belongs to one server of the cloud; its login stays as it was given.
fn settle_server(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if azure.is_unguarded {
        return Ok(());
    }
    let mut others = azure.state.of_type(SERVERS).filter(|other| other.id != draft.id);
    if others.any(|other| other.id.name().eq_ignore_ascii_case(draft.id.name())) {
        let text = format!("The name '{}' already exists. Choose a different name.", draft.name());
        return Err(Answer::error(409, "NameAlreadyExists", text));
    }
    let before = draft.before.as_ref().and_then(|before| before.text("/administratorLogin"));
    let login = draft.text("/administratorLogin");
    if before.is_some() && login.is_some() && before != login {
        let text = "The administrator login name of a server cannot be changed.";
        return Err(bad_request("AdministratorLoginCannotBeChanged", text));
    }
    Ok(())
}

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
    let mut servers = azure.state.of_type(SERVERS);
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
        name: SERVERS,
        settle: settle_server,
        view: view_server,
        before_delete: failover_group::check_server,
        defaults: r#"{"kind": "v12.0", "properties": {"version": "12.0", "publicNetworkAccess": "Enabled", "minimalTlsVersion": "1.2", "restrictOutboundNetworkAccess": "Disabled", "privateEndpointConnections": [], "externalGovernanceStatus": "Disabled", "state": "Ready"}}"#,
        ..SQL
    },
    Kind {
        name: "Microsoft.Sql/servers/databases",
        settle: database::settle,
        before_delete: failover_group::check_database,
        defaults: r#"{"properties": {"status": "Online", "availabilityZone": "NoPreference", "isInfraEncryptionEnabled": false, "zoneRedundant": false, "isLedgerOn": false}}"#,
        ..SQL
    },
    Kind {
        name: "Microsoft.Sql/servers/elasticPools",
        settle: database::settle_pool,
        defaults: r#"{"kind": "pool", "properties": {"state": "Ready", "zoneRedundant": false}}"#,
        ..SQL
    },
    Kind {
        name: GROUPS,
        settle: failover_group::settle,
        after: failover_group::after,
        after_delete: failover_group::after_delete,
        action: failover_group::action,
        made: &["/replicationRole", "/replicationState"],
        dropped: &["/properties/secondaryType"],
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
