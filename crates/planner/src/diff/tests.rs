use proptest::prelude::*;
use resource::SecretSource;
use resource::catalogue::overlay;
use serde_json::json;

use super::*;

const PROFILE: &str = "Microsoft.Network/trafficManagerProfiles";
const UNKNOWN: &str = "Contoso.Things/things";

fn changes(resource_type: &str, desired: Value, observed: Value) -> Vec<PropertyChange> {
    compare(&resource_type.into(), &desired, &observed, &|_| None).changes
}

fn paths(resource_type: &str, desired: Value, observed: Value) -> Vec<String> {
    changes(resource_type, desired, observed).into_iter().map(|change| change.path).collect()
}

#[test]
fn only_what_is_declared_is_compared() {
    let observed = json!({ "location": "westus2", "tags": { "by": "policy" }, "properties": { "a": 1, "b": 2 } });
    let desired =
        json!({ "location": "West US 2", "tags": {}, "properties": { "a": 1, "c": null } });
    assert_eq!(paths(UNKNOWN, desired, observed), Vec::<String>::new());
}

#[test]
fn a_change_is_reported_at_its_path() {
    let endpoint = |weight: u32| json!({ "type": format!("{PROFILE}/azureEndpoints"), "name": "weu", "properties": { "weight": weight } });
    let body = |weight| json!({ "properties": { "endpoints": [endpoint(weight)] } });
    let found = changes(PROFILE, body(5), body(1));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "properties.endpoints[weu].properties.weight");
    assert_eq!((&found[0].before, &found[0].after), (&Some(json!(1)), &Some(json!(5))));
}

#[test]
fn a_member_too_many_and_one_too_few_are_reported_by_name() {
    let body = |names: &[&str]| {
        let endpoints: Vec<Value> = names
            .iter()
            .map(|name| json!({ "type": format!("{PROFILE}/externalEndpoints"), "name": name }))
            .collect();
        json!({ "properties": { "endpoints": endpoints } })
    };
    assert_eq!(
        paths(PROFILE, body(&["a", "b"]), body(&["b", "c"])),
        ["properties.endpoints[a]", "properties.endpoints[c]"]
    );
}

#[test]
fn an_immutable_property_forces_replacement_with_the_reason() {
    let body = |name| json!({ "properties": { "dnsConfig": { "relativeName": name } } });
    let found = changes(PROFILE, body("a"), body("b"));
    assert!(found[0].forces_replacement.as_ref().unwrap().contains("DNS name"));
}

#[test]
fn a_secret_is_compared_and_never_shown() {
    let secret = Expression::Secret(SecretSource::Env("KEY".into())).to_value();
    let desired = json!({ "properties": { "note": secret, "adminPassword": "new" } });
    let observed = json!({ "properties": { "note": "old", "adminPassword": "old" } });
    let resolve = |_: &Expression| Some(json!("hunter2"));
    let found = compare(&UNKNOWN.into(), &desired, &observed, &resolve).changes;
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|change| change.sensitive));
    assert!(!format!("{found:?}").contains("hunter2") && !format!("{found:?}").contains("old\""));
}

#[test]
fn what_cannot_be_known_yet_is_no_change() {
    let secret = Expression::Secret(SecretSource::Env("KEY".into()));
    let desired = json!({ "properties": { "a": secret.to_value() } });
    let found = compare(&UNKNOWN.into(), &desired, &json!({ "properties": {} }), &|_| None);
    assert_eq!(found.changes, []);
    assert_eq!(
        found.unknown,
        [Unknown { path: "properties.a".into(), expression: secret, immutable: None }]
    );
}

#[test]
fn the_value_of_a_pair_that_names_a_secret_is_not_shown_wherever_the_pair_stands() {
    let of = |value: &str| {
        json!({ "properties": {
            "single": { "name": "clientSecret", "value": value },
            "keyed": [{ "key": "DB_PASSWORD_PROD", "value": value }],
            "parameters": { "clientSecret": { "value": value } },
            "httpHeaders": [{ "name": "X-Key", "value": value }],
            "url": format!("https://a.example/x?code={value}"),
        }, "tags": { "API_TOKEN_PROD": value } })
    };
    let changed = changes(UNKNOWN, of("new-hush"), of("old-hush"));
    assert_eq!(changed.len(), 6, "{changed:?}");
    let shown = serde_json::to_string(&changed).expect("plain data");
    assert!(!shown.contains("hush"), "{shown}");
    let created = json!({ "properties": { "added": of("long-hush") } });
    let told = changes(UNKNOWN, created, json!({}));
    let shown = serde_json::to_string(&told).expect("plain data");
    assert!(!shown.contains("hush"), "{shown}");
}

