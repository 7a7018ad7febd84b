//! Under which key each resource stands in the topology, and how others refer to it.

use resource::types::GROUP;
use std::collections::{BTreeMap, BTreeSet};

use resource::{Observation, ResourceId, catalogue};
use topology::section::{Addressed, Arm, Keys, Section, Stands};

use crate::choices::Choices;
use crate::names;
use crate::recognised::AllRecognised;
use crate::stamps::{Placement, is_unit};
use crate::survey::Survey;

/// Where a resource stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// The part of the language.
    pub section: &'static Section,
    /// The stamp, by its index.
    pub stamp: Option<usize>,
    /// The key.
    pub key: String,
}

/// All addresses.
#[derive(Debug, Default)]
pub struct Addresses {
    by_id: BTreeMap<ResourceId, Address>,
    stamps: Vec<(String, ResourceId)>,
    global_group: Option<ResourceId>,
}

impl Addresses {
    /// Gives everything that is written a key.
    pub fn new(
        survey: &Survey<'_>,
        placement: &Placement,
        application: &str,
        recognised: &AllRecognised,
        choices: &Choices,
    ) -> Self {
        let stamps = placement.stamps.iter().map(|it| (it.name.clone(), it.group.clone()));
        let mut addresses = Self { stamps: stamps.collect(), ..Self::default() };
        let mut taken: BTreeSet<(&'static str, Option<usize>, String)> = BTreeSet::new();
        for seen in survey.observed.resources.values() {
            let id = &seen.id;
            if recognised.has(id) || choices.left_out.contains_key(id) {
                continue;
            }
            let Some(section) = addresses.section_of(survey, placement, choices, seen) else {
                continue;
            };
            let stamp = placement.home(id);
            // Of what stands alone there is one in each place; others beside it are told of raw.
            let own = (section.key, stamp, section.key.to_owned());
            let is_second = section.addressed == Addressed::Alone && taken.contains(&own);
            let raw = survey.language.escape_hatch().filter(|_| is_second);
            let section = raw.unwrap_or(section);
            let wanted = addresses.wanted_key(survey, section, placement, application, id);
            let mut key = wanted.clone();
            let mut number = 2;
            while !taken.insert((section.key, stamp, key.clone())) {
                key = format!("{wanted}-{number}");
                number += 1;
            }
            addresses.by_id.insert(id.clone(), Address { section, stamp, key });
        }
        addresses.global_group = global_group(survey, placement, &addresses);
        addresses
    }

    /// Returns the part of the language for a resource; `None` for what others tell of.
    fn section_of(
        &self,
        survey: &Survey<'_>,
        placement: &Placement,
        choices: &Choices,
        seen: &Observation,
    ) -> Option<&'static Section> {
        let (language, id) = (survey.language, &seen.id);
        let kind = id.resource_type();
        let has_home = placement.home(id).is_some();
        let is_inside = survey.is_inside(id);
        if choices.raw.contains_key(id) {
            return language.escape_hatch().filter(|_| is_inside);
        }
        // What lies outside is there because something inside leans on it.
        match language.section_of_type(&kind) {
            Some(own) if own.stands == Stands::Stamp && has_home => return Some(own),
            Some(own) if language.families().iter().any(|it| it.reaches(survey, id)) => {
                return Some(own);
            }
            _ if !is_inside => return None,
            Some(own)
                if matches!(own.addressed, Addressed::InSection | Addressed::Alone)
                    && own.entries.is_some()
                    && own.stands.has(has_home)
                    && !is_unit(&kind) =>
            {
                return Some(own);
            }
            _ => {}
        }
        let is_told_elsewhere = match language.holder(id) {
            // What lies below something that is told of raw, or not seen, is told of raw too.
            Some(holder) => match self.by_id.get(&holder) {
                Some(address) if address.section.arm == Arm::Said => {
                    language.families().iter().any(|it| it.passes_over(seen))
                }
                Some(_) => true,
                None => choices.left_out.contains_key(&holder),
            },
            None => language.is_part(survey, placement, id),
        };
        let is_known = !catalogue::facts_of(id).api_version.is_empty();
        language.escape_hatch().filter(|_| is_known && !is_told_elsewhere)
    }

