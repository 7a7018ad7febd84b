//! `Microsoft.AppConfiguration`: stores, which are only softly deleted.
//!
//! Source: <https://learn.microsoft.com/azure/azure-app-configuration/concept-soft-delete>; the rest as
//! observed in recorded traffic.

use axum::http::Method;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::family::Family;
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Draft, Form, Kind, Put, Tags};
use crate::protocol::operation::{self, Begin, Work};
use crate::store::state::Stored;
use crate::store::{clock, regions};
use crate::wire::answer::Answer;
use crate::wire::request::Request;

const STORE: &str = "Microsoft.AppConfiguration/configurationStores";

/// Answers the keys of a store, two that write and two that only read.
fn keys(azure: &mut Azure, _: &Request, store: &Stored, action: &str) -> Option<Answer> {
    if !action.eq_ignore_ascii_case("listKeys") {
        return None;
    }
    let endpoint = format!("https://{}.azconfig.io", store.id.name().to_lowercase());
    let names = ["Primary", "Secondary", "Primary Read Only", "Secondary Read Only"];
    let rows = names.map(|name| {
        let (id, value) =
            (azure.uuid(&format!("{name}{}", store.id.key())), azure.key_of(store, name));
        json!({
            "id": id,
            "name": name,
            "value": value,
            "connectionString": format!("Endpoint={endpoint};Id={id};Secret={value}"),
            "lastModified": clock::text(store.created),
            "readOnly": name.ends_with("Read Only"),
        })
    });
    Some(Answer::json(200, json!({"value": rows})))
}

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of App Configuration.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS],
    shapes: Some(&SHAPES),
    asks: &[("/microsoft.appconfiguration/checknameavailability", |azure, request| {
        check_availability(azure, request)
    })],
    special,
    ..Family::new("Microsoft.AppConfiguration/")
};

/// The types of this family.
const KINDS: &[Kind] = &[Kind {
    name: STORE,
    defaults: r#"{"properties": {"disableLocalAuth": false, "softDeleteRetentionInDays": 7, "enablePurgeProtection": false, "dataPlaneProxy": {"authenticationMode": "Local", "privateLinkDelegation": "Disabled"}, "encryption": {"keyVaultProperties": null}}}"#,
    put: Put { form_again: Form::Direct, ..Put::long(201, 200, Form::Async, 20.0, 10) },
    delete: Delete::direct(200),
    dropped: &["/properties/createMode"],
    tags: Tags::Empty,
    settle,
    after: |azure, draft| {
        let key = deleted_key(&azure.location_of(&draft.id), draft.id.name());
        azure.state.deleted.remove(&key);
    },
    after_delete: |azure, stored, _| {
        // The free tier knows no soft delete.
        let is_free =
            stored.body["sku"]["name"].as_str().is_some_and(|sku| sku.eq_ignore_ascii_case("free"));
        if !is_free {
            let location = regions::short(stored.body["location"].as_str().unwrap_or_default());
            let kept = Stored { created: azure.now, ..stored.clone() };
            azure.state.deleted.insert(deleted_key(&location, stored.id.name()), kept);
        }
    },
    action: keys,
    ..Kind::GENERIC
}];

fn deleted_key(location: &str, name: &str) -> String {
    format!("stores/{location}/{name}").to_ascii_lowercase()
}

fn deleted(azure: &Azure) -> impl Iterator<Item = &Stored> {
    azure.state.deleted.values().filter(|stored| stored.kind().is(STORE))
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if draft.before.is_some() {
        return Ok(());
    }
    let mode = draft.sent.pointer("/properties/createMode").and_then(Value::as_str);
    let name = draft.name();
    let kept = deleted(azure).find(|stored| stored.id.name().eq_ignore_ascii_case(&name));
    match (mode.is_some_and(|mode| mode.eq_ignore_ascii_case("recover")), kept) {
        // Recovery ignores what was sent.
        (true, Some(kept)) => draft.body = kept.body.clone(),
        (true, None) => {
            let text = format!("The configuration store '{name}' has no deleted state to recover.");
            return Err(Answer::error(404, "NotFound", text));
        }
        (false, _) if is_taken(azure, &name) => {
            let text = format!("The specified name '{name}' is already in use.");
            return Err(Answer::error(409, "NameUnavailable", text));
        }
        (false, _) => {}
    }
    Ok(())
}

