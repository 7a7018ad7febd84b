//! Requests to a forge: one token, patient where patience helps.

use std::time::Duration;

use bounds::Broken;
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use crate::Error;

/// Pages of a list that are read; at a hundred entries each nobody has more.
const PAGES: usize = 50;
/// Entries of a page, the most that GitHub and GitLab give.
const PAGE: usize = 100;
/// The largest answer that is kept in memory.
const LARGEST_ANSWER: usize = 64 << 20;
/// How long an answer may take as a whole: one that trickles must end too.
const LONGEST_ANSWER: Duration = Duration::from_secs(300);
/// How long an answer that has begun may let itself be waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// How often one request is sent on to another address.
const REDIRECTS: usize = 5;

/// A connection to one forge.
pub(crate) struct Http {
    pub who: &'static str,
    client: reqwest::Client,
    header: HeaderName,
    token: SecretString,
    /// What waits are multiplied with; 0 in tests.
    time_scale: f64,
}

/// What is asked for, and which permission it takes.
pub(crate) struct Ask<'a> {
    pub method: Method,
    pub url: &'a str,
    pub body: Option<Value>,
    pub needs: &'static str,
    /// True where asking twice does no harm.
    repeats: bool,
}

impl<'a> Ask<'a> {
    pub fn get(url: &'a str, needs: &'static str) -> Self {
        Self { method: Method::GET, url, body: None, needs, repeats: true }
    }

    pub fn write(method: Method, url: &'a str, body: Value, needs: &'static str) -> Self {
        let repeats = method != Method::POST;
        Self { method, url, body: Some(body), needs, repeats }
    }

    /// Asks a question that is too long for a URL.
    pub fn question(url: &'a str, body: Value, needs: &'static str) -> Self {
        Self { method: Method::POST, url, body: Some(body), needs, repeats: true }
    }

    /// Returns method and path; queries and hosts tell a reader nothing.
    fn name(&self) -> String {
        let path = url::Url::parse(self.url).map(|url| url.path().to_owned());
        format!("{} {}", self.method, path.unwrap_or_else(|_| self.url.to_owned()))
    }
}

impl Http {
    /// Makes a connection. `token` is the whole value of `header`.
    pub fn new(
        who: &'static str,
        header: HeaderName,
        token: SecretString,
        time_scale: f64,
    ) -> Result<Self, Error> {
        let client = bounds::client(LONGEST_ANSWER).map_err(|source| Error::Unreachable {
            who,
            request: "-".to_owned(),
            source,
        })?;
        Ok(Self { who, client, header, token, time_scale })
    }

