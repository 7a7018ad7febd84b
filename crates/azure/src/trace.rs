//! The record of what crossed the wire: `--trace-http FILE`.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use reqwest::header::HeaderMap;
use resource::secret::KnownSecrets;
use serde_json::{Map, Value, json};

use crate::request::{Plane, Precondition, Request, Response};
use crate::scrub::{HIDDEN, scrub, scrub_query};

/// Response headers that are kept: those that explain what the client did next.
const KEPT_HEADERS: [&str; 9] = [
    "location",
    "azure-asyncoperation",
    "retry-after",
    "etag",
    "x-ms-request-id",
    "x-ms-correlation-request-id",
    "x-ms-client-request-id",
    "x-ms-error-code",
    "x-ms-lease-state",
];

/// Request headers whose holder may write what others may not.
const SECRET_HEADERS: [&str; 2] = ["x-ms-lease-id", "x-ms-proposed-lease-id"];

/// Writes exchanges as lines of JSON, `{"request": …, "response": …}`, secrets scrubbed.
pub(crate) struct Trace {
    file: Mutex<File>,
    secrets: KnownSecrets,
}

impl Trace {
    /// Begins a file that only its owner can read: what is scrubbed by rule may be scrubbed too little.
    pub fn create(path: &Path, secrets: KnownSecrets) -> io::Result<Self> {
        Ok(Self { file: Mutex::new(files::private(path)?), secrets })
    }

    /// Notes one attempt; `response` is `None` where no answer came.
    pub fn write(&self, request: &Request, response: Option<&Response>) {
        let path = request.url.path();
        let shown = |body: &Value| {
            // A vault answers with the secret itself, or says why it does not.
            if request.plane == Plane::Vaults && body.get("error").is_none() {
                return json!(HIDDEN);
            }
            let mut body = scrub(path, body);
            self.secrets.hide_places(path, &mut body);
            body
        };
        let answer = response.map(|response| {
            json!({
                "status": response.status,
                "headers": shown_headers(&response.headers),
                "body": shown(&response.body),
            })
        });
        let line = json!({
            "request": {
                "method": request.method.as_str(),
                "url": scrub_query(&request.url),
                "headers": request_headers(request),
                "body": request.body.as_ref().map(shown),
            },
            "response": answer,
        });
        let line = line.to_string();
        let line = self.secrets.scrub(&line);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not stop an apply half way.
        if let Err(error) = writeln!(file, "{line}") {
            tracing::warn!(%error, "failed to write the HTTP trace");
        }
    }
}

fn request_headers(request: &Request) -> Map<String, Value> {
    let mut headers = Map::new();
    if request.body.is_some() {
        headers.insert("Content-Type".into(), "application/json".into());
    }
    match &request.precondition {
        Precondition::None => {}
        Precondition::IfMatch(etag) => drop(headers.insert("If-Match".into(), json!(etag))),
        Precondition::IfNoneMatch => drop(headers.insert("If-None-Match".into(), json!("*"))),
    }
    for (name, value) in &request.headers {
        let shown = if SECRET_HEADERS.contains(name) { HIDDEN } else { value };
        headers.insert((*name).to_owned(), json!(shown));
    }
    headers
}

fn shown_headers(headers: &HeaderMap) -> Map<String, Value> {
    let kept = headers.iter().filter(|(name, _)| {
        KEPT_HEADERS.contains(&name.as_str()) || name.as_str().starts_with("x-ms-ratelimit-")
    });
    kept.map(|(name, value)| {
        let text = String::from_utf8_lossy(value.as_bytes());
        let shown = match url::Url::parse(&text) {
            Ok(url) => scrub_query(&url),
            Err(_) => text.into_owned(),
        };
        (name.as_str().to_owned(), Value::String(shown))
    })
    .collect()
}
