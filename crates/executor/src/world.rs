//! What lies outside ARM: secrets, the answers of apps, DNS.

use async_trait::async_trait;
use resource::SecretSource;
use secrecy::SecretString;

/// What an apply needs of the world beside ARM.
#[async_trait]
pub trait World: Send + Sync {
    /// Returns a secret.
    async fn secret(&self, source: &SecretSource) -> Result<SecretString, WorldError>;
    /// Sends one health probe and returns what came back.
    async fn probe(&self, probe: &Probe) -> Result<Answered, WorldError>;
    /// Returns the values of a DNS record, none where there is no such record.
    async fn lookup(&self, name: &str, record_type: &str) -> Result<Vec<String>, WorldError>;
}

/// A health probe as the routing layer sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The URL.
    pub url: String,
    /// Headers, `Host` among them where it differs from the URL's. A value can be secret.
    pub headers: Vec<(String, String)>,
    /// A text that is looked for in the answer.
    pub holds: Option<String>,
}

/// What came back from a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// False where a text was looked for and is not there.
    pub is_held: bool,
}

/// Why the world did not answer.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// An environment variable that holds a secret is not set.
    #[error("the environment variable `{0}` is not set")]
    MissingVariable(String),
    /// A Key Vault did not give the secret.
    #[error("failed to read secret `{name}` of Key Vault `{vault}`")]
    KeyVault {
        /// The vault.
        vault: String,
        /// The secret's name.
        name: String,
        /// Why.
        source: azure::Error,
    },
    /// Secrets in Key Vaults are out of reach here.
    #[error("secret `{name}` of Key Vault `{vault}` is not read where nothing is written")]
    NoVaults {
        /// The vault.
        vault: String,
        /// The secret's name.
        name: String,
    },
    /// The text is no URL that can be probed.
    #[error("`{0}` is not a URL")]
    NotAUrl(String),
    /// A host has no address.
    #[error("`{host}` has no address in DNS")]
    NotFound {
        /// The host.
        host: String,
    },
    /// No answer came.
    #[error("`{host}` gave no answer")]
    NoAnswer {
        /// The host that was asked.
        host: String,
        /// Why.
        source: reqwest::Error,
    },
    /// The DNS server could not answer the question.
    #[error("DNS failed to look up `{name}` (response code {code})")]
    Dns {
        /// The name.
        name: String,
        /// DNS's response code. Source: <https://www.iana.org/assignments/dns-parameters>.
        code: u16,
    },
}
