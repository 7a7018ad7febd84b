//! Locks that really refuse, and role assignments.

use reqwest::StatusCode;
use serde_json::json;

use crate::client::Client;
use crate::web::STAMPS;

const ZONE: &str = "/resourceGroups/rg/providers/Microsoft.Network/dnsZones/example.com";
const SITE: &str = "/resourceGroups/rg/providers/Microsoft.Web/sites/shop-weu";

fn lock_on(scope: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/locks/keep")
}

#[tokio::test]
async fn delete_lock_holds_children_and_the_group_but_lets_writes_pass() {
    let client = Client::seeded(STAMPS).await;
    let record = format!("{ZONE}/A/x");
    let body = json!({"properties": {"TTL": 60, "ARecords": [{"ipv4Address": "192.0.2.1"}]}});
    client.put(&record, body.clone()).await;
    let level = json!({"properties": {"level": "CanNotDelete", "notes": "ours"}});
    assert_eq!(client.put(&lock_on(ZONE), level.clone()).await.status, StatusCode::CREATED);
    assert_eq!(client.put(&record, body).await.status, StatusCode::OK);
    for path in [record.as_str(), ZONE, "/resourceGroups/rg"] {
        let refused = client.delete(path).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::CONFLICT, "ScopeLocked"),
            "{path}"
        );
    }
    let listed = client.get("/providers/Microsoft.Authorization/locks").await;
    assert_eq!(listed.body["value"][0]["name"], "keep");
    assert_eq!(client.delete(&lock_on(ZONE)).await.status, StatusCode::OK);
    assert_eq!(client.simulator.lifted_locks().len(), 1);
    assert_eq!(client.delete(&record).await.status, StatusCode::OK);
    client.put(&lock_on(ZONE), level).await;
    assert_eq!(client.simulator.lifted_locks(), Vec::<String>::new());
}

#[tokio::test]
async fn read_only_lock_stops_writes_and_the_listing_of_secrets() {
    let client = Client::seeded(STAMPS).await;
    client.put(&lock_on(SITE), json!({"properties": {"level": "ReadOnly"}})).await;
    let list = client.post(&format!("{SITE}/config/appsettings/list"), json!({})).await;
    assert_eq!(list.code(), "ScopeLocked");
    let write = client.put(&format!("{SITE}/config/appsettings"), json!({"properties": {}})).await;
    assert_eq!(write.code(), "ScopeLocked");
    assert_eq!(client.get(SITE).await.status, StatusCode::OK);
    // What happens behind everybody's back passes locks.
    client.apply("changes: [{delete: '/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Web/sites/shop-weu'}]");
    assert_eq!(client.get(SITE).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn role_is_assigned_once_and_to_somebody() {
    let client = Client::seeded(STAMPS).await;
    let principal = client.get(SITE).await.body["identity"]["principalId"].clone();
    let role = client
        .get("/providers/Microsoft.Authorization/roleDefinitions?$filter=roleName eq 'Key Vault Secrets User'")
        .await
        .body["value"][0]["id"]
        .clone();
    assert!(role.as_str().is_some_and(|id| id.ends_with("4633458b-17de-408a-b874-0445c86b69e6")));
    let at = |name: &str| {
        format!("/resourceGroups/rg/providers/Microsoft.Authorization/roleAssignments/{name}")
    };
    let first = at("11111111-1111-4111-8111-111111111111");
    let body = json!({"properties": {"roleDefinitionId": role, "principalId": principal}});
    let made = client.put(&first, body.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    assert_eq!(made.body["properties"]["principalType"], "ServicePrincipal");
    let second = at("22222222-2222-4222-8222-222222222222");
    assert_eq!(client.put(&second, body).await.code(), "RoleAssignmentExists");
    let nobody = json!({"properties": {"roleDefinitionId": role, "principalId": "33333333-3333-4333-8333-333333333333"}});
    assert_eq!(client.put(&second, nobody).await.code(), "PrincipalNotFound");
    assert_eq!(client.delete(&first).await.body["name"], made.body["name"]);
    assert_eq!(client.get(&first).await.code(), "RoleAssignmentNotFound");
}