#[test]
fn a_secret_inside_a_member_that_is_too_many_is_not_shown() {
    let member = json!({ "name": "KEY", "value": "hunter2", "clientSecret": "hunter2" });
    let observed = json!({ "properties": { "siteConfig": { "appSettings": [member] } } });
    let desired = json!({ "properties": { "siteConfig": { "appSettings": [] } } });
    let found = changes("Microsoft.Web/sites", desired, observed);
    assert_eq!(found[0].path, "properties.siteConfig.appSettings[KEY]");
    assert!(!format!("{found:?}").contains("hunter2"));
}

#[test]
fn an_unknown_member_leaves_its_array_unknown() {
    let secret = Expression::Secret(SecretSource::Env("TOKEN".into()));
    let desired = json!({ "properties": { "TXTRecords": [{ "value": [secret.to_value()] }] } });
    let observed = json!({ "properties": { "TXTRecords": [{ "value": ["old"] }] } });
    let record = "Microsoft.Network/dnsZones/TXT".into();
    let found = compare(&record, &desired, &observed, &|_| None);
    assert_eq!(found.changes, []);
    assert_eq!(found.unknown[0].path, "properties.TXTRecords[0].value[0]");
    let found = compare(&record, &desired, &observed, &|_| Some(json!("new")));
    assert_eq!(found.changes[0].path, "properties.TXTRecords[0].value");
    assert!(found.changes[0].sensitive);
}

#[test]
fn an_application_setting_is_compared_to_the_letter() {
    let body = |value: &str| json!({ "name": "appsettings", "properties": { "MODE": value } });
    let found = changes("Microsoft.Web/sites/config", body("Blue"), body("blue"));
    assert_eq!(found[0].path, "properties.MODE");
    assert_eq!((&found[0].before, &found[0].after), (&Some(json!("blue")), &Some(json!("Blue"))));
}

#[test]
fn an_entry_that_is_empty_is_an_entry() {
    let body = |value: Value| json!({ "name": "appsettings", "properties": value });
    let (empty, none) = (body(json!({ "MODE": "" })), body(json!({})));
    let gone = body(json!({ "MODE": resource::absent() }));
    for (desired, observed) in [(&empty, &none), (&gone, &empty)] {
        let found = changes("Microsoft.Web/sites/config", desired.clone(), observed.clone());
        assert_eq!(found.len(), 1, "{desired}: {found:?}");
    }
    assert_eq!(changes("Microsoft.Web/sites/config", gone, none), []);
    let tags = |value: Value| json!({ "tags": value });
    let (empty, none) = (tags(json!({ "team": "" })), tags(json!({})));
    assert_eq!(changes("Microsoft.Web/sites", empty, none).len(), 1);
}

#[test]
fn rule_10_an_application_setting_is_shown_only_where_the_file_holds_it() {
    let secret = Expression::Secret(SecretSource::Env("KEY".into())).to_value();
    let body = |value: Value| json!({ "name": "appsettings", "properties": value });
    let resolve = |_: &Expression| Some(json!("hunter2"));
    let hidden = [
        (json!({ "A": secret }), json!({ "A": "plain" })),
        (json!({ "A": "plain" }), json!({ "A": "aB3dE5gH7jK9mN1pQ3sT5vW7" })),
        (json!({ "API_KEY": "plain" }), json!({ "API_KEY": "other" })),
    ];
    for (desired, observed) in hidden {
        let (desired, observed) = (body(desired), body(observed));
        let kind = "Microsoft.Web/sites/config".into();
        let found = compare(&kind, &desired, &observed, &resolve).changes;
        assert!(found[0].sensitive, "{found:?}");
        assert!(!format!("{found:?}").contains("plain\""), "{found:?}");
    }
}

#[test]
fn records_that_stay_beside_an_alias_are_reported() {
    let desired = json!({ "properties": { "targetResource": { "id": "/subscriptions/s/x" } } });
    let observed = json!({ "properties": {
        "targetResource": { "id": "/subscriptions/S/x" }, "ARecords": [{ "ipv4Address": "1.2.3.4" }],
    } });
    assert_eq!(paths("Microsoft.Network/dnsZones/A", desired, observed), ["properties.ARecords"]);
}

