//! What goes, in which order, and what is refused.

use plan::{Band, Operation, Risk, Verb};
use planner::Options;
use serde_json::json;

use crate::azure::{as_desired, assert_ordered, body, expand, names, plan, plan_with, with_verb};

const BEFORE: &str = include_str!("../../../../topologies/minimal.yaml");

/// The same application without its second stamp.
fn shrunk() -> String {
    BEFORE
        .replace("  neu: { region: northeurope }\n", "")
        .replace("      neu: { app: neu/web, priority: 2 }\n", "")
}

#[test]
fn rule_15_edges_go_before_nodes_when_a_stamp_is_removed() {
    let before = expand(BEFORE);
    let mut azure = as_desired(&before);
    let group = before.by_address("resourceGroups/rg-hello-neu").unwrap().id.clone();
    azure.listed.insert(format!("{}/resources", group.key()));
    let plan = plan(&expand(&shrunk()), &azure);
    assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
    assert_ordered(
        &plan,
        &[
            "update trafficManager/main",
            "delete Microsoft.Web/sites rg-hello-neu/app-hello-web-neu",
            "delete Microsoft.Web/serverfarms rg-hello-neu/asp-hello-neu",
            "delete Microsoft.Resources/resourceGroups rg-hello-neu",
        ],
    );
    assert_eq!(with_verb(&plan, Verb::Delete).len(), 3, "{:?}", names(&plan));
}

#[test]
fn what_goes_is_called_as_it_was_where_the_last_text_tells_it() {
    let text = |stamps: &str, extra: &str| {
        format!(
            "version: 1\nname: hello\nsubscription: 11111111-2222-3333-4444-555555555555\n\
             location: westeurope\nstamp:\n  plan: {{ sku: P1v3 }}\n  vaults: {{ keys: {{}} }}\n  \
             apps: {{ web: {{ runtime: node|22-lts }}{extra} }}\nstamps:\n  weu: {{ region: westeurope }}\n{stamps}"
        )
    };
    let before =
        expand(&text("  neu: { region: northeurope }\n", ", old: { runtime: node|22-lts }"));
    let after = expand(&text("", ", new: { runtime: node|22-lts }"));
    let azure = as_desired(&before);
    let told = |permit: &str| {
        let permitted = [permit.to_owned()].into();
        let last = planner::Last::of(&before);
        let options = Options { permitted, last, allow_mass_delete: true, ..Options::default() };
        plan_with(&after, &azure, &options)
    };
    let plan = told("neu/vaults/keys");
    assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
    // By its name, as plans tell it that know no text.
    let by_name = told("kv-hello-keys-neu");
    assert!(by_name.refusals.is_empty(), "{:?}", by_name.refusals);
    assert!(!by_name.notices.iter().any(|notice| notice.code == plan::Code::PermitsNothing));
    assert!(!told("neu/vaults/other").refusals.is_empty());
    let goes = with_verb(&plan, Verb::Delete);
    let goes: Vec<_> = goes.iter().map(|a| (a.address.as_str(), a.band.clone())).collect();
    let neu = Band::Stamp("neu".to_owned());
    for address in ["neu/web", "neu/old", "neu/plan", "neu/vaults/keys"] {
        assert!(goes.contains(&(address, neu.clone())), "{address}: {goes:?}");
    }
    assert!(goes.iter().any(|(address, _)| *address == "weu/old"), "{goes:?}");
    // An address that another has now tells of that one alone.
    let renamed = BEFORE.replace("web: { runtime", "web: { name: \"x-{stamp}\", runtime");
    let last = planner::Last::of(&expand(BEFORE));
    let options = Options { last, allow_mass_delete: true, ..Options::default() };
    let plan = plan_with(&expand(&renamed), &as_desired(&expand(BEFORE)), &options);
    let goes: Vec<_> =
        with_verb(&plan, Verb::Delete).iter().map(|action| action.address.clone()).collect();
    assert!(goes.contains(&"app-hello-web-weu".to_owned()), "{goes:?}");
}

