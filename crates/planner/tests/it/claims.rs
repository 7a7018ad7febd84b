//! What only one resource of a type may lay hold of, and its way from one to another.

use plan::{Code, Plan, Verb};
use planner::{Last, Options};
use resource::{NameState, Observed, ResourceId};
use serde_json::json;

use crate::azure::{as_desired, assert_ordered, expand, plan, plan_with, with_verb};

fn text(routes: &str) -> String {
    format!(
        "version: 1\nname: osprey\nsubscription: 11111111-2222-3333-4444-555555555555\nlocation: westeurope\nfrontDoor:\n  main:\n    tier: standard\n    origins: {{ web: {{ hosts: {{ one: {{ host: one.example.net }} }} }} }}\n    routes: {{ {routes} }}\n"
    )
}

fn moved(before: &str, after: &str) -> Plan {
    plan(&expand(&text(after)), &as_desired(&expand(&text(before))))
}

fn refused(plan: &Plan) -> Vec<(Code, &str)> {
    plan.refusals.iter().map(|guard| (guard.code, guard.address.as_str())).collect()
}

fn told(plan: &Plan) -> Vec<&str> {
    let of_code = plan.notices.iter().filter(|it| it.code == Code::NameChangesHands);
    of_code.map(|it| it.address.as_str()).collect()
}

#[test]
fn a_path_is_let_go_before_another_route_takes_it() {
    let cases = [
        // To one that is made, which would come first by its name.
        (
            "web: { to: web, paths: [/*, /a] }",
            "api: { to: web, paths: [/A] }, web: { to: web }",
            "create",
        ),
        // To one that is there.
        (
            "api: { to: web, paths: [/b] }, web: { to: web, paths: [/*, /a] }",
            "api: { to: web, paths: [/a, /b] }, web: { to: web }",
            "update",
        ),
        // From one that is switched off.
        (
            "api: { to: web, paths: [/b] }, web: { to: web, paths: [/a] }",
            "api: { to: web, paths: [/a, /b] }, web: { to: web, paths: [/a], enabled: false }",
            "update",
        ),
    ];
    for (before, after, verb) in cases {
        let plan = moved(before, after);
        assert_eq!(refused(&plan), [], "{after}");
        let take = format!("{verb} frontDoor/main/routes/api");
        assert_ordered(&plan, &["update frontDoor/main/routes/web", &take]);
        assert_eq!(told(&plan), ["frontDoor/main/routes/api"], "{after}");
    }
}

#[test]
fn paths_that_stay_apart_wait_for_nothing() {
    let plan = moved(
        "web: { to: web, paths: [/a] }",
        "api: { to: web, paths: [/b] }, web: { to: web, paths: [/a, /c] }",
    );
    assert_eq!((refused(&plan), told(&plan)), (vec![], vec![]));
}

#[test]
fn routes_that_exchange_paths_are_refused() {
    let plan = moved(
        "api: { to: web, paths: [/a] }, web: { to: web, paths: [/b] }",
        "api: { to: web, paths: [/b] }, web: { to: web, paths: [/a] }",
    );
    assert_eq!(refused(&plan), [(Code::NameTaken, "frontDoor/main/routes/web")]);
}

#[test]
fn a_path_that_somebody_elses_route_has_is_refused() {
    let before = expand(&text("web: { to: web, paths: [/a] }"));
    let mut azure: Observed = as_desired(&before);
    let web = before.by_address("frontDoor/main/routes/web").expect("a route").id.clone();
    let endpoint = web.parent().expect("an endpoint");
    let other = endpoint.child("routes", "theirs");
    let mut body = azure.get(&web).expect("it is there").body.clone();
    body["properties"]["patternsToMatch"] = json!(["/b"]);
    crate::azure::put(&mut azure, &other, body.clone());
    let wanted = expand(&text("web: { to: web, paths: [/a, /b] }"));
    assert_eq!(refused(&plan(&wanted, &azure)), [(Code::NameTaken, "frontDoor/main/routes/web")]);
    body["properties"]["enabledState"] = json!("Disabled");
    crate::azure::put(&mut azure, &other, body);
    assert_eq!(refused(&plan(&wanted, &azure)), []);
}

