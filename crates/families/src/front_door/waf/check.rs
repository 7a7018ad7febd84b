//! Azure's own rules of firewalls, and what keeps one from stopping anything.
//!
//! Source: <https://learn.microsoft.com/azure/web-application-firewall/afds/waf-front-door-best-practices>.

use std::collections::BTreeMap;

use topology::family::Check;
use topology::section::NameRule;
use topology::{Place, Sp};

use super::is_premium;
use super::model::{Firewall, Mode, RuleSet, Verdict, Waf, WafRule};
use crate::domains::Domain;
use crate::front_door::conditions::{self, Asker};
use crate::front_door::{FrontDoor, is_led_to};

static POLICY_NAME: NameRule = NameRule::new("firewall policy", 1, 128, "");
static RULE_NAME: NameRule = NameRule::new("firewall rule", 1, 128, "");

/// The oldest versions that Microsoft still supports.
const SUPPORTED: [(u32, u32); 2] = [(2, 1), (1, 1)];

/// Files what is wrong with the firewall of a profile.
pub fn firewall(check: &mut Check<'_>, front: &FrontDoor) {
    match &front.waf {
        Some(Firewall::On(waf)) => written(check, front, waf),
        Some(Firewall::Off(place)) => missing(check, front, place),
        None if !is_premium(front) => missing(check, front, &front.place),
        None => {}
    }
}

/// Files that a host which people know stands open.
fn missing(check: &mut Check<'_>, front: &FrontDoor, place: &Place) {
    let domains = check.topology().sections.of::<Domain>();
    let mut hosts = domains.filter(|(_, domain)| is_led_to(check.topology(), domain, front));
    let Some((host, _)) = hosts.next() else { return };
    let message = format!("no firewall stands before `{host}`");
    let help = "write `waf: { rateLimit: { perClient: 500 } }`";
    check.warning("waf-missing", place, message, help);
}

fn written(check: &mut Check<'_>, front: &FrontDoor, waf: &Waf) {
    if let Some(name) = &waf.name {
        check.name(&POLICY_NAME, name, &name.place);
    }
    if let Some(mode) = waf.mode.as_ref().filter(|mode| mode.value == Mode::Detection) {
        let message = "what the firewall finds is written down and passes";
        check.warning("waf-detection", &mode.place, message, "write `mode: prevention`");
    }
    sets(check, front, waf);
    if let Some(limit) = &waf.rate_limit {
        if limit.per_client.value == 0 {
            let message = "a client that may ask for nothing is locked out";
            check.error("waf-rule", &limit.per_client.place, message, "write `perClient: 500`");
        }
        if let Some(window) = limit.window.as_ref().filter(|it| ![60, 300].contains(&it.as_secs()))
        {
            let message = "requests are counted over one minute or five";
            check.error("waf-rule", &window.place, message, "write `window: 1m`");
        }
    }
    rules(check, front, waf);
    exclusions(check, front, waf);
}

fn sets(check: &mut Check<'_>, front: &FrontDoor, waf: &Waf) {
    for (set, oldest) in [&waf.managed, &waf.bots].into_iter().zip(SUPPORTED) {
        let Some(Sp { value: RuleSet::Version(version), place }) = set else { continue };
        if !is_premium(front) {
            premium_alone(check, place, "rules that Microsoft keeps");
        }
        let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
        match (parts.next().flatten(), parts.next().flatten(), parts.next()) {
            (Some(major), Some(minor), None) if (major, minor) < oldest => {
                let message = format!("rules of version {version} are no longer supported");
                let help = format!("write `{}.{}`, or leave the key out", oldest.0, oldest.1);
                check.warning("waf-old-rules", place, message, &help);
            }
            (Some(_), Some(_), None) => {}
            _ => {
                let message = format!("`{version}` is no version");
                check.error("waf-rule", place, message, "write a version such as `2.2`, or `off`");
            }
        }
    }
}

fn premium_alone(check: &mut Check<'_>, place: &Place, what: &str) {
    let message = format!("{what} belong to the premium tier");
    check.error("waf-tier", place, message, "write `tier: premium`, or leave the key out");
}

fn rules(check: &mut Check<'_>, front: &FrontDoor, waf: &Waf) {
    let mut places: BTreeMap<u32, &str> = BTreeMap::new();
    for (at, (name, rule)) in waf.rules.iter().enumerate() {
        check.name(&RULE_NAME, name, &rule.place);
        self::rule(check, front, waf, rule);
        let priority = rule.priority(at);
        let limit = waf.rate_limit.as_ref().filter(|_| priority == 1).map(|_| "rateLimit");
        if let Some(other) = limit.or(places.insert(priority, name)) {
            let place = rule.priority.as_ref().map_or(&rule.place, |it| &it.place);
            let message = format!("`{other}` has priority {priority} already");
            check.error("waf-rule", place, message, "give each rule a place of its own");
        }
    }
    if let Some(rule) = waf.rules.values().nth(100) {
        let message = "a policy has at most 100 rules of one's own";
        check.error("waf-rule", &rule.place, message, "put several values under one `in`");
    }
}

fn rule(check: &mut Check<'_>, front: &FrontDoor, waf: &Waf, rule: &WafRule) {
    conditions::check(check, Asker::Firewall, &rule.when);
    if rule.when.tests().is_empty() {
        let message = "the rule is about no request";
        check.error("waf-rule", &rule.when.place, message, "write `if: { path: { in: /admin } }`");
    }
    let place = &rule.then.place;
    match rule.then.value {
        Verdict::Challenge | Verdict::Captcha if !is_premium(front) => {
            premium_alone(check, place, "challenges");
        }
        Verdict::Redirect if waf.redirect.is_none() => {
            let message = "the firewall is not told where to lead the request";
            check.error("waf-rule", place, message, "write `redirect: https://…` below `waf`");
        }
        _ => {}
    }
}

fn exclusions(check: &mut Check<'_>, front: &FrontDoor, waf: &Waf) {
    for exclusion in &waf.exclusions {
        if exclusion.names().into_iter().flatten().count() != 1 {
            let message = "an exclusion names one part of a request";
            check.error("waf-rule", &exclusion.place, message, "write `{ cookie: session }`");
        }
    }
    let is_off = match waf.managed.as_ref().map(|set| &set.value) {
        Some(RuleSet::Off) => true,
        Some(RuleSet::Version(_)) => false,
        None => !is_premium(front),
    };
    if let Some(first) = waf.exclusions.first().filter(|_| is_off) {
        let message = "there are no managed rules that could leave something out";
        check.error("waf-rule", &first.place, message, "remove `exclusions`");
    }
}
