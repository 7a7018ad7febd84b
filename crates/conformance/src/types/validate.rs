//! What is wrong with a body, by its type's definition.

use std::collections::HashMap;
use std::fmt;

use resource::Expression;
use resource::catalogue::PropertyPath;
use serde_json::{Map, Value};

use super::SentBody;
use super::definitions::{Definitions, Node, Property, Reference};

/// Something in a body that its definition does not allow.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Where it is.
    pub path: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// The definition has no property of this name.
    UnknownProperty,
    /// The definition has it in another spelling.
    Spelling(String),
    /// The service sets it.
    ReadOnly,
    /// It must be there and is not.
    Missing,
    /// It holds something else than it should.
    WrongType(&'static str),
    /// It is none of the values that are allowed.
    NotAllowed(Vec<String>),
    /// It is too small, too great, too short or too long.
    OutOfBounds,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownProperty => f.write_str("unknown property"),
            Self::Spelling(name) => write!(f, "is spelled `{name}`"),
            Self::ReadOnly => f.write_str("read-only property sent"),
            Self::Missing => f.write_str("required property missing"),
            Self::WrongType(expected) => write!(f, "expected {expected}"),
            Self::NotAllowed(values) => write!(f, "allowed are {}", values.join(", ")),
            Self::OutOfBounds => f.write_str("out of bounds"),
        }
    }
}

/// Checks a body against the definition of its type and version; `None` where there is none.
///
/// Values that are still to be resolved are taken to be right.
pub fn validate(
    definitions: &Definitions,
    sent: &SentBody,
) -> anyhow::Result<Option<Vec<Finding>>> {
    let Some((nodes, body)) = definitions.find(&sent.resource_type, &sent.api_version)? else {
        return Ok(None);
    };
    let path = PropertyPath::root();
    let mut validator =
        Validator { nodes: &nodes, name: sent.name.as_deref(), path, findings: vec![] };
    validator.value(&Reference(body), &sent.body);
    if sent.partial {
        validator.findings.retain(|finding| finding.problem != Problem::Missing);
    }
    Ok(Some(validator.findings))
}

struct Validator<'a> {
    nodes: &'a [Node],
    /// The last segment of the resource's name, which some bodies are told apart by.
    name: Option<&'a str>,
    path: PropertyPath,
    findings: Vec<Finding>,
}

