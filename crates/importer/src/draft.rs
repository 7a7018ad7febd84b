//! The topology under way: every section written in full, every stamp by itself.

use resource::types::GROUP;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};

use resource::{Observation, ResourceId};
use topology::section::{Arm, Entry, Section};

use crate::addresses::{Address, Addresses};
use crate::choices::Choices;
use crate::node::{Map, Node, literal};
use crate::recognised::AllRecognised;
use crate::secrets::Secrets;
use crate::stamps::{Placement, Stamp};
use crate::survey::{Survey, region_of};

/// Something that is not in the topology, or not as it is in Azure, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The resource, or the part of one.
    pub what: String,
    /// The reason, as a sentence fragment.
    pub why: String,
}

/// Who may change a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Life {
    /// It carries our mark.
    Owned,
    /// It is to be taken over.
    Adopted,
    /// It is only read, for this reason.
    Existing(String),
}

/// What all sections are written from.
pub struct Draft<'a> {
    /// What was observed.
    pub survey: &'a Survey<'a>,
    /// The application's name.
    pub application: &'a str,
    /// The subscription of what does not say another one.
    pub subscription: &'a str,
    /// The stamps.
    pub placement: &'a Placement,
    /// What families have recognised before anything had a key.
    pub recognised: &'a AllRecognised,
    /// Under which keys things stand.
    pub addresses: &'a Addresses,
    /// What earlier trials decided.
    pub choices: &'a Choices,
    /// The secrets that are referred to.
    pub secrets: Secrets,
    /// What is left out.
    pub remarks: BTreeSet<Remark>,
    tags: BTreeMap<String, String>,
    stamp_tags: Vec<BTreeMap<String, String>>,
}

impl<'a> Draft<'a> {
    /// Begins a draft.
    pub fn new(
        survey: &'a Survey<'a>,
        names: (&'a str, &'a str),
        placement: &'a Placement,
        recognised: &'a AllRecognised,
        addresses: &'a Addresses,
        choices: &'a Choices,
        secrets: Secrets,
    ) -> Self {
        let (application, subscription) = names;
        let mut draft = Self {
            survey,
            application,
            subscription,
            placement,
            recognised,
            addresses,
            choices,
            secrets,
            remarks: BTreeSet::new(),
            tags: BTreeMap::new(),
            stamp_tags: vec![],
        };
        draft.share_tags();
        for (id, why) in &choices.left_out {
            draft.remark(id.as_str(), why);
        }
        draft
    }

    /// Writes the whole topology, with the stamps under `stamps` in full.
    pub fn write(&mut self) -> Map {
        let mut root = Map::default();
        root.set("version", 1_u64);
        root.set("name", literal(self.application));
        root.set("subscription", literal(self.subscription));
        if !self.tags.is_empty() {
            root.set("tags", tags(&self.tags));
        }
        if let Some(group) = self.addresses.global_group() {
            root.set("resourceGroup", literal(group.name())).about(group).optional = true;
            let region = self.survey.observed.get(group).and_then(|seen| region_of(&seen.body));
            if let Some(region) = region {
                // Written in any case: what is global does not move when the first stamp goes.
                root.set("location", literal(&region)).about(group);
            }
        }
        for at in 0..self.placement.stamps.len() {
            let stamp = self.stamp(at);
            root.child("stamps").set(&self.placement.stamps[at].name.clone(), stamp);
        }
        for family in self.survey.language.families_in(false) {
            family.import(self, None, &mut root);
        }
        root
    }

    fn stamp(&mut self, at: usize) -> Map {
        let Stamp { region, group, .. } = self.placement.stamps[at].clone();
        let mut map = Map::default();
        map.set("region", literal(&region));
        if group.subscription() != Some(self.subscription) {
            map.set("subscription", literal(group.subscription().unwrap_or_default()));
        }
        map.set("resourceGroup", literal(group.name())).about(&group).optional = true;
        if let Some(own) = self.stamp_tags.get(at).filter(|own| !own.is_empty()) {
            map.set("tags", tags(own));
        }
        for family in self.survey.language.families_in(true) {
            family.import(self, Some(at), &mut map);
        }
        map
    }

