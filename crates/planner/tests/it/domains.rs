//! A custom domain moves without an outage.

use plan::Operation;
use planner::{Last, Options};
use resource::Observed;
use serde_json::json;

use crate::azure::{as_desired, assert_ordered, body, expand, names, plan, plan_with};

const R1: &str = include_str!("../../../../topologies/r1.yaml");

/// R1 before its domain: apps and profile stand, the vault and the zone are there.
fn without_domain(text: &str) -> (planner::Desired, Observed) {
    let desired = expand(text);
    let mut azure = as_desired(&desired);
    let gone: Vec<_> = desired
        .resources()
        .filter(|resource| resource.address.contains("ca.example.com"))
        .map(|resource| resource.id.clone())
        .collect();
    for id in gone {
        azure.resources.remove(&id);
    }
    (desired, azure)
}

#[test]
fn rule_05_proof_certificate_and_binding_stand_before_the_name_is_switched() {
    let (desired, azure) = without_domain(R1);
    let plan = plan(&desired, &azure);
    for stamp in ["weu", "neu"] {
        let certificate = format!("create {stamp}/certificates/ca.example.com");
        let binding = format!("create {stamp}/web/domains/ca.example.com");
        assert_ordered(&plan, &[&certificate, &binding, "create domains/ca.example.com"]);
        assert_ordered(&plan, &["create domains/ca.example.com/proof", &binding]);
    }
}

#[test]
fn an_app_that_is_made_anew_keeps_its_proof_as_every_app_proves_with_one_value() {
    let (desired, mut azure) = without_domain(R1);
    let proof = desired.by_address("domains/ca.example.com/proof").unwrap().clone();
    let value = json!("the subscription's");
    let sites: Vec<_> = ["weu/web", "neu/web"]
        .map(|address| desired.by_address(address).unwrap().id.clone())
        .into_iter()
        .collect();
    azure.resources.remove(&sites[0]);
    azure.resources.get_mut(&sites[1]).unwrap().body["properties"]["customDomainVerificationId"] =
        value.clone();
    crate::azure::put(
        &mut azure,
        &proof.id,
        json!({ "properties": { "TTL": 3600, "TXTRecords": [{ "value": [value] }],
            "metadata": { "evenkeel": desired.topology } } }),
    );
    let plan = plan(&desired, &azure);
    assert!(!plan.actions.iter().any(|action| action.resource == proof.id), "{:?}", names(&plan));
}

#[test]
fn a_managed_certificate_is_issued_after_the_switch_one_region_at_a_time() {
    let text = R1.replace(
        "certificate: { keyVault: vaults/shared, secret: ca-example-com }",
        "certificate: managed",
    );
    let (desired, azure) = without_domain(&text);
    let plan = plan(&desired, &azure);
    assert_ordered(
        &plan,
        &[
            "create weu/web/domains/ca.example.com",
            "create domains/ca.example.com",
            "create weu/certificates/ca.example.com",
            "create neu/certificates/ca.example.com",
            "secure neu/web/domains/ca.example.com",
        ],
    );
    let plain = plan.actions.iter().find(|a| a.id.0 == "create weu/web/domains/ca.example.com");
    let plain = body(plain.unwrap());
    assert_eq!(plain["properties"]["sslState"], "Disabled");
    assert!(plain["properties"].get("thumbprint").is_none());
    assert!(plan.notices.iter().any(|notice| notice.code == plan::Code::ManagedCertificateGap));
}

#[test]
fn foreign_values_of_the_proof_are_kept() {
    let (desired, mut azure) = without_domain(R1);
    let proof = desired.by_address("domains/ca.example.com/proof").unwrap().id.clone();
    let theirs = json!({ "properties": { "TTL": 60, "TXTRecords": [{ "value": ["theirs"] }] } });
    crate::azure::put(&mut azure, &proof, theirs);
    let plan = plan(&desired, &azure);
    let action = plan.actions.iter().find(|action| action.resource == proof).unwrap();
    let values = &body(action)["properties"]["TXTRecords"];
    assert_eq!(*values, json!([{ "value": ["VERIFICATION"] }, { "value": ["theirs"] }]));
}

