//! What is another topology's stays theirs, and what is nobody's is taken over by consent alone.

use plan::{Plan, Verb};
use planner::{Desired, Options};
use resource::{Observed, ResourceId};
use serde_json::{Value, json};

use crate::azure::{as_desired, expand, names, plan, plan_with, put, with_verb};

const TOPOLOGY: &str = "version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp:
  plan: { sku: P1v3 }
  apps: { web: { runtime: node|20-lts, healthPath: /health } }
stamps:
  weu: { region: westeurope }
trafficManager:
  main:
    routing: priority
    monitor: { protocol: https, path: /health }
    endpoints: { weu: { app: weu/web } }
dns:
  example.com: { resourceGroup: rg-dns, existing: true, records: { info: { txt: hello } } }
domains:
  www.example.com: { routeTo: trafficManager/main, bind: web }
locks:
  keep: { on: trafficManager/main, level: cannotDelete }
";

fn mark(azure: &mut Observed, id: &ResourceId, pointer: &str, topology: Option<&str>) {
    let body = &mut azure.resources.get_mut(id).unwrap().body;
    let holder = body.pointer_mut(pointer).unwrap();
    match topology {
        Some(topology) => holder["evenkeel"] = json!(topology),
        None => *holder = json!({}),
    }
}

fn codes(plan: &Plan) -> Vec<&str> {
    plan.refusals.iter().map(|refusal| refusal.code.word()).collect()
}

fn everything() -> Options {
    let permitted = ["domains/www.example.com", "trafficManager/main"].map(str::to_owned);
    Options {
        adopt_all: true,
        allow_mass_delete: true,
        permitted: permitted.into(),
        ..Options::default()
    }
}

#[test]
fn what_carries_another_topologys_mark_is_refused_whatever_the_flags() {
    let desired = expand(&TOPOLOGY.replace("bind: web }", "bind: web, adopt: true }"));
    let marks = [
        ("domains/www.example.com", "/properties/metadata"),
        ("domains/www.example.com/proof", "/properties/metadata"),
        ("dns/example.com/info/TXT", "/properties/metadata"),
        ("trafficManager/main", "/tags"),
        ("weu/web", "/tags"),
    ];
    for (address, pointer) in marks {
        let mut azure = as_desired(&desired);
        let id = desired.by_address(address).unwrap().id.clone();
        mark(&mut azure, &id, pointer, Some("other-team"));
        let refused = plan_with(&desired, &azure, &everything());
        assert!(
            codes(&refused).contains(&"of-another-topology"),
            "{address}: {:?}",
            refused.refusals
        );
        assert!(refused.refusals.iter().any(|it| it.message.contains("`other-team`")), "{address}");
        assert!(refused.actions.iter().all(|action| action.resource != id), "{address}");
    }
    // A lock bears its mark in a note.
    let mut azure = as_desired(&desired);
    let lock = desired.by_address("locks/keep").unwrap().id.clone();
    azure.resources.get_mut(&lock).unwrap().body["properties"]["notes"] =
        json!("Ask. (evenkeel: other-team)");
    assert_eq!(codes(&plan_with(&desired, &azure, &everything())), ["of-another-topology"]);
}

#[test]
fn another_topologys_group_and_zone_may_be_lived_in() {
    let desired = expand(TOPOLOGY);
    let mut azure = as_desired(&desired);
    let group = desired.by_address("resourceGroups/rg-osprey-weu").unwrap().id.clone();
    mark(&mut azure, &group, "/tags", Some("other-team"));
    let zone = desired.by_address("dns/example.com").unwrap().id.clone();
    azure.resources.get_mut(&zone).unwrap().body["tags"] = json!({ "evenkeel": "other-team" });
    assert_eq!(names(&plan(&desired, &azure)), Vec::<&str>::new());
}

/// Returns an Azure in which a record of the domain holds what nobody has marked.
fn with_old_record(desired: &Desired, kind: &str, properties: Value) -> Observed {
    let mut azure = as_desired(desired);
    let record = desired.by_address("domains/www.example.com").unwrap().id.clone();
    azure.resources.remove(&record);
    let old = record.parent().unwrap().child(kind, "www");
    put(&mut azure, &old, json!({ "properties": properties }));
    azure
}

#[test]
fn an_unmarked_record_is_replaced_by_consent_and_its_old_value_is_shown() {
    let consenting = TOPOLOGY.replace("bind: web }", "bind: web, adopt: true }");
    let old = [
        (
            "CNAME",
            json!({ "TTL": 300, "CNAMERecord": { "cname": "old.example.net" } }),
            "adoption-not-allowed",
        ),
        (
            "A",
            json!({ "TTL": 300, "ARecords": [{ "ipv4Address": "192.0.2.7" }] }),
            "record-conflict",
        ),
    ];
    for (kind, properties, code) in old {
        let desired = expand(TOPOLOGY);
        let refused = plan(&desired, &with_old_record(&desired, kind, properties.clone()));
        assert_eq!(codes(&refused), [code]);
        let desired = expand(&consenting);
        let allowed = plan(&desired, &with_old_record(&desired, kind, properties.clone()));
        assert_eq!(codes(&allowed), Vec::<&str>::new());
        let told = serde_json::to_string(&allowed.actions).unwrap();
        assert!(told.contains("old.example.net") || told.contains("192.0.2.7"), "{kind}: {told}");
    }
}

#[test]
fn an_unmarked_proof_or_declared_record_asks_for_consent_too() {
    let cases = [
        (
            "domains/www.example.com/proof",
            TOPOLOGY.replace("bind: web }", "bind: web, adopt: true }"),
        ),
        ("dns/example.com/info/TXT", TOPOLOGY.replace("txt: hello", "txt: hello, adopt: true")),
    ];
    for (address, consenting) in cases {
        let desired = expand(TOPOLOGY);
        let mut azure = as_desired(&desired);
        let id = desired.by_address(address).unwrap().id.clone();
        mark(&mut azure, &id, "/properties/metadata", None);
        assert_eq!(codes(&plan(&desired, &azure)), ["adoption-not-allowed"], "{address}");
        let allowed = plan(&expand(&consenting), &azure);
        assert_eq!(codes(&allowed), Vec::<&str>::new());
        assert_eq!(with_verb(&allowed, Verb::Adopt).len(), 1, "{address}");
    }
}

#[test]
fn a_record_in_the_way_of_another_topology_is_not_deleted() {
    let desired = expand(&TOPOLOGY.replace("bind: web }", "bind: web, adopt: true }"));
    let theirs = json!({ "ARecords": [{ "ipv4Address": "192.0.2.7" }], "metadata": { "evenkeel": "other-team" } });
    let azure = with_old_record(&desired, "A", theirs);
    assert_eq!(codes(&plan_with(&desired, &azure, &everything())), ["of-another-topology"]);
}

#[test]
fn a_binding_on_an_app_that_is_only_read_is_ours_by_its_proof() {
    let desired = expand(
        &TOPOLOGY
            .replace("healthPath: /health", "existing: true")
            .replace("sku: P1v3", "existing: true"),
    );
    let azure = as_desired(&desired);
    assert_eq!(names(&plan(&desired, &azure)), Vec::<&str>::new());
    // Without the proof nobody knows whose it is.
    let mut azure = azure;
    let proof = desired.by_address("domains/www.example.com/proof").unwrap().id.clone();
    azure.resources.remove(&proof);
    assert_eq!(codes(&plan(&desired, &azure)), ["adoption-not-allowed"]);
}
