//! Paths into JSON documents.

use std::fmt;
use std::str::FromStr;

use rsonpath_syntax::{Index, ParserBuilder, Segment, Selector};
use schemars::json_schema;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::Diagnostic;
use crate::decode::{Context, Decode};
use crate::inline_schema;
use crate::tree::Node;

/// A path into a JSON document: `$.d.results`, `$.items[0].id`, `$['a b'][*]`.
///
/// Of JSONPath (RFC 9535) it has names, indexes from the start and `*`; what may lead anywhere, such as filters, it has not.
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

    /// Returns what a segment is; nothing for what is not taken of the standard.
    fn of(segment: &Segment) -> Option<Self> {
        let Segment::Child(selectors) = segment else { return None };
        match selectors.as_slice() {
            [Selector::Name(name)] => Some(Self::Member(name.unquoted().to_owned())),
            [Selector::Index(Index::FromStart(index))] => {
                Some(Self::Index(usize::try_from(index.as_u64()).ok()?))
            }
            [Selector::Wildcard] => Some(Self::Every),
            _ => None,
        }
    }
}

impl FromStr for JsonPath {
    type Err = NotAJsonPath;

    fn from_str(text: &str) -> Result<Self, NotAJsonPath> {
        // Filters are not taken, so none is read far; those that nest to the usual limit end the stack.
        let parser = ParserBuilder::new().set_recursion_limit(Some(1)).build();
        let query = parser.parse(text).ok();
        let steps = query.and_then(|query| query.segments().iter().map(Step::of).collect());
        let none = || NotAJsonPath { text: text.to_owned() };
        Ok(Self { text: text.to_owned(), steps: steps.ok_or_else(none)? })
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
                    .help("begin with `$`, then names, indexes and `*`: `$.d.results`, `$.pages[0].items[*]`, `$['odata.nextLink']`");
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
    fn a_name_that_is_no_plain_word_stands_in_brackets() {
        let document = json!({ "it's]": 1, "@odata.nextLink": "x", "\u{e9}": 2 });
        assert_eq!(select(r"$['it\'s]']", &document), [json!(1)]);
        assert_eq!(select("$['@odata.nextLink']", &document), [json!("x")]);
        assert_eq!(select(r#"$["\u00e9"]"#, &document), [json!(2)]);
        for text in ["$.@odata.nextLink", "$.next-link", "$.a:b"] {
            assert!(text.parse::<JsonPath>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_that_nests_too_deep_is_refused() {
        for (open, close) in [("(", ")"), ("@[?", "]")] {
            let path = format!("$[?{}@.a{}]", open.repeat(100_000), close.repeat(100_000));
            assert!(path.parse::<JsonPath>().is_err());
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "d.results",
            "",
            "$.",
            "$..a",
            "$[a]",
            "$[1",
            "$.a[?(@.b)]",
            "$a",
            "$[1:]",
            "$[-1]",
            "$[0,1]",
            "$.a ",
        ] {
            assert!(text.parse::<JsonPath>().is_err(), "{text}");
        }
    }
}
