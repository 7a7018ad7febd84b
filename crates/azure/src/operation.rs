//! Long-running operations, in all the ways that services have of running them.
//!
//! The first answer decides how an operation is followed, not the documentation: a URL in
//! `Azure-AsyncOperation`, else one in `Location`, else a `provisioningState` that is not terminal.
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>.

mod poll;
mod time_limit;

use std::time::Duration;

use jiff::Timestamp;
use resource::ResourceId;
use serde_json::Value;
use url::Url;

use crate::client::describe;
use crate::fault::Fault;
use crate::request::{Request, Response};
use crate::retry::retry_after;
use crate::{Cloud, Error, Refused};

/// What an operation does to its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Write,
    Delete,
    Action,
}

/// How an operation is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Follow {
    /// The first answer was the end.
    Nothing,
    /// The URL of `Azure-AsyncOperation`: a document with a `status`.
    Status(Url),
    /// The URL of `Location`: 202 until it is done.
    Location(Url),
    /// The resource itself: its `provisioningState`, or its absence after a delete.
    Resource,
}

/// An operation that ARM has accepted; [`crate::Writer::wait`] sees it to its end.
#[derive(Debug, Clone)]
pub struct Operation {
    pub(crate) purpose: Purpose,
    pub(crate) follow: Follow,
    pub(crate) id: ResourceId,
    pub(crate) api_version: String,
    /// The request that began it, without its query.
    pub(crate) request: String,
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// How long the last answer asked to wait.
    pub(crate) asked: Option<Duration>,
}

impl Operation {
    /// Reads from the first answer how the operation is to be followed.
    pub(crate) fn begun(
        cloud: &Cloud,
        purpose: Purpose,
        id: &ResourceId,
        api_version: &str,
        request: &Request,
        response: Response,
    ) -> Result<Self, Error> {
        let follow = follow(cloud, purpose, id, request, &response)?;
        Ok(Self {
            purpose,
            follow,
            id: id.clone(),
            api_version: api_version.to_owned(),
            request: request.label(),
            status: response.status,
            asked: retry_after(&response.headers, Timestamp::now()),
            body: response.body,
        })
    }

    /// Returns the resource that the operation works on.
    pub fn resource(&self) -> &ResourceId {
        &self.id
    }

    /// Tells whether there is nothing to wait for.
    pub fn is_finished(&self) -> bool {
        self.follow == Follow::Nothing
    }

    /// Returns the body of the first answer, `null` where there was none. For many types it is the
    /// request echoed, not what is stored.
    pub fn first_answer(&self) -> &Value {
        &self.body
    }

    /// Tells whether the answer to a write was none of ARM's: a page that is not JSON, as a proxy answers,
    /// or nothing at all. Such a write may not have arrived; the resource itself has to tell.
    pub fn is_unconfirmed(&self) -> bool {
        self.purpose == Purpose::Write
            && self.follow == Follow::Resource
            && is_no_answer(self.status, &self.body)
    }

    /// Tells whether a write made the resource, as far as the status tells.
    pub fn has_created(&self) -> bool {
        self.status == 201
    }

    fn failed(&self, status: &str, fault: Fault, response: &Response) -> Error {
        let refused: Refused = describe(self.request.clone(), fault, response, 1);
        Error::OperationFailed { status: status.to_owned(), refused: Box::new(refused) }
    }
}

fn follow(
    cloud: &Cloud,
    purpose: Purpose,
    id: &ResourceId,
    request: &Request,
    response: &Response,
) -> Result<Follow, Error> {
    let named = |header: &str| -> Result<Option<Url>, Error> {
        let Some(url) = polling_url(cloud, request, response, header)? else { return Ok(None) };
        // Some services name the resource itself; then its state tells.
        let own = url.path().trim_end_matches('/').eq_ignore_ascii_case(id.as_str());
        Ok((!own).then_some(url))
    };
    if let Some(url) = named("azure-asyncoperation")? {
        return Ok(Follow::Status(url));
    }
    if matches!(response.status, 201 | 202)
        && let Some(url) = named("location")?
    {
        return Ok(Follow::Location(url));
    }
    let unfinished = state_of(&response.body).is_some_and(|state| !is_terminal(state));
    let unconfirmed = is_no_answer(response.status, &response.body);
    Ok(match purpose {
        Purpose::Action if response.body.is_string() => {
            return Err(Error::Unreadable {
                request: request.label(),
                found: "a page that is not JSON".into(),
                expected: "ARM's own answer",
            });
        }
        Purpose::Write if unconfirmed => Follow::Resource,
        // An empty answer to a delete is usual.
        Purpose::Delete if response.body.is_string() => Follow::Resource,
        Purpose::Write if response.status == 202 || unfinished => Follow::Resource,
        Purpose::Delete if response.status == 202 => Follow::Resource,
        Purpose::Write if state_of(&response.body).is_some_and(is_failure) => Follow::Resource,
        _ => Follow::Nothing,
    })
}

/// Tells whether an answer with a success has nothing of ARM's in it. 204 says that nothing comes, and 202
/// that it comes later.
fn is_no_answer(status: u16, body: &Value) -> bool {
    let comes_later = body.is_null() && matches!(status, 202 | 204);
    !body.is_object() && !comes_later
}

/// Returns the URL in a header of an answer; `None` where there is none that can be read.
fn polling_url(
    cloud: &Cloud,
    request: &Request,
    response: &Response,
    header: &str,
) -> Result<Option<Url>, Error> {
    let Some(url) = response.header(header).and_then(|text| request.url.join(text).ok()) else {
        return Ok(None);
    };
    if cloud.is_resource_manager(&url) {
        Ok(Some(url))
    } else {
        Err(Error::foreign(request.label(), &url))
    }
}

/// Returns the `provisioningState` of a resource's body.
pub(crate) fn state_of(body: &Value) -> Option<&str> {
    let state = body.pointer("/properties/provisioningState").and_then(Value::as_str);
    // `sites/sourcecontrols` and some older types have it nowhere else.
    state.or_else(|| body.get("provisioningState").and_then(Value::as_str))
}

/// Tells whether a state is final. Every other word, known or not, means: go on.
pub(crate) fn is_terminal(state: &str) -> bool {
    is_success(state) || is_failure(state)
}

fn is_success(state: &str) -> bool {
    state.eq_ignore_ascii_case("Succeeded")
}

fn is_failure(state: &str) -> bool {
    ["Failed", "Canceled", "Cancelled"].iter().any(|word| state.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
