//! Wrong input gets an answer that helps.

use crate::scenario::Scenario;

#[test]
fn an_invalid_topology_is_told_with_its_place() {
    let scenario = Scenario::of("minimal");
    scenario.edit("routing: priority", "routing: prioritty");
    let run = scenario.run_offline(&["validate"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("topology.yaml:20:14"), "{}", run.stderr);
    assert!(run.stderr.contains("priority"), "{}", run.stderr);
}

#[test]
fn diagnostics_are_data_too() {
    let scenario = Scenario::of("minimal");
    scenario.edit("region: westeurope", "region: westeurop");
    let run = scenario.run_offline(&["validate", "--format", "json"]);
    assert_eq!(run.code, 3);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(document["valid"], false);
    assert_eq!(document["diagnostics"][0]["place"]["line"], 14);
}

#[test]
fn a_missing_file_is_named() {
    let scenario = Scenario::of("minimal");
    let run = scenario.run_offline(&["validate", "nowhere.yaml"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("nowhere.yaml"), "{}", run.stderr);
}

#[test]
fn rule_12_without_anybody_to_ask_nothing_is_applied() {
    let scenario = Scenario::of("minimal");
    let run = scenario.run(&["apply"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
    assert_eq!(scenario.plan()["summary"]["create"], 10);
}

#[test]
fn a_changed_plan_file_is_refused() {
    let scenario = Scenario::of("minimal");
    assert_eq!(scenario.run(&["plan", "--out", "plan.json"]).code, 0);
    let text = scenario.read("plan.json").replace("westeurope", "francecentral");
    scenario.write("plan.json", &text);
    let run = scenario.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
}

#[test]
fn the_environment_can_ask_for_the_simulator() {
    let scenario = Scenario::of("minimal");
    let plan = |value: &str| {
        let mut command = scenario.command(&["plan", "--auth", "environment"]);
        command.env("EVENKEEL_SIMULATOR", value).env_remove("AZURE_CLIENT_ID");
        command.output().expect("the binary runs")
    };
    for yes in ["true", "1"] {
        assert_eq!(plan(yes).status.code(), Some(0));
    }
    for no in ["", "false", "0"] {
        let run = plan(no);
        assert_ne!(run.status.code(), Some(0), "{no}");
        assert!(String::from_utf8_lossy(&run.stderr).contains("AZURE_"), "{no}: {run:?}");
    }
}
