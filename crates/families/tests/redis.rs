//! The cache of a stamp: to Azure and back.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use families::identities::IDENTITY;
use families::language;
use importer::{Request, Verdict};
use resource::ResourceId;
use serde_json::json;

const TEXT: &str = "
version: 1
name: osprey
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
stamp:
  plan: { sku: P1v3 }
  redis: { sku: Balanced_B1, eviction: volatileTTL }
  identities: { reader: { uses: [redis] } }
  apps: { web: { runtime: node|22-lts, settings: { CACHE: \"{redis.hostName}:{redis.port}\" } } }
stamps:
  weu: { region: westeurope }
  neu: { region: northeurope, redis: { clustering: enterprise } }
";

#[test]
fn a_cache_is_imported_as_it_was_expanded() {
    let desired = support::expanded(language(), TEXT);
    let mut observed = support::azure(&desired);
    for seen in observed.resources.values_mut() {
        let kind = seen.id.resource_type();
        let stamp = if seen.id.as_str().contains("-weu") { "weu" } else { "neu" };
        if kind.is(IDENTITY) {
            seen.body["properties"]["principalId"] = json!(stamp);
        } else if kind.last() == "accessPolicyAssignments" {
            seen.body["properties"]["user"]["objectId"] = json!(stamp);
        } else if kind.last() == "redisEnterprise" {
            seen.body["properties"]["hostName"] =
                json!(format!("{}.redis.azure.net", seen.id.name()));
        }
    }
    let scopes = ["rg-osprey-weu", "rg-osprey-neu"]
        .map(|group| ResourceId::group("11111111-2222-3333-4444-555555555555", group));
    let environment = BTreeMap::new();
    let request = Request { scopes: scopes.to_vec(), name: None, cloud: None, environment };
    let imported = importer::import(language(), &observed, &request);
    insta::assert_snapshot!(imported.body);
    let again = support::expanded(language(), &imported.body);
    for address in ["weu/redis", "neu/redis/database", "weu/identities/reader/uses/amr-osprey-weu"]
    {
        let body = |desired: &planner::Desired| desired.by_address(address).unwrap().body.clone();
        assert_eq!(body(&again), body(&desired), "{address}");
    }
    // The fake Azure does not know what the setting refers to.
    assert!(
        matches!(imported.verdict, Verdict::Empty),
        "{:?}\n{}",
        imported.verdict,
        imported.body
    );
}

#[test]
fn a_second_cache_of_a_stamp_is_told_of_raw() {
    let desired = support::expanded(language(), TEXT);
    let mut observed = support::azure(&desired);
    let cache = desired.by_address("weu/redis").unwrap();
    let mut second = observed.get(&cache.id).unwrap().clone();
    second.id =
        cache.id.parent().unwrap().extension("Microsoft.Cache/redisEnterprise", "zz-osprey-weu");
    second.body["name"] = json!("zz-osprey-weu");
    observed.insert(second);
    let scopes = vec![ResourceId::group("11111111-2222-3333-4444-555555555555", "rg-osprey-weu")];
    let environment = BTreeMap::new();
    let request = Request { scopes, name: None, cloud: None, environment };
    let imported = importer::import(language(), &observed, &request);
    assert_eq!(imported.body.matches("redis:").count(), 1, "{}", imported.body);
    let raw = "name: zz-osprey-weu";
    assert!(
        imported.body.contains(raw) || imported.body.contains("zz-{name}"),
        "{}",
        imported.body
    );
}
