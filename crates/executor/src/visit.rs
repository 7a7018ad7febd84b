//! Looks at a host as somebody would who has come there by another name: with that name in TLS and in `Host`,
//! and with an eye on the certificate.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::tls::TlsInfo;
use reqwest::{Client, Response};
use resource::secret::is_secret_header;
use url::Url;

use crate::{RealWorld, WorldError};

/// How long an answer may take: a user waits no longer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How much of an answer is read.
const LONGEST_PAGE: usize = 1 << 20;

/// A request to a host, by a name that need not be its own.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The host that is connected to.
    pub host: String,
    /// The address that is taken for it; left out, DNS is asked.
    pub address: Option<IpAddr>,
    /// What is asked for; its host is the name in TLS and in `Host`.
    pub url: Url,
    /// Headers besides; of `Host` the last word. What may be a login is kept from whoever shows no good
    /// certificate.
    pub headers: Vec<(String, String)>,
}

/// What a visit has shown.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The status.
    pub status: u16,
    /// The answer, as far as it was read.
    pub body: String,
    /// The certificate, in DER, where the connection is the host's own.
    pub certificate: Option<Vec<u8>>,
    /// What is wrong with it, where no login was sent for that.
    pub mistrust: Option<String>,
}

impl RealWorld {
    /// Visits a host. One whose certificate is not good is visited all the same, and what is wrong is told.
    pub async fn visit(&self, visit: &Visit) -> Result<Seen, WorldError> {
        if self.stand_in().is_some() {
            return self.visit_stand_in(visit).await;
        }
        let error = match self.once(visit, true).await {
            Ok(seen) => return Ok(seen),
            Err(error) => error,
        };
        let Some(mistrust) = mistrust(&error) else { return Err(error) };
        let mut stranger = visit.clone();
        stranger.headers.retain(|(name, value)| !is_secret_header(name, value));
        let seen = self.once(&stranger, false).await?;
        Ok(Seen { mistrust: Some(mistrust), ..seen })
    }

    async fn once(&self, visit: &Visit, is_strict: bool) -> Result<Seen, WorldError> {
        let name = visit.url.host_str().unwrap_or_default().to_owned();
        let port = visit.url.port_or_known_default().unwrap_or(443);
        let gone = |_| WorldError::NotFound { host: visit.host.clone() };
        let addresses: Vec<SocketAddr> = match visit.address {
            Some(address) => vec![(address, port).into()],
            None => {
                let host = (visit.host.as_str(), port);
                tokio::net::lookup_host(host).await.map_err(gone)?.collect()
            }
        };
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .timeout(TIMEOUT)
            // A proxy would look the name up by itself and lead elsewhere.
            .no_proxy()
            .resolve_to_addrs(&name, &addresses)
            .tls_info(true)
            .tls_danger_accept_invalid_certs(!is_strict)
            .build()
            .map_err(|source| no_answer(visit, source))?;
        self.send(&client, visit, visit.url.clone(), None).await
    }

    /// Visits what stands in for the world, which is told where the connection would have led.
    async fn visit_stand_in(&self, visit: &Visit) -> Result<Seen, WorldError> {
        let (url, _) = self.target(visit.url.as_str())?;
        let seen = self.send(self.client(), visit, url, Some(&visit.host)).await?;
        // Its certificate is its own.
        Ok(Seen { certificate: None, ..seen })
    }

    async fn send(
        &self,
        client: &Client,
        visit: &Visit,
        url: Url,
        connected: Option<&str>,
    ) -> Result<Seen, WorldError> {
        let mut request = client.get(url).timeout(TIMEOUT);
        if let Some(host) = connected {
            request = request.header("x-connected-to", host);
        }
        let is_named = visit.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
        if let Some(name) = visit.url.host_str().filter(|_| !is_named) {
            request = request.header("Host", name);
        }
        for (name, value) in &visit.headers {
            request = request.header(name, value);
        }
        let answer = request.send().await.map_err(|source| no_answer(visit, source))?;
        let certificate = answer.extensions().get::<TlsInfo>();
        let certificate = certificate.and_then(TlsInfo::peer_certificate).map(<[u8]>::to_vec);
        let status = answer.status().as_u16();
        let body = page(answer).await.map_err(|source| no_answer(visit, source))?;
        Ok(Seen { status, body, certificate, mistrust: None })
    }
}

/// Reads an answer as far as anybody looks.
pub(crate) async fn page(mut answer: Response) -> Result<String, reqwest::Error> {
    let mut body = vec![];
    while body.len() < LONGEST_PAGE {
        let Some(chunk) = answer.chunk().await? else { break };
        body.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn no_answer(visit: &Visit, source: reqwest::Error) -> WorldError {
    WorldError::NoAnswer { host: visit.host.clone(), source: source.without_url() }
}

/// Returns what is wrong with a certificate, where that is why there is no answer.
fn mistrust(error: &WorldError) -> Option<String> {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if let Some(reason) = text.strip_prefix("invalid peer certificate: ") {
            return Some(reason.to_owned());
        }
        cause = error.source();
    }
    None
}
