//! Where an operation is polled, and what it answers: each provider has a way of its own.
//!
//! Observed in recorded traffic.

use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::store::regions;

/// The paths of an operation, without a query.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    /// The one in `Azure-AsyncOperation`.
    pub statuses: String,
    /// The one in `Location`.
    pub results: String,
}

/// Returns the paths under which the operation `name` on `id` is polled.
pub(crate) fn paths(azure: &Azure, id: &ResourceId, name: &str) -> Paths {
    let kind = id.resource_type();
    let namespace = kind.namespace().to_owned();
    let subscription = &azure.settings.subscription;
    let region = azure.location_of(id);
    let group = id.resource_group().unwrap_or_default();
    let regional =
        format!("/subscriptions/{subscription}/providers/{namespace}/locations/{region}");
    let grouped =
        format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}");
    let pair = |base: &str, statuses: &str, results: &str| Paths {
        statuses: format!("{base}/{statuses}/{name}"),
        results: format!("{base}/{results}/{name}"),
    };
    let lower = kind.as_str().to_ascii_lowercase();
    match namespace.to_ascii_lowercase().as_str() {
        "microsoft.resources" => {
            let base = format!("/subscriptions/{subscription}");
            pair(&base, "operationresults", "operationresults")
        }
        "microsoft.network" if lower.starts_with("microsoft.network/dnszones") => {
            pair(&grouped, "dnsOperationStatuses", "dnsOperationResults")
        }
        "microsoft.network" if lower.starts_with("microsoft.network/privatednszones") => {
            pair(&grouped, "privateDnsOperationStatuses", "privateDnsOperationResults")
        }
        "microsoft.network" => pair(&regional, "operations", "operationResults"),
        "microsoft.storage" => pair(&regional, "asyncoperations", "asyncoperations"),
        "microsoft.cdn" => {
            let base = grouped.replacen("/resourceGroups/", "/resourcegroups/", 1);
            let statuses = format!("{base}/operationresults/{name}");
            let results = format!("{statuses}{}", results_of_children(id));
            Paths { statuses, results }
        }
        "microsoft.documentdb" => Paths {
            statuses: format!("{regional}/operationsStatus/{name}"),
            results: format!("{id}/operationResults/{name}"),
        },
        "microsoft.sql" => {
            let what = kind.last().trim_end_matches('s').to_owned();
            let base = format!("{grouped}/locations/{region}");
            pair(&base, &format!("{what}AzureAsyncOperation"), &format!("{what}OperationResults"))
        }
        "microsoft.cache" => {
            let place = regions::display(&region).replace(' ', "%20");
            let base =
                format!("/subscriptions/{subscription}/providers/{namespace}/locations/{place}");
            pair(&base, "asyncOperations", "operationresults")
        }
        "microsoft.web" => pair(id.as_str(), "operationresults", "operationresults"),
        _ => pair(&regional, "operationStatuses", "operationResults"),
    }
}

/// Returns `/profileresults/p/routeresults/r` for a resource of `Microsoft.Cdn`.
fn results_of_children(id: &ResourceId) -> String {
    let segments: Vec<&str> = id.segments().collect();
    let provider = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers"));
    let own = provider.map_or(&[][..], |at| segments.get(at + 2..).unwrap_or_default());
    let own = own.chunks_exact(2);
    own.map(|pair| {
        let kind = pair[0].to_ascii_lowercase();
        format!("/{}results/{}", kind.trim_end_matches('s'), pair[1])
    })
    .collect()
}

/// Returns what is asked for behind the path of `Location`, beside the API version.
pub(crate) fn query(id: &ResourceId) -> &'static str {
    match id.resource_type().namespace().to_ascii_lowercase().as_str() {
        "microsoft.storage" => "monitor=true&",
        _ => "",
    }
}

/// Tells whether a poll of the status answers 202 while the operation runs.
pub(crate) fn is_accepted_again(id: &ResourceId) -> bool {
    let kind = id.resource_type().as_str().to_ascii_lowercase();
    kind.starts_with("microsoft.network/privatednszones")
}

/// Returns the word for an operation that runs; `word` is the state of its resource, `passed` the
/// share of its time that is over.
pub(crate) fn running_word(id: &ResourceId, word: &str, passed: f64) -> String {
    match id.resource_type().namespace().to_ascii_lowercase().as_str() {
        "microsoft.network" | "microsoft.cdn" | "microsoft.sql" | "microsoft.cache" => "InProgress",
        "microsoft.documentdb" if passed < 0.2 => "Enqueued",
        "microsoft.documentdb" => "Dequeued",
        _ => word,
    }
    .to_owned()
}

/// Returns the body of a status as the provider forms it; `full` has all that there is to say.
pub(crate) fn shaped(id: &ResourceId, full: Value) -> Value {
    let status = &full["status"];
    let mut body = json!({"status": status});
    match id.resource_type().namespace().to_ascii_lowercase().as_str() {
        "microsoft.network" | "microsoft.documentdb" => {}
        // Observed: an error is there although nothing has failed.
        "microsoft.cdn" => body["error"] = json!({"code": "None", "message": null}),
        _ => return full,
    }
    if let Some(error) = full.get("error") {
        body["error"] = error.clone();
    }
    body
}
