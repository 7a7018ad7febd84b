//! Where the names of profiles lead.

use serde_json::Value;

use super::watch::{PROFILE, endpoints};
use super::{SUFFIX, status};
use crate::kind::azure::Azure;
use crate::kind::family::Served;
use crate::kind::visit::Visit;
use crate::store::state::Stored;

/// Returns where a profile's name leads: to its first enabled endpoint that is well.
pub(super) fn host(azure: &Azure, visit: &Visit) -> Option<Served> {
    let host = visit.connected.as_str();
    // No other name can be a profile's.
    if !host.to_ascii_lowercase().ends_with(SUFFIX) {
        return None;
    }
    let profile = azure.state.of_type(PROFILE).find(|profile| {
        profile.text("/dnsConfig/fqdn").is_some_and(|name| name.eq_ignore_ascii_case(host))
    })?;
    if profile.text("/profileStatus") == Some("Disabled") {
        return None;
    }
    let mut endpoints: Vec<&Stored> = endpoints(azure, &profile.id)
        .filter(|endpoint| endpoint.text("/endpointStatus") != Some("Disabled"))
        .collect();
    endpoints.sort_by_key(|endpoint| endpoint.property("/priority").and_then(Value::as_u64));
    // Those that are not well are left out, unless none is well.
    let is_well = |endpoint: &&&Stored| {
        !["Degraded", "Stopped"].contains(&status::of_endpoint(azure, endpoint))
    };
    let chosen = endpoints.iter().find(is_well).or_else(|| endpoints.first())?;
    let target = chosen.text("/target")?;
    Some(Served::Elsewhere(target.trim_end_matches('.').to_ascii_lowercase()))
}
