//! The reference architectures are applied, and the next plan is empty.

use crate::scenario::Scenario;

#[test]
fn rule_03_minimal_is_applied_and_converges() {
    Scenario::of("minimal").apply();
}

#[test]
fn rule_03_r1_is_applied_and_converges() {
    let scenario = Scenario::of("r1");
    let plan = scenario.run(&["plan"]);
    assert_eq!(plan.code, 0, "{}", plan.stderr);
    insta::assert_snapshot!("r1_plan", plan.stdout);
    let applied = scenario.apply();
    assert!(applied.stdout.contains("0 failed") || !applied.stdout.contains("failed"));
}

#[test]
fn rule_03_r2_is_applied_and_converges() {
    let scenario = Scenario::of("r2");
    let plan = scenario.run(&["plan"]);
    insta::assert_snapshot!("r2_plan", plan.stdout);
    assert!(!plan.stdout.contains("cHJvYmU"), "a secret is shown: {}", plan.stdout);
    scenario.apply();
    // The record that nobody but a person can make is told until it is there.
    let before = scenario.run(&["plan"]);
    assert!(before.stdout.contains("make it by hand, zone file: api.corp.example. 300 IN CNAME"));
    scenario.change(
        "dns: [{ name: api.corp.example, type: CNAME, values: [integration-example.trafficmanager.net.] }]\n",
    );
    let after = scenario.run(&["plan"]);
    assert!(!after.stdout.contains("manual-dns-record"), "{}", after.stdout);
}

#[test]
fn rule_03_r3_is_applied_and_converges() {
    let scenario = Scenario::of("r3");
    let plan = scenario.run(&["plan"]);
    assert_eq!(plan.code, 0, "{}", plan.stderr);
    insta::assert_snapshot!("r3_plan", plan.stdout);
    let applied = scenario.apply();
    let again = scenario.plan();
    let requests = again["coverage"]["requests"].as_u64().expect("a number");
    assert!(requests <= 60, "a plan without a change makes {requests} requests");
    let nothing = scenario.run(&["apply", "--yes", "--trace-http", "trace.jsonl"]);
    let writes = |method: &str| scenario.read("trace.jsonl").contains(&format!("\"{method}\""));
    assert!(!["PUT", "PATCH", "DELETE"].into_iter().any(writes), "{}", nothing.stdout);
    for told in [&plan.stdout, &applied.stdout, &nothing.stdout, &again.to_string()] {
        assert!(!told.contains("chooses-the-stamp"), "the token is shown: {told}");
    }
}

#[test]
fn nobody_notices_that_a_name_moves_to_the_edge_of_r3() {
    let visitor = "visitors: [{ host: www.shipments.example.com, path: / }]\n";
    let scenario = Scenario::with_azure("r3", visitor);
    let two = scenario.read("topology.yaml");
    // One region, to which the name leads without an edge.
    let without = |text: &str, from: &str, to: &str| {
        let (start, end) = (text.find(from).expect(from), text.find(to).expect(to));
        format!("{}{}", &text[..start], &text[end..])
    };
    let one = without(&without(&two, "frontDoor:", "domains:"), "  wus:", "domains:");
    let one = one.replace(
        "{ routeTo: frontDoor/main, certificate: managed }",
        "{ routeTo: eus/web, bind: eus/web }",
    );
    scenario.write("topology.yaml", &one);
    scenario.apply();
    scenario.write("topology.yaml", &two);
    scenario.apply();
    let dump = scenario.run_offline(&["simulate", "--dir", ".evenkeel/azure", "--dump"]);
    let dump: serde_json::Value = serde_json::from_str(&dump.stdout).expect("JSON");
    let seen = &dump["visitors"][0];
    assert_eq!((&seen["wasServed"], &seen["outageSecs"]), (&true.into(), &0.into()), "{seen}");
    assert!(seen["looks"].as_u64() > Some(10), "{seen}");
}

#[test]
fn rule_03_every_part_of_the_language_is_applied_and_converges() {
    let scenario = Scenario::of("language");
    scenario.apply();
    let refused = scenario.run(&["destroy", "--confirm", "atlas"]);
    assert_eq!(refused.code, 4, "{}", refused.stdout);
    assert!(refused.stdout.contains("kv-atlas-shared"), "{}", refused.stdout);
    scenario.assert_converged();
}

#[test]
fn rule_08_a_saved_plan_is_carried_out_as_reviewed() {
    let scenario = Scenario::of("minimal");
    assert_eq!(scenario.run(&["plan", "--out", "plan.json"]).code, 0);
    let applied = scenario.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
    scenario.assert_converged();
}

#[test]
fn rule_08_a_saved_plan_is_refused_when_azure_has_moved() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    scenario.edit("routing: priority", "ttl: 30s\n    routing: priority");
    assert_eq!(scenario.run(&["plan", "--out", "plan.json"]).code, 0);
    scenario.change(
        "changes:
  - patch: /subscriptions/${subscription}/resourceGroups/rg-hello-global/providers/Microsoft.Network/trafficManagerProfiles/traf-hello-main
    apiVersion: \"2022-04-01\"
    body: { properties: { monitorConfig: { protocol: HTTPS, port: 443, path: /other } } }
",
    );
    let applied = scenario.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(applied.code, 4, "{}\n{}", applied.stdout, applied.stderr);
}

#[test]
fn destroy_removes_all_that_is_ours_and_nothing_else() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    let destroyed = scenario.run(&["destroy", "--confirm", "hello"]);
    assert_eq!(destroyed.code, 0, "{}\n{}", destroyed.stdout, destroyed.stderr);
    let plan = scenario.plan();
    assert_eq!(plan["summary"]["create"], 10, "{plan:#}");
}
