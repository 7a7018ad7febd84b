//! A simulator that runs.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_util::sync::CancellationToken;

use crate::kind::azure::Azure;
use crate::protocol::{operation, token};
use crate::router::cloud::Cloud;
use crate::router::control;
use crate::router::journal::{RequestCounts, RequestLine};
use crate::router::scenario::{Scenario, ScenarioError};
use crate::router::server::{self, Shared};
use crate::settings::Settings;
use crate::store::folder::Folder;
use crate::store::rows::RowCounts;
use crate::store::state::Violation;
use crate::tls::Authority;

/// Why a simulator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port cannot be taken.
    #[error("port {port} on 127.0.0.1 cannot be used")]
    Port {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder of the state cannot be used.
    #[error("state folder `{}` cannot be used", dir.display())]
    Folder {
        /// The folder that was given.
        dir: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The certificate authority cannot be made.
    #[error("certificate cannot be made")]
    Certificate(#[from] rcgen::Error),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// A file cannot be read or written.
    #[error("file cannot be read or written")]
    File(#[from] std::io::Error),
}

/// Azure on one machine, until it is stopped or dropped.
#[derive(Debug)]
pub struct Simulator {
    origin: String,
    address: SocketAddr,
    settings: Settings,
    ca_pem: String,
    shared: Arc<Shared>,
    stop: CancellationToken,
    server: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts a simulator on 127.0.0.1.
    pub async fn start(settings: Settings) -> Result<Self, Error> {
        let port = settings.port;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|source| Error::Port { port, source })?;
        let address = listener.local_addr()?;
        let folder = match &settings.dir {
            Some(dir) => Some(
                Folder::open(dir).map_err(|source| Error::Folder { dir: dir.clone(), source })?,
            ),
            None => None,
        };
        if let Some(folder) = &folder {
            // Two processes that start at once must not make two authorities.
            folder.lock()?;
        }
        let authority = Authority::open(settings.dir.as_deref());
        if let Some(folder) = &folder {
            folder.unlock()?;
        }
        let authority = Arc::new(authority?);
        let ca_pem = authority.pem().to_owned();
        let scheme = if settings.tls { "https" } else { "http" };
        let origin = format!("{scheme}://{address}");
        let acceptor = if settings.tls { Some(acceptor(authority)?) } else { None };
        let cloud = Cloud::new(settings.clone(), origin.clone(), ca_pem.clone());
        let shared = Arc::new(Shared::new(cloud, folder));
        shared.with(|_| ())?;
        let stop = CancellationToken::new();
        let server = tokio::spawn(server::serve(listener, acceptor, shared.clone(), stop.clone()));
        let server = Some(server);
        Ok(Self { origin, address, settings, ca_pem, shared, stop, server })
    }

    /// Returns the origin of ARM, such as `https://127.0.0.1:4433`.
    pub fn resource_manager(&self) -> &str {
        &self.origin
    }

    /// Returns the origin of the login endpoint, which is the same.
    pub fn authority(&self) -> &str {
        &self.origin
    }

    /// Returns the address on which the simulator listens, to which probes of sites are sent.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the certificate of the simulator's authority, which clients must trust.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Returns the file with that certificate, where the state lives in a folder.
    pub fn ca_path(&self) -> Option<PathBuf> {
        self.settings.dir.as_ref().map(|dir| dir.join("ca.pem"))
    }

    /// Returns all that is stored, `{"resources": {id: {"body": …}}}`, each body without what is
    /// computed when it is read, and what `visitors` have seen.
    pub fn dump(&self) -> Result<serde_json::Value, Error> {
        let resources: serde_json::Map<String, serde_json::Value> = self.shared.with(|cloud| {
            let stored = cloud.azure.state.resources.table().iter();
            stored
                .map(|(id, stored)| (id.clone(), serde_json::json!({"body": stored.body})))
                .collect()
        })?;
        let visitors = self.shared.with(|cloud| serde_json::json!(cloud.azure.state.visitors))?;
        Ok(serde_json::json!({"resources": resources, "visitors": visitors}))
    }

    /// Returns the only subscription.
    pub fn subscription(&self) -> &str {
        &self.settings.subscription
    }

    /// Returns the only tenant.
    pub fn tenant(&self) -> &str {
        &self.settings.tenant
    }

    /// Returns the application that may log in.
    pub fn client_id(&self) -> &str {
        &self.settings.client_id
    }

    /// Returns the secret of that application.
    pub fn client_secret(&self) -> &str {
        &self.settings.client_secret
    }

    /// Returns an access token, as the login endpoint would give it.
    pub fn access_token(&self) -> String {
        self.ask(|azure| token::access_token(azure, "https://management.azure.com"))
    }

    /// Returns how many requests ARM was asked.
    pub fn counts(&self) -> RequestCounts {
        self.look(|cloud| cloud.journal.counts())
    }

    /// Returns the requests that ARM was asked, in their order.
    pub fn log(&self) -> Vec<RequestLine> {
        self.look(|cloud| cloud.journal.lines().to_vec())
    }

    /// Returns how many rows of its store were looked at and written so far.
    pub fn row_counts(&self) -> RowCounts {
        self.shared.row_counts()
    }

    /// Returns all that this Azure holds, each resource as a GET would answer it.
    pub fn resources(&self) -> Vec<serde_json::Value> {
        self.ask(|azure| azure.state.resources.values().map(|it| azure.view(it)).collect())
    }

    /// Returns what the simulator noticed at writes: profiles that lost their last target.
    pub fn violations(&self) -> Vec<Violation> {
        self.ask(|azure| azure.state.violations.clone())
    }

    /// Returns the locks that were lifted and not put back.
    pub fn lifted_locks(&self) -> Vec<String> {
        self.ask(|azure| azure.state.lifted.keys().cloned().collect())
    }

    /// Carries a scenario out.
    pub fn apply_scenario(&self, scenario: &Scenario) -> Result<(), ScenarioError> {
        let applied = self.shared.with(|cloud| control::apply(cloud, scenario));
        applied.unwrap_or_else(|error| Err(ScenarioError::Folder(error)))
    }

    /// Lets every operation that would never end fail, as Azure gives up what hangs.
    pub fn give_up_stuck_operations(&self) {
        self.ask(operation::give_up);
    }

    /// Moves the clock on, so that what ends by itself ends now.
    pub fn pass_time(&self, time: Duration) {
        self.ask(|azure| {
            azure.state.ahead += u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            azure.touched();
        });
    }

    /// Ends the lag between writes and reads that a fault has brought about.
    pub fn catch_up_reads(&self) {
        self.ask(|azure| {
            let stale = azure.state.resources.values().filter(|stored| stored.stale_reads > 0);
            for id in stale.map(|stored| stored.id.clone()).collect::<Vec<_>>() {
                if let Some(stored) = azure.state.get_mut(&id) {
                    stored.stale_reads = 0;
                }
            }
            azure.touched();
        });
    }

    /// Stops the simulator. The state in its folder stays.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(server) = self.server.take() {
            // A server that panicked has stopped too.
            let _ = server.await;
        }
    }

    fn look<T: Default>(&self, question: impl FnOnce(&mut Cloud) -> T) -> T {
        self.shared.with(question).unwrap_or_else(|error| {
            tracing::error!(%error, "state folder cannot be used");
            T::default()
        })
    }

    fn ask<T: Default>(&self, question: impl FnOnce(&mut Azure) -> T) -> T {
        self.look(|cloud| question(&mut cloud.azure))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn acceptor(authority: Arc<Authority>) -> Result<TlsAcceptor, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(authority);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