#[test]
fn a_record_outside_azure_is_told_and_waited_for() {
    let text = R1
        .replace(
            "    resourceGroup: rg-dns\n    existing: true\n    lock: lift\n",
            "    external: true\n",
        )
        .replace(
            "locks:\n  zone: { on: dns/example.com, name: do-not-delete, level: cannotDelete }\n",
            "",
        );
    let (desired, azure) = without_domain(&text);
    let names_wanted: Vec<&str> =
        desired.manual_records.iter().map(|record| record.name.as_str()).collect();
    assert_eq!(names_wanted, ["ca.example.com", "asuid.ca.example.com"]);
    let plan = plan(&desired, &azure);
    let verify = plan.actions.iter().find(|action| {
        matches!(&action.operation, Operation::VerifyDns { name, required: true, .. }
            if name == "asuid.ca.example.com")
    });
    assert!(verify.is_some(), "{:?}", names(&plan));
    assert_ordered(
        &plan,
        &["verify TXT asuid.ca.example.com", "create weu/web/domains/ca.example.com"],
    );
}

#[test]
fn a_wildcard_is_proved_where_the_name_above_it_is() {
    let text = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
stamp: { plan: { sku: S1 }, apps: { web: { runtime: node|22-lts } } }
stamps: { weu: { region: westeurope } }
dns: { example.com: {}, example.net: {} }
domains:
  \"*.example.com\": { routeTo: weu/web, bind: web }
  \"*.shop.example.net\": { routeTo: weu/web, bind: web }
  shop.example.net: { routeTo: weu/web, bind: web }
";
    let desired = expand(text);
    let proofs: Vec<&str> = desired
        .resources()
        .map(|resource| resource.id.as_str())
        .filter(|id| id.contains("/TXT/"))
        .filter_map(|id| id.rsplit('/').next())
        .collect();
    assert_eq!(proofs, ["asuid", "asuid.shop"]);
    assert!(desired.mistakes.is_empty(), "{:?}", desired.mistakes);
    let plan = plan(&desired, &Observed::default());
    for host in ["*.shop.example.net", "shop.example.net"] {
        let binding = format!("create weu/web/domains/{host}");
        assert_ordered(&plan, &["create domains/*.shop.example.net/proof", &binding]);
    }
}

/// One stamp with two apps of a plan; `bind` and `route` name apps.
fn two_apps(bind: &str, route: &str) -> String {
    format!(
        "version: 1
name: shop
subscription: 11111111-2222-3333-4444-555555555555
stamp:
  plan: {{ sku: P1v3 }}
  apps: {{ web: {{ runtime: dotnet|8.0 }}, api: {{ runtime: dotnet|8.0 }} }}
stamps: {{ weu: {{ region: westeurope }} }}
trafficManager:
  main:
    routing: priority
    monitor: {{ protocol: https, path: / }}
    endpoints: {{ weu: {{ app: weu/{route}, priority: 1 }} }}
domains:
  a.example.com: {{ routeTo: trafficManager/main, bind: {bind}, certificate: none }}
dns: {{ example.com: {{}} }}
"
    )
}

#[test]
fn a_name_is_let_go_by_one_app_of_a_webspace_before_another_binds_it() {
    let delete = "delete weu/web/domains/a.example.com";
    let create = "create weu/api/domains/a.example.com";
    let before = expand(&two_apps("web", "web"));
    for route in ["web", "api"] {
        let plan = again(&expand(&two_apps("api", route)), &before);
        assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
        assert_ordered(&plan, &[delete, create]);
    }
    // The app that has it goes: its binding goes by itself, and first.
    let text = two_apps("api", "api").replace("web: { runtime: dotnet|8.0 }, ", "");
    let plan = again(&expand(&text), &before);
    assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
    assert_ordered(&plan, &[delete, create, "update trafficManager/main"]);
    assert_ordered(&plan, &[create, "delete weu/web"]);
}

#[test]
fn a_name_that_two_apps_of_a_webspace_would_bear_is_refused() {
    let both = expand(&two_apps("[web, api]", "web"));
    for azure in [Observed::default(), as_desired(&expand(&two_apps("web", "web")))] {
        let plan = plan(&both, &azure);
        let codes: Vec<_> = plan.refusals.iter().map(|guard| guard.code).collect();
        assert_eq!(codes, [plan::Code::NameTaken], "{:?}", names(&plan));
    }
}