    /// Asks for JSON.
    pub async fn json(&self, ask: Ask<'_>) -> Result<Value, Error> {
        let bytes = self.bytes(&ask).await?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|_| self.incomplete(&ask, "a JSON document"))
    }

    /// Asks for a file.
    pub async fn file(&self, url: &str, needs: &'static str) -> Result<Vec<u8>, Error> {
        self.bytes(&Ask::get(url, needs)).await
    }

    /// Reads all pages of a list; `url` already has a query, `list` finds the entries of a page.
    pub async fn pages(
        &self,
        url: &str,
        needs: &'static str,
        list: impl Fn(Value) -> Value,
    ) -> Result<Vec<Value>, Error> {
        let mut all = vec![];
        for page in 1..=PAGES {
            let url = format!("{url}&per_page={PAGE}&page={page}");
            let Value::Array(entries) = list(self.json(Ask::get(&url, needs)).await?) else {
                return Err(self.incomplete(&Ask::get(&url, needs), "a list"));
            };
            let count = entries.len();
            all.extend(entries);
            if count < PAGE {
                break;
            }
        }
        Ok(all)
    }

    /// Makes the error of an answer that lacks something.
    pub fn incomplete(&self, ask: &Ask<'_>, missing: &'static str) -> Error {
        Error::Incomplete { who: self.who, request: ask.name(), missing }
    }

    /// Waits before the next attempt, or returns the error that ends the attempts.
    pub async fn wait(&self, attempt: u32, error: Error) -> Result<(), Error> {
        let wait = bounds::next_wait(attempt, error.retry_after());
        let Some(wait) = wait.filter(|_| error.is_transient()) else { return Err(error) };
        tracing::warn!("{error}; again in {:.0} s", wait.as_secs_f64());
        tokio::time::sleep(wait.mul_f64(self.time_scale)).await;
        Ok(())
    }

    /// Repeats what is safe to repeat. A POST that failed may have been heard: it is repeated by
    /// whoever can look whether it was.
    async fn bytes(&self, ask: &Ask<'_>) -> Result<Vec<u8>, Error> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.once(ask).await {
                Ok(bytes) => return Ok(bytes),
                Err(error) => error,
            };
            let was_not_heard = matches!(error, Error::Answered { status: 403 | 429, .. });
            if !ask.repeats && !was_not_heard {
                return Err(error);
            }
            self.wait(attempt, error).await?;
        }
    }

    async fn once(&self, ask: &Ask<'_>) -> Result<Vec<u8>, Error> {
        let unreachable = |source: reqwest::Error| Error::Unreachable {
            who: self.who,
            request: ask.name(),
            source: source.without_url(),
        };
        let mut response = self.request(ask).send().await.map_err(unreachable)?;
        for _ in 0..REDIRECTS {
            let Some(target) = redirected(&response, ask) else { break };
            response = self.follow(ask, target).send().await.map_err(unreachable)?;
        }
        let is_success = response.status().is_success();
        let (status, headers) = (response.status(), response.headers().clone());
        let read = bounds::body(&mut response, LARGEST_ANSWER, Some(LONGEST_PAUSE)).await;
        let bytes = read.map_err(|how| match how {
            Broken::Connection(source) => unreachable(source),
            Broken::TooLarge => self.incomplete(ask, "an end within 64 MiB"),
            Broken::Stalled => self.incomplete(ask, "the rest of its answer"),
        })?;
        if is_success && is_sign_in(&response) {
            // Azure DevOps answers a bad token with its sign-in page.
            return Err(self.denied(ask, status, "a sign-in page".to_owned()));
        }
        if is_success {
            return Ok(bytes);
        }
        let message = message(&bytes);
        let retry_after = retry_after(&headers);
        match status.as_u16() {
            401 | 403 if retry_after.is_none() => Err(self.denied(ask, status, message)),
            code => Err(Error::Answered {
                who: self.who,
                request: ask.name(),
                status: code,
                message,
                retry_after,
            }),
        }
    }

    fn denied(&self, ask: &Ask<'_>, status: StatusCode, message: String) -> Error {
        Error::Denied {
            who: self.who,
            request: ask.name(),
            status: status.as_u16(),
            message,
            needs: ask.needs,
        }
    }

    /// Asks where the forge has sent us: with the token at its own address, without it elsewhere.
    fn follow(&self, ask: &Ask<'_>, target: Url) -> RequestBuilder {
        let own = Url::parse(ask.url).map(|url| url.origin());
        let request = self.client.request(ask.method.clone(), target.clone());
        if own.is_ok_and(|own| own == target.origin()) { self.with_token(request) } else { request }
    }

    fn request(&self, ask: &Ask<'_>) -> RequestBuilder {
        let request = self.with_token(self.client.request(ask.method.clone(), ask.url));
        match &ask.body {
            None => request,
            // Azure DevOps takes changes of work items as JSON Patch only.
            Some(Value::Array(patch)) => request
                .header("Content-Type", "application/json-patch+json")
                .body(Value::Array(patch.clone()).to_string()),
            Some(body) => request.json(body),
        }
    }

    fn with_token(&self, request: RequestBuilder) -> RequestBuilder {
        match bounds::sensitive(&self.token) {
            Ok(value) => request.header(self.header.clone(), value),
            // A token with a line break is none; the forge will say so.
            Err(_) => request,
        }
    }
}

/// Returns where an answer sends a read on to. A write is sent nowhere else: its text is for the forge.
fn redirected(response: &Response, ask: &Ask<'_>) -> Option<Url> {
    let target = bounds::sent_on(response).filter(|_| ask.method == Method::GET)?;
    // From a protected connection to an open one nothing is followed.
    let is_open = response.url().scheme() == "https" && target.scheme() != "https";
    (!is_open).then_some(target)
}

fn is_sign_in(response: &Response) -> bool {
    let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    response.status() == StatusCode::NON_AUTHORITATIVE_INFORMATION
        && kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// Returns what a forge says of an error, in one line.
fn message(bytes: &[u8]) -> String {
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let said = ["message", "error_description", "error"].into_iter().find_map(|key| {
        let value = &body[key];
        value.as_str().map(str::to_owned).or_else(|| value.is_object().then(|| value.to_string()))
    });
    said.unwrap_or_else(|| "no reason was given".to_owned()).replace(['\r', '\n'], " ")
}

/// Returns how long to wait: `Retry-After` in seconds or as a date, or until a limit is reset.
///
/// Source: <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(value) = text("retry-after") {
        return bounds::retry_after(value, Timestamp::now());
    }
    let is_exhausted = text("x-ratelimit-remaining") == Some("0");
    let reset = text("x-ratelimit-reset").filter(|_| is_exhausted)?.parse().ok()?;
    let reset = Timestamp::from_second(reset).ok()?;
    Some(Duration::try_from(reset.duration_since(Timestamp::now())).unwrap_or_default())
}

#[cfg(test)]
mod tests;
