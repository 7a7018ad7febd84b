//! One run against Azure: the connection, the look, the decision.

mod drift;
mod look;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use azure::{Client, ClientSecret, Cloud, Counts, Reader, Writer};
use plan::{Notice, Plan, Severity};
use planner::{Desired, Last, Options, Secrets};
use resource::{Observation, Observed, ResourceId, SecretSource, walk_expressions};
use serde_json::Value;
use simulator::{Scenario, Simulator};
use topology::Topology;
use uuid::Uuid;

pub use look::Look;

pub use crate::base::History;

use crate::cli::{Allow, Auth, Connection};
use crate::exit::Failure;
use crate::output;
use crate::progress::Progress;
use crate::source::Source;
use crate::world;

const RESOURCES_API_VERSION: &str = "2021-04-01";

/// Stands in the simulator's folder until its scenario has been read in.
const BEGUN: &str = "scenario.begun";

/// A connection to Azure, or to the simulator inside this process.
pub struct Azure {
    client: Client,
    /// Probes and DNS.
    pub world: executor::RealWorld,
    /// Shows what happens.
    pub progress: Arc<Progress>,
    simulator: Option<Simulator>,
}

impl Azure {
    /// Connects as the user asked.
    pub async fn connect(
        cloud: Cloud,
        subscription: &str,
        connection: &Connection,
    ) -> Result<Self, Failure> {
        let progress = Arc::new(Progress::new());
        Self::watched(cloud, subscription, connection, progress.clone(), progress).await
    }

    /// Connects as the user asked; `events` is told of waits instead of `progress`.
    async fn watched(
        cloud: Cloud,
        subscription: &str,
        connection: &Connection,
        progress: Arc<Progress>,
        events: Arc<dyn azure::Progress>,
    ) -> Result<Self, Failure> {
        let simulator = match connection.simulator {
            true => Some(start_simulator(subscription, connection).await?),
            false => None,
        };
        let mut settings = match &simulator {
            Some(simulator) => simulated(simulator)?,
            None => azure::Settings { auth: auth(connection.auth), ..azure::Settings::new(cloud) },
        };
        settings.trace_http.clone_from(&connection.trace_http);
        settings.progress = events;
        settings.secrets = output::secrets().clone();
        let client = Client::new(settings)?;
        let world = world::new(&connection.dns, simulator.as_ref())?;
        Ok(Self { client, world, progress, simulator })
    }

    /// Connects to a simulator that somebody else runs and stops.
    pub fn join(
        simulator: &Simulator,
        progress: Arc<Progress>,
        trace_http: Option<PathBuf>,
    ) -> Result<Self, Failure> {
        let settings = simulated(simulator)?;
        let (secrets, events) = (output::secrets().clone(), progress.clone());
        let client =
            Client::new(azure::Settings { trace_http, progress: events, secrets, ..settings })?;
        let world = world::new("", Some(simulator))?;
        Ok(Self { client, world, progress, simulator: None })
    }

    /// Connects to a simulator that somebody else runs, by way of `resource_manager`: whoever stands
    /// there may change what is answered.
    pub fn join_through(simulator: &Simulator, resource_manager: &str) -> Result<Self, Failure> {
        let progress = Arc::new(Progress::kept());
        let mut settings = simulated(simulator)?;
        settings.cloud = Cloud::custom(resource_manager, simulator.authority())?;
        settings.timeouts.read = Some(Duration::from_secs(2));
        settings.timeouts.whole = Some(Duration::from_secs(4));
        let settings = azure::Settings { progress: progress.clone(), ..settings };
        let (client, world) = (Client::new(settings)?, world::new("", Some(simulator))?);
        Ok(Self { client, world, progress, simulator: None })
    }

    /// Returns the capability to read: all that a plan is given.
    pub fn reader(&self) -> Reader {
        self.client.reader()
    }

    /// Returns the ID under which Azure logs what this run asks.
    pub(crate) fn correlation_id(&self) -> Uuid {
        self.client.correlation_id()
    }

    /// Returns how often the apply lock is renewed: three times before it would end.
    ///
    /// A run against the simulator is over sooner than that, and is to notice a loss too.
    pub(crate) fn lock_renewal(&self) -> Duration {
        match self.simulator {
            Some(_) => Duration::from_millis(200),
            None => azure::LEASE / 3,
        }
    }

    /// Returns the capability to write; asked for by [`crate::pass`] and by the apply lock alone.
    pub(crate) fn writer(&self) -> Writer {
        self.client.writer()
    }

    /// Returns how many requests were sent so far.
    pub fn counts(&self) -> Counts {
        self.client.counts()
    }

