//! Every resource has one owner in a topology.

use planner::Desired;
use serde_json::{Value, json};

use crate::azure::{as_desired, expand, names, plan};

const HEADER: &str = "version: 1\nname: osprey\nsubscription: 11111111-2222-3333-4444-555555555555\nlocation: westeurope\n";

const STAMP: &str = "stamp:\n  plan: { sku: P1v3 }\n  apps: { web: { runtime: node|20-lts } }\nstamps:\n  weu: { region: westeurope }\n";

fn desired(text: &str) -> Desired {
    expand(&format!("{HEADER}{text}"))
}

/// Returns code, line of the second and lines of the first place of every mistake.
fn mistakes(text: &str) -> Vec<(&'static str, u32, Vec<u32>)> {
    let found = desired(text).diagnostics.into_iter();
    found
        .map(|it| (it.code, it.place.line, it.also.iter().map(|(at, _)| at.line).collect()))
        .collect()
}

#[test]
fn two_entries_of_one_resource_are_a_mistake_with_both_places() {
    let cases = [
        "resources:\n  one: { type: Microsoft.Cache/redis, apiVersion: 2024-11-01, name: same }\n  two: { type: Microsoft.Cache/Redis, apiVersion: 2024-11-01, name: Same }\n",
        "identities:\n  one: { name: id-same }\n  two: { name: ID-same }\n",
        "resources:\n  one: { type: Microsoft.Cache/redis, apiVersion: 2024-11-01, name: same }\n  two: { type: Microsoft.Cache/redis, apiVersion: 2024-11-01, id: /subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/RG-osprey-global/providers/Microsoft.Cache/redis/same }\n",
        "dns:\n  example.com: { records: { www: { a: 192.0.2.1 } } }\nresources:\n  record: { type: Microsoft.Network/dnsZones/A, apiVersion: 2018-05-01, parent: dns/example.com, name: WWW, properties: { TTL: 60 } }\n",
        "dns:\n  example.com: { records: { www: { a: 192.0.2.1, alias: /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/ip } } }\n",
        "storage:\n  one: { redundancy: ZRS, name: stsame, existing: true }\nresources:\n  two: { type: Microsoft.Storage/storageAccounts, apiVersion: 2024-01-01, name: stsame, location: westeurope }\n",
    ];
    for text in cases {
        let found = mistakes(text);
        assert_eq!(found.len(), 1, "{text}\n{found:?}");
        assert_eq!(found[0].0, "declared-twice", "{text}");
    }
    assert_eq!(mistakes(cases[0]), [("declared-twice", 7, vec![6])]);
}

#[test]
fn a_plan_that_two_stamps_make_is_a_mistake_and_one_that_they_read_is_not() {
    let stamps = |existing: &str| {
        format!(
            "stamp:\n  plan: {{ name: asp-shared, resourceGroup: rg-shared, {existing} }}\n  apps: {{ web: {{ runtime: node|20-lts }} }}\nstamps:\n  weu: {{ region: westeurope }}\n  neu: {{ region: northeurope }}\n"
        )
    };
    assert_eq!(mistakes(&stamps("sku: P1v3")).len(), 1);
    assert_eq!(mistakes(&stamps("existing: true")), []);
}

#[test]
fn a_raw_entry_adds_to_the_document_that_an_app_has_of_its_own() {
    let raw = |properties: &str| {
        format!(
            "{STAMP}resources:\n  more: {{ type: Microsoft.Web/sites/config, apiVersion: 2024-11-01, parent: weu/web, name: web, properties: {{ {properties} }} }}\n"
        )
    };
    let joined = desired(&raw("webSocketsEnabled: true, minTlsVersion: \"1.2\""));
    assert_eq!(joined.diagnostics, []);
    let document = &joined.by_address("weu/web/config").unwrap().body["properties"];
    assert_eq!(document["webSocketsEnabled"], json!(true));
    assert_eq!(document["linuxFxVersion"], json!("NODE|20-lts"));
    // What both give must be the same.
    let clash = desired(&raw("MinTlsVersion: \"1.3\"")).diagnostics;
    assert_eq!(clash.len(), 1);
    assert!(clash[0].message.contains("properties.MinTlsVersion"), "{}", clash[0].message);
}

