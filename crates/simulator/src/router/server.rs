//! HTTP: connections, TLS, and the faults that live in them.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body as HttpBody, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use futures_util::{StreamExt, stream};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::router::cloud::Cloud;
use crate::router::faults;
use crate::router::throttle::Left;
use crate::settings::faults::{Fault, Rule};
use crate::store::clock;
use crate::store::folder::Folder;
use crate::store::rows::RowCounts;
use crate::wire::answer::{Answer, Body};
use crate::wire::request::Request;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    cloud: Mutex<Cloud>,
    folder: Option<Mutex<Folder>>,
}

/// What becomes of a request.
#[derive(Debug)]
struct Fate {
    answer: Option<Answer>,
    delay: Duration,
    is_truncated: bool,
    /// How many requests the caller has left, where they are counted.
    left: Option<Left>,
}

impl Shared {
    /// Puts an Azure behind HTTP.
    pub fn new(cloud: Cloud, folder: Option<Folder>) -> Self {
        Self { cloud: Mutex::new(cloud), folder: folder.map(Mutex::new) }
    }

    /// Works on the state while nobody else does, and keeps what was changed.
    pub fn with<T>(&self, work: impl FnOnce(&mut Cloud) -> T) -> io::Result<T> {
        let mut cloud = self.cloud();
        let mut folder = self
            .folder
            .as_ref()
            .map(|folder| folder.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(folder) = &mut folder {
            folder.lock()?;
            folder.refresh(&mut cloud.azure.state)?;
        }
        cloud.advance();
        let done = work(&mut cloud);
        let is_changed = cloud.azure.take_changed();
        if let Some(folder) = &mut folder {
            let saved = if is_changed { folder.save(&mut cloud.azure.state) } else { Ok(()) };
            folder.unlock()?;
            saved?;
        }
        Ok(done)
    }

    /// Returns how many rows were looked at and written so far.
    pub fn row_counts(&self) -> RowCounts {
        let folder = self.folder.as_ref().map(|folder| folder.lock());
        let folder = folder.map(|folder| folder.unwrap_or_else(PoisonError::into_inner));
        let written = folder.map_or(0, |folder| folder.written());
        RowCounts { walked: self.cloud().azure.state.resources.walked(), written }
    }

    fn cloud(&self) -> MutexGuard<'_, Cloud> {
        self.cloud.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decide(&self, request: &Request) -> io::Result<Fate> {
        self.with(|cloud| decide(cloud, request))
    }
}

fn decide(cloud: &mut Cloud, request: &Request) -> Fate {
    cloud.meet(request);
    let mut fate = Fate { answer: None, delay: Duration::ZERO, is_truncated: false, left: None };
    let is_arm =
        request.path.to_ascii_lowercase().starts_with("/subscriptions") && request.is_for_azure();
    let throttled = match is_arm.then(|| cloud.draw(request)).flatten() {
        Some(Err(refusal)) => Some(refusal),
        Some(Ok(left)) => {
            fate.left = Some(left);
            None
        }
        None => None,
    };
    let struck = if is_arm { cloud.injector.strike(request) } else { Vec::new() };
    for rule in &struck {
        if rule.fault == Fault::Slow {
            fate.delay += Duration::from_millis(rule.millis);
        }
        faults::prepare(&mut cloud.azure, rule, request);
    }
    fate.is_truncated = has(&struck, Fault::Truncated);
    let mut carried_out = false;
    if !has(&struck, Fault::ResetBefore) {
        let refusal = struck.iter().find_map(|rule| faults::refusal(&cloud.azure, rule, request));
        let answer = throttled.or(refusal).unwrap_or_else(|| cloud.answer(request));
        carried_out = answer.is_success();
        fate.answer = Some(answer).filter(|_| !has(&struck, Fault::ResetAfter));
    }
    cloud.azure.next_end = None;
    cloud.azure.next_stale_reads = 0;
    let status = fate.answer.as_ref().map_or(0, |answer| answer.status);
    let now = cloud.azure.now;
    cloud.journal.note(request, now, status, carried_out);
    tracing::debug!(method = %request.method, path = %request.path, status, "answered");
    fate
}

fn has(struck: &[Rule], fault: Fault) -> bool {
    struck.iter().any(|rule| rule.fault == fault)
}

/// Takes connections until it is told to stop.
pub(crate) async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    shared: Arc<Shared>,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else { continue };
        // Small answers would otherwise wait for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        let (acceptor, shared, stop) = (acceptor.clone(), shared.clone(), stop.clone());
        tokio::spawn(async move {
            let served = async {
                match acceptor {
                    Some(acceptor) => match acceptor.accept(stream).await {
                        Ok(stream) => connection(stream, peer, shared).await,
                        Err(error) => tracing::debug!(%peer, %error, "handshake failed"),
                    },
                    None => connection(stream, peer, shared).await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = served => {}
            }
        });
    }
}

