//! What is live becomes a topology whose plan is empty.

use crate::scenario::{Scenario, root};

const SUBSCRIPTION: [&str; 2] = ["--subscription", "11111111-2222-3333-4444-555555555555"];

/// Imports groups and returns the file and what was said of it.
fn import(scenario: &Scenario, groups: &[&str]) -> (String, String) {
    let out = ["--out", "imported.yaml", "--force"];
    let args = [&["import"], groups, &SUBSCRIPTION, &out].concat();
    let run = scenario.run(&args);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    (scenario.read("imported.yaml"), run.stderr)
}

/// Asserts that the imported file is what is there, and that applying it writes nothing.
fn assert_converged(scenario: &Scenario) {
    let plan = scenario.run(&["plan", "imported.yaml", "--detailed-exitcode"]);
    assert_eq!(plan.code, 0, "{}\n{}", plan.stdout, plan.stderr);
    let again =
        scenario.run(&["apply", "imported.yaml", "--yes", "--trace-http", "import-trace.jsonl"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    let trace = scenario.read("import-trace.jsonl");
    assert!(trace.lines().count() > 3, "the trace holds the reads");
    let writes: Vec<&str> = trace.lines().filter(|line| is_write(line)).collect();
    assert!(writes.is_empty(), "{writes:#?}");
}

fn is_write(line: &str) -> bool {
    ["\"PUT\"", "\"PATCH\"", "\"DELETE\""].iter().any(|method| line.contains(method))
}

#[test]
fn r1_is_imported_with_its_stamps_recognised() {
    let scenario = Scenario::of("r1");
    scenario.apply();
    let (text, told) = import(&scenario, &["rg-pki-global", "rg-pki-weu", "rg-pki-neu"]);
    insta::assert_snapshot!("import_r1", text);
    insta::assert_snapshot!("import_r1_told", told);
    assert!(!text.contains("7Hq"), "a secret is written: {text}");
    assert_converged(&scenario);
}

#[test]
fn r2_is_imported_with_its_secrets_by_the_names_that_hold_them() {
    let scenario = Scenario::of("r2");
    scenario.apply();
    let (text, _) = import(&scenario, &["rg-integration"]);
    insta::assert_snapshot!("import_r2", text);
    assert!(!text.contains("cHJvYmU"), "a secret is written: {text}");
    assert_converged(&scenario);
}

#[test]
fn every_part_of_the_language_is_imported() {
    let scenario = Scenario::of("language");
    scenario.apply();
    let (text, _) = import(&scenario, &["rg-atlas-global", "rg-atlas-weu", "rg-atlas-neu"]);
    insta::assert_snapshot!("import_language", text);
    assert_converged(&scenario);
}

#[test]
fn app_service_in_full_is_imported_and_plans_to_nothing() {
    let scenario = Scenario::of("app-service");
    scenario.apply();
    let (text, _) = import(&scenario, &["rg-desk-weu"]);
    insta::assert_snapshot!("import_app_service", text);
    assert_converged(&scenario);
}

#[test]
fn what_nobody_marked_is_taken_over_and_nothing_else_changes() {
    let scenario = Scenario::of("r1");
    let (text, told) = import(&scenario, &["rg-pki-weu", "rg-dns"]);
    insta::assert_snapshot!("import_unmarked", text);
    assert!(told.contains("takes over"), "{told}");
    let applied = scenario.run(&["apply", "imported.yaml", "--yes"]);
    assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
    assert_converged(&scenario);
}

const SHOP: [&str; 3] = ["shop-prod-weu", "shop-prod-neu", "shop-prod-shared"];

/// What people add beside what is ours.
const BESIDE: &str = "
seed:
  - put: /subscriptions/${subscription}/resourceGroups/shop-prod-shared/providers/Microsoft.Storage/storageAccounts/shopprodtrial
    body: { location: westeurope, kind: StorageV2, sku: { name: Standard_LRS } }
  - put: /subscriptions/${subscription}/resourceGroups/shop-prod-shared/providers/Microsoft.Network/dnsZones/shop.example/A/trial
    body: { properties: { TTL: 60, ARecords: [{ ipv4Address: 192.0.2.7 }] } }
  - put: /subscriptions/${subscription}/resourceGroups/shop-prod-shared/providers/Microsoft.Network/dnsZones/shop.example/providers/Microsoft.Authorization/locks/hands-off
    body: { properties: { level: CanNotDelete } }
";

#[test]
fn what_people_made_over_years_is_taken_over_and_kept() {
    let azure = root().join("tests/scenarios/import/azure.yaml");
    let azure = std::fs::read_to_string(azure).expect("the scenario is there");
    let scenario = Scenario::with_azure("minimal", &azure);
    let (text, told) = import(&scenario, &SHOP);
    insta::assert_snapshot!("import_by_hand", text);
    insta::assert_snapshot!("import_by_hand_told", told);
    assert!(!text.contains("secret-of"), "a secret is written: {text}");
    let applied = scenario.run(&["apply", "imported.yaml", "--yes"]);
    assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
    assert_converged(&scenario);
    scenario.change(BESIDE);
    let (text, told) = import(&scenario, &SHOP);
    insta::assert_snapshot!("import_beside_told", told);
    assert!(text.contains("trial: { name: shopprodtrial, existing: true }"), "{text}");
    assert_converged(&scenario);
}

#[test]
fn a_part_of_what_is_ours_is_not_mistaken_for_the_whole() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    let (text, told) = import(&scenario, &["rg-hello-weu"]);
    assert!(text.contains("is not empty"), "{text}");
    assert!(told.contains("app-hello-web-neu carries our mark"), "{told}");
}

#[test]
fn without_the_right_to_read_settings_the_rest_is_imported() {
    let azure = root().join("tests/scenarios/r1/azure.yaml");
    let azure = std::fs::read_to_string(azure).expect("the scenario is there");
    let denied = "faults: { rules: [{ fault: denied, path: /config/appsettings/list }] }\n";
    let scenario = Scenario::with_azure("r1", &format!("{azure}{denied}"));
    let (text, told) = import(&scenario, &["rg-pki-weu"]);
    insta::assert_snapshot!("import_without_settings_told", told);
    assert!(!text.contains("settings:"), "{text}");
    assert!(text.contains("runtime: dotnet|8.0"), "{text}");
}

#[test]
fn a_lock_that_hides_settings_stops_nothing() {
    let azure = root().join("tests/scenarios/r1/azure.yaml");
    let azure = std::fs::read_to_string(azure).expect("the scenario is there");
    let lock = "  - put: /subscriptions/${subscription}/resourceGroups/rg-pki-weu/providers/Microsoft.Authorization/locks/frozen
    body: { properties: { level: ReadOnly } }
";
    let scenario = Scenario::with_azure("r1", &format!("{azure}{lock}"));
    let (text, told) = import(&scenario, &["rg-pki-weu"]);
    assert!(told.contains("a lock of level ReadOnly forbids"), "{told}");
    assert!(
        text.contains("frozen: { name: frozen, on: weu/resourceGroup, level: readOnly }"),
        "{text}"
    );
}

#[test]
fn a_resource_that_is_not_there_is_named() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    let group = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-hello-weu";
    let id = format!("{group}/providers/Microsoft.Web/sites/nowhere");
    let run = scenario.run(&["import", &id]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("there is no resource"), "{}", run.stderr);
}

#[test]
fn a_group_that_is_not_there_is_named() {
    let scenario = Scenario::of("r2");
    let run = scenario.run(&[&["import", "rg-nowhere"], &SUBSCRIPTION[..]].concat());
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("there is no resource group `rg-nowhere`"), "{}", run.stderr);
    assert!(run.stderr.contains("az group list"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_name_needs_its_subscription_and_a_file_is_not_overwritten() {
    let scenario = Scenario::of("r2");
    let run = scenario.run(&["import", "rg-integration"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("--subscription"), "{}", run.stderr);
    scenario.write("imported.yaml", "mine");
    let out = ["--out", "imported.yaml"];
    let run = scenario.run(&[&["import", "rg-integration"], &SUBSCRIPTION[..], &out].concat());
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("--force"), "{}", run.stderr);
    assert_eq!(scenario.read("imported.yaml"), "mine");
}
