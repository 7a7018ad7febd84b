//! The comments, issues and artefacts of three forges, as far as they are asked for.

mod azure_devops;
mod github;
mod gitlab;

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// The token that may write.
pub const TOKEN: &str = "token-of-the-job";

/// A forge on a port of the loopback interface.
pub struct Fake {
    /// `http://127.0.0.1:…`
    pub url: String,
    state: Arc<Mutex<State>>,
    _runtime: tokio::runtime::Runtime,
}

/// What the forge knows.
#[derive(Default)]
pub struct State {
    pub comments: Vec<Comment>,
    pub issues: Vec<Issue>,
    pub kept: Vec<Kept>,
    pub pulls: Vec<Pull>,
    /// `POST /repos/…` of every request.
    pub requests: Vec<String>,
    /// How many more writes are done, and answered as if they were not.
    pub breaks: usize,
    /// True where the token may only read, as in a fork's run.
    pub is_read_only: bool,
    last: u64,
    url: String,
}

pub struct Comment {
    pub id: u64,
    pub text: String,
    /// True where a stranger wrote it.
    pub is_foreign: bool,
}

pub struct Issue {
    pub number: u64,
    pub title: String,
    pub text: String,
    pub labels: Vec<String>,
    pub is_open: bool,
    pub words: Vec<String>,
}

pub struct Kept {
    pub id: u64,
    pub name: String,
    pub head: String,
    pub plan: Vec<u8>,
    pub is_of_fork: bool,
}

pub struct Pull {
    pub head: String,
    pub merged: String,
    pub is_of_fork: bool,
}

/// A request, read.
pub struct Ask<'a> {
    pub method: &'a str,
    /// The path's segments below what tells the forge.
    pub path: Vec<&'a str>,
    pub query: BTreeMap<String, String>,
    pub body: Value,
}

/// What is answered.
pub enum Reply {
    Json(u16, Value),
    File(Vec<u8>),
    Moved(String),
}

impl Fake {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
        let listener = listener.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State { url: url.clone(), ..State::default() }));
        let app = Router::new().fallback(answer).with_state(state.clone());
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { url, state, _runtime: runtime }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("unpoisoned")
    }
}

impl State {
    pub fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Keeps a folder of a run.
    pub fn keep(&mut self, name: &str, head: &str, folder: &Path) {
        let plan = std::fs::read(folder.join("plan.json")).expect("a plan was saved");
        let (name, head) = (name.to_owned(), head.to_owned());
        let id = self.next();
        self.kept.push(Kept { id, name, head, plan, is_of_fork: false });
    }

    pub fn comment(&mut self, text: &str) -> u64 {
        let id = self.next();
        self.comments.push(Comment { id, text: text.to_owned(), is_foreign: false });
        id
    }

    pub fn change_comment(&mut self, id: &str, text: &str) {
        let comment = self.comments.iter_mut().find(|comment| comment.id.to_string() == id);
        comment.expect("a comment").text = text.to_owned();
    }

    pub fn open(&mut self, title: &str, text: &str, labels: Vec<String>) -> u64 {
        let (title, text, number) = (title.to_owned(), text.to_owned(), 100 + self.next());
        self.issues.push(Issue { number, title, text, labels, is_open: true, words: vec![] });
        number
    }

    pub fn issue(&mut self, number: &str) -> &mut Issue {
        let issue = self.issues.iter_mut().find(|issue| issue.number.to_string() == number);
        issue.expect("an issue")
    }
}

/// Returns an archive as a forge makes it of a folder.
fn zipped(folder: &str, plan: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(vec![]));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file(format!("{folder}plan.json"), options).expect("a file");
    archive.write_all(plan).expect("written");
    archive.finish().expect("an archive").into_inner()
}

async fn answer(
    Shared(state): Shared<Arc<Mutex<State>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = state.lock().expect("unpoisoned");
    state.requests.push(format!("{method} {}", uri.path()));
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let segments: Vec<&str> = uri.path().trim_start_matches('/').split('/').collect();
    let ask = |skip: usize| Ask {
        method: method.as_str(),
        path: segments[skip..].to_vec(),
        query: query.into_owned().collect(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let is_allowed = |name: &str, value: &str| {
        headers.get(name).is_some_and(|found| found.to_str().is_ok_and(|found| found == value))
    };
    let bearer = is_allowed("authorization", &format!("Bearer {TOKEN}"));
    let private = is_allowed("private-token", TOKEN);
    if !bearer && !private {
        return (StatusCode::UNAUTHORIZED, "{\"message\": \"Bad credentials\"}").into_response();
    }
    if state.is_read_only && method != Method::GET {
        let message = "{\"message\": \"Resource not accessible by integration\"}";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    let reply = match segments[..] {
        ["repos", "shop", "infra", ..] => github::answer(&mut state, &ask(3)),
        ["api", "v4", ..] => gitlab::answer(&mut state, &ask(2)),
        ["org", ..] => azure_devops::answer(&mut state, &ask(1)),
        ["blob", id] => {
            let kept = state.kept.iter().find(|kept| kept.id.to_string() == id);
            kept.map(|kept| Reply::File(zipped(&format!("{}/", kept.name), &kept.plan)))
        }
        _ => None,
    };
    if method == Method::POST && state.breaks > 0 {
        state.breaks -= 1;
        return (StatusCode::BAD_GATEWAY, "{}").into_response();
    }
    match reply {
        Some(Reply::Json(status, value)) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, axum::Json(value)).into_response()
        }
        Some(Reply::File(bytes)) => bytes.into_response(),
        Some(Reply::Moved(to)) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        None => (StatusCode::NOT_FOUND, "{\"message\": \"Not Found\"}").into_response(),
    }
}
