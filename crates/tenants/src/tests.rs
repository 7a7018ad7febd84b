//! A tenant over real HTTP, whose answers a test gives.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use parity::Answer;
use serde_json::{Value, json};
use topology::Comparison;

use super::*;

type Given = (u16, Vec<(&'static str, String)>, Value);

/// Answers a request, told as `GET /path?query authorization`.
type Answers = dyn Fn(&str, usize) -> Given + Send + Sync;

struct Fake {
    answers: Box<Answers>,
    heard: Mutex<Vec<String>>,
}

async fn answer(State(fake): State<Arc<Fake>>, request: Request) -> Response {
    let login = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let heard = format!("{} {} {}", request.method(), request.uri(), login.unwrap_or("-"));
    let before = {
        let mut all = fake.heard.lock().expect("unpoisoned");
        all.push(heard.clone());
        all.iter().filter(|other| **other == heard).count() - 1
    };
    let (status, given, body) = (fake.answers)(&heard, before);
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        headers.insert(name, value.parse().expect("a header"));
    }
    let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    (StatusCode::from_u16(status).expect("a status"), headers, body).into_response()
}

/// Serves what `answers` says to a request that has been heard so often before.
async fn serve(
    answers: impl Fn(&str, usize) -> Given + Send + Sync + 'static,
) -> (Tenant, Arc<Fake>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/base/", listener.local_addr().expect("an address"));
    let fake = Arc::new(Fake { answers: Box::new(answers), heard: Mutex::default() });
    let app = Router::new().fallback(answer).with_state(fake.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let url = url.parse().expect("an address");
    (Tenant { name: "eu2".to_owned(), url, headers: vec![], login: None }, fake)
}

fn ok(body: Value) -> Given {
    (200, vec![], body)
}

/// Reads a comparison as a topology has it.
fn comparison(yaml: &str) -> Comparison {
    let text = format!(
        "version: 1\nname: app\nsubscription: 00000000-0000-0000-0000-000000000001\nparity:\n  tenants: {{ a: {{ url: https://a.example.net }}, b: {{ url: https://b.example.net }} }}\n  compare:\n    - {yaml}\n"
    );
    let parsed = topology::parse(&topology::Input {
        language: families::language(),
        file: std::path::Path::new("topology.yaml"),
        text: &text,
        env: &|_| None,
        read: &|_| Err(std::io::ErrorKind::NotFound.into()),
        overlays: &[],
    });
    let topology = parsed.topology.unwrap_or_else(|| panic!("{:?}", parsed.diagnostics));
    topology.parity.expect("a parity").compare.remove(0)
}

async fn ask(tenant: &Tenant, yaml: &str) -> Answer {
    let settings = Settings { secrets: KnownSecrets::default(), time_scale: 0.0 };
    read(tenant, &[comparison(yaml)], &settings).await.answers.remove(0)
}

fn values(answer: Answer) -> Vec<Value> {
    answer.expect("an answer").into_iter().map(|entry| entry.value).collect()
}

fn heard(fake: &Fake) -> Vec<String> {
    fake.heard.lock().expect("unpoisoned").clone()
}

const PAGES: &str =
    "{ path: \"/api/Packages?$format=json\", items: $.d.results, key: Id, next: $.d.__next }";

#[tokio::test]
async fn every_page_is_read_below_the_address_of_the_tenant() {
    let (tenant, fake) = serve(|asked, _| match asked {
        "GET /base/api/Packages?$format=json -" => {
            ok(json!({ "d": { "results": [{ "Id": 1 }], "__next": "Packages?$skip=1" } }))
        }
        "GET /base/api/Packages?$skip=1 -" => ok(json!({ "d": { "results": [{ "Id": 2 }] } })),
        _ => (404, vec![], json!({})),
    })
    .await;
    assert_eq!(values(ask(&tenant, PAGES).await), [json!({ "Id": 1 }), json!({ "Id": 2 })]);
    assert_eq!(heard(&fake).len(), 2);
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_end_the_list() {
    let (tenant, _) =
        serve(|_, _| ok(json!({ "d": { "results": [], "__next": "?$format=json" } }))).await;
    let error = ask(&tenant, PAGES).await.expect_err("no end");
    assert_eq!(error, "the pages of `/base/api/Packages` do not end");
}

#[tokio::test]
async fn no_login_goes_to_another_address() {
    let elsewhere = "https://elsewhere.example.net/x";
    let (mut tenant, fake) = serve(move |asked, _| match asked {
        asked if asked.contains("/page") => {
            ok(json!({ "d": { "results": [], "__next": elsewhere } }))
        }
        _ => (302, vec![("location", elsewhere.to_owned())], json!({})),
    })
    .await;
    tenant.headers = vec![("Authorization".to_owned(), "secret".to_owned().into())];
    for path in ["/page", "/moved"] {
        let yaml = format!("{{ path: {path}, items: $.d.results, key: Id, next: $.d.__next }}");
        let error = ask(&tenant, &yaml).await.expect_err("elsewhere");
        assert!(error.contains("`https://elsewhere.example.net`"), "{error}");
    }
    assert_eq!(heard(&fake).len(), 2);
}

#[tokio::test]
async fn what_is_sent_on_within_the_tenant_is_followed() {
    let (tenant, _) = serve(|asked, _| match asked {
        "GET /base/old -" => (307, vec![("location", "/base/new".to_owned())], json!({})),
        "GET /base/new -" => ok(json!(["a"])),
        _ => (404, vec![], json!({})),
    })
    .await;
    assert_eq!(values(ask(&tenant, "{ path: /old }").await), [json!("a")]);
}

#[tokio::test]
async fn a_busy_tenant_is_asked_again_and_a_refusal_is_not() {
    let (tenant, fake) = serve(|asked, before| match (asked, before) {
        ("GET /base/busy -", 0) => (429, vec![("retry-after", "1".to_owned())], json!({})),
        ("GET /base/busy -", 1) => (503, vec![], json!({})),
        ("GET /base/busy -", _) => ok(json!([])),
        _ => (403, vec![], json!({ "error": "the password hunter2 is wrong" })),
    })
    .await;
    assert!(values(ask(&tenant, "{ path: /busy }").await).is_empty());
    let error = ask(&tenant, "{ path: /closed }").await.expect_err("refused");
    assert_eq!(error, "`/base/closed` was answered with 403");
    assert_eq!(heard(&fake).len(), 4);
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_again_when_it_has_run_out() {
    let (mut tenant, fake) = serve(|asked, before| match asked {
        asked if asked.starts_with("POST /token ") => {
            ok(json!({ "access_token": format!("t-{before}-of-the-run"), "token_type": "bearer" }))
        }
        asked if asked.ends_with("/list Bearer t-0-of-the-run") => {
            if before == 0 {
                ok(json!([{ "Id": "a" }, { "Id": "b" }]))
            } else {
                (401, vec![], json!({}))
            }
        }
        asked if asked.ends_with("Bearer t-1-of-the-run") => ok(json!({ "Name": "x" })),
        _ => (401, vec![], json!({})),
    })
    .await;
    let text = |text: &str| SecretString::from(text.to_owned());
    tenant.login = Some(Login::OAuth(OAuth {
        token: tenant.url.join("/token").expect("an address"),
        client_id: text("a client"),
        secret: text("sec:ret"),
        scope: Some("read all".to_owned()),
    }));
    let yaml = "{ path: /list, key: Id, forEach: [{ path: \"/list/{Id}\" }] }";
    let secrets = KnownSecrets::default();
    let settings = Settings { secrets: secrets.clone(), time_scale: 0.0 };
    let answers = read(&tenant, &[comparison(yaml)], &settings).await.answers.remove(0);
    let entries = answers.expect("an answer");
    assert!(entries.iter().all(|entry| entry.below[0].is_ok()), "{entries:?}");
    let heard = heard(&fake);
    // `a+client:sec%3Aret`, as a form encodes both.
    let tokens = heard.iter().filter(|it| *it == "POST /token Basic YStjbGllbnQ6c2VjJTNBcmV0");
    assert_eq!(tokens.count(), 2, "{heard:?}");
    assert_eq!(secrets.scrub("t-0-of-the-run"), "(sensitive)");
}

#[tokio::test]
async fn a_field_of_the_entry_above_is_one_step_of_the_path_below() {
    let (tenant, fake) = serve(|asked, _| match asked {
        "GET /base/list -" => ok(json!([{ "Id": "a/../b", "Version": "1.0" }])),
        _ => ok(json!([{ "Id": "c" }])),
    })
    .await;
    let yaml = "{ path: /list, key: Id, forEach: [{ path: \"/list(Id='{Id}',Version='{Version}')\", key: Id, forEach: [{ path: \"/of/{Id}/{Version}\", key: Id }] }] }";
    assert_eq!(ask(&tenant, yaml).await.expect("an answer").len(), 1);
    assert_eq!(
        heard(&fake)[1..],
        ["GET /base/list(Id='a%2F..%2Fb',Version='1.0') -", "GET /base/of/c/1.0 -"]
    );
}

#[tokio::test]
async fn answers_that_hold_no_list_are_no_empty_list() {
    let (tenant, _) = serve(|asked, _| match asked {
        "GET /base/page -" => ok(json!("<html>sign in</html>")),
        _ => ok(json!({ "d": {} })),
    })
    .await;
    let error = ask(&tenant, "{ path: /page }").await.expect_err("no JSON");
    assert_eq!(error, "the answer to `/base/page` is no JSON");
    let error = ask(&tenant, "{ path: /list, items: $.d.results }").await.expect_err("no list");
    assert_eq!(error, "the answer to `/base/list` has nothing at `$.d.results`");
}

#[tokio::test]
async fn a_tenant_that_is_away_says_so() {
    let (mut tenant, _) = serve(|_, _| ok(json!([]))).await;
    // Port 9 discards, where anybody listens at all.
    tenant.url = "http://127.0.0.1:9/".parse().expect("an address");
    let error = ask(&tenant, "{ path: /list }").await.expect_err("nobody there");
    assert!(error.starts_with("no answer from `127.0.0.1`: "), "{error}");
}