impl Validator<'_> {
    fn value(&mut self, definition: &Reference, value: &Value) {
        if Expression::read(value).is_some() || value.is_null() {
            return;
        }
        let nodes = self.nodes;
        let Some(node) = nodes.get(definition.0) else { return };
        match node {
            Node::ObjectType { properties, additional_properties } => match value.as_object() {
                Some(map) => {
                    self.members(map, &[properties], additional_properties.as_ref());
                }
                None => self.report(Problem::WrongType("an object")),
            },
            Node::DiscriminatedObjectType { discriminator, base_properties, elements } => {
                match value.as_object() {
                    Some(map) => self.variant(map, discriminator, base_properties, elements),
                    None => self.report(Problem::WrongType("an object")),
                }
            }
            Node::ArrayType { item_type, min_length, max_length } => match value.as_array() {
                Some(items) => self.items(items, item_type, *min_length, *max_length),
                None => self.report(Problem::WrongType("an array")),
            },
            Node::UnionType { elements } => self.union(elements, value),
            Node::StringLiteralType { value: literal } => {
                if !is_text(value, literal) {
                    self.report(Problem::NotAllowed(vec![literal.clone()]));
                }
            }
            Node::StringType { min_length, max_length } => match value.as_str() {
                Some(text) => {
                    let length = text.chars().count();
                    self.bounds(min_length.is_none_or(|min| length >= min));
                    self.bounds(max_length.is_none_or(|max| length <= max));
                }
                None => self.report(Problem::WrongType("a string")),
            },
            Node::IntegerType { min_value, max_value } => match value.as_f64() {
                Some(number) => {
                    self.bounds(min_value.is_none_or(|min| number >= min));
                    self.bounds(max_value.is_none_or(|max| number <= max));
                }
                None => self.report(Problem::WrongType("a number")),
            },
            Node::BooleanType {} if !value.is_boolean() => {
                self.report(Problem::WrongType("true or false"));
            }
            Node::BooleanType {} | Node::ResourceType { .. } | Node::Other => {}
        }
    }

    fn members(
        &mut self,
        map: &Map<String, Value>,
        properties: &[&HashMap<String, Property>],
        additional: Option<&Reference>,
    ) {
        let find = |name: &str| properties.iter().find_map(|properties| properties.get(name));
        for (name, member) in map {
            self.path.push_key(name);
            match find(name) {
                Some(property) if property.is_read_only() => self.report(Problem::ReadOnly),
                Some(property) => self.value(&property.definition, member),
                None => match additional {
                    Some(definition) => self.value(definition, member),
                    None => {
                        let mut names = properties.iter().flat_map(|properties| properties.keys());
                        let other = names.find(|other| other.eq_ignore_ascii_case(name));
                        self.report(match other {
                            Some(other) => Problem::Spelling(other.clone()),
                            None => Problem::UnknownProperty,
                        });
                    }
                },
            }
            self.path.pop();
        }
        let mut missing: Vec<&String> = properties
            .iter()
            .flat_map(|properties| properties.iter())
            .filter(|(name, property)| {
                let absent = map.get(*name).is_none_or(Value::is_null);
                // The URL says what a resource is; its body need not.
                let is_said = property.is_said_by_url() && self.path.depth() == 0;
                property.is_required() && !property.is_read_only() && absent && !is_said
            })
            .map(|(name, _)| name)
            .collect();
        missing.sort_unstable();
        for name in missing {
            self.path.push_key(name);
            self.report(Problem::Missing);
            self.path.pop();
        }
    }

    fn variant(
        &mut self,
        map: &Map<String, Value>,
        discriminator: &str,
        base: &HashMap<String, Property>,
        elements: &HashMap<String, Reference>,
    ) {
        let at_root = self.path.depth() == 0;
        let said = map.get(discriminator).and_then(Value::as_str);
        let named = self.name.filter(|_| at_root && discriminator == "name");
        let Some(value) = said.or(named) else {
            self.path.push_key(discriminator);
            self.report(Problem::Missing);
            self.path.pop();
            return;
        };
        let found = elements.iter().find(|(name, _)| name.eq_ignore_ascii_case(value));
        let nodes = self.nodes;
        match found.and_then(|(_, variant)| nodes.get(variant.0)) {
            Some(Node::ObjectType { properties, additional_properties }) => {
                let mut rest = map.clone();
                rest.shift_remove(discriminator);
                let before = self.findings.len();
                self.members(&rest, &[properties, base], additional_properties.as_ref());
                // The variant repeats the property that it was chosen by.
                let chosen = self.path.key(discriminator).to_string();
                let found = self.findings.split_off(before);
                self.findings.extend(found.into_iter().filter(|finding| finding.path != chosen));
            }
            _ => {
                let mut allowed: Vec<String> = elements.keys().cloned().collect();
                allowed.sort_unstable();
                self.path.push_key(discriminator);
                self.report(Problem::NotAllowed(allowed));
                self.path.pop();
            }
        }
    }

    fn items(
        &mut self,
        items: &[Value],
        definition: &Reference,
        min: Option<usize>,
        max: Option<usize>,
    ) {
        self.bounds(min.is_none_or(|min| items.len() >= min));
        self.bounds(max.is_none_or(|max| items.len() <= max));
        for (index, item) in items.iter().enumerate() {
            self.path.push_member(&index.to_string());
            self.value(definition, item);
            self.path.pop();
        }
    }

    /// A union holds where one of its alternatives does.
    fn union(&mut self, elements: &[Reference], value: &Value) {
        let holds = elements.iter().any(|element| {
            let mut trial = Validator {
                nodes: self.nodes,
                name: None,
                path: self.path.clone(),
                findings: vec![],
            };
            trial.value(element, value);
            trial.findings.is_empty()
        });
        if !holds {
            let nodes = self.nodes;
            let literals = elements.iter().filter_map(|element| match nodes.get(element.0) {
                Some(Node::StringLiteralType { value }) => Some(value.clone()),
                _ => None,
            });
            self.report(Problem::NotAllowed(literals.collect()));
        }
    }

    fn bounds(&mut self, holds: bool) {
        if !holds {
            self.report(Problem::OutOfBounds);
        }
    }

    fn report(&mut self, problem: Problem) {
        self.findings.push(Finding { path: self.path.to_string(), problem });
    }
}