    fn wanted_key(
        &self,
        survey: &Survey<'_>,
        section: &'static Section,
        placement: &Placement,
        application: &str,
        id: &ResourceId,
    ) -> String {
        if section.addressed == Addressed::Alone {
            return section.key.to_owned();
        }
        if section.keys == Keys::Host {
            return id.name().to_ascii_lowercase();
        }
        let (abbreviations, fallback) = (section.abbreviations, section.default_key);
        let stamp = placement.stamp_of(id);
        let key = names::key(id.name(), abbreviations, application, stamp, fallback);
        if let Some(key) = survey.language.families().iter().find_map(|family| family.key(id)) {
            return key;
        }
        let is_child = section.arm == Arm::Said && id.resource_type().parent().is_some();
        let parent = id.parent().filter(|_| is_child);
        match parent.and_then(|parent| self.by_id.get(&parent).cloned()) {
            Some(parent) => format!("{}-{key}", parent.key),
            // References take these for what stands alone.
            None if stands_alone(survey, &key) => format!("{key}-1"),
            None => key,
        }
    }

    /// Returns where a resource stands.
    pub fn get(&self, id: &ResourceId) -> Option<&Address> {
        self.by_id.get(id)
    }

    /// Returns the resources of a section in a stamp, or of the global one.
    pub fn of(&self, section: &'static Section, stamp: Option<usize>) -> Vec<(ResourceId, String)> {
        let is_there = |address: &&Address| *address.section == *section && address.stamp == stamp;
        let found = self.by_id.iter().filter(|(_, address)| is_there(address));
        found.map(|(id, address)| (id.clone(), address.key.clone())).collect()
    }

    /// Returns the group in which what is global stands, if there is one.
    pub fn global_group(&self) -> Option<&ResourceId> {
        self.global_group.as_ref()
    }

    /// Returns the reference to a resource, as it is written inside `stamp` or outside of all.
    pub fn reference(&self, id: &ResourceId, stamp: Option<usize>) -> Option<String> {
        if id.resource_type().is(GROUP) {
            let own = self.stamps.iter().position(|(_, group)| group == id);
            return match own {
                Some(at) => Some(format!("{}/resourceGroup", self.stamps[at].0)),
                None => {
                    (self.global_group.as_ref() == Some(id)).then(|| "resourceGroup".to_owned())
                }
            };
        }
        let address = self.by_id.get(id)?;
        let local = address.section.local_address(&address.key);
        Some(match address.stamp.filter(|own| Some(*own) != stamp) {
            Some(other) => format!("{}/{local}", self.stamps[other].0),
            None => local,
        })
    }
}

/// Tells whether a section is called so that has one entry alone.
fn stands_alone(survey: &Survey<'_>, key: &str) -> bool {
    let mut alone = survey.language.sections().iter().filter(|it| it.addressed == Addressed::Alone);
    alone.any(|section| section.key.eq_ignore_ascii_case(key))
}

/// Returns the group that most of what is global has in common.
fn global_group(
    survey: &Survey<'_>,
    placement: &Placement,
    addresses: &Addresses,
) -> Option<ResourceId> {
    let mut counts: BTreeMap<ResourceId, usize> = BTreeMap::new();
    for (id, _) in addresses.by_id.iter().filter(|(_, address)| address.stamp.is_none()) {
        if let Some(group) = survey.group_of(id).filter(|group| survey.is_inside(group)) {
            *counts.entry(group).or_default() += 1;
        }
    }
    let is_stamps = |group: &ResourceId| placement.stamps.iter().any(|it| it.group == *group);
    let most = counts.into_iter().max_by_key(|(group, count)| (!is_stamps(group), *count));
    most.map(|(group, _)| group)
}
