//! Azure Managed Redis: names, states over time, and what is fixed.

use serde_json::{Value, json};

use crate::client::Client;

const GROUP: &str = "seed: [{put: '/subscriptions/${subscription}/resourceGroups/rg', body: {location: westeurope}}]";

fn cluster(name: &str) -> String {
    format!("/resourceGroups/rg/providers/Microsoft.Cache/redisEnterprise/{name}")
}

fn body(location: &str) -> Value {
    json!({
        "location": location, "sku": {"name": "Balanced_B1"},
        "properties": {"publicNetworkAccess": "Enabled"},
    })
}

#[tokio::test]
async fn a_cluster_has_its_name_in_its_region_and_one_database() {
    let client = Client::seeded(GROUP).await;
    let database = format!("{}/databases/default", cluster("amr"));
    let early = client.put(&database, json!({"properties": {}})).await;
    assert_eq!(early.status, 404, "{}", early.body);
    assert!(client.put(&cluster("amr"), body("westeurope")).await.status.is_success());
    let made = client.get(&cluster("amr")).await.body;
    let properties = &made["properties"];
    assert_eq!(properties["hostName"], "amr.westeurope.redis.azure.net");
    assert_eq!(properties["redundancyMode"], "ZR");
    assert_eq!(properties["resourceState"], "Running");
    let other = format!("{}/databases/two", cluster("amr"));
    assert_eq!(client.put(&other, json!({"properties": {}})).await.status, 400);
    assert!(client.put(&database, json!({"properties": {}})).await.status.is_success());
    let made = client.get(&database).await.body;
    assert_eq!(made["properties"]["port"], 10000);
    assert_eq!(made["properties"]["accessKeysAuthentication"], "Disabled");
    let fixed = json!({"properties": {"clusteringPolicy": "EnterpriseCluster"}});
    let refused = client.put(&database, fixed).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    let right = format!("{database}/accessPolicyAssignments/one");
    let user = json!({"properties": {"accessPolicyName": "default", "user": {"objectId": "11111111-2222-3333-4444-555555555555"}}});
    assert!(client.put(&right, user).await.status.is_success());
}
