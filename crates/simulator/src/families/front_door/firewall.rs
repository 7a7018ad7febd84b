//! Policies of the web application firewall.

use serde_json::{Value, json};

use super::edge;
use super::profiles::in_use;
use super::security;
use super::within::{bad_request, is_id, is_premium};
use crate::kind::azure::Azure;
use crate::kind::{Delete, Draft, Kind, Place};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// A policy of the firewall.
pub(super) const KIND: Kind = Kind {
    name: "Microsoft.Network/frontdoorwebapplicationfirewallpolicies",
    defaults: r#"{"sku": {"name": "Classic_AzureFrontDoor"}, "tags": {}, "properties": {"resourceState": "Enabled", "frontendEndpointLinks": [], "routingRuleLinks": [], "securityPolicyLinks": [], "customRules": {"rules": []}, "managedRules": {"managedRuleSets": []}, "policySettings": {"requestBodyCheck": "Enabled", "redirectUrl": null, "customBlockResponseStatusCode": null, "customBlockResponseBody": null, "javascriptChallengeExpirationInMinutes": null, "logScrubbing": null}}}"#,
    group_segment: "resourcegroups",
    place: Place::Word,
    delete: Delete::direct(204),
    made: &[
        "/resourceState",
        "/frontendEndpointLinks",
        "/routingRuleLinks",
        "/securityPolicyLinks",
    ],
    settle,
    view,
    after: edge::written,
    before_delete,
    after_delete: |azure, policy, _| edge::deleted(azure, policy),
    ..Kind::GENERIC
};

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    if !azure.is_unguarded {
        check_name(draft)?;
        check_tier(draft)?;
        check_rules(draft)?;
        check_managed(draft)?;
    }
    fill(draft);
    Ok(())
}

fn check_name(draft: &Draft) -> Result<(), Answer> {
    let name = draft.id.name();
    let fits = (1..=128).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && name.starts_with(|c: char| c.is_ascii_alphabetic());
    if fits {
        return Ok(());
    }
    let text = format!(
        "The policy name '{name}' is not valid: it must begin with a letter and contain letters and digits only."
    );
    Err(bad_request(text))
}

fn check_tier(draft: &Draft) -> Result<(), Answer> {
    let Some(before) = &draft.before else { return Ok(()) };
    if before.body["sku"]["name"] == draft.body["sku"]["name"] {
        return Ok(());
    }
    Err(bad_request("The SKU of a WAF policy cannot be changed."))
}

fn rules(body: &Value) -> &[Value] {
    body.pointer("/properties/customRules/rules")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Custom rules: places of their own, and something to match.
fn check_rules(draft: &Draft) -> Result<(), Answer> {
    let rules = rules(&draft.body);
    if rules.len() > 100 {
        return Err(bad_request("A WAF policy has at most 100 custom rules."));
    }
    let mut seen: Vec<&Value> = vec![];
    for rule in rules {
        let name = rule["name"].as_str().unwrap_or_default();
        if !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            let text =
                format!("The rule name '{name}' is not valid: letters and digits are allowed.");
            return Err(bad_request(text));
        }
        if seen.contains(&&rule["priority"]) {
            let text =
                format!("The priority {} is used by more than one custom rule.", rule["priority"]);
            return Err(bad_request(text));
        }
        seen.push(&rule["priority"]);
        if rule["matchConditions"].as_array().is_none_or(Vec::is_empty) {
            return Err(bad_request(format!("The custom rule '{name}' has no match condition.")));
        }
        let has_limit = rule["rateLimitThreshold"].as_u64().is_some_and(|limit| limit > 0);
        if rule["ruleType"] == "RateLimitRule" && !has_limit {
            return Err(bad_request(format!("The rate limit rule '{name}' has no threshold.")));
        }
    }
    Ok(())
}

/// Managed rules belong to the premium tier; from version 2.0 on they score or log.
fn check_managed(draft: &Draft) -> Result<(), Answer> {
    let sets = draft.property("/managedRules/managedRuleSets").and_then(Value::as_array);
    let sets = sets.map_or(&[][..], Vec::as_slice);
    let is_standard = draft.body["sku"]["name"] == "Standard_AzureFrontDoor";
    if is_standard && !sets.is_empty() {
        let text = "Managed rules are supported by the tier Premium_AzureFrontDoor only.";
        return Err(bad_request(text));
    }
    for set in sets.iter().filter(|set| set["ruleSetType"] == "Microsoft_DefaultRuleSet") {
        let version = set["ruleSetVersion"].as_str().unwrap_or_default();
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        if major.is_none_or(|major| major < 2) {
            continue;
        }
        let groups = set["ruleGroupOverrides"].as_array().into_iter().flatten();
        let mut actions = groups
            .flat_map(|group| group["rules"].as_array().into_iter().flatten())
            .filter_map(|rule| rule["action"].as_str());
        if let Some(action) = actions.find(|action| !["AnomalyScoring", "Log"].contains(action)) {
            let text = format!(
                "The action '{action}' is not valid for rules of Microsoft_DefaultRuleSet {version}: \
                 AnomalyScoring and Log are allowed."
            );
            return Err(bad_request(text));
        }
    }
    Ok(())
}

/// Adds what the service answers of rules beside what was sent.
fn fill(draft: &mut Draft) {
    if is_premium(&draft.body) {
        let challenge = json!({"policySettings": {"javascriptChallengeExpirationInMinutes": 30}});
        json::fill(draft.properties(), &challenge);
    }
    let rules = draft.body.pointer_mut("/properties/customRules/rules");
    for rule in rules.and_then(Value::as_array_mut).into_iter().flatten() {
        let beside = match rule["ruleType"].as_str() {
            // Observed: by the name `variable`.
            Some("RateLimitRule") => json!({"groupBy": [{"variable": "SocketAddr"}]}),
            _ => {
                json!({"rateLimitDurationInMinutes": null, "rateLimitThreshold": null, "groupBy": []})
            }
        };
        json::fill(rule, &json!({"enabledState": "Enabled"}));
        json::fill(rule, &beside);
        for condition in rule["matchConditions"].as_array_mut().into_iter().flatten() {
            let nothing = json!({"selector": null, "negateCondition": false, "transforms": []});
            json::fill(condition, &nothing);
        }
    }
    let scrubbed = draft.body.pointer_mut("/properties/policySettings/logScrubbing/scrubbingRules");
    for rule in scrubbed.and_then(Value::as_array_mut).into_iter().flatten() {
        json::fill(rule, &json!({"selector": null, "state": "Enabled"}));
    }
}

/// Returns the security policies that put a policy of the firewall before domains.
fn users<'a>(azure: &'a Azure, policy: &'a Stored) -> impl Iterator<Item = &'a Stored> {
    let all = azure.state.of_type(security::POLICIES);
    all.filter(|other| {
        other.text("/parameters/wafPolicy/id").is_some_and(|id| is_id(id, &policy.id))
    })
}

fn view(azure: &Azure, policy: &Stored, body: &mut Value) {
    let links: Vec<Value> =
        users(azure, policy).map(|user| json!({"id": user.id.as_str()})).collect();
    body["properties"]["securityPolicyLinks"] = json!(links);
}

/// A policy stays while it is linked.
fn before_delete(azure: &Azure, policy: &Stored) -> Result<(), Answer> {
    users(azure, policy).next().map_or(Ok(()), |user| Err(in_use(policy, user)))
}
