//! What would be refused half-way is refused before; what is made anew takes along what rests on it.

use plan::{Plan, Verb};
use planner::Options;
use resource::{NameState, NotEvaluated, Observed, ResourceId};
use serde_json::{Value, json};

use crate::azure::{as_desired, assert_ordered, expand, names, plan, plan_with, put, with_verb};

const HEAD: &str = "
version: 1
name: north
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
";

const NAMED: &str = "
vaults: { main: { name: kv-north-main } }
storage: { data: { redundancy: ZRS } }
trafficManager:
  front: { routing: weighted, monitor: { protocol: https, path: / }, endpoints: { a: { host: a.example.net, weight: 1 } } }
resources:
  config: { type: Microsoft.AppConfiguration/configurationStores, apiVersion: 2024-06-01, name: appcs-north, sku: { name: standard }, properties: {} }
  sql: { type: Microsoft.Sql/servers, apiVersion: 2023-08-01, name: sql-north, properties: {} }
  cache: { type: Microsoft.Cache/redis, apiVersion: 2024-11-01, name: redis-north, properties: {} }
  orders: { type: Microsoft.DocumentDB/databaseAccounts, apiVersion: 2025-10-15, name: cosmos-north, properties: {} }
stamp: { plan: { sku: P1v3 }, apps: { web: { runtime: node|22-lts } } }
stamps: { weu: { region: westeurope } }
";

fn codes(plan: &Plan) -> Vec<(&str, &str)> {
    plan.refusals.iter().map(|guard| (guard.code.word(), guard.address.as_str())).collect()
}

fn id_of(desired: &planner::Desired, address: &str) -> ResourceId {
    desired.by_address(address).unwrap_or_else(|| panic!("no {address}")).id.clone()
}

#[test]
fn what_bears_a_unique_name_is_known_with_that_name() {
    let desired = expand(&format!("{HEAD}{NAMED}"));
    let made = desired.made();
    for (address, name) in [
        ("vaults/main", "kv-north-main"),
        ("storage/data", "stnorthdata"),
        ("trafficManager/front", "north-front"),
        ("resources/config", "appcs-north"),
        ("resources/sql", "sql-north"),
        ("resources/cache", "redis-north"),
        ("resources/orders", "cosmos-north"),
        ("weu/web", "app-north-weu-web"),
    ] {
        let known = made[&id_of(&desired, address)].as_deref();
        assert!(known.is_some_and(|known| known.starts_with(&name[..2])), "{address}: {known:?}");
    }
    assert_eq!(made[&id_of(&desired, "weu/plan")], None);
}

#[test]
fn a_name_that_another_has_refuses_the_plan_before_anything_is_written() {
    let desired = expand(&format!("{HEAD}{NAMED}"));
    for address in [
        "vaults/main",
        "storage/data",
        "trafficManager/front",
        "resources/config",
        "resources/sql",
        "weu/web",
    ] {
        let id = id_of(&desired, address);
        let mut azure = Observed::default();
        let taken = |by| NameState::Taken { by };
        azure.names.insert(id.clone(), taken(None));
        assert_eq!(codes(&plan(&desired, &azure)), [("name-taken", address)]);
        let other = ResourceId::in_group("s", "rg", id.resource_type().as_str(), "other");
        azure.names.insert(id.clone(), taken(Some(other.clone())));
        let refused = plan(&desired, &azure);
        assert!(refused.refusals[0].message.contains(other.as_str()), "{:?}", refused.refusals);

        azure.names.insert(id.clone(), NameState::Free);
        assert_eq!(codes(&plan(&desired, &azure)), []);
        let reason = "no right".to_owned();
        azure.names.insert(id.clone(), NameState::Hidden(NotEvaluated { reason }));
        let unknown = plan(&desired, &azure);
        assert_eq!(codes(&unknown), []);
        assert_eq!(unknown.coverage.not_evaluated.keys().collect::<Vec<_>>(), [&id]);
    }
}

