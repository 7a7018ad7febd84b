//! Tree to model: every value decodes itself and files its mistakes, and the rest goes on.

use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::reference::Declared;
use crate::section::Stands;
use crate::suggest::closest;
use crate::text::Expansion;
use crate::tree::{Node, NodeKind};
use crate::{Diagnostic, Language, Place, Section, Sp};

/// A value of the language.
pub trait Decode: Sized {
    /// Reads the value; `None` means that a mistake has been filed.
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self>;

    /// Returns what stands for a key that is not there; by default a mistake of its owner.
    fn absent(key: &str, owner: &Place, cx: &mut Context<'_>) -> Option<Self> {
        if cx.broken.contains(&(owner.clone(), key)) {
            return None;
        }
        let message = format!("key `{key}` is missing");
        cx.report(Diagnostic::error("missing-key", owner, message).label("it must be given here"));
        None
    }

    /// Returns what stands for a value with a mistake, so that its owner can still be checked.
    fn stand_in(_: &Place) -> Option<Self> {
        None
    }
}

/// What `{…}` in a text may stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// The application's name.
    pub name: String,
    /// The stamp that is being read, if one is.
    pub stamp: Option<StampScope>,
}

/// The stamp that is being read.
#[derive(Debug, Clone)]
pub(crate) struct StampScope {
    pub name: Arc<str>,
    pub region: String,
    pub index: u32,
}

/// What decoding needs to know, and the mistakes found so far.
pub struct Context<'a> {
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) env: &'a dyn Fn(&str) -> Option<String>,
    pub(crate) scope: Scope,
    pub(crate) declared: Declared,
    /// The key of the record's field that is being read.
    pub(crate) field: &'static str,
    /// The key of the map's entry that is being read.
    pub(crate) entry: Arc<str>,
    /// How many stamps have been begun: `{index}` of the next one.
    pub(crate) stamps_read: u32,
    /// Whether a text of the stamp that is being read holds `{index}`.
    pub(crate) index_used: bool,
    /// The fields in which mistakes were found, by their record's place.
    pub(crate) broken: Broken,
}