#[test]
fn apps_that_come_into_one_webspace_with_one_name_are_refused() {
    let text = |plan: &str| {
        format!(
            "version: 1\nname: shop\nsubscription: 11111111-2222-3333-4444-555555555555\nstamp:\n  \
             plan: {{ sku: P1v3{plan} }}\n  apps: {{ web: {{ runtime: dotnet|8.0 }} }}\nstamps:\n  \
             neu: {{ region: westeurope }}\n  weu: {{ region: westeurope }}\n\
             dns: {{ example.com: {{}} }}\ndomains:\n  \
             a.example.com: {{ routeTo: neu/web, bind: web, certificate: none }}\n"
        )
    };
    let before = expand(&text(""));
    assert_eq!(plan(&before, &as_desired(&before)).refusals, []);
    let after = expand(&text(", resourceGroup: rg-own"));
    // As it is refused where nothing is there yet.
    for azure in [Observed::default(), as_desired(&before)] {
        let last = planner::Last::of(&before);
        let options = planner::Options { last, allow_mass_delete: true, ..Default::default() };
        let plan = crate::azure::plan_with(&after, &azure, &options);
        let told: Vec<_> = plan.refusals.iter().map(|it| (it.code, &*it.address)).collect();
        assert!(
            told.contains(&(plan::Code::NameTaken, "weu/web/domains/a.example.com")),
            "{told:?}"
        );
    }
}