#[test]
fn an_embedded_resource_is_compared_by_its_id() {
    let desired = json!({ "properties": { "subnet": { "id": "/subscriptions/s/a", "properties": { "x": 1 } } } });
    let same = json!({ "properties": { "subnet": { "id": "/SUBSCRIPTIONS/S/a" } } });
    let other = json!({ "properties": { "subnet": { "id": "/subscriptions/s/b" } } });
    assert_eq!(paths(UNKNOWN, desired.clone(), same), Vec::<String>::new());
    assert_eq!(paths(UNKNOWN, desired, other), ["properties.subnet.id"]);
}

/// Bodies as ARM has them: objects with some of a few keys, arrays of named members or of words.
fn body() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4i64).prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let members = prop::collection::btree_map("[a-c]", inner.clone(), 0..4);
        let named = prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|members| {
            let named =
                members.into_iter().map(|(name, value)| json!({ "name": name, "v": value }));
            Value::Array(named.collect())
        });
        prop_oneof![
            members.prop_map(|members| Value::Object(members.into_iter().collect())),
            prop::collection::vec("[a-c]{1,2}", 0..3).prop_map(Value::from),
            named,
        ]
    })
}

fn whole() -> impl Strategy<Value = Value> {
    body().prop_map(|properties| json!({ "location": "westus", "properties": properties }))
}

/// A profile with some of four endpoints, as an aggregate.
fn profile() -> impl Strategy<Value = Value> {
    let endpoint = (1..4u32, prop::option::of(prop_oneof![Just("Enabled"), Just("Disabled")]));
    let kinds = ["azureEndpoints", "externalEndpoints", "nestedEndpoints"];
    let key = (prop::sample::select(kinds.to_vec()), "[ab]");
    prop::collection::btree_map(key, endpoint, 0..5).prop_map(|endpoints| {
        let endpoints = endpoints.into_iter().map(|((kind, name), (weight, status))| {
            json!({
                "type": format!("{PROFILE}/{kind}"),
                "name": name,
                "properties": { "weight": weight, "endpointStatus": status },
            })
        });
        json!({ "properties": { "endpoints": endpoints.collect::<Vec<_>>() } })
    })
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            map.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect()
        }
        Value::Array(items) => items.iter().map(reversed).collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn a_body_does_not_differ_from_itself(body in whole()) {
        prop_assert_eq!(changes(UNKNOWN, body.clone(), body), vec![]);
    }

    #[test]
    fn what_is_laid_over_does_not_differ(desired in whole(), observed in whole()) {
        let laid = overlay(&UNKNOWN.into(), &observed, &desired);
        prop_assert_eq!(changes(UNKNOWN, desired, laid), vec![]);
    }

    #[test]
    fn a_profile_laid_over_another_has_its_endpoints_and_no_others(
        desired in profile(), observed in profile(),
    ) {
        let laid = overlay(&PROFILE.into(), &observed, &desired);
        prop_assert_eq!(changes(PROFILE, desired.clone(), laid.clone()), vec![]);
        let count = |body: &Value| body["properties"]["endpoints"].as_array().unwrap().len();
        prop_assert_eq!(count(&desired), count(&laid));
    }

    #[test]
    fn the_order_of_keys_says_nothing(desired in whole(), observed in whole()) {
        let mut straight = paths(UNKNOWN, desired.clone(), observed.clone());
        let mut turned = paths(UNKNOWN, reversed(&desired), reversed(&observed));
        straight.sort();
        turned.sort();
        prop_assert_eq!(straight, turned);
    }
}

/// Asserts of each type that what was sent and what was answered are the same.
fn no_difference(cases: &[(&str, Value, Value)]) {
    for (resource_type, desired, observed) in cases {
        let found = paths(resource_type, desired.clone(), observed.clone());
        assert_eq!(found, Vec::<String>::new(), "{resource_type}");
    }
}

