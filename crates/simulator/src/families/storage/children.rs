//! What lies in a storage account: services, containers, queues, shares, tables, policies.
//!
//! Defaults and answers as observed in recorded traffic.

use serde_json::{Value, json};

use super::{ACCOUNT, VERSIONS, bad_request};
use crate::kind::azure::Azure;
use crate::kind::{Delete, Draft, Kind, Missing, Place, Put};
use crate::store::clock;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

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
    versions: VERSIONS,
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

const CHILD: Kind =
    Kind { place: Place::None, versions: VERSIONS, has_state: false, ..Kind::GENERIC };

/// The types that lie in an account.
pub(crate) const KINDS: &[Kind] = &[
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
        after_delete: |azure, container, _| {
            crate::families::storage::blobs::forget(azure, &container.id);
        },
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
];

/// The services come with their account.
pub(super) fn make_services(azure: &mut Azure, draft: &Draft) {
    for (service, text) in SERVICES {
        let id = draft.id.child(service, "default");
        if azure.state.get(&id).is_some() {
            continue;
        }
        let properties: Value = serde_json::from_str(text).unwrap_or_default();
        let body = json!({"id": id.as_str(), "name": "default", "type": format!("{ACCOUNT}/{service}"), "properties": properties});
        azure.hold(id, body);
    }
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
    check_restore(draft)
}

/// What is kept is kept for days, and going back needs all that it goes back by.
///
/// Source: <https://learn.microsoft.com/azure/storage/blobs/point-in-time-restore-overview>.
fn check_restore(draft: &Draft) -> Result<(), Answer> {
    let is_on = |pointer: &str| draft.property(pointer) == Some(&json!(true));
    let days = |pointer: &str| draft.property(pointer).and_then(Value::as_u64);
    for policy in ["deleteRetentionPolicy", "containerDeleteRetentionPolicy", "restorePolicy"] {
        if is_on(&format!("/{policy}/enabled")) && days(&format!("/{policy}/days")).is_none() {
            let text =
                format!("The property '{policy}.days' is required while the policy is enabled.");
            return Err(bad_request("InvalidRequestPropertyValue", text));
        }
    }
    let can_go_back = is_on("/isVersioningEnabled")
        && is_on("/changeFeed/enabled")
        && is_on("/deleteRetentionPolicy/enabled")
        && days("/restorePolicy/days") < days("/deleteRetentionPolicy/days");
    if is_on("/restorePolicy/enabled") && !can_go_back {
        let text = "Point-in-time restore needs versioning, the change feed and a deleteRetentionPolicy of more days.";
        return Err(bad_request("ConflictFeatureEnabled", text));
    }
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
