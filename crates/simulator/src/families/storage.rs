//! `Microsoft.Storage`: accounts, their services, containers and queues.
//!
//! Redundancy: <https://learn.microsoft.com/azure/storage/common/redundancy-migration>; defaults
//! and answers as observed in recorded traffic.

use resource::ResourceId;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::azure::Azure;
use crate::kind::{Accepted, Delete, Draft, Form, Kind, Missing, Place, Put, Tags};
use crate::operation::{self, Begin, Work};
use crate::request::Request;
use crate::state::Stored;
use crate::{clock, json, regions};

const ACCOUNT: &str = "Microsoft.Storage/storageAccounts";
const SKUS: &[&str] = &[
    "Standard_LRS",
    "Standard_GRS",
    "Standard_RAGRS",
    "Standard_ZRS",
    "Premium_LRS",
    "Premium_ZRS",
    "Standard_GZRS",
    "Standard_RAGZRS",
    "StandardV2_LRS",
    "StandardV2_GRS",
    "StandardV2_ZRS",
    "StandardV2_GZRS",
    "PremiumV2_LRS",
    "PremiumV2_ZRS",
];
const BLOB_SERVICE: &str = r#"{"cors": {"corsRules": []}, "deleteRetentionPolicy": {"allowPermanentDelete": false, "enabled": false}}"#;
const FILE_SERVICE: &str = r#"{"cors": {"corsRules": []}, "shareDeleteRetentionPolicy": {"enabled": true, "days": 7}, "protocolSettings": {"smb": {}}}"#;
const QUEUE_SERVICE: &str = r#"{"logging": {"version": "1.0", "delete": false, "read": false, "write": false, "retentionPolicy": {"enabled": false}}, "cors": {"corsRules": []}}"#;
const TABLE_SERVICE: &str = r#"{"cors": {"corsRules": []}}"#;

/// The services that come with an account, and how each begins.
const SERVICES: &[(&str, &str)] = &[
    ("blobServices", BLOB_SERVICE),
    ("fileServices", FILE_SERVICE),
    ("queueServices", QUEUE_SERVICE),
    ("tableServices", TABLE_SERVICE),
];

const SERVICE: Kind = Kind {
    put: Put::direct(200, 200),
    patch: None,
    delete: Delete::direct(405),
    place: Place::None,
    has_state: false,
    settle: settle_service,
    view: view_service,
    // The direct answer repeats what was sent and adds nothing.
    direct: |_, draft, body| *body = draft.sent.clone(),
    before_delete: |_, _| {
        Err(Answer::error(405, "MethodNotAllowed", "The service cannot be deleted."))
    },
    ..Kind::GENERIC
};

const CHILD: Kind = Kind { place: Place::None, has_state: false, ..Kind::GENERIC };

