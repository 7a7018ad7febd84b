//! What answers under the names of sites and slots.

use serde_json::Value;

use super::{access, functions};
use crate::kind::azure::Azure;
use crate::kind::family::Served;
use crate::kind::visit::{Reply, Visit};
use crate::store::state::Stored;

/// Returns the site that answers to a name; of several one that runs.
///
/// What comes from the edge is told apart by its `Host`; other clients are taken at the name that they
/// connect to.
pub(super) fn of(azure: &Azure, visit: &Visit) -> Option<Served> {
    let host = if visit.tag.is_some() { visit.name() } else { &visit.connected };
    let is_named = |site: &&Stored| answers_to(azure, site, host);
    let sites: Vec<&Stored> = super::sites(azure).filter(is_named).collect();
    let Some(site) = sites.iter().find(|site| is_running(site)) else {
        return sites.first().map(|site| Served::Here(403, site.id.name().to_owned()));
    };
    if !access::lets_in(azure, site, visit) {
        return Some(Served::Refused(site.id.name().to_owned()));
    }
    if let Some(status) = access::turned_away(azure, site, visit) {
        return Some(Served::Answered(Reply::of(status, site.id.name())));
    }
    // "Function host is not running."
    let status = if functions::can_start(azure, site) { 200 } else { 503 };
    Some(Served::Here(status, site.text("/defaultHostName").unwrap_or_default().to_owned()))
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
