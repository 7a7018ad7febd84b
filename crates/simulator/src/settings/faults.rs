//! What can go wrong, and when.

use serde::{Deserialize, Serialize};

/// A way in which a request can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// 429 `TooManyRequests` with `Retry-After`.
    Throttled,
    /// 429 without `Retry-After`.
    ThrottledWithoutHint,
    /// 429 `RetryableError`: another operation holds the resource.
    Busy,
    /// 500.
    InternalError,
    /// 502 with a page of HTML.
    BadGateway,
    /// 503.
    Unavailable,
    /// 504.
    GatewayTimeout,
    /// The connection ends before the request is looked at.
    ResetBefore,
    /// The request takes effect, then the connection ends without an answer.
    ResetAfter,
    /// The answer comes late, by [`Rule::millis`].
    Slow,
    /// The answer ends in the middle.
    Truncated,
    /// The operation that the request begins fails.
    OperationFails,
    /// It is cancelled.
    OperationCanceled,
    /// It never ends.
    OperationStuck,
    /// The next reads of what was written answer the state before, [`Rule::reads`] times.
    StaleReads,
    /// 409 `AnotherOperationInProgress`.
    Conflict,
    /// 412 `PreconditionFailed`.
    PreconditionFailed,
    /// 400 `InvalidRequestContent` with what was sent in its message, as providers quote what they cannot read.
    Echo,
    /// 401 `ExpiredAuthenticationToken`.
    ExpiredToken,
    /// 403 `AuthorizationFailed`: a right is missing.
    Denied,
    /// The link to the next page answers 500 once.
    BrokenPage,
}

/// When a fault happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// What goes wrong.
    pub fault: Fault,
    /// How likely it is for each request that fits, 0 to 1.
    #[serde(default = "certain")]
    pub probability: f64,
    /// The methods it happens to; empty for all.
    #[serde(default)]
    pub methods: Vec<String>,
    /// A part of the path, without case; empty for all.
    #[serde(default)]
    pub path: String,
    /// How many requests that fit pass before it can happen.
    #[serde(default)]
    pub after: u32,
    /// How often it happens at most; absent for no limit.
    #[serde(default)]
    pub times: Option<u32>,
    /// The seconds in `Retry-After`.
    #[serde(default = "one")]
    pub retry_after: u64,
    /// How late a slow answer comes.
    #[serde(default = "late")]
    pub millis: u64,
    /// How many reads are stale.
    #[serde(default = "few")]
    pub reads: u32,
}

fn certain() -> f64 {
    1.0
}

fn one() -> u64 {
    1
}

fn late() -> u64 {
    500
}

fn few() -> u32 {
    2
}

/// What goes wrong, and by which seed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Faults {
    /// The seed: equal seeds and equal requests in equal order give equal faults.
    pub seed: u64,
    /// When which fault happens.
    pub rules: Vec<Rule>,
}
