//! The resource types that the simulator knows, a module for each family.
//!
//! To add a type: write a `Kind` into the table of its family (or a new module with a table, named
//! in [`FAMILIES`]). Types that are in no table are stored and answered all the same.

pub(crate) mod app_configuration;
pub(crate) mod authorization;
pub(crate) mod container_service;
pub(crate) mod cosmos_db;
pub(crate) mod dns_zones;
pub(crate) mod front_door;
pub(crate) mod key_vault;
pub(crate) mod managed_identity;
pub(crate) mod monitor;
pub(crate) mod network;
pub(crate) mod private_dns;
pub(crate) mod redis;
pub(crate) mod resources;
pub(crate) mod sql;
pub(crate) mod storage;
pub(crate) mod traffic_manager;
pub(crate) mod web;

use resource::ResourceType;

use crate::kind::Kind;
use crate::kind::azure::Azure;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// The tables of all families.
static FAMILIES: &[&[Kind]] = &[
    resources::groups::KINDS,
    authorization::KINDS,
    traffic_manager::KINDS,
    dns_zones::KINDS,
    web::KINDS,
    storage::KINDS,
    storage::children::KINDS,
    storage::migration::KINDS,
    key_vault::KINDS,
    app_configuration::KINDS,
    managed_identity::KINDS,
    monitor::KINDS,
    network::KINDS,
    private_dns::KINDS,
    front_door::KINDS,
    cosmos_db::KINDS,
    sql::KINDS,
    redis::KINDS,
    container_service::KINDS,
];

static GENERIC: Kind = Kind::GENERIC;

/// Returns what is known about a type.
pub(crate) fn find(kind: &ResourceType) -> &'static Kind {
    let mut known = FAMILIES.iter().copied().flatten();
    known.find(|known| kind.is(known.name)).unwrap_or(&GENERIC)
}

/// Returns the provider namespaces that are known, each once.
pub(crate) fn namespaces() -> Vec<&'static str> {
    let mut names: Vec<&str> = Vec::new();
    for kind in FAMILIES.iter().copied().flatten() {
        let name = kind.name.split('/').next().unwrap_or_default();
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    names
}

/// Returns the types of a namespace without it, each with API versions, the newest first.
pub(crate) fn types_of(namespace: &str) -> Vec<(&'static str, Vec<&'static str>)> {
    let known = FAMILIES.iter().copied().flatten();
    let named = known.filter_map(|kind| Some((kind, kind.name.split_once('/')?)));
    let own = named.filter(|(_, (found, _))| found.eq_ignore_ascii_case(namespace));
    own.map(|(kind, (_, name))| (name, versions_of(kind, namespace))).collect()
}

fn versions_of(kind: &Kind, namespace: &str) -> Vec<&'static str> {
    if !kind.versions.is_empty() {
        return kind.versions.iter().rev().copied().collect();
    }
    match namespace.to_ascii_lowercase().as_str() {
        "microsoft.network" => vec!["2024-05-01", "2022-04-01", "2018-05-01"],
        "microsoft.operationalinsights" => vec!["2025-07-01", "2023-09-01"],
        _ => vec!["2024-01-01"],
    }
}

/// Answers a POST on the subscription or on a location of it.
pub(crate) fn subscription_action(azure: &mut Azure, request: &Request) -> Option<Answer> {
    let path = request.path.to_ascii_lowercase();
    let answer = if path.ends_with("/checktrafficmanagernameavailability")
        || path.ends_with("/checktrafficmanagernameavailabilityv2")
    {
        traffic_manager::check_availability(azure, request)
    } else if path.ends_with("/getdnsresourcereference") {
        dns_zones::references(azure, request)
    } else if path.ends_with("/microsoft.storage/checknameavailability") {
        storage::check_availability(azure, request)
    } else if path.ends_with("/microsoft.web/checknameavailability") {
        web::check_availability(azure, request)
    } else if path.ends_with("/microsoft.keyvault/checknameavailability") {
        key_vault::check_availability(azure, request)
    } else if path.ends_with("/microsoft.appconfiguration/checknameavailability") {
        app_configuration::check_availability(azure, request)
    } else if path.ends_with("/microsoft.sql/checknameavailability") {
        sql::check_server_availability(azure, request)
    } else {
        return None;
    };
    Some(answer.unwrap_or_else(|refusal| refusal))
}

/// Answers paths that look like resources and are none, or returns `None`.
pub(crate) fn special(azure: &mut Azure, request: &Request) -> Option<Answer> {
    key_vault::special(azure, request)
        .or_else(|| app_configuration::special(azure, request))
        .or_else(|| authorization::roles::special(azure, request))
        .or_else(|| resources::tags::special(azure, request))
        .or_else(|| web::stacks::answer(request))
}
