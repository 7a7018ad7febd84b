//! What an identity uses, and what for.

use schemars::json_schema;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::decode::{Context, Decode, quoted};
use crate::section::Section;
use crate::tree::{Node, NodeKind};
use crate::value::Allowed;
use crate::{Diagnostic, Language, Place, Ref, Target, inline_schema};

/// Whatever an identity can be given rights to by saying that it uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usable;

impl Allowed for Usable {
    const KEYS: &'static [&'static str] = &[];

    fn sections(language: &Language) -> Vec<&'static Section> {
        let all = language.sections().iter().copied();
        all.filter(|section| !section.uses.is_empty()).collect()
    }
}

/// Something that an identity uses: `redis`, or `{ storage/work: queue }` with what for.
#[derive(Debug, Clone)]
pub struct Use {
    /// What is used.
    pub target: Ref<Usable>,
    /// What for; `None` where it goes without saying.
    pub purpose: Option<&'static str>,
    /// Where it is written.
    pub place: Place,
}

impl PartialEq for Use {
    fn eq(&self, other: &Self) -> bool {
        self.target == other.target && self.purpose == other.purpose
    }
}

impl Serialize for Use {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(purpose) = self.purpose else { return self.target.serialize(serializer) };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&self.target.to_string(), purpose)?;
        map.end()
    }
}

inline_schema!(Use, _ => json_schema!({
    "anyOf": [
        { "type": "string" },
        {
            "type": "object", "additionalProperties": { "type": "string" },
            "minProperties": 1, "maxProperties": 1
        }
    ]
}));

impl Decode for Use {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let place = node.place.clone();
        let (target, word) = match (&node.kind, node.entries()) {
            (NodeKind::Map(_), [entry]) => {
                let kind = NodeKind::Text(entry.key.to_string());
                let address = Node { kind, place: entry.place.clone(), verbatim: None };
                let target = Ref::decode(&address, cx)?;
                (target, Some((cx.scalar(&entry.value, "what it is used for")?, &entry.value)))
            }
            (NodeKind::Map(_), _) => {
                cx.wrong_type(
                    node,
                    "a reference, or a map of one reference and what it is used for",
                );
                return None;
            }
            _ => (Ref::decode(node, cx)?, None),
        };
        let (word, at) = match &word {
            Some((word, at)) => (word.as_str(), &***at),
            None => ("", node),
        };
        let purpose = purpose(&target, word, &at.place, cx)?;
        Some(Self { target, purpose: Some(purpose).filter(|it| !it.is_empty()), place })
    }
}

/// Returns what a thing is used for, in the words of its section.
fn purpose(
    target: &Target,
    word: &str,
    place: &Place,
    cx: &mut Context<'_>,
) -> Option<&'static str> {
    let section = match target {
        Target::Entry { section, .. } => *section,
        Target::Id(id) => {
            let kind = resource::ResourceId::parse(id).ok()?.resource_type();
            let Some(section) = cx.language().section_of_type(&kind) else {
                let message = format!("`{id}` is nothing that an identity can use by a word");
                let help = "give the identity `permissions` with a role on it";
                cx.report(Diagnostic::error("bad-use", place, message).help(help));
                return None;
            };
            section
        }
    };
    let found = section.uses.iter().find(|known| **known == word).copied();
    if found.is_none() {
        let words: Vec<&str> = section.uses.iter().copied().filter(|it| !it.is_empty()).collect();
        let message = match (section.uses, word) {
            ([], _) => format!("{} is nothing that an identity uses by a word", section.noun),
            (_, "") => format!("{} is used for one of several things", section.noun),
            _ => format!("{} can't be used for `{word}`", section.noun),
        };
        let help = match words.as_slice() {
            [] => format!("write `{target}` alone"),
            words => {
                format!("write `{{ {target}: {} }}`; the words are {}", words[0], quoted(words))
            }
        };
        cx.report(Diagnostic::error("bad-use", place, message).help(help));
    }
    found
}
