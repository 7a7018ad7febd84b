//! From a firewall to its policy and to what puts it before the hosts of a profile.

use plan::Band;
use planner::{DesiredResource, Expansion, Home, Life};
use resource::{ResourceId, absent};
use serde_json::{Value, json};
use topology::FreeMap;
use topology::property::Record;

use super::model::{EXCLUDED, RateLimit, RuleSet, Waf};
use super::{POLICY, derived_name, is_premium, link_id};
use crate::front_door::{FrontDoor, conditions};

/// The managed rules that are taken where nothing is said.
///
/// Source: <https://learn.microsoft.com/azure/web-application-firewall/afds/waf-front-door-drs>.
pub(super) const SETS: [(&str, &str); 2] =
    [("Microsoft_DefaultRuleSet", "2.2"), ("Microsoft_BotManagerRuleSet", "1.1")];

/// What a rule that limits rates is called.
pub(super) const RATE_LIMIT: &str = "ratelimit";

/// Every address there is: a limit wants something to match.
pub(super) const ANYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// Adds the policy, and what puts it before these hosts.
pub(in crate::front_door) fn add(
    expansion: &mut Expansion<'_>,
    profile: &DesiredResource,
    (key, front): (&str, &FrontDoor),
    waf: &Waf,
    hosts: &[ResourceId],
) {
    let Some(id) = policy_id(expansion, profile, key, waf) else { return };
    let body = policy(expansion, front, waf);
    let address = format!("{}/waf", profile.address);
    let own = DesiredResource::managed(address, id.clone(), Band::Global, body);
    let adopt = Life { adopt: front.adopt, ..Life::default() };
    expansion.add(own, adopt, &waf.place);
    let hosts: Vec<Value> = hosts.iter().map(|host| json!({ "id": host.as_str() })).collect();
    let body = json!({ "properties": { "parameters": {
        "type": "WebApplicationFirewall",
        "wafPolicy": { "id": id.as_str() },
        "associations": [{ "domains": hosts, "patternsToMatch": ["/*"] }],
    } } });
    let address = format!("{}/waf/hosts", profile.address);
    let link = link_id(&profile.id, waf);
    let link = DesiredResource::managed(address, link, Band::Global, body);
    expansion.add(link, Life { adopt: true, ..Life::default() }, &waf.place);
}

fn policy_id(
    expansion: &Expansion<'_>,
    profile: &DesiredResource,
    key: &str,
    waf: &Waf,
) -> Option<ResourceId> {
    let application = &expansion.topology().name.value;
    let derived = || derived_name(application, key);
    let name = waf.name.as_ref().map_or_else(derived, |name| name.value.clone());
    let group = profile.id.parent()?;
    Some(group.extension(POLICY, &name))
}

fn policy(expansion: &Expansion<'_>, front: &FrontDoor, waf: &Waf) -> Value {
    let tier = front.tier.as_ref().map(|tier| tier.value.arm());
    let mut body = json!({
        "location": "Global",
        "tags": expansion.tags(Home::GLOBAL, &FreeMap::default()),
        "sku": { "name": tier },
        "properties": {
            "policySettings": { "enabledState": "Enabled" },
            "customRules": { "rules": rules(expansion, waf) },
            "managedRules": { "managedRuleSets": managed(front, waf) },
        },
    });
    waf.put(&mut body, expansion);
    let redirect = waf.redirect.as_ref().map_or_else(absent, |to| json!(to.value));
    body["properties"]["policySettings"]["redirectUrl"] = redirect;
    body
}

fn rules(expansion: &Expansion<'_>, waf: &Waf) -> Value {
    let limit = waf.rate_limit.iter().map(limit);
    let own = waf.rules.iter().enumerate().map(|(at, (name, rule))| {
        let is_on = rule.enabled.as_ref().is_none_or(|on| on.value);
        json!({
            "name": name,
            "priority": rule.priority(at),
            "enabledState": super::super::expand::status(is_on),
            "ruleType": "MatchRule",
            "matchConditions": conditions::firewall(expansion, &rule.when),
            "action": rule.then.value.arm(),
        })
    });
    let mut rules: Vec<Value> = limit.chain(own).collect();
    // In the order in which they are looked at, as they are imported.
    rules.sort_by_key(|rule| rule["priority"].as_u64());
    json!(rules)
}

fn limit(limit: &RateLimit) -> Value {
    let minutes = limit.window.as_ref().map_or(1, |window| window.as_secs() / 60);
    json!({
        "name": RATE_LIMIT,
        "priority": 1,
        "enabledState": "Enabled",
        "ruleType": "RateLimitRule",
        "rateLimitDurationInMinutes": minutes,
        "rateLimitThreshold": limit.per_client.value,
        "matchConditions": [{
            "matchVariable": "RemoteAddr",
            "operator": "IPMatch",
            "negateCondition": false,
            "matchValue": ANYWHERE,
            "transforms": [],
        }],
        "action": "Block",
    })
}

fn managed(front: &FrontDoor, waf: &Waf) -> Vec<Value> {
    let usual = is_premium(front);
    let versions = [&waf.managed, &waf.bots].into_iter().zip(SETS);
    let sets = versions.filter_map(|(given, (name, version))| {
        let version = match given.as_ref().map(|given| &given.value) {
            Some(RuleSet::Off) => return None,
            Some(RuleSet::Version(version)) => version.as_str(),
            None if usual => version,
            None => return None,
        };
        Some(json!({ "ruleSetType": name, "ruleSetVersion": version }))
    });
    let mut sets: Vec<Value> = sets.collect();
    for set in sets.iter_mut().filter(|set| set["ruleSetType"] == SETS[0].0) {
        // From version 2.0 on the rules add up to a score, and the set says what becomes of it.
        set["ruleSetAction"] = json!("Block");
        set["exclusions"] = exclusions(waf);
    }
    sets
}

fn exclusions(waf: &Waf) -> Value {
    let named = waf.exclusions.iter().flat_map(|exclusion| {
        let pairs = EXCLUDED.iter().zip(exclusion.names());
        pairs.filter_map(|((_, variable), name)| Some((*variable, name?)))
    });
    named
        .map(|(variable, name)| {
            json!({
                "matchVariable": variable,
                "selectorMatchOperator": "Equals",
                "selector": name.value,
            })
        })
        .collect()
}
