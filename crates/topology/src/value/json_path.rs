//! Paths into JSON documents, and addresses whose parts stand in one.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::decode::{Context, Decode};
use crate::tree::{Node, NodeKind};
use crate::{Diagnostic, Place};

/// A path into a JSON document: `$.d.results`, `$.items[0].id`, `$['a b'][*]`.
///
/// Of JSONPath (RFC 9535) it has names, indexes and `*`; filters and slices it has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Index(usize),
    Every,
}

/// A text that is no path into a JSON document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a path into a JSON document")]
pub struct NotAJsonPath {
    text: String,
}

impl JsonPath {
    /// Returns everything in a document that the path leads to.
    pub fn select<'v>(&self, document: &'v Value) -> Vec<&'v Value> {
        let mut found = vec![document];
        for step in &self.steps {
            found = found.into_iter().flat_map(|value| step.below(value)).collect();
        }
        found
    }

    /// Tells whether the path may well lead to nothing: it goes through all members of something.
    pub fn is_open(&self) -> bool {
        self.steps.contains(&Step::Every)
    }
}

impl Step {
    fn below<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match (self, value) {
            (Self::Member(name), _) => value.get(name).into_iter().collect(),
            (Self::Index(index), _) => value.get(index).into_iter().collect(),
            (Self::Every, Value::Array(items)) => items.iter().collect(),
            (Self::Every, Value::Object(members)) => members.values().collect(),
            (Self::Every, _) => vec![],
        }
    }

    /// Reads the step that a text begins with, and returns what is left of it.
    fn read(text: &str) -> Option<(Self, &str)> {
        if let Some(rest) = text.strip_prefix('[') {
            if let Some(quote) = rest.chars().next().filter(|c| ['\'', '"'].contains(c)) {
                let (name, rest) = rest[1..].split_once(quote)?;
                return Some((Self::Member(name.to_owned()), rest.strip_prefix(']')?));
            }
            let (inner, rest) = rest.split_once(']')?;
            let step = match inner {
                "*" => Self::Every,
                index => Self::Index(index.parse().ok()?),
            };
            return Some((step, rest));
        }
        let rest = text.strip_prefix('.')?;
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let is_name = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-@:$".contains(c))
        };
        match name {
            "*" => Some((Self::Every, rest)),
            name if is_name(name) => Some((Self::Member(name.to_owned()), rest)),
            _ => None,
        }
    }
}

impl FromStr for JsonPath {
    type Err = NotAJsonPath;

    fn from_str(text: &str) -> Result<Self, NotAJsonPath> {
        let none = || NotAJsonPath { text: text.to_owned() };
        let mut rest = text.strip_prefix('$').ok_or_else(none)?;
        let mut steps = vec![];
        while !rest.is_empty() {
            let (step, left) = Step::read(rest).ok_or_else(none)?;
            steps.push(step);
            rest = left;
        }
        Ok(Self { text: text.to_owned(), steps })
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for JsonPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Decode for JsonPath {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let text = cx.scalar(node, "a path into a document, such as `$.d.results`")?;
        match text.parse() {
            Ok(path) => Some(path),
            Err(error) => {
                let diagnostic = Diagnostic::error("compare-path", &node.place, error.to_string())
                    .help("begin with `$`, then names, indexes and `*`: `$.d.results`, `$.pages[0].items[*]`");
                cx.report(diagnostic);
                None
            }
        }
    }
}

/// The path of an address, in which `{Field}` stands for a field of what is listed above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate {
    text: String,
    parts: Vec<Piece>,
}

/// A part of a [`PathTemplate`].
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Field(String),
}

