//! What the text that was applied last tells: what of Azure is ours although it bears no mark.

use plan::{Plan, Verb};
use planner::{Desired, Last, Options};
use resource::{Observed, without_absent};
use serde_json::json;

use crate::azure::{as_desired, expand, names, plan_with, position, put, with_verb};

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

/// Plans a text after another, in an Azure where `change` has happened since.
fn after_change(before: &str, text: &str, change: impl FnOnce(&Desired, &mut Observed)) -> Plan {
    let last = expand(before);
    let mut azure = as_desired(&last);
    change(&last, &mut azure);
    after(&last, text, &azure)
}

fn paths<'a>(plan: &'a Plan, address: &str) -> Vec<(&'a str, bool)> {
    let actions = plan.actions.iter().filter(|action| action.address == address);
    let changes = actions.flat_map(|action| &action.changes);
    changes.map(|change| (change.path.as_str(), change.after.is_none())).collect()
}

const APP: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp:
  plan: { sku: P1v3, instances: 3 }
  apps:
    web:
      runtime: node|22-lts
      healthPath: /health
      alwaysOn: true
      enabled: true
      identity: [system, identities/x]
      settings: { OLD: \"1\", KEEP: \"1\" }
      tags: { team: a }
      logs: { detailedErrors: true }
      slotSettings: [KEEP]
  identities: { x: {} }
stamps: { weu: { region: westeurope } }
";

#[test]
fn dropped_keys_of_a_free_map_go_and_those_of_others_stay() {
    let text = without(&without(APP, "OLD: \"1\", "), "      tags: { team: a }\n");
    let plan = after_change(APP, &text, |last, azure| {
        for (address, pointer) in [("weu/web/settings", "/properties"), ("weu/web", "/tags")] {
            let id = &last.by_address(address).unwrap().id;
            let body = &mut azure.resources.get_mut(id).unwrap().body;
            body.pointer_mut(pointer).unwrap()["FOREIGN"] = json!("x");
        }
    });
    assert_eq!(paths(&plan, "weu/web/settings"), [("properties.OLD", true)]);
    assert_eq!(paths(&plan, "weu/web"), [("tags.team", true)]);
}

#[test]
fn a_dropped_map_loses_each_of_its_keys() {
    let both = "      connectionStrings: { one: { value: \"1\" }, two: { value: \"2\" } }\n";
    let text = APP.replace("      slotSettings: [KEEP]\n", both);
    for left in ["", "      connectionStrings: { two: { value: \"2\" } }\n"] {
        let plan = after_change(&text, &text.replace(both, left), |_, _| {});
        let mut gone = vec![("properties.one", true)];
        gone.extend(left.is_empty().then_some(("properties.two", true)));
        assert_eq!(paths(&plan, "weu/web/connectionStrings"), gone);
    }
}

#[test]
fn names_of_variables_are_told_apart_by_case_where_the_system_does() {
    let linux = APP.replace("OLD:", "Old:");
    let plan = after_change(APP, &linux, |_, _| {});
    let changes = paths(&plan, "weu/web/settings");
    assert_eq!(changes, [("properties.Old", false), ("properties.OLD", true)]);
    let windows = |text: &str| text.replace("sku: P1v3", "sku: P1v3, os: windows");
    let plan = after_change(&windows(APP), &windows(&linux), |_, _| {});
    assert_eq!(paths(&plan, "weu/web/settings"), []);
}

#[test]
fn dropped_properties_go_back_to_what_a_new_resource_has() {
    let mut text = APP.to_owned();
    for part in [
        "      healthPath: /health\n",
        "      alwaysOn: true\n",
        "      identity: [system, identities/x]\n",
        "      logs: { detailedErrors: true }\n",
        "      slotSettings: [KEEP]\n",
    ] {
        text = without(&text, part);
    }
    let plan = after_change(APP, &text, |_, _| {});
    assert_eq!(
        paths(&plan, "weu/web/config"),
        [("properties.healthCheckPath", true), ("properties.alwaysOn", false)]
    );
    assert_eq!(paths(&plan, "weu/web"), [("identity.type", false)]);
    assert_eq!(paths(&plan, "weu/web/logs"), [("properties.detailedErrorMessages.enabled", false)]);
    assert_eq!(paths(&plan, "weu/web/slotSettings"), [("properties.appSettingNames", true)]);
}

#[test]
fn one_of_several_identities_leaves() {
    let text = APP.replace("[system, identities/x]", "system");
    let plan = after_change(APP, &text, |_, _| {});
    assert_eq!(paths(&plan, "weu/web"), [("identity.type", false)]);
    let two = APP.replace("identities/x]", "identities/x, identities/y]");
    let two = two.replace("identities: { x: {} }", "identities: { x: {}, y: {} }");
    let one = two.replace("identities/x, ", "");
    let plan = after_change(&two, &one, |_, _| {});
    let paths = paths(&plan, "weu/web");
    assert!(matches!(paths[..], [(path, true)] if path.ends_with("id-osprey-x-weu")), "{paths:?}");
}

#[test]
fn what_is_released_stays_and_is_told() {
    let text = without(&without(APP, ", instances: 3"), "      enabled: true\n");
    let plan = after_change(APP, &text, |_, _| {});
    assert!(plan.is_empty(), "{:?}", names(&plan));
    let told: Vec<_> =
        plan.notices.iter().filter(|n| n.code == plan::Code::NoLongerDeclared).collect();
    assert_eq!(told.len(), 2, "{:?}", plan.notices);
}

#[test]
fn a_lost_text_takes_nothing_back_and_is_told() {
    let before = expand(APP);
    let azure = as_desired(&before);
    let text = without(APP, "OLD: \"1\", ");
    let lost = planner::Lost { reason: "it is gone".to_owned(), help: "find it".to_owned() };
    let options = Options { last: Last::Lost(lost), ..Options::default() };
    let plan = plan_with(&expand(&text), &azure, &options);
    assert!(plan.is_empty(), "{:?}", names(&plan));
    let told = plan.notices.iter().find(|notice| notice.code == plan::Code::LastTextLost).unwrap();
    assert_eq!(told.help.as_deref(), Some("find it"));
}

const RIGHTS: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
tenant: 00000000-0000-0000-0000-00000000000a
location: westeurope
vaults: { main: { name: kv-osprey-main, rbac: false } }
identities:
  a: { vaultAccess: [{ vault: vaults/main, secrets: [get, list] }] }
  b: { vaultAccess: [{ vault: vaults/main, secrets: [get] }], permissions: [{ role: Reader, scope: vaults/main }] }
";

const TENANT: &str = "00000000-0000-0000-0000-00000000000a";

/// Gives each identity a principal, and the vault the policies that were granted and a foreign one.
fn with_policies(last: &Desired, azure: &mut Observed) {
    for key in ["a", "b"] {
        let id = &last.by_address(&format!("identities/{key}")).unwrap().id;
        azure.resources.get_mut(id).unwrap().body["properties"]["principalId"] = json!(key);
    }
    let policy = |object: &str, secrets: &[&str]| json!({ "tenantId": TENANT, "objectId": object, "permissions": { "secrets": secrets } });
    let id = &last.by_address("vaults/main").unwrap().id;
    azure.resources.get_mut(id).unwrap().body["properties"]["accessPolicies"] =
        json!([policy("a", &["Get", "list"]), policy("b", &["get"]), policy("other", &["get"])]);
    let assignment = last.resources().find(|r| r.address.contains("Reader")).unwrap();
    azure.resources.get_mut(&assignment.id).unwrap().body["properties"]["principalId"] = json!("b");
}

#[test]
fn dropped_rights_are_taken_back_and_those_of_others_stay() {
    let text = RIGHTS.replace("secrets: [get, list]", "secrets: [get]");
    let text = text.replace(
        "  b: { vaultAccess: [{ vault: vaults/main, secrets: [get] }], permissions: [{ role: Reader, scope: vaults/main }] }",
        "  b: {}",
    );
    let plan = after_change(RIGHTS, &text, with_policies);
    let written: Vec<_> = plan
        .actions
        .iter()
        .filter(|action| action.resource.as_str().contains("accessPolicies"))
        .map(|action| (action.resource.name(), crate::azure::body(action).clone()))
        .collect();
    let policies = |object: &str, rights: &[&str]| {
        json!({ "properties": { "accessPolicies": [
            { "tenantId": TENANT, "objectId": object, "permissions": { "secrets": rights } }
        ] } })
    };
    assert_eq!(written.len(), 2, "{:?}", names(&plan));
    assert!(written.contains(&("remove", policies("b", &["get"]))), "{written:?}");
    assert!(written.contains(&("replace", policies("a", &["get"]))), "{written:?}");
    let deleted = with_verb(&plan, Verb::Delete);
    assert_eq!(deleted.len(), 1, "{:?}", names(&plan));
    assert_eq!(deleted[0].address, "identities/b/permissions/Reader on kv-osprey-main");
}

#[test]
fn who_is_made_anew_leaves_no_policy_of_the_old_principal_behind() {
    let text = RIGHTS.replace("a: { vaultAccess", "a: { location: northeurope, vaultAccess");
    let plan = after_change(RIGHTS, &text, with_policies);
    position(&plan, "delete to replace identities/a");
    let written: Vec<_> = plan
        .actions
        .iter()
        .filter(|action| action.resource.as_str().contains("accessPolicies"))
        .map(|action| (action.resource.name(), crate::azure::body(action)))
        .collect();
    let removed = written.iter().find(|(kind, _)| *kind == "remove").expect("a removal");
    let policies = removed.1["properties"]["accessPolicies"].as_array().unwrap();
    assert_eq!(policies.len(), 1, "{policies:?}");
    assert_eq!(policies[0]["objectId"], "a");
    assert!(written.iter().any(|(kind, _)| *kind == "add"), "{written:?}");
}

#[test]
fn a_declared_list_of_policies_is_whole_with_what_is_granted() {
    let written = RIGHTS.replace("rbac: false }", "rbac: false, accessPolicies: [] }");
    let plan = after_change(RIGHTS, &written, with_policies);
    let gone = ("properties.accessPolicies[2]", true);
    assert_eq!(paths(&plan, "vaults/main"), [gone]);
    assert_eq!(names(&plan), ["update vaults/main"]);
}

#[test]
fn null_in_a_free_map_says_not_there_whoever_has_written_it() {
    let mut text = APP.replace("KEEP: \"1\" }", "KEEP: \"1\", FOREIGN: null }");
    text = text.replace("tags: { team: a }", "tags: { team: a, FOREIGN: null }");
    text = text.replace("slotSettings", "connectionStrings: { FOREIGN: null }\n      slotSettings");
    text = text.replace("weu: { region", "weu: { tags: { OF_STAMP: null }, region");
    text = text.replace("location: westeurope\n", "location: westeurope\ntags: { ALL: null }\n");
    let foreign = |last: &Desired, azure: &mut Observed| {
        let site = last.by_address("weu/web").unwrap().id.clone();
        let strings = site.child("config", "connectionstrings");
        put(azure, &strings, json!({ "properties": { "FOREIGN": { "value": "x" }, "OTHER": {} } }));
        for (id, pointer) in [(site.child("config", "appsettings"), "/properties"), (site, "/tags")]
        {
            let body = &mut azure.resources.get_mut(&id).unwrap().body;
            for key in ["FOREIGN", "ALL", "OF_STAMP", "OTHER"] {
                body.pointer_mut(pointer).unwrap()[key] = json!("x");
            }
        }
    };
    let plan = after_change(APP, &text, foreign);
    assert_eq!(paths(&plan, "weu/web/settings"), [("properties.FOREIGN", true)]);
    assert_eq!(paths(&plan, "weu/web/connectionStrings"), [("properties.FOREIGN", true)]);
    let tags = paths(&plan, "weu/web");
    let gone = ["tags.ALL", "tags.OF_STAMP", "tags.FOREIGN"].map(|path| (path, true));
    assert_eq!(tags, gone);
    // Where nothing is there, nothing is to do.
    assert!(after_change(APP, &text, |_, _| {}).is_empty());
}

#[test]
fn null_leaves_out_what_a_level_above_or_the_language_gives() {
    let text = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
tags: { team: a, cost: b }
stamp:
  plan: { sku: P1v3 }
  apps:
    jobs:
      kind: function
      storage: storage/data
      runtime: node|22
      tags: { Team: null }
      settings: { FUNCTIONS_WORKER_RUNTIME: null }
    twin: { cloneOf: weu/jobs, settings: { KEPT: null } }
stamps: { weu: { region: westeurope } }
storage: { data: { redundancy: ZRS } }
";
    let body = |address: &str| {
        let plan = plan_with(&expand(text), &Observed::default(), &Options::default());
        let made = plan.actions.iter().find(|action| action.address == address).cloned();
        match made.map(|action| action.operation) {
            Some(plan::Operation::Write { body, .. }) => without_absent(&body),
            other => panic!("{address}: {other:?}"),
        }
    };
    assert_eq!(body("weu/jobs")["tags"]["cost"], json!("b"));
    assert!(body("weu/jobs")["tags"]["team"].is_null());
    let settings = body("weu/jobs/settings");
    assert!(settings["properties"]["FUNCTIONS_WORKER_RUNTIME"].is_null());
    assert_eq!(settings["properties"]["FUNCTIONS_EXTENSION_VERSION"], json!("~4"));
}

#[test]
fn what_shall_not_be_in_a_new_document_needs_no_write() {
    let none = "      settings: { A: null }\n      connectionStrings: { B: null }\n";
    let text = APP.replace("      settings: { OLD: \"1\", KEEP: \"1\" }\n", none);
    let text = text.replace("      slotSettings: [KEEP]\n", "      slotSettings: []\n");
    let plan = plan_with(&expand(&text), &Observed::default(), &Options::default());
    for document in ["settings", "connectionStrings", "slotSettings"] {
        let address = format!("weu/web/{document}");
        assert!(!plan.actions.iter().any(|a| a.address == address), "{:?}", names(&plan));
    }
}

#[test]
fn empty_texts_of_a_new_document_are_written() {
    let empty = "      settings: { A: \"\" }\n      connectionStrings: { B: { value: \"\" } }\n";
    let text = APP.replace("      settings: { OLD: \"1\", KEEP: \"1\" }\n", empty);
    let text = text.replace("      slotSettings: [KEEP]\n", "");
    let plan = plan_with(&expand(&text), &Observed::default(), &Options::default());
    for document in ["settings", "connectionStrings"] {
        let address = format!("weu/web/{document}");
        assert!(plan.actions.iter().any(|a| a.address == address), "{:?}", names(&plan));
    }
}

#[test]
fn app_that_is_a_clone_no_more_gives_back_what_its_original_declared() {
    let text = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
stamp:
  plan: { sku: P1v3 }
  apps:
    web: { runtime: node|22-lts, alwaysOn: false, settings: { COLOUR: red, Mode: fast } }
    copy: { cloneOf: web, settings: { OWN: kept } }
stamps: { weu: { region: westeurope } }
";
    for dropped in ["cloneOf: web, ", "cloneOf: web, settings: { OWN: kept } "] {
        let plan = after_change(text, &without(text, dropped), |last, azure| {
            let settings = last.by_address("weu/copy/settings").unwrap().id.clone();
            let seen = &mut azure.resources.get_mut(&settings).unwrap().body["properties"];
            assert_eq!(seen["COLOUR"], "red", "a clone holds what its original holds");
            seen["THEIRS"] = json!("kept");
        });
        let gone = paths(&plan, "weu/copy/settings");
        for setting in ["properties.COLOUR", "properties.Mode"] {
            assert!(gone.contains(&(setting, true)), "{setting}: {gone:?}");
        }
        assert!(!gone.iter().any(|(path, _)| path.contains("THEIRS")), "{gone:?}");
        assert_eq!(gone.len(), if dropped.contains("OWN") { 3 } else { 2 }, "{gone:?}");
    }
}
