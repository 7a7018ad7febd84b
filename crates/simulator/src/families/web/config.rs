//! The documents below a site: its configuration, settings and logs.

use resource::ResourceId;
use serde_json::{Map, Value, json};

use super::{documents, plan_of, settings, tier};
use crate::kind::azure::Azure;
use crate::kind::{Delete, Draft, Errors, Kind, Place, Put};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

const WEB: &str = include_str!("config-web.json");
const LOGS: &str = r#"{
    "applicationLogs": {
        "fileSystem": {"level": "Off"},
        "azureTableStorage": {"level": "Off", "sasUrl": null},
        "azureBlobStorage": {"level": "Off", "sasUrl": null, "retentionInDays": null}
    },
    "httpLogs": {
        "fileSystem": {"retentionInMb": 35, "retentionInDays": 3, "enabled": false},
        "azureBlobStorage": {"sasUrl": null, "retentionInDays": 3, "enabled": false}
    },
    "failedRequestsTracing": {"enabled": false},
    "detailedErrorMessages": {"enabled": false}
}"#;
const SLOT_NAMES: &str =
    r#"{"connectionStringNames": [], "appSettingNames": [], "azureStorageConfigNames": []}"#;
/// The one document that a site has only if somebody makes it.
const BACKUP: &str = "backup";

/// The documents of a site, with what each holds at first.
const DOCUMENTS: &[(&str, &str)] = &[
    ("web", WEB),
    ("appsettings", "{}"),
    ("connectionstrings", "{}"),
    ("slotConfigNames", SLOT_NAMES),
    ("logs", LOGS),
    ("metadata", "{}"),
    ("azurestorageaccounts", "{}"),
    ("authsettings", r#"{"enabled": false}"#),
    ("authsettingsV2", documents::AUTH),
];

/// Documents that a GET does not answer, because they hold secrets.
const SECRET: &[&str] = &[
    "appsettings",
    "connectionstrings",
    "metadata",
    "azurestorageaccounts",
    "authsettings",
    BACKUP,
];

/// A document of a site.
pub(super) const CONFIG: Kind = Kind {
    name: "Microsoft.Web/sites/config",
    put: Put::direct(200, 200),
    delete: Delete::direct(200),
    place: Place::Display,
    versions: super::VERSIONS,
    errors: Errors::Web,
    has_state: false,
    before_delete: |_, stored| {
        if stored.id.name().eq_ignore_ascii_case(BACKUP) {
            return Ok(());
        }
        let text =
            format!("The configuration '{}' comes and goes with its site.", stored.id.name());
        Err(Answer::web_error(405, "MethodNotAllowed", text))
    },
    settle,
    after,
    direct: |_, draft, body| {
        // The answer to a write of `web` speaks of the site itself.
        if let Some(site) = draft.id.parent()
            && draft.id.name().eq_ignore_ascii_case("web")
        {
            body["id"] = json!(site.as_str());
            body["name"] = json!(site.name());
            body["type"] = json!(site.resource_type().as_str());
        }
    },
    action: |azure, _, stored, action| {
        action.eq_ignore_ascii_case("list").then(|| Answer::json(200, azure.view(stored)))
    },
    is_secret: |id| SECRET.iter().any(|name| id.name().eq_ignore_ascii_case(name)),
    ..Kind::GENERIC
};

/// A document of a slot.
pub(super) const SLOT_CONFIG: Kind = Kind { name: "Microsoft.Web/sites/slots/config", ..CONFIG };

fn defaults_of(name: &str) -> Option<Value> {
    if name.eq_ignore_ascii_case(BACKUP) {
        return Some(json!({}));
    }
    let known = DOCUMENTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.and_then(|(_, text)| serde_json::from_str(text).ok())
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let name = draft.name();
    let Some(defaults) = defaults_of(&name) else {
        let text = format!("The configuration '{name}' does not exist.");
        return Err(Answer::web_error(404, "NotFound", text));
    };
    if !draft.body["properties"].is_object() {
        return Err(Answer::web_error(
            400,
            "BadRequest",
            "The parameter properties has an invalid value.",
        ));
    }
    let is_text = |value: &Value| value.is_string();
    let settings = draft.body["properties"].as_object();
    if name.eq_ignore_ascii_case("appsettings")
        && !settings.is_some_and(|map| map.values().all(is_text))
    {
        return Err(Answer::web_error(
            400,
            "BadRequest",
            "The value of an app setting must be a string.",
        ));
    }
    let site = draft.id.parent().and_then(|site| azure.state.get(&site));
    check_names(azure, draft, site)?;
    documents::settle(azure, draft, site)?;
    let is_open = SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret));
    if !is_open {
        json::fill(draft.properties(), &defaults);
    }
    if name.eq_ignore_ascii_case("web") {
        for hidden in ["appSettings", "connectionStrings", "metadata"] {
            draft.properties()[hidden] = Value::Null;
        }
        draft.properties()["publishingPassword"] = Value::Null;
    }
    if draft.body["location"].is_null()
        && let Some(site) = draft.id.parent().and_then(|site| azure.state.get(&site))
    {
        draft.body["location"] = site.body["location"].clone();
    }
    Ok(())
}

