//! From a policy that stands before a profile to what a topology says of the firewall.

use std::collections::BTreeMap;

use importer::{Choices, Draft, Map, Node, Survey, duration, id_at, literal, text};
use resource::{Observation, ResourceId};
use serde_json::Value;

use super::expand::{ANYWHERE, RATE_LIMIT, SETS};
use super::model::{EXCLUDED, FIRST_PRIORITY, Verdict, Waf};
use super::{LINK, POLICY, derived_name};
use crate::front_door::{PROFILE, conditions};

/// The type of what puts a policy before hosts.
const LINKS: &str = "Microsoft.Cdn/profiles/securityPolicies";

/// The firewalls of profiles: the policy, and what puts it before the hosts.
pub type Found = BTreeMap<ResourceId, (ResourceId, ResourceId)>;

/// Tells whether a resource is one of those that a firewall is made of.
pub(in crate::front_door) fn is_part(id: &ResourceId) -> bool {
    let kind = id.resource_type();
    kind.is(POLICY) || kind.is(LINKS)
}

/// Recognises profiles with one policy before all of their hosts.
pub fn recognise(survey: &Survey<'_>, choices: &Choices) -> Found {
    let told = |id: &ResourceId| {
        choices.raw.contains_key(id)
            || choices.left_out.contains_key(id)
            || choices.existing.contains_key(id)
    };
    let profiles = survey.of_type(PROFILE).filter(|seen| survey.is_inside(&seen.id));
    let found = profiles.filter_map(|profile| {
        let mut links =
            survey.of_type(LINKS).filter(|seen| seen.id.parent().as_ref() == Some(&profile.id));
        let (link, None) = (links.next()?, links.next()) else { return None };
        let policy = id_at(&link.body, "/properties/parameters/wafPolicy/id")?;
        let policy = survey.observed.get(&policy).filter(|seen| survey.may_claim(seen))?;
        let is_beside = policy.id.parent() == profile.id.parent();
        (is_beside && ![&policy.id, &link.id, &profile.id].into_iter().any(told))
            .then(|| (profile.id.clone(), (policy.id.clone(), link.id.clone())))
    });
    found.collect()
}

/// Writes the firewall of a profile.
pub fn write(draft: &mut Draft<'_>, key: &str, found: &Found, profile: &Observation) -> Node {
    let Some((policy, link)) = found.get(&profile.id) else { return literal("off") };
    let Some(seen) = draft.survey.observed.get(policy) else { return literal("off") };
    let mut map = Map::default();
    let derived = derived_name(draft.application, key);
    if !policy.name().eq_ignore_ascii_case(&derived) {
        map.set("name", literal(policy.name()));
    }
    if !link.name().eq_ignore_ascii_case(LINK) {
        map.set("link", literal(link.name()));
    }
    draft.declared::<Waf>(&seen.body, policy.as_str(), None, &mut map);
    let sets = &seen.body["properties"]["managedRules"]["managedRuleSets"];
    for (key, (name, _)) in ["managed", "bots"].into_iter().zip(SETS) {
        let set = sets.as_array().into_iter().flatten().find(|set| set["ruleSetType"] == name);
        let version = set.and_then(|set| text(set, "/ruleSetVersion")).unwrap_or("off");
        map.set_default(key, literal(version));
        if key == "managed" {
            map.set_some("exclusions", exclusions(set.unwrap_or(&Value::Null)));
        }
        if set.is_some_and(|set| {
            set["ruleGroupOverrides"].as_array().is_some_and(|it| !it.is_empty())
        }) {
            let why = "what is said of single managed rules stays as it is";
            draft.remark(policy.as_str(), why);
        }
    }
    rules(draft, seen, &mut map);
    if let Some(to) = text(&seen.body, "/properties/policySettings/redirectUrl") {
        map.set("redirect", literal(to));
    }
    Node::Map(map)
}

fn exclusions(set: &Value) -> Vec<Node> {
    let rows = set["exclusions"].as_array().into_iter().flatten();
    let named = rows.filter_map(|row| {
        let variable = text(row, "/matchVariable")?;
        let (key, _) = EXCLUDED.iter().find(|(_, known)| *known == variable)?;
        let mut map = Map::default();
        map.set(key, literal(text(row, "/selector")?));
        Some(Node::Map(map))
    });
    named.collect()
}

fn rules(draft: &mut Draft<'_>, seen: &Observation, map: &mut Map) {
    let rules = seen.body["properties"]["customRules"]["rules"].as_array();
    let mut rules: Vec<&Value> = rules.into_iter().flatten().collect();
    rules.sort_by_key(|rule| rule["priority"].as_u64());
    let mut own = Map::default();
    for rule in rules {
        if is_limit(rule) {
            map.set("rateLimit", limit(rule));
            continue;
        }
        let Some(written) = self::rule(draft, rule, own.members.len()) else { continue };
        own.set(text(rule, "/name").unwrap_or_default(), written);
    }
    map.set_some("rules", own);
}

/// Tells whether a rule is the one that the language makes of a limit.
fn is_limit(rule: &Value) -> bool {
    let condition = &rule["matchConditions"][0];
    rule["name"] == RATE_LIMIT
        && rule["ruleType"] == "RateLimitRule"
        && condition["matchValue"] == serde_json::json!(ANYWHERE)
}

fn limit(rule: &Value) -> Map {
    let mut map = Map::default();
    if let Some(count) = rule["rateLimitThreshold"].as_u64() {
        map.set("perClient", count);
    }
    if let Some(minutes) = rule["rateLimitDurationInMinutes"].as_u64() {
        map.set_default("window", duration(minutes * 60));
    }
    map
}

/// Writes a rule; nothing where the language has no word for it.
fn rule(draft: &mut Draft<'_>, rule: &Value, at: usize) -> Option<Map> {
    if rule["ruleType"] == "RateLimitRule" {
        return None;
    }
    let mut map = Map::default();
    let name = text(rule, "/name").unwrap_or_default();
    map.set("if", conditions::of_firewall(draft, name, rule)?);
    map.set("then", literal(Verdict::of_arm(text(rule, "/action")?)?.as_str()));
    if let Some(priority) = rule["priority"].as_u64() {
        map.set("priority", priority).optional = priority == u64::from(FIRST_PRIORITY) + at as u64;
    }
    if text(rule, "/enabledState") == Some("Disabled") {
        map.set("enabled", false);
    }
    Some(map)
}
