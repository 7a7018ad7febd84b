//! `Microsoft.Storage`: accounts. What lies in them is in the modules below.
//!
//! Redundancy: <https://learn.microsoft.com/azure/storage/common/redundancy-migration>; defaults
//! and answers as observed in recorded traffic.

pub(crate) mod blobs;
pub(crate) mod children;
mod hosts;
pub(crate) mod migration;

use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::family::Family;
use crate::kind::family::{self, Polling};
use crate::kind::shapes::Shapes;
use crate::kind::{Accepted, Delete, Draft, Form, Kind, Lies, Put, Tags};
use crate::store::state::Stored;
use crate::store::{clock, regions};
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// The type of accounts.
pub(crate) const ACCOUNT: &str = "Microsoft.Storage/storageAccounts";
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

/// The API versions of the provider.
const VERSIONS: &[&str] = &[
    "2015-05-01-preview",
    "2015-06-15",
    "2016-01-01",
    "2016-05-01",
    "2016-12-01",
    "2017-06-01",
    "2017-10-01",
    "2018-02-01",
    "2018-03-01-preview",
    "2018-07-01",
    "2018-11-01",
    "2019-04-01",
    "2019-06-01",
    "2020-08-01-preview",
    "2021-01-01",
    "2021-02-01",
    "2021-04-01",
    "2021-05-01",
    "2021-06-01",
    "2021-08-01",
    "2021-09-01",
    "2022-05-01",
    "2022-09-01",
    "2023-01-01",
    "2023-04-01",
    "2023-05-01",
    "2024-01-01",
    "2025-01-01",
    "2025-06-01",
    "2025-08-01",
];

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of Storage.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS, children::KINDS, migration::KINDS],
    shapes: Some(&SHAPES),
    polling: Polling {
        paths: |polled| polled.pair(&polled.regional(), "asyncoperations", "asyncoperations"),
        query: "monitor=true&",
        ..Polling::GENERAL
    },
    tags: family::Tags { name: 128, ..family::Tags::GENERAL },
    asks: &[("/microsoft.storage/checknameavailability", |azure, request| {
        check_availability(azure, request)
    })],
    plane: blobs::answer,
    host: hosts::of,
    ..Family::new("Microsoft.Storage/")
};

/// The types of this family.
const KINDS: &[Kind] = &[Kind {
    name: ACCOUNT,
    put: Put {
        form_again: Form::Direct,
        body: Accepted::Nothing,
        ..Put::long(202, 200, Form::Location, 17.0, 17)
    },
    delete: Delete::direct(200),
    lies: Lies::Region,
    versions: VERSIONS,
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
    after: children::make_services,
    action,
    ..Kind::GENERIC
}];

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
    if !azure.is_unguarded {
        check_kind(draft)?;
        check_ranges(draft)?;
    }
    if draft.body["kind"].is_null() {
        draft.body["kind"] = json!("StorageV2");
    }
    let location = draft.body["location"].as_str().unwrap_or_default().to_owned();
    let region = regions::find(&location);
    let wants_zones = sku.contains("ZRS");
    if wants_zones && region.is_some_and(|region| !region.zones) {
        let text = format!("The redundancy '{sku}' is not available in '{location}'.");
        return Err(bad_request("SkuNotAvailable", text));
    }
    draft.body["sku"] = json!({"name": sku, "tier": tier(&sku)});
    fill(azure, draft, &sku, &location);
    Ok(())
}

/// Adds what the service says of every account.
fn fill(azure: &Azure, draft: &mut Draft, sku: &str, location: &str) {
    let name = draft.name();
    let now = clock::text(azure.now);
    let before_2019 = draft.api_version.as_str() < "2019-06-01";
    let is_blob = draft.body["kind"] != "Storage";
    let replicas = replicas_of(&name, location, sku);
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

/// An account grows into a general one of version 2 and into no other kind; tiers need that.
fn check_kind(draft: &Draft) -> Result<(), Answer> {
    let kind = draft.body["kind"].as_str().unwrap_or("StorageV2");
    let before = draft.before.as_ref().and_then(|before| before.body["kind"].as_str());
    let grows = |before: &str| ["Storage", "BlobStorage"].contains(&before) && kind == "StorageV2";
    if before.is_some_and(|before| before != kind && !grows(before)) {
        let text = format!("The kind of the account cannot be changed to '{kind}'.");
        return Err(bad_request("AccountPropertyCannotBeUpdated", text));
    }
    if kind == "Storage"
        && draft.sent.pointer("/properties/accessTier").is_some_and(|tier| !tier.is_null())
    {
        let text = "The property 'accessTier' is not allowed for an account of kind 'Storage'.";
        return Err(bad_request("InvalidRequestPropertyValue", text));
    }
    Ok(())
}

/// Rules name public addresses; single ones are written without a length.
///
/// Source: <https://learn.microsoft.com/azure/storage/common/storage-network-security>.
fn check_ranges(draft: &Draft) -> Result<(), Answer> {
    let rules = draft.property("/networkAcls/ipRules").and_then(Value::as_array);
    for rule in rules.into_iter().flatten() {
        let range = rule["value"].as_str().unwrap_or_default();
        let (address, length) = range.split_once('/').unwrap_or((range, "0"));
        let is_public =
            address.parse::<std::net::Ipv4Addr>().is_ok_and(|address| !address.is_private());
        if !is_public || !length.parse::<u8>().is_ok_and(|length| length <= 30) {
            let text = format!(
                "The range '{range}' of networkAcls.ipRules is not valid: public IPv4 addresses and ranges up to /30 are allowed."
            );
            return Err(bad_request("InvalidValuesForRequestParameters", text));
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

fn action(azure: &mut Azure, request: &Request, account: &Stored, action: &str) -> Option<Answer> {
    match action.to_ascii_lowercase().as_str() {
        "listkeys" => Some(keys(azure, account)),
        "startaccountmigration" => Some(migration::start(azure, request, account)),
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
