//! One stamp reached through the edge, by those who know a token: a group of that stamp's origin alone,
//! which two headers of a request choose.

use std::collections::BTreeSet;

use importer::{Survey, id_at, text};
use plan::Band;
use planner::{DesiredResource, Expansion, Life};
use resource::ResourceId;
use serde_json::{Value, json};
use topology::family::Check;
use topology::{Sp, Text, record};

use super::import::below;
use super::model::{Forward, OriginGroup, Route};
use super::{FrontDoor, rules};

record! {
    /// How people and gates reach one stamp through the edge.
    pub struct Steer {
        /// What the header `X-Evenkeel-Token` must hold; a secret.
        pub token: Sp<Text>,
    }
}

/// Names the stamp.
pub(super) const STAMP_HEADER: &str = "X-Evenkeel-Stamp";
/// Shows that the sender may choose.
pub(super) const TOKEN_HEADER: &str = "X-Evenkeel-Token";
const PREFIX: &str = "steer";

/// Returns the set of rules that steers requests for a group.
pub(super) fn set_id(profile: &ResourceId, group: &str) -> ResourceId {
    profile.child("ruleSets", &set_name(group))
}

fn set_name(group: &str) -> String {
    format!("{PREFIX}{}", plain(group))
}

/// Returns the group that holds the origin of one stamp alone.
pub(super) fn group_id(profile: &ResourceId, group: &str, stamp: &str) -> ResourceId {
    profile.child("originGroups", &format!("{group}-at-{stamp}"))
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Returns the set that a route runs first, where requests of its group are steered.
pub(super) fn set_of(profile: &ResourceId, front: &FrontDoor, route: &Route) -> Option<ResourceId> {
    let group = front.origins.get(&route.to.value)?;
    (front.steer.is_some() && group.app.is_some()).then(|| set_id(profile, &route.to.value))
}

/// Adds the way to the origin of one stamp; the origin's body is that of the group itself.
pub(super) fn add(
    expansion: &mut Expansion<'_>,
    profile: &DesiredResource,
    (name, group): (&str, &OriginGroup),
    (at, stamp): (usize, &str),
    steer: &Steer,
    bodies: (Value, Value),
) {
    let id = group_id(&profile.id, name, stamp);
    let origin = id.child("origins", stamp);
    let set = rules::add_set(expansion, profile, set_id(&profile.id, name).name(), &steer.place);
    let is = |header: &str, value: Value| {
        json!({ "name": "RequestHeader", "parameters": {
            "typeName": "DeliveryRuleRequestHeaderConditionParameters",
            "selector": header,
            "operator": "Equal",
            "negateCondition": false,
            "matchValues": [value],
            "transforms": [],
        } })
    };
    let token = expansion.text(&steer.token.value);
    let body = json!({ "properties": {
        "order": at + 1,
        "matchProcessingBehavior": "Continue",
        "conditions": [is(STAMP_HEADER, json!(stamp)), is(TOKEN_HEADER, token)],
        "actions": [rules::led_to(&id, Forward::Https)],
    } });
    let key = format!("{}/origins/{name}/at/{stamp}", profile.address);
    let rule = set.child("rules", &plain(stamp));
    let (group_body, origin_body) = bodies;
    let mut all = [
        DesiredResource::managed(key.clone(), id, Band::Global, group_body),
        DesiredResource::managed(
            format!("{key}/origin"),
            origin.clone(),
            Band::Global,
            origin_body,
        ),
        DesiredResource::managed(format!("{key}/rule"), rule, Band::Global, body),
    ];
    // A group without an origin would lead nowhere.
    all[2].needs.insert(origin);
    for child in all {
        expansion.add(child, Life { adopt: true, ..Life::default() }, &group.place);
    }
}

/// What belongs to the steering of a profile, where it is steered.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub token: Option<String>,
    pub groups: BTreeSet<ResourceId>,
    pub sets: BTreeSet<ResourceId>,
}

/// How a variable is called that holds the token.
pub(super) const TOKEN_VARIABLE: &str = "STEER_TOKEN";

/// Finds the rules by which the language steers requests, with the groups that they lead to.
pub(super) fn found(survey: &Survey<'_>, profile: &ResourceId) -> Found {
    let mut found = Found::default();
    for group in below(survey, profile, "originGroups") {
        let set = set_id(profile, group.id.name());
        for rule in below(survey, &set, "rules") {
            let properties = &rule.body["properties"];
            let conditions = &properties["conditions"];
            let is_own = |at: usize, header: &str| {
                text(&conditions[at], "/parameters/selector") == Some(header)
            };
            let token = text(&conditions[1], "/parameters/matchValues/0");
            let to = "/actions/0/parameters/originGroupOverride/originGroup/id";
            let (Some(token), Some(to)) = (token, id_at(properties, to)) else { continue };
            if is_own(0, STAMP_HEADER) && is_own(1, TOKEN_HEADER) {
                found.token = Some(token.to_owned());
                found.groups.insert(to);
                found.sets.insert(set.clone());
            }
        }
    }
    found
}

/// Files a token that everybody can read, and names that would be taken twice.
pub(super) fn check(check: &mut Check<'_>, front: &FrontDoor) {
    let Some(steer) = &front.steer else { return };
    if !steer.token.value.is_secret() && steer.token.value.literal() != Some("") {
        let message = "whoever reads this file could choose the stamp that answers";
        let help = "write `token: ${secret:env:STEER_TOKEN}`";
        check.error("steer-token", &steer.token.place, message, help);
    }
    for (name, rules) in &front.rules {
        let is_own = |group: &String| set_name(group).eq_ignore_ascii_case(name);
        let taken = front.origins.keys().find(|group| is_own(group));
        if let Some((_, first)) = taken.zip(rules.values().next()) {
            let message = format!("set `{name}` is that of `steer`");
            check.error("edge-rule", &first.place, message, "give the set another name");
        }
    }
}
