use serde_json::json;

use super::super::{facts, known_types};
use super::*;
use crate::ResourceType;

/// Returns what is at stake at a path of a type, null standing for an absent value.
fn at_stake(kind: &str, path: &str, before: Value, after: Value) -> Vec<Stake> {
    let facts = match kind.split_once(':') {
        Some((kind, document)) => facts(&ResourceType::new(kind)).document(document),
        None => facts(&ResourceType::new(kind)),
    };
    let side = |value: Value| Some(value).filter(|value| !value.is_null());
    let (before, after) = (side(before), side(after));
    let found = facts.stakes_of(&PropertyPath::parse(path), before.as_ref(), after.as_ref());
    found.into_iter().collect()
}

/// Checks that a change from worse to better is told of nothing, and back of `stake`.
fn falls(stake: Stake, cases: &[(&str, &str, Value, Value)]) {
    for (kind, path, better, worse) in cases {
        let (better, worse) = (better.clone(), worse.clone());
        let down = at_stake(kind, path, better.clone(), worse.clone());
        assert!(down.contains(&stake), "{kind} {path}: {better} → {worse} tells {down:?}");
        let up = at_stake(kind, path, worse.clone(), better.clone());
        assert!(!up.contains(&stake), "{kind} {path}: {worse} → {better} tells {up:?}");
    }
}

#[test]
fn fewer_copies_are_less_redundancy() {
    let storage = "Microsoft.Storage/storageAccounts";
    let cosmos = "Microsoft.DocumentDB/databaseAccounts";
    let profile = "Microsoft.Network/trafficManagerProfiles";
    let autoscale = "Microsoft.Insights/autoscalesettings";
    falls(
        Stake::Redundancy,
        &[
            (storage, "sku.name", json!("Standard_GZRS"), json!("Standard_GRS")),
            (storage, "sku.name", json!("Standard_RAGRS"), json!("standard_grs")),
            (storage, "sku", json!({"name": "Standard_ZRS"}), json!({"name": "Standard_LRS"})),
            ("Microsoft.Web/serverfarms", "sku.capacity", json!(3), json!(2)),
            ("Microsoft.Web/serverfarms", "properties.zoneRedundant", json!(true), Value::Null),
            (autoscale, "properties.profiles[day].capacity.minimum", json!("10"), json!("9")),
            (profile, "properties.endpoints[neu]", json!({"name": "neu"}), Value::Null),
            (
                profile,
                "properties.endpoints[neu].properties.endpointStatus",
                json!("Enabled"),
                json!("Disabled"),
            ),
            (cosmos, "properties.locations[North Europe]", json!({}), Value::Null),
            (cosmos, "properties.locations[weu].isZoneRedundant", json!(true), json!(false)),
            (cosmos, "properties.enableAutomaticFailover", json!(true), json!(false)),
            (
                "Microsoft.Sql/servers/databases",
                "properties.zoneRedundant",
                json!(true),
                json!(false),
            ),
            (
                "Microsoft.Sql/servers/databases",
                "properties.requestedBackupStorageRedundancy",
                json!("Geo"),
                json!("Local"),
            ),
            ("Microsoft.Cache/redis", "properties.sku.name", json!("Standard"), json!("Basic")),
            (
                "Microsoft.ContainerService/managedClusters",
                "properties.agentPoolProfiles[system].availabilityZones",
                json!(["1", "2", "3"]),
                json!(["1"]),
            ),
            ("Microsoft.Contoso/widgets", "zones", json!(["1", "2"]), json!(["1"])),
            ("Microsoft.Contoso/widgets", "properties.a.zoneRedundant", json!(true), json!(false)),
        ],
    );
}

#[test]
fn what_guards_less_is_weaker_security() {
    let storage = "Microsoft.Storage/storageAccounts";
    let web = "Microsoft.Web/sites/config:web";
    let waf = "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies";
    falls(
        Stake::Security,
        &[
            (web, "properties.minTlsVersion", json!("1.2"), json!("1.0")),
            (storage, "properties.minimumTlsVersion", json!("TLS1_2"), json!("TLS1_1")),
            ("Microsoft.Cache/redis", "properties.minimumTlsVersion", json!("1.2"), json!("1.0")),
            (
                "Microsoft.DocumentDB/databaseAccounts",
                "properties.minimalTlsVersion",
                json!("Tls12"),
                json!("Tls"),
            ),
            ("Microsoft.Web/sites", "properties.httpsOnly", json!(true), json!(false)),
            ("Microsoft.Web/sites", "properties.httpsOnly", json!(true), Value::Null),
            (storage, "properties.publicNetworkAccess", json!("Disabled"), json!("Enabled")),
            (storage, "properties.publicNetworkAccess", json!("Disabled"), Value::Null),
            (storage, "properties.allowBlobPublicAccess", Value::Null, json!(true)),
            (storage, "properties.networkAcls.defaultAction", json!("Deny"), json!("Allow")),
            (storage, "properties.networkAcls", json!({"defaultAction": "Deny"}), Value::Null),
            (waf, "properties.policySettings.mode", json!("Prevention"), json!("Detection")),
            (waf, "properties.policySettings.enabledState", json!("Enabled"), json!("Disabled")),
            (
                "Microsoft.KeyVault/vaults",
                "properties.enablePurgeProtection",
                json!(true),
                json!(false),
            ),
            (
                "Microsoft.DocumentDB/databaseAccounts",
                "properties.ipRules",
                json!([{"ipAddressOrRange": "1.2.3.4"}]),
                json!([]),
            ),
        ],
    );
}

