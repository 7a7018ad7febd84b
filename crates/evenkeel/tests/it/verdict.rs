//! Who has moved, told by `drift`: Azure, the topology in git, both; and what has failed over.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::interrupt::{SLOW, begin, signal};
use crate::scenario::Scenario;

const PROFILE: &str = "trafficManager/main";

/// Runs git in a scenario's folder as somebody whom the machine need not know.
pub fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.net"])
        .args(["-c", "init.defaultBranch=main", "-c", "commit.gpgSign=false"])
        .args(args)
        .current_dir(folder)
        .output()
        .expect("git is there");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// Commits the topology.
pub fn commit(scenario: &Scenario, message: &str) {
    git(scenario.folder(), &["add", "*.yaml"]);
    git(scenario.folder(), &["commit", "--quiet", "--message", message]);
}

/// The first architecture in a repository of its own, applied as it is committed.
pub fn applied() -> Scenario {
    let scenario = Scenario::of("r1");
    git(scenario.folder(), &["init", "--quiet"]);
    commit(&scenario, "The PKI in two regions");
    scenario.apply();
    scenario
}

/// Returns the drift as data; there is some.
fn drift(scenario: &Scenario) -> Value {
    let run = scenario.run(&["drift", "--format", "json"]);
    assert_eq!(run.code, 2, "{}\n{}", run.stdout, run.stderr);
    serde_json::from_str(&run.stdout).expect("JSON")
}

fn counts(drift: &Value) -> [u64; 4] {
    ["drift", "pending", "both", "unknown"]
        .map(|verdict| drift["verdicts"][verdict].as_u64().expect("a count"))
}

/// Returns the change of one property.
fn change<'a>(drift: &'a Value, address: &str, path: &str) -> &'a Value {
    let mut actions = drift["actions"].as_array().expect("actions").iter();
    let changes = actions
        .find(|action| action["address"] == address && action["verb"] == "update")
        .and_then(|action| action["changes"].as_array());
    let found = changes.and_then(|changes| changes.iter().find(|change| change["path"] == path));
    found.unwrap_or_else(|| panic!("no `{path}` of {address} in {drift:#}"))
}

/// Somebody changes the TTL and the path of the probes in Azure.
const PROFILE_MOVED: &str = "changes:
  - patch: /subscriptions/${subscription}/resourceGroups/rg-pki-global/providers/Microsoft.Network/trafficManagerProfiles/traf-pki
    apiVersion: \"2022-04-01\"
    body: { properties: { dnsConfig: { relativeName: pki-example, ttl: 300 }, monitorConfig: { protocol: HTTPS, port: 443, path: /old, intervalInSeconds: 10, timeoutInSeconds: 5, toleratedNumberOfFailures: 2 } } }
";
const TTL: &str = "properties.dnsConfig.ttl";
const PATH: &str = "properties.monitorConfig.path";

#[test]
fn what_azure_alone_has_moved_is_drift() {
    let scenario = applied();
    scenario.change(PROFILE_MOVED);
    let found = drift(&scenario);
    assert_eq!(found["lastApply"], json!({ "known": "same" }));
    assert_eq!(counts(&found), [1, 0, 0, 0]);
    let text = scenario.run(&["drift"]).stdout;
    assert!(text.starts_with("pki: 1 drifted\n"), "{text}");
    assert!(text.contains("changed in Azure"), "{text}");
}

#[test]
fn what_the_topology_alone_has_moved_is_pending_committed_or_not() {
    let scenario = applied();
    scenario.edit("ttl: 60s", "ttl: 30s");
    let uncommitted = drift(&scenario);
    assert_eq!(counts(&uncommitted), [0, 1, 0, 0]);
    assert_eq!(uncommitted["lastApply"]["known"], "before");
    commit(&scenario, "A shorter TTL");
    let committed = drift(&scenario);
    assert_eq!(committed["lastApply"], uncommitted["lastApply"]);
    assert_eq!(counts(&committed), [0, 1, 0, 0]);
    let text = scenario.run(&["drift"]).stdout;
    assert!(text.starts_with("pki: 1 pending\n"), "{text}");
    assert!(text.contains("properties.dnsConfig.ttl: 60, to become 30"), "{text}");
    let tests = scenario.run(&["drift", "--format", "junit"]);
    assert_eq!(tests.code, 2);
    assert!(tests.stdout.contains("failures=\"0\""), "{}", tests.stdout);
    assert!(tests.stdout.contains("<skipped message=\"changed in topology"), "{}", tests.stdout);
}