    /// Ends the connection, and the simulator with it.
    pub async fn stop(self) {
        if let Some(simulator) = self.simulator {
            simulator.stop().await;
        }
    }
}

/// Returns how a simulator is reached.
fn simulated(simulator: &Simulator) -> Result<azure::Settings, Failure> {
    let cloud = Cloud::custom(simulator.resource_manager(), simulator.authority())?;
    Ok(azure::Settings {
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
    })
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
async fn start_simulator(
    subscription: &str,
    connection: &Connection,
) -> Result<Simulator, Failure> {
    let dir = &connection.simulator_dir;
    // A first use that was killed has left its mark, or nothing that was ever used.
    let mark = dir.join(BEGUN);
    let is_new = mark.exists() || !dir.join("state.json").exists();
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
pub fn read_scenario(path: &PathBuf) -> Result<Scenario, Failure> {
    let text = files::read(path, files::TEXT)
        .with_context(|| format!("cannot read the scenario `{}`", path.display()))
        .map_err(|error| Failure::invalid(error, "check the path and its permissions"))?;
    Scenario::parse(&text).map_err(|error| {
        Failure::invalid(error, format!("see `{}` and the reference of scenarios", path.display()))
    })
}

/// Returns the cloud that a topology lives in.
fn cloud(topology: &Topology, connection: &Connection) -> Result<Cloud, Failure> {
    if let Some(name) = &connection.cloud {
        return named_cloud(name);
    }
    Ok(match topology.cloud() {
        topology::Cloud::Public => Cloud::public(),
        topology::Cloud::UsGovernment => Cloud::us_government(),
        topology::Cloud::China => Cloud::china(),
        topology::Cloud::Custom(endpoints) => {
            let mut cloud = Cloud::custom(&endpoints.resource_manager, &endpoints.authority)
                .map_err(|error| Failure::invalid(error, "mend `cloud` in the topology"))?;
            permitted(&cloud, connection)?;
            cloud.suffixes = topology.cloud().suffixes();
            cloud
        }
    })
}

/// Refuses endpoints that nobody outside the topology has permitted: whoever may propose a topology
/// could have the login sent to a host of their own. This machine is always permitted.
fn permitted(cloud: &Cloud, connection: &Connection) -> Result<(), Failure> {
    for endpoint in [&cloud.resource_manager, &cloud.authority] {
        let is_named =
            connection.cloud_endpoints.iter().any(|named| named.origin() == endpoint.origin());
        if !is_named && !azure::is_loopback(endpoint) {
            let origin = endpoint.origin().ascii_serialization();
            return Err(Failure::invalid(
                anyhow!("the topology names `{origin}`, to which no login may be sent yet"),
                format!("permit it outside the topology: `--cloud-endpoint {origin}`"),
            ));
        }
    }
    Ok(())
}

/// Returns the cloud of a name.
pub fn named_cloud(name: &str) -> Result<Cloud, Failure> {
    Cloud::by_name(name).ok_or_else(|| anyhow!("no cloud is named `{name}`").into())
}

/// A topology, expanded, and the Azure that it is compared with.
pub struct Session {
    /// The connection.
    pub azure: Azure,
    /// All that the topology asks for.
    pub desired: Desired,
    /// Where the texts are found that were applied before.
    pub history: History,
}

impl Session {
    /// Expands the topology and connects to its Azure.
    pub async fn start(source: &Source, connection: &Connection) -> Result<Self, Failure> {
        let (topology, desired) = (&source.topology, source.expand());
        learn_secrets(desired.resources().map(|resource| &resource.body));
        let cloud = cloud(topology, connection)?;
        let azure = Azure::connect(cloud, &topology.subscription, connection).await?;
        Ok(Self { azure, desired, history: History::Git(source.named()) })
    }

    /// Expands the topology and connects to its Azure for a run that nobody looks at: waits are told
    /// to `events`.
    pub async fn watch(
        source: &Source,
        connection: &Connection,
        events: Arc<dyn azure::Progress>,
    ) -> Result<Self, Failure> {
        let topology = &source.topology;
        let (desired, cloud) = (source.expand(), cloud(topology, connection)?);
        learn_secrets(desired.resources().map(|resource| &resource.body));
        let (progress, subscription) = (Arc::new(Progress::kept()), &topology.subscription);
        let azure = Azure::watched(cloud, subscription, connection, progress, events).await?;
        Ok(Self { azure, desired, history: History::Git(source.named()) })
    }

    /// Ends the session.
    pub async fn stop(self) {
        self.azure.stop().await;
    }

    /// Looks at Azure and decides what must change.
    pub async fn plan(&self, allow: &Allow) -> Result<Plan, Failure> {
        let look = self.observe().await?;
        let mut plan = self.decide(&look, allow)?;
        self.tell_manual_records(&look.observed, &mut plan).await;
        Ok(plan)
    }

    /// Returns the groups that are ours and no longer wanted: whether they are empty decides.
    fn groups_to_go(&self, observed: &Observed) -> Vec<ResourceId> {
        let is_group =
            |id: &ResourceId| id.resource_type().is("Microsoft.Resources/resourceGroups");
        observed
            .resources
            .values()
            .filter(|seen| is_group(&seen.id) && self.desired.get(&seen.id).is_none())
            .filter(|seen| planner::is_owned(observed, seen, &self.desired.topology))
            .map(|seen| seen.id.clone())
            .collect()
    }

    /// Decides what must change. A plan that breaks a rule of the engine is never handed out.
    #[tracing::instrument(skip_all)]
    pub fn decide(&self, look: &Look, allow: &Allow) -> Result<Plan, Failure> {
        let options = self.options(allow, look.last.clone());
        let plan = planner::plan(&self.desired, &look.observed, &options)
            .map_err(|error| Failure::Helped { help: error.help(), error: error.into() })?;
        if plan.refusals.is_empty() {
            crate::session::prove(&plan)?;
        }
        Ok(plan)
    }

    /// Returns what the user allows, with the secrets that a comparison needs.
    pub fn options(&self, allow: &Allow, last: Last) -> Options {
        Options {
            adopt_all: allow.adopt,
            permitted: allow.permit.iter().cloned().collect(),
            allow_mass_delete: allow.allow_mass_delete,
            secrets: self.secrets(&self.desired),
            last,
        }
    }

    /// Reads the secrets that come from the environment, for comparison only.
    fn secrets(&self, desired: &Desired) -> Secrets {
        learn_secrets(desired.resources().map(|resource| &resource.body))
    }

    /// Looks for the records that only a person can make, and tells those that are not there.
    async fn tell_manual_records(&self, observed: &Observed, plan: &mut Plan) {
        for record in &self.desired.manual_records {
            let value = resource::Expression::read(&record.value).map_or_else(
                || Some(record.value.clone()),
                |expression| planner::resolve(&expression, observed, &BTreeMap::new()),
            );
            let value = value.as_ref().and_then(serde_json::Value::as_str);
            if let Some(notice) = world::missing_record(&self.azure.world, record, value).await {
                plan.notices.push(notice);
            }
        }
        plan.notices.sort();
    }
}

/// Reads the secrets that bodies take from the environment; from now on no output shows them.
pub fn learn_secrets<'b>(bodies: impl Iterator<Item = &'b Value>) -> Secrets {
    let mut secrets = Secrets::new();
    for body in bodies {
        walk_expressions(body, &mut |expression| {
            for source in expression.secrets() {
                if let SecretSource::Env(name) = source
                    && let Ok(value) = std::env::var(name)
                {
                    output::secrets().add(&value);
                    secrets.insert(source.clone(), value.into());
                }
            }
        });
    }
    secrets
}

/// Proves the engine's rules of a plan.
pub fn prove(plan: &Plan) -> Result<(), Failure> {
    let violations = plan::check(plan);
    if violations.is_empty() {
        return Ok(());
    }
    let rules: Vec<String> = violations.iter().map(ToString::to_string).collect();
    Err(Failure::Helped {
        error: anyhow!(
            "the plan that was made breaks a rule of Evenkeel and will not be applied:\n  {}",
            rules.join("\n  ")
        ),
        help:
            "nothing was written, and the topology is not to blame: this is a defect of Evenkeel; \
               please report these lines with both texts of the topology. Until it is mended, make \
               the change in smaller steps"
                .to_owned(),
    })
}

/// Lists everything in a group, so that it is known whether anything but ours is in it.
async fn list_group(
    reader: &azure::Reader,
    group: &ResourceId,
    observed: &mut Observed,
) -> Result<(), Failure> {
    for body in reader.list(&format!("{group}/resources"), RESOURCES_API_VERSION).await? {
        let id = body["id"].as_str().and_then(|id| ResourceId::parse(id).ok());
        let Some(id) = id else { continue };
        if observed.get(&id).is_none() {
            observed.insert(Observation { id, body, etag: None });
        }
    }
    observed.listed.insert(format!("{}/resources", group.key()));
    Ok(())
}

/// Makes the notice of a record that has to be made by hand.
pub fn manual_record_notice(address: &str, message: String, help: String) -> Notice {
    Notice {
        severity: Severity::Warning,
        code: "manual-dns-record".to_owned(),
        address: address.to_owned(),
        message,
        help: Some(help),
    }
}
