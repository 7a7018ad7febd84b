//! An account, and the regions that it is in.

use serde_json::{Value, json};

use super::{bad_request, is_taken};
use crate::kind::azure::Azure;
use crate::kind::{Draft, Put};
use crate::store::state::Stored;
use crate::store::{clock, regions};
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// What an account has where nothing is said. Observed.
pub(super) const DEFAULTS: &str = r#"{"kind": "GlobalDocumentDB", "identity": {"type": "None"}, "properties": {"publicNetworkAccess": "Enabled", "enableAutomaticFailover": false, "enableMultipleWriteLocations": false, "enablePartitionKeyMonitor": false, "isVirtualNetworkFilterEnabled": false, "virtualNetworkRules": [], "disableKeyBasedMetadataWriteAccess": false, "enableFreeTier": false, "enableAnalyticalStorage": false, "databaseAccountOfferType": "Standard", "capacityMode": "Provisioned", "enableFullFidelityChangeFeed": false, "defaultIdentity": "FirstPartyIdentity", "networkAclBypass": "None", "disableLocalAuth": false, "enablePartitionMerge": false, "enablePerRegionPerPartitionAutoscale": false, "enableBurstCapacity": false, "enablePriorityBasedExecution": false, "defaultPriorityLevel": "High", "minMaxThresholdsForPriorityBasedExecution": {"minPercentForLowPriorityRequests": 0, "maxPercentForLowPriorityRequests": 100, "minPercentForHighPriorityRequests": 0, "maxPercentForHighPriorityRequests": 100}, "minimalTlsVersion": "Tls12", "consistencyPolicy": {"defaultConsistencyLevel": "Session"}, "configurationOverrides": {"EnablePerRegionPerPartitionAutoscaleOptIn": "True"}, "cors": [], "capabilities": [], "ipRules": [], "backupPolicy": {"type": "Periodic"}, "networkAclBypassResourceIds": [], "diagnosticLogSettings": {"enableFullTextQuery": "None"}}}"#;

/// Properties that are given at creation and stay.
const FIXED: &[&str] = &["enableFreeTier", "createMode", "keyVaultKeyUri"];

/// How long it takes to add a region, in seconds.
const REGION_SECS: f64 = 1200.0;

/// One region of an account as it is asked for.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    name: String,
    priority: u64,
    zones: bool,
}

/// Reads the regions of an account's body; without a priority they count in order.
fn places(body: &Value) -> Vec<Place> {
    let listed = body["properties"]["locations"].as_array();
    let place = |(at, value): (usize, &Value)| Place {
        name: regions::short(value["locationName"].as_str().unwrap_or_default()),
        priority: value["failoverPriority"].as_u64().unwrap_or(at as u64),
        zones: value["isZoneRedundant"].as_bool().unwrap_or(false),
    };
    let mut found: Vec<Place> = listed.into_iter().flatten().enumerate().map(place).collect();
    found.sort_by_key(|place| place.priority);
    found
}

/// A change of the regions takes as long as they do.
pub(super) fn style(draft: &Draft, put: Put) -> Put {
    let before = draft.before.as_ref().map(|before| places(&before.body));
    match before {
        Some(before) if before.len() < places(&draft.body).len() => {
            Put { secs: REGION_SECS, ..put }
        }
        _ => put,
    }
}

/// Checks an account and fills in what the service adds.
pub(super) fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if !azure.is_unguarded {
        check_name(azure, draft)?;
        check_idle(draft)?;
        check_places(draft)?;
        check_policies(draft)?;
    }
    fill(draft);
    if azure.is_unguarded { Ok(()) } else { check_change(draft) }
}

/// Fills in what follows from the rest.
fn fill(draft: &mut Draft) {
    let properties = draft.properties();
    let level = properties["consistencyPolicy"]["defaultConsistencyLevel"].as_str();
    let staleness = match level {
        Some("BoundedStaleness") => {
            json!({"maxIntervalInSeconds": 86400, "maxStalenessPrefix": 1_000_000})
        }
        _ => json!({"maxIntervalInSeconds": 5, "maxStalenessPrefix": 100}),
    };
    json::fill(properties, &json!({"consistencyPolicy": staleness}));
    let backup = match properties["backupPolicy"]["type"].as_str() {
        Some("Continuous") => json!({"continuousModeProperties": {"tier": "Continuous30Days"}}),
        _ => json!({"periodicModeProperties": {
            "backupIntervalInMinutes": 240,
            "backupRetentionIntervalInHours": 8,
            "backupStorageRedundancy": "Geo",
        }}),
    };
    json::fill(properties, &json!({"backupPolicy": backup}));
    json::remove(properties, "/apiProperties");
    let sent = draft.sent.pointer("/properties/apiProperties").cloned().unwrap_or_default();
    if sent.as_object().is_some_and(|sent| !sent.is_empty()) {
        draft.properties()["apiProperties"] = sent;
    }
    let is_mongo = draft.body["kind"] == "MongoDB";
    let schema = if is_mongo { "FullFidelity" } else { "WellDefined" };
    if is_mongo {
        json::set(draft.properties(), "/configurationOverrides/EnableBsonSchema", json!("True"));
    }
    json::fill(
        draft.properties(),
        &json!({"analyticalStorageConfiguration": {"schemaType": schema}}),
    );
}

