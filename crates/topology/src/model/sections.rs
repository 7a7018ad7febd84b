//! The entries of all sections that stand in one place, whatever families the language has.

use std::any::Any;

use indexmap::IndexMap;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::decode::Context;
use crate::section::{Declared, Entry, Kept, Section};
use crate::tree::Node;
use crate::{Language, Place};

/// The entries of all sections in one place: a stamp, or what is outside of all.
#[derive(Debug)]
pub struct Sections {
    language: &'static Language,
    /// By the section's key; a section that nobody writes is not there.
    kept: IndexMap<&'static str, Box<dyn Kept>>,
}

impl Sections {
    /// Returns the language that they are written in.
    pub fn language(&self) -> &'static Language {
        self.language
    }

    /// Returns the entries of `T` by key, in the order of the file.
    pub fn of<T: Entry>(&self) -> impl Iterator<Item = (&str, &T)> {
        self.map::<T>().into_iter().flatten().map(|(key, entry)| (key.as_str(), entry))
    }

    /// Returns the entry of `T` that has this key.
    pub fn get<T: Entry>(&self, key: &str) -> Option<&T> {
        self.map::<T>()?.get(key)
    }

    /// Returns the entry of `T` where there is one alone.
    pub fn one<T: Entry>(&self) -> Option<&T> {
        self.get(T::SECTION.key)
    }

    fn map<T: Entry>(&self) -> Option<&IndexMap<String, T>> {
        let kept: &dyn Any = &**self.kept.get(T::SECTION.key)?;
        kept.downcast_ref()
    }

    /// Returns the entries of a section without their type.
    pub fn all(&self, section: &Section) -> Vec<(&str, &dyn Declared)> {
        self.kept.get(section.key).map(|kept| kept.all()).unwrap_or_default()
    }

    /// Returns the entry of a section that has this key.
    pub fn find(&self, section: &Section, key: &str) -> Option<&dyn Declared> {
        self.kept.get(section.key)?.find(key)
    }

    /// Returns the entries of a section, to be filled in.
    pub(crate) fn all_mut(&mut self, section: &Section) -> Vec<(&str, &mut dyn Declared)> {
        self.kept.get_mut(section.key).map(|kept| kept.all_mut()).unwrap_or_default()
    }

    /// Returns the keys under which they are written.
    pub(crate) fn keys(cx: &Context<'_>) -> &'static [String] {
        cx.language().keys(cx.scope.stamp.is_some())
    }

    /// Reads them from the map that they stand in.
    pub(crate) fn decode(map: &Node, owner: &Place, cx: &mut Context<'_>) -> Self {
        let language = cx.language();
        let in_stamp = cx.scope.stamp.is_some();
        let mut sections = Self { language, kept: IndexMap::new() };
        let there = language.sections().iter().filter(|section| section.stands.has(in_stamp));
        for section in there {
            let Some(entries) = section.entries else { continue };
            let kept =
                cx.section(map, section, owner, |node, cx| entries.decode(section, node, cx));
            sections.kept.extend(kept.map(|kept| (section.key, kept)));
        }
        sections
    }
}

impl Clone for Sections {
    fn clone(&self) -> Self {
        let kept = self.kept.iter().map(|(key, kept)| (*key, kept.copy())).collect();
        Self { language: self.language, kept }
    }
}

impl PartialEq for Sections {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.kept.iter().map(|(key, kept)| (kept, other.kept.get(key)));
        self.kept.len() == other.kept.len()
            && pairs.all(|(kept, other)| other.is_some_and(|other| kept.is_equal(&**other)))
    }
}

impl Serialize for Sections {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.kept.len()))?;
        for (key, kept) in &self.kept {
            map.serialize_entry(key, &kept.written())?;
        }
        map.end()
    }
}
