//! YAML text to a tree in which every key and value knows its place.
//!
//! Aliases, merge keys, duplicate detection inside merges and limits on size are the YAML
//! library's work; what the tree adds is that nothing is lost before all mistakes are found.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{Location, Spanned};

use crate::{Diagnostic, Place};

/// A value of a file.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The value; of a map or list under a key, that key.
    pub place: Place,
    /// How many bytes behind the value's beginning its text begins, if it stands there letter for
    /// letter: 0 when plain, 1 when quoted.
    pub verbatim: Option<u32>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A text as it is written.
    Text(String),
    /// A list.
    Seq(Vec<Arc<Node>>),
    /// A map.
    Map(Vec<Entry>),
}

/// A key of a map with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: Arc<str>,
    /// Where the key stands.
    pub place: Place,
    /// The value.
    pub value: Arc<Node>,
}

/// Where the keys of a map stand in it: found by looking through a short map, and by an index of a long one,
/// so that to join two maps takes no longer than to read them.
pub(crate) struct Positions(Option<HashMap<Arc<str>, usize>>);

/// Entries from which an index costs less than it saves.
const LONG: usize = 64;

impl Positions {
    /// Prepares to find keys in `entries`.
    pub fn of(entries: &[Entry]) -> Self {
        let index = || {
            let rows = entries.iter().enumerate().rev();
            rows.map(|(at, entry)| (entry.key.clone(), at)).collect()
        };
        Self((entries.len() >= LONG).then(index))
    }

    /// Returns where a key stands first in `entries`, as they were when this was made or noted since.
    pub fn find(&self, entries: &[Entry], key: &str) -> Option<usize> {
        match &self.0 {
            Some(index) => index.get(key).copied(),
            None => entries.iter().position(|entry| &*entry.key == key),
        }
    }

    /// Notes an entry that was added at the end.
    pub fn note(&mut self, entries: &[Entry]) {
        if let (Some(index), Some(last)) = (&mut self.0, entries.last()) {
            index.entry(last.key.clone()).or_insert(entries.len() - 1);
        }
    }
}

impl Node {
    /// Returns the value of a key, the last of several.
    pub fn get(&self, key: &str) -> Option<&Arc<Node>> {
        self.entries().iter().rev().find(|entry| &*entry.key == key).map(|entry| &entry.value)
    }

    /// Returns the entries of a map, and none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            NodeKind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Returns what the value is, for people.
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            NodeKind::Null => "nothing",
            NodeKind::Bool(_) => "a boolean",
            NodeKind::Number(_) => "a number",
            NodeKind::Text(_) => "a text",
            NodeKind::Seq(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }
}

/// Reads the tree of a file; an empty file is an empty map.
///
/// # Errors
/// Text that is not YAML, at its first mistake: behind it nothing can be trusted.
pub(crate) fn read(file: &Arc<str>, text: &str) -> Result<Node, Box<Diagnostic>> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        non_finite_float_policy: serde_yaml::options::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
        // Duplicates reach the tree, where all of them are reported at once.
        duplicate_keys: serde_yaml::options::DuplicateKeyPolicy::LastWins,
        budget: serde_yaml::budget! {
            enforce_alias_anchor_ratio: false,
            max_nodes: 5_000_000,
            max_events: 20_000_000,
        },
    };
    let source = Source { file, text };
    match serde_yaml::from_str_with_options::<Option<Spanned<Value>>>(text, options) {
        Ok(Some(value)) => Ok(source.node(value)),
        Ok(None) => Ok(source.empty()),
        Err(error) => Err(Box::new(source.syntax_error(&error))),
    }
}

/// A value as the YAML library gives it.
enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Seq(Vec<Spanned<Value>>),
    Map(Vec<(Spanned<String>, Spanned<Value>)>),
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Seq(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Map(entries))
    }
}

/// A file while its tree is built.
struct Source<'a> {
    file: &'a Arc<str>,
    text: &'a str,
}

