//! One client for all: a request gets a token, identifiers, a place in Azure's limits and, where it
//! may be repeated, another attempt.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use bounds::Broken;
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, IF_MATCH, IF_NONE_MATCH};
use resource::secret::KnownSecrets;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use url::Url;
use uuid::Uuid;

use crate::auth::LogIn;
use crate::exchange::exchange;
use crate::fault::Fault;
use crate::planes::Planes;
use crate::request::{Plane, Request, Response};
use crate::retry::{next_wait, retry_after};
use crate::throttle::{Hold, Limiter, Ticket};
use crate::tokens::{MakeCredential, Tokens};
use crate::trace::Trace;
use crate::{
    Class, Cloud, Error, Event, Precondition, Progress, Reader, Refused, Settings, Stopwatch,
    Writer, classify,
};

/// The shortest a wait is scaled to, so that a simulator is not asked in a tight loop.
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);

/// Attempts at a request whose answers begin and do not end: each costs a wait of its own.
const STALLED_ATTEMPTS: u32 = 2;

/// A connection to one cloud under one identity. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    cloud: Cloud,
    tokens: Tokens,
    planes: Planes,
    limiter: Limiter,
    permits: Semaphore,
    correlation_id: Uuid,
    secrets: KnownSecrets,
    trace: Option<Trace>,
    time_scale: f64,
    /// How long the next part of an answer may take.
    patience: Option<Duration>,
    progress: Arc<dyn Progress>,
    requests: AtomicUsize,
    writes: AtomicUsize,
}

/// How many requests a client has sent, each attempt counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All requests to ARM.
    pub requests: usize,
    /// Those that could have changed something.
    pub writes: usize,
}

/// What one attempt came to.
enum Attempt {
    Answer(Response),
    Refused { status: u16, fault: Fault, response: Response },
    Broken(Broken),
}