/// Checks the names of settings, wherever they stand, and what the plan of the site allows.
fn check_names(azure: &Azure, draft: &mut Draft, site: Option<&Stored>) -> Result<(), Answer> {
    let name = draft.id.name().to_ascii_lowercase();
    let is_map = ["appsettings", "connectionstrings"].contains(&name.as_str());
    if is_map && !azure.is_unguarded {
        let map = draft.body["properties"].as_object();
        settings::check(site, map.into_iter().flatten().map(|(name, _)| name.as_str()))?;
    }
    if is_map {
        settings::keep_spelling(site, draft.before.as_ref(), &mut draft.body);
    }
    if name == "web" && !azure.is_unguarded {
        let sent = &draft.sent["properties"];
        settings::check(site, settings::listed(&sent["appSettings"]))?;
        settings::check(site, settings::listed(&sent["connectionStrings"]))?;
        tier::check_always_on(site.and_then(|site| plan_of(azure, site)), sent)?;
    }
    Ok(())
}

/// What is said in one document shows in another.
fn after(azure: &mut Azure, draft: &Draft) {
    let Some(site) = draft.id.parent() else { return };
    let sent = &draft.sent["properties"];
    if draft.id.name().eq_ignore_ascii_case("web") {
        take_lists(azure, &site, sent);
    }
    if draft.id.name().eq_ignore_ascii_case("logs") {
        let is_on = |pointer: &str| draft.body["properties"].pointer(pointer) == Some(&json!(true));
        let changed = json!({
            "httpLoggingEnabled": is_on("/httpLogs/fileSystem/enabled") || is_on("/httpLogs/azureBlobStorage/enabled"),
            "requestTracingEnabled": is_on("/failedRequestsTracing/enabled"),
            "detailedErrorLoggingEnabled": is_on("/detailedErrorMessages/enabled"),
        });
        change(azure, &site, "web", |properties| json::merge(properties, &changed));
    }
}

/// Brings the documents in line with the `siteConfig` that stood in the body of a site.
pub(super) fn follow_site(
    azure: &mut Azure,
    site: &ResourceId,
    sent: &Value,
    source: Option<&str>,
) {
    for (name, _) in DOCUMENTS {
        let id = site.child("config", name);
        if azure.state.get(&id).is_some() {
            continue;
        }
        let cloned =
            source.and_then(|source| azure.state.named(&format!("{source}/config/{name}")));
        let properties = match cloned {
            Some(cloned) => cloned.body["properties"].clone(),
            None => defaults_of(name).unwrap_or_default(),
        };
        let kind = format!("{}/config", site.resource_type());
        let location = azure.state.get(site).map(|site| site.body["location"].clone());
        let body = json!({"id": id.as_str(), "name": name, "type": kind, "location": location, "properties": properties});
        azure.hold(id, body);
    }
    let mut members = sent.clone();
    if let Some(members) = members.as_object_mut() {
        for listed in ["appSettings", "connectionStrings", "metadata", "azureStorageAccounts"] {
            members.remove(listed);
        }
    }
    change(azure, site, "web", |properties| {
        for (name, value) in members.as_object().into_iter().flatten() {
            properties[name] = value.clone();
        }
        documents::close(properties);
    });
    take_lists(azure, site, sent);
}