async fn connection<S>(stream: S, peer: SocketAddr, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = tower::service_fn(move |request| {
        let shared = shared.clone();
        async move { respond(request, &shared).await }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    let served =
        builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).await;
    if let Err(error) = served {
        tracing::debug!(%peer, error = %error, "connection ended");
    }
}

async fn respond<B>(
    request: axum::http::Request<B>,
    shared: &Shared,
) -> Result<Response<HttpBody>, io::Error>
where
    B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    let (parts, body) = request.into_parts();
    let body =
        axum::body::to_bytes(HttpBody::new(body), 16 << 20).await.map_err(io::Error::other)?;
    let request = Request::new(parts.method, &parts.uri, parts.headers, body.to_vec());
    let fate = shared.decide(&request)?;
    if !fate.delay.is_zero() {
        tokio::time::sleep(fate.delay).await;
    }
    match fate.answer {
        Some(answer) => Ok(response(&request, answer, fate.left, fate.is_truncated)),
        None => Err(io::Error::new(io::ErrorKind::ConnectionReset, "injected reset")),
    }
}

fn response(
    request: &Request,
    answer: Answer,
    left: Option<Left>,
    is_truncated: bool,
) -> Response<HttpBody> {
    let (content_type, bytes) = match answer.body {
        Body::Empty => (None, Vec::new()),
        Body::Json(value) => {
            (Some("application/json; charset=utf-8".to_owned()), value.to_string().into_bytes())
        }
        Body::Text(kind, text) => (Some(kind.to_owned()), text.into_bytes()),
        Body::Bytes(kind, bytes) => (Some(kind), bytes),
    };
    let length = bytes.len();
    let body = if is_truncated && length > 1 { cut(bytes) } else { HttpBody::from(bytes) };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    if let Some(kind) = content_type {
        set("content-type", &kind);
    }
    let fresh = || uuid::Uuid::new_v4().to_string();
    let correlation =
        request.header("x-ms-correlation-request-id").map_or_else(fresh, str::to_owned);
    set("date", &clock::http_date(clock::now()));
    set("cache-control", "no-cache");
    set("x-ms-request-id", &fresh());
    set("x-ms-correlation-request-id", &correlation);
    set("x-ms-routing-request-id", &format!("SIMULATOR:{correlation}"));
    set("x-go-azure-sdk-skip-polling-delay", "true");
    if request
        .header("x-ms-return-client-request-id")
        .is_some_and(|v| v.eq_ignore_ascii_case("true"))
        && let Some(id) = request.header("x-ms-client-request-id")
    {
        set("x-ms-client-request-id", id);
    }
    if let Some((name, left)) = left {
        set(name, &left);
    }
    for (name, value) in &answer.headers {
        let name = HeaderName::try_from(&**name);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    response
}

/// Returns a body that breaks off in its middle.
fn cut(mut bytes: Vec<u8>) -> HttpBody {
    bytes.truncate(bytes.len() / 2);
    let broken = io::Error::new(io::ErrorKind::ConnectionReset, "injected truncation");
    let parts = [Ok(Bytes::from(bytes)), Err(broken)];
    // Each part waits, so that the client has the one before when the connection breaks.
    let parts = stream::iter(parts).then(|part| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        part
    });
    HttpBody::from_stream(parts)
}