impl Client {
    /// Makes a client; nothing is sent before the first request.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let http = http_client(&settings)?;
        let log_in =
            LogIn::new(http.clone(), settings.cloud.clone(), settings.client_secret.clone())
                .telling(settings.secrets.clone());
        let auth = settings.auth;
        if let Some(given) = &settings.client_secret {
            settings.secrets.add(given.secret.expose_secret());
        }
        Self::build(settings, http, Arc::new(move || log_in.credential(auth)))
    }

    /// Makes a client that asks `credential` for its tokens.
    pub fn with_credential(
        settings: Settings,
        credential: Arc<dyn TokenCredential>,
    ) -> Result<Self, Error> {
        let http = http_client(&settings)?;
        Self::build(settings, http, Arc::new(move || Ok(Arc::clone(&credential))))
    }

    fn build(
        settings: Settings,
        http: reqwest::Client,
        make: MakeCredential,
    ) -> Result<Self, Error> {
        let secrets = settings.secrets.clone();
        let create = |path: &Path| Trace::create(path, secrets.clone());
        let trace = settings.trace_http.as_deref().map(create).transpose();
        let trace = trace.map_err(|error| Error::SetUp { what: format!("HTTP trace: {error}") })?;
        Ok(Self(Arc::new(Inner {
            planes: Planes::new(&settings, &http, Arc::clone(&make))?,
            http,
            tokens: Tokens::new(make, settings.cloud.scope.clone(), secrets.clone()),
            secrets,
            cloud: settings.cloud,
            limiter: Limiter::default(),
            permits: Semaphore::new(settings.max_concurrency.max(1)),
            correlation_id: settings.correlation_id,
            trace,
            time_scale: settings.time_scale,
            patience: settings.timeouts.body,
            progress: settings.progress,
            requests: AtomicUsize::new(0),
            writes: AtomicUsize::new(0),
        })))
    }

    /// Returns the capability to read.
    pub fn reader(&self) -> Reader {
        Reader::new(self.clone())
    }

    /// Returns the capability to read and write.
    pub fn writer(&self) -> Writer {
        Writer::new(self.clone())
    }

    /// Returns the cloud that the client speaks to.
    pub fn cloud(&self) -> &Cloud {
        &self.0.cloud
    }

    /// Returns the correlation ID of the run.
    pub fn correlation_id(&self) -> Uuid {
        self.0.correlation_id
    }

    /// Returns how many requests were sent so far.
    pub fn counts(&self) -> Counts {
        Counts {
            requests: self.0.requests.load(Ordering::Relaxed),
            writes: self.0.writes.load(Ordering::Relaxed),
        }
    }

    /// Returns the URL of `path` with its API version.
    pub(crate) fn url(&self, path: &str, api_version: &str) -> Url {
        let mut url = self.0.cloud.resource_manager.clone();
        url.set_path(path);
        url.query_pairs_mut().append_pair("api-version", api_version);
        url
    }

    /// Waits, at the pace of the cloud.
    pub(crate) async fn pause(&self, wait: Duration) {
        let scaled = wait.mul_f64(self.0.time_scale).max(wait.min(SHORTEST_PAUSE));
        tokio::time::sleep(scaled).await;
    }

    pub(crate) fn stopwatch(&self) -> Stopwatch {
        Stopwatch::start(self.clone())
    }

    pub(crate) fn notify(&self, event: Event) {
        self.0.progress.event(event);
    }

    /// Reads a secret from a Key Vault's own endpoint.
    pub(crate) async fn key_vault_secret(
        &self,
        vault: &str,
        name: &str,
    ) -> Result<SecretString, Error> {
        #[derive(serde::Deserialize)]
        struct Answer {
            value: SecretString,
        }
        let request = Request::vault_secret(self.0.cloud.key_vault_secret_url(vault, name)?);
        let response = self.send(&request).await?;
        let answer: Answer =
            serde_json::from_value(response.body).map_err(|_| Error::Unreadable {
                request: request.label(),
                found: "something else".into(),
                expected: "a secret's value",
            })?;
        self.0.secrets.add(answer.value.expose_secret());
        Ok(answer.value)
    }

    /// Sends a request until it has a final answer, and returns it where it is a success.
    #[tracing::instrument(name = "request", skip_all, fields(
        otel.kind = "client",
        http.request.method = %request.method,
        url.path = request.url.path(),
    ))]
    pub(crate) async fn send(&self, request: &Request) -> Result<Response, Error> {
        let (tokens, is_known) = match request.plane {
            Plane::Arm => (&self.0.tokens, self.0.cloud.is_resource_manager(&request.url)),
            Plane::Blobs => (&self.0.planes.blobs, request.url.scheme() == "https"),
            Plane::Vaults => (&self.0.planes.vaults, request.url.scheme() == "https"),
        };
        if !is_known {
            return Err(Error::foreign(request.label(), &request.url));
        }
        let mut watch = self.stopwatch();
        let mut renewed = false;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let token = tokens.bearer().await.map_err(Error::LogIn)?;
            let attempt = self.attempt(request, &token).await;
            let (class, asked, reason, error) = match attempt {
                Attempt::Answer(response) => return Ok(response),
                Attempt::Refused { status: 401, .. } if !renewed => {
                    renewed = true;
                    tokens.discard(&token).await;
                    continue;
                }
                // A proxy's page about a path that it does not know says nothing of the resource.
                Attempt::Refused { status: 404, response, .. }
                    if request.plane == Plane::Arm && response.body.is_string() =>
                {
                    let found = "404 and a page that is not JSON".to_owned();
                    let request = request.label();
                    return Err(Error::Unreadable { request, found, expected: "ARM's own answer" });
                }
                Attempt::Refused { status, fault, response } => {
                    let class = classify(status, &fault);
                    let reason = fault.code.clone().unwrap_or_else(|| status.to_string());
                    let asked = retry_after(&response.headers, Timestamp::now());
                    (class, asked, reason, refused(request, fault, &response, attempts))
                }
                Attempt::Broken(how) => {
                    let (reason, error) = broken(request, how, attempts)?;
                    (Class::Transient, None, reason.to_owned(), error)
                }
            };
            let safe = request.is_idempotent() || class.is_untouched() || is_unsent(&error);
            let wait = next_wait(class, attempts, watch.elapsed(), asked, rand::random());
            let Some(wait) = wait.filter(|_| safe) else { return Err(error) };
            self.notify(Event::Retrying {
                request: request.label(),
                class,
                reason,
                attempts,
                wait,
            });
            watch.pause(wait).await;
        }
    }

    async fn attempt(&self, request: &Request, token: &str) -> Attempt {
        let answer = match request.plane {
            Plane::Arm => self.ask_arm(request, token).await,
            Plane::Blobs | Plane::Vaults => {
                exchange(self.0.planes.prepare(request, token), self.0.patience).await
            }
        };
        if let Some(trace) = &self.0.trace {
            trace.write(request, answer.as_ref().ok());
        }
        match answer {
            Ok(response) if (200..300).contains(&response.status) => Attempt::Answer(response),
            Ok(mut response) => {
                self.0.secrets.scrub_value(&mut response.body);
                let fault = match request.plane {
                    Plane::Arm | Plane::Vaults => Fault::read(&response.body),
                    Plane::Blobs => {
                        Fault::of_blobs(response.header("x-ms-error-code"), &response.body)
                    }
                };
                Attempt::Refused { status: response.status, fault, response }
            }
            Err(error) => Attempt::Broken(error),
        }
    }

    /// Sends a request to ARM within its limits.
    async fn ask_arm(&self, request: &Request, token: &str) -> Result<Response, Broken> {
        let ticket = self.within_limits(request).await;
        let answer = {
            let _permit = self.0.permits.acquire().await.expect("the semaphore is never closed");
            self.0.requests.fetch_add(1, Ordering::Relaxed);
            if !request.is_harmless() {
                self.0.writes.fetch_add(1, Ordering::Relaxed);
            }
            exchange(self.prepare(request, token), self.0.patience).await?
        };
        ticket.answered(&answer.headers);
        Ok(answer)
    }

    /// Holds a request back until Azure's limits allow it.
    async fn within_limits(&self, request: &Request) -> Ticket<'_> {
        let mut waited = false;
        loop {
            let Hold { wait, limited, refill_per_sec } = match self.0.limiter.take(request, waited)
            {
                Ok(ticket) => return ticket,
                Err(hold) => hold,
            };
            if !waited {
                let request = request.label();
                self.notify(Event::HeldBack { request, wait, limited, refill_per_sec });
            }
            waited = true;
            self.pause(wait).await;
        }
    }

    fn prepare(&self, request: &Request, token: &str) -> reqwest::RequestBuilder {
        let mut builder = self
            .0
            .http
            .request(request.method.clone(), request.url.clone())
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header("Accept", "application/json")
            .header("x-ms-client-request-id", Uuid::new_v4().to_string())
            .header("x-ms-correlation-request-id", self.0.correlation_id.to_string())
            .header("x-ms-return-client-request-id", "true");
        builder = match &request.precondition {
            Precondition::None => builder,
            Precondition::IfMatch(etag) => builder.header(IF_MATCH, etag),
            Precondition::IfNoneMatch => builder.header(IF_NONE_MATCH, "*"),
        };
        match &request.body {
            Some(body) => builder.json(body),
            // ARM refuses a POST without a length.
            None if request.method == reqwest::Method::POST => {
                builder.header("Content-Length", "0")
            }
            None => builder,
        }
    }
}

