//! What a service refuses before it does anything: versions, places, tags and bodies.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{Client, reply};

const GROUP: &str = "seed: [{put: '/subscriptions/${subscription}/resourceGroups/rg', body: {location: westeurope}}]";

fn path(kind: &str, name: &str) -> String {
    format!("/resourceGroups/rg/providers/{kind}/{name}")
}

/// Types with a body of each that is accepted.
fn good() -> Vec<(String, Value)> {
    let vault = json!({"tenantId": "c7b1d2e4-08f5-4a3c-b6d9-91e2f3a4b5c6", "sku": {"family": "A", "name": "standard"}, "accessPolicies": []});
    let profile = json!({"trafficRoutingMethod": "Weighted", "dnsConfig": {"relativeName": "shop", "ttl": 30}, "monitorConfig": {"protocol": "HTTP", "port": 80, "path": "/"}});
    let at = |location: &str, rest: Value| {
        let mut body = json!({"location": location});
        body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        body
    };
    vec![
        (
            path("Microsoft.Web/serverfarms", "plan"),
            at("westeurope", json!({"sku": {"name": "S1"}})),
        ),
        (
            path("Microsoft.Storage/storageAccounts", "shopdata"),
            at("West Europe", json!({"sku": {"name": "Standard_LRS"}, "kind": "StorageV2"})),
        ),
        (
            path("Microsoft.KeyVault/vaults", "kv-shop"),
            at("westeurope", json!({"properties": vault})),
        ),
        (
            path("Microsoft.ManagedIdentity/userAssignedIdentities", "shop"),
            at("westeurope", json!({})),
        ),
        (
            path("Microsoft.Network/trafficManagerProfiles", "shop"),
            at("global", json!({"properties": profile})),
        ),
        (path("Microsoft.Network/dnsZones", "example.com"), at("global", json!({}))),
    ]
}

#[tokio::test]
async fn place_must_be_said_and_known() {
    let client = Client::seeded(GROUP).await;
    for (path, body) in good() {
        let mut nowhere = body.clone();
        nowhere["location"] = json!("atlantis");
        let refused = client.put(&path, nowhere).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(refused.code(), "LocationNotAvailableForResourceType", "{path}");
        let mut silent = body.clone();
        silent.as_object_mut().unwrap().shift_remove("location");
        assert_eq!(client.put(&path, silent).await.code(), "LocationRequired", "{path}");
        let made = client.put(&path, body).await;
        assert!(made.status.is_success(), "{path}: {:?}", made.body);
    }
    let group = client.put("/resourceGroups/two", json!({"location": "atlantis"})).await;
    assert_eq!(group.code(), "LocationNotAvailableForResourceGroup");
    assert_eq!(client.put("/resourceGroups/two", json!({})).await.code(), "LocationRequired");
}

#[tokio::test]
async fn version_must_be_one_of_the_type() {
    let client = Client::seeded(GROUP).await;
    for (path, body) in good() {
        for (version, code) in [
            ("banana", "InvalidApiVersionParameter"),
            ("2024-02-30", "InvalidApiVersionParameter"),
            ("2199-01-01", "InvalidApiVersionParameter"),
            ("1999-01-01", "NoRegisteredProviderFound"),
            ("2018-05-02", "NoRegisteredProviderFound"),
        ] {
            let url = client.url(&path);
            let (target, _) = url.split_once('?').unwrap();
            let target = format!("{target}?api-version={version}");
            let refused = reply(client.request(Method::PUT, &target).json(&body)).await;
            assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, code), "{url}");
            let refused = reply(client.request(Method::GET, &target)).await;
            assert_eq!(refused.code(), code, "{url}");
        }
    }
}

#[tokio::test]
async fn words_types_and_bounds_are_those_of_the_type() {
    let client = Client::seeded(GROUP).await;
    let places = [
        (0, "/properties/reserved", json!("maybe")),
        (1, "/kind", json!("StorageV9")),
        (1, "/properties/minimumTlsVersion", json!("TLS9_9")),
        (1, "/properties", json!("text")),
        (2, "/properties/tenantId", json!(null)),
        (2, "/properties/sku/family", json!("B")),
        (2, "/properties/softDeleteRetentionInDays", json!(6)),
        (2, "/properties/accessPolicies", json!([{"objectId": "x"}])),
        (3, "/properties/isolationScope", json!("Local")),
        (4, "/properties/trafficRoutingMethod", json!("Random")),
        (4, "/properties/profileStatus", json!("Off")),
        (5, "/properties/zoneType", json!("Secret")),
    ];
    let good = good();
    for (index, pointer, value) in places {
        let (path, body) = &good[index];
        let mut broken = body.clone();
        set(&mut broken, pointer, value);
        let refused = client.put(path, broken).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path} {pointer}");
    }
    // Names count without case, and a text may stand for a number or a switch.
    let (path, body) = &good[2];
    let mut odd = body.clone();
    odd["properties"]["SoftDeleteRetentionInDays"] = json!("30");
    odd["properties"]["enabledForDeployment"] = json!("True");
    let made = client.put(path, odd).await;
    assert!(made.status.is_success(), "{:?}", made.body);
    assert_eq!(made.body["properties"]["softDeleteRetentionInDays"], 30);
    assert_eq!(made.body["properties"]["enabledForDeployment"], true);
}

fn set(body: &mut Value, pointer: &str, value: Value) {
    let mut at = body;
    for name in pointer.split('/').skip(1) {
        at = &mut at[name];
    }
    *at = value;
}

#[tokio::test]
async fn tags_are_limited_by_type() {
    let client = Client::seeded(GROUP).await;
    let many = |count: usize| -> Value {
        (0..count).map(|n| (format!("t{n}"), json!("x"))).collect::<serde_json::Map<_, _>>().into()
    };
    let tagged = |(path, mut body): (String, Value), tags: Value| {
        body["tags"] = tags;
        (path, body)
    };
    let good = good();
    let refused = [
        (0, many(51)),
        (5, many(16)),
        (0, json!({"a<b": "x"})),
        (1, json!({"a/b": "x"})),
        (2, json!({"Owner": "a", "owner": "b"})),
        (3, json!({"long": "x".repeat(257)})),
        (1, json!({"n".repeat(129): "x"})),
        (4, json!({"cost center": "x"})),
        (4, json!({"1st": "x"})),
        (5, json!({"cost center": "x"})),
        (5, json!({"stra\u{df}e": "x"})),
    ];
    for (index, tags) in refused {
        let (path, body) = tagged(good[index].clone(), tags.clone());
        let refused = client.put(&path, body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}: {tags}");
    }
    let taken = [
        (0, many(50)),
        (0, json!({"cost center": "x", "hidden-link:/app": "x"})),
        (4, many(16)),
        (5, many(15)),
    ];
    for (index, tags) in taken {
        let (path, body) = tagged(good[index].clone(), tags.clone());
        assert!(client.put(&path, body).await.status.is_success(), "{path}: {tags}");
    }
}
