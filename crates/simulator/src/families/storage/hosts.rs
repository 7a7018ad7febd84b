//! What answers under the names of storage accounts.

use super::ACCOUNT;
use crate::kind::azure::Azure;
use crate::kind::family::Served;
use crate::kind::visit::Visit;

/// The services of an account that answer requests of browsers.
const SERVICES: &[&str] = &[".blob.core.windows.net", ".web.core.windows.net"];

/// Returns the account that a name belongs to; the name of its copy leads to it where it may be read.
pub(super) fn of(azure: &Azure, visit: &Visit) -> Option<Served> {
    let host = visit.connected.as_str();
    let label = SERVICES.iter().find_map(|service| host.strip_suffix(service))?;
    let (name, is_copy) = match label.strip_suffix("-secondary") {
        Some(name) => (name, true),
        None => (label, false),
    };
    let account = azure.state.of_type(ACCOUNT).find(|account| account.id.name() == name)?;
    let sku = account.body["sku"]["name"].as_str().unwrap_or_default();
    if is_copy && !sku.contains("_RA") {
        return None;
    }
    let is_linked = visit.link.as_ref().is_some_and(|link| link.is_within(&account.id));
    let is_shut = account.text("/publicNetworkAccess") == Some("Disabled");
    if is_shut && !is_linked {
        return Some(Served::Refused(host.to_owned()));
    }
    Some(Served::Here(200, host.to_owned()))
}