    /// Returns what the family of a section has recognised.
    pub fn recognised<T: Any>(&self, section: &Section) -> Option<&'a T> {
        self.recognised.get(section)
    }

    /// Tells whether a resource is told of by something that was recognised.
    pub fn is_recognised(&self, id: &ResourceId) -> bool {
        self.recognised.has(id)
    }

    /// Notes what is left out, and why.
    pub fn remark(&mut self, what: &str, why: impl Into<String>) {
        self.remarks.insert(Remark { what: what.to_owned(), why: why.into() });
    }

    /// Returns what was observed of the entries of a section.
    pub fn entries(
        &self,
        section: &'static Section,
        stamp: Option<usize>,
    ) -> Vec<(&'a Observation, String)> {
        let found = self.addresses.of(section, stamp).into_iter();
        let survey = self.survey;
        found.filter_map(|(id, key)| Some((survey.observed.get(&id)?, key))).collect()
    }

    /// Tells who may change a resource.
    pub fn life(&self, seen: &Observation) -> Life {
        if let Some(reason) = self.choices.existing.get(&seen.id) {
            return Life::Existing(reason.clone());
        }
        self.survey.life(seen)
    }

    /// Begins the entry of a resource with its name and its place.
    pub fn head(&self, seen: &Observation, stamp: Option<usize>) -> Map {
        let mut map = Map::default();
        map.set_default("name", literal(seen.id.name()));
        self.place(&mut map, &seen.id, stamp);
        map
    }

    /// Writes the group and the subscription of a resource, where they are not those of its home.
    pub fn place(&self, map: &mut Map, id: &ResourceId, stamp: Option<usize>) {
        let group = self.survey.group_of(id);
        let home = match stamp {
            Some(at) => Some(&self.placement.stamps[at].group),
            None => self.addresses.global_group(),
        };
        if let Some(group) = group.filter(|group| home != Some(group)) {
            map.set_default("resourceGroup", literal(group.name()));
        }
        let own = id.subscription().filter(|own| {
            let stamps = stamp.and_then(|at| self.placement.stamps[at].group.subscription());
            !own.eq_ignore_ascii_case(stamps.unwrap_or(self.subscription))
        });
        if let Some(subscription) = own {
            map.set("subscription", literal(subscription));
        }
    }

    /// Writes the region of a resource; the language derives most.
    pub fn location(&self, map: &mut Map, seen: &Observation) {
        if let Some(region) = region_of(&seen.body) {
            map.set_default("location", literal(&region));
        }
    }

    /// Ends the entry of a resource with its own tags and its life.
    pub fn tail(&self, map: &mut Map, seen: &Observation, stamp: Option<usize>) {
        let own = self.own_tags(seen, stamp);
        if !own.is_empty() {
            map.set("tags", tags(&own));
        }
        if self.life(seen) == Life::Adopted {
            map.set("adopt", true);
        }
    }

    /// Returns the tags of a resource that neither the topology nor the stamp gives it.
    pub fn own_tags(&self, seen: &Observation, stamp: Option<usize>) -> BTreeMap<String, String> {
        let shared = stamp.and_then(|at| self.stamp_tags.get(at));
        let is_given = |key: &str| {
            self.tags.contains_key(key) || shared.is_some_and(|tags| tags.contains_key(key))
        };
        live_tags(seen).into_iter().filter(|(key, _)| !is_given(key)).collect()
    }

    /// Finds the tags that everything carries, and those that everything in a stamp carries.
    fn share_tags(&mut self) {
        let mut global: Vec<BTreeMap<String, String>> = vec![];
        let mut stamps: Vec<Vec<BTreeMap<String, String>>> =
            vec![vec![]; self.placement.stamps.len()];
        for seen in self.survey.observed.resources.values() {
            if !self.is_tagged(seen) || matches!(self.life(seen), Life::Existing(_)) {
                continue;
            }
            match self.stamp_for_tags(seen) {
                Some(at) => stamps[at].push(live_tags(seen)),
                None => global.push(live_tags(seen)),
            }
        }
        self.tags = common(global.iter().chain(stamps.iter().flatten()));
        self.stamp_tags = stamps
            .iter()
            .map(|all| {
                let mut own = common(all.iter());
                own.retain(|key, _| !self.tags.contains_key(key));
                own
            })
            .collect();
    }

    /// Tells whether the language puts the shared tags on a resource.
    fn is_tagged(&self, seen: &Observation) -> bool {
        use resource::catalogue::{Ownership, facts_of};
        let is_group = seen.id.resource_type().is(GROUP);
        let is_written = match self.addresses.get(&seen.id) {
            Some(Address { section, .. }) if section.arm == Arm::Said => {
                !live_tags(seen).is_empty() || seen.body.get("location").is_some()
            }
            Some(_) => true,
            // Groups, and what stands with something else: certificates, autoscale settings.
            None => self.survey.is_owned(seen) && (self.survey.is_inside(&seen.id) || !is_group),
        };
        facts_of(&seen.id).ownership == Ownership::Tags && is_written
    }

    fn stamp_for_tags(&self, seen: &Observation) -> Option<usize> {
        if let Some(address) = self.addresses.get(&seen.id) {
            return address.stamp;
        }
        let stamps = &self.placement.stamps;
        let name = seen.id.name();
        let own = stamps.iter().position(|stamp| name.ends_with(&format!("-{}", stamp.name)));
        own.or_else(|| stamps.iter().position(|stamp| seen.id.is_within(&stamp.group)))
    }

    /// Returns the reference to a resource as it is written in `stamp`: its address, or its ID.
    pub fn target(&self, id: &ResourceId, stamp: Option<usize>) -> Node {
        match self.addresses.reference(id, stamp) {
            Some(address) => Node::Text(address),
            None => literal(id.as_str()),
        }
    }

    /// Returns the reference to a resource for a key that takes things of one section alone, or IDs.
    pub fn target_in<T: Entry>(&self, id: &ResourceId, stamp: Option<usize>) -> Node {
        if self.is_entry::<T>(id) { self.target(id, stamp) } else { literal(id.as_str()) }
    }

    /// Tells whether a resource is told of by an entry of `T`.
    pub fn is_entry<T: Entry>(&self, id: &ResourceId) -> bool {
        self.addresses.get(id).is_some_and(|address| *address.section == *T::SECTION)
    }

    /// Returns the stamp and the key of an entry of `T` that stands in one.
    pub fn key_in_stamp<T: Entry>(&self, id: &ResourceId) -> Option<(usize, &str)> {
        let address = self.addresses.get(id).filter(|it| *it.section == *T::SECTION)?;
        address.stamp.map(|at| (at, &*address.key))
    }
}

/// Returns the entry of something that is only read.
pub fn existing(mut head: Map) -> Map {
    head.set("existing", true);
    head
}

/// Returns the tags of a resource, without our mark and Azure's own.
fn live_tags(seen: &Observation) -> BTreeMap<String, String> {
    let tags = seen.body["tags"].as_object().into_iter().flatten();
    let is_own = |key: &str| planner::is_own_tag(key) || key.starts_with("hidden-");
    tags.filter(|(key, _)| !is_own(key))
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn common<'t>(
    mut all: impl Iterator<Item = &'t BTreeMap<String, String>>,
) -> BTreeMap<String, String> {
    let Some(mut shared) = all.next().cloned() else { return BTreeMap::new() };
    for tags in all {
        shared.retain(|key, value| tags.get(key) == Some(value));
    }
    shared
}

fn tags(tags: &BTreeMap<String, String>) -> Map {
    let mut map = Map::default();
    for (key, value) in tags {
        map.set(key, literal(value));
    }
    map
}
