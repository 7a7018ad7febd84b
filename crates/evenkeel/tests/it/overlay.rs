//! One topology for several environments: what differs in one lies in an overlay.

use crate::scenario::Scenario;
use crate::verdict::{commit, git};

const TEST: &str = "overlays/test.yaml";

/// The smallest topology with an overlay for a test environment.
fn overlaid() -> Scenario {
    let scenario = Scenario::of("minimal");
    std::fs::create_dir(scenario.folder().join("overlays")).expect("a folder");
    scenario
        .write(TEST, "# Cheaper, and slower to notice.\ntrafficManager: { main: { ttl: 300s } }\n");
    scenario
}

#[test]
fn an_overlay_is_planned_applied_and_found_converged() {
    let scenario = overlaid();
    let valid = scenario.run_offline(&["validate", "topology.yaml", "--overlay", TEST]);
    assert_eq!(valid.code, 0, "{}", valid.stderr);
    let applied = scenario.run(&["apply", "--overlay", TEST, "--yes"]);
    assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
    let again = scenario.run(&["plan", "--overlay", TEST, "--detailed-exitcode"]);
    assert_eq!(again.code, 0, "{}", again.stdout);
    let without = scenario.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(without.code, 2);
    assert!(without.stdout.contains("properties.dnsConfig.ttl: 300 → 60"), "{}", without.stdout);
}

#[test]
fn a_mistake_in_an_overlay_is_told_at_its_place() {
    let scenario = overlaid();
    scenario.write(TEST, "trafficManager: { main: { tll: 300s } }\n");
    let run = scenario.run_offline(&["validate", "--overlay", TEST]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("overlays/test.yaml:1:"), "{}", run.stderr);
    let missing = scenario.run_offline(&["validate", "--overlay", "nowhere.yaml"]);
    assert_eq!(missing.code, 3);
    assert!(missing.stderr.contains("nowhere.yaml"), "{}", missing.stderr);
}

#[test]
fn rule_08_a_saved_plan_remembers_its_overlays() {
    let scenario = overlaid();
    let saved = scenario.run(&["plan", "--overlay", TEST, "--out", "plan.json"]);
    assert_eq!(saved.code, 0, "{}", saved.stderr);
    let good = scenario.read(TEST);
    scenario.write(TEST, &good.replace("300s", "200s"));
    let refused = scenario.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(refused.stderr.contains("--overlay overlays/test.yaml"), "{}", refused.stderr);
    scenario.write(TEST, &good);
    // A pipeline may name the topology all the same.
    let applied = scenario.run(&["apply", "plan.json", "--topology", "topology.yaml", "--yes"]);
    assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
}

#[test]
fn drift_knows_what_an_overlay_was_at_the_last_apply() {
    let scenario = overlaid();
    git(scenario.folder(), &["init", "--quiet"]);
    git(scenario.folder(), &["add", TEST]);
    commit(&scenario, "A test environment");
    assert_eq!(scenario.run(&["apply", "--overlay", TEST, "--yes"]).code, 0);
    let clean = scenario.run(&["drift", "--overlay", TEST]);
    assert_eq!(clean.code, 0, "{}", clean.stdout);
    let text = scenario.read(TEST).replace("300s", "200s");
    scenario.write(TEST, &text);
    let pending = scenario.run(&["drift", "--overlay", TEST]);
    assert_eq!(pending.code, 2, "{}", pending.stdout);
    assert!(pending.stdout.starts_with("hello: 1 pending"), "{}", pending.stdout);
}
