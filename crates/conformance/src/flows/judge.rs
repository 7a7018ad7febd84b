//! Whether an answer of the simulator is like the recorded one.

use resource::{ResourceId, ResourceType};
use serde_json::Value;

use super::recording::{Response, code_of, path_of};
use crate::likeness::{self, Likeness};

/// What came of one exchange.
#[derive(Debug)]
pub struct Verdict {
    /// The exchange: method and path.
    pub exchange: String,
    /// The type that it speaks of.
    pub resource_type: ResourceType,
    /// Whether the simulator models the type.
    pub is_covered: bool,
    /// The recorded and the simulated status.
    pub status: (u16, u16),
    /// How many headers were looked at.
    pub headers: usize,
    /// What is wrong with them.
    pub wrong_headers: Vec<String>,
    /// The recorded and the simulated code of a refusal, where they differ.
    pub wrong_code: Option<(String, String)>,
    /// How the bodies compare.
    pub likeness: Likeness,
}

impl Verdict {
    /// Tells whether the status is right.
    pub fn is_status_right(&self) -> bool {
        self.status.0 == self.status.1
    }
}

/// The recorded headers that are looked at.
const HEADERS: [&str; 4] = ["Location", "Azure-AsyncOperation", "Retry-After", "ETag"];

/// What is known about an exchange.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The resource that the request is about.
    pub resource: Option<&'a ResourceId>,
    /// Whether the request polls an operation.
    pub is_poll: bool,
    /// Whether the absence of `Retry-After` in the recording says something.
    pub keeps_retry_after: bool,
}

/// Compares the headers; returns how many were looked at and what is wrong.
pub fn headers(
    recorded: &Response,
    simulated: &Response,
    subject: Subject<'_>,
) -> (usize, Vec<String>) {
    let mut looked_at = 0;
    let mut wrong = vec![];
    for name in HEADERS {
        let pair = (recorded.header(name), simulated.header(name));
        if pair == (None, None) {
            continue;
        }
        // Polls differ from one to the next in whether they say how long to wait.
        let is_open = name == "Retry-After" && (subject.is_poll || !subject.keeps_retry_after);
        match pair {
            (None, Some(_)) if is_open => continue,
            (None, Some(value)) => wrong.push(format!("{name}: Azure sends none, got `{value}`")),
            (Some(value), None) => wrong.push(format!("{name}: `{value}` is missing")),
            (Some(azure), Some(ours)) => {
                let (azure, ours) =
                    (form(name, azure, subject.resource), form(name, ours, subject.resource));
                if azure != ours {
                    wrong.push(format!("{name}: `{azure}` in Azure, got `{ours}`"));
                }
            }
            (None, None) => {}
        }
        looked_at += 1;
    }
    (looked_at, wrong)
}

/// Returns what two headers of the same form share.
fn form(name: &str, value: &str, resource: Option<&ResourceId>) -> String {
    match name {
        "Retry-After" if value.parse::<u32>().is_ok() => "seconds".to_owned(),
        "ETag" => {
            let quotes = value.starts_with('"') || value.starts_with("W/\"");
            let weak = if value.starts_with("W/") { "weak " } else { "" };
            format!("{weak}{}", if quotes { "quoted" } else { "bare" })
        }
        "Location" | "Azure-AsyncOperation" => {
            let path = path_of(value).replace("%20", " ");
            if resource.is_some_and(|id| id.as_str().eq_ignore_ascii_case(&path)) {
                return "the resource".to_owned();
            }
            let version = if value.to_lowercase().contains("api-version=") { "" } else { " bare" };
            format!("{}{version}", shape(&path))
        }
        _ => value.to_owned(),
    }
}

/// Returns a path without names: only what they are names of.
pub fn shape(path: &str) -> String {
    let mut shape = String::new();
    let mut is_key = true;
    let mut after_providers = false;
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let segment = segment.to_ascii_lowercase();
        if after_providers {
            shape.push_str(&format!("/{segment}"));
            (after_providers, is_key) = (false, true);
        } else if is_key {
            after_providers = segment == "providers";
            shape.push_str(&format!("/{segment}"));
            is_key = after_providers;
        } else {
            shape.push_str("/*");
            is_key = true;
        }
    }
    shape
}

/// Compares the codes of refusals; returns them where they differ.
pub fn code(recorded: &Response, simulated: &Response) -> Option<(String, String)> {
    if recorded.is_success() {
        return None;
    }
    let azure = recorded.code().unwrap_or_default();
    let ours = code_of(&simulated.body).unwrap_or_default();
    (azure != ours).then(|| (azure.to_owned(), ours.to_owned()))
}

/// Compares the bodies, of refusals only the form.
pub fn body(recorded: &Response, simulated: &Response) -> Likeness {
    if recorded.body == Value::Null {
        return Likeness::default();
    }
    likeness::compare(&recorded.body, &simulated.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polling_urls_are_compared_by_what_they_are_made_of() {
        let path = "/subscriptions/s/providers/Microsoft.Network/locations/westus2/operations/1";
        assert_eq!(
            shape(path),
            "/subscriptions/*/providers/microsoft.network/locations/*/operations/*"
        );
        let path = "/subscriptions/s/operationresults/x";
        assert_eq!(shape(path), "/subscriptions/*/operationresults/*");
    }

    #[test]
    fn etags_are_compared_by_their_quotes() {
        assert_eq!(form("ETag", "W/\"1\"", None), "weak quoted");
        assert_eq!(form("ETag", "1", None), "bare");
    }
}