/// The types of this family.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: ACCOUNT,
        put: Put {
            form_again: Form::Direct,
            body: Accepted::Nothing,
            ..Put::long(202, 200, Form::Location, 17.0, 17)
        },
        delete: Delete::direct(200),
        tags: Tags::Empty,
        words: &[
            ("/sku/name", SKUS),
            ("/kind", &["Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"]),
            ("/properties/accessTier", &["Hot", "Cool", "Premium", "Cold"]),
            ("/properties/networkAcls/defaultAction", &["Allow", "Deny"]),
        ],
        made: &[
            "/keyCreationTime",
            "/primaryEndpoints",
            "/secondaryEndpoints",
            "/primaryLocation",
            "/secondaryLocation",
            "/statusOfPrimary",
            "/statusOfSecondary",
            "/creationTime",
            "/privateEndpointConnections",
            "/geoReplicationStats",
            "/storageAccountSkuConversionStatus",
        ],
        settle,
        after,
        action,
        ..Kind::GENERIC
    },
    Kind { name: "Microsoft.Storage/storageAccounts/blobServices", ..SERVICE },
    Kind { name: "Microsoft.Storage/storageAccounts/fileServices", ..SERVICE },
    Kind { name: "Microsoft.Storage/storageAccounts/queueServices", ..SERVICE },
    Kind { name: "Microsoft.Storage/storageAccounts/tableServices", ..SERVICE },
    Kind {
        name: "Microsoft.Storage/storageAccounts/blobServices/containers",
        put: Put::direct(201, 200),
        delete: Delete::direct(200),
        missing: Missing::Code("ContainerNotFound"),
        defaults: r#"{"properties": {
            "deleted": false, "remainingRetentionDays": 0,
            "defaultEncryptionScope": "$account-encryption-key",
            "denyEncryptionScopeOverride": false, "publicAccess": "None",
            "leaseStatus": "Unlocked", "leaseState": "Available",
            "legalHold": {"hasLegalHold": false, "tags": []},
            "hasImmutabilityPolicy": false, "hasLegalHold": false
        }}"#,
        words: &[("/properties/publicAccess", &["Container", "Blob", "None"])],
        settle: settle_container,
        view: |_, stored, body| {
            body["etag"] = json!(format!("\"0x{:015X}\"", stored.version));
            body["properties"]["lastModifiedTime"] = json!(clock::text(stored.created));
        },
        direct: |_, draft, body| {
            let mut answer = json!({"id": body["id"], "name": body["name"], "type": body["type"]});
            if draft.sent["properties"].as_object().is_some_and(|sent| !sent.is_empty()) {
                answer["properties"] = draft.sent["properties"].clone();
            }
            *body = answer;
        },
        ..CHILD
    },
    Kind {
        name: "Microsoft.Storage/storageAccounts/queueServices/queues",
        put: Put::direct(200, 200),
        delete: Delete::direct(204),
        is_paged: false,
        missing: Missing::Code("QueueNotFound"),
        defaults: r#"{"properties": {"metadata": {}}}"#,
        settle: settle_queue,
        view: |_, _, body| body["properties"]["approximateMessageCount"] = json!(0),
        direct: |_, _, body| json::remove(body, "/properties/approximateMessageCount"),
        ..CHILD
    },
    Kind {
        name: "Microsoft.Storage/storageAccounts/fileServices/shares",
        defaults: r#"{"properties": {"shareQuota": 5120, "accessTier": "TransactionOptimized", "enabledProtocols": "SMB", "leaseStatus": "unlocked", "leaseState": "available", "signedIdentifiers": []}}"#,
        missing: Missing::Code("ShareNotFound"),
        view: |azure, stored, body| {
            body["etag"] = json!(format!("\"0x{:X}\"", stored.version));
            body["properties"]["lastModifiedTime"] = json!(clock::text(stored.created));
            let _ = azure;
        },
        ..CHILD
    },
    Kind {
        name: "Microsoft.Storage/storageAccounts/tableServices/tables",
        defaults: r#"{"properties": {"signedIdentifiers": []}}"#,
        view: |_, stored, body| body["properties"]["tableName"] = json!(stored.id.name()),
        put: Put::direct(200, 200),
        delete: Delete::direct(204),
        ..CHILD
    },
    Kind {
        name: "Microsoft.Storage/storageAccounts/managementPolicies",
        put: Put::direct(200, 200),
        missing: Missing::Code("ManagementPolicyNotFound"),
        view: |_, stored, body| {
            body["name"] = json!("DefaultManagementPolicy");
            body["properties"]["lastModifiedTime"] = json!(clock::text(stored.created));
        },
        ..CHILD
    },
    Kind {
        name: "Microsoft.Storage/storageAccounts/accountMigrations",
        view: view_migration,
        ended: |azure, migration| {
            let sku = migration.text("/targetSkuName").unwrap_or_default().to_owned();
            let Some(id) = migration.id.parent() else { return };
            let replicas = replicas(azure, &id, &sku);
            if let Some(account) = azure.state.get_mut(&id) {
                account.body["sku"] = json!({"name": sku, "tier": tier(&sku)});
                json::merge(&mut account.body["properties"], &replicas);
            }
        },
        ..CHILD
    },
];

fn tier(sku: &str) -> &'static str {
    if sku.starts_with("Premium") { "Premium" } else { "Standard" }
}

