//! What the text that was applied last tells: what of Azure is ours although it bears no mark.

use plan::{Plan, Verb};
use planner::{Desired, Last, Options};
use resource::Observed;
use serde_json::json;

use crate::azure::{as_desired, expand, names, plan_with, put, with_verb};

const BEFORE: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp: { plan: { sku: P1v3 }, apps: { web: { runtime: node|22-lts } } }
stamps: { weu: { region: westeurope } }
dns: { example.com: {} }
domains:
  www.example.com: { routeTo: weu/web, bind: web }
storage: { data: { redundancy: ZRS, containers: [media], queues: [jobs] } }
";

fn after(last: &Desired, text: &str, azure: &Observed) -> Plan {
    let permitted = ["media", "jobs"].map(str::to_owned).into();
    let options = Options { permitted, last: Last::of(last), ..Options::default() };
    plan_with(&expand(text), azure, &options)
}

fn without(text: &str, part: &str) -> String {
    assert!(text.contains(part), "{part}");
    text.replace(part, "")
}

#[test]
fn children_that_bear_no_mark_go_when_they_were_declared_last() {
    let before = expand(BEFORE);
    let azure = as_desired(&before);
    let text = without(BEFORE, ", containers: [media], queues: [jobs]");
    let text = without(&text, "domains:\n  www.example.com: { routeTo: weu/web, bind: web }\n");
    let plan = after(&before, &text, &azure);
    let deleted: Vec<_> =
        with_verb(&plan, Verb::Delete).iter().map(|a| a.resource.name()).collect();
    assert_eq!(deleted.len(), 5, "{:?}", names(&plan));
    for name in ["media", "jobs", "www.example.com", "www", "asuid.www"] {
        assert!(deleted.contains(&name), "{name} is not deleted: {:?}", names(&plan));
    }
}

#[test]
fn children_that_were_not_declared_last_are_kept() {
    let desired = expand(BEFORE);
    let mut azure = as_desired(&desired);
    let site = desired.by_address("weu/web").unwrap().id.clone();
    let account = desired.by_address("storage/data").unwrap().id.clone();
    let foreign = [
        site.child("hostNameBindings", "shop.example.org"),
        account.child("blobServices", "default").child("containers", "theirs"),
    ];
    foreign.iter().for_each(|id| put(&mut azure, id, json!({ "properties": {} })));
    assert!(after(&desired, BEFORE, &azure).is_empty());
}
