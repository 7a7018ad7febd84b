//! Failover groups: two servers of which one writes, and the databases that both hold.
//!
//! Rules: <https://learn.microsoft.com/azure/azure-sql/database/failover-group-sql-db>.

use resource::ResourceId;
use serde_json::{Value, json};

use super::{GROUPS, bad_request};
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::store::regions;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

fn ids(body: &Value, list: &str) -> Vec<ResourceId> {
    let rows = body["properties"][list].as_array().cloned().unwrap_or_default();
    let text = |row: &Value| row.as_str().or(row["id"].as_str()).map(str::to_owned);
    rows.iter().filter_map(|row| ResourceId::parse(&text(row)?).ok()).collect()
}

/// Returns the other server of a group.
fn partner(body: &Value) -> Option<ResourceId> {
    ids(body, "partnerServers").into_iter().next()
}

/// Checks a group and fills in what the service adds.
pub(super) fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if draft.before.as_ref().and_then(|before| before.text("/replicationRole")) == Some("Secondary")
        && !azure.is_unguarded
    {
        let text = "The operation must be run on the server of the primary role.";
        return Err(bad_request("FailoverGroupNotOnPrimary", text));
    }
    let Some(server) = draft.id.parent() else { return Ok(()) };
    if !azure.is_unguarded {
        check(azure, draft, &server)?;
    }
    let Some(partner) = partner(&draft.body) else { return Ok(()) };
    let place = regions::display(&azure.location_of(&server));
    let far = regions::display(&azure.location_of(&partner));
    draft.body["location"] = json!(place);
    let partner = azure.state.get(&partner).map_or(partner, |stored| stored.id.clone());
    let mut databases: Vec<String> = ids(&draft.body, "databases")
        .iter()
        .map(|id| azure.state.get(id).map_or_else(|| id.to_string(), |found| found.id.to_string()))
        .collect();
    databases.sort();
    let properties = draft.properties();
    properties["databases"] = json!(databases);
    properties["partnerServers"] =
        json!([{"id": partner.as_str(), "location": far, "replicationRole": "Secondary"}]);
    json::fill(
        properties,
        &json!({
            "readOnlyEndpoint": {"failoverPolicy": "Disabled", "targetServer": partner.as_str()},
            "replicationRole": "Primary",
            "replicationState": "CATCH_UP",
        }),
    );
    Ok(())
}

fn check(azure: &Azure, draft: &Draft, server: &ResourceId) -> Result<(), Answer> {
    let Some(partner) = partner(&draft.body) else {
        let text = "A failover group must have exactly one partner server.";
        return Err(bad_request("FailoverGroupPartnerServerMissing", text));
    };
    if azure.state.get(&partner).is_none() {
        let text = format!("The partner server '{}' does not exist.", partner.name());
        return Err(bad_request("FailoverGroupPartnerServerNotFound", text));
    }
    if azure.location_of(&partner) == azure.location_of(server) {
        let text = "Servers of a failover group cannot lie in the same region.";
        return Err(bad_request("FailoverGroupPartnerServerInSameRegion", text));
    }
    let grace = draft.property("/readWriteEndpoint/failoverWithDataLossGracePeriodMinutes");
    if draft.text("/readWriteEndpoint/failoverPolicy") == Some("Automatic")
        && grace.and_then(Value::as_u64).is_none_or(|minutes| minutes < 60)
    {
        let text = "The grace period of an automatic failover must be at least 60 minutes.";
        return Err(bad_request("FailoverGroupGracePeriodOutOfBounds", text));
    }
    let mut others = azure
        .state
        .of_type(GROUPS)
        .filter(|other| other.id != draft.id && !is_mirror(other, &draft.id));
    if others.any(|other| other.id.name().eq_ignore_ascii_case(draft.id.name())) {
        let text = format!("The failover group name '{}' is already in use.", draft.name());
        return Err(Answer::error(409, "FailoverGroupNameAlreadyInUse", text));
    }
    for database in ids(&draft.body, "databases") {
        if azure.state.get(&database).is_none() || database.parent().as_ref() != Some(server) {
            let text = format!("The database '{database}' is not one of the server.");
            return Err(bad_request("FailoverGroupDatabaseNotFound", text));
        }
    }
    Ok(())
}

