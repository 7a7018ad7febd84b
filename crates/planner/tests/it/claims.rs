//! What only one resource of a type may lay hold of, and its way from one to another.

use plan::{Code, Plan};
use resource::Observed;
use serde_json::json;

use crate::azure::{as_desired, assert_ordered, expand, plan};

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
