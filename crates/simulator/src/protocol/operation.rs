//! Long-running operations: how they begin, pass the time, and end.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>;
//! states, headers and bodies as observed in recorded traffic.

use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::Form;
use crate::kind::azure::Azure;
use crate::kind::family::{Paths, Polled, Polling};
use crate::store::clock;
pub(crate) use crate::store::operation::{End, Operation, Work};
use crate::wire::answer::Answer;

/// What begins an operation.
#[derive(Debug)]
pub(crate) struct Begin<'a> {
    /// What it works on.
    pub resource: &'a ResourceId,
    /// What it does.
    pub work: Work,
    /// Its state while it runs.
    pub word: &'a str,
    /// How long it takes in Azure.
    pub secs: f64,
    /// The recorded `Retry-After`.
    pub retry_after: u64,
    /// The API version of the request.
    pub api_version: &'a str,
}

/// Begins an operation and returns its name.
pub(crate) fn begin(azure: &mut Azure, begin: &Begin<'_>) -> String {
    let name = azure.new_uuid("operation");
    let polled = Polled { store: azure, id: begin.resource, name: &name };
    let Paths { statuses, results } = (polling(azure, begin.resource).paths)(&polled);
    let end = azure.next_end.take().unwrap_or(End::Succeeded);
    let operation = Operation {
        name: name.clone(),
        resource: begin.resource.clone(),
        work: begin.work,
        word: begin.word.to_owned(),
        began: azure.now,
        ends: azure.now + azure.settings.latency.millis(begin.secs),
        end,
        done: false,
        retry_after: azure.settings.latency.retry_after(begin.retry_after),
        statuses,
        results,
        api_version: begin.api_version.to_owned(),
    };
    azure.state.operations.insert(operation);
    if let Some(stored) = azure.state.get_mut(begin.resource) {
        stored.operation = Some(name.clone());
    }
    azure.touched();
    name
}

fn polling(azure: &Azure, id: &ResourceId) -> &'static Polling {
    &azure.family_of(&id.resource_type()).polling
}

/// Adds the headers by which a client follows the operation.
pub(crate) fn follow(azure: &Azure, answer: Answer, name: &str, form: Form) -> Answer {
    let Some(operation) = azure.state.operations.get(name) else { return answer };
    let statuses = url(azure, operation, &operation.statuses);
    let results = match form {
        Form::AsyncAndResource => {
            format!("{}{}?api-version={}", azure.origin, operation.resource, operation.api_version)
        }
        _ => url(azure, operation, &operation.results),
    };
    let with_async = matches!(form, Form::Async | Form::AsyncAndLocation | Form::AsyncAndResource);
    let with_location =
        matches!(form, Form::Location | Form::AsyncAndLocation | Form::AsyncAndResource);
    let mut answer = answer;
    if with_async {
        answer = answer.with("azure-asyncoperation", statuses);
    }
    if with_location {
        answer = answer.with("location", results);
    }
    if with_async || with_location { paced(azure, answer, operation) } else { answer }
}

fn url(azure: &Azure, operation: &Operation, path: &str) -> String {
    let Operation { api_version, began, resource, .. } = operation;
    let query = polling(azure, resource).query;
    format!("{}{path}?{query}api-version={api_version}&t={began}", azure.origin)
}

fn paced(azure: &Azure, answer: Answer, operation: &Operation) -> Answer {
    let answer = answer.with("retry-after", operation.retry_after.to_string());
    match azure.settings.latency {
        crate::settings::Latency::Real => answer,
        // Understood by the Azure CLI and the SDKs, and shorter than a second.
        _ => answer.with("retry-after-ms", "20"),
    }
}