/// ARM compares the values of enumerations without case.
fn is_text(value: &Value, literal: &str) -> bool {
    value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(literal))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Writes a small set of definitions: one plain type and one whose name decides its body.
    fn definitions(folder: &std::path::Path) -> Definitions {
        let property = |at: usize, flags: u32| json!({ "type": { "$ref": format!("#/{at}") }, "flags": flags });
        let nodes = json!([
            { "$type": "StringType", "minLength": 2 },
            { "$type": "IntegerType", "minValue": 1, "maxValue": 9 },
            { "$type": "StringLiteralType", "value": "Hot" },
            { "$type": "StringLiteralType", "value": "Cool" },
            { "$type": "UnionType", "elements": [{ "$ref": "#/2" }, { "$ref": "#/3" }] },
            { "$type": "ObjectType", "name": "P", "properties": {
                "tier": property(4, 1), "count": property(1, 0), "state": property(0, 2),
            } },
            { "$type": "ObjectType", "name": "T", "properties": {
                "name": property(0, 9), "properties": property(5, 1), "tags": property(7, 0),
            } },
            { "$type": "ObjectType", "name": "Tags", "properties": {},
                "additionalProperties": { "$ref": "#/0" } },
            { "$type": "ResourceType", "name": "A.B/c@2020-01-01", "body": { "$ref": "#/6" },
                "readableScopes": 0, "writableScopes": 0 },
            { "$type": "DiscriminatedObjectType", "name": "D", "discriminator": "name",
                "baseProperties": {}, "elements": { "web": { "$ref": "#/6" } } },
            { "$type": "ResourceType", "name": "A.B/d@2020-01-01", "body": { "$ref": "#/9" } },
            { "$type": "AnyType" },
        ]);
        let index = json!({ "resources": {
            "A.B/C@2020-01-01": { "$ref": "types.json#/8" },
            "A.B/d@2020-01-01": { "$ref": "types.json#/10" },
        } });
        std::fs::write(folder.join("types.json"), nodes.to_string()).unwrap();
        std::fs::write(folder.join("index.json"), index.to_string()).unwrap();
        Definitions::load(folder).unwrap()
    }

    fn findings(resource_type: &str, name: Option<&str>, body: Value) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let sent = SentBody {
            resource_type: resource_type.into(),
            api_version: "2020-01-01".into(),
            name: name.map(str::to_owned),
            partial: false,
            body,
        };
        let found = validate(&definitions(folder.path()), &sent).unwrap().unwrap();
        found.into_iter().map(|f| format!("{}: {}", f.path, f.problem)).collect()
    }

    #[test]
    fn a_valid_body_has_no_findings() {
        let body = json!({ "tags": { "a": "bc" }, "properties": { "tier": "hot", "count": 3 } });
        assert_eq!(findings("a.b/c", None, body), Vec::<String>::new());
    }

    #[test]
    fn every_mistake_is_found() {
        let body = json!({ "Tags": {}, "extra": 1, "properties": {
            "count": 10, "state": "x", "tier": "Warm",
        } });
        assert_eq!(
            findings("A.B/c", None, body),
            [
                "Tags: is spelled `tags`",
                "extra: unknown property",
                "properties.count: out of bounds",
                "properties.state: read-only property sent",
                "properties.tier: allowed are Hot, Cool",
            ]
        );
        assert_eq!(
            findings("A.B/c", None, json!({ "properties": { "count": "1" } })),
            ["properties.count: expected a number", "properties.tier: required property missing"]
        );
    }

    #[test]
    fn a_value_that_is_still_to_be_resolved_is_taken_to_be_right() {
        let secret = json!({ "$secret": { "env": "X" } });
        let body = json!({ "properties": { "tier": secret } });
        assert_eq!(findings("A.B/c", None, body), Vec::<String>::new());
    }

    #[test]
    fn the_name_of_a_resource_chooses_its_variant() {
        let body = json!({ "properties": { "tier": "Hot" } });
        assert_eq!(findings("A.B/d", Some("web"), body.clone()), Vec::<String>::new());
        assert_eq!(findings("A.B/d", None, body), ["name: required property missing"]);
    }
}
