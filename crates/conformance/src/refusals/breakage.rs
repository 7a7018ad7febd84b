//! The ways in which one body can be broken.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::types::definitions::{Node, Property, Reference};

/// A body with one mistake.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakage {
    /// Where the mistake is, a JSON pointer; empty for the request itself.
    pub path: String,
    /// What it is.
    pub what: &'static str,
    /// The API version to send it with.
    pub version: String,
    /// The body.
    pub body: Value,
}

/// Returns every breakage of a good body that its definition forbids, and those that ARM itself
/// refuses: a version, a location and a size that do not exist.
pub fn all(nodes: &[Node], root: usize, name: &str, good: &Value, version: &str) -> Vec<Breakage> {
    let mut walk = Walk { nodes, name, path: String::new(), found: vec![] };
    walk.value(&Reference(root), good);
    let is_broken = |path: &str| walk.found.iter().any(|(found, ..)| found == path);
    let unknown = [("/location", "unknown location"), ("/sku/name", "unknown size")];
    for (path, what) in unknown.into_iter().filter(|(path, _)| is_broken(path)).collect::<Vec<_>>()
    {
        if good.pointer(path).is_some_and(Value::is_string) {
            walk.found.push((path.to_owned(), what, Some(json!("nowhere"))));
        }
    }
    let made = walk.found.into_iter().filter_map(|(path, what, to)| {
        let body = changed(good, &path, to)?;
        Some(Breakage { path, what, version: version.to_owned(), body })
    });
    let versions = ["1999-01-01", "2199-01-01", "newest"].into_iter().map(|version| Breakage {
        path: String::new(),
        what: "unknown version",
        version: version.to_owned(),
        body: good.clone(),
    });
    made.chain(versions).collect()
}

/// Sets or removes the value at a pointer.
fn changed(good: &Value, path: &str, to: Option<Value>) -> Option<Value> {
    let mut body = good.clone();
    match to {
        Some(value) => *body.pointer_mut(path)? = value,
        None => {
            let (parent, name) = path.rsplit_once('/')?;
            body.pointer_mut(parent)?.as_object_mut()?.shift_remove(name)?;
        }
    }
    Some(body)
}

struct Walk<'a> {
    nodes: &'a [Node],
    name: &'a str,
    path: String,
    found: Vec<(String, &'static str, Option<Value>)>,
}

