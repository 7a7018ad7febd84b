//! Under which key each resource stands in the topology, and how others refer to it.

use resource::types::{ASSIGNMENT, AUTOSCALE, BINDING, CERTIFICATE, GROUP, SITE_CONFIG, ZONE};
use std::collections::{BTreeMap, BTreeSet};

use resource::{ResourceId, catalogue};
use topology::section::{self, Addressed, Keys, Section, Stands};

use crate::choices::Choices;
use crate::dns::is_record;
use crate::domains::{Domain, is_uploaded, may_claim};
use crate::names;
use crate::stamps::Placement;
use crate::survey::{Survey, id_at};

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
        domains: &[Domain],
        choices: &Choices,
    ) -> Self {
        let stamps = placement.stamps.iter().map(|it| (it.name.clone(), it.group.clone()));
        let mut addresses = Self { stamps: stamps.collect(), ..Self::default() };
        let consumed: BTreeSet<&ResourceId> = domains.iter().flat_map(Domain::parts).collect();
        let mut taken: BTreeSet<(&'static str, Option<usize>, String)> = BTreeSet::new();
        for seen in survey.observed.resources.values() {
            let id = &seen.id;
            if consumed.contains(id) || choices.left_out.contains_key(id) {
                continue;
            }
            let Some(section) = section_of(survey, placement, choices, id) else { continue };
            let stamp = placement.home(id);
            let wanted = addresses.wanted_key(section, placement, application, id);
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

    fn wanted_key(
        &self,
        section: &'static Section,
        placement: &Placement,
        application: &str,
        id: &ResourceId,
    ) -> String {
        if section.keys == Keys::Host {
            return id.name().to_ascii_lowercase();
        }
        let (abbreviations, fallback) = (section.abbreviations, section.default_key);
        let stamp = placement.stamp_of(id);
        let key = names::key(id.name(), abbreviations, application, stamp, fallback);
        if id.parent().is_some_and(|parent| parent.resource_type().is(ZONE)) {
            let label = if id.name() == "@" { "apex" } else { id.name() };
            let label: String =
                label.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            let label = label.trim_matches('-');
            return format!("{label}-{}", id.resource_type().last()).to_ascii_lowercase();
        }
        let is_child = *section == section::RESOURCES && id.resource_type().parent().is_some();
        let parent = id.parent().filter(|_| is_child);
        match parent.and_then(|parent| self.by_id.get(&parent).cloned()) {
            Some(parent) => format!("{}-{key}", parent.key),
            // References take these for parts of the stamp.
            None if ["plan", "resourceGroup", "resourcegroup"].contains(&&*key) => {
                format!("{key}-1")
            }
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

/// Returns the part of the language for a resource; `None` for what others tell of.
fn section_of(
    survey: &Survey<'_>,
    placement: &Placement,
    choices: &Choices,
    id: &ResourceId,
) -> Option<&'static Section> {
    let kind = id.resource_type();
    let has_home = placement.home(id).is_some();
    let is_inside = survey.is_inside(id);
    if choices.raw.contains_key(id) {
        return is_inside.then_some(&section::RESOURCES);
    }
    // What lies outside is there because something inside leans on it.
    match survey.language.section_of_type(&kind) {
        Some(own) if own.stands == Stands::Stamp && has_home => return Some(own),
        Some(own) if *own == section::DNS => {
            let has_ours = || {
                let mut seen = survey.observed.resources.values();
                seen.any(|seen| seen.id.parent().as_ref() == Some(id) && may_claim(survey, seen))
            };
            return (is_inside || has_ours()).then_some(own);
        }
        _ if !is_inside => return None,
        Some(own) if own.addressed == Addressed::InSection => return Some(own),
        _ => {}
    }
    let is_record = kind.parent().is_some_and(|parent| parent.is(ZONE));
    if is_record {
        return is_record_alone(survey, id).then_some(&section::RESOURCES);
    }
    let is_told_elsewhere = kind.is(GROUP)
        || kind.is(ASSIGNMENT)
        || kind.is(BINDING)
        || kind.is(SITE_CONFIG)
        || survey.language.is_part(&kind)
        || kind.is(AUTOSCALE) && scales_stamp(survey, placement, id)
        || kind.is(CERTIFICATE) && survey.observed.get(id).is_none_or(is_uploaded);
    let is_known = !catalogue::facts_of(id).api_version.is_empty();
    (is_known && !is_told_elsewhere).then_some(&section::RESOURCES)
}

/// Tells whether the language has no key for a record set that a person made.
fn is_record_alone(survey: &Survey<'_>, id: &ResourceId) -> bool {
    let is_of_zone = ["NS", "SOA"].contains(&id.resource_type().last()) && id.name() == "@";
    let is_ours = survey.observed.get(id).is_some_and(|seen| may_claim(survey, seen));
    is_ours && !is_of_zone && !is_record(id)
}

fn scales_stamp(survey: &Survey<'_>, placement: &Placement, id: &ResourceId) -> bool {
    let body = survey.observed.get(id).map(|seen| &seen.body);
    let plan = body.and_then(|body| id_at(body, "/properties/targetResourceUri"));
    plan.is_some_and(|plan| placement.stamps.iter().any(|stamp| stamp.plan == Some(plan.clone())))
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