impl PathTemplate {
    /// Returns the fields that it takes.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Piece::Field(name) => Some(&**name),
            Piece::Literal(_) => None,
        })
    }

    /// Returns the path with the fields that `field` gives, encoded; the name of one that it lacks is the error.
    pub fn filled(&self, field: impl Fn(&str) -> Option<String>) -> Result<String, String> {
        let mut path = String::new();
        for part in &self.parts {
            match part {
                Piece::Literal(text) => path.push_str(text),
                Piece::Field(name) => {
                    let value = field(name).ok_or_else(|| name.clone())?;
                    path.push_str(&encoded(&value));
                }
            }
        }
        Ok(path)
    }

    fn read(text: &str) -> Option<Vec<Piece>> {
        let is_sound =
            |text: &str| !text.contains(['}', '#', '\\']) && !text.contains(char::is_whitespace);
        let mut rest = (text.starts_with('/') && !text.starts_with("//")).then_some(text)?;
        let mut parts = vec![];
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}')?;
            if name.is_empty() || before.ends_with('$') || !is_sound(before) {
                return None;
            }
            parts.push(Piece::Literal(before.to_owned()));
            parts.push(Piece::Field(name.to_owned()));
            rest = behind;
        }
        parts.push(Piece::Literal(rest.to_owned()));
        is_sound(rest).then_some(parts)
    }
}

/// Encodes all that means something in an address, so that no value leads to another path.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => text.push(byte.into()),
            // A name of dots alone would be a step up.
            b'.' if value.bytes().any(|byte| byte != b'.') => text.push('.'),
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for PathTemplate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Decode for PathTemplate {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let NodeKind::Text(text) = &node.kind else {
            cx.wrong_type(node, "a path such as `/api/v1/Packages`");
            return None;
        };
        let Some(parts) = Self::read(text) else {
            let message = format!("`{text}` is not the path of an address");
            let diagnostic = Diagnostic::error("compare-path", &node.place, message).help(
                "begin with `/`; `{Field}` stands for a field of the entry above, `%20` for a blank",
            );
            cx.report(diagnostic);
            return None;
        };
        Some(Self { text: text.clone(), parts })
    }

    fn stand_in(_: &Place) -> Option<Self> {
        Some(Self { text: String::new(), parts: vec![] })
    }
}

/// Gives a type the schema of a text.
macro_rules! text_schema {
    ($($name:ident),*) => { $(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string" })
            }
        }
    )* };
}

text_schema!(JsonPath, PathTemplate);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn select(path: &str, document: &Value) -> Vec<Value> {
        let path: JsonPath = path.parse().unwrap();
        path.select(document).into_iter().cloned().collect()
    }

    #[test]
    fn names_indexes_and_stars_lead_into_a_document() {
        let document = json!({ "d": { "results": [{ "Id": 1 }, { "Id": 2 }], "odata.next": "x" } });
        assert_eq!(select("$", &document), std::slice::from_ref(&document));
        assert_eq!(select("$.d.results[*].Id", &document), [json!(1), json!(2)]);
        assert_eq!(select("$.d.results[1]", &document), [json!({ "Id": 2 })]);
        assert_eq!(select("$['d'][\"odata.next\"]", &document), [json!("x")]);
        assert!(select("$.d.nothing[0]", &document).is_empty());
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["d.results", "", "$.", "$..a", "$[a]", "$[1", "$.a[?(@.b)]", "$a"] {
            assert!(text.parse::<JsonPath>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_field_in_a_path_stays_one_step_of_it() {
        let parts = PathTemplate::read("/Packages('{Id}')/Artifacts").unwrap();
        let template = PathTemplate { text: String::new(), parts };
        assert_eq!(template.fields().collect::<Vec<_>>(), ["Id"]);
        let filled = |value: &str| template.filled(|_| Some(value.to_owned())).unwrap();
        assert_eq!(filled("../a?b'"), "/Packages('..%2Fa%3Fb%27')/Artifacts");
        assert_eq!(filled(".."), "/Packages('%2E%2E')/Artifacts");
        assert_eq!(template.filled(|_| None), Err("Id".to_owned()));
        for text in ["Packages", "//elsewhere", "/a{", "/a}", "/a{}", "/a b", "/a#b"] {
            assert_eq!(PathTemplate::read(text), None, "{text}");
        }
    }
}
