//! SQL: sizes in their parts, and failover groups over two servers.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::Client;

const GROUP: &str = "seed: [{put: '/subscriptions/${subscription}/resourceGroups/rg', body: {location: westeurope}}]";

fn server(name: &str) -> String {
    format!("/resourceGroups/rg/providers/Microsoft.Sql/servers/{name}")
}

/// Starts with a server in each of two regions and a database on the first.
async fn start() -> Client {
    let client = Client::seeded(GROUP).await;
    for (name, location) in [("near", "westeurope"), ("far", "northeurope")] {
        let body = json!({"location": location, "properties": {"administratorLogin": "dba", "administratorLoginPassword": "Qw-8-more-than-enough"}});
        assert!(client.put(&server(name), body).await.status.is_success());
    }
    let body = json!({"location": "westeurope", "sku": {"name": "S0"}});
    assert!(
        client.put(&format!("{}/databases/orders", server("near")), body).await.status.is_success()
    );
    client
}

fn group(client: &Client, partner: &str, grace: u64) -> Value {
    json!({"properties": {
        "readWriteEndpoint": {"failoverPolicy": "Automatic", "failoverWithDataLossGracePeriodMinutes": grace},
        "partnerServers": [{"id": client.id(&server(partner))}],
        "databases": [client.id(&format!("{}/databases/orders", server("near")))],
    }})
}

#[tokio::test]
async fn a_size_is_answered_in_its_parts() {
    let client = start().await;
    for (name, sku, objective, kind) in [
        ("S0", json!({"name": "Standard", "tier": "Standard", "capacity": 10}), "S0", "v12.0,user"),
        ("P1", json!({"name": "Premium", "tier": "Premium", "capacity": 125}), "P1", "v12.0,user"),
        (
            "HS_Gen5_2",
            json!({"name": "HS_Gen5", "tier": "Hyperscale", "family": "Gen5", "capacity": 2}),
            "HS_Gen5_2",
            "v12.0,user,vcore,hyperscale",
        ),
        (
            "GP_S_Gen5_4",
            json!({"name": "GP_S_Gen5", "tier": "GeneralPurpose", "family": "Gen5", "capacity": 4}),
            "GP_S_Gen5_4",
            "v12.0,user,vcore,serverless",
        ),
    ] {
        let path = format!("{}/databases/{}", server("near"), name.to_lowercase());
        let body = json!({"location": "westeurope", "sku": {"name": name}});
        assert!(client.put(&path, body).await.status.is_success());
        let made = client.get(&path).await.body;
        assert_eq!(made["sku"], sku);
        assert_eq!(made["properties"]["currentSku"], sku);
        assert_eq!(made["properties"]["currentServiceObjectiveName"], objective);
        assert_eq!(made["kind"], kind);
    }
    let body = client.get(&server("near")).await.body;
    assert_eq!(body["properties"]["fullyQualifiedDomainName"], "near.database.windows.net");
    assert_eq!(body["properties"]["administratorLoginPassword"], Value::Null);
}

#[tokio::test]
async fn a_group_lies_over_two_regions_and_holds_what_is_there() {
    let client = start().await;
    let path = format!("{}/failoverGroups/shop", server("near"));
    let same = json!({"location": "westeurope", "properties": {"administratorLogin": "dba", "administratorLoginPassword": "Qw-8-more-than-enough"}});
    assert!(client.put(&server("same"), same).await.status.is_success());
    for (what, body) in [
        ("same region", group(&client, "same", 60)),
        ("no such server", group(&client, "nobody", 60)),
        ("too little grace", group(&client, "far", 59)),
    ] {
        assert_eq!(client.put(&path, body).await.status, StatusCode::BAD_REQUEST, "{what}");
    }
    let mut lost = group(&client, "far", 60);
    lost["properties"]["databases"] =
        json!([client.id(&format!("{}/databases/none", server("near")))]);
    assert_eq!(client.put(&path, lost).await.code(), "FailoverGroupDatabaseNotFound");
}

#[tokio::test]
async fn a_failover_swaps_what_the_servers_do() {
    let client = start().await;
    let near = format!("{}/failoverGroups/shop", server("near"));
    let far = format!("{}/failoverGroups/shop", server("far"));
    assert!(client.put(&near, group(&client, "far", 60)).await.status.is_success());
    let roles = async || {
        let of =
            async |path: &str| client.get(path).await.body["properties"]["replicationRole"].clone();
        (of(&near).await, of(&far).await)
    };
    assert_eq!(roles().await, (json!("Primary"), json!("Secondary")));
    let seeded = client.get(&format!("{}/databases/orders", server("far"))).await;
    assert_eq!(seeded.body["location"], "northeurope");
    let refused = client.put(&far, group(&client, "near", 60)).await;
    assert_eq!(refused.code(), "FailoverGroupNotOnPrimary");
    assert_eq!(
        client.post(&format!("{near}/failover"), json!({})).await.status,
        StatusCode::BAD_REQUEST
    );
    assert!(client.post(&format!("{far}/failover"), json!({})).await.status.is_success());
    assert_eq!(roles().await, (json!("Secondary"), json!("Primary")));
    let kept = client.delete(&server("far")).await;
    assert_eq!(kept.code(), "ServerInFailoverGroup");
    let held = client.delete(&format!("{}/databases/orders", server("near"))).await;
    assert_eq!(held.code(), "DatabaseInFailoverGroup");
}
