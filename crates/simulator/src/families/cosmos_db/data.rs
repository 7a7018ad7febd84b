//! Databases, containers, their throughput, and the rights to their data.

use resource::ResourceId;
use serde_json::{Value, json};

use super::{WRITTEN, bad_request, stamp};
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// What a container has where nothing is said. Observed.
const CONTAINER: &str = r#"{"indexingPolicy": {"indexingMode": "consistent", "automatic": true, "includedPaths": [{"path": "/*"}], "excludedPaths": []}, "uniqueKeyPolicy": {"uniqueKeys": []}, "conflictResolutionPolicy": {"mode": "LastWriterWins", "conflictResolutionPath": "/_ts", "conflictResolutionProcedure": ""}, "geospatialConfig": {"type": "Geography"}, "computedProperties": []}"#;

/// The path that is never indexed.
const ETAG_PATH: &str = "/\"_etag\"/?";

/// What of a container stays as it was made.
const FIXED: &[&str] = &["partitionKey", "uniqueKeyPolicy", "conflictResolutionPolicy"];

/// The rights that every account knows: to read, and to read and write.
const BUILT_IN: &[&str] =
    &["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"];

/// The resource in the body is called as the one in the path.
pub(super) fn settle_named(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    draft.hidden.insert(WRITTEN.to_owned(), json!(azure.now / 1000));
    let name = draft.name();
    match draft.text("/resource/id") {
        Some(id) if id == name => Ok(()),
        Some(id) => Err(bad_request(format!(
            "The resource name '{name}' in the URL is not the '{id}' of the body."
        ))),
        None => Err(bad_request("The property 'resource.id' is required.")),
    }
}

pub(super) fn settle_database(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    settle_named(azure, draft)?;
    check_throughput(draft, "/properties/options")
}

pub(super) fn settle_container(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    settle_named(azure, draft)?;
    check_throughput(draft, "/properties/options")?;
    let defaults: Value = serde_json::from_str(CONTAINER).unwrap_or_default();
    json::fill(draft.properties(), &json!({"resource": defaults}));
    let resource = &mut draft.properties()["resource"];
    let paths = resource.pointer_mut("/indexingPolicy/excludedPaths").and_then(Value::as_array_mut);
    if let Some(paths) = paths
        && !paths.iter().any(|path| path["path"] == ETAG_PATH)
    {
        paths.push(json!({"path": ETAG_PATH}));
    }
    let is_restored =
        draft.sent.pointer("/properties/resource/createMode") == Some(&json!("Restore"));
    let resource = &draft.body["properties"]["resource"];
    if !is_restored && resource["partitionKey"]["paths"].as_array().is_none_or(Vec::is_empty) {
        return Err(bad_request("The partition key component definition path is missing."));
    }
    let Some(before) = &draft.before else { return Ok(()) };
    let (had, has) =
        (&before.body["properties"]["resource"], &draft.body["properties"]["resource"]);
    match FIXED.iter().find(|name| had[**name] != has[**name]) {
        Some(name) => Err(bad_request(format!("Document collection {name} cannot be changed."))),
        None => Ok(()),
    }
}

/// Throughput is given in steps, by hand or by scale.
fn check_throughput(draft: &Draft, pointer: &str) -> Result<(), Answer> {
    let options = draft.sent.pointer(pointer).cloned().unwrap_or_default();
    let fixed = options["throughput"].as_u64();
    let scaled = options["autoscaleSettings"]["maxThroughput"].as_u64();
    if fixed.is_some() && scaled.is_some() {
        return Err(bad_request("Throughput and autoscale settings cannot be given together."));
    }
    if fixed.is_some_and(|units| units < 400 || units % 100 != 0) {
        return Err(bad_request("Throughput must be at least 400, in steps of 100."));
    }
    if scaled.is_some_and(|units| units < 1000 || units % 1000 != 0) {
        return Err(bad_request("The most throughput must be at least 1000, in steps of 1000."));
    }
    Ok(())
}

