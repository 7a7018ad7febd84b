//! What Traffic Manager says about the health of endpoints and profiles.
//!
//! Source: <https://learn.microsoft.com/azure/traffic-manager/traffic-manager-monitoring>.

use serde_json::Value;

use crate::families::traffic_manager::watch;
use crate::kind::azure::Azure;
use crate::kind::visit::Visit;
use crate::protocol::hosts;
use crate::store::state::Stored;

/// The service tag of the addresses that probes come from.
const TAG: &str = "AzureTrafficManager";

/// Returns `endpointMonitorStatus`.
pub(super) fn of_endpoint(azure: &Azure, endpoint: &Stored) -> &'static str {
    let profile = endpoint.id.parent().and_then(|id| azure.state.get(&id));
    let Some(profile) = profile else { return "Inactive" };
    if profile.text("/profileStatus") == Some("Disabled") {
        return "Inactive";
    }
    if endpoint.text("/endpointStatus") == Some("Disabled") {
        return "Disabled";
    }
    if endpoint.text("/alwaysServe") == Some("Enabled") {
        return "Unmonitored";
    }
    let target = endpoint.text("/targetResourceId").and_then(|id| azure.state.named(id));
    if let Some(target) = target
        && target.kind().is(watch::PROFILE)
    {
        return of_nested(azure, endpoint, target);
    }
    // The first probe takes its time.
    let interval = profile.property("/monitorConfig/intervalInSeconds").and_then(Value::as_f64);
    let first = azure.settings.latency.millis(interval.unwrap_or(30.0));
    if azure.now < endpoint.created + first {
        return "CheckingEndpoint";
    }
    probed(azure, profile, endpoint)
}

fn probed(azure: &Azure, profile: &Stored, endpoint: &Stored) -> &'static str {
    let host =
        endpoint.text("/target").unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    let path = profile.text("/monitorConfig/path").unwrap_or("/");
    let probe = Visit { tag: Some(TAG), ..Visit::plain(&host, path) };
    let reply = hosts::ask(azure, &probe);
    match reply.status {
        // A host that nobody here knows is somebody else's, and taken to be well.
        404 if reply.by.is_empty() => "Online",
        403 => "Stopped",
        status if is_expected(profile, status) => "Online",
        _ => "Degraded",
    }
}

fn is_expected(profile: &Stored, status: u16) -> bool {
    let ranges = profile.property("/monitorConfig/expectedStatusCodeRanges");
    let ranges = ranges.and_then(Value::as_array).filter(|ranges| !ranges.is_empty());
    let Some(ranges) = ranges else { return status == 200 };
    let status = u64::from(status);
    ranges.iter().any(|range| {
        let min = range["min"].as_u64().unwrap_or(200);
        (min..=range["max"].as_u64().unwrap_or(min)).contains(&status)
    })
}

fn of_nested(azure: &Azure, endpoint: &Stored, child: &Stored) -> &'static str {
    if ["Disabled", "Inactive"].contains(&of_profile(azure, child)) {
        return "Stopped";
    }
    let statuses: Vec<&str> =
        watch::endpoints(azure, &child.id).map(|stored| of_endpoint(azure, stored)).collect();
    let count =
        |wanted: &[&str]| statuses.iter().filter(|status| wanted.contains(status)).count() as u64;
    let needed = endpoint.property("/minChildEndpoints").and_then(Value::as_u64).unwrap_or(1);
    if count(&["Online", "Unmonitored"]) >= needed {
        "Online"
    } else if count(&["Online", "Unmonitored", "CheckingEndpoint"]) >= needed {
        "CheckingEndpoint"
    } else {
        "Degraded"
    }
}

/// Returns `profileMonitorStatus`.
pub(super) fn of_profile(azure: &Azure, profile: &Stored) -> &'static str {
    if profile.text("/profileStatus") == Some("Disabled") {
        return "Disabled";
    }
    let statuses: Vec<&str> =
        watch::endpoints(azure, &profile.id).map(|stored| of_endpoint(azure, stored)).collect();
    let has = |wanted: &str| statuses.contains(&wanted);
    if has("Degraded") {
        "Degraded"
    } else if has("Online") || has("Unmonitored") {
        "Online"
    } else if has("CheckingEndpoint") {
        "CheckingEndpoints"
    } else {
        "Inactive"
    }
}