/// Fields with mistakes, by the place of their record and their key: what is missing from the model
/// because of a mistake is not told again as missing.
pub(crate) type Broken = HashSet<(Place, &'static str)>;

/// Parts of the design that only the escape hatch can express so far.
const PLANNED: &[&str] = &[
    "aks",
    "alerts",
    "appConfiguration",
    "appConfig",
    "appGateway",
    "budgets",
    "cosmos",
    "eventHubs",
    "frontDoor",
    "insights",
    "keyVault",
    "logAnalytics",
    "postgres",
    "privateDns",
    "redis",
    "registry",
    "serviceBus",
    "slots",
    "sql",
    "subnets",
    "vnet",
    "waf",
];

impl Context<'_> {
    /// Files a mistake.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Returns the node if it is a map, after filing the keys that are not among `keys`.
    pub fn entries<'n>(
        &mut self,
        node: &'n Node,
        keys: &'static [String],
        further: &[&'static [String]],
    ) -> Option<&'n Node> {
        if !matches!(node.kind, NodeKind::Map(_) | NodeKind::Null) {
            self.wrong_type(node, "a map");
            return None;
        }
        for entry in node.entries() {
            // Keys in `x-` are a place for anchors.
            let all = || keys.iter().chain(further.iter().copied().flatten()).map(String::as_str);
            if !entry.key.starts_with("x-") && !all().any(|key| *key == *entry.key) {
                self.unknown_key(&entry.key, &entry.place, all().collect(), &node.place);
            }
        }
        Some(node)
    }

    fn unknown_key(
        &mut self,
        key: &str,
        place: &Place,
        mut keys: Vec<&'static str>,
        owner: &Place,
    ) {
        let mut diagnostic =
            Diagnostic::error("unknown-key", place, format!("unknown key `{key}`"));
        if PLANNED.contains(&key) && self.language().section(key).is_none() {
            diagnostic = diagnostic.label("not part of the language yet").help(
                "declare it under `resources:`, which takes any ARM type with its raw properties",
            );
        } else if let Some(place) = self.language().section(key).and_then(elsewhere) {
            diagnostic = diagnostic.label("not known here").help(place);
        } else if let Some(near) = closest(key, keys.iter().copied()) {
            // A slip of the pen is one mistake: the key is not missing as well.
            self.broken.insert((owner.clone(), near));
            diagnostic = diagnostic.label("not known here").help(format!("did you mean `{near}`?"));
        } else {
            keys.sort_unstable();
            diagnostic = diagnostic
                .label("not known here")
                .help(format!("the keys known here are {}", quoted(&keys)));
        }
        self.report(diagnostic);
    }

    /// Reads a field of a record.
    pub fn field<T: Decode>(&mut self, map: &Node, key: &'static str, owner: &Place) -> Option<T> {
        let before = self.diagnostics.len();
        let value = match map.get(key) {
            Some(node) if !matches!(node.kind, NodeKind::Null) => {
                self.field = key;
                T::decode(node, self).or_else(|| T::stand_in(&node.place))
            }
            Some(node) => {
                let owner = &node.place;
                T::absent(key, owner, self).or_else(|| T::stand_in(owner))
            }
            None => T::absent(key, owner, self).or_else(|| T::stand_in(owner)),
        };
        if self.diagnostics.len() > before {
            self.broken.insert((owner.clone(), key));
        }
        value
    }

    /// Reads a section of a place where sections stand.
    pub(crate) fn section<T>(
        &mut self,
        map: &Node,
        section: &'static Section,
        owner: &Place,
        decode: impl FnOnce(&Node, &mut Self) -> Option<T>,
    ) -> Option<T> {
        let before = self.diagnostics.len();
        let node = map.get(section.key).filter(|node| !matches!(node.kind, NodeKind::Null))?;
        self.field = section.key;
        let value = decode(node, self);
        if self.diagnostics.len() > before {
            self.broken.insert((owner.clone(), section.key));
        }
        value
    }

    /// Notes which key is being read: what is told of its value names it.
    pub fn reading(&mut self, key: &'static str) {
        self.field = key;
    }

    /// Returns the language that is read.
    pub(crate) fn language(&self) -> &'static Language {
        self.declared.language
    }

    /// Files that a value has the wrong type.
    pub fn wrong_type(&mut self, node: &Node, expected: &str) {
        let message = format!("expected {expected}, found {}", node.kind_name());
        let mut diagnostic = Diagnostic::error("wrong-type", &node.place, message);
        let braces = node.entries().iter().all(|entry| matches!(entry.value.kind, NodeKind::Null));
        if !node.entries().is_empty() && braces {
            let key = &node.entries()[0].key;
            diagnostic =
                diagnostic.help(format!("if a placeholder is meant, quote it: \"{{{key}}}\""));
        }
        self.report(diagnostic);
    }

    /// Returns the text of a scalar, with what is known at once put in.
    pub fn scalar(&mut self, node: &Node, expected: &str) -> Option<String> {
        match &node.kind {
            NodeKind::Text(text) => Expansion::of(node, text, self).into_plain(node, self),
            NodeKind::Number(text) => Some(text.clone()),
            NodeKind::Bool(value) => Some(value.to_string()),
            NodeKind::Null | NodeKind::Seq(_) | NodeKind::Map(_) => {
                self.wrong_type(node, expected);
                None
            }
        }
    }

    /// Returns which of `words` a scalar is.
    pub fn word(&mut self, node: &Node, words: &[&'static str]) -> Option<&'static str> {
        let text = self.scalar(node, &format!("one of {}", quoted(words)))?;
        let exact = words.iter().find(|word| **word == text).copied();
        if exact.is_none() {
            self.not_allowed(node, &text, words);
        }
        exact
    }

    /// Files that a value is none of the allowed words.
    pub fn not_allowed(&mut self, node: &Node, text: &str, words: &[&'static str]) {
        let near = closest(text, words.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean `{near}`? Allowed are {}", quoted(words)),
            None => format!("allowed are {}", quoted(words)),
        };
        let message = format!("`{text}` is not a value of `{}`", self.field);
        self.report(Diagnostic::error("unknown-value", &node.place, message).help(help));
    }
}

/// Tells where a section stands that cannot stand everywhere.
fn elsewhere(section: &Section) -> Option<&'static str> {
    match section.stands {
        Stands::Stamp => {
            Some("it stands in stamps: write it below `stamp:`, or in one of `stamps:`")
        }
        Stands::Global => Some("it stands outside of all stamps: write it at the top of the file"),
        Stands::Both => None,
    }
}

/// Writes words for a sentence: `a`, `b` and `c`.
pub fn quoted<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        match node.kind {
            NodeKind::Null => Some(None),
            _ => T::decode(node, cx).map(Some),
        }
    }

    fn absent(_: &str, _: &Place, _: &mut Context<'_>) -> Option<Self> {
        Some(None)
    }

    fn stand_in(_: &Place) -> Option<Self> {
        Some(None)
    }
}

