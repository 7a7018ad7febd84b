//! What goes wrong on purpose.

use reqwest::{Method, StatusCode};
use serde_json::json;
use simulator::{Faults, Settings};

use crate::client::Client;

async fn with_rules(rules: &str) -> Client {
    let client = Client::start().await;
    client.put("/resourceGroups/rg", json!({"location": "westeurope"})).await;
    client.apply(&format!("faults: {{seed: 1, rules: [{rules}]}}"));
    client
}

const WIDGET: &str = "/resourceGroups/rg/providers/Contoso.Things/widgets/w";

#[tokio::test]
async fn throttled_and_busy_are_told_apart() {
    let client = with_rules(
        "{fault: throttled, times: 1, retryAfter: 7}, {fault: busy, after: 1, times: 1}",
    )
    .await;
    let throttled = client.get("/resourceGroups").await;
    assert_eq!(
        (throttled.status, throttled.header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, Some("7"))
    );
    let busy = client.get("/resourceGroups").await;
    assert_eq!((busy.status, busy.code()), (StatusCode::TOO_MANY_REQUESTS, "RetryableError"));
    assert_eq!(client.get("/resourceGroups").await.status, StatusCode::OK);
}

#[tokio::test]
async fn reset_after_the_write_leaves_its_effect_and_reset_before_none() {
    let client = with_rules("{fault: reset-before, methods: [PUT], times: 1}, {fault: reset-after, methods: [PUT], after: 1, times: 1}").await;
    assert!(client.request(Method::PUT, WIDGET).json(&json!({})).send().await.is_err());
    assert_eq!(client.get(WIDGET).await.status, StatusCode::NOT_FOUND);
    assert!(client.request(Method::PUT, WIDGET).json(&json!({})).send().await.is_err());
    assert_eq!(client.get(WIDGET).await.status, StatusCode::OK);
}

#[tokio::test]
async fn truncated_answer_breaks_off() {
    let client = with_rules("{fault: truncated, times: 1}").await;
    let response = client.request(Method::GET, "/resourceGroups").send().await.expect("headers");
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn new_resource_is_not_there_yet_for_a_while() {
    let client = with_rules("{fault: stale-reads, methods: [PUT], times: 1, reads: 2}").await;
    client.put(WIDGET, json!({})).await;
    assert_eq!(client.get(WIDGET).await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.get(WIDGET).await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.get(WIDGET).await.status, StatusCode::OK);
}

#[tokio::test]
async fn operation_fails_and_the_group_stays() {
    let client = with_rules("{fault: operation-fails, methods: [DELETE], times: 1}").await;
    let accepted = client.delete("/resourceGroups/rg").await;
    let location = accepted.header("location").expect("a place to poll").to_owned();
    assert_eq!(client.get(&location).await.status, StatusCode::CONFLICT);
    assert_eq!(
        client.get("/resourceGroups/rg").await.body["properties"]["provisioningState"],
        "Succeeded"
    );
}

#[tokio::test]
async fn link_to_a_page_breaks_once() {
    let faults: Faults = serde_json::from_value(json!({"rules": [{"fault": "broken-page", "path": "widgets", "methods": ["GET"], "times": 1}]})).expect("faults");
    let client = Client::with(Settings { page_size: 1, faults, ..Settings::default() }).await;
    client.put("/resourceGroups/rg", json!({"location": "westeurope"})).await;
    client.put(WIDGET, json!({})).await;
    client.put(&format!("{WIDGET}2"), json!({})).await;
    let list = "/resourceGroups/rg/providers/Contoso.Things/widgets";
    for expected in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::OK] {
        let link = client.get(list).await.body["nextLink"].as_str().expect("a link").to_owned();
        assert_eq!(client.get(&link).await.status, expected);
    }
}
