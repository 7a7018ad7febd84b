//! The cache of a stamp: to Azure and back.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use families::identities::IDENTITY;
use families::language;
use importer::{Imported, Request, Verdict};
use planner::Desired;
use resource::{Observed, ResourceId};
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

/// An Azure that holds what is asked for, in which each identity has a principal of its own.
fn live(desired: &Desired) -> Observed {
    let mut observed = support::azure(desired);
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
    observed
}

fn imported(observed: &Observed, groups: &[&str]) -> Imported {
    let group = |name: &&str| ResourceId::group("11111111-2222-3333-4444-555555555555", name);
    let scopes = groups.iter().map(group).collect();
    let request = Request { scopes, name: None, cloud: None, environment: BTreeMap::new() };
    importer::import(language(), observed, &request)
}

#[test]
fn a_cache_is_imported_as_it_was_expanded() {
    let desired = support::expanded(language(), TEXT);
    let observed = live(&desired);
    let imported = imported(&observed, &["rg-osprey-weu", "rg-osprey-neu"]);
    insta::assert_snapshot!(imported.body);
    let again = support::expanded(language(), &imported.body);
    for address in ["weu/redis", "neu/redis/database", "weu/identities/reader/uses/amr-osprey-weu"]
    {
        let body = |desired: &Desired| desired.by_address(address).unwrap().body.clone();
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
fn a_second_cache_of_a_stamp_is_told_of_raw_with_what_lies_below() {
    let desired = support::expanded(language(), TEXT);
    let mut observed = live(&desired);
    let cache = desired.by_address("weu/redis").unwrap().id.clone();
    let group = cache.parent().unwrap();
    let second = group.extension("Microsoft.Cache/redisEnterprise", "zz-osprey-weu");
    let own: Vec<_> =
        observed.resources.values().filter(|seen| seen.id.is_within(&cache)).cloned().collect();
    assert_eq!(own.len(), 3, "a cache, its database, and the right of the reader");
    for mut copy in own {
        let below = copy.id.as_str().strip_prefix(cache.as_str()).unwrap();
        copy.id = ResourceId::parse(&format!("{second}{below}")).unwrap();
        copy.body["name"] = json!(copy.id.name());
        observed.insert(copy);
    }
    let imported = imported(&observed, &["rg-osprey-weu"]);
    assert_eq!(imported.body.matches("redis:").count(), 1, "{}", imported.body);
    assert!(imported.body.contains("uses: [redis]"), "{}", imported.body);
    let again = support::expanded(language(), &imported.body);
    let inside = observed.resources.keys().filter(|id| id.is_within(&second));
    let untold: Vec<_> = inside.filter(|id| again.get(id).is_none()).collect();
    assert!(untold.is_empty(), "{untold:?}\n{}", imported.body);
}
