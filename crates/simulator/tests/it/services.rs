//! Storage, vaults, identities and operations that take time.

use reqwest::StatusCode;
use serde_json::json;
use simulator::{Latency, Settings};

use crate::client::Client;

const GROUP: &str = "seed: [{put: '/subscriptions/${subscription}/resourceGroups/rg', body: {location: westeurope}}]";
const ACCOUNT: &str = "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/shopdata";
const VAULT: &str = "/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-shop";

fn account(sku: &str) -> serde_json::Value {
    json!({"location": "westeurope", "kind": "StorageV2", "sku": {"name": sku}, "properties": {"minimumTlsVersion": "TLS1_2"}})
}

#[tokio::test]
async fn account_is_accepted_first_and_found_later() {
    let settings = Settings { latency: Latency::Scaled(0.02), ..Settings::default() };
    let client = Client::with(settings).await;
    client.apply(GROUP);
    let accepted = client.put(ACCOUNT, account("Standard_GRS")).await;
    assert_eq!((accepted.status, &accepted.body), (StatusCode::ACCEPTED, &json!(null)));
    let location = accepted.header("location").expect("a place to poll").to_owned();
    assert_eq!(client.get(&location).await.status, StatusCode::ACCEPTED);
    let done = loop {
        let polled = client.get(&location).await;
        if polled.status != StatusCode::ACCEPTED {
            break polled;
        }
    };
    assert_eq!(done.status, StatusCode::OK);
    assert_eq!(done.body["properties"]["secondaryLocation"], "northeurope");
    assert_eq!(done.body["properties"]["provisioningState"], "Succeeded");
    assert_eq!(client.get(ACCOUNT).await.body, done.body);
}

#[tokio::test]
async fn redundancy_crosses_zones_by_migration_only() {
    let client = Client::seeded(GROUP).await;
    client.put(ACCOUNT, account("Standard_LRS")).await;
    let grs = client.patch(ACCOUNT, json!({"sku": {"name": "Standard_GRS"}})).await;
    assert_eq!(grs.body["sku"]["name"], "Standard_GRS");
    let zrs = client.patch(ACCOUNT, json!({"sku": {"name": "Standard_GZRS"}})).await;
    assert_eq!(zrs.status, StatusCode::BAD_REQUEST);
    let start = format!("{ACCOUNT}/startAccountMigration");
    let begun =
        client.post(&start, json!({"properties": {"targetSkuName": "Standard_GZRS"}})).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED);
    let migration = client.get(&format!("{ACCOUNT}/accountMigrations/default")).await;
    assert_eq!(migration.body["properties"]["migrationStatus"], "Complete");
    assert_eq!(client.get(ACCOUNT).await.body["sku"]["name"], "Standard_GZRS");
}

