//! A small ARM for tests, over real HTTP: a function that answers, and a log of what was asked.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::{Duration, OffsetDateTime};
use serde_json::{Value, json};

use crate::{Client, Cloud, Event, Progress, Settings, Timeouts};

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Value,
    /// How often the same method and path were asked before.
    pub before: usize,
    /// The server's own origin, for URLs in answers.
    pub origin: String,
}

/// What is answered.
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Answer {
    pub fn new(status: u16, body: Value) -> Self {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Self { status, headers: vec![], body }
    }

    pub fn error(status: u16, code: &str) -> Self {
        Self::new(status, json!({"error": {"code": code, "message": "as the test asks"}}))
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self { status, headers: vec![], body: body.to_owned() }
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("a status code");
        let mut response = (status, self.body).into_response();
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value.parse().expect("a header value"));
        }
        response
    }
}

type Handler = Arc<dyn Fn(&Asked) -> Answer + Send + Sync>;

#[derive(Clone)]
struct Shared {
    handler: Handler,
    log: Arc<Mutex<Vec<Asked>>>,
    origin: String,
}

/// The server; it ends with the test's runtime.
pub(crate) struct FakeArm {
    shared: Shared,
}

impl FakeArm {
    pub async fn start(handler: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Shared { handler: Arc::new(handler), log: Arc::default(), origin };
        let app = Router::new().fallback(answer).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { shared }
    }

    pub fn settings(&self) -> Settings {
        let cloud =
            Cloud::custom(&self.shared.origin, "https://login.example").expect("valid URLs");
        // Paused time runs on while a socket is waited for, so timeouts would strike at once.
        let timeouts = Timeouts { connect: None, read: None, body: None, whole: None };
        Settings { timeouts, ..Settings::new(cloud) }
    }

    pub fn client(&self) -> Client {
        self.client_with(self.settings())
    }

    pub fn client_with(&self, settings: Settings) -> Client {
        Client::with_credential(settings, Arc::new(Tokens::default())).expect("valid settings")
    }

    /// Returns what was asked, as `METHOD path`.
    pub fn log(&self) -> Vec<String> {
        self.asked().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.shared.log.lock().expect("the log").clone()
    }
}

async fn answer(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let (method, path) = (method.to_string(), uri.path().to_owned());
    let asked = {
        let mut log = shared.log.lock().expect("the log");
        let before = log.iter().filter(|a| a.method == method && a.path == path).count();
        let asked = Asked {
            method,
            path,
            query: uri.query().unwrap_or_default().to_owned(),
            headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
            before,
            origin: shared.origin.clone(),
        };
        log.push(asked.clone());
        asked
    };
    (shared.handler)(&asked)
}

/// Gives `token-1`, `token-2`, …, each good for an hour.
#[derive(Debug, Default)]
pub(crate) struct Tokens(std::sync::atomic::AtomicUsize);

#[async_trait]
impl TokenCredential for Tokens {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let number = 1 + self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let end = OffsetDateTime::now_utc() + Duration::hours(1);
        Ok(AccessToken::new(format!("token-{number}"), end))
    }
}

/// Keeps events.
#[derive(Default)]
pub(crate) struct Events(pub Mutex<Vec<Event>>);

impl Progress for Events {
    fn event(&self, event: Event) {
        self.0.lock().expect("the events").push(event);
    }
}