#[test]
fn an_app_that_is_there_is_asked_under_its_own_name() {
    let before = expand(&two_apps("web", "web"));
    let mut azure = as_desired(&before);
    let site = before.by_address("weu/web").unwrap().id.clone();
    azure.resources.get_mut(&site).unwrap().body["properties"]["defaultHostName"] =
        json!("web.example.net");
    let plan = plan(&expand(&two_apps("web", "web").replace("8.0", "9.0")), &azure);
    let urls: Vec<_> = plan
        .actions
        .iter()
        .filter_map(|action| match &action.operation {
            Operation::Probe { url, .. } if action.resource == site => Some(url.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(urls, [json!("https://web.example.net/")]);
}

/// The plan of what follows on what was applied.
fn again(desired: &planner::Desired, before: &planner::Desired) -> plan::Plan {
    let options =
        planner::Options { last: planner::Last::of(before), ..planner::Options::default() };
    crate::azure::plan_with(desired, &as_desired(before), &options)
}

/// Two stamps behind one name.
const TWO: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp:
  plan: { sku: S1 }
  apps: { web: { runtime: node|22-lts, healthPath: /health } }
stamps: { weu: { region: westeurope }, neu: { region: northeurope } }
trafficManager:
  main:
    routing: priority
    monitor: { protocol: https, path: /health }
    endpoints: { weu: { app: weu/web, priority: 1 }, neu: { app: neu/web, priority: 2 } }
dns: { osprey.example: {} }
domains: { www.osprey.example: { routeTo: trafficManager/main, bind: web, certificate: none } }
";

#[test]
fn rule_05_a_renamed_app_bears_its_names_before_traffic_is_led_to_it() {
    let before = expand(TWO);
    let renamed = TWO.replace("runtime:", "name: 'site-{stamp}', runtime:");
    // An app that nobody asks, as its router is permitted not to, bears its names all the same.
    let ways = ["trafficManager/main/endpoints/weu", "trafficManager/main/endpoints/neu"];
    for permitted in [vec![], ways.to_vec()] {
        let options = Options {
            last: Last::of(&before),
            allow_mass_delete: true,
            permitted: permitted.into_iter().map(str::to_owned).collect(),
            ..Options::default()
        };
        let plan = plan_with(&expand(&renamed), &as_desired(&before), &options);
        assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
        for stamp in ["weu", "neu"] {
            let old = format!("rg-osprey-{stamp}/app-osprey-web-{stamp}");
            let host = "www.osprey.example";
            assert_ordered(
                &plan,
                &[
                    &format!("delete Microsoft.Web/sites/hostNameBindings {old}/{host}"),
                    &format!("create {stamp}/web/domains/{host}"),
                    "update trafficManager/main",
                    &format!("delete Microsoft.Web/sites {old}"),
                ],
            );
        }
        let code = plan::Code::NameChangesHands;
        let told = plan.notices.iter().find(|notice| notice.code == code).expect("it is told");
        assert!(told.message.contains("`weu/web` and `neu/web`"), "{}", told.message);
    }
    // A new stamp takes no name from anybody.
    let more = TWO.replace("stamps: {", "stamps: { eus: { region: eastus },");
    let plan = plan(&expand(&more), &as_desired(&before));
    assert!(!plan.notices.iter().any(|notice| notice.code == plan::Code::NameChangesHands));
}

/// The same name, led to an edge that stands beside the profile.
fn behind_an_edge(text: &str) -> String {
    text.replace("routeTo: trafficManager/main, bind: web,", "routeTo: frontDoor/edge,")
}

fn with_edge() -> String {
    let edge = "frontDoor:\n  edge:\n    tier: standard\n    origins: { web: { app: web, probe: { path: \
                /health } } }\n    routes: { all: { to: web } }\n";
    let text = TWO.replace("certificate: none", "certificate: managed");
    text.replace("dns: {", &format!("{edge}dns: {{"))
}

#[test]
fn rule_05_a_name_leaves_before_what_answers_for_it_lets_go() {
    let (profile, edge) = (with_edge(), behind_an_edge(&with_edge()));
    let bindings =
        ["weu", "neu"].map(|stamp| format!("delete {stamp}/web/domains/www.osprey.example"));
    let forget = |plan: &plan::Plan| {
        let is_wait = |a: &&plan::Action| matches!(a.operation, Operation::Wait { .. });
        let waits = plan.actions.iter().filter(is_wait).map(|action| action.id.0.clone());
        waits.collect::<Vec<_>>()
    };
    let switch = "update domains/www.osprey.example";

    // From the profile to the edge: the apps bear it for those who still come by the old answer.
    let plan = again(&expand(&edge), &expand(&profile));
    let waits = forget(&plan);
    assert_eq!(waits.len(), 1, "{waits:?}");
    for binding in &bindings {
        assert_ordered(&plan, &[switch, &waits[0], binding]);
    }
    // And back: the edge does.
    let plan = again(&expand(&profile), &expand(&edge));
    let waits = forget(&plan);
    let route = "update frontDoor/edge/routes/all";
    assert_ordered(&plan, &[switch, &waits[0], route, "delete domains/www.osprey.example/edge"]);
    // A name that ends is nobody's to wait for.
    let ends = profile.split("domains:").next().unwrap().to_owned();
    let plan = again(&expand(&ends), &expand(&profile));
    assert_eq!(forget(&plan), Vec::<String>::new());
    for binding in &bindings {
        assert_ordered(&plan, &["delete domains/www.osprey.example", binding]);
    }
}

#[test]
fn rule_05_a_record_that_a_person_makes_is_looked_at_before_what_answers_goes() {
    let external =
        |text: &str| text.replace("osprey.example: {}", "osprey.example: { external: true }");
    let (before, after) = (external(&with_edge()), behind_an_edge(&external(&with_edge())));
    let (before, after) = (expand(&before), expand(&after));
    let mut azure = as_desired(&before);
    let options = || Options { last: Last::of(&before), ..Options::default() };
    let answered = |value: &str| resource::DnsAnswer {
        name: "www.osprey.example".to_owned(),
        record_type: "CNAME".to_owned(),
        found: Ok(vec![value.to_owned()]),
    };
    azure.dns = vec![answered("osprey-main.trafficmanager.net")];
    let plan = plan_with(&after, &azure, &options());
    for stamp in ["weu", "neu"] {
        let binding = format!("delete {stamp}/web/domains/www.osprey.example");
        assert_ordered(&plan, &["verify CNAME www.osprey.example", &binding]);
    }
    // A name that is nowhere leads nobody there.
    let mut nowhere = answered("");
    nowhere.found = Ok(vec![]);
    azure.dns = vec![nowhere];
    let plan = plan_with(&after, &azure, &options());
    assert!(!names(&plan).contains(&"verify CNAME www.osprey.example"), "{:?}", names(&plan));
}
