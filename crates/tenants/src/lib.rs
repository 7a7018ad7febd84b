//! Reads the HTTP APIs of tenants outside Azure: with their logins, page by page, and what lies within what
//! they list.
//!
//! Only GET is sent, but for the one POST by which OAuth gives a token. A login goes to the tenant's own
//! address and nowhere else.

mod client;
mod error;
mod login;
mod read;
#[cfg(test)]
mod tests;

use resource::secret::KnownSecrets;
use secrecy::SecretString;
use url::Url;

pub use error::Error;
pub use read::read;

/// A tenant and how it is asked.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Its key in the topology.
    pub name: String,
    /// Its address, below which every path lies.
    pub url: Url,
    /// Headers of every request.
    pub headers: Vec<(String, SecretString)>,
    /// How a request logs in besides.
    pub login: Option<Login>,
}

/// How a request logs in.
#[derive(Debug, Clone)]
pub enum Login {
    /// By a token for client credentials.
    OAuth(OAuth),
    /// By a user and a password.
    Basic {
        /// The user.
        user: SecretString,
        /// The password.
        password: SecretString,
    },
}

/// Client credentials, and where they are given a token for.
#[derive(Debug, Clone)]
pub struct OAuth {
    /// Where a token is given.
    pub token: Url,
    /// The client's ID.
    pub client_id: SecretString,
    /// Its secret.
    pub secret: SecretString,
    /// What the token is asked for.
    pub scope: Option<String>,
}

/// How tenants are asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The secrets of the run, to which tokens are added.
    pub secrets: KnownSecrets,
    /// What every wait is multiplied with: 1, and 0 in tests.
    pub time_scale: f64,
}
