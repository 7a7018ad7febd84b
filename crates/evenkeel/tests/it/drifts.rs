//! What moves behind the engine's back is found, named exactly, and healed.
//!
//! Each file in `tests/scenarios/{topology}/drifts/` is one drift: a comment line `# expect:
//! address path` for each difference that must be told, then the steps of a simulator scenario.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::scenario::{Scenario, root};

fn drifts(name: &str) {
    let folder = root().join(format!("tests/scenarios/{name}/drifts"));
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the drifts are there")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "{} drifts", files.len());
    let scenario = Scenario::of(name);
    scenario.apply();
    for file in files {
        heals(&scenario, &file);
    }
}

fn heals(scenario: &Scenario, file: &Path) {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let text = std::fs::read_to_string(file).expect("a readable drift");
    scenario.change(&text);
    let run = scenario.run(&["drift", "--format", "json"]);
    assert_eq!(run.code, 2, "{name}: {}\n{}", run.stdout, run.stderr);
    let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(differences(&found), lines(&text, "expect: "), "{name}\n{found:#}");
    scenario.apply();
    assert_eq!(scenario.run(&["drift"]).code, 0, "{name}");
}

/// Returns what the comment lines of a text say behind `word`.
pub fn lines(text: &str, word: &str) -> BTreeSet<String> {
    let comments = text.lines().filter_map(|line| line.strip_prefix("# "));
    let said = comments.filter_map(|line| line.strip_prefix(word));
    said.map(|line| line.trim().to_owned()).collect()
}

/// Returns `address path` of each difference; `address created` of what is missing.
pub fn differences(plan: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for action in plan["actions"].as_array().into_iter().flatten() {
        let address = action["address"].as_str().unwrap_or_default();
        match action["verb"].as_str().unwrap_or_default() {
            "create" => {
                found.insert(format!("{address} created"));
            }
            "delete" => {
                found.insert(format!("{address} deleted"));
            }
            "update" | "adopt" => {
                for change in action["changes"].as_array().into_iter().flatten() {
                    let path = change["path"].as_str().unwrap_or_default();
                    found.insert(format!("{address} {path}"));
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn r1_drifts_are_named_and_healed() {
    drifts("r1");
}

#[test]
fn r2_drifts_are_named_and_healed() {
    drifts("r2");
}