#[test]
fn both_on_one_resource_are_told_property_by_property() {
    let scenario = applied();
    scenario.change(PROFILE_MOVED);
    scenario.edit("ttl: 60s", "ttl: 30s");
    scenario.edit("toleratedFailures: 2", "toleratedFailures: 3");
    let found = drift(&scenario);
    assert_eq!(counts(&found), [0, 0, 1, 0]);
    let ttl = change(&found, PROFILE, TTL);
    assert_eq!(
        [&ttl["verdict"], &ttl["base"], &ttl["before"], &ttl["after"]],
        [&json!("both"), &json!(60), &json!(300), &json!(30)]
    );
    let path = change(&found, PROFILE, PATH);
    assert_eq!([&path["verdict"], &path["base"]], [&json!("drift"), &json!("/health")]);
    let failures = change(&found, PROFILE, "properties.monitorConfig.toleratedNumberOfFailures");
    assert_eq!([&failures["verdict"], &failures["base"]], [&json!("pending"), &Value::Null]);
    let text = scenario.run(&["drift"]).stdout;
    assert!(text.starts_with("pki: 1 drifted and pending\n"), "{text}");
    assert!(text.contains("was 60 when it was applied"), "{text}");

    // The apply that settles it is what is remembered from then on.
    commit(&scenario, "A shorter TTL");
    scenario.apply();
    scenario.change(PROFILE_MOVED);
    assert_eq!(drift(&scenario)["lastApply"]["known"], "same");
}

#[test]
fn a_part_of_the_topology_in_a_file_of_its_own_is_found_as_it_was() {
    let scenario = Scenario::of("minimal");
    let whole = scenario.read("topology.yaml");
    let (head, routing) = whole.split_once("trafficManager:\n").expect("a profile");
    scenario.write("topology.yaml", &format!("{head}include: [routing.yaml]\n"));
    scenario.write("routing.yaml", &format!("trafficManager:\n{routing}"));
    git(scenario.folder(), &["init", "--quiet"]);
    commit(&scenario, "Two stamps");
    scenario.apply();
    let moved = routing.replace("path: /health", "path: /well");
    scenario.write("routing.yaml", &format!("trafficManager:\n{moved}"));
    commit(&scenario, "Another probe");
    let found = drift(&scenario);
    assert_eq!(counts(&found), [0, 1, 0, 0]);
    assert_eq!(change(&found, PROFILE, PATH)["verdict"], "pending");
}

#[test]
fn without_the_history_nothing_is_claimed() {
    let scenario = applied();
    scenario.edit("ttl: 60s", "ttl: 30s");
    commit(&scenario, "A shorter TTL");
    let origin = format!("file://{}", scenario.folder().display());
    git(scenario.folder(), &["clone", "--quiet", "--depth", "1", &origin, "shallow"]);
    let shallow = ["drift", "shallow/topology.yaml", "--format", "json"];
    let found: Value = serde_json::from_str(&scenario.run(&shallow).stdout).expect("JSON");
    assert_eq!(counts(&found), [0, 0, 0, 1]);
    assert_eq!(found["lastApply"]["known"], "lost");
    assert_eq!(found["lastApply"]["noted"].as_str().map(str::len), Some(16));
    let run = scenario.run(&shallow[..2]);
    assert_eq!(run.code, 2);
    assert!(run.stdout.starts_with("pki: 1 differs\n"), "{}", run.stdout);
    assert!(run.stdout.contains("whether Azure or the topology has moved is not known"));
    assert!(run.stdout.contains("60 in Azure, 30 in the topology"), "{}", run.stdout);
    assert!(!run.stdout.contains("changed in"), "{}", run.stdout);

    // Nor where there is no repository at all.
    std::fs::remove_dir_all(scenario.folder().join(".git")).expect("the repository is there");
    let run = scenario.run(&["drift"]);
    assert!(run.stdout.starts_with("pki: 1 differs\n"), "{}", run.stdout);
    assert!(!run.stderr.contains("git"), "{}", run.stderr);
}

