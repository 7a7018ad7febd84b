//! What is replaced, shrinks or changes hands keeps what rests on it in order.

use plan::{Operation, Plan};
use planner::{Last, Options};
use resource::NameState;
use serde_json::json;

use crate::azure::{as_desired, assert_ordered, body, expand, names, plan, plan_with, position};

const TWO: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
stamp:
  plan: { sku: P1v3 }
  apps: { web: { runtime: node|22-lts, healthPath: /health } }
stamps:
  weu: { region: westeurope }
  neu: { region: northeurope }
trafficManager:
  main:
    routing: priority
    monitor: { protocol: https, path: /health }
    endpoints:
      weu: { app: weu/web, priority: 1 }
      neu: { app: neu/web, priority: 2 }
";

fn endpoints(plan: &Plan, id: &str) -> Vec<String> {
    let all = &body(&plan.actions[position(plan, id)])["properties"]["endpoints"];
    let all = all.as_array().expect("endpoints").iter();
    all.map(|endpoint| endpoint["name"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn rule_14_an_endpoint_leaves_while_its_app_is_replaced_and_comes_back() {
    let moved = TWO.replace("region: northeurope", "region: uksouth");
    let renamed = moved.replace("      neu: { app", "      new: { app");
    let slower = moved.replace("routing: priority", "ttl: 30s\n    routing: priority");
    for (text, back) in [(&moved, "neu"), (&renamed, "new"), (&slower, "neu")] {
        let plan = plan(&expand(text), &as_desired(&expand(TWO)));
        assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
        assert_ordered(
            &plan,
            &[
                "cut trafficManager/main",
                "delete to replace neu/web",
                "delete to replace neu/plan",
                "create to replace neu/plan",
                "create to replace neu/web",
                "probe neu/web",
                "lead trafficManager/main back",
            ],
        );
        assert_eq!(endpoints(&plan, "cut trafficManager/main"), ["weu"]);
        assert_eq!(endpoints(&plan, "lead trafficManager/main back"), ["weu", back]);
        // The group stays where it is: only what is in it moves.
        assert!(!names(&plan).iter().any(|name| name.contains("resourceGroups")));
    }
}

#[test]
fn rule_14_the_last_endpoint_cannot_leave() {
    let one = TWO
        .replace("  neu: { region: northeurope }\n", "")
        .replace("      neu: { app: neu/web, priority: 2 }\n", "");
    let moved = one.replace("region: westeurope", "region: uksouth");
    let plan = plan(&expand(&moved), &as_desired(&expand(&one)));
    let codes: Vec<_> = plan.refusals.iter().map(|refusal| refusal.code.word()).collect();
    assert_eq!(codes, ["no-target-left"]);
    assert!(plan.refusals[0].help.contains("two steps"));
}

/// Plans a text after another, where Azure says that the name of the app in `neu` is the old one's.
fn plan_with_moved_app(before: &str, after: &str) -> Plan {
    let (before, after) = (expand(before), expand(after));
    let id = |desired: &planner::Desired| desired.by_address("neu/web").unwrap().id.clone();
    let mut azure = as_desired(&before);
    azure.names.insert(id(&after), NameState::Taken { by: Some(id(&before)) });
    plan(&after, &azure)
}

#[test]
fn rule_14_an_endpoint_leaves_while_the_name_of_its_app_moves_to_another_group() {
    let moved = TWO.replace(
        "neu: { region: northeurope }",
        "neu: { region: northeurope, apps: { web: { resourceGroup: rg-own } } }",
    );
    let moving = plan_with_moved_app(TWO, &moved);
    assert!(moving.refusals.is_empty(), "{:?}", moving.refusals);
    assert_ordered(
        &moving,
        &[
            "cut trafficManager/main",
            "delete Microsoft.Web/sites rg-osprey-neu/app-osprey-web-neu",
            "create neu/web",
            "lead trafficManager/main back",
        ],
    );
    assert_eq!(endpoints(&moving, "cut trafficManager/main"), ["weu"]);
    let alone = |text: &str| text.replace("      weu: { app: weu/web, priority: 1 }\n", "");
    let refused = plan_with_moved_app(&alone(TWO), &alone(&moved));
    let codes: Vec<_> = refused.refusals.iter().map(|refusal| refusal.code.word()).collect();
    assert!(codes.contains(&"no-target-left"), "{codes:?}");
    assert!(refused.refusals.iter().all(|refusal| refusal.help.contains("two steps")));
}

#[test]
fn apps_go_before_the_plan_that_is_made_anew_and_come_after_it() {
    for (before, after) in [("linux", "windows"), ("windows", "linux")] {
        let on = |os: &str| {
            let two = TWO.replace("sku: P1v3", &format!("sku: P1v3, os: {os}"));
            two.split("trafficManager").next().unwrap_or_default().replace("22-lts", "22")
        };
        let plan = plan(&expand(&on(after)), &as_desired(&expand(&on(before))));
        for stamp in ["weu", "neu"] {
            let step = |step: &str| format!("{step} to replace {stamp}/");
            assert_ordered(
                &plan,
                &[
                    &format!("{}web", step("delete")),
                    &format!("{}plan", step("delete")),
                    &format!("{}plan", step("create")),
                    &format!("{}web", step("create")),
                ],
            );
        }
    }
}

#[test]
fn an_app_that_goes_with_a_plan_that_is_made_anew_goes_in_the_turn_of_its_stamp() {
    let two = TWO.split("trafficManager").next().unwrap_or_default();
    let more = two
        .replace("healthPath: /health }", "healthPath: /health }, jobs: { runtime: node|22-lts }");
    let moved = two.replace("region: northeurope", "region: uksouth");
    let last = expand(&more);
    let options = Options { last: Last::of(&last), allow_mass_delete: true, ..Options::default() };
    let plan = plan_with(&expand(&moved), &as_desired(&last), &options);
    assert!(plan::check(&plan).is_empty(), "{:?}", plan::check(&plan));
    assert_ordered(&plan, &["delete neu/jobs", "delete to replace neu/plan"]);
}

#[test]
fn a_plan_shrinks_after_what_needs_it_large_and_grows_before() {
    let small = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp:
  plan: { sku: F1, os: windows }
  apps: { web: { runtime: dotnet|8.0, alwaysOn: false } }
stamps: { weu: { region: westeurope } }
dns: { example.com: {} }
";
    let large = small.replace("F1", "B1").replace("alwaysOn: false", "alwaysOn: true");
    let large =
        format!("{large}domains: {{ app.example.com: {{ routeTo: weu/web, bind: web }} }}\n");
    let last = expand(&large);
    let options = Options { last: Last::of(&last), ..Options::default() };
    let down = plan_with(&expand(small), &as_desired(&last), &options);
    for first in ["update weu/web/config", "delete weu/web/domains/app.example.com"] {
        assert_ordered(&down, &[first, "update weu/plan"]);
    }
    let up = plan(&expand(&large), &as_desired(&expand(small)));
    for later in ["update weu/web/config", "create weu/web/domains/app.example.com"] {
        assert_ordered(&up, &["update weu/plan", later]);
    }
}

#[test]
fn a_vault_changes_its_model_once_the_new_rights_are_there() {
    let policies = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp:
  plan: { sku: P1v3 }
  apps: { web: { runtime: node|22-lts, identity: system } }
stamps: { weu: { region: westeurope } }
vaults: { main: { name: kv-osprey-main, rbac: false } }
";
    let roles = policies.replace("rbac: false", "rbac: true").replace(
        "identity: system",
        "identity: system, permissions: [{ role: Key Vault Secrets User, scope: vaults/main }]",
    );
    let plan = plan(&expand(&roles), &as_desired(&expand(policies)));
    let grants = plan
        .actions
        .iter()
        .filter(|action| matches!(action.operation, Operation::Write { create: true, .. }));
    let grants: Vec<&str> = grants.map(|action| action.id.0.as_str()).collect();
    assert_eq!(grants.len(), 1, "{:?}", names(&plan));
    assert_ordered(&plan, &[grants[0], "update vaults/main"]);
    assert_eq!(
        body(&plan.actions[position(&plan, "update vaults/main")])["properties"]["enableRbacAuthorization"],
        json!(true)
    );
}

#[test]
fn identity_that_was_made_anew_is_assigned_again_to_all_that_run_as_it() {
    let desired = expand(
        "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
identities: { app: {}, other: {} }
stamp:
  plan: { sku: P1v3 }
  apps: { web: { identity: [identities/app, identities/other] } }
stamps: { weu: { region: westeurope } }
resources:
  job:
    type: Microsoft.Automation/automationAccounts
    apiVersion: 2023-11-01
    identity:
      type: UserAssigned
      userAssignedIdentities:
        /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-osprey-global/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-osprey-app: {}
    properties: { sku: { name: Basic } }
",
    );
    let app = desired.by_address("identities/app").unwrap().id.clone();
    let holders = ["weu/web", "resources/job"];
    let held = |principal: &str| {
        let mut azure = as_desired(&desired);
        let seen = azure.resources.get_mut(&app).unwrap();
        seen.body["properties"]["principalId"] = json!("new");
        for holder in holders {
            let id = &desired.by_address(holder).unwrap().id;
            let seen = &mut azure.resources.get_mut(id).unwrap().body;
            let held = &mut seen["identity"]["userAssignedIdentities"];
            *held = json!({ app.to_string(): { "principalId": principal, "clientId": "c" } });
            if holder == "weu/web" {
                held[desired.by_address("identities/other").unwrap().id.as_str()] = json!({});
            }
        }
        azure
    };
    assert_eq!(names(&plan(&desired, &held("new"))), Vec::<&str>::new());
    // Somebody has made it anew, or has deleted it.
    let anew = plan(&desired, &held("old"));
    let mut gone = held("old");
    gone.resources.remove(&app);
    let gone = plan(&desired, &gone);
    for holder in holders {
        let update = format!("update {holder}");
        for plan in [&anew, &gone] {
            let action = &plan.actions[position(plan, &update)];
            let sent = body(action)["identity"]["userAssignedIdentities"].clone();
            assert!(sent.to_string().contains(app.name()), "{sent}");
        }
        assert_ordered(&gone, &["create identities/app", &update]);
    }
}

#[test]
fn app_is_made_anew_where_its_plan_comes_to_lie_in_another_group() {
    let text = |plan: &str| {
        format!(
            "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
stamp:
  plan: {{ sku: P1v3, {plan} }}
  apps: {{ web: {{ runtime: node|22-lts }}, jobs: {{ runtime: node|22-lts }} }}
stamps: {{ weu: {{ region: westeurope }} }}
"
        )
    };
    let before = expand(&text(""));
    let azure = as_desired(&before);
    let after = |plan: &str| {
        let options = Options { last: Last::of(&before), ..Options::default() };
        plan_with(&expand(&text(plan)), &azure, &options)
    };
    // In its group an app moves in place.
    let moved = after("name: asp-other");
    let spelled = after("resourceGroup: RG-osprey-weu");
    let remade = after("resourceGroup: rg-plans");
    for app in ["weu/web", "weu/jobs"] {
        position(&moved, &format!("update {app}"));
        assert_ordered(
            &remade,
            &[&format!("delete to replace {app}"), &format!("create to replace {app}")],
        );
        assert_ordered(&remade, &["create weu/plan", &format!("create to replace {app}")]);
    }
    assert_eq!(names(&spelled), Vec::<&str>::new());
}

#[test]
fn rule_14_endpoint_that_changes_hands_on_a_plan_that_is_made_anew_is_left_out_meanwhile() {
    let os = |text: &str, os: &str| {
        let stamp = format!("neu: {{ region: northeurope, plan: {{ os: {os} }} }}");
        text.replace("neu: { region: northeurope }", &stamp)
    };
    let both = TWO.replace(
        "apps: { web: { runtime: node|22-lts, healthPath: /health } }",
        "apps: { web: { runtime: node|22-lts }, api: { runtime: node|22-lts } }",
    );
    let without_web = |text: &str| {
        let text = text.replace("web: { runtime: node|22-lts }, ", "");
        text.replace("app: weu/web", "app: weu/api").replace("app: neu/web", "app: neu/api")
    };
    // The other app is made anew with the plan, or is new on it.
    for before in [both.clone(), TWO.replace(", healthPath: /health", "")] {
        let before = os(&before, "windows");
        let after = os(&without_web(&both), "linux")
            .replace("app: weu/api, priority: 1 }", "host: www.example.net, priority: 1 }");
        let options = Options { last: Last::of(&expand(&before)), ..Options::default() };
        let azure = as_desired(&expand(&before));
        let plan = plan_with(&expand(&after), &azure, &options);
        assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
        assert_ordered(&plan, &["cut trafficManager/main", "delete to replace neu/plan"]);
        assert_eq!(endpoints(&plan, "cut trafficManager/main"), ["weu"]);
        // Without another endpoint nothing would answer.
        let one = |text: &str| {
            let text = text.replace("      weu: { app: weu/web, priority: 1 }\n", "");
            text.replace("      weu: { host: www.example.net, priority: 1 }\n", "")
        };
        let options = Options { last: Last::of(&expand(&one(&before))), ..Options::default() };
        let azure = as_desired(&expand(&one(&before)));
        let plan = plan_with(&expand(&one(&after)), &azure, &options);
        let codes: Vec<_> = plan.refusals.iter().map(|refusal| refusal.code.word()).collect();
        assert!(codes.contains(&"no-target-left"), "{codes:?}");
    }
}

#[test]
fn what_scales_a_plan_goes_before_another_setting_scales_it() {
    let named = |name: &str| {
        let scale = format!("sku: P1v3, autoscale: {{ min: 1, max: 3{name} }}");
        expand(&TWO.replace("sku: P1v3", &scale))
    };
    let (before, after) = (named(", name: 'scale-{stamp}'"), named(""));
    let azure = as_desired(&before);
    let plan = plan(&after, &azure);
    for stamp in ["weu", "neu"] {
        let old = format!("rg-osprey-{stamp}/scale-{stamp}");
        assert_ordered(
            &plan,
            &[
                &format!("delete Microsoft.Insights/autoscalesettings {old}"),
                &format!("create {stamp}/plan/autoscale"),
            ],
        );
    }
    // One that is nobody's stays, and refuses the plan before anything is written.
    let mut foreign = azure.clone();
    for seen in foreign.resources.values_mut() {
        if seen.id.name().starts_with("scale-") {
            seen.body["tags"] = json!({});
        }
    }
    let refused = planner::plan(&after, &foreign, &Options::default()).expect("no cycle");
    let codes: Vec<_> = refused.refusals.iter().map(|refusal| refusal.code.word()).collect();
    assert_eq!(codes, ["name-taken", "name-taken"]);
}

#[test]
fn rule_14_a_profile_that_a_name_leads_to_is_not_replaced() {
    let named = |more: &str| {
        let zone = "dns: { osprey.example: {} }\n\
            domains: { www.osprey.example: { routeTo: trafficManager/main } }\n";
        expand(&format!("{}{zone}", TWO.replace("routing:", &format!("{more}routing:"))))
    };
    let (before, after) = (named(""), named("dnsName: osprey-next\n    "));
    let plan = planner::plan(&after, &as_desired(&before), &Options::default()).expect("no cycle");
    let told = plan.refusals.iter().map(|refusal| (refusal.code.word(), &*refusal.address));
    assert_eq!(told.collect::<Vec<_>>(), [("no-target-left", "trafficManager/main")]);
}

#[test]
fn what_cannot_wait_for_the_probe_of_the_roll_out_has_one_of_its_own() {
    let text = TWO.replace(
        "healthPath: /health }",
        "healthPath: /health, settings: { P: '{trafficManager/main.fqdn}' } }",
    );
    let zone = "dns: { osprey.example: {} }\n\
        domains: { www.osprey.example: { routeTo: trafficManager/main } }\n";
    let desired = expand(&format!("{text}{zone}"));
    let mut azure = as_desired(&desired);
    let profile = desired.by_address("trafficManager/main").unwrap().id.clone();
    azure.resources.remove(&profile);
    for seen in azure.resources.values_mut().filter(|seen| seen.id.name() == "appsettings") {
        seen.body["properties"]["P"] = json!("gone");
    }
    // The profile is made after each of its apps has answered; their settings, which hold its name, are
    // written and tried afterwards, one stamp after the other.
    let plan = plan(&desired, &azure);
    for stamp in ["weu", "neu"] {
        assert_ordered(
            &plan,
            &[
                &format!("probe {stamp}/web before create trafficManager/main"),
                "create trafficManager/main",
                &format!("update {stamp}/web/settings"),
                &format!("probe {stamp}/web"),
            ],
        );
    }
}

#[test]
fn rule_06_what_goes_before_a_stamp_can_change_has_its_turn_before() {
    let apart = "apps: { jobs: { runtime: node|22-lts, resourceGroup: rg-own } }";
    let two = TWO.split("trafficManager").next().unwrap_or_default();
    let more = two.replace(
        "neu: { region: northeurope }",
        &format!("neu: {{ region: northeurope, {apart} }}"),
    );
    let less =
        two.replace("sku: P1v3", "sku: S1").replace("stamp:\n", "stamp:\n  tags: { a: b }\n");
    let last = expand(&more);
    let options = Options { last: Last::of(&last), allow_mass_delete: true, ..Options::default() };
    // The check that stamps change one at a time is part of it.
    let plan = plan_with(&expand(&less), &as_desired(&last), &options);
    let delete = "delete neu/jobs";
    assert_ordered(&plan, &[delete, "update neu/plan"]);
    assert_ordered(&plan, &[delete, "update resourceGroups/rg-osprey-neu"]);
}

#[test]
fn an_account_is_upgraded_in_place_and_never_turned_into_another_kind() {
    let account = |kind: &str| {
        expand(&format!(
            "version: 1\nname: osprey\nsubscription: 11111111-2222-3333-4444-555555555555\n\
             location: westeurope\nstorage: {{ a: {{ redundancy: LRS, kind: {kind} }} }}\n"
        ))
    };
    let up = plan(&account("StorageV2"), &as_desired(&account("Storage")));
    assert_eq!(names(&up), ["update storage/a"]);
    let down = plan(&account("Storage"), &as_desired(&account("StorageV2")));
    let codes: Vec<_> = down.refusals.iter().map(|refusal| refusal.code.word()).collect();
    assert_eq!(codes, ["replacement-loses-data"]);
}

#[test]
fn identity_that_this_plan_makes_anew_is_assigned_again_in_the_same_plan() {
    let with = |more: &str| {
        expand(&format!(
            "version: 1\nname: osprey\nsubscription: 11111111-2222-3333-4444-555555555555\n\
             location: westeurope\nidentities: {{ app: {{ {more} }} }}\n\
             stamp:\n  plan: {{ sku: P1v3 }}\n  apps: {{ web: {{ identity: [identities/app] }} }}\n\
             stamps: {{ weu: {{ region: westeurope }} }}\n"
        ))
    };
    let (before, after) = (with(""), with("location: eastus"));
    let mut azure = as_desired(&before);
    let id = |address: &str| before.by_address(address).unwrap().id.clone();
    let (app, web) = (id("identities/app"), id("weu/web"));
    azure.resources.get_mut(&app).unwrap().body["location"] = json!("westeurope");
    azure.resources.get_mut(&app).unwrap().body["properties"]["principalId"] = json!("old");
    azure.resources.get_mut(&web).unwrap().body["identity"]["userAssignedIdentities"] =
        json!({ app.as_str(): { "principalId": "old" } });
    let plan = plan(&after, &azure);
    assert_ordered(
        &plan,
        &["delete to replace identities/app", "create to replace identities/app", "update weu/web"],
    );
}
