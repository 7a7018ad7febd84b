//! How Azure compares the keys of each map, and the form in which a key goes on from here.
//!
//! A key is the name of something in Azure. Two keys of one map that Azure takes for one name are a
//! mistake with two places, never two resources of which one wins; a name that has several
//! spellings (`Bücher.example.` is `xn--bcher-kva.example`) has one form behind this point.

use std::collections::HashMap;
use std::sync::Arc;

use crate::section::{Addressed, Keys};
use crate::tree::{Entry, Node, NodeKind};
use crate::{Diagnostic, Language, Place, Section};

/// Maps outside of all sections whose keys are names, `*` for any one key of the map above.
const MAPS: &[(&str, Keys)] =
    &[("tags", Keys::Word), ("stamps", Keys::Word), ("stamps.*.tags", Keys::Word)];

/// Returns all maps whose keys are names: those of sections, and those in their entries.
///
/// Host names: <https://learn.microsoft.com/azure/dns/dns-faq>, "internationalized domain names".
pub(crate) fn maps(sections: &[&Section]) -> Vec<(String, Keys)> {
    let mut maps: Vec<_> = MAPS.iter().map(|(path, rule)| ((*path).to_owned(), *rule)).collect();
    for section in sections {
        for (in_stamp, above) in [(false, ""), (true, "stamps.*.")] {
            if !section.stands.has(in_stamp) {
                continue;
            }
            let path = format!("{above}{}", section.key);
            let entry = if section.addressed == Addressed::Alone {
                path
            } else {
                maps.push((path.clone(), section.keys));
                format!("{path}.*")
            };
            maps.extend(section.named.iter().map(|(map, rule)| (format!("{entry}.{map}"), *rule)));
        }
    }
    maps
}

/// Returns a host name in the one form that all its spellings share: ASCII, in lower case, without
/// a final dot.
///
/// What is no host name only loses its case and its dot: the checks tell what is wrong with it.
pub fn host_key(name: &str) -> String {
    let bare = name.strip_suffix('.').unwrap_or(name);
    idna::domain_to_ascii(bare).unwrap_or_else(|_| bare.to_lowercase())
}

/// Gives every key its one form, and files the keys of one map that Azure takes for one name.
pub(crate) fn unify(
    root: &Arc<Node>,
    language: &Language,
    diagnostics: &mut Vec<Diagnostic>,
) -> Arc<Node> {
    Unify { maps: language.maps(), found: diagnostics }.map(root, &mut Vec::new())
}

struct Unify<'a> {
    maps: &'a [(String, Keys)],
    found: &'a mut Vec<Diagnostic>,
}

impl Unify<'_> {
    fn map(&mut self, node: &Arc<Node>, path: &mut Vec<Arc<str>>) -> Arc<Node> {
        let NodeKind::Map(entries) = &node.kind else { return node.clone() };
        // The module is read as part of each stamp, raw bodies as they are.
        if !path.is_empty() && !self.maps.iter().any(|(rule, _)| begins(rule, path)) {
            return node.clone();
        }
        let rule = self.maps.iter().find(|(rule, _)| is(rule, path)).map(|(_, rule)| *rule);
        if let Some(rule) = rule {
            tell_twins(entries, rule, self.found);
        }
        let entries = entries.iter().map(|entry| {
            path.push(entry.key.clone());
            let value = self.map(&entry.value, path);
            path.pop();
            let key = match rule {
                Some(Keys::Host) => host_key(&entry.key).into(),
                _ => entry.key.clone(),
            };
            Entry { key, value, place: entry.place.clone() }
        });
        let kind = NodeKind::Map(entries.collect());
        Arc::new(Node { kind, place: node.place.clone(), verbatim: node.verbatim })
    }
}

/// Files every key that is another one's name in another spelling; equal keys are told of each file.
fn tell_twins(entries: &[Entry], rule: Keys, found: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<String, &Entry> = HashMap::with_capacity(entries.len());
    for entry in entries {
        let form = match rule {
            Keys::Word => entry.key.to_lowercase(),
            Keys::Host => host_key(&entry.key),
        };
        match seen.get(&form) {
            Some(first) if first.key != entry.key => {
                found.push(twin(&entry.key, &entry.place, &first.key, &first.place));
            }
            Some(_) => {}
            None => {
                seen.insert(form, entry);
            }
        }
    }
}

/// Makes the mistake of two spellings of one name.
pub(crate) fn twin(second: &str, place: &Place, first: &str, other: &Place) -> Diagnostic {
    let message = format!("`{second}` and `{first}` are one name to Azure");
    Diagnostic::error("duplicate-name", place, message)
        .label("the second one")
        .also(other, "the first one")
        .help("keep one of them; Azure compares such names without case")
}

/// Tells whether a path is the one that a rule speaks of.
fn is(rule: &str, path: &[Arc<str>]) -> bool {
    rule.split('.').count() == path.len() && begins(rule, path)
}

/// Tells whether a rule speaks of a map at a path or below it.
fn begins(rule: &str, path: &[Arc<str>]) -> bool {
    let mut segments = rule.split('.');
    path.iter().all(|key| segments.next().is_some_and(|segment| ["*", key].contains(&segment)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_host_name_has_one_form() {
        for name in ["bücher.example", "BÜCHER.example.", "xn--bcher-kva.example", "Bücher.Example"]
        {
            assert_eq!(host_key(name), "xn--bcher-kva.example", "{name}");
        }
        assert_eq!(host_key("_DMARC"), "_dmarc");
        assert_eq!(host_key("*.Example.com"), "*.example.com");
        assert_eq!(host_key("@"), "@");
    }

    proptest! {
        #[test]
        fn the_form_of_a_name_is_its_own_form(name in "[a-zA-Zäöß_*@-]{0,12}(\\.[a-zé]{1,8}){0,3}\\.?") {
            let form = host_key(&name);
            prop_assert_eq!(host_key(&form), form);
        }
    }
}