fn bad_request(code: &str, text: impl Into<String>) -> Answer {
    Answer::error(400, code, text)
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    check_name(azure, draft)?;
    let sku = draft.body["sku"]["name"].as_str().unwrap_or_default().to_owned();
    if !SKUS.contains(&sku.as_str()) {
        return Err(bad_request(
            "InvalidValuesForRequestParameters",
            "Values for request parameters are invalid: sku.",
        ));
    }
    check_conversion(draft, &sku)?;
    check_immutable(draft)?;
    if draft.body["kind"].is_null() {
        draft.body["kind"] = json!("StorageV2");
    }
    let name = draft.name();
    let location = draft.body["location"].as_str().unwrap_or_default().to_owned();
    let region = regions::find(&location);
    let wants_zones = sku.contains("ZRS");
    if wants_zones && region.is_some_and(|region| !region.zones) {
        let text = format!("The redundancy '{sku}' is not available in '{location}'.");
        return Err(bad_request("SkuNotAvailable", text));
    }
    draft.body["sku"] = json!({"name": sku, "tier": tier(&sku)});
    let now = clock::text(azure.now);
    let before_2019 = draft.api_version.as_str() < "2019-06-01";
    let is_blob = draft.body["kind"] != "Storage";
    let replicas = replicas_of(&name, &location, &sku);
    let properties = draft.properties();
    for gone in ["secondaryEndpoints", "secondaryLocation", "statusOfSecondary"] {
        json::remove(properties, &format!("/{gone}"));
    }
    json::fill(
        properties,
        &json!({
            "keyCreationTime": {"key1": now, "key2": now},
            "creationTime": now,
            "allowCrossTenantReplication": false,
            "privateEndpointConnections": [],
            "minimumTlsVersion": "TLS1_0",
            "allowBlobPublicAccess": false,
            "supportsHttpsTrafficOnly": !before_2019,
            "networkAcls": {"ipv6Rules": [], "bypass": "AzureServices", "virtualNetworkRules": [], "ipRules": [], "defaultAction": "Allow"},
            "encryption": {
                "services": {
                    "file": {"keyType": "Account", "enabled": true, "lastEnabledTime": now},
                    "blob": {"keyType": "Account", "enabled": true, "lastEnabledTime": now},
                },
                "keySource": "Microsoft.Storage",
            },
            "primaryEndpoints": endpoints(&name),
            "primaryLocation": location,
            "statusOfPrimary": "available",
        }),
    );
    if is_blob {
        json::fill(properties, &json!({"accessTier": "Hot"}));
    }
    json::merge(properties, &replicas);
    Ok(())
}

fn check_name(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    let name = draft.id.name();
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !is_plain || !(3..=24).contains(&name.len()) {
        let text = format!(
            "{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only."
        );
        return Err(bad_request("AccountNameInvalid", text));
    }
    if is_taken(azure, name, Some(&draft.id)) {
        let text = format!("The storage account named {name} is already taken.");
        return Err(Answer::error(409, "StorageAccountAlreadyTaken", text));
    }
    Ok(())
}

fn is_taken(azure: &Azure, name: &str, by: Option<&ResourceId>) -> bool {
    let mut accounts = azure.state.of_type(ACCOUNT);
    accounts.any(|account| Some(&account.id) != by && account.id.name().eq_ignore_ascii_case(name))
}

/// In place a conversion crosses no zones; that takes a migration of its own.
fn check_conversion(draft: &Draft, sku: &str) -> Result<(), Answer> {
    let before = draft.before.as_ref().and_then(|before| before.body["sku"]["name"].as_str());
    let Some(before) = before.filter(|before| *before != sku) else { return Ok(()) };
    let zones = |sku: &str| sku.contains("ZRS");
    let line = |sku: &str| sku.split('_').next().unwrap_or_default().to_owned();
    if zones(before) == zones(sku) && line(before) == line(sku) {
        return Ok(());
    }
    let text = format!(
        "Storage account sku cannot be updated from '{before}' to '{sku}'. Use the account migration instead."
    );
    Err(bad_request("InvalidRequestPropertyValue", text))
}

