//! What the firewall says of a request.
//!
//! Source: <https://learn.microsoft.com/azure/web-application-firewall/afds/waf-front-door-custom-rules>:
//! custom rules by their priority, the first that matches and does more than to log decides. What managed
//! rules find in a request is not simulated.

use base64::Engine;
use serde_json::Value;

use super::conditions::Condition;
use super::{Front, deployed};
use crate::families::front_door::security::POLICIES;
use crate::families::front_door::within::{ids, is_id};
use crate::kind::azure::Azure;
use crate::kind::visit::{Reply, Visit};

/// Returns the policy that stands before a host, while it is on.
pub(super) fn policy<'a>(azure: &'a Azure, front: &Front<'_>) -> Option<(String, &'a Value)> {
    let all = deployed::all(azure, POLICIES, Some(&front.profile.id));
    let own = all.into_iter().find(|(_, body)| {
        let list = body.pointer("/properties/parameters/associations").and_then(Value::as_array);
        let mut domains = list.into_iter().flatten().flat_map(|row| ids(row.get("domains")));
        domains.any(|id| is_id(id, &front.key))
    });
    let (_, body) = own?;
    let id = body.pointer("/properties/parameters/wafPolicy/id")?.as_str()?;
    let policy = deployed::body(azure, id)?;
    let is_on = policy["properties"]["policySettings"]["enabledState"] != "Disabled";
    is_on.then(|| (id.to_ascii_lowercase(), policy))
}

/// Returns the custom rules that are on, by their priority.
pub(super) fn rules(policy: &Value) -> Vec<&Value> {
    let rules = policy.pointer("/properties/customRules/rules").and_then(Value::as_array);
    let mut rules: Vec<&Value> =
        rules.into_iter().flatten().filter(|rule| rule["enabledState"] != "Disabled").collect();
    rules.sort_by_key(|rule| rule["priority"].as_u64());
    rules
}

/// Tells whether all conditions of a rule hold.
pub(super) fn matches(rule: &Value, visit: &Visit) -> bool {
    let mut rows = rule["matchConditions"].as_array().into_iter().flatten();
    rows.all(|row| Condition::of_firewall(row).holds(visit))
}

/// Tells whether a policy only writes down what it finds.
pub(super) fn is_detecting(policy: &Value) -> bool {
    policy["properties"]["policySettings"]["mode"] == "Detection"
}

/// Returns the answer to a request that the firewall stops; rules about rates are looked at elsewhere.
pub(super) fn verdict(azure: &Azure, front: &Front<'_>, visit: &Visit) -> Option<Reply> {
    let (_, policy) = policy(azure, front)?;
    if is_detecting(policy) {
        return None;
    }
    let mut rules = rules(policy).into_iter().filter(|rule| rule["ruleType"] != "RateLimitRule");
    let rule = rules.find(|rule| rule["action"] != "Log" && matches(rule, visit))?;
    refusal(policy, rule)
}

/// Returns what a rule answers that matches; nothing where it lets the request pass.
pub(super) fn refusal(policy: &Value, rule: &Value) -> Option<Reply> {
    let settings = &policy["properties"]["policySettings"];
    let by = policy["name"].as_str().unwrap_or_default();
    match rule["action"].as_str()? {
        "Allow" | "Log" => None,
        "Redirect" => {
            let mut reply = Reply::of(302, by);
            let to = settings["redirectUrl"].as_str().unwrap_or_default();
            reply.headers.push(("location".to_owned(), to.to_owned()));
            Some(reply)
        }
        _ => {
            let status = settings["customBlockResponseStatusCode"].as_u64().unwrap_or(403);
            let mut reply = Reply::of(u16::try_from(status).unwrap_or(403), by);
            let body = settings["customBlockResponseBody"].as_str().and_then(|body| {
                let bytes = base64::engine::general_purpose::STANDARD.decode(body).ok()?;
                String::from_utf8(bytes).ok()
            });
            if let Some(body) = body.filter(|body| !body.contains(['\r', '\n'])) {
                reply.headers.push(("x-simulated-body".to_owned(), body));
            }
            Some(reply)
        }
    }
}
