//! How often Azure may be asked.

use reqwest::{Method, StatusCode};
use serde_json::json;
use simulator::{Settings, Throttle};

use crate::client::{Client, Reply};

const READS: &str = "x-ms-ratelimit-remaining-subscription-reads";
const WRITES: &str = "x-ms-ratelimit-remaining-subscription-writes";

async fn throttled() -> Client {
    Client::with(Settings { throttle: Throttle::Real, ..Settings::default() }).await
}

fn left(reply: &Reply, header: &str) -> u32 {
    reply.header(header).and_then(|left| left.parse().ok()).expect("the header tells")
}

#[tokio::test]
async fn each_answer_tells_what_is_left() {
    let client = throttled().await;
    let first = client.get("/resourceGroups").await;
    assert_eq!(left(&first, READS), 249);
    assert_eq!(first.header(WRITES), None);
    let second = client.get("/resourceGroups").await;
    assert!(left(&second, READS) <= 249);
    let written = client.put("/resourceGroups/rg", json!({"location": "westeurope"})).await;
    assert_eq!(left(&written, WRITES), 199);
}

#[tokio::test]
async fn an_empty_bucket_refuses_and_says_for_how_long() {
    let client = throttled().await;
    // A loop of one client is quicker than the refill of ten a second, or there is no end to it.
    for _ in 0..5_000 {
        let answer = client.put("/resourceGroups/rg", json!({"location": "westeurope"})).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer.code(), "SubscriptionRequestsThrottled");
            assert_eq!(answer.header("retry-after"), Some("1"));
            assert_eq!(client.get("/resourceGroups").await.status, StatusCode::OK);
            return;
        }
    }
    panic!("never refused");
}

#[tokio::test]
async fn a_provider_has_a_limit_of_its_own() {
    let client = throttled().await;
    let mut refused = None;
    for _ in 0..120 {
        let profiles = client.get("/providers/Microsoft.Cdn/profiles").await;
        if profiles.status == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(profiles);
            break;
        }
    }
    let refused = refused.expect("fifty reads in five minutes are allowed");
    assert_eq!(refused.code(), "TooManyRequests");
    let sites = client.send(Method::GET, "/providers/Microsoft.Web/sites", None).await;
    assert_eq!(sites.status, StatusCode::OK);
}