/// A name is in lower case and belongs to one account of the cloud.
fn check_name(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    let name = draft.name();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_good = (3..=50).contains(&name.len())
        && name.chars().all(is_plain)
        && !name.starts_with('-')
        && !name.ends_with('-');
    if !is_good {
        return Err(bad_request(format!(
            "DatabaseAccount name '{name}' is invalid. Ensure to provide a unique non-empty string \
             less than '50' characters. The value must consist of only lower case letters, numbers \
             and '-' characters."
        )));
    }
    if draft.before.is_none() && is_taken(azure, &name) {
        let text =
            format!("Database account creation failed. Account with name {name} already exists.");
        return Err(Answer::error(409, "Conflict", text));
    }
    Ok(())
}

/// An account takes one change at a time.
fn check_idle(draft: &Draft) -> Result<(), Answer> {
    let state = draft.before.as_ref().and_then(|before| before.text("/provisioningState"));
    match state {
        Some("Succeeded" | "Failed" | "Canceled") | None => Ok(()),
        Some(_) => {
            let text = format!(
                "There is already an operation in progress which requires exclusive lock on this \
                 service {}. Please retry the operation after sometime.",
                draft.name()
            );
            Err(Answer::error(412, "PreconditionFailed", text))
        }
    }
}

/// The regions are known, each is there once, and their priorities count from 0.
fn check_places(draft: &Draft) -> Result<(), Answer> {
    let places = places(&draft.body);
    if places.is_empty() {
        return Err(bad_request("At least one location must be specified for a database account."));
    }
    for (at, place) in places.iter().enumerate() {
        if regions::find(&place.name).is_none() {
            return Err(bad_request(format!("The location '{}' is not available.", place.name)));
        }
        if places[..at].iter().any(|other| other.name == place.name) {
            return Err(bad_request(format!("The location '{}' is given twice.", place.name)));
        }
        if place.priority != at as u64 {
            let text = "Failover priorities must be unique and count from 0 without a gap.";
            return Err(bad_request(text));
        }
    }
    let capabilities = draft.property("/capabilities").and_then(Value::as_array);
    let is_serverless =
        capabilities.into_iter().flatten().any(|one| one["name"] == "EnableServerless");
    if is_serverless && places.len() > 1 {
        return Err(bad_request("A serverless account can only be in one region."));
    }
    Ok(())
}

/// What the levels of consistency allow.
fn check_policies(draft: &Draft) -> Result<(), Answer> {
    let level = draft.text("/consistencyPolicy/defaultConsistencyLevel").unwrap_or_default();
    let is_multi_write = draft.property("/enableMultipleWriteLocations") == Some(&json!(true));
    if level == "Strong" && is_multi_write {
        let text =
            "Strong consistency is not supported for accounts with multiple write locations.";
        return Err(bad_request(text));
    }
    if level == "BoundedStaleness" {
        let is_single = places(&draft.body).len() < 2;
        let (least_prefix, least_interval) = if is_single { (10, 5) } else { (100_000, 300) };
        let number = |name: &str| draft.property(&format!("/consistencyPolicy/{name}"));
        let is_low = |value: Option<&Value>, least: u64| {
            value.and_then(Value::as_u64).is_some_and(|value| value < least)
        };
        if is_low(number("maxStalenessPrefix"), least_prefix)
            || is_low(number("maxIntervalInSeconds"), least_interval)
        {
            return Err(bad_request(format!(
                "Bounded staleness of this account needs a prefix of at least {least_prefix} and \
                 an interval of at least {least_interval} seconds."
            )));
        }
    }
    Ok(())
}

