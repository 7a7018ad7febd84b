//! What may differ from a fresh start after a change, because the language says so.

use std::collections::BTreeSet;

use planner::{Desired, DesiredResource};
use resource::catalogue::{Likeness, PropertyPath, TypeFacts, facts_of};
use resource::{ResourceId, contains_expression};
use serde_json::{Value, json};
use topology::Topology;

use super::alike::{Holdings, Unlike};

/// Properties that are released, not reset, when a topology no longer declares them; each with those
/// by which the service shows it.
const RELEASED: [(&str, &str, &[&str]); 6] = [
    (
        "microsoft.web/serverfarms",
        "/sku/capacity",
        &["properties/numberofworkers", "properties/currentnumberofworkers"],
    ),
    ("microsoft.web/serverfarms", "/properties/zoneRedundant", &[]),
    ("microsoft.web/sites", "/properties/enabled", &["properties/state"]),
    ("microsoft.keyvault/vaults", "/properties/enablePurgeProtection", &[]),
    ("microsoft.storage/storageaccounts", "/properties/accessTier", &[]),
    ("microsoft.network/trafficmanagerprofiles", "/properties/profileStatus", &[]),
];

/// Where an account shows in which regions its data lies: the one that it was made in and its pair.
const LYING: [&str; 2] = ["properties/primarylocation", "properties/secondarylocation"];

/// How deep a profile leads through others.
const NESTED: usize = 4;

/// Tells which differences are none.
pub struct Excuses {
    before: Desired,
    after: Desired,
    region: Option<String>,
    wanted: Holdings,
}

impl Excuses {
    /// Looks at what two topologies ask for, and what Azure holds where only the second was
    /// applied.
    pub fn new(before: &Topology, after: &Topology, wanted: Holdings) -> Self {
        let region = after.location().map(|region| region.value.clone());
        Self {
            before: planner::expand(families::language(), before),
            after: planner::expand(families::language(), after),
            region,
            wanted,
        }
    }

    /// Returns the differences that are not allowed.
    pub fn without(&self, unlike: Vec<Unlike>) -> Vec<Unlike> {
        let path = |unlike: &Unlike| unlike.path.replace('\u{1f}', "/");
        let elsewhere: BTreeSet<String> = unlike
            .iter()
            .filter(|it| self.is_default_location(it, &path(it)))
            .map(|it| it.id.clone())
            .collect();
        let released: BTreeSet<&str> = unlike
            .iter()
            .filter(|it| self.is_released(&it.id, &path(it)))
            .map(|it| it.id.as_str())
            .collect();
        let allow = |unlike: &Unlike| {
            let path = path(unlike);
            self.is_released(&unlike.id, &path)
                || self.is_seen_of_released(&unlike.id, &path, &released)
                || self.is_name_in_its_spelling(unlike, &path)
                || self.is_default_location(unlike, &path)
                || is_way_to_say_nothing(unlike, &path)
                || LYING.contains(&path.as_str()) && elsewhere.contains(&unlike.id)
                || self.is_free_number(&unlike.id, &path)
        };
        let is_allowed: Vec<bool> = unlike.iter().map(allow).collect();
        let told = unlike.into_iter().zip(is_allowed).filter(|(_, is_allowed)| !is_allowed);
        told.map(|(unlike, _)| unlike).collect()
    }

    fn is_released(&self, id: &str, path: &str) -> bool {
        let Some(id) = parse(id) else { return false };
        let kind = id.resource_type().as_str().to_ascii_lowercase();
        let held = |desired: &Desired, pointer: &str| {
            desired.get(&id).is_some_and(|it: &DesiredResource| it.body.pointer(pointer).is_some())
        };
        let made = |desired: &Desired, pointer: &str| {
            let made = desired.get(&id).and_then(|it| it.create_only.as_ref());
            made.is_some_and(|made| made.pointer(pointer).is_some())
        };
        RELEASED.iter().any(|(of, pointer, shown)| {
            let is_shown = pointer[1..].eq_ignore_ascii_case(path) || shown.contains(&path);
            let is_it = *of == kind && is_shown;
            // Autoscale changes the count from its creation on.
            let is_made_with = made(&self.before, pointer) || made(&self.after, pointer);
            let is_released = held(&self.before, pointer) || is_made_with;
            is_it && is_released && !held(&self.after, pointer)
        })
    }

    /// A router tells of what it leads to whether that answers: of an app that stays stopped, as nothing
    /// says any more whether it runs, that it does not.
    fn is_seen_of_released(&self, id: &str, path: &str, released: &BTreeSet<&str>) -> bool {
        let profile = id.split_once("/trafficmanagerprofiles/").map(|(group, rest)| {
            let name = rest.split('/').next().unwrap_or_default();
            format!("{group}/trafficmanagerprofiles/{name}")
        });
        path.ends_with("monitorstatus")
            && profile.is_some_and(|profile| self.leads_to(&profile, released, NESTED))
    }

