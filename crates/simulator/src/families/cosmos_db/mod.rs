//! `Microsoft.DocumentDB`: accounts with their regions, databases, containers and rights.
//!
//! Rules: <https://learn.microsoft.com/azure/cosmos-db/how-to-manage-database-account>; statuses,
//! waits, defaults and what the service adds as observed in recorded traffic.

mod account;
mod data;

use axum::http::Method;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::family::{Family, Paths, Polling, bare};
use crate::kind::shapes::Shapes;
use crate::kind::{Accepted, Delete, Form, Kind, Place, Put, Tags};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// The type of accounts.
const ACCOUNTS: &str = "Microsoft.DocumentDB/databaseAccounts";

const COSMOS_CHILD: Kind = Kind {
    put: Put { body: Accepted::Enqueued, ..Put::long(202, 202, Form::AsyncAndLocation, 15.0, 10) },
    delete: Delete::long(Form::AsyncAndLocation, 15.0, 10),
    place: Place::None,
    has_state: false,
    dropped: &["/properties/options", "/properties/resource/createMode", "/location"],
    ..Kind::GENERIC
};

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of Cosmos DB.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS],
    shapes: Some(&SHAPES),
    polling: Polling {
        paths: |polled| Paths {
            statuses: format!("{}/operationsStatus/{}", polled.regional(), polled.name),
            results: format!("{}/operationResults/{}", polled.id, polled.name),
        },
        running: |_, passed| if passed < 0.2 { "Enqueued" } else { "Dequeued" }.to_owned(),
        shaped: bare,
        ..Polling::GENERAL
    },
    special,
    ..Family::new("Microsoft.DocumentDB/")
};

/// Answers whether an account of a name is anywhere in the cloud.
///
/// Source: <https://learn.microsoft.com/rest/api/cosmos-db-resource-provider/database-accounts/check-name-exists>.
fn special(azure: &mut Azure, request: &Request) -> Option<Answer> {
    let lower = request.path.to_ascii_lowercase();
    let name = lower.strip_prefix("/providers/microsoft.documentdb/databaseaccountnames/")?;
    if request.method != Method::HEAD {
        return None;
    }
    Some(Answer::empty(if is_taken(azure, name) { 200 } else { 404 }))
}

fn is_taken(azure: &Azure, name: &str) -> bool {
    azure.state.of_type(ACCOUNTS).any(|account| account.id.name().eq_ignore_ascii_case(name))
}

/// The types of Cosmos DB.
const KINDS: &[Kind] = &[
    Kind {
        name: ACCOUNTS,
        put: Put::long(200, 200, Form::AsyncAndLocation, 120.0, 10),
        patch: Some(Put::long(200, 200, Form::AsyncAndLocation, 60.0, 10)),
        delete: Delete::long(Form::AsyncAndLocation, 60.0, 10),
        place: Place::Display,
        tags: Tags::Empty,
        defaults: account::DEFAULTS,
        settle: account::settle,
        view: account::view,
        action: account::action,
        // Each change takes about the time that the regions need.
        style: account::style,
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases",
        settle: data::settle_database,
        after: data::after,
        view: data::view_database,
        ..COSMOS_CHILD
    },
    Kind {
        name: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers",
        settle: data::settle_container,
        after: data::after,
        view: data::view_container,
        ..COSMOS_CHILD
    },
    Kind {
        name: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/storedProcedures",
        settle: data::settle_named,
        view: data::view_named,
        ..COSMOS_CHILD
    },
    Kind {
        name: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/throughputSettings",
        settle: data::settle_throughput,
        view: data::view_throughput,
        ..COSMOS_CHILD
    },
    Kind {
        name: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/throughputSettings",
        settle: data::settle_throughput,
        view: data::view_throughput,
        ..COSMOS_CHILD
    },
    Kind {
        name: "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments",
        settle: data::settle_assignment,
        ..COSMOS_CHILD
    },
    Kind { name: "Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions", ..COSMOS_CHILD },
];

/// Refuses as Cosmos DB does: with one code, and the reason in words.
fn bad_request(text: impl Into<String>) -> Answer {
    Answer::error(400, "BadRequest", text)
}

/// Where a resource of the data plane keeps when it was written.
const WRITTEN: &str = "ts";

/// Adds what the data plane knows of each of its resources: its number, its time and its ETag.
fn stamp(azure: &Azure, stored: &Stored, resource: &mut Value, own: &str) {
    let number = azure.uuid(stored.id.key())[..8].to_owned();
    let etag = format!("\"{}\"", azure.etag(stored));
    let written = stored.hidden.get(WRITTEN).cloned();
    for (name, value) in [
        ("/_rid", json!(format!("{number}=="))),
        ("/_self", json!(format!("{own}/{number}==/"))),
        ("/_etag", json!(etag)),
        ("/_ts", written.unwrap_or_else(|| json!(stored.created / 1000))),
    ] {
        json::set(resource, name, value);
    }
}
