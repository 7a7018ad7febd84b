//! The language as a value: the sections that it has, and what follows from them.

use std::fmt;
use std::sync::OnceLock;

use resource::ResourceType;
use serde_json::Value;

use crate::section::{Addressed, Arm, Keys, Section, Stands};
use crate::{Explanation, explain, keys, schema};

/// What a topology may hold: its sections, each declared by a family.
///
/// Parser, schema, checks and documentation loop over them and name none; a text is read in one
/// language, which its [`Topology`](crate::Topology) remembers.
pub struct Language {
    sections: Vec<&'static Section>,
    named: Vec<&'static Section>,
    global: Vec<String>,
    local: Vec<String>,
    maps: Vec<(String, Keys)>,
    schema: OnceLock<Value>,
}

impl Language {
    /// Makes the language that has these sections, in the order in which they are gone through.
    pub fn new(sections: impl IntoIterator<Item = &'static Section>) -> Self {
        let sections: Vec<&'static Section> = sections.into_iter().collect();
        let keys = |in_stamp: bool| {
            let there = sections.iter().filter(|it| it.stands.has(in_stamp));
            there.filter(|it| it.entries.is_some()).map(|it| it.key.to_owned()).collect()
        };
        let (global, local) = (keys(false), keys(true));
        let maps = keys::maps(&sections);
        let mut named = sections.clone();
        named.sort_by_key(|section| section.stands != Stands::Both);
        Self { sections, named, global, local, maps, schema: OnceLock::new() }
    }

    /// Returns all sections.
    pub fn sections(&self) -> &[&'static Section] {
        &self.sections
    }

    /// Returns the section of a key.
    pub fn section(&self, key: &str) -> Option<&'static Section> {
        self.sections.iter().copied().find(|section| section.key == key)
    }

    /// Returns the section whose entries are of an ARM type.
    pub fn section_of_type(&self, resource_type: &ResourceType) -> Option<&'static Section> {
        self.sections.iter().copied().find(|section| section.is_of_type(resource_type))
    }

    /// Returns the section that takes resources of any type, as ARM has them.
    pub fn escape_hatch(&self) -> Option<&'static Section> {
        self.sections.iter().copied().find(|section| section.arm == Arm::Said)
    }

    /// Returns the JSON Schema of a topology file, for editors.
    ///
    /// It knows shapes, not Azure's rules: what it accepts may still have mistakes.
    pub fn json_schema(&self) -> &Value {
        self.schema.get_or_init(|| schema::of(self))
    }

    /// Returns what every code means: the file's form first, then Azure's rules, then each family's.
    pub fn codes(&self) -> impl Iterator<Item = &'static Explanation> {
        let own = self.sections.iter().flat_map(|section| section.explanations);
        explain::common().chain(own)
    }

    /// Returns what a code means.
    pub fn explain(&self, code: &str) -> Option<&'static Explanation> {
        self.codes().find(|explanation| explanation.code == code)
    }

    /// Returns the keys of the sections whose entries stand in a stamp, or outside of all.
    pub(crate) fn keys(&self, in_stamp: bool) -> &[String] {
        if in_stamp { &self.local } else { &self.global }
    }

    /// Returns all maps whose keys are names, `*` for any one key of the map above.
    pub(crate) fn maps(&self) -> &[(String, Keys)] {
        &self.maps
    }

    /// Returns the sections in the order in which a bare name is looked for: first those that stand
    /// in stamps and outside of them.
    pub(crate) fn by_name(&self) -> impl Iterator<Item = &'static Section> {
        self.named.iter().copied()
    }

    /// Returns the sections whose one entry a stamp has under the section's own name.
    pub(crate) fn alone_in_stamp(&self) -> impl Iterator<Item = &'static Section> {
        let all = self.sections.iter().copied();
        all.filter(|it| it.addressed == Addressed::Alone && it.stands.has(true))
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.sections.iter().map(|section| section.key);
        f.debug_list().entries(keys).finish()
    }
}
