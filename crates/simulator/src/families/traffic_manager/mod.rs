//! `Microsoft.Network/trafficManagerProfiles` and their endpoints.
//!
//! A profile and its endpoints are one aggregate: a PUT of the profile replaces all endpoints, and
//! both views always agree. Rules:
//! <https://learn.microsoft.com/azure/traffic-manager/traffic-manager-endpoint-types>,
//! <https://learn.microsoft.com/azure/traffic-manager/traffic-manager-monitoring>; defaults and
//! answers as observed in recorded traffic.

mod endpoint;
mod host;
mod monitor;
mod status;
pub(crate) mod watch;

use std::collections::BTreeSet;

use resource::ResourceId;
use serde_json::{Value, json};

use crate::families::network;
use crate::kind::azure::Azure;
use crate::kind::family::{self, Family, Polling, bare, in_progress};
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Deleted, Draft, Kind, Lies, Missing, Place, Put, Tags};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// How the names of profiles end.
const SUFFIX: &str = ".trafficmanager.net";

const METHODS: &[&str] =
    &["Performance", "Priority", "Weighted", "Geographic", "MultiValue", "Subnet"];

/// The API versions of the provider.
const VERSIONS: &[&str] = &[
    "2015-11-01",
    "2017-03-01",
    "2017-05-01",
    "2017-09-01-preview",
    "2018-02-01",
    "2018-03-01",
    "2018-04-01",
    "2018-08-01",
    "2022-04-01-preview",
    "2022-04-01",
    "2024-04-01-preview",
    "2025-01-01-preview",
];

const ENDPOINT: Kind = Kind {
    // An update of an endpoint answers 201 as well.
    put: Put::direct(201, 201),
    delete: Delete::direct(200).answering(Deleted::Boolean),
    place: Place::None,
    versions: VERSIONS,
    has_state: false,
    is_paged: false,
    missing: Missing::Resource,
    words: &[
        ("/properties/endpointStatus", &["Enabled", "Disabled"]),
        ("/properties/alwaysServe", &["Enabled", "Disabled"]),
    ],
    settle: endpoint::settle,
    view: |azure, stored, body| {
        body["properties"]["endpointMonitorStatus"] = json!(status::of_endpoint(azure, stored));
    },
    ..Kind::GENERIC
};

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of Traffic Manager.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS],
    shapes: Some(&SHAPES),
    listed_versions: network::LISTED_VERSIONS,
    polling: Polling {
        paths: |polled| polled.pair(&polled.regional(), "operations", "operationResults"),
        running: in_progress,
        shaped: bare,
        ..Polling::GENERAL
    },
    tags: family::Tags {
        refuses: |name| network::begins_with_digit(name) || name.contains([' ', '#', ':']),
        ..family::Tags::GENERAL
    },
    suffixes: &[SUFFIX],
    asks: &[
        ("/checktrafficmanagernameavailability", |azure, request| {
            check_availability(azure, request)
        }),
        ("/checktrafficmanagernameavailabilityv2", |azure, request| {
            check_availability(azure, request)
        }),
    ],
    watch: watch::note,
    host: host::host,
    ..Family::new("Microsoft.Network/trafficManagerProfiles")
};

/// The types of this family.
const KINDS: &[Kind] = &[
    Kind {
        name: watch::PROFILE,
        put: Put::direct(201, 200),
        delete: Delete::direct(200).answering(Deleted::Boolean),
        lies: Lies::Globe,
        versions: VERSIONS,
        tags: Tags::Empty,
        has_state: false,
        // One of Azure's own clients does not follow links here.
        is_paged: false,
        words: &[
            ("/properties/profileStatus", &["Enabled", "Disabled"]),
            ("/properties/trafficRoutingMethod", METHODS),
            ("/properties/monitorConfig/protocol", &["HTTP", "HTTPS", "TCP"]),
            ("/properties/trafficViewEnrollmentStatus", &["Enabled", "Disabled"]),
        ],
        dropped: &["/properties/endpoints"],
        settle,
        after,
        view,
        direct: |_, draft, body| {
            if draft.sent.get("tags").is_none() {
                json::remove(body, "/tags");
            }
        },
        ..Kind::GENERIC
    },
    Kind { name: "Microsoft.Network/trafficManagerProfiles/azureEndpoints", ..ENDPOINT },
    Kind { name: "Microsoft.Network/trafficManagerProfiles/externalEndpoints", ..ENDPOINT },
    Kind { name: "Microsoft.Network/trafficManagerProfiles/nestedEndpoints", ..ENDPOINT },
];

