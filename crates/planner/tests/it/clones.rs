//! A clone follows its original, secrets and permissions included, and never shows a secret.

use planner::{Last, Options};
use resource::{Expression, Observed, ResourceId};
use serde_json::{Value, json};

use crate::azure::{as_desired, body, expand, names, plan, plan_with, put};

const R1: &str = include_str!("../../../../topologies/r1.yaml");
const SECRET: &str = "DefaultEndpointsProtocol=https;AccountKey=c2VjcmV0";

/// R1 where only the original stands, with settings and permissions that the file does not tell.
fn with_original_alone() -> (planner::Desired, Observed) {
    let desired = expand(R1);
    let mut azure = as_desired(&desired);
    let clones: Vec<_> =
        azure.resources.keys().filter(|id| id.as_str().contains("-neu")).cloned().collect();
    for id in clones {
        azure.resources.remove(&id);
    }
    let settings = desired.by_address("weu/web/settings").unwrap().id.clone();
    let seen = azure.resources.get_mut(&settings).unwrap();
    seen.body["properties"]["STORE"] = json!(SECRET);
    let vault = desired.by_address("vaults/shared").unwrap().id.clone();
    let policy = json!({
        "tenantId": "t", "objectId": "principal-of-app-pki-weu",
        "permissions": { "secrets": ["get"] },
    });
    azure.resources.get_mut(&vault).unwrap().body["properties"]["accessPolicies"] = json!([policy]);
    let account = desired.by_address("storage/shared").unwrap().id.clone();
    let role = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe";
    put(
        &mut azure,
        &account.extension("Microsoft.Authorization/roleAssignments", "original"),
        json!({ "properties": {
            "roleDefinitionId": role, "principalId": "principal-of-app-pki-weu",
        }}),
    );
    (desired, azure)
}

#[test]
fn rule_10_a_cloned_setting_is_a_reference_and_never_a_value() {
    let (desired, azure) = with_original_alone();
    let plan = plan(&desired, &azure);
    let text = serde_json::to_string(&plan).unwrap();
    assert!(!text.contains("AccountKey"), "{text}");
    let settings = plan.actions.iter().find(|action| action.address == "neu/web/settings").unwrap();
    let store = &body(settings)["properties"]["STORE"];
    let Some(Expression::Reference(reference)) = Expression::read(store) else { panic!("{store}") };
    assert_eq!(reference.pointer, "/properties/STORE");
    let package = &body(settings)["properties"]["WEBSITE_RUN_FROM_PACKAGE"];
    assert_eq!(*package, json!("https://artefacts-neu.example.net/pki/app.zip"));
}

#[test]
fn a_clone_gets_the_permissions_of_its_original() {
    let (desired, azure) = with_original_alone();
    let plan = plan(&desired, &azure);
    let granted: Vec<&str> =
        names(&plan).into_iter().filter(|n| n.contains("permissions")).collect();
    assert_eq!(granted.len(), 2, "{granted:?}");
    let policies = plan
        .actions
        .iter()
        .find(|action| action.resource.as_str().ends_with("kv-pki/accessPolicies/add"))
        .map(|action| body(action)["properties"]["accessPolicies"].clone());
    let policies = policies.expect("a grant in the vault");
    assert_eq!(policies[0]["permissions"], json!({ "secrets": ["get"] }));
    assert!(resource::contains_expression(&policies[0]["objectId"]));
}

#[test]
fn a_setting_that_drifts_from_the_original_is_found() {
    let (desired, mut azure) = with_original_alone();
    // Both stand now, and the clone agrees with its original.
    let whole = as_desired(&desired);
    for (id, observation) in whole.resources {
        azure.resources.entry(id).or_insert(observation);
    }
    let clone: ResourceId = desired.by_address("neu/web/settings").unwrap().id.clone();
    azure.resources.get_mut(&clone).unwrap().body["properties"]["STORE"] = json!(SECRET);
    let first = plan(&desired, &azure);
    assert!(!names(&first).iter().any(|name| name.contains("settings")), "{:?}", names(&first));

    azure.resources.get_mut(&clone).unwrap().body["properties"]["STORE"] = json!("another");
    let second = plan(&desired, &azure);
    let action = second.actions.iter().find(|action| action.resource == clone).expect("an update");
    assert_eq!(action.changes.len(), 1);
    assert_eq!(action.changes[0].path, "properties.STORE");
    assert!(action.changes[0].sensitive);
    let shown: Value = serde_json::to_value(&action.changes).unwrap();
    assert!(!shown.to_string().contains("AccountKey"), "{shown}");
    assert!(!shown.to_string().contains("another"), "{shown}");
}

