//! Where in the files a resource is declared, and what else may speak of it.

use plan::Band;
use topology::edit::{Edit, Path, Step, Written};

use super::difference::segments;
use super::spell::plainly;
use super::trial::{Candidate, State};
use crate::desired::DesiredResource;

/// The part of a topology that declares a resource.
pub(super) struct Scope<'s> {
    state: &'s State,
    /// The resource's record, in its stamp where it has one.
    pub own: Path,
    stamp: Option<String>,
    /// The property that differs, in keys and labels.
    property: Vec<String>,
}

/// A value of a file.
pub(super) struct Place {
    pub file: String,
    /// The path in the file.
    pub path: Path,
    /// The path in the resolved topology: what the module says, stands in the stamp.
    pub logical: Path,
    pub written: Written,
    /// How far from the resource, and how unlike the property: the least first.
    rank: (u8, i32),
}

impl Place {
    /// Tells whether the value stands at the resource or in its stamp.
    pub fn is_near(&self) -> bool {
        self.rank.0 < 2
    }

    /// Tells whether the value stands in the module, for all stamps.
    pub fn is_shared(&self) -> bool {
        self.path != self.logical
    }
}

impl<'s> Scope<'s> {
    /// Finds where a resource is declared.
    pub fn of(state: &'s State, resource: &DesiredResource, property: &str) -> Self {
        let stamp = match &resource.band {
            Band::Stamp(name) => Some(name.clone()),
            Band::Global | Band::Data => stamp_in(state, &resource.address),
        };
        let property = segments(property).into_iter().map(str::to_owned).collect();
        let mut scope = Self { state, own: Path::default(), stamp, property };
        let declared = resource.place.as_ref().and_then(|place| path_of(state, place));
        let home = || scope.stamp.iter().flat_map(|stamp| ["stamps", stamp]).collect::<Vec<_>>();
        scope.own = match declared {
            Some(path) => scope.logical(&path).unwrap_or(path),
            None => Path::of(home()),
        };
        scope
    }

    /// Returns the path of a value in the resolved topology; `None` for that of another stamp.
    fn logical(&self, path: &Path) -> Option<Path> {
        let key = |index: usize| match path.0.get(index) {
            Some(Step::Key(key)) => Some(key.as_str()),
            _ => None,
        };
        match (key(0), &self.stamp) {
            (Some("stamp"), Some(stamp)) => Some(Path::of(["stamps", stamp]).joined(&path.0[1..])),
            (Some("stamps"), Some(stamp)) if key(1).is_some_and(|other| other != stamp) => None,
            _ => Some(path.clone()),
        }
    }

    /// Returns the labels and keys of the property that differs.
    pub fn names(&self) -> Vec<&str> {
        self.property.iter().map(String::as_str).collect()
    }

