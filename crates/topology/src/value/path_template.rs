//! Addresses whose parts stand in a document.

use std::fmt;

use schemars::json_schema;
use serde::{Serialize, Serializer};

use crate::decode::{Context, Decode};
use crate::inline_schema;
use crate::tree::{Node, NodeKind};
use crate::{Diagnostic, Place};

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

inline_schema!(PathTemplate, _ => json_schema!({ "type": "string" }));

#[cfg(test)]
mod tests {
    use super::*;

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