fn check_immutable(draft: &Draft) -> Result<(), Answer> {
    let Some(before) = &draft.before else { return Ok(()) };
    for name in ["isHnsEnabled", "isNfsV3Enabled", "dnsEndpointType"] {
        let old = before.property(&format!("/{name}")).cloned().unwrap_or(json!(false));
        let new = draft.sent["properties"].get(name).cloned().unwrap_or_else(|| old.clone());
        if old != new && !(new.is_null()) {
            let text = format!(
                "The property '{name}' was specified in the input, but it cannot be updated."
            );
            return Err(bad_request("AccountPropertyCannotBeUpdated", text));
        }
    }
    Ok(())
}

fn endpoints(name: &str) -> Value {
    json!({
        "dfs": format!("https://{name}.dfs.core.windows.net/"),
        "web": format!("https://{name}.z6.web.core.windows.net/"),
        "blob": format!("https://{name}.blob.core.windows.net/"),
        "queue": format!("https://{name}.queue.core.windows.net/"),
        "table": format!("https://{name}.table.core.windows.net/"),
        "file": format!("https://{name}.file.core.windows.net/"),
    })
}

fn replicas(azure: &Azure, account: &ResourceId, sku: &str) -> Value {
    replicas_of(account.name(), &azure.location_of(account), sku)
}

/// Returns what an account with copies in another region says of them.
fn replicas_of(name: &str, location: &str, sku: &str) -> Value {
    let pair = regions::find(location).map(|region| region.pair).unwrap_or_default();
    let is_geo = ["GRS", "GZRS"].iter().any(|word| sku.contains(word));
    if !is_geo || pair.is_empty() {
        return json!({"secondaryLocation": null, "statusOfSecondary": null, "secondaryEndpoints": null});
    }
    let mut said = json!({"secondaryLocation": pair, "statusOfSecondary": "available"});
    if sku.contains("_RA") {
        let mut second = endpoints(&format!("{name}-secondary"));
        json::remove(&mut second, "/file");
        said["secondaryEndpoints"] = second;
    }
    said
}

/// The services come with their account.
fn after(azure: &mut Azure, draft: &Draft) {
    for (service, text) in SERVICES {
        let id = draft.id.child(service, "default");
        if azure.state.get(&id).is_some() {
            continue;
        }
        let properties: Value = serde_json::from_str(text).unwrap_or_default();
        let body = json!({"id": id.as_str(), "name": "default", "type": format!("{ACCOUNT}/{service}"), "properties": properties});
        insert(azure, id, body);
    }
}

fn insert(azure: &mut Azure, id: ResourceId, body: Value) {
    let version = azure.state.next_version();
    let created = azure.now;
    azure.state.insert(Stored {
        id,
        body,
        hidden: serde_json::Map::new(),
        version,
        created,
        operation: None,
        stale_reads: 0,
        stale_body: None,
    });
}

fn settle_service(_: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if !draft.id.name().eq_ignore_ascii_case("default") {
        return Err(bad_request(
            "InvalidResourceName",
            "The name of the service must be 'default'.",
        ));
    }
    let kind = draft.id.resource_type();
    let known = SERVICES.iter().find(|(name, _)| kind.last().eq_ignore_ascii_case(name));
    let defaults = known.and_then(|(_, text)| serde_json::from_str::<Value>(text).ok());
    // What a PUT does not speak of stays as it is.
    let before = draft.before.as_ref().map(|before| before.body["properties"].clone());
    let properties = draft.properties();
    for (name, value) in before.iter().filter_map(Value::as_object).flatten() {
        if properties.get(name).is_none() {
            properties[name] = value.clone();
        }
    }
    json::fill(properties, &defaults.unwrap_or_default());
    Ok(())
}

fn view_service(azure: &Azure, stored: &Stored, body: &mut Value) {
    let account = stored.id.parent().and_then(|account| azure.state.get(&account));
    if let Some(account) = account
        && stored.kind().last().to_ascii_lowercase().starts_with(['b', 'f'])
    {
        body["sku"] = account.body["sku"].clone();
    }
}