/// What can change at all, and what can only change by itself.
fn check_change(draft: &Draft) -> Result<(), Answer> {
    let Some(before) = &draft.before else { return Ok(()) };
    let had = &before.body["properties"];
    let has = &draft.body["properties"];
    let moved = |name: &str| !has[name].is_null() && !had[name].is_null() && has[name] != had[name];
    if draft.body["kind"] != before.body["kind"] {
        return Err(bad_request("The kind of a database account cannot be changed."));
    }
    if let Some(name) = FIXED.iter().find(|name| moved(name)) {
        return Err(bad_request(format!("The property '{name}' cannot be changed.")));
    }
    if had["enableAnalyticalStorage"] == true && has["enableAnalyticalStorage"] == false {
        return Err(bad_request("Analytical storage cannot be switched off."));
    }
    let is_continuous = |body: &Value| body["backupPolicy"]["type"] == "Continuous";
    if is_continuous(had) && !is_continuous(has) {
        return Err(bad_request("Continuous backup cannot be changed to periodic backup."));
    }
    let (old, new) = (places(&before.body), places(&draft.body));
    if old == new {
        let both = moved("enableMultipleWriteLocations") && moved("consistencyPolicy");
        return if both {
            Err(bad_request(
                "Multiple write locations cannot be changed together with other properties.",
            ))
        } else {
            Ok(())
        };
    }
    check_regions(&old, &new, has["enableMultipleWriteLocations"] == true)?;
    let others = [
        "enableMultipleWriteLocations",
        "consistencyPolicy",
        "backupPolicy",
        "publicNetworkAccess",
        "ipRules",
        "disableLocalAuth",
        "minimalTlsVersion",
        "enableAutomaticFailover",
    ];
    match others.iter().find(|name| moved(name)) {
        Some(name) => Err(bad_request(format!(
            "Locations cannot be added or removed together with a change of '{name}'."
        ))),
        None => Ok(()),
    }
}

fn check_regions(old: &[Place], new: &[Place], is_multi_write: bool) -> Result<(), Answer> {
    let (Some(first), Some(now)) = (old.first(), new.first()) else { return Ok(()) };
    let stays = new.iter().any(|place| place.name == first.name);
    if !stays && !is_multi_write {
        return Err(bad_request(format!(
            "The write region '{}' cannot be removed: fail over to another region first.",
            first.name
        )));
    }
    if stays && now.name != first.name {
        return Err(bad_request(
            "The region of priority 0 can only be changed by failoverPriorityChange.",
        ));
    }
    for place in new {
        let before = old.iter().find(|before| before.name == place.name);
        if before.is_some_and(|before| before.zones != place.zones) {
            return Err(bad_request(format!(
                "Zone redundancy of the region '{}' cannot be changed: remove it and add it again.",
                place.name
            )));
        }
    }
    let added = new.iter().any(|place| old.iter().all(|before| before.name != place.name));
    let removed = old.iter().any(|place| new.iter().all(|after| after.name != place.name));
    if added && removed {
        return Err(bad_request("Locations cannot be added and removed in one request."));
    }
    Ok(())
}

/// Adds the endpoints, the regions by what they do, and when the keys were made.
pub(super) fn view(azure: &Azure, account: &Stored, body: &mut Value) {
    let name = account.id.name().to_lowercase();
    let is_multi_write = body["properties"]["enableMultipleWriteLocations"] == true;
    let state = account.text("/provisioningState").unwrap_or("Succeeded").to_owned();
    let rows: Vec<Value> = places(&account.body)
        .iter()
        .map(|place| {
            json!({
                "id": format!("{name}-{}", place.name),
                "locationName": regions::display(&place.name),
                "documentEndpoint": format!("https://{name}-{}.documents.azure.com:443/", place.name),
                "provisioningState": state,
                "failoverPriority": place.priority,
                "isZoneRedundant": place.zones,
            })
        })
        .collect();
    let policies: Vec<Value> = rows
        .iter()
        .map(|row| json!({"id": row["id"], "locationName": row["locationName"], "failoverPriority": row["failoverPriority"]}))
        .collect();
    let writers =
        if is_multi_write { rows.clone() } else { rows.iter().take(1).cloned().collect() };
    let made = clock::text(account.created);
    let key = json!({"generationTime": made});
    let apis = view_apis(&name, body);
    let properties = &mut body["properties"];
    let endpoint = format!("https://{name}.documents.azure.com:443/");
    properties["documentEndpoint"] = json!(endpoint);
    properties["sqlEndpoint"] = json!(endpoint);
    properties["EnabledApiTypes"] = json!(apis.join(", "));
    properties["instanceId"] = json!(azure.uuid(&format!("instance/{}", account.id.key())));
    properties["writeLocations"] = json!(writers);
    properties["readLocations"] = json!(rows);
    properties["locations"] = json!(rows);
    properties["failoverPolicies"] = json!(policies);
    properties["keysMetadata"] = json!({
        "primaryMasterKey": key, "secondaryMasterKey": key,
        "primaryReadonlyMasterKey": key, "secondaryReadonlyMasterKey": key,
    });
    body["systemData"] = json!({"createdAt": made});
}

