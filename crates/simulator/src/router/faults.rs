//! What goes wrong, decided by a seed and the ordinal of the request.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::kind::azure::Azure;
use crate::protocol::operation::End;
use crate::router::entra;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

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

/// The faults with what they have done so far.
#[derive(Debug, Default)]
pub(crate) struct Injector {
    faults: Faults,
    fitted: Vec<u32>,
    happened: Vec<u32>,
    ordinal: u64,
}

impl Injector {
    /// Makes an injector that has done nothing yet.
    pub fn new(faults: Faults) -> Self {
        let rules = faults.rules.len();
        Self { faults, fitted: vec![0; rules], happened: vec![0; rules], ordinal: 0 }
    }

    /// Returns the rules that strike this request.
    pub fn strike(&mut self, request: &Request) -> Vec<Rule> {
        self.ordinal += 1;
        let path = request.path.to_ascii_lowercase();
        let mut struck = Vec::new();
        for (index, rule) in self.faults.rules.iter().enumerate() {
            let is_method = rule.methods.is_empty()
                || rule.methods.iter().any(|m| m.eq_ignore_ascii_case(request.method.as_str()));
            if !is_method || !path.contains(&rule.path.to_ascii_lowercase()) {
                continue;
            }
            self.fitted[index] += 1;
            let is_due = self.fitted[index] > rule.after
                && rule.times.is_none_or(|times| self.happened[index] < times);
            if is_due && chance(self.faults.seed, self.ordinal, index) < rule.probability {
                self.happened[index] += 1;
                struck.push(rule.clone());
            }
        }
        struck
    }
}

/// Returns a number from 0 up to 1 that depends on nothing but its arguments.
fn chance(seed: u64, ordinal: u64, index: usize) -> f64 {
    // SplitMix64, whose output is well mixed for neighbouring inputs.
    let mut z = seed
        .wrapping_add(ordinal.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add((index as u64 + 1).wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

/// Returns the answer of a fault that keeps the request from being carried out.
pub(crate) fn refusal(azure: &Azure, rule: &Rule, request: &Request) -> Option<Answer> {
    let after = rule.retry_after.to_string();
    let too_many =
        "The request is being throttled as the limit has been reached for operation type.";
    Some(match rule.fault {
        Fault::Throttled => {
            Answer::error(429, "TooManyRequests", too_many).with("retry-after", after)
        }
        Fault::ThrottledWithoutHint => Answer::error(429, "TooManyRequests", too_many),
        Fault::Busy => busy(request).with("retry-after", after),
        Fault::InternalError => {
            let text = "The server encountered an internal error. Please retry the request.";
            Answer::error(500, "InternalServerError", text)
        }
        Fault::BadGateway => {
            let page = "<html><head><title>502 Bad Gateway</title></head></html>".to_owned();
            let body = crate::wire::answer::Body::Text("text/html", page);
            Answer { body, ..Answer::empty(502) }
        }
        Fault::Unavailable => {
            Answer::error(503, "ServiceUnavailable", "The service is temporarily unavailable.")
        }
        Fault::GatewayTimeout => {
            let text = "The gateway did not receive a response from the provider in time.";
            Answer::error(504, "GatewayTimeout", text)
        }
        Fault::Conflict if !request.is_read() => {
            let text = "Another operation on this or dependent resource is in progress.";
            Answer::error(409, "AnotherOperationInProgress", text)
        }
        Fault::PreconditionFailed if !request.is_read() => {
            let text = "The condition '' for the resource was not met (etag mismatch).";
            Answer::error(412, "PreconditionFailed", text)
        }
        Fault::ExpiredToken => entra::expired(azure),
        Fault::Denied => {
            let text = "The client does not have authorization to perform the action.";
            Answer::error(403, "AuthorizationFailed", text)
        }
        _ => return None,
    })
}

/// App Service has an error of its own for this. Observed in recorded traffic.
fn busy(request: &Request) -> Answer {
    if request.path.to_ascii_lowercase().contains("/providers/microsoft.web/") {
        let text = "Cannot acquire exclusive lock to create or update this server farm. Retry the \
                    request later.";
        return Answer::web_error(429, "429", text);
    }
    Answer::json(
        429,
        json!({"error": {
            "code": "RetryableError",
            "message": "A retryable error occurred.",
            "details": [{
                "code": "RetryableErrorDueToAnotherOperation",
                "message": "Operation is blocked by another operation on the resource. Please retry.",
            }],
        }}),
    )
}

/// Prepares the fate of a write that a fault lets pass for now.
pub(crate) fn prepare(azure: &mut Azure, rule: &Rule, request: &Request) {
    let is_write = !request.is_read();
    match rule.fault {
        Fault::OperationFails if is_write => azure.next_end = Some(End::Failed),
        Fault::OperationCanceled if is_write => azure.next_end = Some(End::Canceled),
        Fault::OperationStuck if is_write => azure.next_end = Some(End::Stuck),
        Fault::StaleReads if is_write => azure.next_stale_reads = rule.reads,
        Fault::BrokenPage => azure.is_next_page_broken = true,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Method, Uri};

    use super::*;

    fn request(method: Method) -> Request {
        Request::new(method, &Uri::from_static("/subscriptions/s"), HeaderMap::new(), Vec::new())
    }

    fn rule(text: &str) -> Rule {
        serde_json::from_str(text).expect("valid rule")
    }

    #[test]
    fn equal_seeds_strike_alike_and_others_do_not() {
        let strikes = |seed| {
            let rules = vec![rule(r#"{"fault": "busy", "probability": 0.5}"#)];
            let mut injector = Injector::new(Faults { seed, rules });
            (0..64).map(|_| injector.strike(&request(Method::GET)).len()).collect::<Vec<_>>()
        };
        assert_eq!(strikes(7), strikes(7));
        assert_ne!(strikes(7), strikes(8));
        let hits: usize = strikes(7).iter().sum();
        assert!((16..48).contains(&hits), "{hits}");
    }

    #[test]
    fn times_after_and_methods_limit_a_rule() {
        let text = r#"{"fault": "throttled", "methods": ["put"], "after": 1, "times": 1}"#;
        let mut injector = Injector::new(Faults { seed: 0, rules: vec![rule(text)] });
        let mut struck = |method| !injector.strike(&request(method)).is_empty();
        assert!(!struck(Method::PUT));
        assert!(!struck(Method::GET));
        assert!(struck(Method::PUT));
        assert!(!struck(Method::PUT));
    }
}