/// Returns what has become of a request without a whole answer, in a word and as an error; fails where
/// another attempt is of no use.
fn broken(request: &Request, how: Broken, attempts: u32) -> Result<(&'static str, Error), Error> {
    let request = request.label();
    Ok(match how {
        Broken::TooLarge => return Err(Error::TooLarge { request }),
        Broken::Stalled => {
            let error = Error::Stalled { request, attempts };
            if attempts >= STALLED_ATTEMPTS {
                return Err(error);
            }
            ("broken off", error)
        }
        Broken::Connection(source) => {
            let reason = if source.is_connect() { "no connection" } else { "broken off" };
            (reason, Error::NoAnswer { request, attempts, source: source.without_url() })
        }
    })
}

fn http_client(settings: &Settings) -> Result<reqwest::Client, Error> {
    http_builder(settings)?.build().map_err(set_up)
}

pub(crate) fn set_up(error: reqwest::Error) -> Error {
    Error::SetUp { what: error.to_string() }
}

/// Returns a client's timeouts, trust and name.
pub(crate) fn http_builder(settings: &Settings) -> Result<reqwest::ClientBuilder, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("evenkeel/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(32);
    if let Some(connect) = settings.timeouts.connect {
        builder = builder.connect_timeout(connect);
    }
    if let Some(read) = settings.timeouts.read {
        builder = builder.read_timeout(read);
    }
    if let Some(whole) = settings.timeouts.whole {
        builder = builder.timeout(whole);
    }
    if let Some(pem) = &settings.extra_ca_pem {
        let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(set_up)?;
        builder = builder.tls_certs_merge(certificates);
    }
    Ok(builder)
}

/// Tells whether the request certainly never reached Azure.
fn is_unsent(error: &Error) -> bool {
    matches!(error, Error::NoAnswer { source, .. } if source.is_connect())
}

/// Makes the error of an answer with an error status.
fn refused(request: &Request, fault: Fault, response: &Response, attempts: u32) -> Error {
    Error::Refused(Box::new(describe(request.label(), fault, response, attempts)))
}

/// Gathers what identifies an answer in Azure's logs.
pub(crate) fn describe(
    request: String,
    fault: Fault,
    response: &Response,
    attempts: u32,
) -> Refused {
    Refused {
        request,
        status: response.status,
        fault,
        correlation_id: response.header("x-ms-correlation-request-id").map(str::to_owned),
        request_id: response.header("x-ms-request-id").map(str::to_owned),
        attempts,
    }
}

#[cfg(test)]
mod tests;
