//! How a profile may probe its endpoints.

use serde_json::{Value, json};

use super::bad_request;
use crate::kind::Draft;
use crate::wire::answer::Answer;

/// Checks `monitorConfig` and fills in its defaults.
pub(super) fn check(draft: &mut Draft) -> Result<(), Answer> {
    let monitor = draft.property("/monitorConfig").cloned().unwrap_or_else(|| json!({}));
    let protocol = monitor["protocol"].as_str().unwrap_or_default();
    if !["HTTP", "HTTPS", "TCP"].contains(&protocol) {
        return Err(bad_request(
            "The property 'monitorConfig.protocol' must be HTTP, HTTPS or TCP.",
        ));
    }
    if !monitor["port"].as_u64().is_some_and(|port| (1..=65535).contains(&port)) {
        return Err(bad_request("The property 'monitorConfig.port' must be between 1 and 65535."));
    }
    check_path(protocol, &monitor)?;
    let interval = monitor["intervalInSeconds"].as_u64().unwrap_or(30);
    let longest = match interval {
        10 => 9,
        30 => 10,
        _ => {
            let text = format!(
                "The probing interval '{interval}' is not valid. It must be 10 or 30 seconds."
            );
            return Err(bad_request(text));
        }
    };
    let timeout = monitor["timeoutInSeconds"].as_u64().unwrap_or(longest);
    if !(5..=longest).contains(&timeout) {
        let text = format!(
            "The probe timeout '{timeout}' is not valid. With an interval of {interval} seconds it must be between 5 and {longest} seconds."
        );
        return Err(bad_request(text));
    }
    let tolerated = &monitor["toleratedNumberOfFailures"];
    if !tolerated.is_null() && tolerated.as_u64().is_none_or(|n| n > 9) {
        return Err(bad_request("The tolerated number of failures must be between 0 and 9."));
    }
    let is_many = |name: &str| monitor[name].as_array().is_some_and(|list| list.len() > 8);
    if is_many("customHeaders") || is_many("expectedStatusCodeRanges") {
        return Err(bad_request("At most 8 custom headers and 8 status code ranges are allowed."));
    }
    let properties = draft.properties();
    properties["monitorConfig"]["intervalInSeconds"] = json!(interval);
    properties["monitorConfig"]["timeoutInSeconds"] = json!(timeout);
    Ok(())
}

fn check_path(protocol: &str, monitor: &Value) -> Result<(), Answer> {
    let path = monitor["path"].as_str();
    match (protocol, path) {
        ("TCP", Some(path)) if !path.is_empty() => {
            Err(bad_request("The property 'monitorConfig.path' must not be set for TCP."))
        }
        ("TCP", _) => Ok(()),
        (_, Some(path)) if path.starts_with('/') => Ok(()),
        _ => Err(bad_request(
            "The property 'monitorConfig.path' must begin with '/' for HTTP and HTTPS.",
        )),
    }
}
