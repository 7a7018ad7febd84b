//! What is kept, what that costs, and who may read it.

use reqwest::StatusCode;
use serde_json::{Value, json};
use simulator::{RowCounts, Settings};

use crate::client::Client;

const ZONE: &str = "/resourceGroups/rg/providers/Microsoft.Network/dnsZones/example.com";
const PROFILES: &str = "/resourceGroups/rg/providers/Microsoft.Network/trafficManagerProfiles";

fn kept(dir: &std::path::Path) -> Settings {
    Settings { dir: Some(dir.to_owned()), page_size: 1000, ..Settings::default() }
}

/// Makes `count` records that have nothing to do with what is asked later.
async fn fill(client: &Client, from: usize, count: usize) {
    for number in from..from + count {
        let body = json!({"properties": {"TTL": 60, "ARecords": [{"ipv4Address": "10.0.0.1"}]}});
        let made = client.put(&format!("{ZONE}/A/n{number}"), body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    }
}

async fn with_zone(settings: Settings) -> Client {
    let client = Client::with(settings).await;
    client.put("/resourceGroups/rg", json!({"location": "westeurope"})).await;
    let made = client.put(ZONE, json!({"location": "global"})).await;
    assert!(made.status.is_success(), "{}", made.body);
    client
}

/// Returns what a request costs.
async fn cost<T>(client: &Client, asked: impl Future<Output = T>) -> RowCounts {
    let before = client.simulator.row_counts();
    asked.await;
    let after = client.simulator.row_counts();
    RowCounts { walked: after.walked - before.walked, written: after.written - before.written }
}

async fn make_profile(client: &Client, name: &str, endpoints: Value) {
    let body = json!({"location": "global", "properties": {
        "trafficRoutingMethod": "Weighted",
        "dnsConfig": {"relativeName": name, "ttl": 30},
        "monitorConfig": {"protocol": "HTTPS", "port": 443, "path": "/"},
        "endpoints": endpoints,
    }});
    let made = client.put(&format!("{PROFILES}/{name}"), body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
}

#[tokio::test]
async fn a_write_writes_as_many_rows_whatever_is_held() {
    let dir = tempfile::tempdir().expect("folder");
    let client = with_zone(kept(dir.path())).await;
    fill(&client, 0, 5).await;
    let few = cost(&client, fill(&client, 100, 1)).await;
    fill(&client, 200, 150).await;
    let many = cost(&client, fill(&client, 1000, 1)).await;
    assert_eq!(few.written, many.written);
    assert!(many.written <= 3, "{many:?}");
    let read = cost(&client, client.get(ZONE)).await;
    assert_eq!(read.written, 0, "a read writes nothing");
}

#[tokio::test]
async fn a_list_looks_at_no_more_rows_when_others_are_added() {
    let client = with_zone(Settings::default()).await;
    let target = json!([{"name": "one", "type": "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
        "properties": {"target": "one.example.net", "weight": 1}}]);
    make_profile(&client, "shop", target).await;
    client
        .put(
            &format!("{ZONE}/CNAME/www"),
            json!({"properties": {"TTL": 60, "CNAMERecord": {"cname": "a.b"}}}),
        )
        .await;
    let lists = [
        PROFILES.to_owned(),
        format!("{PROFILES}/shop"),
        format!("{ZONE}/CNAME"),
        "/resourceGroups".to_owned(),
    ];
    let mut before = vec![];
    for list in &lists {
        before.push(cost(&client, client.get(list)).await.walked);
    }
    fill(&client, 0, 150).await;
    for (list, before) in lists.iter().zip(before) {
        let after = cost(&client, client.get(list)).await.walked;
        assert_eq!(after, before, "{list}");
    }
}

#[tokio::test]
async fn a_list_of_nested_profiles_grows_with_them_and_not_with_their_square() {
    let client = with_zone(Settings { page_size: 1000, ..Settings::default() }).await;
    fill(&client, 0, 100).await;
    let nested = async |from: usize, to: usize| {
        for number in from..to {
            let child = format!("child{number}");
            let target = json!([{"name": "one", "type": "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
                "properties": {"target": format!("{child}.example.net"), "weight": 1}}]);
            make_profile(&client, &child, target).await;
            let id = client.id(&format!("{PROFILES}/{child}"));
            let target = json!([{"name": "one", "type": "Microsoft.Network/trafficManagerProfiles/nestedEndpoints",
                "properties": {"targetResourceId": id, "minChildEndpoints": 1, "weight": 1}}]);
            make_profile(&client, &format!("parent{number}"), target).await;
        }
    };
    nested(0, 10).await;
    let few = cost(&client, client.get(PROFILES)).await.walked;
    nested(10, 40).await;
    let many = cost(&client, client.get(PROFILES)).await.walked;
    assert!(many <= few * 5, "four times the profiles: {few} rows became {many}");
}

#[tokio::test]
async fn the_folder_of_the_version_before_is_read() {
    let dir = tempfile::tempdir().expect("folder");
    let subscription = Settings::default().subscription;
    let id = format!("/subscriptions/{subscription}/resourceGroups/rg");
    let body = json!({"id": id, "name": "rg", "location": "westeurope", "properties": {"provisioningState": "Succeeded"}});
    let state = json!({
        "revision": 7,
        "resources": {id.to_lowercase(): {"id": id, "body": body, "version": 7, "created": 1}},
        "operations": {}, "deleted": {}, "served": ["/a"], "lifted": {"/l": "DELETE /l"},
        "signing_key": "of before",
    });
    std::fs::write(dir.path().join("state.json"), state.to_string()).expect("written");
    assert!(simulator::holds_state(dir.path()));
    for _ in 0..2 {
        let client = Client::with(kept(dir.path())).await;
        assert_eq!(client.get("/resourceGroups/rg").await.body["location"], json!("westeurope"));
        assert_eq!(client.simulator.lifted_locks(), ["/l"]);
        client.simulator.stop().await;
        assert!(!dir.path().join("state.json").exists(), "it would tell of what was before");
    }
}

#[tokio::test]
async fn what_was_deleted_or_reset_stays_away() {
    let dir = tempfile::tempdir().expect("folder");
    let first = with_zone(kept(dir.path())).await;
    let second = Client::with(kept(dir.path())).await;
    fill(&first, 0, 2).await;
    assert_eq!(second.get(&format!("{ZONE}/A/n0")).await.status, StatusCode::OK);
    first.delete(&format!("{ZONE}/A/n0")).await;
    assert_eq!(second.get(&format!("{ZONE}/A/n0")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(second.get(&format!("{ZONE}/A/n1")).await.status, StatusCode::OK);
    let reset = format!("{}/simulator/reset", first.simulator.resource_manager());
    let http = crate::client::trusting(&first.simulator).build().expect("a client");
    assert!(http.post(reset).send().await.expect("an answer").status().is_success());
    assert_eq!(second.get(ZONE).await.status, StatusCode::NOT_FOUND);
    let third = Client::with(kept(dir.path())).await;
    assert_eq!(third.simulator.dump().expect("a dump")["resources"], json!({}));
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_kept_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("folder");
    let _client = with_zone(kept(dir.path())).await;
    let mut seen = vec![];
    for entry in std::fs::read_dir(dir.path()).expect("folder") {
        let entry = entry.expect("entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("state.db") {
            let mode = entry.metadata().expect("metadata").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
            seen.push(name);
        }
    }
    assert!(seen.len() > 1, "{seen:?}");
}