    /// Returns every value that may speak of the resource, the likeliest first.
    pub fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for (file, outline) in &self.state.outlines {
            for (path, written) in outline.values() {
                let Some(logical) = self.logical(&path) else { continue };
                let rank = (self.distance(&logical), -self.likeness(&logical));
                places.push(Place { file: file.clone(), path, logical, written, rank });
            }
        }
        places.sort_by_key(|place| place.rank);
        places
    }

    fn distance(&self, logical: &Path) -> u8 {
        let stamp = self.stamp.as_ref().map(|stamp| Path::of(["stamps", stamp]));
        if logical.below(&self.own).is_some() {
            0
        } else if stamp.is_some_and(|stamp| logical.below(&stamp).is_some()) {
            1
        } else if logical.0.len() < 3 {
            2
        } else {
            3
        }
    }

    /// Returns how alike the way to a value and the property are.
    pub fn likeness(&self, path: &Path) -> i32 {
        let keys = path.0.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key),
            Step::Item(_) => None,
        });
        let on_the_way = keys.filter(|key| self.property.contains(key)).count();
        let last = path.last_key().map_or(0, |key| self.likeness_of_name(key));
        i32::try_from(on_the_way).unwrap_or(0) * 20 + last
    }

    /// Returns how alike a key and the names of the property are.
    pub fn likeness_of_name(&self, key: &str) -> i32 {
        let nearest = self.property.iter().rev().take(3).enumerate().map(|(up, name)| {
            let up = i32::try_from(up).unwrap_or(0) * 5;
            likeness(key, name) - up
        });
        nearest.max().unwrap_or(0)
    }

    /// Returns how a value is set: where it stands, and, if that is the module, in the stamp alone.
    pub fn settings(&self, place: &Place, value: &serde_json::Value) -> Vec<Candidate> {
        let mut ways =
            vec![vec![(place.file.clone(), Edit::Set(place.path.clone(), value.clone()))]];
        if place.is_shared() {
            ways.extend(self.override_with(&place.logical, value));
        }
        ways
    }

    /// Returns how a stamp says a value of its own.
    pub fn override_with(&self, logical: &Path, value: &serde_json::Value) -> Option<Candidate> {
        let file = self.file_for(logical)?;
        Some(vec![(file, Edit::Set(logical.clone(), value.clone()))])
    }

    /// Returns where a key that no file has may be made: in the module, for all stamps, or where
    /// the resource is declared.
    pub fn makings(&self, logical: &Path, edit: &dyn Fn(Path) -> Edit) -> Vec<Candidate> {
        let mut ways = Vec::new();
        if let Some(stamp) = &self.stamp
            && let Some(below) = logical.below(&Path::of(["stamps", stamp]))
        {
            let shared = Path::of(["stamp"]).joined(below);
            // Keys are added to what the module has; it gets no records of its own for them.
            let parent = Path(shared.0[..shared.0.len() - 1].to_vec());
            if let Some(file) = self.file_with(&parent) {
                ways.push(vec![(file, edit(shared))]);
            }
        }
        if let Some(file) = self.file_for(logical) {
            ways.push(vec![(file, edit(logical.clone()))]);
        }
        ways
    }

    fn file_with(&self, path: &Path) -> Option<String> {
        let has = |file: &&String| self.state.outlines[*file].get(path).is_some();
        self.state.files.keys().find(has).cloned()
    }

    /// Returns the file that has most of the way to a path.
    fn file_for(&self, path: &Path) -> Option<String> {
        let known = |file: &String| {
            let outline = &self.state.outlines[file];
            let depth = |end: &usize| outline.get(&Path(path.0[..*end].to_vec())).is_some();
            (0..=path.0.len()).rev().find(depth).unwrap_or(0)
        };
        // Of several the first: the main file.
        self.state.files.keys().rev().max_by_key(|file| known(file)).cloned()
    }
}

/// Returns the stamp that an address begins with.
fn stamp_in(state: &State, address: &str) -> Option<String> {
    let (first, _) = address.split_once('/')?;
    state.desired.stamps.iter().find(|stamp| *stamp == first).cloned()
}

/// Returns the path of what is declared at a place.
fn path_of(state: &State, place: &plan::Place) -> Option<Path> {
    let (outline, text) = (state.outlines.get(&place.file)?, state.files.get(&place.file)?);
    outline.path_at(text, place.line as usize, place.column as usize)
}

/// Returns how alike two names are: 100 for the same one, less for a shared part.
pub(super) fn likeness(one: &str, other: &str) -> i32 {
    let (a, b) = (plainly(one), plainly(other));
    if a.is_empty() || b.is_empty() {
        0
    } else if a == b {
        100
    } else if a.contains(&b) || b.contains(&a) {
        60
    } else {
        let shared = words(one).into_iter().filter(|word| b.contains(word.as_str())).count();
        i32::try_from(shared).unwrap_or(0) * 20
    }
}

/// Returns the words of a name in camelCase, the short ones left out.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if c.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words.into_iter().filter(|word| word.len() > 2).collect()
}
