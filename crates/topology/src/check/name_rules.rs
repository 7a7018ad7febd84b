//! Names and keys, held against the rules of their sections.

use std::collections::HashMap;

use super::Check;
use crate::section::{Addressed, GROUP_NAME, Keys, NameRule, Section, Unique};
use crate::{Diagnostic, Name, Place, Topology};

impl Check<'_> {
    /// Files every name that Azure would refuse.
    pub(super) fn names(&mut self) {
        let topology: &Topology = self.topology;
        let name = &topology.name;
        let sound = name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !name.value.is_empty() && (!sound || name.len() > 40) {
            let message = format!("`{}` can't name a topology", name.value);
            let help = "take up to 40 lower-case letters, digits and hyphens: other names are made from it";
            self.error("bad-name", &name.place, message, help);
        }
        self.resource_name(&GROUP_NAME, &topology.resource_group);
        for (key, stamp) in &topology.stamps {
            self.stamp_name(key, &stamp.place);
            self.resource_name(&GROUP_NAME, &stamp.resource_group);
        }
        for section in topology.language().sections() {
            for (key, entry) in topology.declared(section) {
                let common = entry.common();
                if let (Some(rule), Some(name)) = (section.name, common.name) {
                    self.resource_name(rule, name);
                }
                for (rule, name) in entry.further_names() {
                    self.resource_name(rule, name);
                }
                if section.keys == Keys::Word {
                    self.key(key, common.place);
                }
                if section.addressed == Addressed::ByKey {
                    self.key_in_stamp(section, key, common.place);
                }
            }
            self.names_apart(section);
        }
    }

    fn resource_name(&mut self, rule: &NameRule, name: &Name) {
        // An empty name stands for one whose mistake has been told.
        let Some(message) = rule.mistake(name).filter(|_| !name.is_empty()) else { return };
        let mut help = rule.allowed();
        if name.is_derived {
            help = format!("{help}; the name was derived: write `name:` (or a shorter key)");
        }
        self.error("bad-name", &name.place, message, &help);
    }

    /// Files a key that references take for something else in a stamp.
    fn key_in_stamp(&mut self, section: &Section, key: &str, place: &Place) {
        let mut alone = self.topology.language().alone_in_stamp();
        if alone.any(|other| other.key == key) {
            let message =
                format!("{} can't be called `{key}`, which references use otherwise", section.noun);
            let what = section.bare_noun();
            let help = format!("give the {what} another key, such as `{}`", section.default_key);
            self.error("bad-name", place, message, &help);
        }
    }

    /// Files a key that references can't hold.
    pub fn key(&mut self, key: &str, place: &Place) {
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if key.is_empty() || !key.bytes().all(sound) {
            let message = format!("key `{key}` holds more than letters, digits, `-` and `_`");
            self.error("bad-name", place, message, "references to it would have no clear end");
        }
    }

    fn stamp_name(&mut self, key: &str, place: &Place) {
        if self.topology.language().section(key).is_some() {
            let message =
                format!("a stamp can't be called `{key}`, which references use otherwise");
            self.error("bad-name", place, message, "give the stamp another name, such as `weu`");
        } else if !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            let message = format!("stamp name `{key}` holds more than letters, digits and hyphens");
            self.error("bad-name", place, message, "stamp names are parts of Azure names");
        }
    }

    /// Files names of a section that must be unique in the cloud and stand here twice; what is only
    /// read may be read twice.
    fn names_apart(&mut self, section: &'static Section) {
        let mut seen: HashMap<String, &Name> = HashMap::new();
        let topology = self.topology;
        for (_, entry) in topology.declared(section) {
            let common = entry.common();
            let names = section.name.zip(common.name).into_iter().chain(entry.further_names());
            let names = names.filter(|(rule, name)| {
                rule.unique == Unique::Cloud && !name.is_empty() && !common.existing
            });
            for (rule, name) in names {
                let Some(first) = seen.insert(name.to_ascii_lowercase(), name) else { continue };
                let is_own = section.name.is_some_and(|own| own.what == rule.what);
                let message = if is_own {
                    format!("two {} are called `{name}`", section.plural)
                } else {
                    format!("two {} have one {}, `{name}`", section.plural, rule.what)
                };
                let mut diagnostic = Diagnostic::error("name-taken", &name.place, message);
                let mut way = "put `{stamp}` into it";
                if first.place != name.place {
                    diagnostic = diagnostic.also(&first.place, "the other one");
                    way = "give one of the two another";
                }
                let help = format!("such names are unique in the cloud: {way}");
                self.diagnostics.push(diagnostic.help(&help));
            }
        }
    }
}