#[test]
fn a_deleted_resource_that_keeps_its_name_leaves_the_choice() {
    let desired = expand(&format!("{HEAD}{NAMED}"));
    for (address, tool) in [("vaults/main", "az keyvault"), ("resources/config", "az appconfig")] {
        let id = id_of(&desired, address);
        for is_protected in [false, true] {
            let mut azure = Observed::default();
            let purged_at = Some("2026-12-24T00:00:00Z".to_owned());
            let state = NameState::Deleted { id: id.clone(), purged_at, is_protected };
            azure.names.insert(id.clone(), state);
            let refused = plan(&desired, &azure);
            assert_eq!(codes(&refused), [("name-taken", address)]);
            let guard = &refused.refusals[0];
            assert!(guard.message.contains("2026-12-24"), "{guard:?}");
            assert!(guard.help.contains(&format!("{tool} recover")), "{guard:?}");
            assert_eq!(guard.help.contains(&format!("{tool} purge")), !is_protected, "{guard:?}");
        }
    }
}

#[test]
fn a_body_that_recovers_what_was_deleted_is_no_conflict() {
    let text = format!(
        "{HEAD}resources: {{ kv: {{ type: Microsoft.KeyVault/vaults, apiVersion: 2026-02-01, name: kv-north, properties: {{ createMode: recover }} }} }}"
    );
    let desired = expand(&text);
    let id = id_of(&desired, "resources/kv");
    let mut azure = Observed::default();
    let state = NameState::Deleted { id: id.clone(), purged_at: None, is_protected: true };
    azure.names.insert(id, state);
    assert_eq!(codes(&plan(&desired, &azure)), []);
}

#[test]
fn a_name_that_moves_to_another_group_is_freed_first_unless_the_service_keeps_it() {
    let before = expand(&format!(
        "{HEAD}stamps: {{ weu: {{ region: westeurope }} }}\nstorage: {{ data: {{ redundancy: ZRS, protect: false }} }}\nvaults: {{ main: {{ name: kv-north, protect: false }} }}"
    ));
    let after = expand(&format!(
        "{HEAD}stamps: {{ weu: {{ region: westeurope }} }}\nstorage: {{ data: {{ redundancy: ZRS, protect: false, resourceGroup: rg-new }} }}\nvaults: {{ main: {{ name: kv-north, protect: false, resourceGroup: rg-new }} }}"
    ));
    let mut azure = as_desired(&before);
    for address in ["storage/data", "vaults/main"] {
        let by = Some(id_of(&before, address));
        azure.names.insert(id_of(&after, address), NameState::Taken { by });
    }
    let permitted = ["storage/data", "vaults/main"].map(|a| id_of(&before, a).to_string());
    let options = Options {
        permitted: permitted.into_iter().collect(),
        allow_mass_delete: true,
        ..Options::default()
    };
    let made = plan_with(&after, &azure, &options);
    assert_eq!(codes(&made), [("name-taken", "vaults/main")]);
    assert_ordered(
        &made,
        &[
            "delete Microsoft.Storage/storageAccounts rg-north-global/stnorthdata",
            "create storage/data",
        ],
    );
}

#[test]
fn a_provider_that_is_not_registered_is_told_for_what_would_be_created() {
    let desired = expand(&format!("{HEAD}{NAMED}"));
    let mut azure = Observed::default();
    azure.unregistered.insert((desired.subscription.clone(), "Microsoft.Sql".to_owned()));
    let refused = plan(&desired, &azure);
    assert_eq!(codes(&refused), [("provider-not-registered", "resources/sql")]);
    assert!(refused.refusals[0].help.contains("az provider register"));
    let mut there = as_desired(&desired);
    there.unregistered = azure.unregistered;
    assert_eq!(codes(&plan(&desired, &there)), []);
}

const GRANTED: &str = "
storage: { data: { redundancy: ZRS } }
vaults: { main: { name: kv-north, rbac: false } }
identities: { deployer: {} }
stamp:
  plan: { sku: P1v3 }
  apps:
    web:
      runtime: node|22-lts
      identity: system
      permissions: [ { role: Storage Blob Data Reader, scope: storage/data } ]
stamps: { weu: { region: westeurope } }
resources:
  right: { type: Microsoft.Authorization/roleAssignments, apiVersion: 2022-04-01, name: 0aaaaaaa-1111-4222-8333-444444444444, scope: storage/data, properties: { principalId: '{weu/web.principalId}', roleDefinitionId: /providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7 } }
";

