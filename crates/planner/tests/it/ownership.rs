//! What is ours, what is taken over and what is left alone.

use plan::{Operation, Verb, Write};
use planner::Options;
use resource::ResourceId;
use serde_json::json;

use crate::azure::{as_desired, expand, names, plan, plan_with, put, with_verb};

const TWO_STAMPS: &str = include_str!("../../../../topologies/minimal.yaml");

#[test]
fn rule_03_a_plan_is_a_fixed_point() {
    for text in [TWO_STAMPS, include_str!("../../../../topologies/r1.yaml")] {
        let desired = expand(text);
        let again = plan(&desired, &as_desired(&desired));
        assert_eq!(names(&again), Vec::<&str>::new());
        assert_eq!(again.coverage.evaluated, desired.resources().count());
    }
}

#[test]
fn rule_01_what_does_not_carry_our_mark_is_never_deleted() {
    let desired = expand(TWO_STAMPS);
    let mut azure = as_desired(&desired);
    let group = ResourceId::group("11111111-2222-3333-4444-555555555555", "rg-hello-weu");
    let foreign = group.extension("Microsoft.Web/sites", "somebody-elses");
    put(&mut azure, &foreign, json!({ "location": "westeurope", "tags": { "evenkeel": "other" } }));
    let plan = plan(&desired, &azure);
    assert!(plan.is_empty(), "{:?}", names(&plan));
    assert_eq!(plan.coverage.unmanaged, [foreign]);
}

#[test]
fn rule_01_an_existing_resource_is_adopted_only_where_that_is_allowed() {
    let desired = expand(TWO_STAMPS);
    let mut azure = as_desired(&desired);
    let profile = desired.by_address("trafficManager/main").unwrap().id.clone();
    azure.resources.get_mut(&profile).unwrap().body["tags"] = json!({});
    let refused = plan(&desired, &azure);
    assert_eq!(refused.refusals[0].code, plan::Code::AdoptionNotAllowed);

    let options = Options { adopt_all: true, ..Options::default() };
    let adopted = plan_with(&desired, &azure, &options);
    assert!(adopted.refusals.is_empty());
    let actions = with_verb(&adopted, Verb::Adopt);
    assert_eq!(actions.len(), 1);
    assert_eq!(actions[0].changes[0].path, "tags.evenkeel");
}

#[test]
fn rule_02_what_the_topology_does_not_speak_of_is_left_as_it_is() {
    let desired = expand(TWO_STAMPS);
    let mut azure = as_desired(&desired);
    let site = desired.by_address("weu/web").unwrap().id.clone();
    let seen = azure.resources.get_mut(&site).unwrap();
    seen.body["tags"]["owner"] = json!("somebody");
    seen.body["properties"]["clientCertEnabled"] = json!(true);
    assert!(plan(&desired, &azure).is_empty());
}

#[test]
fn rule_13_what_could_not_be_read_is_counted_and_not_changed() {
    let desired = expand(TWO_STAMPS);
    let mut azure = as_desired(&desired);
    let site = desired.by_address("weu/web").unwrap().id.clone();
    azure.resources.remove(&site);
    let reason = resource::NotEvaluated { reason: "not allowed to read it".to_owned() };
    azure.not_evaluated.insert(site.clone(), reason);
    let plan = plan(&desired, &azure);
    assert!(plan.is_empty(), "{:?}", names(&plan));
    // What lies in it is as little known.
    let hidden: Vec<_> = plan.coverage.not_evaluated.keys().collect();
    assert!(hidden.contains(&&site) && hidden.iter().all(|id| id.is_within(&site)), "{hidden:?}");
}

#[test]
fn rule_04_a_value_that_is_not_known_yet_stays_an_expression() {
    let desired = expand(include_str!("../../../../topologies/r1.yaml"));
    let mut azure = as_desired(&desired);
    let certificate = desired.by_address("neu/certificates/ca.example.com").unwrap().id.clone();
    azure.resources.remove(&certificate);
    let plan = plan(&desired, &azure);
    let bound: Vec<_> = plan
        .actions
        .iter()
        .filter(|action| action.address == "neu/web/domains/ca.example.com")
        .flat_map(|action| &action.changes)
        .collect();
    assert_eq!(bound.len(), 1);
    assert_eq!(bound[0].path, "properties.thumbprint");
    assert!(resource::contains_expression(bound[0].after.as_ref().unwrap()));
}

#[test]
fn rule_09_a_certificate_that_was_made_but_not_yet_marked_is_ours_and_gets_its_tags() {
    let desired = expand(include_str!("../../../../topologies/r1.yaml"));
    let mut azure = as_desired(&desired);
    let address = "weu/certificates/ca.example.com";
    let certificate = desired.by_address(address).unwrap().id.clone();
    azure.resources.get_mut(&certificate).unwrap().body["tags"] = json!({});
    let unmarked = plan(&desired, &azure);
    assert!(unmarked.refusals.is_empty(), "{:?}", unmarked.refusals);
    let actions = with_verb(&unmarked, Verb::Update);
    let write = actions.iter().find(|action| action.address == address).unwrap();
    // A PUT would ignore the tags, and the next plan would say the same again.
    let Operation::Write { write: Write::Patch, body, .. } = &write.operation else {
        panic!("{:?}", write.operation)
    };
    assert_eq!(body["tags"]["evenkeel"], "pki");

    // Somebody else's certificate of that name is still theirs.
    azure.resources.get_mut(&certificate).unwrap().body["tags"] = json!({ "owner": "somebody" });
    assert_eq!(plan(&desired, &azure).refusals[0].code, plan::Code::AdoptionNotAllowed);
}