impl Source<'_> {
    fn place(&self, location: &Location) -> Place {
        let span = location.span();
        let start = match span.byte_offset() {
            Some(offset) => usize::try_from(offset).unwrap_or(usize::MAX),
            // Syntax errors know line and column alone.
            None => self.offset(location.line(), location.column()),
        };
        let length = usize::try_from(span.byte_len().unwrap_or(0)).unwrap_or(usize::MAX);
        let start = floor(self.text, start);
        let end = floor(self.text, start.saturating_add(length));
        // The span of a plain scalar may run on over the blanks and comment lines behind it.
        let end = start + self.text[start..end].trim_end().len();
        Place {
            file: self.file.clone(),
            start: clamp(start),
            end: clamp(end),
            line: clamp(usize::try_from(location.line()).unwrap_or(1)).max(1),
            column: clamp(usize::try_from(location.column()).unwrap_or(1)).max(1),
        }
    }

    /// Returns the byte of a line and column, both counted from 1.
    fn offset(&self, line: u64, column: u64) -> usize {
        let skipped = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
        let before: usize = self.text.split_inclusive('\n').take(skipped).map(str::len).sum();
        let rest = self.text.get(before..).unwrap_or_default();
        let column = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
        let within = rest.char_indices().nth(column).map_or(rest.len(), |(index, _)| index);
        before + within
    }

    fn empty(&self) -> Node {
        let place = Place { file: self.file.clone(), start: 0, end: 0, line: 1, column: 1 };
        Node { kind: NodeKind::Map(Vec::new()), place, verbatim: None }
    }

    fn node(&self, value: Spanned<Value>) -> Node {
        let place = self.place(&value.referenced);
        let defined = self.place(&value.defined);
        let written = &self.text[defined.range()];
        let (kind, verbatim) = match value.value {
            Value::Null => (NodeKind::Null, None),
            Value::Bool(value) => (NodeKind::Bool(value), None),
            // The text is kept: `1.10` is not `1.1`, and `0777` is not 777.
            Value::Number(_) if is_plain(written) => (NodeKind::Number(written.to_owned()), None),
            Value::Number(number) => (NodeKind::Number(number), None),
            Value::Text(text) => {
                let quoted = written.len().checked_sub(1).and_then(|end| written.get(1..end));
                let verbatim = match place == defined {
                    true if written == text => Some(0),
                    true if quoted == Some(&text) => Some(1),
                    _ => None,
                };
                (NodeKind::Text(text), verbatim)
            }
            Value::Seq(items) => {
                let items = items.into_iter().map(|item| Arc::new(self.node(item))).collect();
                (NodeKind::Seq(items), None)
            }
            Value::Map(entries) => {
                let entries = entries.into_iter().map(|(key, value)| self.entry(key, value));
                (NodeKind::Map(entries.collect()), None)
            }
        };
        Node { kind, place, verbatim }
    }

    fn entry(&self, key: Spanned<String>, value: Spanned<Value>) -> Entry {
        let place = self.place(&key.referenced);
        let mut value = self.node(value);
        // A map's own place is only its beginning; a reader looks for its key.
        if !matches!(value.kind, NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Text(_)) {
            value.place = place.clone();
        }
        Entry { key: key.value.into(), place, value: Arc::new(value) }
    }

    fn syntax_error(&self, error: &serde_yaml::Error) -> Diagnostic {
        let place = match error.location() {
            Some(location) => self.place(&location),
            None => self.empty().place,
        };
        let text = error.without_snippet().to_string();
        let message = text.lines().next().unwrap_or_default();
        let message = message.split(" at line ").next().unwrap_or(message);
        let (message, help) = in_our_words(message);
        let line = self.text.lines().nth(place.line as usize - 1).unwrap_or_default();
        let tab = line.trim_start_matches(' ').starts_with('\t');
        let help =
            if tab { "YAML is indented with spaces; this line begins with a tab" } else { help };
        Diagnostic::error("invalid-yaml", &place, message).help(help)
    }
}

/// Returns the message of the YAML library and what to do about it; where it speaks of its own
/// programming interface, in other words.
fn in_our_words(message: &str) -> (&str, &'static str) {
    let is = |word: &str| message.contains(word);
    if is("multiple YAML documents") {
        ("the file holds more than one document", "remove the `---`; `include` joins several files")
    } else if is("RecordedAnchorEvents") || is("alias") && is("budget") {
        ("aliases repeat more than a million values", "refer to anchors less deeply")
    } else if is("Depth") || is("recursion limit") {
        ("maps and lists are nested too deeply", "write fewer than 64 levels")
    } else if is("budget breached") {
        ("the file is too large", "part it with `include`, or make stamps from a module")
    } else if is("unknown anchor") {
        (message, "define the anchor before its use: `x-base: &base { … }`, then `*base`")
    } else {
        (
            message,
            "check the indentation, and quote texts that begin with `{`, `[`, `*`, `&` or `@`",
        )
    }
}

/// Returns whether a slice of the file can be the text of a number.
fn is_plain(written: &str) -> bool {
    written.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && !written.contains(char::is_whitespace)
}

/// Returns the last boundary between characters that is not behind `index`.
fn floor(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

fn clamp(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
