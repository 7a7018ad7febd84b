//! What moves behind the engine's back is found, named exactly, and healed.
//!
//! Each file in `tests/scenarios/{topology}/drifts/` is one drift: a comment line `# expect:
//! address path` for each difference that must be told, then the steps of a simulator scenario.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::scenario::{Scenario, root};

fn drifts(name: &str, least: usize) {
    let folder = root().join(format!("tests/scenarios/{name}/drifts"));
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the drifts are there")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    assert!(files.len() >= least, "{} drifts", files.len());
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
    drifts("r1", 10);
}

#[test]
fn r2_drifts_are_named_and_healed() {
    drifts("r2", 10);
}

#[test]
fn app_service_drifts_are_named_and_healed() {
    drifts("app-service", 10);
}

#[test]
fn all_that_a_clone_follows_is_taken_over_and_its_drifts_are_named_and_healed() {
    drifts("clone", 6);
}

#[test]
fn what_a_clone_does_not_carry_is_told() {
    let scenario = Scenario::of("clone");
    let plan = scenario.run(&["plan", "--format", "json"]);
    assert!(!plan.stdout.contains("of-the-ledger"), "a secret is shown: {}", plan.stdout);
    let plan: Value = serde_json::from_str(&plan.stdout).expect("JSON");
    let notices = plan["notices"].as_array().expect("a list");
    let lacks = notices.iter().find(|notice| notice["code"] == "clone-lacks");
    let told = lacks.expect("the clone reports nowhere")["message"].as_str().unwrap_or_default();
    assert!(told.contains("APPLICATIONINSIGHTS_CONNECTION_STRING"), "{told}");
}

#[test]
fn a_clone_of_what_was_deployed_to_its_original_alone_is_refused() {
    let scenario = Scenario::of("clone");
    scenario.run(&["plan"]);
    scenario.change(
        r#"changes:
  - put: /subscriptions/${subscription}/resourceGroups/rg-till-weu/providers/Microsoft.Web/sites/app-till-weu/config/appsettings
    apiVersion: "2024-11-01"
    body: { properties: { WEBSITE_RUN_FROM_PACKAGE: "1" } }
"#,
    );
    scenario.edit("package: https://artefacts-neu.example.net/till/app.zip", "alwaysOn: true");
    let plan = scenario.run(&["plan"]);
    assert_eq!(plan.code, 4, "{}\n{}", plan.stdout, plan.stderr);
    assert!(plan.stdout.contains("clone-without-package"), "{}", plan.stdout);
}