impl<T: Decode> Decode for Sp<T> {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        Some(Self::new(T::decode(node, cx)?, node.place.clone()))
    }

    fn stand_in(place: &Place) -> Option<Self> {
        Some(Self::new(T::stand_in(place)?, place.clone()))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let NodeKind::Seq(items) = &node.kind else {
            cx.wrong_type(node, "a list");
            return None;
        };
        Some(items.iter().filter_map(|item| T::decode(item, cx)).collect())
    }

    fn absent(_: &str, _: &Place, _: &mut Context<'_>) -> Option<Self> {
        Some(Self::new())
    }

    fn stand_in(_: &Place) -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: Decode> Decode for IndexMap<String, T> {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let NodeKind::Map(entries) = &node.kind else {
            cx.wrong_type(node, "a map");
            return None;
        };
        let mut map = Self::with_capacity(entries.len());
        for entry in entries {
            cx.entry = entry.key.clone();
            if let Some(value) = T::decode(&entry.value, cx) {
                map.insert(entry.key.to_string(), value);
            }
        }
        Some(map)
    }

    fn absent(_: &str, _: &Place, _: &mut Context<'_>) -> Option<Self> {
        Some(Self::new())
    }

    fn stand_in(_: &Place) -> Option<Self> {
        Some(Self::new())
    }
}

impl Decode for bool {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        if let NodeKind::Bool(value) = node.kind {
            return Some(value);
        }
        let text = cx.scalar(node, "`true` or `false`")?;
        match text.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                let message = format!("expected `true` or `false`, found `{text}`");
                let mut diagnostic = Diagnostic::error("wrong-type", &node.place, message);
                match text.to_ascii_lowercase().as_str() {
                    "yes" | "on" | "y" => diagnostic = diagnostic.help("write `true`"),
                    "no" | "off" | "n" => diagnostic = diagnostic.help("write `false`"),
                    _ => {}
                }
                cx.report(diagnostic);
                None
            }
        }
    }

    fn absent(_: &str, _: &Place, _: &mut Context<'_>) -> Option<Self> {
        Some(false)
    }

    fn stand_in(_: &Place) -> Option<Self> {
        Some(false)
    }
}

impl Decode for String {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        cx.scalar(node, "a text")
    }

    fn stand_in(_: &Place) -> Option<Self> {
        // Checks take an empty text for one whose mistake has been told.
        Some(Self::new())
    }
}

/// Decodes whole numbers of one width.
macro_rules! whole_number {
    ($($number:ty),*) => { $(
        impl Decode for $number {
            fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
                let text = cx.scalar(node, "a whole number")?;
                let number = text.parse().ok();
                if number.is_none() {
                    let message = format!(
                        "expected a whole number from 0 to {}, found `{text}`",
                        <$number>::MAX
                    );
                    cx.report(Diagnostic::error("wrong-type", &node.place, message));
                }
                number
            }
        }
    )* };
}

whole_number!(u8, u16, u32);

/// Decodes what has a parser of its own.
macro_rules! address {
    ($($address:ty => $what:literal),*) => { $(
        impl Decode for $address {
            fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
                let text = cx.scalar(node, $what)?;
                let address = text.parse().ok();
                if address.is_none() {
                    let message = format!("`{text}` is not {}", $what);
                    cx.report(Diagnostic::error("wrong-type", &node.place, message));
                }
                address
            }
        }
    )* };
}

address!(Ipv4Addr => "an IPv4 address", Ipv6Addr => "an IPv6 address");

/// Files every key that stands twice in one map, anywhere in a tree.
pub(crate) fn report_duplicates(node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    match &node.kind {
        NodeKind::Map(entries) => {
            let mut seen: HashMap<&str, &Place> = HashMap::with_capacity(entries.len());
            for entry in entries {
                if let Some(first) = seen.get(&*entry.key) {
                    let message = format!("key `{}` stands here twice", entry.key);
                    let diagnostic = Diagnostic::error("duplicate-key", &entry.place, message)
                        .label("the second one")
                        .help("remove one of them, or give it another name")
                        .also(first, "the first one");
                    diagnostics.push(diagnostic);
                } else {
                    seen.insert(&entry.key, &entry.place);
                }
                report_duplicates(&entry.value, diagnostics);
            }
        }
        NodeKind::Seq(items) => {
            for item in items {
                report_duplicates(item, diagnostics);
            }
        }
        _ => {}
    }
}
