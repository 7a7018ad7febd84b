//! The world as it is.

use std::time::Duration;

use async_trait::async_trait;
use resource::SecretSource;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::visit::page;
use crate::{Answered, Probe, World, WorldError};

/// The environment, Key Vaults, HTTP and DNS over HTTPS.
#[derive(Clone)]
pub struct RealWorld {
    vaults: Option<azure::Writer>,
    http: reqwest::Client,
    dns: Url,
    connect_to: Option<Url>,
}

/// How long one probe may take; Traffic Manager waits no longer.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// A resolver that speaks JSON and whose answers are not coloured by the local network.
/// Source: <https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json>.
const DNS_ENDPOINT: &str = "https://cloudflare-dns.com/dns-query";

impl RealWorld {
    /// Makes a world that reads no secret in a Key Vault. `http` must not follow redirects: a probe
    /// does not.
    pub fn new(http: reqwest::Client) -> Self {
        let dns = Url::parse(DNS_ENDPOINT).expect("a constant URL");
        Self { vaults: None, http, dns, connect_to: None }
    }

    /// Reads secrets in Key Vaults through `writer`. What only plans has none: to read a secret is
    /// more than to read.
    pub fn with_vaults(mut self, writer: azure::Writer) -> Self {
        self.vaults = Some(writer);
        self
    }

    /// Asks this DNS-over-HTTPS endpoint (`application/dns-json`).
    pub fn with_dns(mut self, endpoint: Url) -> Self {
        self.dns = endpoint;
        self
    }

    /// Sends every probe to this origin, with the host it was meant for in `Host`.
    pub fn with_connect_to(mut self, origin: Url) -> Self {
        self.connect_to = Some(origin);
        self
    }

    /// Returns what stands in for the world, where something does.
    pub(crate) fn stand_in(&self) -> Option<&Url> {
        self.connect_to.as_ref()
    }

    /// Returns the client that probes are sent with.
    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.http
    }

    /// Returns the URL that is really called, and the host that is meant.
    pub(crate) fn target(&self, url: &str) -> Result<(Url, Option<String>), WorldError> {
        let not_a_url = || WorldError::NotAUrl(url.to_owned());
        let meant = Url::parse(url).map_err(|_| not_a_url())?;
        let host = meant.host_str().ok_or_else(not_a_url)?.to_owned();
        let Some(origin) = &self.connect_to else { return Ok((meant, None)) };
        let mut target = origin.clone();
        target.set_path(meant.path());
        target.set_query(meant.query());
        Ok((target, Some(host)))
    }
}

#[async_trait]
impl World for RealWorld {
    async fn secret(&self, source: &SecretSource) -> Result<SecretString, WorldError> {
        match source {
            SecretSource::Env(name) => match std::env::var(name) {
                Ok(value) => Ok(value.into()),
                Err(_) => Err(WorldError::MissingVariable(name.clone())),
            },
            SecretSource::KeyVault { vault, name } => {
                let Some(vaults) = &self.vaults else {
                    return Err(WorldError::NoVaults { vault: vault.clone(), name: name.clone() });
                };
                let found = vaults.key_vault_secret(vault, name).await;
                found.map_err(|source| WorldError::KeyVault {
                    vault: vault.clone(),
                    name: name.clone(),
                    source,
                })
            }
        }
    }

    async fn probe(&self, probe: &Probe) -> Result<Answered, WorldError> {
        let (url, host) = self.target(&probe.url)?;
        let named = probe.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
        let mut request = self.http.get(url.clone()).timeout(PROBE_TIMEOUT);
        if let Some(host) = &host {
            // Whoever stands in for the world is told where the connection would have led.
            request = request.header("x-connected-to", host);
            if !named {
                request = request.header("Host", host);
            }
        }
        for (name, value) in &probe.headers {
            request = request.header(name, value);
        }
        let no_answer = |source: reqwest::Error| WorldError::NoAnswer {
            host: url.host_str().unwrap_or_default().to_owned(),
            source: source.without_url(),
        };
        let answer = request.send().await.map_err(no_answer)?;
        let status = answer.status().as_u16();
        let is_held = match &probe.holds {
            Some(text) => page(answer).await.map_err(no_answer)?.contains(text),
            None => true,
        };
        Ok(Answered { status, is_held })
    }

    async fn lookup(&self, name: &str, record_type: &str) -> Result<Vec<String>, WorldError> {
        let no_answer = |source: reqwest::Error| WorldError::NoAnswer {
            host: self.dns.host_str().unwrap_or_default().to_owned(),
            source: source.without_url(),
        };
        let request = self
            .http
            .get(self.dns.clone())
            .query(&[("name", name), ("type", record_type)])
            .header("Accept", "application/dns-json")
            .timeout(PROBE_TIMEOUT);
        let answer = request.send().await.and_then(reqwest::Response::error_for_status);
        let answer: DnsAnswer = answer.map_err(no_answer)?.json().await.map_err(no_answer)?;
        match answer.status {
            NO_ERROR | NO_SUCH_NAME => {}
            code => return Err(WorldError::Dns { name: name.to_owned(), code }),
        }
        let number = type_number(record_type);
        let own = answer.records.into_iter().filter(|record| Some(record.kind) == number);
        Ok(own.map(|record| record.text()).collect())
    }
}

const NO_ERROR: u16 = 0;
const NO_SUCH_NAME: u16 = 3;

#[derive(Deserialize)]
struct DnsAnswer {
    #[serde(rename = "Status")]
    status: u16,
    #[serde(rename = "Answer", default)]
    records: Vec<DnsRecord>,
}

#[derive(Deserialize)]
struct DnsRecord {
    #[serde(rename = "type")]
    kind: u16,
    data: String,
}

impl DnsRecord {
    /// Returns the value without the quotes of TXT chunks and the final dot of names.
    fn text(self) -> String {
        match self.data.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(chunks) => chunks.replace("\" \"", "").replace("\"\"", ""),
            None => self.data.trim_end_matches('.').to_owned(),
        }
    }
}

/// Returns the number of a record type. Source: <https://www.iana.org/assignments/dns-parameters>.
fn type_number(record_type: &str) -> Option<u16> {
    Some(match record_type.to_ascii_uppercase().as_str() {
        "A" => 1,
        "NS" => 2,
        "CNAME" => 5,
        "MX" => 15,
        "TXT" => 16,
        "AAAA" => 28,
        "SRV" => 33,
        "CAA" => 257,
        _ => return None,
    })
}
