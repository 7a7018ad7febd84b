//! Entries of a section as most are written, and their lists of children.

use resource::{Observation, inner};

use crate::draft::{Draft, Life, Remark, existing};
use crate::family::{Import, Told};
use crate::node::{Map, capital, literal};

impl Draft<'_> {
    /// Writes the entries of a section, each with its body, or as only read.
    pub fn each<T: Import>(&mut self, stamp: Option<usize>) -> Map {
        let mut entries = Map::default();
        for (seen, key) in self.entries(T::SECTION, stamp) {
            let mut map = self.head(seen, stamp);
            match self.life(seen) {
                Life::Existing(reason) => {
                    entries.set(&key, existing(map)).about(&seen.id).comment(capital(&reason));
                }
                Life::Owned | Life::Adopted => {
                    if T::fields().iter().any(|(key, _)| key == "location") {
                        self.location(&mut map, seen);
                    }
                    T::body(self, seen, stamp, &mut map);
                    self.tail(&mut map, seen, stamp);
                    entries.set(&key, map).about(&seen.id);
                }
            }
        }
        entries
    }

    /// Writes what resources with names of their own below an entry's have of its declared properties.
    pub fn given<T: Import>(&mut self, parent: &Observation, stamp: Option<usize>, map: &mut Map) {
        for given in T::GIVEN {
            if let Some(seen) = self.survey.observed.get(&inner(&parent.id, given.path)) {
                self.declared_in::<T>(given.path, &seen.body, seen.id.as_str(), stamp, map);
            }
        }
    }

    /// Writes the lists of children of an entry, as far as they are the user's.
    pub fn children<T: Import>(&mut self, parent: &Observation, map: &mut Map) {
        for children in T::CHILDREN {
            let holder = children.holder(&parent.id);
            let survey = self.survey;
            let inside = survey.observed.resources.values().filter(|seen| {
                seen.id.parent().as_ref() == Some(&holder)
                    && seen.id.resource_type().last() == children.kind
            });
            let mut names = vec![];
            for seen in inside.filter(|seen| !self.choices.left_out.contains_key(&seen.id)) {
                match T::child(seen) {
                    Told::Named => names.push(literal(seen.id.name())),
                    Told::Not => {}
                    Told::Remarked(why) => {
                        self.remarks
                            .insert(Remark { what: seen.id.to_string(), why: why.to_owned() });
                    }
                }
            }
            map.set_some(children.key, names);
        }
    }
}
