//! The topologies that ship with Evenkeel.

use std::path::Path;

use serde_json::Value;

use families::language;
use topology::{Input, parse, render};

/// Returns name and text of every file in `topologies/`.
fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../topologies");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_example_is_without_a_mistake() {
    for (file, text) in examples() {
        let parsed = parse(&Input {
            language: language(),
            file: Path::new(&file),
            text: &text,
            env: &|_| Some("00000000-0000-0000-0000-000000000001".to_owned()),
            read: &|path| std::fs::read_to_string(path),
            overlays: &[],
        });
        let told = render(&parsed.diagnostics, &parsed.sources, false, 120);
        assert!(parsed.topology.is_some(), "{told}");
    }
}

#[test]
fn every_example_fits_the_schema() {
    let validator = jsonschema::validator_for(language().json_schema()).unwrap();
    let examples = examples();
    assert!(!examples.is_empty());
    for (file, text) in
        examples.into_iter().chain([("here".into(), super::language::NORTHWIND.to_owned())])
    {
        let value: Value = serde_yaml::from_str(&text).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{file}: {errors:#?}");
    }
}

#[test]
fn the_schema_refuses_what_the_decoder_refuses() {
    let validator = jsonschema::validator_for(language().json_schema()).unwrap();
    for wrong in [
        "resourcGroup: x",
        "trafficManager: { main: { routing: prioritised } }",
        "stamps: { weu: { plan: { sku: P1v3 } } }",
        "stamp: { plan: { instances: many } }",
        "storage: { a: { redundancy: GSR } }",
    ] {
        let value: Value = serde_yaml::from_str(wrong).unwrap();
        assert!(!validator.is_valid(&value), "{wrong}");
    }
}
