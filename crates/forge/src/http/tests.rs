use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::{HeaderMap as Headers, StatusCode as Status};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use reqwest::header::AUTHORIZATION;
use serde_json::json;

use super::*;

type Answer = (u16, &'static [(&'static str, &'static str)], Value);

#[derive(Clone, Default)]
struct Fake {
    answers: Arc<Mutex<Vec<Answer>>>,
    heard: Arc<Mutex<Vec<String>>>,
}

async fn answer(State(fake): State<Fake>, request: Request) -> Response {
    let headers = ["authorization", "private-token"];
    let token = headers.iter().find_map(|name| request.headers().get(*name));
    let token = token.and_then(|value| value.to_str().ok());
    let heard = format!("{} {} {}", request.method(), request.uri(), token.unwrap_or("-"));
    fake.heard.lock().expect("unpoisoned").push(heard);
    let (status, headers, body) = fake.answers.lock().expect("unpoisoned").remove(0);
    let mut all = Headers::new();
    for (name, value) in headers {
        all.insert(*name, value.parse().expect("a header"));
    }
    (Status::from_u16(status).expect("a status"), all, Json(body)).into_response()
}

/// Serves the answers one after the other.
async fn serve(answers: Vec<Answer>) -> (String, Fake) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let fake = Fake { answers: Arc::new(Mutex::new(answers)), ..Fake::default() };
    let app = Router::new().fallback(answer).with_state(fake.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (base, fake)
}

fn http() -> Http {
    Http::new("GitHub", AUTHORIZATION, "Bearer secret".to_owned().into(), 0.0).expect("a client")
}

fn heard(fake: &Fake) -> usize {
    fake.heard.lock().expect("unpoisoned").len()
}

#[tokio::test]
async fn throttled_and_broken_answers_are_tried_again() {
    let (base, fake) = serve(vec![
        (502, &[], json!({})),
        (429, &[("retry-after", "2")], json!({ "message": "slow down" })),
        (403, &[("retry-after", "1")], json!({ "message": "secondary rate limit" })),
        (200, &[], json!({ "id": 1 })),
    ])
    .await;
    let answer = http().json(Ask::get(&format!("{base}/x"), "-")).await.expect("an answer");
    assert_eq!(answer["id"], 1);
    assert_eq!(heard(&fake), 4);
}

#[tokio::test]
async fn what_may_have_been_written_is_not_written_again() {
    let (base, fake) = serve(vec![(502, &[], json!({})), (200, &[], json!({}))]).await;
    let url = format!("{base}/x");
    let error = http().json(Ask::write(Method::POST, &url, json!({}), "-")).await;
    assert!(error.expect_err("a failure").is_transient());
    assert_eq!(heard(&fake), 1);
}

#[tokio::test]
async fn throttled_writes_were_not_heard() {
    let (base, fake) =
        serve(vec![(429, &[("retry-after", "1")], json!({})), (201, &[], json!({}))]).await;
    let url = format!("{base}/x");
    http().json(Ask::write(Method::POST, &url, json!({}), "-")).await.expect("written");
    assert_eq!(heard(&fake), 2);
}

#[tokio::test]
async fn waits_of_an_hour_are_failures() {
    let (base, fake) = serve(vec![(429, &[("retry-after", "3600")], json!({}))]).await;
    http().json(Ask::get(&format!("{base}/x"), "-")).await.expect_err("too long");
    assert_eq!(heard(&fake), 1);
}

#[tokio::test]
async fn refusal_names_the_permission_and_keeps_the_token() {
    let refused = json!({ "message": "Resource not accessible\nby integration" });
    let (base, fake) = serve(vec![(403, &[], refused)]).await;
    let url = format!("{base}/repos/a/b/issues?x=1");
    let error = http().json(Ask::get(&url, "`permissions: issues: write`")).await;
    let error = error.expect_err("refused").to_string();
    assert_eq!(
        error,
        "GitHub refused `GET /repos/a/b/issues` (403: Resource not accessible by integration); the \
         job's token needs `permissions: issues: write`"
    );
    assert_eq!(
        fake.heard.lock().expect("unpoisoned")[0],
        "GET /repos/a/b/issues?x=1 Bearer secret"
    );
}

#[tokio::test]
async fn sign_in_page_is_no_answer() {
    let (base, _fake) = serve(vec![(203, &[("content-type", "text/html")], json!("<html>"))]).await;
    let error = http().json(Ask::get(&format!("{base}/x"), "-")).await.expect_err("refused");
    assert!(matches!(error, Error::Denied { .. }), "{error}");
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let page = |range: std::ops::Range<u32>| json!(range.collect::<Vec<_>>());
    let (base, fake) = serve(vec![
        (200, &[], page(0..100)),
        (200, &[], page(100..200)),
        (200, &[], page(200..207)),
    ])
    .await;
    let all = http().pages(&format!("{base}/x?a=1"), "-", |page| page).await.expect("a list");
    assert_eq!(all.len(), 207);
    let heard = fake.heard.lock().expect("unpoisoned");
    assert!(heard[2].contains("/x?a=1&per_page=100&page=3"), "{heard:?}");
}

/// Leaks a redirect to `target`: the answers of these tests are constants.
fn to(target: String) -> &'static [(&'static str, &'static str)] {
    Box::leak(Box::new([("location", &*Box::leak(target.into_boxed_str()))]))
}

#[tokio::test]
async fn token_stays_with_its_host_whatever_its_header() {
    for name in ["authorization", "private-token"] {
        let (store, other) = serve(vec![(200, &[], json!("the file"))]).await;
        let away = to(format!("{store}/blob"));
        let (base, own) =
            serve(vec![(307, to("/moved".into()), json!({})), (302, away, json!({}))]).await;
        let name = HeaderName::from_static(name);
        let http = Http::new("GitLab", name, "secret".to_owned().into(), 0.0).expect("a client");
        let file = http.file(&format!("{base}/zip"), "-").await.expect("the file");
        assert_eq!(file, b"\"the file\"");
        assert_eq!(
            *own.heard.lock().expect("unpoisoned"),
            ["GET /zip secret", "GET /moved secret"]
        );
        assert_eq!(other.heard.lock().expect("unpoisoned")[0], "GET /blob -");
    }
}

#[tokio::test]
async fn redirects_end_and_writes_are_not_sent_on() {
    let (store, other) = serve(vec![]).await;
    let (base, _) = serve(vec![(307, to(format!("{store}/x")), json!({}))]).await;
    let ask = format!("{base}/x");
    http().json(Ask::write(Method::POST, &ask, json!({}), "-")).await.expect_err("not sent on");
    assert_eq!(heard(&other), 0);

    let (base, fake) = serve(vec![(302, to("/x".into()), json!({})); REDIRECTS + 1]).await;
    http().json(Ask::get(&format!("{base}/x"), "-")).await.expect_err("a circle");
    assert_eq!(heard(&fake), REDIRECTS + 1);
}