#[test]
fn a_clone_gets_what_its_original_is_given_in_the_same_apply() {
    let desired = expand(
        "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
vaults: { main: { name: kv-osprey-main, rbac: false } }
stamp:
  plan: { sku: P1v3 }
  apps:
    copy: { cloneOf: web, identity: system }
    web:
      runtime: node|22-lts
      identity: system
      permissions: [{ role: Reader, scope: vaults/main }]
      vaultAccess: [{ vault: vaults/main, secrets: [get] }]
stamps: { weu: { region: westeurope } }
",
    );
    let plan = plan(&desired, &Observed::default());
    let assigned: Vec<_> =
        names(&plan).into_iter().filter(|name| name.contains("permissions/Reader")).collect();
    assert_eq!(assigned.len(), 2, "{assigned:?}");
    let grants = plan.actions.iter().filter(|a| a.resource.as_str().contains("accessPolicies"));
    let policies: usize = grants
        .filter_map(|grant| body(grant)["properties"]["accessPolicies"].as_array().map(Vec::len))
        .sum();
    assert_eq!(policies, 2);
}

const PAIR: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp:
  plan: { sku: P1v3 }
  apps:
    web:
      runtime: node|22-lts
      http2: true
      connectionStrings: { bus: { value: one }, cache: { value: two } }
    copy: { cloneOf: web }
stamps: { weu: { region: westeurope } }
";

#[test]
fn what_an_original_no_longer_declares_its_clone_loses_in_the_same_plan() {
    let before = expand(PAIR);
    let azure = as_desired(&before);
    let renamed = PAIR.replace("bus:", "queue:").replace("      http2: true\n", "");
    let options = Options { last: Last::of(&before), ..Options::default() };
    let plan = plan_with(&expand(&renamed), &azure, &options);
    let changed = |address: &str| {
        let action = plan.actions.iter().find(|action| action.address == address);
        let changes = action.into_iter().flat_map(|action| &action.changes);
        changes.map(|change| change.path.as_str()).collect::<Vec<_>>()
    };
    for app in ["web", "copy"] {
        assert_eq!(changed(&format!("weu/{app}/config")), ["properties.http20Enabled"], "{app}");
        let strings = ["properties.queue.value", "properties.queue.type", "properties.bus"];
        assert_eq!(changed(&format!("weu/{app}/connectionStrings")), strings, "{app}");
    }
    // Nothing may wait for a value that the same plan takes away.
    let text = serde_json::to_string(&plan.actions).expect("JSON");
    assert!(!text.contains("/properties/bus"), "{text}");
}

#[test]
fn a_document_that_no_clone_takes_over_may_be_the_clone_s_alone() {
    let backup = "{ cloneOf: web, backup: { container: \"https://st.example.net/b\", every: 1d } }";
    let desired = expand(&PAIR.replace("{ cloneOf: web }", backup));
    let plan = plan(&desired, &Observed::default());
    assert_eq!(plan.refusals, []);
    assert!(names(&plan).contains(&"create weu/copy/backup"), "{:?}", names(&plan));
    let is_read = |id: &ResourceId| desired.wants().iter().any(|(wanted, _)| wanted == id);
    let document =
        |app: &str| desired.by_address(app).expect("an app").id.child("config", "backup");
    assert!(is_read(&document("weu/copy")) && !is_read(&document("weu/web")));
}

#[test]
fn what_only_follows_an_original_is_read_when_that_says_something() {
    let text = PAIR
        .replace("      connectionStrings: { bus: { value: one }, cache: { value: two } }\n", "");
    let desired = expand(&text);
    let document = |app: &str, name: &str| {
        desired.by_address(&format!("weu/{app}")).expect("an app").id.child("config", name)
    };
    let wants = desired.wants();
    let is_read = |id: &ResourceId| wants.iter().any(|(wanted, _)| wanted == id);
    let strings = document("copy", "connectionstrings");
    assert!(is_read(&document("web", "connectionstrings")) && !is_read(&strings));
    assert!(is_read(&document("copy", "web")));

    let mut azure = as_desired(&desired);
    let read = |azure: &Observed, last: Option<&planner::Desired>| {
        let seen: Vec<_> = azure.resources.values().collect();
        let wants = desired.wants_of_clones(&seen, last);
        wants.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    put(&mut azure, &document("web", "connectionstrings"), json!({ "properties": {} }));
    assert_eq!(read(&azure, None), []);
    // It was declared when the topology was applied last: it may have to go.
    assert_eq!(read(&azure, Some(&expand(PAIR))), std::slice::from_ref(&strings));
    let theirs = json!({ "properties": { "bus": { "value": "x", "type": "Custom" } } });
    put(&mut azure, &document("web", "connectionstrings"), theirs);
    assert_eq!(read(&azure, None), [strings]);
    // Whoever signs in is compared wherever that is told.
    let open = json!({ "properties": { "platform": { "enabled": false } } });
    put(&mut azure, &document("web", "authsettingsV2"), open);
    assert!(read(&azure, None).contains(&document("copy", "authsettingsV2")));
}
