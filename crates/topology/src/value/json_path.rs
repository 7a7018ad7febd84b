//! Paths into JSON documents.

use std::fmt;
use std::str::FromStr;

use schemars::json_schema;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::Diagnostic;
use crate::decode::{Context, Decode};
use crate::inline_schema;
use crate::tree::Node;

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

inline_schema!(JsonPath, _ => json_schema!({ "type": "string" }));

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
}
