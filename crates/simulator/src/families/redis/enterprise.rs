//! Azure Managed Redis: clusters, their one database, and who may use it.
//!
//! By the documentation and the published definitions: <https://learn.microsoft.com/rest/api/redis/redisenterprise>.

use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::{Delete, Draft, Form, Kind, Place, Put};
use crate::store::regions;
use crate::store::state::Stored;
use crate::wire::answer::Answer;

const CLUSTER: &str = "Microsoft.Cache/redisEnterprise";
const DATABASE: &str = "Microsoft.Cache/redisEnterprise/databases";
const ASSIGNMENT: &str = "Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments";

/// The one port of a database.
const PORT: u64 = 10000;

fn bad_request(text: impl Into<String>) -> Answer {
    Answer::error(400, "BadRequest", text)
}

/// Says how far the service is with a resource: as the operation on it, but for the word at the end.
fn say_state(body: &mut Value) {
    let properties = &mut body["properties"];
    let state = match properties["provisioningState"].as_str() {
        Some("Succeeded") | None => "Running".to_owned(),
        Some("Failed" | "Canceled") => "CreateFailed".to_owned(),
        Some(word) => word.to_owned(),
    };
    properties["resourceState"] = json!(state);
}

/// Adds the name under which a cluster is reached in its region, and how its copies are spread.
fn view_cluster(_: &Azure, cluster: &Stored, body: &mut Value) {
    let region = regions::short(body["location"].as_str().unwrap_or_default());
    let name = cluster.id.name().to_lowercase();
    let is_double = body["properties"]["highAvailability"] != "Disabled";
    let mode = match regions::find(&region) {
        _ if !is_double => "None",
        Some(region) if region.zones => "ZR",
        _ => "LR",
    };
    body["properties"]["hostName"] = json!(format!("{name}.{region}.redis.azure.net"));
    body["properties"]["redundancyMode"] = json!(mode);
    say_state(body);
}

/// A name belongs to one cluster of a region, and copies are chosen at the creation.
fn settle_cluster(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if azure.is_unguarded {
        return Ok(());
    }
    check_free(azure, &draft.id)?;
    let region = |body: &Value| regions::short(body["location"].as_str().unwrap_or_default());
    let mut others = azure.state.of_type(CLUSTER).filter(|other| other.id != draft.id);
    let own = region(&draft.body);
    let is_same = |other: &Stored| other.id.name().eq_ignore_ascii_case(draft.id.name());
    if others.any(|other| is_same(other) && region(&other.body) == own) {
        let text = format!("The cluster name '{}' is not available in '{own}'.", draft.name());
        return Err(Answer::error(409, "NameNotAvailable", text));
    }
    keeps(draft, "/highAvailability", "highAvailability")
}

/// A database bears the only name there is, and much of it is fixed at its creation.
fn settle_database(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if azure.is_unguarded {
        return Ok(());
    }
    check_free(azure, &draft.id)?;
    if !draft.id.name().eq_ignore_ascii_case("default") {
        return Err(bad_request("The name of a database must be 'default'."));
    }
    if draft.property("/port").and_then(Value::as_u64).is_some_and(|port| port != PORT) {
        return Err(bad_request(format!("The port of a database must be {PORT}.")));
    }
    for (pointer, name) in
        [("/clusteringPolicy", "clusteringPolicy"), ("/modules", "modules"), ("/port", "port")]
    {
        keeps(draft, pointer, name)?;
    }
    Ok(())
}

/// There is one policy, which is given to one identity at a time.
fn settle_assignment(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if azure.is_unguarded {
        return Ok(());
    }
    check_free(azure, &draft.id)?;
    if draft.text("/accessPolicyName") != Some("default") {
        return Err(bad_request("The access policy must be 'default'."));
    }
    keeps(draft, "/user/objectId", "user.objectId")
}

/// Refuses another value of what is fixed at the creation.
fn keeps(draft: &Draft, pointer: &str, name: &str) -> Result<(), Answer> {
    let Some(before) = &draft.before else { return Ok(()) };
    let before = before.body["properties"].pointer(pointer).filter(|it| !it.is_null());
    match (before, draft.property(pointer)) {
        (Some(before), Some(after)) if before != after => {
            Err(bad_request(format!("The property '{name}' cannot be changed.")))
        }
        _ => Ok(()),
    }
}

/// Refuses a write while another one changes the cluster or something in it.
fn check_free(azure: &Azure, id: &ResourceId) -> Result<(), Answer> {
    let mut above = std::iter::successors(Some(id.clone()), ResourceId::parent);
    let Some(cluster) = above.find(|id| id.resource_type().is(CLUSTER)) else { return Ok(()) };
    let mut running = azure.state.operations.running();
    if !running.any(|operation| operation.resource.is_within(&cluster)) {
        return Ok(());
    }
    let text = format!("Another operation on '{}' is in progress. Please retry.", cluster.name());
    Err(Answer::error(409, "AnotherOperationInProgress", text))
}

fn check_delete(azure: &Azure, gone: &Stored) -> Result<(), Answer> {
    if azure.is_unguarded { Ok(()) } else { check_free(azure, &gone.id) }
}

const LONG: Kind = Kind {
    put: Put::long(201, 200, Form::Async, 180.0, 30),
    patch: Some(Put::long(202, 202, Form::Async, 120.0, 30)),
    delete: Delete::long(Form::AsyncAndLocation, 120.0, 30),
    before_delete: check_delete,
    ..Kind::GENERIC
};

/// The types of Azure Managed Redis.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: CLUSTER,
        put: Put::long(201, 200, Form::Async, 420.0, 30),
        patch: Some(Put::long(202, 202, Form::Async, 300.0, 30)),
        defaults: r#"{"kind": "v2", "properties": {"highAvailability": "Enabled", "minimumTlsVersion": "1.2", "redisVersion": "7.4", "privateEndpointConnections": []}}"#,
        made: &["/hostName", "/redundancyMode", "/resourceState", "/redisVersion"],
        place: Place::Display,
        settle: settle_cluster,
        view: view_cluster,
        ..LONG
    },
    Kind {
        name: DATABASE,
        defaults: r#"{"properties": {"clientProtocol": "Encrypted", "port": 10000, "clusteringPolicy": "OSSCluster", "evictionPolicy": "VolatileLRU", "accessKeysAuthentication": "Disabled", "redisVersion": "7.4", "deferUpgrade": "NotDeferred"}}"#,
        made: &["/resourceState", "/redisVersion"],
        place: Place::None,
        settle: settle_database,
        view: |_, _, body| say_state(body),
        action: |azure, _, database, action| {
            let keys = json!({
                "primaryKey": azure.key_of(database, "primary"),
                "secondaryKey": azure.key_of(database, "secondary"),
            });
            action.eq_ignore_ascii_case("listKeys").then(|| Answer::json(200, keys))
        },
        ..LONG
    },
    Kind {
        name: ASSIGNMENT,
        put: Put::long(201, 200, Form::Async, 30.0, 15),
        patch: None,
        delete: Delete::long(Form::AsyncAndLocation, 30.0, 15),
        place: Place::None,
        settle: settle_assignment,
        ..LONG
    },
];
