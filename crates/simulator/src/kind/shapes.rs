//! What a body of each type may look like: the data that services check before they do anything.
//!
//! The shapes stand in the folder of each family, in `shapes.json`. They follow Microsoft's published
//! definitions (<https://github.com/Azure/bicep-types-az>), without what only the service sets;
//! lists of words that the definitions leave open are closed where the service refuses others.
//! `conformance refusals` judges them by the definitions.
//!
//! A shape is an object of members, `{"*": shape}` for free names, `[shape, "least..most"]` for a
//! list, or one of the texts `text`, `number` (each with bounds, `text 3..24`), `flag`, `any`,
//! `@name` for another shape of the file and `One | Two` for words. A member whose name ends in
//! `!` must be there.

mod check;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

pub(crate) use check::check;

/// The shapes of a family, read when they are first asked for.
#[derive(Debug)]
pub(crate) struct Shapes {
    text: &'static str,
    read: OnceLock<HashMap<String, Arc<Shape>>>,
}

impl Shapes {
    /// Takes the text of a file of shapes, whose types stand without their namespace.
    pub const fn new(text: &'static str) -> Self {
        Self { text, read: OnceLock::new() }
    }

    /// Tells whether the text can be read.
    #[cfg(test)]
    pub fn is_readable(&self) -> bool {
        read(self.text).is_some_and(|shapes| !shapes.is_empty())
    }

    /// Returns the shape of a type without its namespace, or that of its document `name`; both in
    /// lower case.
    pub fn of(&self, kind: &str, name: &str) -> Option<Arc<Shape>> {
        let all = self.read.get_or_init(|| {
            let shapes = read(self.text).unwrap_or_default();
            shapes.into_iter().map(|(name, shape)| (name.to_ascii_lowercase(), shape)).collect()
        });
        all.get(kind).or_else(|| all.get(&format!("{kind}/{name}"))).cloned()
    }
}

/// What ARM itself knows of every body.
const ENVELOPE: &str = r#"{
    "location": "text",
    "kind": "text",
    "tags": {"*": "text"},
    "sku": {"name": "text", "tier": "text"},
    "identity": {"type": "text", "userAssignedIdentities": {"*": {}}},
    "properties": {}
}"#;

/// What a value may be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Anything.
    Any,
    /// A text, with the bounds of its length in characters.
    Text(Bounds),
    /// A number, with its bounds.
    Number(Bounds),
    /// True or false.
    Flag,
    /// One of these words, in any case.
    Word(Vec<String>),
    /// A list, with the bounds of its length.
    List(Arc<Shape>, Bounds),
    /// An object: its members by name, and what any other member is.
    Object(Vec<Member>, Option<Arc<Shape>>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    /// Its name, as the service spells it.
    pub name: String,
    /// Whether a body without it is refused.
    pub is_needed: bool,
    /// What it is.
    pub shape: Arc<Shape>,
}

/// The least and the greatest of something, both allowed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Bounds {
    /// The least.
    pub least: Option<f64>,
    /// The greatest.
    pub most: Option<f64>,
}

impl Bounds {
    /// Reads `3..24`, where either side may be left out.
    fn parse(text: &str) -> Option<Self> {
        let (least, most) = text.trim().split_once("..")?;
        let side = |text: &str| match text {
            "" => Some(None),
            number => number.parse().ok().map(Some),
        };
        Some(Self { least: side(least)?, most: side(most)? })
    }

    /// Tells whether `value` lies within.
    pub fn hold(self, value: f64) -> bool {
        self.least.is_none_or(|least| value >= least) && self.most.is_none_or(|most| value <= most)
    }
}

/// Returns the shape of a body of which only ARM itself knows something.
pub(crate) fn of_any() -> Arc<Shape> {
    static ANY: OnceLock<Arc<Shape>> = OnceLock::new();
    let any = ANY.get_or_init(|| {
        let envelope = serde_json::from_str(ENVELOPE).ok();
        let shape = envelope.and_then(|value| parse(&value, &HashMap::new()));
        Arc::new(shape.unwrap_or(Shape::Any))
    });
    any.clone()
}

/// Reads a file of shapes; `None` where it is not one.
fn read(text: &str) -> Option<HashMap<String, Arc<Shape>>> {
    let file: Value = serde_json::from_str(text).ok()?;
    let file = file.as_object()?;
    let mut shared = HashMap::new();
    for (name, value) in file.iter().filter(|(name, _)| name.starts_with('@')) {
        let shape = parse(value, &shared)?;
        shared.insert(name.as_str(), Arc::new(shape));
    }
    let own = file.iter().filter(|(name, _)| !name.starts_with('@'));
    own.map(|(name, value)| Some((name.clone(), Arc::new(parse(value, &shared)?)))).collect()
}

fn parse(value: &Value, shared: &HashMap<&str, Arc<Shape>>) -> Option<Shape> {
    match value {
        Value::String(text) => parse_text(text, shared),
        Value::Array(parts) => {
            let bounds = match parts.get(1) {
                Some(bounds) => Bounds::parse(bounds.as_str()?)?,
                None => Bounds::default(),
            };
            Some(Shape::List(Arc::new(parse(parts.first()?, shared)?), bounds))
        }
        Value::Object(map) => {
            let mut members = vec![];
            let mut rest = None;
            for (name, value) in map {
                let shape = Arc::new(parse(value, shared)?);
                if name == "*" {
                    rest = Some(shape);
                    continue;
                }
                let (name, is_needed) = match name.strip_suffix('!') {
                    Some(name) => (name, true),
                    None => (name.as_str(), false),
                };
                members.push(Member { name: name.to_owned(), is_needed, shape });
            }
            Some(Shape::Object(members, rest))
        }
        _ => None,
    }
}

fn parse_text(text: &str, shared: &HashMap<&str, Arc<Shape>>) -> Option<Shape> {
    if text.starts_with('@') {
        return shared.get(text).map(|shape| (**shape).clone());
    }
    let (word, bounds) = text.split_once(' ').unwrap_or((text, ".."));
    let bounds = Bounds::parse(bounds);
    match (word, bounds) {
        ("any", Some(_)) => Some(Shape::Any),
        ("flag", Some(_)) => Some(Shape::Flag),
        ("text", Some(bounds)) => Some(Shape::Text(bounds)),
        ("number", Some(bounds)) => Some(Shape::Number(bounds)),
        _ => Some(Shape::Word(text.split(" | ").map(str::to_owned).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_found_by_its_name_and_others_are_not() {
        let text = r#"{"sites": {"kind": "text"}, "sites/config/logs": {"properties": {}}}"#;
        let shapes = Shapes::new(text);
        assert!(shapes.of("sites", "a").is_some());
        assert!(shapes.of("sites/config", "logs").is_some());
        assert_eq!(shapes.of("sites/config", "nothing"), None);
        assert_ne!(*of_any(), Shape::Any);
    }
}
