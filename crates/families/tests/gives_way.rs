//! What its section can say only in part gives way to the escape hatch, with all that belongs to it.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use families::language;
use importer::{Imported, Request, Verdict};
use resource::{Observation, Observed, ResourceId};
use serde_json::{Value, json};

const TEXT: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
resourceGroup: rg-osprey
location: westeurope
storage:
  media: { redundancy: ZRS, containers: [pictures] }
frontDoor:
  edge:
    tier: premium
    origins:
      site: { hosts: { one: { host: one.example.com } } }
      files: { hosts: { two: { host: two.example.com } } }
    routes:
      all: { to: site }
      files: { to: files, paths: [/files/*] }
stamp:
  plan: { sku: P1v3 }
  apps: { web: { runtime: node|22-lts } }
stamps:
  weu: { region: westeurope }
";

/// Imports an Azure that holds the profile, with something that was changed about it.
fn imported(change: impl FnOnce(&mut Observed)) -> (Observed, Imported) {
    let mut observed = support::azure(&support::expanded(language(), TEXT));
    observed.resources.retain(|id, _| id.resource_group() == Some("rg-osprey"));
    change(&mut observed);
    let scopes = vec![ResourceId::group("11111111-2222-3333-4444-555555555555", "rg-osprey")];
    let request = Request { scopes, name: None, cloud: None, environment: BTreeMap::new() };
    let imported = importer::import(language(), &observed, &request);
    (observed, imported)
}

/// Returns the one resource whose ID ends so.
fn ending(observed: &Observed, end: &str) -> ResourceId {
    let mut found = observed.resources.keys().filter(|id| id.as_str().ends_with(end));
    found.next().unwrap_or_else(|| panic!("{end}")).clone()
}

fn set(observed: &mut Observed, end: &str, key: &str, value: Value) {
    let id = ending(observed, end);
    observed.resources.get_mut(&id).unwrap().body["properties"][key] = value;
}

/// Holds that the profile is told of by the escape hatch, for this reason, with each of its parts.
fn assert_gives_way(found: (Observed, Imported), why: &str) {
    assert_section_gives_way(found, ("frontDoor:", "/profiles/"), why);
}

fn assert_section_gives_way(
    (observed, imported): (Observed, Imported),
    (section, inside): (&str, &str),
    why: &str,
) {
    let text = imported.text();
    assert_eq!(imported.verdict, Verdict::Empty, "{text}");
    assert!(!text.contains(section), "{text}");
    assert!(text.contains(&format!("# {why}")), "{text}");
    let desired = support::expanded(language(), &imported.body);
    let parts = observed.resources.keys().filter(|id| id.as_str().contains(inside));
    let untold: Vec<&ResourceId> = parts.filter(|id| desired.get(id).is_none()).collect();
    assert!(untold.is_empty(), "{untold:?}\n{text}");
}

#[test]
fn what_can_be_said_is_imported_as_it_was_expanded() {
    let (_, imported) = imported(|_| {});
    assert_eq!(imported.verdict, Verdict::Empty, "{}", imported.body);
    insta::assert_snapshot!(imported.body);
}

#[test]
fn a_profile_without_an_endpoint_gives_way() {
    let found = imported(|observed| {
        observed.resources.retain(|id, _| !id.as_str().contains("afdEndpoints"));
    });
    assert_gives_way(found, "An entry has one endpoint, and it has 0.");
}

#[test]
fn a_profile_with_two_endpoints_gives_way() {
    let found = imported(|observed| {
        let first = ending(observed, "afdEndpoints/osprey-edge");
        let id = first.parent().unwrap().child("afdEndpoints", "second");
        let body = observed.get(&first).unwrap().body.clone();
        observed.insert(Observation { id, body, etag: None });
    });
    assert_gives_way(found, "An entry has one endpoint, and it has 2.");
}

#[test]
fn an_origin_behind_a_private_link_gives_way_with_its_profile() {
    let found = imported(|observed| {
        let link = json!({ "privateLinkLocation": "westeurope", "groupId": "sites" });
        set(observed, "origins/two", "sharedPrivateLinkResource", link);
    });
    assert_gives_way(found, "Its origin `two` is behind a private link.");
}

#[test]
fn a_rule_that_has_no_word_gives_way_with_its_profile() {
    let found = imported(|observed| {
        let profile = ending(observed, "afdEndpoints/osprey-edge").parent().unwrap();
        let set = profile.child("ruleSets", "security");
        let body = json!({ "name": "sign", "properties": {
            "order": 1,
            "conditions": [],
            "actions": [{ "name": "UrlSigning", "parameters": {} }],
        } });
        observed.insert(Observation { id: set.child("rules", "sign"), body, etag: None });
        let body = json!({ "name": "security" });
        observed.insert(Observation { id: set, body, etag: None });
    });
    assert_gives_way(found, "Its rule `security/sign` does what the language has no word for.");
}

#[test]
fn a_profile_of_another_service_gives_way() {
    let found = imported(|observed| {
        let id = ending(observed, "profiles/afd-osprey-edge");
        observed.resources.get_mut(&id).unwrap().body["sku"]["name"] = json!("Standard_Microsoft");
    });
    assert_gives_way(found, "Its tier `Standard_Microsoft` is none of Front Door's.");
}

#[test]
fn what_a_trial_shows_of_a_part_is_learned_of_its_profile() {
    let told = "The language's own part would change";
    let domains = imported(|observed| {
        let edge = ending(observed, "originGroups/site").parent().unwrap();
        let domain = edge.child("customDomains", "www-example-com");
        set(observed, "routes/all", "customDomains", json!([{ "id": domain.as_str() }]));
    });
    assert_gives_way(domains, told);
    let port = imported(|observed| set(observed, "origins/one", "httpsPort", json!(8443)));
    assert_gives_way(port, &format!("{told} `properties.httpsPort`."));
    let off = imported(|observed| {
        set(observed, "afdEndpoints/osprey-edge", "enabledState", json!("Disabled"));
    });
    assert_gives_way(off, &format!("{told} `properties.enabledState`."));
}

#[test]
fn a_part_that_no_text_can_say_is_learned_of_its_profile() {
    let empty = imported(|observed| {
        observed.resources.retain(|id, _| !id.as_str().ends_with("origins/two"));
    });
    assert_gives_way(empty, "Group `files` has no origin.");
    let lost = imported(|observed| {
        observed.resources.retain(|id, _| !id.as_str().contains("originGroups/files"));
    });
    assert_gives_way(lost, "There is no group `files` under `origins`.");
}

#[test]
fn a_part_without_its_profile_is_told_of_raw() {
    let (_, imported) = imported(|observed| {
        observed.resources.retain(|id, _| {
            !id.as_str().contains("/profiles/") || id.as_str().ends_with("originGroups/site")
        });
    });
    assert_eq!(imported.body.matches("type: Microsoft.Cdn/").count(), 1, "{}", imported.body);
}

#[test]
fn an_account_gives_way_with_its_containers() {
    let mut found = imported(|observed| {
        let pictures = ending(observed, "containers/pictures");
        let logs = pictures.parent().unwrap().child("containers", "$logs");
        observed.insert(Observation { id: logs, body: json!({}), etag: None });
        let account = pictures.ancestors().nth(1).unwrap();
        observed.resources.get_mut(&account).unwrap().body["sku"]["name"] = json!("PremiumV2_ZRS");
    });
    // What Azure makes itself nobody says.
    assert!(!found.1.body.contains("$logs"), "{}", found.1.body);
    assert!(!found.1.body.contains("existing"), "{}", found.1.body);
    found.0.resources.retain(|id, _| id.name() != "$logs");
    assert_section_gives_way(
        found,
        ("storage:", "/storageAccounts/"),
        "Storage account `media` has no `redundancy`.",
    );
}