/// What recorded traffic shows of types and values beyond one test's reach: sent, answered.
#[test]
fn what_services_make_of_a_value_is_no_difference() {
    let id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
    let lower = id.replace("resourceGroups", "resourcegroups");
    let cases = [
        (
            "Microsoft.Web/serverfarms",
            json!({ "sku": { "name": "Y1", "tier": "DYNAMIC", "capacity": 1 } }),
            json!({ "sku": { "name": "Y1", "tier": "Dynamic", "capacity": 0 } }),
        ),
        (
            "Microsoft.Web/sites",
            json!({ "kind": "functionapp,workflowapp,linux", "identity": { "userAssignedIdentities": { id: {} } } }),
            json!({ "kind": "functionapp,linux,workflowapp", "identity": { "userAssignedIdentities": { lower: { "clientId": "c" } } } }),
        ),
        (
            "Microsoft.Network/dnsZones/CNAME",
            json!({ "properties": { "ttl": 3600, "targetResource": { "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/trafficManagerProfiles/p" } } }),
            json!({ "properties": { "TTL": 30, "targetResource": { "id": "/subscriptions/s/resourcegroups/rg/providers/Microsoft.Network/trafficmanagerprofiles/p" } } }),
        ),
        (
            "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
            json!({ "properties": { "endpointLocation": "westus2", "endpointMonitorStatus": "Online" } }),
            json!({ "properties": { "endpointLocation": "West US 2", "endpointMonitorStatus": "Degraded" } }),
        ),
        (
            "Microsoft.Network/loadBalancers",
            json!({ "properties": { "inboundNatRules": [] } }),
            json!({ "properties": { "inboundNatRules": [{ "name": "ssh.0" }, { "name": "ssh.1" }] } }),
        ),
        (
            "Microsoft.KeyVault/vaults",
            json!({ "properties": { "vaultUri": "https://v", "enableSoftDelete": false, "networkAcls": { "ipRules": [{ "value": "1.2.3.4" }] } } }),
            json!({ "properties": { "vaultUri": "https://v/", "enableSoftDelete": true, "networkAcls": { "ipRules": [{ "value": "1.2.3.4/32" }] } } }),
        ),
        (
            "Microsoft.Sql/servers",
            json!({ "properties": { "version": "2.0", "administrators": {}, "administratorLoginPassword": "p" } }),
            json!({ "properties": { "version": "12.0" } }),
        ),
    ];
    no_difference(&cases);
}

#[test]
fn what_services_make_of_numbers_and_lists_is_no_difference() {
    let cases = [
        (
            "Microsoft.OperationalInsights/workspaces",
            json!({ "properties": { "retentionInDays": "7", "features": { "legacy": "0" }, "sku": { "name": "PerGB2018" } } }),
            json!({ "properties": { "retentionInDays": 7, "features": { "legacy": 0 }, "sku": { "name": "pergb2018" } } }),
        ),
        (
            "Microsoft.OperationalInsights/workspaces/tables",
            json!({ "properties": { "retentionInDays": -1 } }),
            json!({ "properties": { "retentionInDays": 30 } }),
        ),
        (
            "Microsoft.Storage/storageAccounts/blobServices",
            json!({ "properties": { "cors": { "corsRules": [{ "allowedOrigins": ["*"], "exposedHeaders": [] }] } } }),
            json!({ "properties": { "cors": { "corsRules": [{ "allowedOrigins": ["*"], "exposedHeaders": [""] }] } } }),
        ),
        (
            "Microsoft.Cdn/profiles/ruleSets/rules",
            json!({ "properties": { "conditions": [{ "name": "UrlPath", "parameters": { "typeName": "DeliveryRuleUrlPathMatchConditionParameters" } }] } }),
            json!({ "properties": { "conditions": [{ "name": "UrlPath", "parameters": { "typeName": "DeliveryRuleUrlPathConditionParameters" } }] } }),
        ),
        (
            "Contoso.App/apps",
            json!({ "properties": { "planId": "plan-1", "zones": ["2", "1"], "memory": "1.0Gi", "adminPassword": "p" } }),
            json!({ "properties": { "planId": "/subscriptions/s/providers/Contoso.App/plans/plan-1", "zones": ["1", "2"], "memory": "1Gi" } }),
        ),
    ];
    no_difference(&cases);
}

#[test]
fn what_people_mean_by_letter_case_is_a_difference() {
    let cases = [
        (
            "Microsoft.Network/dnsZones/TXT",
            json!({ "properties": { "TXTRecords": [{ "value": ["Token"] }] } }),
            json!({ "properties": { "TXTRecords": [{ "value": ["token"] }] } }),
        ),
        (
            "Microsoft.Network/dnsZones/TXT",
            json!({ "properties": { "TXTRecords": [{ "value": ["a", "b"] }] } }),
            json!({ "properties": { "TXTRecords": [{ "value": ["b", "a"] }] } }),
        ),
        (UNKNOWN, json!({ "tags": { "team": "Core" } }), json!({ "tags": { "team": "core" } })),
        (
            PROFILE,
            json!({ "properties": { "monitorConfig": { "path": "/Health" } } }),
            json!({ "properties": { "monitorConfig": { "path": "/health" } } }),
        ),
        (
            "Microsoft.Web/sites/config",
            json!({ "properties": { "linuxFxVersion": "DOCKER|r/App:1" } }),
            json!({ "properties": { "linuxFxVersion": "DOCKER|r/app:1" } }),
        ),
    ];
    for (resource_type, desired, observed) in cases {
        assert_eq!(paths(resource_type, desired, observed).len(), 1, "{resource_type}");
    }
}

