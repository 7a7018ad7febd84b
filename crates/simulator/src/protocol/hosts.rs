//! The apps themselves: what answers under the host names that families give.

use crate::kind::azure::Azure;
use crate::kind::family::Served;
use crate::wire::answer::{Answer, Body};
use crate::wire::request::Request;

/// Answers as the app behind a host name would.
pub(crate) fn answer(azure: &Azure, request: &Request) -> Answer {
    // A client that would connect to one host and names another in `Host` says where it connects.
    let host = request.header("x-connected-to").unwrap_or(&request.host);
    let (status, served_by) = match status(azure, host, &request.path) {
        // A host that nobody here knows is somebody else's, and taken to be well.
        (404, nobody) if nobody.is_empty() && !is_of_service(azure, host) => (200, host.to_owned()),
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
    match served(azure, host) {
        Some(Served::Here(_, name)) if name != host && azure.state.hosts.contains_key(&name) => {
            self::status(azure, &name, path)
        }
        Some(Served::Here(status, name)) => (status, name),
        Some(Served::Elsewhere(target)) if target != host => self::status(azure, &target, path),
        _ => (404, String::new()),
    }
}

/// Returns what answers under a host name that a family gives.
pub(crate) fn served(azure: &Azure, host: &str) -> Option<Served> {
    azure.families.iter().find_map(|family| (family.host)(azure, host))
}

/// Tells whether a service gives names such as this; one that it has given to nobody is nobody's.
fn is_of_service(azure: &Azure, host: &str) -> bool {
    let mut suffixes = azure.families.iter().flat_map(|family| family.suffixes);
    suffixes.any(|suffix| host.ends_with(suffix))
}
