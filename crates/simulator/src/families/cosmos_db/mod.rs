//! `Microsoft.DocumentDB`: the protocol alone.
//!
//! Statuses, headers, waits and defaults as observed in recorded traffic; else bodies are stored as
//! sent.

use axum::http::Method;
use serde_json::json;

use crate::kind::azure::Azure;
use crate::kind::family::{Family, Paths, Polling, bare};
use crate::kind::shapes::Shapes;
use crate::kind::{Accepted, Delete, Form, Kind, Place, Put, Tags};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

const COSMOS_CHILD: Kind = Kind {
    put: Put { body: Accepted::Enqueued, ..Put::long(202, 202, Form::AsyncAndLocation, 15.0, 10) },
    delete: Delete::long(Form::AsyncAndLocation, 15.0, 10),
    place: Place::None,
    has_state: false,
    dropped: &["/properties/options"],
    ..Kind::GENERIC
};

/// Answers the keys of an account, all or those that only read.
fn keys(azure: &mut Azure, _: &Request, account: &Stored, action: &str) -> Option<Answer> {
    let key = |name: &str| azure.key_of(account, name);
    let mut keys = json!({
        "primaryReadonlyMasterKey": key("primaryReadonly"),
        "secondaryReadonlyMasterKey": key("secondaryReadonly"),
    });
    match action.to_ascii_lowercase().as_str() {
        "readonlykeys" => {}
        "listkeys" => {
            keys["primaryMasterKey"] = json!(key("primary"));
            keys["secondaryMasterKey"] = json!(key("secondary"));
        }
        _ => return None,
    }
    Some(Answer::json(200, keys))
}

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

const ACCOUNT: &str = "Microsoft.DocumentDB/databaseAccounts";

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
    azure.state.of_type(ACCOUNT).any(|account| account.id.name().eq_ignore_ascii_case(name))
}

/// The types of Cosmos DB.
const KINDS: &[Kind] = &[
    Kind {
        name: ACCOUNT,
        settle: |azure, draft| {
            let name = draft.name();
            if draft.before.is_none() && is_taken(azure, &name) {
                let text = format!(
                    "Database account creation failed. Account with name {name} already exists."
                );
                return Err(Answer::error(409, "Conflict", text));
            }
            Ok(())
        },
        put: Put::long(200, 200, Form::AsyncAndLocation, 120.0, 10),
        patch: Some(Put::long(200, 200, Form::AsyncAndLocation, 60.0, 10)),
        delete: Delete::long(Form::AsyncAndLocation, 60.0, 10),
        place: Place::Display,
        tags: Tags::Empty,
        dropped: &["/properties/createMode"],
        action: keys,
        ..Kind::GENERIC
    },
    Kind { name: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases", ..COSMOS_CHILD },
    Kind { name: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers", ..COSMOS_CHILD },
];