fn is_taken(azure: &Azure, name: &str) -> bool {
    let mut all = azure.state.of_type(STORE).chain(deleted(azure));
    all.any(|stored| stored.id.name().eq_ignore_ascii_case(name))
}

/// Answers `checkNameAvailability`.
pub(crate) fn check_availability(azure: &Azure, request: &Request) -> Result<Answer, Answer> {
    let sent = request.json()?;
    let body = if is_taken(azure, sent["name"].as_str().unwrap_or_default()) {
        json!({"nameAvailable": false, "reason": "AlreadyExists", "message": "The specified name is already in use."})
    } else {
        json!({"nameAvailable": true, "reason": null, "message": "The specified name is available."})
    };
    Ok(Answer::json(200, body))
}

/// Answers what is asked about deleted stores, or `None`.
pub(crate) fn special(azure: &mut Azure, request: &Request) -> Option<Answer> {
    let lower = request.path.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split('/').skip(1).collect();
    let ["subscriptions", _, "providers", "microsoft.appconfiguration", rest @ ..] = &parts[..]
    else {
        return None;
    };
    match (&request.method, rest) {
        (&Method::GET, ["deletedconfigurationstores"]) => {
            let rows: Vec<Value> = deleted(azure).map(|stored| view(azure, stored)).collect();
            Some(Answer::json(200, json!({"value": rows})))
        }
        (&Method::GET, ["locations", location, "deletedconfigurationstores", name]) => {
            Some(match azure.state.deleted.get(&deleted_key(location, name)) {
                Some(stored) => Answer::json(200, view(azure, stored)),
                None => missing(name),
            })
        }
        (&Method::POST, ["locations", location, "deletedconfigurationstores", name, "purge"]) => {
            Some(purge(azure, request, location, name))
        }
        _ => None,
    }
}

fn missing(name: &str) -> Answer {
    let text = format!("The deleted configuration store '{name}' could not be found.");
    Answer::error(404, "ResourceNotFound", text)
}

fn view(azure: &Azure, stored: &Stored) -> Value {
    const DAY: u64 = 24 * 3600 * 1000;
    let location = regions::short(stored.body["location"].as_str().unwrap_or_default());
    let days = stored.property("/softDeleteRetentionInDays").and_then(Value::as_u64).unwrap_or(7);
    let (name, subscription) = (stored.id.name(), &azure.settings.subscription);
    json!({
        "id": format!("/subscriptions/{subscription}/providers/Microsoft.AppConfiguration/locations/{location}/deletedConfigurationStores/{name}"),
        "name": name,
        "type": "Microsoft.AppConfiguration/locations/deletedConfigurationStores",
        "properties": {
            "configurationStoreId": stored.id.as_str(),
            "location": location,
            "tags": stored.body["tags"],
            "deletionDate": clock::text(stored.created),
            "scheduledPurgeDate": clock::text(stored.created + days * DAY),
            "purgeProtectionEnabled": stored.property("/enablePurgeProtection") == Some(&json!(true)),
        },
    })
}

fn purge(azure: &mut Azure, request: &Request, location: &str, name: &str) -> Answer {
    let key = deleted_key(location, name);
    let Some(stored) = azure.state.deleted.get(&key).cloned() else { return missing(name) };
    if stored.property("/enablePurgeProtection") == Some(&json!(true)) {
        let text = format!("The configuration store '{name}' has purge protection enabled.");
        return Answer::error(403, "Forbidden", text);
    }
    azure.state.deleted.remove(&key);
    let begin = Begin {
        resource: &stored.id,
        work: Work::Action,
        word: "InProgress",
        secs: 10.0,
        retry_after: 5,
        api_version: request.api_version().unwrap_or_default(),
    };
    let operation = operation::begin(azure, &begin);
    operation::follow(azure, Answer::empty(202), &operation, Form::Location)
}