#[test]
fn a_principal_that_is_made_anew_makes_its_assignments_anew_in_the_same_plan() {
    let desired = expand(&format!("{HEAD}{GRANTED}"));
    let site = id_of(&desired, "weu/web");
    let rights = ["weu/web/permissions/Storage Blob Data Reader on stnorthdata", "resources/right"];
    // The app is elsewhere, so it is replaced; it is gone, so it is created.
    let mut moved = as_desired(&desired);
    moved.resources.get_mut(&site).unwrap().body["location"] = json!("northeurope");
    let mut gone = as_desired(&desired);
    gone.resources.remove(&site);
    for azure in [moved, gone] {
        let made = plan(&desired, &azure);
        for right in rights {
            let is_it = |action: &&&plan::Action| action.address == right;
            let deletes = with_verb(&made, Verb::ReplaceDelete);
            assert!(deletes.iter().any(|action| is_it(&action)), "{right}: {:?}", names(&made));
            let creates = with_verb(&made, Verb::ReplaceCreate);
            assert!(creates.iter().any(|action| is_it(&action)), "{right}: {:?}", names(&made));
        }
    }
}

#[test]
fn what_lies_in_a_replaced_resource_is_replaced_and_not_new() {
    let text = format!(
        "{HEAD}resources:\n  a: {{ type: Contoso.Widgets/widgets, apiVersion: 2024-01-01, location: westeurope, properties: {{}} }}\n  b: {{ type: Contoso.Widgets/widgets/parts, apiVersion: 2024-01-01, parent: resources/a, properties: {{}} }}"
    );
    let desired = expand(&text);
    let mut azure = as_desired(&desired);
    let top = id_of(&desired, "resources/a");
    azure.resources.get_mut(&top).unwrap().body["location"] = json!("northeurope");
    let made = plan(&desired, &azure);
    let child = made.actions.iter().find(|action| action.address == "resources/b").unwrap();
    assert_eq!(child.verb, Verb::ReplaceCreate);
}

fn right(name: &str, more: &str) -> String {
    format!(
        "resources: {{ ra: {{ type: Microsoft.Authorization/roleAssignments, apiVersion: 2022-04-01, name: {name}, scope: storage/data, properties: {{ principalId: d6b46fa3-dcc9-5042-9e8c-ab0cc87e635b, roleDefinitionId: /providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1{more} }} }} }}"
    )
}

const STORE: &str = "storage: { data: { redundancy: ZRS } }\n";
const ONE: &str = "0aaaaaaa-1111-4222-8333-444444444444";
const OTHER: &str = "0bbbbbbb-1111-4222-8333-444444444444";

#[test]
fn a_right_under_another_name_is_left_and_goes_when_nobody_declares_it() {
    let before = expand(&format!("{HEAD}{STORE}{}", right(ONE, "")));
    let after = expand(&format!("{HEAD}{STORE}{}", right(OTHER, "")));
    let azure = as_desired(&before);
    assert_eq!(names(&plan(&after, &azure)), Vec::<&str>::new());

    let mut foreign = azure.clone();
    let id = id_of(&before, "resources/ra");
    foreign.resources.get_mut(&id).unwrap().body["properties"]["description"] = json!(null);
    assert_eq!(names(&plan(&after, &foreign)), Vec::<&str>::new());

    let none = expand(&format!("{HEAD}{STORE}"));
    assert_eq!(with_verb(&plan(&none, &azure), Verb::Delete).len(), 1);
    assert_eq!(names(&plan(&none, &foreign)), Vec::<&str>::new());
}

#[test]
fn a_right_on_other_terms_is_never_taken_for_the_declared_one() {
    let conditional = ", condition: \"@Resource[a] StringEquals 'b'\", conditionVersion: '2.0'";
    let before = expand(&format!("{HEAD}{STORE}{}", right(ONE, conditional)));
    for more in ["", ", condition: \"@Resource[a] StringEquals 'c'\", conditionVersion: '2.0'"] {
        let after = expand(&format!("{HEAD}{STORE}{}", right(OTHER, more)));
        let azure = as_desired(&before);
        let made = plan(&after, &azure);
        let deleted = with_verb(&made, Verb::Delete)[0].id.0.clone();
        assert_ordered(&made, &[&deleted, "create resources/ra"]);

        let mut foreign = azure.clone();
        let id = id_of(&before, "resources/ra");
        foreign.resources.get_mut(&id).unwrap().body["properties"]["description"] = Value::Null;
        assert_eq!(codes(&plan(&after, &foreign)), [("right-on-other-terms", "resources/ra")]);
    }
}