proptest! {
    /// A network is equal in any form, a set of networks in any order.
    #[test]
    fn networks_are_equal_in_any_form(nets in prop::collection::vec((any::<u32>(), 1_u8..=32), 1..5), forms in any::<[bool; 5]>(), turn in 0_usize..5) {
        let nets: Vec<_> = nets.iter().map(|(bits, length)| ipnet::Ipv4Net::new((*bits).into(), *length).unwrap().trunc()).collect();
        let prefix = |net: &ipnet::Ipv4Net| json!({ "first": net.network().to_string(), "scope": net.prefix_len() });
        let range = |net: &ipnet::Ipv4Net| json!({ "first": net.network().to_string(), "last": net.broadcast().to_string() });
        let desired: Vec<Value> = nets.iter().map(prefix).collect();
        let mut observed: Vec<Value> = nets.iter().zip(forms).map(|(net, is_range)| if is_range { range(net) } else { prefix(net) }).collect();
        let turn = turn % observed.len();
        observed.rotate_left(turn);
        let body = |subnets: Vec<Value>| json!({ "properties": { "endpoints": [{ "name": "a", "type": "x", "properties": { "subnets": subnets } }] } });
        let kind = "Microsoft.Network/trafficManagerProfiles";
        prop_assert_eq!(paths(kind, body(desired.clone()), body(observed)), Vec::<String>::new());
        let fewer = desired[1..].to_vec();
        prop_assert_ne!(paths(kind, body(desired), body(fewer)), Vec::<String>::new());
    }

    /// A text is equal however it is split.
    #[test]
    fn texts_are_equal_however_they_are_split(text in "[ -~é]{2,60}", at in 1_usize..60, end in "[a-z]{1,3}") {
        let cut = text.char_indices().map(|(index, _)| index).nth(at).unwrap_or(0);
        let body = |strings: Value| json!({ "properties": { "TXTRecords": [{ "value": strings }, { "value": ["other"] }] } });
        let kind = "Microsoft.Network/dnsZones/TXT";
        let split = body(json!([&text[..cut], &text[cut..]]));
        prop_assert_eq!(paths(kind, body(json!([text])), split.clone()), Vec::<String>::new());
        let longer = body(json!([format!("{text}{end}")]));
        prop_assert_ne!(paths(kind, longer, split), Vec::<String>::new());
    }

    /// Host names are equal without case and final dot.
    #[test]
    fn host_names_are_equal_without_case_and_dot(host in "[a-zäöü]{1,8}(\\.[a-z]{1,8}){1,2}", upper in any::<bool>(), dot in any::<bool>()) {
        let mut other = if upper { host.to_uppercase() } else { topology::host_key(&host) };
        if dot {
            other.push('.');
        }
        let body = |name: &str| json!({ "properties": { "CNAMERecord": { "cname": name } } });
        let kind = "Microsoft.Network/dnsZones/CNAME";
        prop_assert_eq!(paths(kind, body(&host), body(&other)), Vec::<String>::new());
    }
}

#[test]
fn a_new_member_is_told_by_what_it_has_and_not_by_what_it_lacks() {
    let endpoint = |name: &str| json!({ "name": name, "type": "x", "properties": { "priority": 1, "alwaysServe": resource::absent() } });
    let body = |endpoints: &[&str]| json!({ "properties": { "endpoints": endpoints.iter().map(|name| endpoint(name)).collect::<Vec<_>>() } });
    let known = json!({ "properties": { "endpoints": [{ "name": "a", "type": "x", "properties": { "priority": 1 } }] } });
    let found = changes(PROFILE, body(&["a", "b"]), known);
    assert_eq!(found.len(), 1, "{found:?}");
    let told = found[0].after.clone().unwrap_or_default();
    assert_eq!(told, json!({ "name": "b", "type": "x", "properties": { "priority": 1 } }));
}
