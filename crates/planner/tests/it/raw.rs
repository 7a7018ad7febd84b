//! Entries of `resources`: what of them reaches Azure.

use plan::Operation;
use planner::{Last, Options};
use resource::Observed;
use serde_json::{Value, json};

use crate::azure::{as_desired, expand, names, plan, plan_with};

const HEAD: &str = "
version: 1
name: north
subscription: 11111111-2222-3333-4444-555555555555
location: northeurope
stamps: { weu: { region: westeurope } }
";

fn body(entry: &str) -> Value {
    let desired = expand(&format!("{HEAD}resources:\n  it: {entry}\n"));
    desired.by_address("resources/it").expect("the entry").body.clone()
}

/// Returns the `location` with which a new resource is sent.
fn sent_location(text: &str, address: &str) -> Value {
    let desired = expand(&format!("{HEAD}{text}"));
    let made = plan(&desired, &Observed::default());
    let action = made.actions.iter().find(|action| action.address == address).expect("an action");
    let Operation::Write { body, .. } = &action.operation else { panic!("a write") };
    body["location"].clone()
}

#[test]
fn every_member_that_arm_has_at_the_top_is_sent() {
    for (name, value) in [
        ("sku", json!({ "name": "Basic" })),
        ("kind", json!("web")),
        ("identity", json!({ "type": "SystemAssigned" })),
        ("zones", json!(["1", "2"])),
        ("plan", json!({ "name": "a", "publisher": "b", "product": "c", "promotionCode": "" })),
        ("managedBy", json!("/subscriptions/s")),
        ("managedByExtended", json!(["/subscriptions/s"])),
        ("extendedLocation", json!({ "type": "EdgeZone", "name": "losangeles" })),
        ("scale", json!({ "capacity": 2 })),
        ("placement", json!({ "zonePlacementPolicy": "Any" })),
        ("properties", json!({ "a": [1, { "b": 2 }] })),
    ] {
        let entry =
            format!("{{ type: Contoso.Widgets/widgets, apiVersion: 2024-01-01, {name}: {value} }}");
        assert_eq!(body(&entry)[name], value, "{name}");
    }
}

#[test]
fn a_new_resource_of_a_type_that_has_a_region_gets_the_default_one() {
    let entry = |kind: &str, more: &str| {
        format!("{{ type: {kind}, apiVersion: 2024-01-01, name: it, {more} properties: {{}} }}")
    };
    for (kind, more, expected) in [
        ("Microsoft.Network/virtualNetworks", "", json!("northeurope")),
        ("Contoso.Widgets/widgets", "", json!("northeurope")),
        ("Microsoft.Network/virtualNetworks", "location: uksouth,", json!("uksouth")),
        ("Microsoft.Network/privateDnsZones", "", json!("global")),
        ("Microsoft.Insights/actionGroups", "", json!("global")),
        ("Microsoft.Consumption/budgets", "scope: resourceGroup,", json!(null)),
        ("Contoso.Guards/guards", "scope: resourceGroup,", json!(null)),
        ("Microsoft.Authorization/locks", "scope: resourceGroup,", json!(null)),
        ("Microsoft.Sql/servers/databases", "parent: resources/server,", json!("northeurope")),
        ("Microsoft.Sql/servers/firewallRules", "parent: resources/server,", json!(null)),
    ] {
        let server = entry("Microsoft.Sql/servers", "");
        let text = format!("resources:\n  server: {server}\n  it: {}\n", entry(kind, more));
        assert_eq!(sent_location(&text, "resources/it"), expected, "{kind}");
    }
    let in_stamp = format!(
        "stamp: {{ resources: {{ it: {} }} }}\n",
        entry("Microsoft.Network/virtualNetworks", "")
    );
    assert_eq!(sent_location(&in_stamp, "weu/resources/it"), json!("westeurope"));
}

#[test]
fn the_default_region_counts_at_the_creation_alone() {
    let text = "resources: { it: { type: Microsoft.Network/virtualNetworks, apiVersion: 2024-01-01, properties: {} } }";
    let desired = expand(&format!("{HEAD}{text}"));
    let mut azure = as_desired(&desired);
    let id = desired.by_address("resources/it").expect("the entry").id.clone();
    azure.resources.get_mut(&id).expect("seen").body["location"] = json!("uksouth");
    assert_eq!(names(&plan(&desired, &azure)), Vec::<&str>::new());
}