/// Settings that stand in `siteConfig` as lists replace the maps in their own documents.
fn take_lists(azure: &mut Azure, site: &ResourceId, sent: &Value) {
    if let Some(list) = sent["appSettings"].as_array() {
        let map: Map<String, Value> = list
            .iter()
            .filter_map(|pair| Some((pair["name"].as_str()?.to_owned(), pair["value"].clone())))
            .collect();
        change(azure, site, "appsettings", |properties| *properties = Value::Object(map));
    }
    if let Some(list) = sent["connectionStrings"].as_array() {
        let map: Map<String, Value> = list
            .iter()
            .filter_map(|row| {
                let value = json!({"value": row["connectionString"], "type": row["type"]});
                Some((row["name"].as_str()?.to_owned(), value))
            })
            .collect();
        change(azure, site, "connectionstrings", |properties| *properties = Value::Object(map));
    }
}

fn change(azure: &mut Azure, site: &ResourceId, name: &str, work: impl FnOnce(&mut Value)) {
    let version = azure.state.next_version();
    if let Some(stored) = azure.state.get_mut(&site.child("config", name)) {
        work(&mut stored.body["properties"]);
        stored.version = version;
    }
}

/// Returns the few members of the configuration that a GET of the site shows.
pub(super) fn summary(azure: &Azure, site: &ResourceId, template: &str) -> Value {
    let mut shown: Value = serde_json::from_str(template).unwrap_or_default();
    let Some(web) = azure.state.get(&site.child("config", "web")) else { return shown };
    if let Some(shown) = shown.as_object_mut() {
        for (name, value) in shown.iter_mut().filter(|(_, value)| !value.is_null()) {
            if let Some(known) = web.body["properties"].get(name).filter(|value| !value.is_null()) {
                *value = known.clone();
            }
        }
    }
    shown
}

/// Exchanges the configuration of a site and its slot; names that stick stay.
pub(super) fn swap(azure: &mut Azure, site: &ResourceId, slot: &ResourceId) {
    let sticky = azure
        .state
        .get(&site.child("config", "slotConfigNames"))
        .map(|names| names.body["properties"].clone());
    for (document, list) in [
        ("web", ""),
        ("appsettings", "appSettingNames"),
        ("connectionstrings", "connectionStringNames"),
    ] {
        let of = |azure: &Azure, id: &ResourceId| {
            azure
                .state
                .get(&id.child("config", document))
                .map(|stored| stored.body["properties"].clone())
        };
        let (Some(mut ours), Some(mut theirs)) = (of(azure, site), of(azure, slot)) else {
            continue;
        };
        let names =
            sticky.as_ref().and_then(|sticky| sticky[list].as_array().cloned()).unwrap_or_default();
        for name in names.iter().filter_map(Value::as_str) {
            let (one, other) = (ours[name].take(), theirs[name].take());
            put_back(&mut ours, name, other);
            put_back(&mut theirs, name, one);
        }
        change(azure, site, document, |properties| *properties = theirs);
        change(azure, slot, document, |properties| *properties = ours);
    }
}

fn put_back(map: &mut Value, name: &str, value: Value) {
    if value.is_null() {
        json::remove(map, &format!("/{name}"));
    } else {
        map[name] = value;
    }
}