#[test]
fn two_entries_that_take_one_path_are_refused() {
    let raw = "resources:\n  more: { type: Microsoft.Cdn/profiles/afdEndpoints/routes, apiVersion: 2025-04-15, id: /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-osprey-global/providers/Microsoft.Cdn/profiles/afd-osprey-main/afdEndpoints/osprey-main/routes/more, properties: { patternsToMatch: [/B] } }\n";
    let before = expand(&text("web: { to: web, paths: [/a] }"));
    let after = expand(&format!("{}{raw}", text("web: { to: web, paths: [/a, /b] }")));
    let plan = plan(&after, &as_desired(&before));
    assert_eq!(refused(&plan), [(Code::NameTaken, "frontDoor/main/routes/web")]);
}

/// Two profiles, the text of each as it follows its tier.
fn profiles(main: &str, spare: &str) -> String {
    let of = |key: &str, more: &str| format!("  {key}:\n    tier: standard\n{more}");
    let mut text = "version: 1\nname: osprey\nsubscription: 11111111-2222-3333-4444-555555555555\nlocation: westeurope\nfrontDoor:\n".to_owned();
    for (key, more) in [("main", main), ("spare", spare)] {
        if !more.is_empty() {
            text.push_str(&of(key, more));
        }
    }
    text
}

const ROUTED: &str = "    origins: { web: { hosts: { one: { host: one.example.net } } } }\n    routes: { web: { to: web } }\n";

#[test]
fn the_name_of_an_endpoint_is_free_once_what_bore_it_is_gone() {
    let named = |name: &str| format!("    endpoint: {name}\n");
    let before = expand(&profiles(&named("osprey-a"), &format!("{}{ROUTED}", named("osprey-b"))));
    let routed = format!("{}{ROUTED}", named("osprey-c"));
    // The endpoint goes alone, with its route first; or with its profile.
    let route = "delete Microsoft.Cdn/profiles/afdEndpoints/routes rg-osprey-global/afd-osprey-spare/osprey-b/web";
    let endpoint =
        "delete Microsoft.Cdn/profiles/afdEndpoints rg-osprey-global/afd-osprey-spare/osprey-b";
    let profile = "delete frontDoor/spare";
    let take = "create frontDoor/main/endpoint";
    for (spare, way) in [(routed.as_str(), vec![route, endpoint, take]), ("", vec![profile, take])]
    {
        let after = expand(&profiles(&named("osprey-b"), spare));
        let mut azure = as_desired(&before);
        let by =
            Some(before.by_address("frontDoor/spare/endpoint").expect("it is there").id.clone());
        let wish = after.by_address("frontDoor/main/endpoint").expect("it is there").id.clone();
        azure.names.insert(wish, NameState::Taken { by });
        let last = Last::of(&before);
        let options = Options { last, allow_mass_delete: true, ..Options::default() };
        let plan = plan_with(&after, &azure, &options);
        assert_eq!(refused(&plan), [], "{spare}");
        assert_ordered(&plan, &way);
        assert_eq!(
            with_verb(&plan, Verb::Delete).iter().any(|it| it.id.0 == route),
            !spare.is_empty()
        );
    }
    // One that stays keeps it.
    let after = expand(&profiles(&named("osprey-b"), &routed));
    let mut azure = as_desired(&before);
    let wish = after.by_address("frontDoor/main/endpoint").expect("it is there").id.clone();
    let by = ResourceId::in_group("s", "rg", "Microsoft.Cdn/profiles", "other")
        .child("afdEndpoints", "osprey-b");
    azure.names.insert(wish, NameState::Taken { by: Some(by) });
    let options =
        Options { last: Last::of(&before), allow_mass_delete: true, ..Options::default() };
    assert_eq!(
        refused(&plan_with(&after, &azure, &options)),
        [(Code::NameTaken, "frontDoor/main/endpoint")]
    );
}