#[test]
fn rule_01_an_apply_that_was_killed_claims_nothing() {
    let scenario = Scenario::with_azure("minimal", SLOW);
    git(scenario.folder(), &["init", "--quiet"]);
    commit(&scenario, "Two stamps");
    let (mut child, _) = begin(&scenario, &["apply", "--yes"]);
    signal(&child, "-KILL");
    child.wait().expect("it ends");
    let found = drift(&scenario);
    assert_eq!(found["lastApply"], json!({ "known": "never" }));
    let [drifted, pending, both, unknown] = counts(&found);
    assert_eq!([drifted, pending, both], [0, 0, 0]);
    assert!(unknown > 0);
    scenario.apply();

    // The next one, killed too, leaves what was applied before it as it is remembered.
    scenario.edit("P0v3", "P1v3");
    scenario.edit("node|22-lts", "node|24-lts");
    let (mut child, _) = begin(&scenario, &["apply", "--yes"]);
    signal(&child, "-KILL");
    child.wait().expect("it ends");
    let found = drift(&scenario);
    assert_eq!(found["lastApply"]["known"], "before");
    let [drifted, pending, both, unknown] = counts(&found);
    assert_eq!([drifted, both, unknown], [0, 0, 0]);
    assert!(pending > 0);
    scenario.apply();
    assert_eq!(scenario.run(&["drift"]).code, 0);
}

#[test]
fn rule_16_traffic_that_fails_over_is_told_and_not_healed() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    let answer = |status: u16| {
        format!("hosts: {{ app-hello-web-weu.azurewebsites.net: {{ status: {status} }} }}\n")
    };
    scenario.change(&answer(503));
    let run = scenario.run(&["drift"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stdout.starts_with("hello: failed over: trafficManager/main\n"), "{}", run.stdout);
    assert!(run.stdout.contains("traffic goes to `neu`, as `weu` is Degraded"), "{}", run.stdout);
    assert_eq!(drift(&scenario)["verdicts"]["failedOver"], json!([PROFILE]));
    scenario.assert_converged();
    scenario.change(&answer(200));
    assert_eq!(scenario.run(&["drift"]).code, 0);
}

#[test]
fn rule_16_a_cosmos_account_that_fails_over_is_told_and_not_healed() {
    let scenario = Scenario::of("minimal");
    let account = "
resources:
  orders:
    type: Microsoft.DocumentDB/databaseAccounts
    apiVersion: \"2025-10-15\"
    name: cosmos-hello-orders
    resourceGroup: rg-hello-weu
    location: westeurope
    kind: GlobalDocumentDB
    properties:
      databaseAccountOfferType: Standard
      locations:
        - { locationName: westeurope, failoverPriority: 0 }
        - { locationName: northeurope, failoverPriority: 1 }
";
    scenario.write("topology.yaml", &(scenario.read("topology.yaml") + account));
    scenario.apply();
    scenario.change(
        "changes:
  - patch: /subscriptions/${subscription}/resourceGroups/rg-hello-weu/providers/Microsoft.DocumentDB/databaseAccounts/cosmos-hello-orders
    apiVersion: \"2025-10-15\"
    body: { properties: { locations: [{ locationName: North Europe, failoverPriority: 0 }, { locationName: West Europe, failoverPriority: 1 }] } }
",
    );
    let run = scenario.run(&["drift"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stdout.starts_with("hello: failed over: resources/orders\n"), "{}", run.stdout);
    scenario.assert_converged();
    let applied = scenario.run(&["apply", "--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    assert!(applied.stdout.contains("nothing to do"), "{}", applied.stdout);
}