/// What is made with throughput of its own has settings for it.
pub(super) fn after(azure: &mut Azure, draft: &Draft) {
    let options = draft.sent.pointer("/properties/options").cloned().unwrap_or_default();
    let fixed = options["throughput"].as_u64();
    let scaled = options["autoscaleSettings"]["maxThroughput"].as_u64();
    if draft.before.is_some() || (fixed.is_none() && scaled.is_none()) {
        return;
    }
    let id = draft.id.child("throughputSettings", "default");
    let mut resource = json!({"throughput": fixed.or(scaled.map(|most| most / 10))});
    if let Some(most) = scaled {
        resource["autoscaleSettings"] = json!({"maxThroughput": most});
    }
    let body = json!({
        "id": id.as_str(),
        "name": "default",
        "type": id.resource_type().as_str(),
        "properties": {"resource": resource},
    });
    azure.hold(id, body);
}

/// Settings are changed where there are some; by hand stays by hand.
pub(super) fn settle_throughput(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    check_throughput(draft, "/properties/resource")?;
    if draft.property("/resource").is_some_and(|resource| !resource.is_object()) {
        return Err(bad_request("The property 'resource' must be an object."));
    }
    let scaled =
        draft.property("/resource/autoscaleSettings/maxThroughput").and_then(Value::as_u64);
    let before = draft.before.as_ref().map(|before| before.body["properties"]["resource"].clone());
    if let (Some(before), false) = (&before, azure.is_unguarded)
        && before["autoscaleSettings"].is_object() != scaled.is_some()
    {
        let text = "Throughput cannot be changed between manual and autoscale here: use \
                    migrateToAutoscale or migrateToManualThroughput.";
        return Err(bad_request(text));
    }
    if let Some(most) = scaled {
        let units = before.and_then(|before| before["throughput"].as_u64()).unwrap_or(most / 10);
        json::fill(draft.properties(), &json!({"resource": {"throughput": units}}));
    }
    Ok(())
}

pub(super) fn view_throughput(azure: &Azure, settings: &Stored, body: &mut Value) {
    // Observed: a name of four letters in place of `default`.
    body["name"] = json!(&azure.uuid(settings.id.key())[..4]);
    let is_scaled = body["properties"]["resource"]["autoscaleSettings"].is_object();
    let least = if is_scaled { "1000" } else { "400" };
    for (name, value) in [
        ("minimumThroughput", least),
        ("instantMaximumThroughput", "10000"),
        ("softAllowedMaximumThroughput", "1000000"),
    ] {
        json::set(body, &format!("/properties/resource/{name}"), json!(value));
    }
}

/// A right is given at a scope of its account, by a definition of it.
pub(super) fn settle_assignment(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let Some(account) = draft.id.parent().filter(|_| !azure.is_unguarded) else { return Ok(()) };
    let scope = draft.text("/scope").unwrap_or_default().to_ascii_lowercase();
    if !scope.starts_with(account.key()) {
        return Err(bad_request(format!("The scope '{scope}' does not lie in the account.")));
    }
    let definition = draft.text("/roleDefinitionId").unwrap_or_default();
    let id = ResourceId::parse(definition).ok();
    let is_known = id.is_some_and(|id| {
        id.parent().is_some_and(|parent| parent == account)
            && (BUILT_IN.contains(&id.name()) || azure.state.get(&id).is_some())
    });
    if is_known {
        Ok(())
    } else {
        Err(bad_request(format!("The role definition '{definition}' does not exist.")))
    }
}

pub(super) fn view_named(azure: &Azure, stored: &Stored, body: &mut Value) {
    stamp(azure, stored, &mut body["properties"]["resource"], "dbs");
}

pub(super) fn view_database(azure: &Azure, database: &Stored, body: &mut Value) {
    let resource = &mut body["properties"]["resource"];
    stamp(azure, database, resource, "dbs");
    resource["_colls"] = json!("colls/");
    resource["_users"] = json!("users/");
}

pub(super) fn view_container(azure: &Azure, container: &Stored, body: &mut Value) {
    let resource = &mut body["properties"]["resource"];
    stamp(azure, container, resource, "dbs/db/colls");
    for name in ["docs", "sprocs", "triggers", "udfs", "conflicts"] {
        resource[format!("_{name}")] = json!(format!("{name}/"));
    }
    resource["statistics"] = json!([{
        "id": "0",
        "sizeInKB": 0,
        "documentCount": 0,
        "sampledDistinctPartitionKeyCount": 0,
        "partitionKeys": [],
    }]);
}
