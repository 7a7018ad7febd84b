//! The least body that a type accepts, as `least.yaml` has it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use resource::ResourceId;
use serde::Deserialize;
use serde_json::{Value, json};

/// What is known of a type.
#[derive(Deserialize)]
struct Least {
    body: Value,
    /// What must lie in it before another may lead to it: the segments of a child.
    inside: Option<(String, String)>,
}

/// What is known, by types in lower case.
static KNOWN: LazyLock<BTreeMap<String, Least>> = LazyLock::new(|| {
    let known: BTreeMap<String, Least> =
        serde_yaml::from_str(include_str!("least.yaml")).expect("bodies are written");
    known.into_iter().map(|(kind, least)| (kind.to_ascii_lowercase(), least)).collect()
});

fn known(id: &ResourceId) -> Option<&'static Least> {
    KNOWN.get(&id.resource_type().as_str().to_ascii_lowercase())
}

/// Returns what must lie in a resource before another may lead to it.
pub fn inside(id: &ResourceId) -> Option<ResourceId> {
    let (kind, name) = known(id)?.inside.as_ref()?;
    Some(id.child(kind, name))
}

/// Returns the least body that the type of a resource accepts, at a place.
pub fn least(id: &ResourceId, location: &str) -> Value {
    match (known(id), id.resource_type().parent()) {
        (Some(least), _) => {
            let mut body = least.body.clone();
            fill(&mut body, id, location);
            body
        }
        (None, Some(_)) => json!({ "properties": {} }),
        (None, None) => json!({ "location": location, "properties": {} }),
    }
}

fn fill(value: &mut Value, id: &ResourceId, location: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, id, location)),
        Value::Object(map) => map.values_mut().for_each(|item| fill(item, id, location)),
        Value::String(text) if text.contains('{') => {
            let name = id.name();
            let octet = name.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31) ^ byte);
            let group = id.parent().map(|group| group.to_string()).unwrap_or_default();
            *text = text
                .replace("{location}", location)
                .replace("{name}", name)
                .replace("{lower}", &name.to_lowercase())
                .replace("{group}", &group)
                .replace("{octet}", &octet.to_string());
        }
        _ => {}
    }
}
