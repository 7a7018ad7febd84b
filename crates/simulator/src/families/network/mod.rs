//! `Microsoft.Network` without DNS and Traffic Manager.
//!
//! Networks with their subnets and peerings, rules, routes, addresses and private endpoints do what
//! recorded traffic and <https://learn.microsoft.com/azure/templates/microsoft.network> show. Load
//! balancers and gateways have the protocol and the form of their bodies.

mod addresses;
mod application_gateways;
mod balancers;
mod interfaces;
mod private_endpoints;
mod references;
mod routes;
mod security_groups;
mod subnets;
mod virtual_networks;

use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::family::{Family, Limit, Polling, Tags, bare, in_progress};
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Draft, Form, Kind, Missing, Place, Put};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// `Microsoft.Network` without DNS and Traffic Manager.
const NETWORK: Kind = Kind {
    put: Put { creating: "Updating", ..Put::long(201, 200, Form::Async, 10.0, 10) },
    delete: Delete::long(Form::AsyncAndLocation, 10.0, 10),
    made: &["/resourceGuid"],
    invalid: "InvalidRequestFormat",
    settle,
    view,
    ..Kind::GENERIC
};

const NETWORK_CHILD: Kind = Kind {
    place: Place::None,
    missing: Missing::Child,
    made: &[],
    settle: |_, _| Ok(()),
    ..NETWORK
};

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

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of networks.
pub(crate) static FAMILY: Family = Family {
    kinds: &[
        virtual_networks::KINDS,
        security_groups::KINDS,
        routes::KINDS,
        addresses::KINDS,
        interfaces::KINDS,
        private_endpoints::KINDS,
        private_endpoints::CONNECTION_KINDS,
        balancers::KINDS,
        application_gateways::KINDS,
    ],
    shapes: Some(&SHAPES),
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

/// Gives a resource the GUID that it keeps, and leaves nothing but IDs of what it refers to.
fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if draft.property("/resourceGuid").is_none() {
        let made = azure.uuid(&format!("resourceGuid/{}/{}", draft.id.key(), azure.now));
        draft.properties()["resourceGuid"] = json!(made);
    }
    references::check(azure, draft)
}

/// Adds the ETag, which a resource shares with all that lies in it.
fn view(azure: &Azure, stored: &Stored, body: &mut Value) {
    let etag = etag(azure, stored);
    mark(body, &etag, stored.id.as_str());
}

/// Returns the ETag: whatever is written below a resource changes it.
fn etag(azure: &Azure, stored: &Stored) -> String {
    let is_root = |id: &ResourceId| id.resource_type().parent().is_none();
    let root = stored.id.lineage().find(is_root).unwrap_or_else(|| stored.id.clone());
    let own = azure.state.get(&root).map_or(stored.version, |root| root.version);
    let version = azure.state.below(&root).map(|row| row.version).fold(own, u64::max);
    format!("W/\"{}\"", azure.uuid(&format!("{}@{version}", root.key())))
}

/// Writes the ETag beside each ID of what lies in a resource.
fn mark(value: &mut Value, etag: &str, owner: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| mark(item, etag, owner)),
        Value::Object(object) => {
            let is_own = object.get("id").and_then(Value::as_str).is_some_and(|id| {
                // A reference has nothing but an ID.
                object.len() > 1 && id.starts_with(owner)
            });
            if is_own {
                object.insert("etag".to_owned(), json!(etag));
            }
            object.values_mut().for_each(|value| mark(value, etag, owner));
        }
        _ => {}
    }
}

/// Returns the members of the list at a pointer, for changing.
fn members_mut<'a>(value: &'a mut Value, pointer: &str) -> impl Iterator<Item = &'a mut Value> {
    value.pointer_mut(pointer).and_then(Value::as_array_mut).into_iter().flatten()
}

/// Makes a refusal of ARM's form.
fn bad_request(code: &str, text: impl Into<String>) -> Answer {
    Answer::error(400, code, text)
}

/// Adds the list of those that refer to a resource, where there are any.
fn back<'a>(body: &mut Value, name: &str, users: impl Iterator<Item = &'a str>) {
    let users: Vec<Value> = users.map(|id| json!({"id": id})).collect();
    if users.is_empty() {
        json::remove(body, &format!("/properties/{name}"));
    } else {
        body["properties"][name] = json!(users);
    }
}
