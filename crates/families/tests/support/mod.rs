//! What the tests of made-up families have in common.

use std::path::Path;

use importer::Language;
use planner::Desired;
use resource::{Expression, Observation, Observed, is_absent};
use serde_json::{Value, json};
use topology::{Input, Parsed};

/// Reads a text in a language.
pub fn read(language: &'static Language, text: &str) -> Parsed {
    topology::parse(&Input {
        language,
        file: Path::new("topology.yaml"),
        text,
        env: &|name| (name == "STEER_TOKEN").then(|| "of Azure".to_owned()),
        read: &|_| Err(std::io::ErrorKind::NotFound.into()),
        overlays: &[],
    })
}

/// Returns what a text without a mistake asks for.
pub fn expanded(language: &'static Language, text: &str) -> Desired {
    let parsed = read(language, text);
    let told = topology::render(&parsed.diagnostics, &parsed.sources, false, 100);
    planner::expand(language, &parsed.topology.unwrap_or_else(|| panic!("{told}")))
}

/// An Azure that holds what is asked for.
pub fn azure(desired: &Desired) -> Observed {
    fn plain(value: &Value) -> Option<Value> {
        match value {
            value if is_absent(value) => None,
            value if Expression::read(value).is_some() => Some(json!("of Azure")),
            Value::Object(map) => {
                let members = map.iter().filter_map(|(key, it)| Some((key.clone(), plain(it)?)));
                Some(Value::Object(members.collect()))
            }
            Value::Array(items) => Some(items.iter().filter_map(plain).collect()),
            value => Some(value.clone()),
        }
    }
    let mut observed = Observed::default();
    for resource in desired.resources() {
        let mut body = plain(&resource.body).unwrap_or_default();
        for (key, value) in resource.create_only.iter().filter_map(Value::as_object).flatten() {
            body[key] = value.clone();
        }
        body["name"] = json!(resource.id.name());
        observed.insert(Observation { id: resource.id.clone(), body, etag: None });
    }
    observed
}