#[test]
fn what_lets_more_in_is_weaker_security() {
    falls(
        Stake::Security,
        &[
            (
                "Microsoft.Cdn/profiles/afdEndpoints/routes",
                "properties.supportedProtocols",
                json!(["Https"]),
                json!(["Http", "Https"]),
            ),
            (
                "Microsoft.Authorization/locks",
                "properties.level",
                json!("ReadOnly"),
                json!("CanNotDelete"),
            ),
            (
                "Microsoft.Network/virtualNetworks/subnets",
                "properties.networkSecurityGroup",
                json!({"id": "/x"}),
                Value::Null,
            ),
            (
                "Microsoft.Contoso/widgets",
                "properties.publicNetworkAccess",
                json!("Disabled"),
                json!("Enabled"),
            ),
            ("Microsoft.Contoso/widgets", "properties.disableLocalAuth", json!(true), json!(false)),
        ],
    );
}

#[test]
fn what_stops_to_serve_is_told_apart_from_what_moves() {
    let profile = "Microsoft.Network/trafficManagerProfiles";
    let off = at_stake(profile, "properties.profileStatus", json!("Enabled"), json!("Disabled"));
    assert_eq!(off, [Stake::Serving, Stake::Traffic]);
    let on = at_stake(profile, "properties.profileStatus", json!("Disabled"), json!("Enabled"));
    assert_eq!(on, [Stake::Traffic]);
    let weight = "properties.endpoints[weu].properties.weight";
    assert_eq!(at_stake(profile, weight, json!(1), json!(5)), [Stake::Traffic]);
}

#[test]
fn access_is_told_whichever_way_it_changes() {
    let vault = "Microsoft.KeyVault/vaults";
    let policy = "properties.accessPolicies[ops].permissions.secrets";
    for (before, after) in [(json!(["get"]), json!(["get", "set"])), (json!(["get"]), json!([]))] {
        assert_eq!(at_stake(vault, policy, before, after), [Stake::Access]);
    }
    let rules = "properties.securityRules[http].properties.sourceAddressPrefix";
    let group = "Microsoft.Network/networkSecurityGroups";
    assert_eq!(at_stake(group, rules, json!("10.0.0.0/8"), json!("*")), [Stake::Access]);
}

#[test]
fn more_of_what_is_paid_for_costs_and_less_does_not() {
    let plan = "Microsoft.Web/serverfarms";
    let costs = |kind: &str, path: &str, before: Value, after: Value| {
        at_stake(kind, path, before, after).contains(&Stake::Cost)
    };
    assert!(costs(plan, "sku.name", json!("P1v3"), json!("P2v3")));
    assert!(!costs(plan, "sku.name", json!("P2v3"), json!("P1v3")));
    assert!(costs(plan, "sku.capacity", json!(1), json!(2)));
    let account = "Microsoft.Storage/storageAccounts";
    assert!(costs(account, "sku.name", json!("Standard_LRS"), json!("Standard_GRS")));
    assert!(costs("Microsoft.Contoso/widgets", "sku.tier", json!("Basic"), json!("Premium")));
}

#[test]
fn what_is_new_in_a_list_is_no_loss() {
    let profile = "Microsoft.Network/trafficManagerProfiles";
    let off = json!({"name": "neu", "properties": {"endpointStatus": "Disabled"}});
    let found = at_stake(profile, "properties.endpoints[neu]", Value::Null, off);
    assert_eq!(found, [Stake::Traffic]);
}

#[test]
fn of_what_is_not_on_a_scale_nothing_is_claimed() {
    let web = "Microsoft.Web/sites/config:web";
    for other in [json!("9.9"), json!({"$reference": "x"}), json!([1]), Value::Null] {
        assert!(
            !at_stake(web, "properties.minTlsVersion", json!("1.2"), other)
                .contains(&Stake::Security)
        );
    }
}

#[test]
fn every_staked_property_has_a_scale_that_can_move() {
    for facts in known_types() {
        let documents = facts.documents.iter().map(|(_, document)| *document);
        for staked in documents.chain([facts]).flat_map(|facts| facts.stakes).chain(ANYWHERE) {
            let Staked { path, scale, absent, .. } = staked;
            let is_on_scale = match scale {
                Scale::Rungs(rungs) => {
                    assert!(rungs.len() > 1, "{path}");
                    rungs.iter().any(|rung| rung.contains(absent))
                }
                Scale::Number => absent.parse::<i64>().is_ok(),
                _ => false,
            };
            assert!(absent.is_empty() || is_on_scale, "{}: {path}", facts.resource_type);
        }
    }
}
