//! Locks come off only for what needs it, and go back.

use plan::{Operation, Verb};
use resource::Observed;
use serde_json::json;

use crate::azure::{as_desired, assert_ordered, expand, names, plan, put, with_verb};
use planner::Desired;

const R1: &str = include_str!("../../../../topologies/r1.yaml");

/// R1 applied, but the domain's name is an A record that leads elsewhere.
fn with_wrong_address(desired: &Desired) -> Observed {
    let mut azure = as_desired(desired);
    let record = desired.by_address("domains/ca.example.com").unwrap().id.clone();
    let zone = record.parent().unwrap();
    azure.resources.remove(&record);
    let wrong =
        json!({ "properties": { "TTL": 60, "ARecords": [{ "ipv4Address": "192.0.2.1" }] } });
    put(&mut azure, &zone.child("A", "ca"), wrong);
    azure
}

#[test]
fn rule_05_a_lock_is_lifted_for_a_delete_and_put_back() {
    let desired = expand(R1);
    let plan = plan(&desired, &with_wrong_address(&desired));
    assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
    assert_ordered(
        &plan,
        &[
            "lift lock do-not-delete on dns/example.com",
            "delete Microsoft.Network/dnsZones/A rg-dns/example.com/ca",
            "restore lock do-not-delete on dns/example.com",
        ],
    );
    assert_ordered(
        &plan,
        &[
            "delete Microsoft.Network/dnsZones/A rg-dns/example.com/ca",
            "create domains/ca.example.com",
        ],
    );
    let restore = with_verb(&plan, Verb::RestoreLock)[0];
    let Operation::RestoreLock { lock } = &restore.operation else { panic!("{restore:?}") };
    assert_eq!(lock["properties"]["level"], "CanNotDelete");
}

#[test]
fn a_delete_lock_stays_for_a_change_in_place() {
    let desired = expand(R1);
    let mut azure = as_desired(&desired);
    let record = desired.by_address("domains/ca.example.com").unwrap().id.clone();
    let seen = azure.resources.get_mut(&record).unwrap();
    seen.body["properties"]["CNAMERecord"]["cname"] = json!("app-pki-weu.azurewebsites.net");
    let plan = plan(&desired, &azure);
    assert_eq!(names(&plan), ["update domains/ca.example.com"]);
}

#[test]
fn a_read_only_lock_is_lifted_for_a_change_in_place() {
    let desired = expand(R1);
    let mut azure = as_desired(&desired);
    let lock = desired.by_address("locks/zone").unwrap().id.clone();
    azure.resources.get_mut(&lock).unwrap().body["properties"]["level"] = json!("ReadOnly");
    let record = desired.by_address("domains/ca.example.com").unwrap().id.clone();
    azure.resources.get_mut(&record).unwrap().body["properties"]["TTL"] = json!(9);
    let plan = plan(&desired, &azure);
    assert_ordered(
        &plan,
        &[
            "lift lock do-not-delete on dns/example.com",
            "update domains/ca.example.com",
            "restore lock do-not-delete on dns/example.com",
            "update locks/zone",
        ],
    );
}

#[test]
fn a_lock_that_may_not_be_lifted_refuses_the_plan() {
    let text = R1.replace("    lock: lift\n", "").replace(
        "locks:\n  zone: { on: dns/example.com, name: do-not-delete, level: cannotDelete }\n",
        "",
    );
    let desired = expand(&text);
    let mut azure = with_wrong_address(&desired);
    let zone = desired.by_address("dns/example.com").unwrap().id.clone();
    let lock = zone.extension("Microsoft.Authorization/locks", "theirs");
    put(&mut azure, &lock, json!({ "properties": { "level": "CanNotDelete" } }));
    let plan = plan(&desired, &azure);
    assert_eq!(plan.refusals.iter().map(|r| r.code.word()).collect::<Vec<_>>(), ["locked"]);
}

#[test]
fn a_lock_on_the_group_is_never_lifted() {
    let desired = expand(R1);
    let mut azure = with_wrong_address(&desired);
    let zone = desired.by_address("dns/example.com").unwrap().id.clone();
    let group = zone.parent().unwrap();
    let lock = group.extension("Microsoft.Authorization/locks", "wide");
    put(&mut azure, &lock, json!({ "properties": { "level": "CanNotDelete" } }));
    let plan = plan(&desired, &azure);
    assert_eq!(plan.refusals[0].code, plan::Code::Locked);
    assert!(plan.refusals[0].help.contains("more than this change needs"));
}