/// Tells whether a group is the one of this ID as its partner holds it.
fn is_mirror(other: &Stored, id: &ResourceId) -> bool {
    let back = partner(&other.body);
    other.id.name().eq_ignore_ascii_case(id.name()) && back == id.parent()
}

/// Seeds the databases on the partner, and lets it hold the group as well.
pub(super) fn after(azure: &mut Azure, draft: &Draft) {
    let (Some(server), Some(partner)) = (draft.id.parent(), partner(&draft.body)) else { return };
    let place = azure.location_of(&partner);
    let mut seeded: Vec<String> = vec![];
    for database in ids(&draft.body, "databases") {
        let id = partner.child("databases", database.name());
        seeded.push(id.to_string());
        if azure.state.get(&id).is_some() {
            continue;
        }
        let Some(mut body) = azure.state.get(&database).map(|stored| stored.body.clone()) else {
            continue;
        };
        body["id"] = json!(id.as_str());
        body["location"] = json!(place);
        body["properties"]["secondaryType"] = json!("Geo");
        body["properties"]["databaseId"] = json!(azure.uuid(&format!("database/{}", id.key())));
        azure.hold(id, body);
    }
    let id = partner.child("failoverGroups", draft.id.name());
    let mut body = draft.body.clone();
    body["id"] = json!(id.as_str());
    body["location"] = json!(regions::display(&place));
    let near = regions::display(&azure.location_of(&server));
    let properties = &mut body["properties"];
    properties["replicationRole"] = json!("Secondary");
    properties["databases"] = json!(seeded);
    properties["partnerServers"] =
        json!([{"id": server.as_str(), "location": near, "replicationRole": "Primary"}]);
    azure.hold(id, body);
}

/// The partner lets go of the group, too; its databases stay.
pub(super) fn after_delete(azure: &mut Azure, group: &Stored, _: &Request) {
    if let Some(partner) = partner(&group.body) {
        azure.state.remove(&partner.child("failoverGroups", group.id.name()));
    }
}

/// Lets the other server write: asked of the one that does not.
pub(super) fn action(
    azure: &mut Azure,
    _: &Request,
    group: &Stored,
    action: &str,
) -> Option<Answer> {
    let action = action.to_ascii_lowercase();
    if !["failover", "forcefailoverallowdataloss", "tryplannedbeforeforcedfailover"]
        .contains(&action.as_str())
    {
        return None;
    }
    if group.text("/replicationRole") != Some("Secondary") {
        let text = "The server is already the primary one of the failover group.";
        return Some(bad_request("FailoverGroupAlreadyPrimary", text));
    }
    let partner = partner(&group.body)?;
    let other = partner.child("failoverGroups", group.id.name());
    for (id, role, far) in [(&group.id, "Primary", "Secondary"), (&other, "Secondary", "Primary")] {
        let version = azure.state.next_version();
        if let Some(stored) = azure.state.get_mut(id) {
            json::set(&mut stored.body, "/properties/replicationRole", json!(role));
            if let Some(row) = stored.body.pointer_mut("/properties/partnerServers/0") {
                json::set(row, "/replicationRole", json!(far));
            }
            stored.version = version;
        }
    }
    azure.touched();
    azure.state.get(&group.id).map(|stored| Answer::json(200, azure.view(stored)))
}

/// A server cannot go while it is in a group.
pub(super) fn check_server(azure: &Azure, server: &Stored) -> Result<(), Answer> {
    let Some(group) = azure.state.of_type_below(GROUPS, &server.id).next() else { return Ok(()) };
    let text = format!(
        "The server '{}' cannot be deleted: it is part of the failover group '{}'.",
        server.id.name(),
        group.id.name()
    );
    Err(Answer::error(409, "ServerInFailoverGroup", text))
}

/// A database cannot go while a group holds it.
pub(super) fn check_database(azure: &Azure, database: &Stored) -> Result<(), Answer> {
    let Some(server) = database.id.parent() else { return Ok(()) };
    let mut groups = azure.state.of_type_below(GROUPS, &server);
    let held = groups.find(|group| ids(&group.body, "databases").contains(&database.id));
    let Some(group) = held else { return Ok(()) };
    let text = format!(
        "The database '{}' cannot be deleted: it is part of the failover group '{}'.",
        database.id.name(),
        group.id.name()
    );
    Err(Answer::error(409, "DatabaseInFailoverGroup", text))
}