#[test]
fn a_lock_below_what_is_deleted_refuses_it_too() {
    let before = expand(&format!(
        "{HEAD}resources: {{ net: {{ type: Microsoft.Network/virtualNetworks, apiVersion: 2024-01-01, properties: {{}} }} }}\nstamps: {{ weu: {{ region: westeurope }} }}"
    ));
    let after = expand(&format!("{HEAD}stamps: {{ weu: {{ region: westeurope }} }}"));
    let mut azure = as_desired(&before);
    let net = id_of(&before, "resources/net");
    let subnet = net.child("subnets", "a");
    put(&mut azure, &subnet, json!({ "properties": {} }));
    let lock = subnet.extension("Microsoft.Authorization/locks", "keep");
    put(&mut azure, &lock, json!({ "properties": { "level": "CanNotDelete" } }));
    let options = Options { allow_mass_delete: true, ..Options::default() };
    assert_eq!(codes(&plan_with(&after, &azure, &options)), [("locked", "net")]);
    // One of ours goes first.
    azure.resources.get_mut(&lock).unwrap().body["properties"]["notes"] = json!("evenkeel: north");
    let made = plan_with(&after, &azure, &options);
    assert_eq!(codes(&made), []);
    assert_ordered(
        &made,
        &[
            "delete Microsoft.Authorization/locks keep on Microsoft.Network/virtualNetworks/subnets rg-north-global/net/a",
            "delete Microsoft.Network/virtualNetworks rg-north-global/net",
        ],
    );
}

