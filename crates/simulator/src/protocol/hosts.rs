//! The apps themselves: what answers under the host names that families give.

use crate::kind::azure::Azure;
use crate::kind::family::Served;
use crate::kind::visit::{Reply, Visit};
use crate::wire::answer::{Answer, Body};
use crate::wire::request::Request;

/// Answers as the app behind a host name would.
pub(crate) fn answer(azure: &Azure, request: &Request) -> Answer {
    written(ask_taking_strangers_for_well(azure, &Visit::of(request)))
}

/// Makes an answer of what came of a visit.
pub(crate) fn written(reply: Reply) -> Answer {
    let text = match reply.status {
        200..=399 => reply.body.clone().unwrap_or_else(|| format!("Served by {}.\n", reply.by)),
        403 => "This web app is stopped, or does not let you in.\n".to_owned(),
        _ => "Not found.\n".to_owned(),
    };
    let mut answer = Answer { body: Body::Text("text/plain", text), ..Answer::empty(reply.status) };
    for (name, value) in reply.headers {
        answer = answer.with(name, value);
    }
    answer.with("x-simulated-site", reply.by)
}

/// Asks what answers, where a host that nobody here knows is somebody else's and taken to be well.
pub(crate) fn ask_taking_strangers_for_well(azure: &Azure, visit: &Visit) -> Reply {
    match ask(azure, visit) {
        nobody if nobody.by.is_empty() && !is_of_service(azure, &visit.connected) => {
            Reply::of(200, &visit.connected)
        }
        reply => reply,
    }
}

/// Asks what answers a visit; nobody's answer is 404 by nobody.
pub(crate) fn ask(azure: &Azure, visit: &Visit) -> Reply {
    // A chain of more than ten is a loop.
    let mut at = visit.clone();
    for _ in 0..10 {
        let host = at.connected.clone();
        match served(azure, &at) {
            Some(Served::Refused(name)) => return Reply::of(403, name),
            Some(Served::Answered(reply)) => return reply,
            Some(Served::Elsewhere(target)) if !knows(azure, &host) && target != host => {
                at.connected = target;
            }
            Some(Served::Here(status, name)) if !knows(azure, &host) => {
                return health(azure, &name, &at.path).unwrap_or_else(|| Reply::of(status, name));
            }
            _ => return health(azure, &host, &at.path).unwrap_or_else(|| Reply::of(404, "")),
        }
    }
    Reply::of(404, "")
}

fn knows(azure: &Azure, host: &str) -> bool {
    azure.state.hosts.contains_key(host)
}

/// Returns what a scenario says of a host.
fn health(azure: &Azure, host: &str, path: &str) -> Option<Reply> {
    let health = azure.state.hosts.get(host)?;
    let status = health.paths.get(path).copied().unwrap_or(health.status);
    Some(Reply { body: health.body.clone(), ..Reply::of(status, host) })
}

/// Returns what answers under a host name that a family gives.
pub(crate) fn served(azure: &Azure, visit: &Visit) -> Option<Served> {
    azure.families.iter().find_map(|family| (family.host)(azure, visit))
}

/// Tells whether there is something under a host name, in whatever state.
pub(crate) fn is_there(azure: &Azure, host: &str) -> bool {
    knows(azure, host) || served(azure, &Visit::plain(host, "/")).is_some()
}

/// Tells whether a service gives names such as this; one that it has given to nobody is nobody's.
pub(crate) fn is_of_service(azure: &Azure, host: &str) -> bool {
    let mut suffixes = azure.families.iter().flat_map(|family| family.suffixes);
    suffixes.any(|suffix| host.ends_with(suffix))
}
