//! Requests to a tenant: patient where patience helps, and never without an end.

use std::time::Duration;

use bounds::Broken;
use jiff::Timestamp;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use reqwest::{RequestBuilder, Response};
use secrecy::SecretString;
use url::Url;

use crate::Error;

/// The largest answer that is kept in memory, and how it is told.
const LARGEST_ANSWER: (usize, &str) = (64 << 20, "64 MiB");
/// How long an answer may take as a whole, and how it is told: one that trickles must end too.
const LONGEST_ANSWER: (Duration, &str) = (Duration::from_secs(180), "180 s");
/// How long an answer that has begun may let itself be waited for.
const LONGEST_PAUSE: (Duration, &str) = (Duration::from_secs(20), "20 s of its last part");
/// How often one request is sent on to another path.
const REDIRECTS: usize = 5;

/// A connection to one tenant, or to where its tokens are given.
pub(crate) struct Http {
    client: reqwest::Client,
    time_scale: f64,
}

impl Http {
    pub fn new(time_scale: f64) -> Result<Self, Error> {
        let client = bounds::client(LONGEST_ANSWER.0)
            .map_err(|error| Error::NoRequest(error.without_url().to_string()))?;
        Ok(Self { client, time_scale })
    }

    /// Reads what is at an address.
    pub async fn get(&self, url: &Url, headers: &HeaderMap) -> Result<Vec<u8>, Error> {
        let send = async || {
            let mut response = self.send(url, self.asking(url, headers)).await?;
            for _ in 0..REDIRECTS {
                let Some(target) = redirected(&response, url)? else { break };
                response = self.send(&target, self.asking(&target, headers)).await?;
            }
            body(url, response).await
        };
        self.patiently(send).await
    }

    /// Sends a form, to where nothing is changed by it, so that it may be sent twice.
    pub async fn post(
        &self,
        url: &Url,
        login: &SecretString,
        form: String,
    ) -> Result<Vec<u8>, Error> {
        let send = async || {
            let request = self
                .client
                .post(url.clone())
                .header(ACCEPT, "application/json")
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(AUTHORIZATION, sensitive(login)?)
                .body(form.clone());
            body(url, self.send(url, request).await?).await
        };
        self.patiently(send).await
    }

    fn asking(&self, url: &Url, headers: &HeaderMap) -> RequestBuilder {
        self.client.get(url.clone()).headers(headers.clone())
    }

    async fn send(&self, url: &Url, request: RequestBuilder) -> Result<Response, Error> {
        request.send().await.map_err(|source| no_answer(url, source))
    }

    async fn patiently(
        &self,
        send: impl AsyncFn() -> Result<Vec<u8>, Error>,
    ) -> Result<Vec<u8>, Error> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match send().await {
                Ok(bytes) => return Ok(bytes),
                Err(error) => error,
            };
            let wait = bounds::next_wait(attempt, error.retry_after());
            let Some(wait) = wait.filter(|_| error.is_transient()) else { return Err(error) };
            tracing::warn!("{error}; again in {:.0} s", wait.as_secs_f64());
            tokio::time::sleep(wait.mul_f64(self.time_scale)).await;
        }
    }
}

/// Makes the headers of every request.
pub(crate) fn headers(
    given: &[(String, SecretString)],
    login: Option<&SecretString>,
) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in given {
        let name = HeaderName::try_from(name.as_str())
            .map_err(|_| Error::NoRequest(format!("`{name}` cannot be the name of a header")))?;
        headers.insert(name, sensitive(value)?);
    }
    if let Some(login) = login {
        headers.insert(AUTHORIZATION, sensitive(login)?);
    }
    Ok(headers)
}

fn sensitive(value: &SecretString) -> Result<HeaderValue, Error> {
    let reason = "a header's value has characters that none may have";
    bounds::sensitive(value).map_err(|_| Error::NoRequest(reason.to_owned()))
}

fn no_answer(url: &Url, source: reqwest::Error) -> Error {
    let host = url.host_str().unwrap_or_default().to_owned();
    Error::NoAnswer { host, source: source.without_url() }
}

/// Returns where an answer sends a read on to, which must be the tenant's own address.
fn redirected(response: &Response, asked: &Url) -> Result<Option<Url>, Error> {
    let target = bounds::sent_on(response);
    target.map(|target| own(&target, asked).map(|()| target)).transpose()
}

/// Refuses an address that is not at the origin of `asked`.
pub(crate) fn own(target: &Url, asked: &Url) -> Result<(), Error> {
    if target.origin() == asked.origin() {
        return Ok(());
    }
    let to = target.origin().ascii_serialization();
    Err(Error::LeadsElsewhere { path: asked.path().to_owned(), to })
}

/// Reads an answer to its end, within what it may take.
async fn body(url: &Url, mut response: Response) -> Result<Vec<u8>, Error> {
    let path = || url.path().to_owned();
    let endless = |limit| Error::Endless { path: path(), limit };
    let status = response.status();
    if !status.is_success() {
        let retry_after = retry_after(response.headers());
        return Err(Error::Answered { path: path(), status: status.as_u16(), retry_after });
    }
    let read = bounds::body(&mut response, LARGEST_ANSWER.0, Some(LONGEST_PAUSE.0)).await;
    read.map_err(|how| match how {
        Broken::Connection(source) if source.is_timeout() => endless(LONGEST_ANSWER.1),
        Broken::Connection(source) => no_answer(url, source),
        Broken::TooLarge => endless(LARGEST_ANSWER.1),
        Broken::Stalled => endless(LONGEST_PAUSE.1),
    })
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    bounds::retry_after(headers.get(RETRY_AFTER)?.to_str().ok()?, Timestamp::now())
}
