//! The apps themselves: what answers under the host names of sites and profiles.

use serde_json::Value;

use crate::families::traffic_manager::watch;
use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::{Answer, Body};
use crate::wire::request::Request;

const SITE: &str = "Microsoft.Web/sites";
const SLOT: &str = "Microsoft.Web/sites/slots";

/// Tells whether a host name means the simulator itself.
pub(crate) fn is_own(host: &str) -> bool {
    let own = ["", "localhost", "127.0.0.1", "[::1]", "::1"];
    own.contains(&host)
        || host.starts_with("management.")
        || host.starts_with("login.")
        || host == "169.254.169.254"
}

/// Answers as the app behind a host name would.
pub(crate) fn answer(azure: &Azure, request: &Request) -> Answer {
    // A client that would connect to one host and names another in `Host` says where it connects.
    let host = request.header("x-connected-to").unwrap_or(&request.host);
    let (status, served_by) = match status(azure, host, &request.path) {
        // A host that nobody here knows is somebody else's, and taken to be well.
        (404, nobody) if nobody.is_empty() && !is_of_service(host) => (200, host.to_owned()),
        known => known,
    };
    let text = match status {
        200..=399 => format!("Served by {served_by}.\n"),
        403 => "This web app is stopped.\n".to_owned(),
        _ => "Not found.\n".to_owned(),
    };
    let answer = Answer { body: Body::Text("text/plain", text), ..Answer::empty(status) };
    answer.with("x-simulated-site", served_by)
}

/// Returns the status that a probe of `path` under `host` gets, and who answers it.
pub(crate) fn status(azure: &Azure, host: &str, path: &str) -> (u16, String) {
    let path = if path.is_empty() { "/" } else { path };
    if let Some(health) = azure.state.hosts.get(host) {
        let status = health.paths.get(path).copied().unwrap_or(health.status);
        return (status, host.to_owned());
    }
    let is_named = |stored: &&Stored| {
        (stored.kind().is(SITE) || stored.kind().is(SLOT)) && answers_to(azure, stored, host)
    };
    let sites: Vec<&Stored> = azure.state.resources.values().filter(is_named).collect();
    if let Some(site) = sites.iter().find(|site| is_running(site)) {
        let default = site.text("/defaultHostName").unwrap_or_default().to_owned();
        if default != host && azure.state.hosts.contains_key(&default) {
            return self::status(azure, &default, path);
        }
        return (200, default);
    }
    if let Some(site) = sites.first() {
        return (403, site.id.name().to_owned());
    }
    match profile_target(azure, host) {
        Some(target) if target != host => self::status(azure, &target, path),
        _ => (404, String::new()),
    }
}

/// Tells whether the service gives names such as this; one that it has given to nobody is nobody's.
fn is_of_service(host: &str) -> bool {
    const SUFFIXES: [&str; 2] = [".azurewebsites.net", ".trafficmanager.net"];
    SUFFIXES.iter().any(|suffix| host.ends_with(suffix))
}

fn answers_to(azure: &Azure, site: &Stored, host: &str) -> bool {
    let default = site.text("/defaultHostName").unwrap_or_default();
    default.eq_ignore_ascii_case(host)
        || azure.state.below(&site.id).any(|child| {
            child.kind().last().eq_ignore_ascii_case("hostNameBindings")
                && child.id.name().eq_ignore_ascii_case(host)
        })
}

fn is_running(site: &Stored) -> bool {
    site.property("/enabled").and_then(Value::as_bool) != Some(false)
        && site.text("/state").is_none_or(|state| state == "Running")
}

/// Returns the host that a profile's name leads to: its first enabled endpoint.
pub(crate) fn profile_target(azure: &Azure, host: &str) -> Option<String> {
    let profile = azure.state.of_type(watch::PROFILE).find(|profile| {
        profile.text("/dnsConfig/fqdn").is_some_and(|name| name.eq_ignore_ascii_case(host))
    })?;
    if profile.text("/profileStatus") == Some("Disabled") {
        return None;
    }
    let mut endpoints: Vec<&Stored> = watch::endpoints(azure, &profile.id)
        .filter(|endpoint| endpoint.text("/endpointStatus") != Some("Disabled"))
        .collect();
    endpoints.sort_by_key(|endpoint| endpoint.property("/priority").and_then(Value::as_u64));
    let target = endpoints.first()?.text("/target")?;
    Some(target.trim_end_matches('.').to_ascii_lowercase())
}