#[test]
fn rule_02_the_note_of_an_adopted_lock_is_kept() {
    let desired = expand(R1);
    let mut azure = as_desired(&desired);
    let lock = desired.by_address("locks/zone").unwrap().id.clone();
    let seen = azure.resources.get_mut(&lock).unwrap();
    seen.body["properties"]["notes"] = json!("Ask the DNS team first.");
    let plan = plan(&desired, &azure);
    let notes = plan.actions[0].changes[0].after.clone();
    assert_eq!(notes, Some(json!("Ask the DNS team first. (evenkeel: pki)")));
}

#[test]
fn apply_lock_is_found_from_every_plan_also_from_one_that_deletes_all() {
    let text = "version: 1\nname: hello\nsubscription: 11111111-2222-3333-4444-555555555555\n\
        location: westeurope\nstorage: { state: { redundancy: GRS } }\n\
        applyLock: { account: storage/state, container: locks }\n";
    let desired = expand(text);
    for desired in [desired.without_resources(), desired] {
        let lock = plan(&desired, &Observed::default()).apply_lock.expect("a lock");
        assert!(lock.account.as_str().ends_with("/storageAccounts/sthellostate"), "{lock:?}");
        assert_eq!(lock.container, "locks");
    }
}

/// An app with a domain, an account and a zone, each locked as `level` says.
fn locked(level: &str) -> Desired {
    expand(&format!(
        "version: 1\nname: hello\nsubscription: 11111111-2222-3333-4444-555555555555\n\
         location: westeurope\n\
         stamp:\n  plan: {{ sku: S1, os: linux }}\n  apps: {{ web: {{ settings: {{ A: b }} }} }}\n\
         stamps: {{ weu: {{ region: westeurope }} }}\n\
         storage: {{ work: {{ redundancy: LRS, containers: [jobs] }} }}\n\
         dns: {{ hello.example: {{ records: {{ www: {{ a: 192.0.2.1 }} }} }} }}\n\
         domains: {{ app.hello.example: {{ routeTo: weu/web, bind: weu/web }} }}\n\
         locks:\n  app: {{ on: weu/web, level: {level} }}\n\
         \x20 account: {{ on: storage/work, level: {level} }}\n\
         \x20 zone: {{ on: dns/hello.example, level: {level} }}\n"
    ))
}

/// What lies below each lock, with the lock.
const BELOW: [(&str, &str); 4] = [
    ("config/appsettings", "app"),
    ("hostNameBindings/app.hello.example", "app"),
    ("containers/jobs", "account"),
    ("A/www", "zone"),
];

#[test]
fn rule_05_a_new_lock_comes_after_what_it_will_refuse() {
    let desired = locked("readOnly");
    let mut azure = as_desired(&desired);
    let refused: Vec<_> = desired
        .resources()
        .filter(|resource| BELOW.iter().any(|(below, _)| resource.id.as_str().ends_with(below)))
        .map(|resource| (resource.id.clone(), resource.address.clone()))
        .collect();
    assert_eq!(refused.len(), BELOW.len());
    for (id, _) in &refused {
        azure.resources.remove(id);
    }
    for (_, lock) in BELOW {
        azure.resources.remove(&desired.by_address(&format!("locks/{lock}")).unwrap().id);
    }
    let plan = plan(&desired, &azure);
    for (id, _) in &refused {
        let lock = BELOW.iter().find(|(below, _)| id.as_str().ends_with(below)).unwrap().1;
        let write = plan.actions.iter().find(|action| action.resource == *id).unwrap();
        assert_ordered(&plan, &[&write.id.0, &format!("create locks/{lock}")]);
    }
}

