//! Secrets written out in a file: found in its tree, whatever else is wrong with it, so that a warning
//! tells of them and no excerpt or message shows them.

use std::ops::Range;
use std::sync::Arc;

use resource::secret;

use crate::tree::{Node, NodeKind};
use crate::{Diagnostic, Place};

/// A value that is, or holds, a secret.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// Where it stands.
    pub place: Place,
    /// What stands there.
    text: String,
    /// Under which name.
    name: String,
    /// True where nothing in it comes from elsewhere.
    is_plain: bool,
}

/// Who has chosen the names of a map's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// The language.
    Language,
    /// People: settings, tags.
    People,
    /// People, for the headers of a request: in doubt one is a secret.
    Headers,
    /// Azure, in a body of the escape hatch.
    Azure,
}

/// Maps of the language in which people choose the names.
const OF_PEOPLE: [&str; 5] = ["settings", "connectionStrings", "tags", "metadata", "variables"];
/// Logins, where a key says whether its value is a secret.
const OF_LOGINS: [&str; 2] = ["oauth", "basic"];
/// The parts of a resource of the escape hatch that are Azure's own words.
const OF_AZURE: [&str; 3] = ["properties", "sku", "identity"];

/// A part of a message that is shorter says nothing of a secret.
const SHORTEST: usize = 3;

impl Written {
    /// Returns the warning, where the secret itself is written.
    pub fn warning(&self) -> Option<Diagnostic> {
        self.is_plain.then(|| {
            let message = format!("`{}` looks like a secret written out", self.name);
            Diagnostic::warning("plain-secret", &self.place, message)
                .help("write `${secret:env:NAME}` or `${secret:keyVault:<vault>/<name>}`")
        })
    }

    /// Returns the text, where the secret itself is written.
    pub fn secret(&self) -> Option<&str> {
        self.is_plain.then_some(&self.text)
    }

    /// Takes what `diagnostic` quotes of the secret out of it.
    pub fn hide_in(&self, diagnostic: &mut Diagnostic) {
        let places = std::iter::once(&diagnostic.place).chain(diagnostic.also.iter().map(|a| &a.0));
        let overlaps = |place: &Place| {
            place.file == self.place.file
                && place.start <= self.place.end
                && self.place.start <= place.end
        };
        if !places.into_iter().any(overlaps) {
            return;
        }
        let Diagnostic { message, label, help, also, .. } = diagnostic;
        let labels = also.iter_mut().map(|(_, label)| label);
        for text in [message, label].into_iter().chain(help).chain(labels) {
            self.hide_quotes(text);
        }
    }

    fn hide_quotes(&self, text: &mut String) {
        let parts: Vec<&str> = text.split('`').collect();
        let last = parts.len() - 1;
        let is_of_secret = |part: &str| {
            let bare = part.trim_matches(['$', '{', '}']);
            bare.len() >= SHORTEST && self.text.contains(bare)
        };
        let shown = parts.iter().enumerate().map(|(at, part)| {
            if at % 2 == 1 && at < last && is_of_secret(part) { "…" } else { part }
        });
        *text = shown.collect::<Vec<_>>().join("`");
    }
}

/// Finds the secrets in a file.
pub(crate) fn find(root: &Node) -> Vec<Written> {
    let mut found = vec![];
    within("", root, Names::Language, &mut found);
    found
}

/// A line that is longer, in a text that is no YAML, was written by no person: it is hidden unread.
const LONGEST_LINE: usize = 2048;

/// Finds the secrets in a text that is no YAML, line by line: an excerpt of it is shown all the same.
pub(crate) fn find_in_lines(file: &Arc<str>, text: &str) -> Vec<Written> {
    let mut found = vec![];
    let (mut offset, mut name) = (0, String::new());
    // Below the key of a secret a block holds it, as far as it is indented.
    let mut block: Option<usize> = None;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        let indent = line.len() - line.trim_start().len();
        let mut hide = |range: Range<usize>| {
            let (start, end) = (offset + range.start, offset + range.end);
            let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let text = line.get(range).unwrap_or_default().to_owned();
            let column = place(start - offset + 1);
            let file = file.clone();
            let place = Place { file, start: place(start), end: place(end), line: number, column };
            found.push(Written { place, text, name: String::new(), is_plain: false });
        };
        block = block.filter(|block| indent > *block || line.trim().is_empty());
        if block.is_some() {
            hide(indent..line.trim_end().len().max(indent));
        }
        let is_read = line.len() <= LONGEST_LINE;
        if !is_read {
            hide(indent..line.trim_end().len().max(indent));
        }
        for (key, value) in pairs(if is_read { line } else { "" }) {
            let text = line[value.clone()].trim_matches(['"', '\'']);
            let key = if key == "value" { name.clone() } else { key.to_owned() };
            if key == "name" {
                name = text.to_owned();
            }
            let (bare, _) = without_substitutions(text);
            if bare.starts_with(['|', '>']) && secret::is_secret(&key, "unknown") {
                block = Some(indent);
            } else if secret::is_secret_header(&key, &bare) {
                hide(value);
            }
        }
        offset += line.len();
    }
    found
}