/// Adds the endpoints of the languages that an account speaks, and returns these.
fn view_apis(name: &str, body: &mut Value) -> Vec<&'static str> {
    let kind = body["kind"].clone();
    let capabilities = body["properties"]["capabilities"].clone();
    let has =
        |name: &str| capabilities.as_array().into_iter().flatten().any(|one| one["name"] == name);
    let mut apis: Vec<&str> = vec![];
    let properties = &mut body["properties"];
    if kind == "MongoDB" {
        apis.push("MongoDB");
        properties["mongoEndpoint"] = json!(format!("https://{name}.mongo.cosmos.azure.com:443/"));
    } else {
        for (capability, api, host) in [
            ("EnableGremlin", "Gremlin", "gremlin"),
            ("EnableTable", "Table", "table"),
            ("EnableCassandra", "Cassandra", "cassandra"),
        ] {
            if has(capability) {
                apis.push(api);
                let endpoint = format!("https://{name}.{host}.cosmos.azure.com:443/");
                properties[format!("{host}Endpoint")] = json!(endpoint);
            }
        }
        apis.push("Sql");
    }
    apis
}

/// Lists keys and connection strings, and changes the order of the regions.
pub(super) fn action(
    azure: &mut Azure,
    request: &Request,
    account: &Stored,
    action: &str,
) -> Option<Answer> {
    match action.to_ascii_lowercase().as_str() {
        "listkeys" => Some(Answer::json(200, keys(azure, account, true))),
        "readonlykeys" => Some(Answer::json(200, keys(azure, account, false))),
        "listconnectionstrings" => Some(Answer::json(200, connection_strings(azure, account))),
        "failoverprioritychange" => Some(fail_over(azure, request, account)),
        _ => None,
    }
}

fn keys(azure: &Azure, account: &Stored, all: bool) -> Value {
    let key = |name: &str| azure.key_of(account, name);
    let mut keys = json!({
        "primaryReadonlyMasterKey": key("primaryReadonly"),
        "secondaryReadonlyMasterKey": key("secondaryReadonly"),
    });
    if all {
        keys["primaryMasterKey"] = json!(key("primary"));
        keys["secondaryMasterKey"] = json!(key("secondary"));
    }
    keys
}

fn connection_strings(azure: &Azure, account: &Stored) -> Value {
    let endpoint = format!("https://{}.documents.azure.com:443/", account.id.name().to_lowercase());
    let row = |(key, description, kind): &(&str, &str, &str)| {
        json!({
            "connectionString":
                format!("AccountEndpoint={endpoint};AccountKey={};", azure.key_of(account, key)),
            "description": description,
            "keyKind": kind,
            "type": "Sql",
        })
    };
    let rows: Vec<Value> = [
        ("primary", "Primary SQL Connection String", "Primary"),
        ("secondary", "Secondary SQL Connection String", "Secondary"),
        ("primaryReadonly", "Primary Read-Only SQL Connection String", "PrimaryReadonly"),
        ("secondaryReadonly", "Secondary Read-Only SQL Connection String", "SecondaryReadonly"),
    ]
    .iter()
    .map(row)
    .collect();
    json!({"connectionStrings": rows})
}

/// Gives the regions other priorities; the first is where is written from then on.
fn fail_over(azure: &mut Azure, request: &Request, account: &Stored) -> Answer {
    let sent = match request.json() {
        Ok(sent) => sent,
        Err(refusal) => return refusal,
    };
    let wanted = json!({"properties": {"locations": sent["failoverPolicies"]}});
    let (mut wanted, had) = (places(&wanted), places(&account.body));
    let is_whole = wanted.len() == had.len()
        && wanted.iter().enumerate().all(|(at, place)| place.priority == at as u64)
        && wanted.iter().all(|place| had.iter().any(|had| had.name == place.name));
    if !is_whole {
        return bad_request("The failover policies must name each region of the account once.");
    }
    for place in &mut wanted {
        place.zones = had.iter().any(|had| had.name == place.name && had.zones);
    }
    let rows: Vec<Value> = wanted
        .iter()
        .map(|place| json!({"locationName": place.name, "failoverPriority": place.priority, "isZoneRedundant": place.zones}))
        .collect();
    let version = azure.state.next_version();
    if let Some(stored) = azure.state.get_mut(&account.id) {
        json::set(&mut stored.body, "/properties/locations", json!(rows));
        stored.version = version;
    }
    azure.touched();
    Answer::empty(204)
}
