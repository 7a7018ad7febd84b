//! How a client reaches Azure.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use resource::secret::KnownSecrets;
use url::Url;
use uuid::Uuid;

use crate::{Auth, ClientSecret, Cloud, Progress, Silent};

/// How long the client waits for a connection and for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands; `None` waits as long as the system does.
    pub connect: Option<Duration>,
    /// Between two parts of an answer; `None` waits forever.
    pub read: Option<Duration>,
    /// Between two parts of an answer's body; `None` waits as `read` says.
    pub body: Option<Duration>,
    /// Until an answer is there as a whole: one that trickles must end too. `None` waits forever.
    pub whole: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        let secs = |secs| Some(Duration::from_secs(secs));
        Self { connect: secs(10), read: secs(60), body: secs(20), whole: secs(180) }
    }
}

/// How a client reaches Azure.
#[derive(Clone)]
pub struct Settings {
    /// Where ARM and Entra ID are.
    pub cloud: Cloud,
    /// How to log in.
    pub auth: Auth,
    /// The service principal of [`Auth::ClientSecret`]; left out, the environment names it.
    pub client_secret: Option<ClientSecret>,
    /// Certificates, as PEM, that are trusted beside the system's.
    pub extra_ca_pem: Option<Vec<u8>>,
    /// Where data planes are reached instead of under their own host names: a simulator, which is
    /// told the host that is meant.
    pub connect_to: Option<Url>,
    /// Sent with every request of a run, so that Azure's logs can be found again.
    pub correlation_id: Uuid,
    /// Where each request and its answer is written as a line of JSON, secrets scrubbed.
    pub trace_http: Option<PathBuf>,
    /// The secrets of the run, which no record may show; the client adds those that it comes to know.
    pub secrets: KnownSecrets,
    /// How many requests may be under way at once.
    pub max_concurrency: usize,
    /// What every wait is multiplied with: 1 against Azure, less against a simulator whose
    /// operations are quicker.
    pub time_scale: f64,
    /// How long to wait for connections and answers.
    pub timeouts: Timeouts,
    /// Who is told of waits.
    pub progress: Arc<dyn Progress>,
}

impl Settings {
    /// Returns the settings for a cloud: the default login, a fresh correlation ID, ten requests at
    /// once.
    pub fn new(cloud: Cloud) -> Self {
        Self {
            cloud,
            auth: Auth::Default,
            client_secret: None,
            extra_ca_pem: None,
            connect_to: None,
            correlation_id: Uuid::new_v4(),
            trace_http: None,
            secrets: KnownSecrets::default(),
            max_concurrency: 10,
            time_scale: 1.0,
            timeouts: Timeouts::default(),
            progress: Arc::new(Silent),
        }
    }
}