/// Answers a poll, or `None` where the path is not that of an operation.
pub(crate) fn poll(azure: &Azure, path: &str) -> Option<Answer> {
    let is_polled = |known: &str| known.replace("%20", " ").eq_ignore_ascii_case(path);
    let mut segments = path.split('/');
    let named = segments.find_map(|name| azure.state.operations.get(name));
    let operation = named
        .filter(|operation| is_polled(&operation.statuses) || is_polled(&operation.results))?;
    let is_status = is_polled(&operation.statuses) && operation.statuses != operation.results;
    Some(match (is_status, operation.done) {
        (true, false) => {
            let passed = azure.now.saturating_sub(operation.began) as f64;
            let passed = passed / operation.ends.saturating_sub(operation.began).max(1) as f64;
            let polling = polling(azure, &operation.resource);
            let body = status_body(azure, operation, &(polling.running)(&operation.word, passed));
            let answer = if polling.is_accepted_again {
                Answer::json(202, body)
                    .with("azure-asyncoperation", url(azure, operation, &operation.statuses))
                    .with("location", url(azure, operation, &operation.results))
            } else {
                Answer::json(200, body)
            };
            paced(azure, answer, operation)
        }
        (true, true) => Answer::json(200, status_body(azure, operation, operation.end.word())),
        (false, false) => {
            let location = url(azure, operation, &operation.results);
            paced(azure, Answer::empty(202).with("location", location), operation)
        }
        (false, true) => result(azure, operation),
    })
}

fn status_body(azure: &Azure, operation: &Operation, word: &str) -> Value {
    let mut body = json!({
        "name": operation.name,
        "status": word,
        "startTime": clock::text(operation.began),
    });
    if operation.done {
        body["endTime"] = json!(clock::text(operation.ends));
        if operation.end != End::Succeeded {
            body["error"] = failure(operation);
        }
    }
    (polling(azure, &operation.resource).shaped)(body)
}

fn failure(operation: &Operation) -> Value {
    match operation.end {
        End::Canceled => json!({
            "code": "OperationCanceled",
            "message": "The operation was preempted by another operation and was canceled.",
        }),
        _ => json!({
            "code": "InternalServerError",
            "message": "An error occurred while the operation was carried out.",
        }),
    }
}

fn result(azure: &Azure, operation: &Operation) -> Answer {
    if operation.end != End::Succeeded {
        return Answer::json(409, json!({"error": failure(operation)}));
    }
    match (operation.work, azure.state.get(&operation.resource)) {
        (Work::Write, Some(stored)) => Answer::json(200, azure.view(stored)),
        // Observed of resources that are moved to another group.
        (Work::Action, _) if is_group(&operation.resource) => Answer::empty(204),
        _ => Answer::empty(200),
    }
}

fn is_group(id: &ResourceId) -> bool {
    id.resource_type().is_group()
}

/// Lets every operation that is due come to its end.
///
/// An operation ends by itself, whether or not somebody looks at it.
pub(crate) fn advance(azure: &mut Azure) {
    let now = azure.now;
    let is_due = |operation: &&Operation| {
        !operation.done && operation.ends <= now && operation.end != End::Stuck
    };
    let due: Vec<Operation> = azure.state.operations.running().filter(is_due).cloned().collect();
    for operation in due {
        azure.state.operations.insert(Operation { done: true, ..operation.clone() });
        azure.touched();
        match (operation.work, operation.end) {
            (Work::Delete, End::Succeeded) => azure.remove(&operation.resource),
            (Work::Action, end) => {
                release(azure, &operation, None);
                let stored = azure.state.get(&operation.resource).cloned();
                if let Some(stored) = stored.filter(|_| end == End::Succeeded) {
                    (azure.kind_of(&stored.kind()).ended)(azure, &stored);
                }
            }
            (Work::Delete, _) => release(azure, &operation, Some("Succeeded")),
            (Work::Write, end) => release(azure, &operation, Some(end.word())),
        }
    }
}

/// Lets every operation that would never end fail, as Azure gives up what hangs.
pub(crate) fn give_up(azure: &mut Azure) {
    let stuck = azure.state.operations.running().filter(|op| op.end == End::Stuck);
    for operation in stuck.cloned().collect::<Vec<_>>() {
        azure.state.operations.insert(Operation { end: End::Failed, ..operation });
    }
    advance(azure);
}

fn release(azure: &mut Azure, operation: &Operation, word: Option<&str>) {
    let version = azure.state.next_version();
    let Some(stored) = azure.state.get_mut(&operation.resource) else { return };
    if stored.operation.as_deref() == Some(operation.name.as_str()) {
        stored.operation = None;
    }
    if let Some(word) = word
        && let Some(state) = stored.body.pointer_mut("/properties/provisioningState")
    {
        *state = json!(word);
        stored.version = version;
    }
}
