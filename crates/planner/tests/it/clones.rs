//! A clone follows its original, secrets and permissions included, and never shows a secret.

use resource::{Expression, Observed, ResourceId};
use serde_json::{Value, json};

use crate::azure::{as_desired, body, expand, names, plan, put};

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
