//! `Microsoft.Web`: plans, sites and their slots, their configuration, host names and
//! certificates.
//!
//! Sources: <https://learn.microsoft.com/rest/api/appservice/>; defaults, answers and what differs
//! between them as observed in recorded traffic.

mod access;
mod admission;
mod binding;
mod certificate;
mod config;
mod documents;
mod functions;
mod host;
mod plan;
mod settings;
mod site;
mod stacks;
mod tier;

use resource::ResourceId;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::kind::Kind;
use crate::kind::azure::Azure;
use crate::kind::family::Family;
use crate::kind::family::Polling;
use crate::kind::shapes::Shapes;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// The API versions of the provider.
const VERSIONS: &[&str] = &[
    "2015-08-01-preview",
    "2015-08-01",
    "2016-03-01",
    "2016-06-01",
    "2016-08-01",
    "2016-09-01",
    "2018-02-01",
    "2018-11-01",
    "2019-08-01",
    "2020-06-01",
    "2020-09-01",
    "2020-10-01",
    "2020-12-01",
    "2021-01-01",
    "2021-01-15",
    "2021-02-01",
    "2021-03-01",
    "2022-03-01",
    "2022-09-01",
    "2023-01-01",
    "2023-12-01",
    "2024-04-01",
    "2024-11-01",
    "2025-03-01",
];

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of App Service.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS],
    shapes: Some(&SHAPES),
    alike: &[("sites/slots", "sites")],
    polling: Polling {
        paths: |polled| polled.pair(polled.id.as_str(), "operationresults", "operationresults"),
        ..Polling::GENERAL
    },
    suffixes: &[".azurewebsites.net"],
    asks: &[("/microsoft.web/checknameavailability", |azure, request| {
        check_availability(azure, request)
    })],
    special: |_, request| stacks::answer(request),
    host: host::of,
    busy: || {
        let text = "Cannot acquire exclusive lock to create or update this server farm. Retry the \
                    request later.";
        Answer::web_error(429, "429", text)
    },
    ..Family::new("Microsoft.Web/")
};

/// The types of this family.
const KINDS: &[Kind] = &[
    plan::KIND,
    site::SITE,
    site::SLOT,
    config::CONFIG,
    config::SLOT_CONFIG,
    binding::BINDING,
    binding::SLOT_BINDING,
    certificate::KIND,
];

/// Returns the value that the `asuid` TXT record must hold, one for a subscription.
pub(crate) fn verification_id(azure: &Azure) -> String {
    let digest = Sha256::digest(format!("verification/{}", azure.settings.subscription));
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Returns the scale unit of a plan: the sites of one cannot hold the same host name, and its
/// certificates serve all of them.
fn webspace(azure: &Azure, plan: &Stored) -> String {
    let group = plan.id.resource_group().unwrap_or_default();
    let location = azure.location_of(&plan.id);
    let region = crate::store::regions::display(&location).replace(' ', "");
    let is_linux = plan.property("/reserved") == Some(&json!(true));
    format!("{group}-{region}webspace{}", if is_linux { "-Linux" } else { "" })
}

/// Returns the plan of a site or slot.
fn plan_of<'a>(azure: &'a Azure, site: &Stored) -> Option<&'a Stored> {
    azure.state.named(site.text("/serverFarmId")?)
}

/// Returns the sites and slots that run on a plan.
fn sites_on<'a>(azure: &'a Azure, plan: &'a ResourceId) -> impl Iterator<Item = &'a Stored> {
    sites(azure).filter(move |stored| {
        stored.text("/serverFarmId").is_some_and(|id| id.eq_ignore_ascii_case(plan.as_str()))
    })
}

/// Returns all sites and slots.
fn sites(azure: &Azure) -> impl Iterator<Item = &Stored> {
    azure.state.of_type(site::SITE.name).chain(azure.state.of_type(site::SLOT.name))
}

/// Returns the host names of all sites and slots.
fn bindings(azure: &Azure) -> impl Iterator<Item = &Stored> {
    let kinds = [binding::BINDING.name, binding::SLOT_BINDING.name];
    kinds.into_iter().flat_map(|kind| azure.state.of_type(kind))
}

fn is_site(stored: &Stored) -> bool {
    stored.kind().is(site::SITE.name) || stored.kind().is(site::SLOT.name)
}

/// Answers `checknameavailability`.
pub(crate) fn check_availability(azure: &Azure, request: &Request) -> Result<Answer, Answer> {
    let sent = request.json()?;
    let name = sent["name"].as_str().unwrap_or_default();
    if site::is_taken(azure, name, None) {
        let message = format!("Hostname '{name}' already exists. Please select a different name.");
        let body = json!({"nameAvailable": false, "reason": "AlreadyExists", "message": message});
        return Ok(Answer::json(200, body));
    }
    Ok(Answer::json(200, json!({"nameAvailable": true, "reason": "", "message": ""})))
}
