//! What goes wrong, decided by a seed and the ordinal of the request.

use crate::kind::azure::Azure;
use crate::kind::family::GENERIC;
use crate::protocol::token;
use crate::settings::faults::{Fault, Faults, Rule};
use crate::store::operation::End;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

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
        Fault::Busy => busy(azure, request).with("retry-after", after),
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
        Fault::Echo if !request.is_read() => {
            let sent = String::from_utf8_lossy(&request.body);
            let text = format!(
                "The request content was invalid and could not be deserialized: 'Error converting value {sent}'."
            );
            Answer::error(400, "InvalidRequestContent", text)
        }
        Fault::ExpiredToken => token::expired(azure),
        Fault::Denied => {
            let text = "The client does not have authorization to perform the action.";
            Answer::error(403, "AuthorizationFailed", text)
        }
        _ => return None,
    })
}

/// Each provider has an error of its own for this.
fn busy(azure: &Azure, request: &Request) -> Answer {
    let path = request.path.to_ascii_lowercase();
    let mut families = azure.families.iter();
    let own = families.find(|family| {
        path.contains(&format!("/providers/{}", family.prefix.to_ascii_lowercase()))
    });
    (own.map_or(GENERIC.busy, |family| family.busy))()
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
