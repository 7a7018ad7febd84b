//! How a simulator is set up.

pub(crate) mod faults;
pub(crate) mod throttle;

use std::path::PathBuf;

use self::faults::Faults;
use self::throttle::Throttle;

/// How long operations take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Latency {
    /// About as long as in Azure: seconds to minutes.
    Real,
    /// Azure's durations multiplied with a factor.
    Scaled(f64),
    /// Operations have finished when they are first polled.
    None,
}

impl Latency {
    /// Returns how long an operation that takes `secs` in Azure takes here, in milliseconds.
    pub(crate) fn millis(self, secs: f64) -> u64 {
        let factor = match self {
            Self::Real => 1.0,
            Self::Scaled(factor) => factor.max(0.0),
            Self::None => 0.0,
        };
        (secs * factor * 1000.0) as u64
    }

    /// Returns the `Retry-After` to answer where Azure answers `secs`.
    ///
    /// Never 0: the Azure CLI and the SDKs then wait half a minute.
    pub(crate) fn retry_after(self, secs: u64) -> u64 {
        match self {
            Self::Real => secs,
            Self::Scaled(factor) => ((secs as f64 * factor) as u64).max(1),
            Self::None => 1,
        }
    }
}

/// What a simulator is started with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that keeps the state, so that several processes see one Azure; without one the
    /// state lives in memory.
    pub dir: Option<PathBuf>,
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Whether to speak HTTPS, with a certificate of the simulator's own authority.
    pub tls: bool,
    /// How long operations take.
    pub latency: Latency,
    /// How often it may be asked.
    pub throttle: Throttle,
    /// What goes wrong.
    pub faults: Faults,
    /// The most rows that a list answers before it gives a link to the next page.
    pub page_size: usize,
    /// How long an access token is valid, in seconds.
    pub token_lifetime_secs: u64,
    /// The only subscription.
    pub subscription: String,
    /// The only tenant.
    pub tenant: String,
    /// The application that may log in.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            dir: None,
            port: 0,
            tls: true,
            latency: Latency::None,
            throttle: Throttle::None,
            faults: Faults::default(),
            page_size: 100,
            token_lifetime_secs: 3599,
            subscription: "5a9c0e1d-7f3b-4c52-9d64-2b8e1f0a6c37".to_owned(),
            tenant: "c7b1d2e4-08f5-4a3c-b6d9-91e2f3a4b5c6".to_owned(),
            client_id: "e2d4c6b8-1a3f-4e5d-8c7b-6a5f4e3d2c1b".to_owned(),
            client_secret: "simulated-secret".to_owned(),
        }
    }
}