impl Walk<'_> {
    fn put(&mut self, what: &'static str, value: Value) {
        self.found.push((self.path.clone(), what, Some(value)));
    }

    fn value(&mut self, definition: &Reference, value: &Value) {
        let nodes = self.nodes;
        let Some(node) = nodes.get(definition.0).filter(|_| !value.is_null()) else { return };
        let object = || json!({"no": "such thing"});
        match node {
            Node::ObjectType { properties, additional_properties } => {
                self.members(value, &[properties], additional_properties.as_ref());
            }
            Node::DiscriminatedObjectType { discriminator, base_properties, elements } => {
                self.variant(value, discriminator, base_properties, elements);
            }
            Node::ArrayType { item_type, max_length, .. } => {
                self.put("no list", json!("text"));
                let Some(items) = value.as_array() else { return };
                if let (Some(most), Some(item)) = (max_length, items.first()) {
                    self.put("too many", vec![item.clone(); most + 1].into());
                }
                if let Some(item) = items.first() {
                    self.within("0", |walk| walk.value(item_type, item));
                }
            }
            Node::UnionType { elements } => {
                let is_word = |element: &Reference| {
                    matches!(nodes.get(element.0), Some(Node::StringLiteralType { .. }))
                };
                if elements.iter().all(is_word) {
                    self.put("unknown word", json!("NoSuchWord"));
                }
                self.put("no text", object());
            }
            Node::StringLiteralType { .. } => self.put("unknown word", json!("NoSuchWord")),
            Node::StringType { min_length, max_length } => {
                self.put("no text", object());
                if min_length.is_some_and(|least| least > 0) {
                    self.put("too short", json!(""));
                }
                if let Some(most) = max_length.filter(|most| *most < 10_000) {
                    self.put("too long", json!("x".repeat(most + 1)));
                }
            }
            Node::IntegerType { min_value, max_value } => {
                self.put("no number", json!("several"));
                if let Some(least) = min_value {
                    self.put("too small", json!(*least as i64 - 1));
                }
                if let Some(most) = max_value {
                    self.put("too great", json!(*most as i64 + 1));
                }
            }
            Node::BooleanType {} => self.put("neither true nor false", json!("maybe")),
            Node::ResourceType { .. } | Node::Other => {}
        }
    }

    fn within(&mut self, name: &str, work: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(&name.replace('~', "~0").replace('/', "~1"));
        work(self);
        self.path.truncate(length);
    }

    fn members(
        &mut self,
        value: &Value,
        properties: &[&HashMap<String, Property>],
        additional: Option<&Reference>,
    ) {
        let is_root = self.path.is_empty();
        if !is_root {
            self.put("no object", json!("text"));
        }
        let find = |name: &str| properties.iter().find_map(|properties| properties.get(name));
        for (name, member) in value.as_object().into_iter().flatten() {
            let property = find(name);
            let definition = property.map(|property| &property.definition).or(additional);
            let is_ours = property.is_none_or(|property| {
                !(property.is_read_only() || is_root && property.is_said_by_url())
            });
            let Some(definition) = definition.filter(|_| is_ours) else { continue };
            self.within(name, |walk| {
                if property.is_some_and(Property::is_required) && !member.is_null() {
                    walk.found.push((walk.path.clone(), "left out", None));
                }
                walk.value(definition, member);
            });
        }
    }

    fn variant(
        &mut self,
        value: &Value,
        discriminator: &str,
        base: &HashMap<String, Property>,
        elements: &HashMap<String, Reference>,
    ) {
        let said = value.get(discriminator).and_then(Value::as_str);
        let named = (self.path.is_empty() && discriminator == "name").then_some(self.name);
        let Some(chosen) = said.or(named) else { return };
        let nodes = self.nodes;
        let found = elements.iter().find(|(name, _)| name.eq_ignore_ascii_case(chosen));
        if let Some(Node::ObjectType { properties, additional_properties }) =
            found.and_then(|(_, variant)| nodes.get(variant.0))
        {
            self.members(value, &[properties, base], additional_properties.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_broken_in_one_place_at_a_time() {
        let nodes: Vec<Node> = serde_json::from_value(json!([
            { "$type": "ObjectType", "name": "Body", "properties": {
                "location": { "type": { "$ref": "#/1" }, "flags": 1 },
                "properties": { "type": { "$ref": "#/2" }, "flags": 0 },
                "id": { "type": { "$ref": "#/1" }, "flags": 10 },
            } },
            { "$type": "StringType" },
            { "$type": "ObjectType", "name": "Properties", "properties": {
                "tier": { "type": { "$ref": "#/3" }, "flags": 0 },
            } },
            { "$type": "UnionType", "elements": [{ "$ref": "#/4" }] },
            { "$type": "StringLiteralType", "value": "Hot" },
        ]))
        .unwrap();
        let good = json!({"id": "x", "location": "westeurope", "properties": {"tier": "Hot"}});
        let found = all(&nodes, 0, "name", &good, "2024-01-01");
        let told: Vec<String> =
            found.iter().map(|broken| format!("{} {}", broken.path, broken.what)).collect();
        assert_eq!(
            told,
            [
                "/location left out",
                "/location no text",
                "/properties no object",
                "/properties/tier unknown word",
                "/properties/tier no text",
                "/location unknown location",
                " unknown version",
                " unknown version",
                " unknown version",
            ]
        );
        assert!(found[0].body.get("location").is_none());
        assert_eq!(found[3].body["properties"]["tier"], "NoSuchWord");
    }
}
