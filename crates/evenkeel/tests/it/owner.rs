//! Two teams give their topologies one name in one subscription.

use serde_json::Value;

use crate::scenario::Scenario;

const OURS: &str = "version: 1
name: shop
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
storage: { data: { name: stshopours1, resourceGroup: rg-ours, redundancy: ZRS } }
identities: { app: { name: id-ours, resourceGroup: rg-ours } }
";

fn empty() -> Scenario {
    let scenario = Scenario::of("minimal");
    scenario.write("topology.yaml", OURS);
    scenario
}

fn theirs() -> String {
    OURS.replace("ours", "theirs")
}

fn live(scenario: &Scenario) -> String {
    let run = scenario.run(&["plan", "--format", "json"]);
    let plan: Value = serde_json::from_str(&run.stdout).expect("a plan as JSON");
    assert_eq!(plan["refusals"].as_array().map(Vec::len), Some(0), "{}", run.stdout);
    plan["actions"].to_string()
}

#[test]
fn neither_deletes_what_the_other_has_made() {
    let scenario = empty();
    scenario.apply();
    scenario.write("topology.yaml", &theirs());
    // Another repository: nothing here knows our text.
    let plan = live(&scenario);
    assert!(!plan.contains("\"delete\"") && !plan.contains("rg-ours"), "{plan}");
    scenario.apply();
    assert_eq!(live(&scenario), "[]");
    scenario.write("topology.yaml", OURS);
    assert_eq!(live(&scenario), "[]");
}

#[test]
fn a_destroy_leaves_the_other() {
    let scenario = empty();
    scenario.apply();
    scenario.write("topology.yaml", &theirs());
    scenario.apply();
    let destroyed = scenario.run(&["destroy", "--confirm", "shop", "--permit", "stshoptheirs1"]);
    assert_eq!(destroyed.code, 0, "{}\n{}", destroyed.stdout, destroyed.stderr);
    scenario.write("topology.yaml", OURS);
    assert_eq!(live(&scenario), "[]");
}

#[test]
fn what_the_other_has_made_cannot_be_taken_over() {
    let scenario = empty();
    scenario.apply();
    scenario.write("topology.yaml", &theirs());
    scenario.apply();
    scenario.edit(
        "name: id-theirs, resourceGroup: rg-theirs",
        "name: id-ours, resourceGroup: rg-ours, adopt: true",
    );
    let plan = scenario.run(&["plan", "--adopt"]);
    assert_eq!(plan.code, 4, "{}\n{}", plan.stdout, plan.stderr);
    assert!(plan.stdout.contains("shop (owner "), "{}", plan.stdout);
}