#[test]
fn a_value_is_read_by_the_api_version_of_its_entry() {
    let text = "
resources:
  ai: { type: Contoso.Mind/accounts, apiVersion: 2024-10-01, properties: {} }
  old: { type: Contoso.Mind/accounts, apiVersion: 2020-01-01, existing: true }
  net: { type: Microsoft.Network/virtualNetworks, apiVersion: 2021-02-01, properties: {} }
  one: { type: Contoso.Widgets/widgets, apiVersion: 2024-01-01, properties: { a: '{resources/ai.properties.endpoint}', b: '{resources/old.properties.endpoint}', c: '{resources/net.properties.x}' } }
";
    let desired = expand(&format!("{HEAD}{text}"));
    let mut azure = as_desired(&desired);
    let id = |key: &str| desired.by_address(&format!("resources/{key}")).expect("it").id.clone();
    azure.resources.remove(&id("one"));
    let made = plan(&desired, &azure);
    assert_eq!(names(&made), ["create resources/one"]);
    let version = |key: &str| made.api_versions.get(&id(key)).map(String::as_str);
    assert_eq!(version("ai"), Some("2024-10-01"));
    assert_eq!(version("old"), Some("2020-01-01"));
    assert_eq!(version("net"), Some("2021-02-01"));
    assert_eq!(version("one"), None, "its action says it");
}

#[test]
fn what_azure_never_returns_is_written_when_the_text_changes() {
    let entry = |secret: &str, more: &str| {
        expand(&format!(
            "{HEAD}resources: {{ it: {{ type: Contoso.Widgets/widgets, apiVersion: 2024-01-01, properties: {{ size: 1, adminPassword: '{secret}'{more} }} }} }}"
        ))
    };
    let before = entry("${secret:env:PROBE_AUTH}", "");
    let mut azure = as_desired(&before);
    for seen in azure.resources.values_mut() {
        if let Some(properties) = seen.body["properties"].as_object_mut() {
            properties.remove("adminPassword");
        }
    }
    let options = Options { last: Last::of(&before), ..Options::default() };
    let changed = |after: &planner::Desired| -> Vec<String> {
        let made = plan_with(after, &azure, &options);
        made.actions.iter().flat_map(|action| &action.changes).map(|c| c.path.clone()).collect()
    };
    assert_eq!(changed(&before), Vec::<String>::new());
    assert_eq!(changed(&entry("${secret:env:NEXT}", "")), ["properties.adminPassword"]);
    assert_eq!(
        changed(&entry("${secret:env:PROBE_AUTH}", ", createMode: Default")),
        Vec::<String>::new()
    );
    let after = entry("${secret:env:NEXT}", "");
    // Nothing is claimed where the last text cannot be had.
    assert_eq!(names(&plan(&after, &azure)), Vec::<&str>::new());
}

#[test]
fn null_in_a_raw_entry_is_absent() {
    let entry = |properties: &str| {
        format!(
            "{HEAD}resources:\n  it: {{ type: Contoso.Widgets/widgets, apiVersion: 2024-01-01, \
             properties: {properties} }}\n"
        )
    };
    let wanted = expand(&entry("{ a: 1, b: null }"));
    let made = plan(&wanted, &Observed::default());
    let create = made.actions.iter().find(|a| a.address == "resources/it").expect("an action");
    let Operation::Write { body, .. } = &create.operation else { panic!("a write") };
    assert_eq!(body["properties"], json!({ "a": 1 }));
    let there = crate::azure::as_desired(&expand(&entry("{ a: 1, b: 2 }")));
    let taken = plan(&wanted, &there);
    let changes = taken.actions.iter().flat_map(|action| &action.changes);
    let told: Vec<_> = changes.map(|c| (c.path.as_str(), c.after.is_none())).collect();
    assert_eq!(told, [("properties.b", true)]);
}

#[test]
fn what_lies_in_a_region_that_nothing_gives_is_a_mistake() {
    let header = "version: 1\nname: osprey\nsubscription: 11111111-2222-3333-4444-555555555555\n";
    let mistakes = |text: &str| -> Vec<(&str, u32)> {
        let found = expand(&format!("{header}{text}")).diagnostics;
        found.iter().map(|it| (it.code, it.place.line)).collect()
    };
    let bands = [
        ("identities", "{}"),
        ("vaults", "{}"),
        ("storage", "{ redundancy: LRS }"),
        ("resources", "{ type: Microsoft.Network/virtualNetworks, apiVersion: 2024-05-01 }"),
        ("resources", "{ type: Microsoft.Insights/components, apiVersion: 2020-02-02 }"),
    ];
    for (band, entry) in bands {
        let text = format!("{band}:\n  one: {entry}\n");
        assert_eq!(mistakes(&text), [("no-region", 5)], "{text}");
        for location in ["location: westeurope\n", "stamps: { weu: { region: westeurope } }\n"] {
            assert_eq!(mistakes(&format!("{location}{text}")), [], "{location}{text}");
        }
        let own = entry.replacen("{", "{ location: westeurope, ", 1).replace(", }", " }");
        assert_eq!(mistakes(&format!("{band}:\n  one: {own}\n")), [], "{own}");
    }
    for global in ["dns: { example.com: {} }\n", "identities: { ci: { existing: true } }\n"] {
        assert_eq!(mistakes(global), [], "{global}");
    }
}