    fn leads_to(&self, id: &str, released: &BTreeSet<&str>, depth: usize) -> bool {
        let endpoints = self.wanted.get(id).and_then(|it| it["properties"]["endpoints"].as_array());
        released.contains(id)
            || depth > 0
                && endpoints.into_iter().flatten().any(|endpoint| {
                    let target = endpoint["properties"]["targetResourceId"].as_str();
                    let target = target.unwrap_or_default().to_ascii_lowercase();
                    self.leads_to(&target, released, depth - 1)
                })
    }

    /// What a name that only changes its case is called stays, and whoever refers to it is told so.
    fn is_name_in_its_spelling(&self, unlike: &Unlike, path: &str) -> bool {
        let (Some(found), Some(wanted)) = (&unlike.found, &unlike.wanted) else { return false };
        let declared = parse(&unlike.id).and_then(|id| self.after.get(&id));
        let value = declared.and_then(|declared| {
            path.split('/').try_fold(&declared.body, |value, step| {
                let mut members = value.as_object()?.iter();
                members.find(|(key, _)| key.eq_ignore_ascii_case(step)).map(|(_, value)| value)
            })
        });
        found.eq_ignore_ascii_case(wanted) && value.is_some_and(contains_expression)
    }

    /// A region that comes from `location`, or from the first stamp, is used at creation and never
    /// compared.
    fn is_default_location(&self, unlike: &Unlike, path: &str) -> bool {
        let Some(region) = &self.region else { return false };
        let same = |text: &Option<String>| {
            text.as_deref().is_some_and(|it| it.trim_matches('"').replace(' ', "") == *region)
        };
        path == "location" && same(&unlike.wanted)
            || parse(&unlike.id).is_some_and(|id| {
                path == "location" && id.resource_type().is(resource::types::GROUP)
            })
    }

    /// A service numbers the endpoints of a profile whose method needs no numbers.
    fn is_free_number(&self, id: &str, path: &str) -> bool {
        if !id.contains("/trafficmanagerprofiles/") {
            return false;
        }
        let profile = id.split("/trafficmanagerprofiles/").nth(1).unwrap_or_default();
        let profile = profile.split('/').next().unwrap_or_default();
        let profile = self
            .wanted
            .iter()
            .find(|(other, _)| other.ends_with(&format!("/trafficmanagerprofiles/{profile}")));
        let method = profile.and_then(|(_, body)| body.pointer("/properties/trafficRoutingMethod"));
        match path.rsplit('/').next() {
            Some("priority") => method != Some(&json!("Priority")),
            Some("weight") => method != Some(&json!("Weighted")),
            Some("endpointlocation") => method != Some(&json!("Performance")),
            _ => false,
        }
    }
}

/// Tells whether one side says nothing and the other the word that Azure takes for it, or whether a
/// kind differs in a word that says nothing of what an app is.
fn is_way_to_say_nothing(unlike: &Unlike, path: &str) -> bool {
    let Some(id) = parse(&unlike.id) else { return false };
    let facts = facts_of(&id);
    let mut property = PropertyPath::root();
    path.split('/').for_each(|key| property.push_key(key));
    let read = |text: &Option<String>| text.as_ref().and_then(|it| serde_json::from_str(it).ok());
    let (found, wanted): (Option<Value>, Option<Value>) =
        (read(&unlike.found), read(&unlike.wanted));
    let is_none = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_null);
    match (&found, &wanted) {
        (Some(value), other) | (other, Some(value)) if is_none(other) => {
            path == "identity" && *value == json!({ "type": "none" })
                || says_nothing(facts, &property, value)
        }
        (Some(found), Some(wanted)) => {
            let kind = PropertyPath::root().key("kind");
            ["kind", "properties/kind"].contains(&path)
                && facts.likeness_at(&kind) == Likeness::AppKind
                && facts.same_at(&kind, wanted, found)
        }
        _ => false,
    }
}

/// Tells whether a value is what Azure takes where nothing is said; a map is where each member is.
fn says_nothing(facts: &TypeFacts, at: &PropertyPath, value: &Value) -> bool {
    let is_known = facts.fresh_at(at).is_some_and(|fresh| fresh.is(value));
    let members = value.as_object().filter(|members| !members.is_empty());
    is_known
        || facts.is_default(at, value)
        || members.is_some_and(|members| {
            members
                .iter()
                .all(|(key, member)| member.is_null() || says_nothing(facts, &at.key(key), member))
        })
}

fn parse(id: &str) -> Option<ResourceId> {
    ResourceId::parse(id).ok()
}

/// Returns a leaf of a body that can be turned into another of its kind.
pub fn other(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(value) => Some(json!(!value)),
        Value::Number(number) => number.as_u64().map(|number| json!(number + 1)),
        _ => None,
    }
}
