//! Cosmos DB: regions and what can change with them, throughput, and rights to data.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::Client;

const GROUP: &str = "seed: [{put: '/subscriptions/${subscription}/resourceGroups/rg', body: {location: westeurope}}]";
const ACCOUNT: &str = "/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/booking";

fn regions(names: &[&str]) -> Value {
    names
        .iter()
        .enumerate()
        .map(|(at, name)| json!({"locationName": name, "failoverPriority": at}))
        .collect()
}

fn account(names: &[&str], rest: &Value) -> Value {
    let mut properties =
        json!({"databaseAccountOfferType": "Standard", "locations": regions(names)});
    for (name, value) in rest.as_object().into_iter().flatten() {
        properties[name] = value.clone();
    }
    json!({"location": "westeurope", "properties": properties})
}

async fn start(names: &[&str]) -> Client {
    let client = Client::seeded(GROUP).await;
    let made = client.put(ACCOUNT, account(names, &json!({}))).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    client
}

async fn names(client: &Client, list: &str) -> Vec<String> {
    let body = client.get(ACCOUNT).await.body;
    let rows = body["properties"][list].as_array().cloned().unwrap_or_default();
    rows.iter().filter_map(|row| Some(row["locationName"].as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn an_account_writes_in_its_first_region_and_reads_in_all() {
    let client = start(&["westeurope", "northeurope"]).await;
    assert_eq!(names(&client, "writeLocations").await, ["West Europe"]);
    assert_eq!(names(&client, "readLocations").await, ["West Europe", "North Europe"]);
    let everywhere =
        account(&["westeurope", "northeurope"], &json!({"enableMultipleWriteLocations": true}));
    assert_eq!(client.put(ACCOUNT, everywhere).await.status, StatusCode::OK);
    assert_eq!(names(&client, "writeLocations").await, ["West Europe", "North Europe"]);
    let body = client.get(ACCOUNT).await.body;
    assert_eq!(body["properties"]["documentEndpoint"], "https://booking.documents.azure.com:443/");
    assert_eq!(body["properties"]["consistencyPolicy"]["defaultConsistencyLevel"], "Session");
}

#[tokio::test]
async fn what_cannot_change_in_one_request_is_refused() {
    let client = start(&["westeurope", "northeurope"]).await;
    let refused = [
        ("no region", account(&[], &json!({}))),
        ("twice", account(&["westeurope", "West Europe"], &json!({}))),
        ("unknown", account(&["atlantis"], &json!({}))),
        ("write region removed", account(&["northeurope"], &json!({}))),
        ("write region swapped", account(&["northeurope", "westeurope"], &json!({}))),
        (
            "region and policy",
            account(
                &["westeurope", "northeurope", "eastus"],
                &json!({"consistencyPolicy": {"defaultConsistencyLevel": "Eventual"}}),
            ),
        ),
        ("added and removed", account(&["westeurope", "eastus"], &json!({}))),
        (
            "strong and written everywhere",
            account(
                &["westeurope", "northeurope"],
                &json!({
                    "enableMultipleWriteLocations": true,
                    "consistencyPolicy": {"defaultConsistencyLevel": "Strong"},
                }),
            ),
        ),
        (
            "too fresh",
            account(
                &["westeurope", "northeurope"],
                &json!({"consistencyPolicy": {
                    "defaultConsistencyLevel": "BoundedStaleness", "maxStalenessPrefix": 10}}),
            ),
        ),
        ("free tier", account(&["westeurope", "northeurope"], &json!({"enableFreeTier": true}))),
    ];
    for (what, body) in refused {
        let reply = client.put(ACCOUNT, body).await;
        assert_eq!((reply.status, reply.code()), (StatusCode::BAD_REQUEST, "BadRequest"), "{what}");
    }
    let mut zones = account(&["westeurope", "northeurope"], &json!({}));
    zones["properties"]["locations"][1]["isZoneRedundant"] = json!(true);
    assert_eq!(client.put(ACCOUNT, zones).await.code(), "BadRequest");
    let more = account(&["westeurope", "northeurope", "eastus"], &json!({}));
    assert_eq!(client.put(ACCOUNT, more).await.status, StatusCode::OK);
    assert_eq!(names(&client, "readLocations").await.len(), 3);
    let upper = ACCOUNT.replace("booking", "Upper");
    let refused = client.put(&upper, account(&["westeurope"], &json!({}))).await;
    assert_eq!(refused.code(), "BadRequest", "names are in lower case");
}

#[tokio::test]
async fn priorities_are_changed_by_an_action_that_names_every_region() {
    let client = start(&["westeurope", "northeurope"]).await;
    let policies = |names: &[&str]| json!({"failoverPolicies": regions(names)});
    let action = format!("{ACCOUNT}/failoverPriorityChange");
    let partly = client.post(&action, policies(&["northeurope"])).await;
    assert_eq!(partly.status, StatusCode::BAD_REQUEST);
    let whole = client.post(&action, policies(&["northeurope", "westeurope"])).await;
    assert!(whole.status.is_success());
    assert_eq!(names(&client, "writeLocations").await, ["North Europe"]);
}

#[tokio::test]
async fn databases_and_containers_are_filled_in_and_keep_their_keys() {
    let client = start(&["westeurope"]).await;
    let database = format!("{ACCOUNT}/sqlDatabases/shop");
    let other = json!({"properties": {"resource": {"id": "other"}}});
    assert_eq!(client.put(&database, other).await.code(), "BadRequest");
    let body = json!({"properties": {"resource": {"id": "shop"}, "options": {"throughput": 500}}});
    assert!(client.put(&database, body).await.status.is_success());
    let throughput = client.get(&format!("{database}/throughputSettings/default")).await.body;
    assert_eq!(throughput["properties"]["resource"]["throughput"], 500);
    let container = format!("{database}/containers/orders");
    let with = |path: &str| {
        json!({"properties": {"resource": {
        "id": "orders", "partitionKey": {"paths": [path], "kind": "Hash"}}}})
    };
    assert!(client.put(&container, with("/customer")).await.status.is_success());
    let made = client.get(&container).await.body["properties"]["resource"].clone();
    assert_eq!(made["conflictResolutionPolicy"]["conflictResolutionPath"], "/_ts");
    assert_eq!(made["indexingPolicy"]["excludedPaths"], json!([{"path": "/\"_etag\"/?"}]));
    assert_eq!(client.put(&container, with("/other")).await.code(), "BadRequest");
    let steps = json!({"properties": {"resource": {"throughput": 450}}});
    let refused = client.put(&format!("{database}/throughputSettings/default"), steps).await;
    assert_eq!(refused.code(), "BadRequest");
}

#[tokio::test]
async fn rights_to_data_are_given_by_definitions_of_the_account() {
    let client = start(&["westeurope"]).await;
    let account = client.id(ACCOUNT);
    let path = format!("{ACCOUNT}/sqlRoleAssignments/6b2c3a52-0d4b-4a2f-9a0e-0d6a5f3b7c11");
    let right = |role: &str, scope: &str| {
        json!({"properties": {
        "principalId": "0a4d2b76-94a1-4d34-9f19-3b0f3c5f9d3e",
        "roleDefinitionId": format!("{account}/sqlRoleDefinitions/{role}"),
        "scope": scope}})
    };
    let builtin = "00000000-0000-0000-0000-000000000002";
    assert_eq!(client.put(&path, right("7", &account)).await.code(), "BadRequest");
    let elsewhere = client.id("/resourceGroups/rg");
    assert_eq!(client.put(&path, right(builtin, &elsewhere)).await.code(), "BadRequest");
    assert!(client.put(&path, right(builtin, &account)).await.status.is_success());
}
