//! What was observed, with the questions that an import asks of it.

use planner::MARK;
use resource::{Observation, Observed, ResourceId};
use serde_json::Value;

use crate::draft::Life;
use crate::family::Language;

/// What was observed, and what of it is to be imported.
pub struct Survey<'a> {
    /// The language that is written.
    pub language: &'static Language,
    /// Everything that was read.
    pub observed: &'a Observed,
    /// The groups and resources that are to be imported.
    pub scopes: &'a [ResourceId],
    /// The ownership mark that was found on what is to be imported.
    pub mark: Option<String>,
}

impl<'a> Survey<'a> {
    /// Looks for the mark that most of the resources in the scopes carry; `name` is one to prefer.
    pub fn new(
        language: &'static Language,
        observed: &'a Observed,
        scopes: &'a [ResourceId],
        name: Option<&str>,
    ) -> Self {
        let mut survey = Self { language, observed, scopes, mark: None };
        let mut marks: Vec<&str> = survey.inside().filter_map(mark_of).collect();
        marks.sort_unstable();
        let count = |mark: &&str| marks.iter().filter(|other| *other == mark).count();
        let most = marks.iter().max_by_key(|mark| count(mark)).copied();
        let wanted = name.filter(|name| marks.contains(name));
        // Under another name nothing is ours.
        survey.mark = if name.is_some() { wanted } else { most }.map(str::to_owned);
        survey
    }

    /// Tells whether a resource is to be imported.
    pub fn is_inside(&self, id: &ResourceId) -> bool {
        self.scopes.iter().any(|scope| id.is_within(scope))
    }

    /// Returns what is to be imported.
    pub fn inside(&self) -> impl Iterator<Item = &'a Observation> {
        let scopes = self.scopes;
        self.observed
            .resources
            .values()
            .filter(move |seen| scopes.iter().any(|scope| seen.id.is_within(scope)))
    }

    /// Returns all that was read of one type, inside the scopes and outside.
    pub fn of_type(&self, kind: &'static str) -> impl Iterator<Item = &'a Observation> {
        self.observed.resources.values().filter(move |seen| seen.id.resource_type().is(kind))
    }

    /// Tells whether a resource carries the mark.
    pub fn is_owned(&self, seen: &Observation) -> bool {
        let mark = self.mark.as_deref();
        mark.is_some_and(|mark| planner::is_owned(self.observed, seen, mark))
    }

    /// Tells whether the topology may hold a resource: it is ours, or nothing is anybody's yet.
    pub fn may_claim(&self, seen: &Observation) -> bool {
        self.is_owned(seen) || self.mark.is_none() && self.is_inside(&seen.id)
    }

    /// Tells who may change a resource.
    pub fn life(&self, seen: &Observation) -> Life {
        if self.is_owned(seen) {
            return Life::Owned;
        }
        let foreign = mark_of(seen).map(|mark| format!("it belongs to the topology `{mark}`"));
        match foreign {
            Some(reason) => Life::Existing(reason),
            None if !self.is_inside(&seen.id) => {
                Life::Existing("it lies outside of what was imported".to_owned())
            }
            None if self.mark.is_some() => {
                Life::Existing("it does not carry our mark; `adopt: true` takes it over".to_owned())
            }
            None => Life::Adopted,
        }
    }

    /// Returns the group of a resource, as the group itself is spelled where it was read.
    pub fn group_of(&self, id: &ResourceId) -> Option<ResourceId> {
        let group = ResourceId::group(id.subscription()?, id.resource_group()?);
        Some(self.observed.get(&group).map_or(group, |seen| seen.id.clone()))
    }
}

fn mark_of(seen: &Observation) -> Option<&str> {
    let tags = seen.body["tags"].as_object()?;
    let mark = tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(MARK));
    mark.and_then(|(_, value)| value.as_str())
}

/// Returns the text at a pointer, if it is there and not empty.
pub fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Returns the resource that a pointer names.
pub fn id_at(body: &Value, pointer: &str) -> Option<ResourceId> {
    ResourceId::parse(text(body, pointer)?).ok()
}

/// Returns the region of a body, in the form that ARM uses; a global resource has none.
pub fn region_of(body: &Value) -> Option<String> {
    text(body, "/location").map(region).filter(|region| region != "global")
}

/// Gives a region the name that ARM uses.
pub fn region(written: &str) -> String {
    written.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}