#[test]
fn rule_14_traffic_is_never_without_a_target_while_a_stamp_goes() {
    let plan = plan(&expand(&shrunk()), &as_desired(&expand(BEFORE)));
    let writes: Vec<_> = plan
        .actions
        .iter()
        .filter(|action| action.address == "trafficManager/main")
        .filter(|action| matches!(action.operation, Operation::Write { .. }))
        .collect();
    assert_eq!(writes.len(), 1);
    assert_eq!(body(writes[0])["properties"]["endpoints"].as_array().unwrap().len(), 1);
    // Resolvers forget the removed endpoint before its app goes.
    let wait = plan.actions.iter().find(|a| matches!(a.operation, Operation::Wait { .. }));
    assert!(matches!(wait.unwrap().operation, Operation::Wait { secs: 60 }));
}

#[test]
fn a_group_that_may_hold_more_than_ours_is_kept() {
    let plan = plan(&expand(&shrunk()), &as_desired(&expand(BEFORE)));
    assert!(!names(&plan).iter().any(|name| name.contains("resourceGroups")));
    assert!(plan.notices.iter().any(|notice| notice.code == plan::Code::GroupKept));
}

const WITH_DATA: &str = "
version: 1
name: data
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
storage:
  kept: { name: stdatakept, redundancy: GRS }
  gone: { name: stdatagone, redundancy: GRS }
";

#[test]
fn rule_07_what_holds_data_is_deleted_only_when_permitted() {
    let azure = as_desired(&expand(WITH_DATA));
    let without = WITH_DATA.replace("  gone: { name: stdatagone, redundancy: GRS }\n", "");
    let desired = expand(&without);
    let refused = plan(&desired, &azure);
    assert_eq!(refused.refusals.iter().map(|r| r.code.word()).collect::<Vec<_>>(), ["protected"]);

    let permitted = ["stdatagone".to_owned()].into();
    let options = Options { permitted, ..Options::default() };
    let allowed = plan_with(&desired, &azure, &options);
    assert!(allowed.refusals.is_empty());
    let delete = with_verb(&allowed, Verb::Delete)[0];
    assert!(delete.risks.contains(&Risk::LosesData));
    assert!(delete.permission.is_some());
}

#[test]
fn rule_07_a_plan_that_deletes_most_of_what_it_owns_is_refused() {
    let azure = as_desired(&expand(include_str!("../../../../topologies/r1.yaml")));
    let empty = "version: 1\nname: pki\nsubscription: 11111111-2222-3333-4444-555555555555\n";
    let plan = plan(&expand(empty), &azure);
    assert!(plan.refusals.iter().any(|refusal| refusal.code == plan::Code::MassDelete));
}

#[test]
fn a_binding_without_our_proof_is_kept() {
    let text = include_str!("../../../../topologies/r1.yaml");
    let desired = expand(text);
    let mut azure = as_desired(&desired);
    let site = desired.by_address("weu/web").unwrap().id.clone();
    let foreign = site.child("hostNameBindings", "shop.example.org");
    crate::azure::put(&mut azure, &foreign, json!({ "properties": { "siteName": "app-pki-weu" } }));
    let plan = plan(&desired, &azure);
    assert!(plan.is_empty(), "{:?}", names(&plan));
    assert_eq!(plan.coverage.unmanaged, [foreign]);
}

#[test]
fn a_right_that_goes_with_its_app_stands_where_its_scope_stands() {
    // The right is to data that all stamps share: its delete is no turn of any stamp.
    let text = |app: &str| {
        format!(
            "version: 1\nname: osprey\nsubscription: 11111111-2222-3333-4444-555555555555\nlocation: westeurope\nstamp:\n  plan: {{ sku: P1v3 }}\n  apps:\n    {app}: {{ runtime: node|22-lts, identity: system, permissions: [{{ role: Storage Blob Data Contributor, scope: storage/data }}] }}\nstamps: {{ weu: {{ region: westeurope }}, neu: {{ region: northeurope }} }}\nstorage: {{ data: {{ redundancy: GRS }} }}\n"
        )
    };
    let (before, after) = (expand(&text("backend")), expand(&text("api")));
    let options = Options { allow_mass_delete: true, ..Options::default() };
    let plan = plan_with(&after, &as_desired(&before), &options);
    let rights = plan.actions.iter().filter(|action| {
        action.verb == Verb::Delete && action.resource.resource_type().last() == "roleAssignments"
    });
    let bands: Vec<&Band> = rights.map(|action| &action.band).collect();
    assert_eq!(bands, [&Band::Data, &Band::Data]);
}