#[test]
fn rule_05_a_lock_that_comes_to_refuse_more_is_changed_last() {
    let desired = locked("readOnly");
    let mut azure = as_desired(&desired);
    for (_, lock) in BELOW {
        let id = desired.by_address(&format!("locks/{lock}")).unwrap().id.clone();
        azure.resources.get_mut(&id).unwrap().body["properties"]["level"] = json!("CanNotDelete");
    }
    let missing: Vec<_> = desired
        .resources()
        .filter(|resource| BELOW.iter().any(|(below, _)| resource.id.as_str().ends_with(below)))
        .map(|resource| resource.id.clone())
        .collect();
    missing.iter().for_each(|id| drop(azure.resources.remove(id)));
    let plan = plan(&desired, &azure);
    for id in &missing {
        let lock = BELOW.iter().find(|(below, _)| id.as_str().ends_with(below)).unwrap().1;
        let write = plan.actions.iter().find(|action| action.resource == *id).unwrap();
        assert_ordered(&plan, &[&write.id.0, &format!("update locks/{lock}")]);
    }
}

#[test]
fn rule_05_a_new_delete_lock_comes_after_the_deletes_below_it() {
    let desired = locked("cannotDelete");
    let mut azure = as_desired(&desired);
    let zone = desired.by_address("dns/hello.example").unwrap().id.clone();
    let mark = json!({ "evenkeel": "hello" });
    let stray = json!({ "properties": {
        "TTL": 60, "ARecords": [{ "ipv4Address": "192.0.2.9" }], "metadata": mark,
    }});
    put(&mut azure, &zone.child("A", "old"), stray);
    azure.resources.remove(&desired.by_address("locks/zone").unwrap().id);
    let plan = plan(&desired, &azure);
    let group = zone.resource_group().unwrap();
    let delete = format!("delete Microsoft.Network/dnsZones/A {group}/hello.example/old");
    assert_ordered(&plan, &[&delete, "create locks/zone"]);
}

/// A right on a lock itself, which lies in what the lock guards.
const RIGHT_ON_A_LOCK: &str = "version: 1\nname: hello\n\
    subscription: 11111111-2222-3333-4444-555555555555\nlocation: westeurope\n\
    identities:\n  ops: { permissions: [{ role: Reader, scope: resources/guard }] }\n\
    resources:\n  guard:\n    type: Microsoft.Authorization/locks\n\
    \x20   apiVersion: \"2020-05-01\"\n    name: guard\n\
    \x20   properties: { level: ReadOnly }\n";

#[test]
fn rule_05_what_a_lock_refuses_and_waits_for_that_lock_refuses_the_plan() {
    let desired = expand(RIGHT_ON_A_LOCK);
    let lock = desired.by_address("resources/guard").unwrap().id.clone();
    let mut azure = as_desired(&desired);
    let rights = desired.resources().filter(|it| it.id.parent().as_ref() == Some(&lock));
    let right = rights.map(|it| it.id.clone()).next().expect("a right on the lock");
    azure.resources.remove(&right);
    for azure in [Observed::default(), azure] {
        let plan = plan(&desired, &azure);
        let refusal = plan.refusals.iter().find(|refusal| refusal.code == plan::Code::Locked);
        let address = refusal.map(|refusal| refusal.address.as_str());
        assert_eq!(address, Some("identities/ops/permissions/Reader on guard"));
    }
    // A lock that refuses deletes alone is no hindrance.
    let desired = expand(&RIGHT_ON_A_LOCK.replace("ReadOnly", "CanNotDelete"));
    assert!(plan(&desired, &Observed::default()).refusals.is_empty());
}

#[test]
fn rule_05_a_lock_goes_back_when_what_it_guards_is_made_anew() {
    let text = "version: 1\nname: hello\nsubscription: 11111111-2222-3333-4444-555555555555\n\
        stamp: { plan: { sku: S1 }, apps: { web: {} } }\n\
        stamps: { weu: { region: westeurope } }\nlocks: { keep: { on: weu/web } }\n";
    let moved = expand(&text.replace("region: westeurope", "region: uksouth"));
    let plan = plan(&moved, &as_desired(&expand(text)));
    assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
    let restore = with_verb(&plan, Verb::RestoreLock)[0].id.0.clone();
    let lift = with_verb(&plan, Verb::LiftLock)[0].id.0.clone();
    assert_ordered(
        &plan,
        &[&lift, "delete to replace weu/web", "create to replace weu/web", &restore],
    );
}
