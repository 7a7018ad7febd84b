//! A small Azure for tests, over real HTTP: it stores what is put, and does as a test says besides.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use azure::{Client, Cloud, Settings, Timeouts, Writer};
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::{Duration, OffsetDateTime};
use resource::ResourceId;
use serde_json::{Value, json};

/// Answers a request itself, or leaves it to the store. Gets method, path and body, and how often
/// method and path came before.
type Rule = Arc<dyn Fn(&str, &str, &Value, usize) -> Option<(u16, Value)> + Send + Sync>;

#[derive(Clone)]
pub(crate) struct FakeAzure {
    store: Arc<Mutex<BTreeMap<String, Value>>>,
    log: Arc<Mutex<Vec<String>>>,
    rule: Rule,
    origin: String,
}

impl FakeAzure {
    pub async fn start() -> Self {
        Self::with_rule(|_, _, _, _| None).await
    }

    pub async fn with_rule(
        rule: impl Fn(&str, &str, &Value, usize) -> Option<(u16, Value)> + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let azure =
            Self { store: Arc::default(), log: Arc::default(), rule: Arc::new(rule), origin };
        let app = Router::new().fallback(answer).with_state(azure.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        azure
    }

    pub fn writer(&self) -> Writer {
        let cloud = Cloud::custom(&self.origin, "https://login.example").expect("valid URLs");
        // Paused time runs on while a socket is waited for, so timeouts would strike at once.
        let timeouts = Timeouts { connect: None, read: None, body: None, whole: None };
        let settings = Settings { timeouts, ..Settings::new(cloud) };
        Client::with_credential(settings, Arc::new(Token)).expect("valid settings").writer()
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn set(&self, id: &ResourceId, body: Value) {
        self.store.lock().expect("the store").insert(id.key().to_owned(), body);
    }

    pub fn get(&self, id: &ResourceId) -> Option<Value> {
        self.store.lock().expect("the store").get(id.key()).cloned()
    }

    /// Returns what was asked, as `METHOD name`, reads left out.
    pub fn writes(&self) -> Vec<String> {
        self.asked().into_iter().filter(|line| !line.starts_with("GET")).collect()
    }

    /// Returns what was asked, as `METHOD name`.
    pub fn asked(&self) -> Vec<String> {
        let log = self.log.lock().expect("the log");
        let short = |line: &String| {
            let (method, path) = line.split_once(' ').expect("method and path");
            format!("{method} {}", path.rsplit('/').next().unwrap_or_default())
        };
        log.iter().map(short).collect()
    }
}

async fn answer(
    State(azure): State<FakeAzure>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (method, path) = (method.to_string(), uri.path().to_owned());
    let line = format!("{method} {path}");
    let before = {
        let mut log = azure.log.lock().expect("the log");
        let before = log.iter().filter(|other| **other == line).count();
        log.push(line);
        before
    };
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let ruled = (azure.rule)(&method, &path, &body, before);
    let (status, body) = ruled.unwrap_or_else(|| azure.store(&method, &path, &headers, body));
    let status = StatusCode::from_u16(status).expect("a status code");
    match body {
        Value::Null => status.into_response(),
        body => (status, body.to_string()).into_response(),
    }
}

impl FakeAzure {
    fn store(&self, method: &str, path: &str, headers: &HeaderMap, body: Value) -> (u16, Value) {
        let key = path.to_ascii_lowercase();
        let mut store = self.store.lock().expect("the store");
        let held = store.get(&key).cloned();
        if headers.contains_key("if-none-match") && held.is_some() {
            return error(412, "PreconditionFailed");
        }
        match (method, held) {
            ("GET", Some(body)) => (200, body),
            ("GET", None) => error(404, "ResourceNotFound"),
            ("DELETE", Some(_)) => {
                store.remove(&key);
                (200, Value::Null)
            }
            ("DELETE", None) => (204, Value::Null),
            ("PUT", held) => {
                store.insert(key, body.clone());
                (if held.is_some() { 200 } else { 201 }, body)
            }
            ("PATCH", Some(mut held)) => {
                // ARM replaces the whole map of tags.
                if body.get("tags").is_some() {
                    held["tags"] = Value::Null;
                }
                merge(&mut held, body);
                store.insert(key, held.clone());
                (200, held)
            }
            ("POST", Some(_)) => (200, Value::Null),
            _ => error(404, "ResourceNotFound"),
        }
    }
}

pub(crate) fn error(status: u16, code: &str) -> (u16, Value) {
    (status, json!({"error": {"code": code, "message": "as the test asks"}}))
}

fn merge(into: &mut Value, patch: Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, patch) => *into = patch,
    }
}

#[derive(Debug)]
struct Token;

#[async_trait]
impl TokenCredential for Token {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Ok(AccessToken::new("token", OffsetDateTime::now_utc() + Duration::hours(1)))
    }
}