#[test]
fn a_value_that_nobody_will_have_is_refused_with_its_line() {
    let app = |identity: &str, text: &str| {
        format!(
            "{HEAD}stamp:
  plan: {{ sku: P1v3 }}
  apps:
    web: {{ runtime: node|22-lts{identity} }}
    other:
      runtime: node|22-lts
      settings: {{ X: \"{text}\" }}
stamps: {{ weu: {{ region: westeurope }} }}
resources:
  it: {{ type: Contoso.Widgets/widgets, apiVersion: 2024-01-01, properties: {{ a: 1 }} }}
"
        )
    };
    let principal = "{web.principalId}";
    let refused = |before: &str, text: &str| {
        let azure = match before {
            "" => Observed::default(),
            before => as_desired(&expand(before)),
        };
        let plan = plan(&expand(text), &azure);
        let places = plan.refusals.iter().map(|guard| plan.places[&guard.address].line);
        let codes = codes(&plan).into_iter().map(|(code, _)| code.to_owned());
        codes.zip(places).collect::<Vec<_>>()
    };
    let missing = [("value-missing".to_owned(), 10)];
    let nothing = app("", "");
    // Of what is made: an identity that nobody has asked for.
    assert_eq!(refused("", &app("", principal)), missing);
    assert_eq!(refused("", &app(", identity: none", principal)), missing);
    assert_eq!(refused("", &app(", identity: system", principal)), []);
    // Of what is there, and stays without it.
    assert_eq!(refused(&nothing, &app(", identity: none", principal)), missing);
    assert_eq!(refused(&nothing, &app("", "{resources/it.properties.b}")), missing);
    assert_eq!(refused(&nothing, &app("", "{resources/it.properties.a}")), []);
    // What is made may have what nobody knows yet.
    assert_eq!(refused("", &app("", "{resources/it.properties.b}")), []);
    // What it is declared to be leaves no room for some.
    assert_eq!(refused("", &app("", "{resources/it.properties.a.b}")), missing);
    assert_eq!(refused("", &app("", "{resources/it.a}")), []);
    assert_eq!(refused("", &app("", "{resources/it.a.0.b}")), missing);
    assert_eq!(refused("", &app("", "{resources/it.location}")), []);
}

#[test]
fn a_value_that_nobody_promises_of_what_is_made_is_told_before() {
    let text = |value: &str| {
        format!(
            "{HEAD}stamp:
  plan: {{ sku: P1v3 }}
  apps: {{ web: {{ runtime: node|22-lts, settings: {{ X: \"{value}\" }} }} }}
stamps: {{ weu: {{ region: westeurope }} }}
storage: {{ data: {{ redundancy: ZRS }} }}
resources:
  it: {{ type: Contoso.Widgets/widgets, apiVersion: 2024-01-01, properties: {{ a: 1 }} }}
"
        )
    };
    let told = |value: &str, azure: &Observed| {
        let plan = plan(&expand(&text(value)), azure);
        let code = plan::Code::ValueHopedFor;
        let told = plan.notices.iter().filter(|notice| notice.code == code);
        told.map(|notice| notice.address.clone()).collect::<Vec<_>>()
    };
    let new = Observed::default();
    assert_eq!(told("{resources/it.properties.b}", &new), ["weu/web/settings"]);
    for promised in ["{resources/it.a}", "{resources/it.id}", "{web.defaultHostName}"] {
        assert_eq!(told(promised, &new), [""; 0], "{promised}");
    }
    assert_eq!(told("{storage/data.blobEndpoint}", &new), [""; 0]);
    // Of what is there it is known.
    let there = as_desired(&expand(&text("{resources/it.a}")));
    assert_eq!(told("{resources/it.a}", &there), [""; 0]);
}

#[test]
fn clone_of_an_app_that_declares_no_document_misses_nothing() {
    for own in ["", ", settings: { A: b }", ", http2: true", ", settings: { A: b }, http2: true"] {
        let text = format!(
            "{HEAD}stamp:\n  plan: {{ sku: P1v3 }}\n  apps:\n    web: {{ runtime: node|22-lts }}\n    \
             copy: {{ cloneOf: web{own} }}\nstamps: {{ weu: {{ region: westeurope }} }}\n"
        );
        let plan = plan(&expand(&text), &Observed::default());
        assert_eq!(codes(&plan).into_iter().map(|(code, _)| code).collect::<Vec<_>>(), [""; 0]);
    }
}

#[test]
fn what_is_named_and_will_not_be_there_is_refused_with_its_line() {
    let head = format!("{HEAD}storage: {{ data: {{ redundancy: ZRS }} }}\n");
    let account = expand(&head).by_address("storage/data").expect("an account").id.clone();
    let raw = format!(
        "resources:\n  it: {{ type: Contoso.Widgets/widgets, apiVersion: 2024-01-01, properties: {{ \
         account: \"{account}\" }} }}\n"
    );
    let options = Options { permitted: ["data".to_owned()].into(), ..Options::default() };
    let refused = |text: &str, azure: &Observed| {
        let plan = plan_with(&expand(text), azure, &options);
        let told = plan.refusals.iter().filter(|guard| guard.code == plan::Code::ValueMissing);
        told.map(|guard| (guard.address.clone(), plan.places[&guard.address].line))
            .collect::<Vec<_>>()
    };
    let both = format!("{head}{raw}");
    let azure = as_desired(&expand(&both));
    assert_eq!(refused(&both, &azure), []);
    assert_eq!(refused(&format!("{HEAD}{raw}"), &azure), [("resources/it".to_owned(), 7)]);
    let site =
        account.to_string().replace("Microsoft.Storage/storageAccounts", "Microsoft.Web/sites");
    let clone = format!(
        "{HEAD}stamp: {{ plan: {{ sku: P1v3 }} }}\nstamps:\n  weu:\n    region: westeurope\n    apps:\n      \
         web: {{ cloneOf: {site} }}\n"
    );
    assert_eq!(refused(&clone, &Observed::default())[0], ("weu/web".to_owned(), 11));
}

#[test]
fn a_size_without_zones_is_refused_where_the_zones_would_stay() {
    let sized = |plan: &str| {
        expand(&format!("{HEAD}stamps: {{ weu: {{ region: westeurope, plan: {{ {plan} }} }} }}\n"))
    };
    let before = sized("sku: P2v3, instances: 3, zoneRedundant: true");
    let azure = as_desired(&before);
    let options = Options { last: planner::Last::of(&before), ..Options::default() };
    let planned = |plan: &str| plan_with(&sized(plan), &azure, &options);
    let refused = planned("sku: S1, instances: 3");
    assert_eq!(codes(&refused), [("cannot-keep", "weu/plan")]);
    assert!(refused.refusals[0].help.contains("`zoneRedundant: false`"), "{:?}", refused.refusals);
    for fine in [
        "sku: S1, instances: 3, zoneRedundant: false",
        "sku: P1v3, instances: 3",
        "sku: P2v3, instances: 2",
    ] {
        assert_eq!(codes(&planned(fine)), [], "{fine}");
    }
}