/// Returns the keys of a line, each with the range of its value as far as it is in this line.
fn pairs(line: &str) -> Vec<(&str, Range<usize>)> {
    let colons = line.match_indices(':').map(|(at, _)| at);
    let pairs = colons.filter_map(|at| {
        let key = line[..at].trim_end_matches(['"', '\'']);
        let begin = key.rfind(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)));
        let key =
            &key[begin.map_or(0, |at| at + key[at..].chars().next().map_or(1, char::len_utf8))..];
        let after = &line[at + 1..];
        let start = at + 1 + (after.len() - after.trim_start().len());
        let rest = line[start..].trim_end();
        let is_flow = line[..at].contains(['{', '[']);
        let end = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => rest[1..].find(quote).map_or(rest.len(), |end| end + 2),
            _ if is_flow => rest.find([',', '}', ']']).unwrap_or(rest.len()),
            _ => rest.find(" #").unwrap_or(rest.len()),
        };
        (!key.is_empty() && after.starts_with([' ', '"', '\'']))
            .then_some((key, start..start + end))
    });
    pairs.collect()
}

fn within(name: &str, node: &Node, names: Names, found: &mut Vec<Written>) {
    match &node.kind {
        NodeKind::Text(text) | NodeKind::Number(text) => {
            let (bare, is_plain) = without_substitutions(text);
            if is_secret(name, &bare, names) {
                let (place, text, name) = (node.place.clone(), text.clone(), name.to_owned());
                found.push(Written { place, text, name, is_plain });
            }
        }
        // The name of a list says what it is a list of: `secrets: [get, list]`.
        NodeKind::Seq(items) => items.iter().for_each(|item| within("", item, names, found)),
        NodeKind::Map(entries) => {
            let pair = node.get("value").and(node.get("name")).and_then(|name| match &name.kind {
                NodeKind::Text(name) => Some(name.as_str()),
                _ => None,
            });
            for entry in entries {
                let own = &*entry.key;
                // A list of variables and headers: `{ name: DB_PASSWORD, value: … }`.
                let is_leaf = matches!(entry.value.kind, NodeKind::Text(_) | NodeKind::Number(_));
                let (own, below) = match pair {
                    Some(name) if own == "value" => (name, names_of_pairs(names)),
                    // `connectionStrings: { main: { type: …, value: … } }`
                    None if own == "value" && names == Names::People => (name, names),
                    _ if is_leaf => (own, names),
                    _ => (own, names_below(own, names)),
                };
                within(own, &entry.value, below, found);
            }
        }
        NodeKind::Null | NodeKind::Bool(_) => {}
    }
}

/// Returns who has chosen the names below the key `own`, itself chosen by `names`.
fn names_below(own: &str, names: Names) -> Names {
    let is = |known: &[&str]| known.contains(&own);
    match names {
        _ if own.to_ascii_lowercase().ends_with("headers") => Names::Headers,
        _ if is(&OF_PEOPLE) || is(&OF_LOGINS) => Names::People,
        Names::Azure | Names::People => names,
        _ if is(&OF_AZURE) => Names::Azure,
        _ => Names::Language,
    }
}

fn names_of_pairs(names: Names) -> Names {
    if names == Names::Headers { names } else { Names::People }
}

fn is_secret(name: &str, text: &str, names: Names) -> bool {
    match names {
        Names::Language => secret::is_secret_text(text),
        Names::People | Names::Azure => secret::is_secret(name, text),
        Names::Headers => secret::is_secret_header(name, text),
    }
}

/// Returns a text without its `${…}`, and whether it has none.
fn without_substitutions(text: &str) -> (String, bool) {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        bare.push_str(before);
        let is_reference = after.starts_with("env:") || after.starts_with("secret:");
        rest = match after.split_once('}').filter(|_| is_reference) {
            Some((_, rest)) => rest,
            // What is no reference may be anything.
            None => after,
        };
    }
    bare.push_str(rest);
    let is_plain = !text.contains("${");
    (bare, is_plain)
}
