//! Tags: what Azure takes as their names and values, for each type.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources>.

use std::collections::HashMap;

use super::Check;
use crate::section::{Declared, Section, Tags};
use crate::{Place, Sp, keys};

/// What a type of resource takes as tags.
#[derive(Debug, Clone, Copy)]
struct Rule {
    what: &'static str,
    /// How many tags fit.
    most: usize,
    /// How many characters a name has at most.
    name_length: usize,
    /// Characters that no name holds.
    forbidden: &'static str,
    /// Whether names are ASCII.
    ascii: bool,
    /// Whether a name may begin with a digit.
    digit_first: bool,
}

/// What every type takes.
const ANY: Rule = Rule {
    what: "a resource",
    most: 50,
    name_length: 512,
    forbidden: "<>%&\\?/",
    ascii: false,
    digit_first: true,
};
const ACCOUNT: Rule = Rule { what: "a storage account", name_length: 128, ..ANY };
const ZONE: Rule = Rule {
    what: "a DNS zone",
    most: 15,
    forbidden: "<>%&\\?/ ()",
    ascii: true,
    digit_first: false,
    ..ANY
};
const PROFILE: Rule =
    Rule { what: "a Traffic Manager profile", forbidden: "<>%&\\?/ #:", digit_first: false, ..ANY };
const CDN: Rule = Rule { what: "a CDN profile", most: 15, forbidden: "<>%&\\?/#:", ..ANY };
const AUTOMATION: Rule = Rule { what: "an automation account", most: 15, ..ANY };

/// Rules of types that take less than others.
const BY_TYPE: &[(&str, Rule)] = &[
    ("microsoft.storage/storageaccounts", ACCOUNT),
    ("microsoft.network/dnszones", ZONE),
    ("microsoft.network/privatednszones", ZONE),
    ("microsoft.network/privatednszones/virtualnetworklinks", ZONE),
    ("microsoft.network/trafficmanagerprofiles", PROFILE),
    ("microsoft.network/frontdoors", CDN),
    ("microsoft.cdn/profiles", CDN),
    ("microsoft.automation/automationaccounts", AUTOMATION),
];

/// How many characters a value has at most.
const VALUE_LENGTH: usize = 256;

/// Tags that Evenkeel itself puts on what it makes: the mark and its owner.
const OWN_TAGS: usize = 2;

/// Beginnings of names that Azure keeps for itself.
const RESERVED: &[&str] = &["azure", "microsoft", "windows"];

/// Names that Evenkeel keeps for itself.
const OURS: &[&str] = &["evenkeel", "evenkeel-owner", "evenkeel-applied"];

impl Check<'_> {
    /// Files every tag that Azure would refuse.
    pub(super) fn tags(&mut self) {
        let topology = self.topology;
        self.tag_set(&ANY, &[&topology.tags], &topology.name.place);
        let language = topology.language();
        for section in language.sections() {
            for (_, entry) in topology.sections.all(section) {
                self.entry_tags(section, entry, &[&topology.tags]);
            }
        }
        for stamp in topology.stamps.values() {
            let above: &[&Tags] = &[&topology.tags, &stamp.tags];
            self.tag_set(&ANY, above, &stamp.place);
            for section in language.sections() {
                for (_, entry) in stamp.sections.all(section) {
                    self.entry_tags(section, entry, above);
                }
            }
        }
    }

    /// Files what is wrong with the tags of an entry; what is only read has none of ours.
    fn entry_tags(&mut self, section: &Section, entry: &dyn Declared, above: &[&Tags]) {
        let common = entry.common();
        let Some(own) = common.tags.filter(|_| !common.existing && !entry.is_external()) else {
            return;
        };
        let kind = entry.resource_type(section).unwrap_or_default().to_ascii_lowercase();
        let rule = BY_TYPE.iter().find(|(name, _)| *name == kind).map_or(ANY, |(_, rule)| *rule);
        self.tags_below(&rule, above, own, common.place);
    }

    fn tags_below(&mut self, rule: &Rule, above: &[&Tags], own: &Tags, place: &Place) {
        let levels: Vec<&Tags> = above.iter().copied().chain([own]).collect();
        self.tag_set(rule, &levels, place);
    }

    /// Files what is wrong with the tags that one resource gets from all levels together.
    fn tag_set(&mut self, rule: &Rule, levels: &[&Tags], place: &Place) {
        let mut above: HashMap<String, (&str, &Place)> = HashMap::new();
        for level in levels {
            for (name, value) in *level {
                // Two of one level are told where its keys are read.
                match above.get(&name.to_lowercase()) {
                    Some((other, at)) if *other != name && !level.contains_key(*other) => {
                        self.diagnostics.push(keys::twin(name, &value.place, other, at));
                    }
                    _ => {}
                }
                self.tag(rule, name, value);
            }
            for name in level.absent() {
                self.tag_name(rule, name, &name.place);
                above.remove(&name.to_lowercase());
            }
            let known = level
                .iter()
                .map(|(name, value)| (name.to_lowercase(), (name.as_str(), &value.place)));
            above.extend(known);
        }
        let count = above.len() + OWN_TAGS;
        if count > rule.most {
            let Rule { what, most, .. } = rule;
            let message =
                format!("{count} tags, our own {OWN_TAGS} among them; {what} takes {most}");
            let help =
                "write fewer tags for the whole topology, and the rest where they are needed";
            self.error("too-many-tags", place, message, help);
        }
    }

    fn tag(&mut self, rule: &Rule, name: &str, value: &Sp<String>) {
        self.tag_name(rule, name, &value.place);
        let length = value.chars().count();
        if length > VALUE_LENGTH {
            let message = format!(
                "the value of tag `{name}` has {length} characters; Azure allows {VALUE_LENGTH}"
            );
            self.error("bad-tag", &value.place, message, "shorten it");
        }
    }

    fn tag_name(&mut self, rule: &Rule, name: &str, place: &Place) {
        if let Some(what) = rule.mistake(name) {
            let help = "take letters, digits, `-` and `_`: every type takes them";
            self.error("bad-tag", place, format!("tag `{name}` {what}"), help);
        }
    }
}

impl Rule {
    /// Returns what is wrong with the name of a tag.
    fn mistake(&self, name: &str) -> Option<String> {
        let lower = name.to_lowercase();
        let length = name.chars().count();
        let what = self.what;
        if name.trim().is_empty() {
            return Some("has no name".to_owned());
        }
        if OURS.contains(&lower.as_str()) {
            return Some("is one of Evenkeel's own".to_owned());
        }
        if let Some(reserved) = RESERVED.iter().find(|reserved| lower.starts_with(**reserved)) {
            return Some(format!("begins with `{reserved}`, which Azure keeps for itself"));
        }
        if length > self.name_length {
            return Some(format!("has {length} characters; {what} allows {}", self.name_length));
        }
        if let Some(bad) = name.chars().find(|c| self.forbidden.contains(*c)) {
            return Some(format!("holds `{bad}`, which {what} does not take"));
        }
        if self.ascii && !name.is_ascii() {
            return Some(format!("holds letters beyond ASCII, which {what} does not take"));
        }
        let begins_with_digit = name.starts_with(|c: char| c.is_ascii_digit());
        (begins_with_digit && !self.digit_first)
            .then(|| format!("begins with a digit, which {what} does not take"))
    }
}
