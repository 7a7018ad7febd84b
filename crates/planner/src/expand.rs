//! From a topology to the ARM resources that it asks for.
//!
//! One file for each part of the language under `expand/`. Nothing here looks at Azure: what only
//! Azure can tell stays an expression in a body.

mod apply_lock;
mod groups;
mod ids;
mod permissions;
mod probes;
mod roles;
mod values;

pub use groups::Groups;
pub use permissions::{Holder, principal};
pub use probes::Probe;
pub use roles::role_name;

use std::collections::HashMap;

use plan::Band;
use resource::{ResourceId, absent, catalogue};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use topology::property::Record;
use topology::section::{Declared, Entry, GlobalBand};
use topology::{Diagnostic, Place, Sp, Stamp, Topology};

use crate::applied::Note;
use crate::desired::{Desired, DesiredResource, Mode};
use crate::family::{Children, Family, Given, Language};
use crate::ownership;
use probes::Route;

/// Expands a topology to the resources that it asks for and the dependencies between them.
///
/// Pure; a checked topology always expands.
pub fn expand(language: &Language, topology: &Topology) -> Desired {
    let mut expansion = Expansion::new(language, topology);
    let stamps = topology.stamps.iter().map(|(name, stamp)| Home::of(name, stamp));
    for home in stamps.chain([Home::GLOBAL]) {
        let there = |family: &&&dyn Family| family.section().stands.has(home.stamp.is_some());
        for family in language.families().iter().filter(there) {
            family.expand(&mut expansion, home);
        }
    }
    expansion.apply_lock();
    expansion.settle_probes();
    for family in language.families() {
        family.finish(&mut expansion);
    }
    expansion.ask_for_regions();
    expansion.desired.connect();
    expansion.desired
}

/// An expansion under way.
pub struct Expansion<'a> {
    language: &'a Language,
    topology: &'a Topology,
    desired: Desired,
    /// Where each resource was asked for.
    places: HashMap<ResourceId, Place>,
    /// Which routers lead to which apps, and how they probe them.
    routes: Vec<Route>,
}

/// Where a resource is declared: the stamp that it belongs to, if it belongs to one.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    stamp: Option<(&'a str, &'a Stamp)>,
}

impl<'a> Home<'a> {
    /// Outside of all stamps.
    pub const GLOBAL: Home<'static> = Home { stamp: None };

    /// Returns the home of what stands in a stamp.
    pub fn of(name: &'a str, stamp: &'a Stamp) -> Self {
        Self { stamp: Some((name, stamp)) }
    }

    /// Returns the stamp, if it is one.
    pub fn stamp(&self) -> Option<&'a Stamp> {
        self.stamp.map(|(_, stamp)| stamp)
    }

    /// Returns the stamp's name, if it is one.
    pub fn name(&self) -> Option<&'a str> {
        self.stamp.map(|(name, _)| name)
    }

    /// Returns `address` below the stamp.
    pub fn address(&self, address: &str) -> String {
        match self.name() {
            Some(stamp) => format!("{stamp}/{address}"),
            None => address.to_owned(),
        }
    }

    /// Returns the stamp's band, or `global` where there is no stamp.
    pub fn band(&self, global: Band) -> Band {
        self.name().map_or(global, |stamp| Band::Stamp(stamp.to_owned()))
    }
}

/// What every kind of resource in the language says of its life.
#[derive(Debug, Clone, Copy, Default)]
pub struct Life {
    /// Whether it is only read.
    pub existing: bool,
    /// Whether it is taken over.
    pub adopt: bool,
    /// Whether its delete and replacement are refused; `None` leaves it to the catalogue.
    pub protect: Option<bool>,
}

impl Life {
    /// Returns what an entry says of its life.
    pub fn of(entry: &dyn Declared) -> Self {
        let common = entry.common();
        Self { existing: common.existing, adopt: common.adopt, protect: common.protect }
    }
}

impl<'a> Expansion<'a> {
    fn new(language: &'a Language, topology: &'a Topology) -> Self {
        let hash = Sha256::digest(serde_json::to_vec(topology).unwrap_or_default());
        let mut desired = Desired::default();
        desired.topology = topology.name.value.clone();
        desired.subscription = topology.subscription.value.clone();
        desired.suffixes = topology.cloud().suffixes();
        desired.hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        desired.note = Note::of_hash(&desired.hash);
        desired.stamps = topology.stamps.keys().cloned().collect();
        let numbered = topology.stamps.iter().filter(|(_, stamp)| stamp.index.is_used);
        desired.indexes = numbered.map(|(name, stamp)| (name.clone(), stamp.index.value)).collect();
        Self { language, topology, desired, places: HashMap::new(), routes: vec![] }
    }