#[tokio::test]
async fn containers_and_queues_live_below_their_services() {
    let client = Client::seeded(GROUP).await;
    client.put(ACCOUNT, account("Standard_LRS")).await;
    let container = format!("{ACCOUNT}/blobServices/default/containers/orders");
    assert_eq!(client.put(&container, json!({})).await.status, StatusCode::CREATED);
    assert_eq!(client.put(&container, json!({})).await.status, StatusCode::OK);
    assert_eq!(client.get(&container).await.body["properties"]["publicAccess"], "None");
    let queue = format!("{ACCOUNT}/queueServices/default/queues/jobs");
    assert_eq!(client.put(&queue, json!({})).await.status, StatusCode::OK);
    let list = client.get(&format!("{ACCOUNT}/queueServices/default/queues")).await;
    assert_eq!(list.body["value"].as_array().map(Vec::len), Some(1));
    assert_eq!(client.delete(&queue).await.status, StatusCode::NO_CONTENT);
    let bad = client.put(&format!("{ACCOUNT}/blobServices/default/containers/No"), json!({})).await;
    assert_eq!(bad.code(), "ContainerNameInvalid");
    let orphan = client.put("/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/none/blobServices/default/containers/x1x", json!({})).await;
    assert_eq!(orphan.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn account_names_are_global() {
    let client = Client::seeded(GROUP).await;
    client.put(ACCOUNT, account("Standard_LRS")).await;
    client.put("/resourceGroups/two", json!({"location": "westeurope"})).await;
    let taken = client.put(&ACCOUNT.replace("/rg/", "/two/"), account("Standard_LRS")).await;
    assert_eq!(taken.code(), "StorageAccountAlreadyTaken");
    let check = client
        .post(
            "/providers/Microsoft.Storage/checkNameAvailability",
            json!({"name": "shopdata", "type": "Microsoft.Storage/storageAccounts"}),
        )
        .await;
    assert_eq!(check.body["nameAvailable"], false);
}

#[tokio::test]
async fn names_of_caches_and_accounts_are_global() {
    let client = Client::seeded(GROUP).await;
    client.put("/resourceGroups/two", json!({"location": "westeurope"})).await;
    let cache = "/resourceGroups/rg/providers/Microsoft.Cache/redis/shop";
    let question = "/providers/Microsoft.Cache/CheckNameAvailability";
    let asked = json!({"name": "Shop", "type": "Microsoft.Cache/redis"});
    assert_eq!(client.post(question, asked.clone()).await.status, StatusCode::OK);
    let body = json!({"location": "westeurope", "properties": {"sku": {"name": "Basic", "family": "C", "capacity": 0}}});
    assert!(client.put(cache, body.clone()).await.status.is_success());
    assert_eq!(client.post(question, asked).await.code(), "NameNotAvailable");
    let again = client.put(&cache.replace("/rg/", "/two/"), body).await;
    assert_eq!(again.code(), "NameNotAvailable");
    let account = "/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/shop";
    let body = json!({"location": "westeurope", "properties": {"databaseAccountOfferType": "Standard", "locations": [{"locationName": "West Europe", "failoverPriority": 0}]}});
    assert!(client.put(account, body.clone()).await.status.is_success());
    let again = client.put(&account.replace("/rg/", "/two/"), body).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn deleted_vault_is_recovered_or_purged() {
    let client = Client::seeded(GROUP).await;
    let body = json!({"location": "westeurope", "properties": {"tenantId": client.simulator.tenant(), "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}});
    let made = client.put(VAULT, body.clone()).await;
    assert_eq!(made.status, StatusCode::OK);
    assert_eq!(made.body["properties"]["provisioningState"], "RegisteringDns");
    assert_eq!(client.get(VAULT).await.body["properties"]["provisioningState"], "Succeeded");
    let policy = |permission: &str| json!({"properties": {"accessPolicies": [{"tenantId": "t", "objectId": "o", "permissions": {"secrets": [permission]}}]}});
    client.put(&format!("{VAULT}/accessPolicies/add"), policy("get")).await;
    client.put(&format!("{VAULT}/accessPolicies/add"), policy("Get")).await;
    let added = client.put(&format!("{VAULT}/accessPolicies/add"), policy("list")).await;
    assert_eq!(
        added.body["properties"]["accessPolicies"][0]["permissions"]["secrets"],
        json!(["get", "list"])
    );
    assert_eq!(client.delete(VAULT).await.status, StatusCode::OK);
    assert_eq!(client.put(VAULT, body.clone()).await.code(), "ConflictError");
    let mut recover = body.clone();
    recover["properties"]["createMode"] = json!("recover");
    let back = client.put(VAULT, recover).await;
    assert_eq!(back.body["properties"]["accessPolicies"].as_array().map(Vec::len), Some(1));
    client.get(VAULT).await;
    client.delete(VAULT).await;
    let deleted = "/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv-shop";
    assert_eq!(client.get(deleted).await.status, StatusCode::OK);
    assert_eq!(
        client.post(&format!("{deleted}/purge"), json!({})).await.status,
        StatusCode::ACCEPTED
    );
    assert_eq!(client.get(deleted).await.code(), "DeletedVaultNotFound");
    assert_eq!(client.put(VAULT, body).await.status, StatusCode::OK);
}

#[tokio::test]
async fn identity_made_anew_has_other_ids() {
    let client = Client::seeded(GROUP).await;
    let path = "/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id";
    let first = client.put(path, json!({"location": "westeurope"})).await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert!(first.body["id"].as_str().is_some_and(|id| id.contains("/resourcegroups/")));
    let again = client.put(path, json!({"location": "westeurope", "tags": {"a": "b"}})).await;
    assert_eq!(again.body["properties"], first.body["properties"]);
    client.delete(path).await;
    let second = client.put(path, json!({"location": "westeurope"})).await;
    assert_ne!(second.body["properties"]["principalId"], first.body["properties"]["principalId"]);
}

#[tokio::test]
async fn keys_are_listed_and_each_resource_has_its_own() {
    let client = Client::seeded(GROUP).await;
    let provider = "/resourceGroups/rg/providers/";
    let cosmos = json!({"properties": {
        "databaseAccountOfferType": "Standard", "locations": [{"locationName": "westeurope"}]}});
    let cache = json!({"properties": {"sku": {"name": "Basic", "family": "C", "capacity": 0}}});
    let store = json!({"sku": {"name": "standard"}});
    for (kind, body, action, key) in [
        ("Microsoft.Cache/Redis", cache, "listKeys", "/primaryKey"),
        (
            "Microsoft.DocumentDB/databaseAccounts",
            cosmos.clone(),
            "listKeys",
            "/secondaryMasterKey",
        ),
        (
            "Microsoft.DocumentDB/databaseAccounts",
            cosmos,
            "readonlykeys",
            "/primaryReadonlyMasterKey",
        ),
        (
            "Microsoft.AppConfiguration/configurationStores",
            store,
            "ListKeys",
            "/value/1/connectionString",
        ),
        (
            "Microsoft.OperationalInsights/workspaces",
            json!({"properties": {}}),
            "sharedKeys",
            "/primarySharedKey",
        ),
    ] {
        let mut body = body;
        body["location"] = json!("westeurope");
        let mut seen = vec![];
        for name in ["one", "two"] {
            let id = format!("{provider}{kind}/{name}");
            let made = client.put(&id, body.clone()).await;
            assert!(made.status.is_success(), "{kind}: {}", made.body);
            let first = client.post(&format!("{id}/{action}"), json!({})).await;
            let again = client.post(&format!("{id}/{action}"), json!({})).await;
            assert_eq!(first.status, StatusCode::OK, "{kind}: {}", first.body);
            assert_eq!(first.body, again.body, "{kind}");
            let found = first.body.pointer(key).and_then(|key| key.as_str()).unwrap_or_default();
            assert!(found.len() > 20, "{kind}: {}", first.body);
            seen.push(found.to_owned());
        }
        assert_ne!(seen[0], seen[1], "{kind}");
    }
}