fn settle_container(_: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    check_label(draft.id.name(), "ContainerNameInvalid")
}

fn settle_queue(_: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    check_label(draft.id.name(), "InvalidResourceName")
}

fn check_label(name: &str, code: &str) -> Result<(), Answer> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_special = ["$web", "$root", "$logs"].contains(&name);
    let is_good = (3..=63).contains(&name.len())
        && name.chars().all(is_plain)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--");
    if is_good || is_special {
        return Ok(());
    }
    Err(bad_request(
        code,
        format!(
            "The specified resource name '{name}' contains invalid characters or has a wrong length."
        ),
    ))
}

fn action(azure: &mut Azure, request: &Request, account: &Stored, action: &str) -> Option<Answer> {
    match action.to_ascii_lowercase().as_str() {
        "listkeys" => Some(keys(azure, account)),
        "startaccountmigration" => Some(start_migration(azure, request, account)),
        _ => None,
    }
}

fn keys(azure: &Azure, account: &Stored) -> Answer {
    let key = |name: &str| {
        let value = format!("{}{}", azure.uuid(&format!("{name}{}", account.id.key())), "==");
        json!({"creationTime": clock::text(account.created), "keyName": name, "value": value.replace('-', "A"), "permissions": "FULL"})
    };
    Answer::json(200, json!({"keys": [key("key1"), key("key2")]}))
}

fn start_migration(azure: &mut Azure, request: &Request, account: &Stored) -> Answer {
    let sent = match request.json() {
        Ok(sent) => sent,
        Err(refusal) => return refusal,
    };
    let target =
        sent.pointer("/properties/targetSkuName").and_then(Value::as_str).unwrap_or_default();
    let current = account.body["sku"]["name"].as_str().unwrap_or_default();
    let stem = |sku: &str| sku.replace("ZRS", "RS").replace("LRS", "RS");
    let is_crossing = target.contains("ZRS") != current.contains("ZRS");
    if !SKUS.contains(&target) || !is_crossing || stem(target) != stem(current) {
        let text = format!("The account cannot be migrated from '{current}' to '{target}'.");
        return bad_request("InvalidAccountMigration", text);
    }
    let id = account.id.child("accountMigrations", "default");
    if azure.state.get(&id).is_some_and(|running| running.operation.is_some()) {
        return Answer::error(
            409,
            "AccountMigrationInProgress",
            "A migration of the account is in progress.",
        );
    }
    let body = json!({
        "id": id.as_str(), "name": "default", "type": format!("{ACCOUNT}/accountMigrations"),
        "properties": {"targetSkuName": target, "migrationFailedReason": null, "migrationFailedDetailedReason": null},
    });
    insert(azure, id.clone(), body);
    let version = request.api_version().unwrap_or_default();
    // Days in Azure; an hour is long enough to be seen here.
    let begin = Begin {
        resource: &id,
        work: Work::Action,
        word: "InProgress",
        secs: 3600.0,
        retry_after: 17,
        api_version: version,
    };
    let name = operation::begin(azure, &begin);
    operation::follow(azure, Answer::empty(202), &name, Form::Location)
}

fn view_migration(azure: &Azure, stored: &Stored, body: &mut Value) {
    let running = stored.operation.as_ref().and_then(|name| azure.state.operations.get(name));
    let status = match running {
        None => "Complete",
        Some(operation) if azure.now < operation.began + (operation.ends - operation.began) / 4 => {
            "SubmittedForConversion"
        }
        Some(_) => "InProgress",
    };
    body["properties"]["migrationStatus"] = json!(status);
}

/// Answers `checkNameAvailability`.
pub(crate) fn check_availability(azure: &Azure, request: &Request) -> Result<Answer, Answer> {
    let sent = request.json()?;
    let name = sent["name"].as_str().unwrap_or_default();
    if is_taken(azure, name, None) {
        let message = format!("The storage account named {name} is already taken.");
        return Ok(Answer::json(
            200,
            json!({"nameAvailable": false, "reason": "AlreadyExists", "message": message}),
        ));
    }
    Ok(Answer::json(200, json!({"nameAvailable": true})))
}