    /// Returns the topology.
    pub fn topology(&self) -> &'a Topology {
        self.topology
    }

    /// Returns what is asked for so far.
    pub fn desired(&mut self) -> &mut Desired {
        &mut self.desired
    }

    /// Returns the resource that an entry is by the names and the declared properties it has; `None`
    /// where it stands for none.
    pub fn resource<T: Entry>(
        &self,
        home: Home<'_>,
        key: &str,
        entry: &T,
    ) -> Option<DesiredResource> {
        let section = T::SECTION;
        let id = self.named_id(home, section, key, entry)?;
        let band = home.band(match section.band {
            GlobalBand::Global => Band::Global,
            GlobalBand::Data => Band::Data,
        });
        let address = section.address(home.name(), key);
        let mut resource = DesiredResource::managed(address, id, band, self.body(home, entry));
        if !T::fields().iter().any(|(key, _)| key == "location") {
            self.place_by_type(&mut resource, home);
        } else if entry.common().location.is_none() {
            self.soften_location(&mut resource, home);
        }
        Some(resource)
    }

    /// Adds the resource that an entry is.
    pub fn add_entry<T: Entry>(&mut self, entry: &T, resource: DesiredResource) {
        self.add(resource, Life::of(entry), entry.common().place);
    }

    /// Gives a resource whose entry names no region the place that its type has: one in a region, the
    /// whole world, or none.
    fn place_by_type(&self, resource: &mut DesiredResource, home: Home<'_>) {
        let region = self.location(home, None).unwrap_or_default();
        let place = catalogue::facts_of(&resource.id).default_location(&region);
        let Some(body) = resource.body.as_object_mut() else { return };
        match place.filter(|place| !place.is_empty()) {
            Some(place) => body.insert("location".to_owned(), json!(place)),
            None => body.shift_remove("location"),
        };
    }

    /// Returns a resource with a name of its own below the one that an entry is.
    pub fn given<T: Entry>(
        &self,
        entry: &T,
        parent: &DesiredResource,
        given: &Given,
    ) -> DesiredResource {
        let address = format!("{}/{}", parent.address, given.label);
        let mut body = json!({ "properties": {} });
        entry.put_in(given.path, &mut body, self);
        let id = resource::inner(&parent.id, given.path);
        DesiredResource::managed(address, id, parent.band.clone(), body)
    }

    /// Adds such a resource: it lives as the entry does.
    pub fn add_given<T: Entry>(&mut self, entry: &T, resource: DesiredResource) {
        let life = Life { adopt: true, ..Life::of(entry) };
        self.add(resource, life, entry.common().place);
    }

    /// Adds a resource that lies in another one and bears no mark of its own: in one that is ours or
    /// adopted it is ours.
    pub fn add_child<T>(
        &mut self,
        parent: &DesiredResource,
        children: &Children<T>,
        name: &Sp<String>,
    ) {
        let id = children.holder(&parent.id).child(children.kind, name);
        let address = format!("{}/{}/{}", parent.address, children.key, name.value);
        let (band, body) = (parent.band.clone(), (children.body)());
        let resource = DesiredResource::managed(address, id, band, body);
        self.add(resource, Life { adopt: true, ..Life::default() }, &name.place);
    }

    /// Returns the body that the declared properties of an entry make, with its region and tags.
    pub fn body<T: Declared + Record>(&self, home: Home<'_>, entry: &T) -> Value {
        let common = entry.common();
        let mut body = json!({ "location": self.location(home, common.location) });
        if let Some(tags) = common.tags {
            body["tags"] = self.tags(home, tags);
        }
        entry.put(&mut body, self);
        body
    }

    /// Adds a resource with our mark on it.
    pub fn add(&mut self, mut resource: DesiredResource, life: Life, place: &Place) {
        resource.adopt |= life.adopt;
        resource.protect = life.protect.unwrap_or(resource.protect);
        resource.place = Some(plan::Place {
            file: place.file.to_string(),
            line: place.line,
            column: place.column,
        });
        if life.existing {
            resource.mode = Mode::Existing;
            resource.body = Value::Null;
            resource.create_only = None;
        } else {
            ownership::mark(&resource.id, &mut resource.body, &self.topology.name.value);
        }
        match self.desired.get(&resource.id) {
            Some(_) => self.second_wish(resource, place),
            None => {
                self.places.insert(resource.id.clone(), place.clone());
                self.desired.insert(resource);
            }
        }
    }

    /// Takes a resource that is asked for already: what the topology says of it has one owner.
    ///
    /// To read one resource twice is no contradiction, and one entry may need a resource several
    /// times. What App Service makes with its site is one document, to which a raw entry may add what
    /// the app does not say. All else is a mistake with two places.
    fn second_wish(&mut self, second: DesiredResource, place: &Place) {
        let Some(first) = self.desired.get_mut(&second.id) else { return };
        let other = self.places.get(&second.id).unwrap_or(place);
        let reads = |wish: &DesiredResource| wish.mode == Mode::Existing;
        if reads(first) && reads(&second) || place == other && first.body == second.body {
            return;
        }
        let writes_both = !reads(first) && !reads(&second);
        let clash = if writes_both && catalogue::facts_of(&second.id).born_with_parent {
            join(&mut first.body, &second.body, "")
        } else {
            Some(String::new())
        };
        if let Some(path) = clash {
            let what = if path.is_empty() {
                second.id.to_string()
            } else {
                format!("{path}` of `{}", second.id)
            };
            let mistake = Diagnostic::declared_twice(
                &what,
                (&second.address, place),
                (&first.address, other),
            );
            self.desired.diagnostics.push(mistake);
        }
    }

    /// Returns the tags of a resource: the topology's, the stamp's and its own, later ones first.
    pub fn tags(&self, home: Home<'_>, own: &topology::FreeMap<Sp<String>>) -> Value {
        let mut tags = Map::new();
        let stamp = home.stamp.map(|(_, stamp)| &stamp.tags);
        for level in [Some(&self.topology.tags), stamp, Some(own)].into_iter().flatten() {
            for (key, value) in level {
                tags.insert(key.clone(), Value::String(value.value.clone()));
            }
            for key in level.absent() {
                // A level above may spell it otherwise, and Azure has it once.
                tags.retain(|known, _| !known.eq_ignore_ascii_case(key));
                tags.insert(key.value.clone(), absent());
            }
        }
        Value::Object(tags)
    }

    /// Returns the region of a resource: its own, the stamp's, or the topology's.
    pub fn location(&self, home: Home<'_>, own: Option<&Sp<String>>) -> Option<String> {
        let stamp = home.stamp.map(|(_, stamp)| &stamp.region);
        own.or(stamp).or(self.topology.location()).map(|region| region.value.clone())
    }

    /// Leaves the region of a resource to its creation where nobody has written it: what is live
    /// stays where it is, whichever stamp is the first.
    fn soften_location(&self, resource: &mut DesiredResource, home: Home<'_>) {
        if home.stamp.is_some() || self.topology.location.is_some() {
            return;
        }
        let location = resource.body.as_object_mut().and_then(|body| body.shift_remove("location"));
        if let Some(location) = location.filter(|location| !location.is_null()) {
            let extra = resource.create_only.get_or_insert_with(|| json!({}));
            extra["location"] = location;
        }
    }

    /// Finds what cannot be made, since it needs a region and nothing gives it one.
    fn ask_for_regions(&mut self) {
        let is_placed = |resource: &DesiredResource| {
            let has = |body: &Value| !body["location"].is_null();
            has(&resource.body) || resource.create_only.as_ref().is_some_and(has)
        };
        let needs_region = |resource: &&DesiredResource| {
            resource.mode == Mode::Managed
                && catalogue::needs_region(&resource.id.resource_type())
                && !is_placed(resource)
        };
        let unplaced = self.desired.resources().filter(needs_region);
        let mistakes = unplaced.filter_map(|resource| {
            let place = self.places.get(&resource.id)?;
            Some(Diagnostic::without_region(&resource.address, place))
        });
        let mistakes: Vec<Diagnostic> = mistakes.collect();
        self.desired.diagnostics.extend(mistakes);
    }

    fn subscription<'s>(&'s self, home: Home<'s>, own: Option<&'s Sp<String>>) -> &'s str {
        let stamp = home.stamp.and_then(|(_, stamp)| stamp.subscription.as_ref());
        own.or(stamp).map_or(&self.topology.subscription.value, |subscription| &subscription.value)
    }

    /// Returns the resource of a type and a name in a group: in a subscription of its own, the stamp's or
    /// the topology's.
    pub fn in_group(
        &self,
        home: Home<'_>,
        subscription: Option<&Sp<String>>,
        group: &str,
        resource_type: &str,
        name: &str,
    ) -> ResourceId {
        ResourceId::in_group(self.subscription(home, subscription), group, resource_type, name)
    }
}

/// Lays what a second entry says of a document beside what the first says; returns the path of a
/// value that both give, and not the same.
fn join(first: &mut Value, second: &Value, path: &str) -> Option<String> {
    match (first, second) {
        (Value::Object(first), Value::Object(second)) => second.iter().find_map(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let same = first.keys().find(|known| known.eq_ignore_ascii_case(key)).cloned();
            match same.and_then(|key| first.get_mut(&key)) {
                Some(known) => join(known, value, &path),
                None => {
                    first.insert(key.clone(), value.clone());
                    None
                }
            }
        }),
        (first, second) => (first != second).then(|| path.to_owned()),
    }
}
