//! What a body of each type may look like: the data that services check before they do anything.
//!
//! The shapes stand beside each family in `shapes.json`. They follow Microsoft's published
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

use resource::ResourceId;
use serde_json::Value;

pub(crate) use check::check;

/// The files of shapes, each with the namespace of its types.
const FILES: &[(&str, &str)] = &[
    ("Microsoft.Authorization", include_str!("../families/authorization/shapes.json")),
    ("Microsoft.Insights", include_str!("../families/monitor/shapes.json")),
    ("Microsoft.KeyVault", include_str!("../families/key_vault/shapes.json")),
    ("Microsoft.ManagedIdentity", include_str!("../families/managed_identity/shapes.json")),
    ("Microsoft.Network", include_str!("../families/dns_zones/shapes.json")),
    ("Microsoft.Network", include_str!("../families/traffic_manager/shapes.json")),
    ("Microsoft.Resources", include_str!("../families/resources/shapes.json")),
    ("Microsoft.Storage", include_str!("../families/storage/shapes.json")),
    ("Microsoft.Web", include_str!("../families/web/shapes.json")),
];

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

/// Returns the shape of a resource's body; that of any body where no other is known.
pub(crate) fn of(id: &ResourceId) -> Arc<Shape> {
    static ALL: OnceLock<HashMap<String, Arc<Shape>>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let envelope = serde_json::from_str(ENVELOPE).ok();
        let envelope = envelope.and_then(|value| parse(&value, &HashMap::new()));
        let mut all = HashMap::from([(String::new(), Arc::new(envelope.unwrap_or(Shape::Any)))]);
        for (namespace, text) in FILES {
            for (name, shape) in read(text).unwrap_or_default() {
                all.insert(format!("{namespace}/{name}").to_ascii_lowercase(), shape);
            }
        }
        all
    });
    // A slot is what a site is.
    let kind = id.resource_type().as_str().to_ascii_lowercase();
    let kind = kind.replace("microsoft.web/sites/slots", "microsoft.web/sites");
    // What a document of a site holds is told by its name.
    let named = format!("{kind}/{}", id.name().to_ascii_lowercase());
    let found = all.get(&kind).or_else(|| all.get(&named)).or_else(|| all.get(""));
    found.cloned().unwrap_or_else(|| Arc::new(Shape::Any))
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
    fn every_file_can_be_read() {
        for (namespace, text) in FILES {
            let shapes = read(text);
            assert!(shapes.is_some_and(|shapes| !shapes.is_empty()), "{namespace}");
        }
    }

    #[test]
    fn a_document_is_found_by_its_name_and_a_slot_is_like_a_site() {
        let id = |rest: &str| {
            let text = format!("/subscriptions/s/resourceGroups/g/providers/{rest}");
            ResourceId::parse(&text).expect("valid ID")
        };
        let any = of(&id("Microsoft.Compute/virtualMachines/v"));
        assert_ne!(*any, Shape::Any);
        assert_eq!(of(&id("Microsoft.Web/sites/a/config/nothing")), any);
        assert_ne!(of(&id("Microsoft.Web/sites/a/config/LOGS")), any);
        assert_ne!(of(&id("Microsoft.Web/sites/a")), any);
        assert_eq!(of(&id("microsoft.web/sites/a")), of(&id("Microsoft.Web/sites/a/slots/b")));
    }
}