#[test]
fn the_same_right_or_certificate_asked_for_twice_is_one() {
    let twice = desired(
        "storage: { data: { redundancy: ZRS } }\nstamp:\n  plan: { sku: P1v3 }\n  apps:\n    web:\n      runtime: node|20-lts\n      identity: system\n      permissions:\n        - { role: Storage Blob Data Reader, scope: storage/data }\n        - { role: Storage Blob Data Reader, scope: storage/data }\n    api: { runtime: node|20-lts }\nstamps:\n  weu: { region: westeurope }\ndns: { example.com: {} }\ndomains:\n  app.example.com: { routeTo: weu/web, bind: [weu/web, weu/api], certificate: managed }\n",
    );
    assert_eq!(twice.diagnostics, []);
    let count = |kind: &str| twice.resources().filter(|it| it.id.resource_type().is(kind)).count();
    assert_eq!(count("Microsoft.Authorization/roleAssignments"), 1);
    assert_eq!(count("Microsoft.Web/certificates"), 1);
}

#[test]
fn a_declared_text_and_the_proof_of_a_domain_share_their_set() {
    let text = format!(
        "{STAMP}dns:\n  example.com: {{ records: {{ asuid.app: {{ txt: [other-service, \"TOLD-BY-HAND\"] }} }} }}\ndomains:\n  app.example.com: {{ routeTo: weu/web, bind: web }}\n"
    );
    let shared = desired(&text);
    assert_eq!(shared.diagnostics, []);
    let record = shared.by_address("dns/example.com/asuid.app/TXT").unwrap();
    assert_eq!(record.body["properties"]["TXTRecords"].as_array().map(Vec::len), Some(3));
    assert_eq!(names(&plan(&shared, &as_desired(&shared))), Vec::<&str>::new());
    // Where the text is the proof itself, it is sent once.
    let mut azure = as_desired(&shared);
    let site = shared.by_address("weu/web").unwrap().id.clone();
    azure.resources.get_mut(&site).unwrap().body["properties"]["customDomainVerificationId"] =
        json!("TOLD-BY-HAND");
    let id = record.id.clone();
    let seen = azure.resources.get_mut(&id).unwrap();
    seen.body["properties"]["TXTRecords"] =
        json!([{ "value": ["TOLD-", "BY-HAND"] }, { "value": ["other-service"] }]);
    assert_eq!(names(&plan(&shared, &azure)), Vec::<&str>::new());
}

#[test]
fn a_group_with_an_entry_of_its_own_is_as_that_entry_says() {
    let desired = desired(
        "resources:\n  group: { type: Microsoft.Resources/resourceGroups, apiVersion: 2021-04-01, id: /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-osprey-global, location: northeurope }\nstorage: { data: { redundancy: ZRS } }\n",
    );
    assert_eq!(desired.diagnostics, []);
    assert_eq!(desired.by_address("resources/group").unwrap().body["location"], "northeurope");
}

#[test]
fn names_reach_azure_in_the_form_that_dns_has() {
    let desired = desired(
        "dns:\n  Bücher.example.:\n    records:\n      Straße: { cname: Ä.example.net }\n      plain: { cname: Host.Example.net. }\n      mail: { mx: { preference: 10, exchange: ä.example.net } }\n",
    );
    let record = |address: &str| desired.by_address(address).unwrap();
    let idn = record("dns/xn--bcher-kva.example/xn--strae-oqa/CNAME");
    assert!(idn.id.as_str().ends_with("/dnsZones/xn--bcher-kva.example/CNAME/xn--strae-oqa"));
    assert_eq!(idn.body["properties"]["CNAMERecord"]["cname"], "xn--4ca.example.net");
    let plain = record("dns/xn--bcher-kva.example/plain/CNAME");
    assert_eq!(plain.body["properties"]["CNAMERecord"]["cname"], "Host.Example.net.");
    let mail = record("dns/xn--bcher-kva.example/mail/MX");
    assert_eq!(mail.body["properties"]["MXRecords"][0]["exchange"], "xn--4ca.example.net");
}

#[test]
fn a_long_text_is_split_by_octets_and_never_inside_a_letter() {
    let text = "é".repeat(300);
    let desired =
        desired(&format!("dns: {{ example.com: {{ records: {{ long: {{ txt: {text} }} }} }} }}\n"));
    let body = &desired.by_address("dns/example.com/long/TXT").unwrap().body;
    let strings = body["properties"]["TXTRecords"][0]["value"].as_array().unwrap();
    let strings: Vec<&str> = strings.iter().filter_map(Value::as_str).collect();
    assert!(strings.iter().all(|string| string.len() <= 255), "{strings:?}");
    assert_eq!(strings.concat(), text);
}
