//! `Microsoft.Cache`: caches of the old service, and Azure Managed Redis.
//!
//! Statuses, headers, waits and defaults of the old service as observed in recorded traffic; else bodies are
//! stored as sent.

mod enterprise;

use serde_json::Value;
use serde_json::json;

use crate::kind::azure::Azure;
use crate::kind::family::{Family, Polling, in_progress};
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Form, Kind, Place, Put, Tags};
use crate::store::regions;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// A cache is reached by its name.
fn view_cache(_: &Azure, cache: &Stored, body: &mut Value) {
    let name = cache.id.name().to_lowercase();
    body["properties"]["hostName"] = json!(format!("{name}.redis.cache.windows.net"));
}

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of caches.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS, enterprise::KINDS],
    shapes: Some(&SHAPES),
    polling: Polling {
        paths: |polled| {
            let place = regions::display(&polled.region()).replace(' ', "%20");
            let (subscription, namespace) = (polled.subscription(), polled.namespace());
            let base = format!("{subscription}/providers/{namespace}/locations/{place}");
            polled.pair(&base, "asyncOperations", "operationresults")
        },
        running: in_progress,
        ..Polling::GENERAL
    },
    asks: &[("/microsoft.cache/checknameavailability", |azure, request| {
        check_availability(azure, request)
    })],
    ..Family::new("Microsoft.Cache/")
};

/// Answers `CheckNameAvailability`, which has no body for a free name and refuses another.
///
/// Source: <https://learn.microsoft.com/rest/api/redis/redis/check-name-availability>.
fn check_availability(azure: &Azure, request: &Request) -> Result<Answer, Answer> {
    let sent = request.json()?;
    let name = sent["name"].as_str().unwrap_or_default();
    if is_taken(azure, name) { Err(taken(name)) } else { Ok(Answer::empty(200)) }
}

fn is_taken(azure: &Azure, name: &str) -> bool {
    azure.state.of_type(CACHE).any(|cache| cache.id.name().eq_ignore_ascii_case(name))
}

fn taken(name: &str) -> Answer {
    let text = format!("The requested resource name '{name}' is not available.");
    Answer::error(409, "NameNotAvailable", text)
}

const CACHE: &str = "Microsoft.Cache/Redis";

/// The types of caches.
const KINDS: &[Kind] = &[Kind {
    name: CACHE,
    settle: |azure, draft| {
        let name = draft.name();
        let is_refused = draft.before.is_none() && is_taken(azure, &name);
        if is_refused { Err(taken(&name)) } else { Ok(()) }
    },
    defaults: r#"{"properties": {"accessKeys": null, "enableNonSslPort": false, "publicNetworkAccess": "Enabled", "updateChannel": "Stable", "linkedServers": [], "port": 6379, "sslPort": 6380}}"#,
    view: view_cache,
    put: Put { form_again: Form::Direct, ..Put::long(201, 200, Form::AsyncAndResource, 180.0, 30) },
    patch: Some(Put::long(202, 202, Form::AsyncAndLocation, 60.0, 30)),
    delete: Delete::long(Form::Location, 60.0, 30),
    place: Place::Display,
    tags: Tags::Empty,
    action: |azure, _, cache, action| {
        let keys = json!({
            "primaryKey": azure.key_of(cache, "primary"),
            "secondaryKey": azure.key_of(cache, "secondary"),
        });
        action.eq_ignore_ascii_case("listKeys").then(|| Answer::json(200, keys))
    },
    ..Kind::GENERIC
}];