fn bad_request(text: impl Into<String>) -> Answer {
    Answer::error(400, "BadRequest", text)
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if draft.is_patch && draft.sent.pointer("/properties/endpoints").is_some() {
        return Err(bad_request("The property 'endpoints' cannot be changed by PATCH."));
    }
    let name = check_name(azure, draft)?;
    let method = draft.text("/trafficRoutingMethod").unwrap_or_default().to_owned();
    if !METHODS.contains(&method.as_str()) {
        return Err(bad_request(format!("The traffic routing method '{method}' is not valid.")));
    }
    if draft.body["location"] != "global" {
        let text = "The location of a Traffic Manager profile must be 'global'.";
        return Err(Answer::error(400, "LocationNotAvailableForResourceType", text));
    }
    monitor::check(draft)?;
    let ttl = draft.property("/dnsConfig/ttl").cloned().unwrap_or_else(|| json!(0));
    if ttl.as_u64().is_none_or(|ttl| ttl > 2_147_483_647) {
        return Err(bad_request(format!("The TTL '{ttl}' is not between 0 and 2147483647.")));
    }
    let max_return = draft.property("/maxReturn").and_then(Value::as_u64);
    if method == "MultiValue" && !max_return.is_none_or(|max| (1..=8).contains(&max)) {
        return Err(bad_request("The property 'maxReturn' must be between 1 and 8."));
    }
    let properties = draft.properties();
    let defaults = json!({
        "profileStatus": "Enabled",
        "monitorConfig": {"path": null, "toleratedNumberOfFailures": 3},
        "trafficViewEnrollmentStatus": "Disabled",
        "maxReturn": null,
    });
    json::fill(properties, &defaults);
    json::remove(properties, "/monitorConfig/profileMonitorStatus");
    properties["dnsConfig"] =
        json!({"relativeName": name, "fqdn": format!("{name}.trafficmanager.net"), "ttl": ttl});
    endpoint::check_all(azure, &draft.id, &draft.body["properties"], &children(azure, draft)?)
}

/// The relative name is unique among all profiles of the cloud and never changes.
fn check_name(azure: &Azure, draft: &Draft) -> Result<String, Answer> {
    let Some(name) = draft.text("/dnsConfig/relativeName").map(str::to_owned) else {
        return Err(bad_request("The property 'dnsConfig.relativeName' is required."));
    };
    let before = draft.before.as_ref().and_then(|before| before.text("/dnsConfig/relativeName"));
    if before.is_some_and(|before| !before.eq_ignore_ascii_case(&name)) {
        let text = "The property 'dnsConfig.relativeName' cannot be changed.";
        return Err(Answer::error(400, "PropertyCannotBeChanged", text));
    }
    let is_label = |label: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        (1..=63).contains(&label.len())
            && label.chars().all(is_plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if !name.split('.').all(is_label) {
        let text = format!(
            "The relative DNS name '{name}' is not valid: letters, digits and inner hyphens are allowed."
        );
        return Err(bad_request(text));
    }
    let is_taken = azure.state.of_type(watch::PROFILE).any(|other| {
        let theirs = other.text("/dnsConfig/relativeName").unwrap_or_default();
        other.id != draft.id && theirs.eq_ignore_ascii_case(&name)
    });
    if is_taken {
        let text = format!(
            "Domain name '{name}.trafficmanager.net' already exists. Please choose a different DNS prefix."
        );
        return Err(Answer::error(409, "Conflict", text));
    }
    Ok(name)
}

/// Returns the endpoints as they stand after the write, each a whole body.
fn children(azure: &Azure, draft: &Draft) -> Result<Vec<Value>, Answer> {
    if draft.is_patch {
        let endpoints = watch::endpoints(azure, &draft.id);
        return Ok(endpoints.map(|stored| stored.body.clone()).collect());
    }
    let empty = Vec::new();
    let sent = draft.sent.pointer("/properties/endpoints").and_then(Value::as_array);
    let sent = sent.unwrap_or(&empty);
    let mut made: Vec<Value> = Vec::new();
    // What is counted up passes over the numbers that are stated anywhere in the list.
    let mut taken: BTreeSet<u64> = sent.iter().filter_map(endpoint::priority).collect();
    for given in sent {
        let body = endpoint::inline(azure, draft, given, &taken)?;
        taken.extend(endpoint::priority(&body));
        made.push(body);
    }
    Ok(made)
}

/// Replaces the endpoints by those that were sent; without any there are none.
fn after(azure: &mut Azure, draft: &Draft) {
    if draft.is_patch {
        return;
    }
    let made = children(azure, draft).unwrap_or_default();
    let before: Vec<Stored> = watch::endpoints(azure, &draft.id).cloned().collect();
    let ids: Vec<ResourceId> = made
        .iter()
        .filter_map(|body| ResourceId::parse(body["id"].as_str().unwrap_or_default()).ok())
        .collect();
    for old in before.iter().filter(|old| !ids.contains(&old.id)) {
        azure.state.remove(&old.id);
    }
    for (id, body) in ids.into_iter().zip(made) {
        azure.hold(id, body);
    }
}

fn view(azure: &Azure, stored: &Stored, body: &mut Value) {
    let mut endpoints: Vec<&Stored> = watch::endpoints(azure, &stored.id).collect();
    endpoints.sort_by_key(|endpoint| endpoint.property("/priority").and_then(Value::as_u64));
    let rows: Vec<Value> = endpoints.into_iter().map(|endpoint| azure.view(endpoint)).collect();
    body["properties"]["endpoints"] = json!(rows);
    let status = status::of_profile(azure, stored);
    json::set(body, "/properties/monitorConfig/profileMonitorStatus", json!(status));
}

/// Answers `checkTrafficManagerNameAvailability`.
pub(crate) fn check_availability(azure: &Azure, request: &Request) -> Result<Answer, Answer> {
    let sent = request.json()?;
    let name = sent["name"].as_str().unwrap_or_default();
    let is_taken = azure.state.of_type(watch::PROFILE).any(|profile| {
        profile.text("/dnsConfig/relativeName").is_some_and(|n| n.eq_ignore_ascii_case(name))
    });
    let mut body = json!({"name": name, "type": watch::PROFILE, "nameAvailable": !is_taken});
    if is_taken {
        body["reason"] = json!("AlreadyExists");
        body["message"] = json!("Domain name is not available. Please choose a different one.");
    }
    Ok(Answer::json(200, body))
}
