//! A topology that lost a stamp plans exactly its deletes.

use crate::scenario::Scenario;

#[test]
fn rule_15_a_removed_stamp_goes_in_an_order_that_keeps_a_target() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    scenario.edit("  neu: { region: northeurope }\n", "");
    scenario.edit("      neu: { app: neu/web, priority: 2 }\n", "");
    let plan = scenario.plan();
    let ids: Vec<&str> = plan["actions"]
        .as_array()
        .expect("actions")
        .iter()
        .filter_map(|action| action["id"].as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "update trafficManager/main",
            "wait for trafficManager/main to forget Microsoft.Web/sites rg-hello-neu/app-hello-web-neu",
            "delete Microsoft.Web/sites rg-hello-neu/app-hello-web-neu",
            "delete Microsoft.Web/serverfarms rg-hello-neu/asp-hello-neu",
            "delete Microsoft.Resources/resourceGroups rg-hello-neu",
            "note resourceGroups/rg-hello-global",
        ]
    );
    scenario.apply();
}

#[test]
fn rule_01_a_foreign_resource_keeps_its_group() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    scenario.change(
        "changes:
  - put: /subscriptions/${subscription}/resourceGroups/rg-hello-neu/providers/Microsoft.ManagedIdentity/userAssignedIdentities/theirs
    apiVersion: \"2024-11-30\"
    body: { location: northeurope }
",
    );
    scenario.edit("  neu: { region: northeurope }\n", "");
    scenario.edit("      neu: { app: neu/web, priority: 2 }\n", "");
    let plan = scenario.plan();
    assert!(!plan.to_string().contains("delete resourceGroups"), "{plan:#}");
    assert!(!plan["actions"].to_string().contains("theirs"), "{plan:#}");
}
