//! Azure's own rules of rule sets.

use std::collections::BTreeMap;

use topology::family::Check;
use topology::section::NameRule;

use super::model::{Actions, CacheRule, Rule, RuleCache};
use crate::front_door::FrontDoor;
use crate::front_door::conditions::{self, Asker};

static SET_NAME: NameRule = NameRule::new("rule set", 1, 60, "");
static RULE_NAME: NameRule = NameRule::new("rule", 1, 260, "");

/// Files what is wrong with the rules of a profile.
pub fn rules(check: &mut Check<'_>, front: &FrontDoor) {
    for (name, rules) in &front.rules {
        let Some(first) = rules.values().next() else { continue };
        check.name(&SET_NAME, name, &first.place);
        let mut orders: BTreeMap<u32, &str> = BTreeMap::new();
        for (at, (key, rule)) in rules.iter().enumerate() {
            check.name(&RULE_NAME, key, &rule.place);
            self::rule(check, front, rule);
            if let Some(other) = orders.insert(rule.order(at), key) {
                let message = format!("`{other}` has order {} already", rule.order(at));
                let help = "give each rule of a set a place of its own";
                check.error("edge-rule", &rule.place, message, help);
            }
        }
    }
    for route in front.routes.values() {
        for set in route.rules.iter().flatten() {
            if !front.rules.contains_key(&set.value) && !set.value.is_empty() {
                let names = front.rules.keys().map(String::as_str);
                let help = match topology::family::closest(&set.value, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name a key of `rules`".to_owned(),
                };
                let message = format!("there is no set `{}` under `rules`", set.value);
                check.error("edge-rule", &set.place, message, &help);
            }
        }
    }
}

fn rule(check: &mut Check<'_>, front: &FrontDoor, rule: &Rule) {
    if let Some(when) = &rule.when {
        conditions::check(check, Asker::Edge, when);
        let count = conditions::count(when);
        if count > 10 {
            let message = format!("a rule has at most 10 conditions, and this one has {count}");
            check.error("edge-rule", &when.place, message, "split the rule in two");
        }
    }
    let then = &rule.then;
    let count = count(then);
    if count == 0 || count > 5 {
        let message = format!("a rule does one to five things, and this one does {count}");
        check.error("edge-rule", &then.place, message, "split the rule, or say what it does");
    }
    match &then.to {
        Some(to) if !front.origins.contains_key(&to.value) && !to.value.is_empty() => {
            let message = format!("there is no group `{}` under `origins`", to.value);
            check.error("route-without-target", &to.place, message, "name a key of `origins`");
        }
        _ => {}
    }
    if let Some(cache) = &then.cache {
        self::cache(check, cache);
    }
}

fn cache(check: &mut Check<'_>, cache: &RuleCache) {
    let honours = cache.rule.as_ref().is_some_and(|rule| rule.value == CacheRule::Origin);
    if honours != cache.ttl.is_none() {
        let message = "a rule says how long, or leaves it to the origin";
        let help = "write `ttl: 1h`, or `rule: origin` without `ttl`";
        check.error("edge-rule", &cache.place, message, help);
    }
}

fn count(then: &Actions) -> usize {
    let override_ = then.to.is_some() || then.cache.is_some();
    [then.redirect.is_some(), then.rewrite.is_some(), override_]
        .into_iter()
        .filter(|it| *it)
        .count()
        + then.set_request_header.len()
        + then.append_request_header.len()
        + then.delete_request_header.len()
        + then.set_response_header.len()
        + then.append_response_header.len()
        + then.delete_response_header.len()
}
