//! Where a connection leads, and how: all that differs between Azure and a simulator.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use anyhow::Context;
use azure::{ClientSecret, Cloud};
use executor::RealWorld;
use simulator::{Scenario, Simulator};

use crate::cli::{Auth, Connection};
use crate::exit::Failure;
use crate::world;

/// Stands in the simulator's folder until its scenario has been read in.
const BEGUN: &str = "scenario.begun";

/// What has to be done when a connection ends.
pub(super) type End = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where a connection leads.
pub(super) struct Endpoint {
    /// How ARM is reached.
    pub settings: azure::Settings,
    /// Probes and DNS.
    pub world: RealWorld,
    /// How often the apply lock is renewed.
    pub renewal: Duration,
    /// What ends with the connection.
    pub end: Option<End>,
}

impl Endpoint {
    /// Returns the way to where the user wants it to lead.
    pub async fn new(
        cloud: Cloud,
        subscription: &str,
        connection: &Connection,
    ) -> Result<Self, Failure> {
        if connection.simulator {
            let simulator = start(subscription, connection).await?;
            let endpoint = Self::simulated(&simulator)?;
            return Ok(Self { end: Some(Box::pin(simulator.stop())), ..endpoint });
        }
        Ok(Self {
            settings: azure::Settings {
                auth: auth(connection.auth),
                ..azure::Settings::new(cloud)
            },
            world: world::new(&connection.dns)?,
            // Three times before the lock would end.
            renewal: azure::LEASE / 3,
            end: None,
        })
    }

    /// Returns the way to a simulator, which somebody else stops.
    pub fn simulated(simulator: &Simulator) -> Result<Self, Failure> {
        let cloud = Cloud::custom(simulator.resource_manager(), simulator.authority())?;
        let settings = azure::Settings {
            auth: azure::Auth::ClientSecret,
            client_secret: Some(ClientSecret {
                tenant: simulator.tenant().to_owned(),
                client_id: simulator.client_id().to_owned(),
                secret: simulator.client_secret().into(),
            }),
            extra_ca_pem: Some(simulator.ca_pem().as_bytes().to_vec()),
            connect_to: simulator.resource_manager().parse().ok(),
            // The simulator's operations take no time, so nothing waits for the real ones'.
            time_scale: 0.0,
            ..azure::Settings::new(cloud)
        };
        Ok(Self {
            settings,
            world: world::simulated(simulator)?,
            // A run against the simulator is over soon, and is to notice the loss of its lock too.
            renewal: Duration::from_millis(200),
            end: None,
        })
    }
}

fn auth(auth: Auth) -> azure::Auth {
    match auth {
        Auth::Default => azure::Auth::Default,
        Auth::Environment => azure::Auth::Environment,
        Auth::WorkloadIdentity => azure::Auth::WorkloadIdentity,
        Auth::ManagedIdentity => azure::Auth::ManagedIdentity,
        Auth::Cli => azure::Auth::Cli,
        Auth::AzurePipelines => azure::Auth::AzurePipelines,
        Auth::Github => azure::Auth::GitHub,
    }
}

/// Starts the simulator; a folder that is used for the first time gets the scenario.
async fn start(subscription: &str, connection: &Connection) -> Result<Simulator, Failure> {
    let dir = &connection.simulator_dir;
    // A first use that was killed has left its mark, or nothing that was ever used.
    let mark = dir.join(BEGUN);
    let is_new = mark.exists() || !simulator::holds_state(dir);
    let scenario = match &connection.scenario {
        Some(path) if is_new => Some(read_scenario(path)?),
        _ => None,
    };
    if scenario.is_some() {
        std::fs::create_dir_all(dir)
            .and_then(|()| files::write(&mark, b""))
            .with_context(|| format!("cannot use the folder `{}`", dir.display()))?;
    }
    let simulator = Simulator::start(simulator::Settings {
        dir: Some(dir.clone()),
        subscription: subscription.to_owned(),
        ..simulator::Settings::default()
    })
    .await?;
    if let Some(scenario) = scenario {
        simulator.apply_scenario(&scenario)?;
        std::fs::remove_file(&mark)
            .with_context(|| format!("cannot remove `{}`", mark.display()))?;
    }
    Ok(simulator)
}

/// Reads a scenario file.
pub fn read_scenario(path: &Path) -> Result<Scenario, Failure> {
    let text = files::read(path, files::TEXT)
        .with_context(|| format!("cannot read the scenario `{}`", path.display()))
        .map_err(|error| Failure::invalid(error, "check the path and its permissions"))?;
    Scenario::parse(&text).map_err(|error| {
        Failure::invalid(error, format!("see `{}` and the reference of scenarios", path.display()))
    })
}
