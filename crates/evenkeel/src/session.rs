//! One run against Azure: the connection, the look, the decision.

mod drift;
mod endpoint;
mod look;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use azure::{Client, Cloud, Counts, Reader, Writer};
use plan::{Plan, SavedPlan};
use planner::{Desired, Last, Options, Secrets};
use resource::{Observed, ResourceId, SecretSource, Suffixes, walk_expressions};
use serde_json::Value;
use simulator::Simulator;
use topology::Topology;
use uuid::Uuid;

use endpoint::{End, Endpoint};

pub use endpoint::read_scenario;
pub use look::Look;

pub use crate::base::History;

use crate::cli::{Allow, Connection};
use crate::exit::Failure;
use crate::output;
use crate::progress::Progress;
use crate::source::Source;

/// A connection to Azure, or to a simulator.
pub struct Azure {
    client: Client,
    /// Probes and DNS.
    pub world: executor::RealWorld,
    /// Shows what happens.
    pub progress: Arc<Progress>,
    renewal: Duration,
    end: Option<End>,
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
        let mut endpoint = Endpoint::new(cloud, subscription, connection).await?;
        endpoint.settings.trace_http.clone_from(&connection.trace_http);
        endpoint.settings.progress = events;
        Self::to(endpoint, progress)
    }

    /// Connects to a simulator that somebody else runs and stops.
    pub fn join(
        simulator: &Simulator,
        progress: Arc<Progress>,
        trace_http: Option<PathBuf>,
    ) -> Result<Self, Failure> {
        let mut endpoint = Endpoint::simulated(simulator)?;
        endpoint.settings.trace_http = trace_http;
        endpoint.settings.progress = progress.clone();
        Self::to(endpoint, progress)
    }

    /// Connects to a simulator that somebody else runs, by way of `resource_manager`: whoever stands
    /// there may change what is answered.
    pub fn join_through(simulator: &Simulator, resource_manager: &str) -> Result<Self, Failure> {
        let progress = Arc::new(Progress::kept());
        let mut endpoint = Endpoint::simulated(simulator)?;
        endpoint.settings.cloud = Cloud::custom(resource_manager, simulator.authority())?;
        endpoint.settings.timeouts.read = Some(Duration::from_secs(2));
        endpoint.settings.timeouts.body = Some(Duration::from_secs(1));
        endpoint.settings.timeouts.whole = Some(Duration::from_secs(4));
        endpoint.settings.progress = progress.clone();
        Self::to(endpoint, progress)
    }

    fn to(endpoint: Endpoint, progress: Arc<Progress>) -> Result<Self, Failure> {
        let Endpoint { mut settings, world, renewal, end } = endpoint;
        settings.secrets = output::secrets().clone();
        Ok(Self { client: Client::new(settings)?, world, progress, renewal, end })
    }

    /// Returns the capability to read: all that a plan is given.
    pub fn reader(&self) -> Reader {
        self.client.reader()
    }

    /// Returns the ID under which Azure logs what this run asks.
    pub(crate) fn correlation_id(&self) -> Uuid {
        self.client.correlation_id()
    }

    /// Returns how often the apply lock is renewed.
    pub(crate) fn lock_renewal(&self) -> Duration {
        self.renewal
    }

    /// Returns the capability to write; asked for by [`crate::pass`] and by the apply lock alone.
    pub(crate) fn writer(&self) -> Writer {
        self.client.writer()
    }

    /// Returns how many requests were sent so far.
    pub fn counts(&self) -> Counts {
        self.client.counts()
    }

    /// Ends the connection, and the simulator inside this process with it.
    pub async fn stop(self) {
        if let Some(end) = self.end {
            end.await;
        }
    }
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
            let (resource_manager, authority) = (&endpoints.resource_manager, &endpoints.authority);
            let suffixes = topology.cloud().suffixes();
            custom_cloud((resource_manager, authority), suffixes, connection)?
        }
    })
}

/// Returns the cloud that a saved plan was made for.
pub fn cloud_of(saved: &SavedPlan, connection: &Connection) -> Result<Cloud, Failure> {
    let named = connection.cloud.as_deref();
    match &saved.origin.endpoints {
        Some(plan::Endpoints { resource_manager, authority }) if named.is_none() => {
            let suffixes = saved.plan.suffixes.clone();
            custom_cloud((resource_manager, authority), suffixes, connection)
        }
        _ => named_cloud(named.unwrap_or(&saved.origin.cloud)),
    }
}

fn custom_cloud(
    (resource_manager, authority): (&str, &str),
    suffixes: Suffixes,
    connection: &Connection,
) -> Result<Cloud, Failure> {
    let mut cloud = Cloud::custom(resource_manager, authority)
        .map_err(|error| Failure::invalid(error, "mend `cloud` in the topology"))?;
    permitted(&cloud, connection)?;
    cloud.suffixes = suffixes;
    Ok(cloud)
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
        learn_secrets(desired.resources().map(|resource| (&resource.id, &resource.body)));
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
        learn_secrets(desired.resources().map(|resource| (&resource.id, &resource.body)));
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
        let look = self.observe_with_dns().await?;
        self.decide(&look, allow)
    }

    /// Decides what must change. A plan that breaks a rule of the engine is never handed out.
    #[tracing::instrument(skip_all)]
    pub fn decide(&self, look: &Look, allow: &Allow) -> Result<Plan, Failure> {
        let options = self.options(allow, look.last.clone());
        let plan = planner::plan(&self.desired, &look.observed, &options);
        proved(plan.map_err(no_order)?)
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
        learn_secrets(desired.resources().map(|resource| (&resource.id, &resource.body)))
    }
}

/// Reads the secrets that bodies take from the environment; from now on no output shows them, and no trace
/// what stands in their places.
pub fn learn_secrets<'b>(bodies: impl Iterator<Item = (&'b ResourceId, &'b Value)>) -> Secrets {
    let mut secrets = Secrets::new();
    for (id, body) in bodies {
        output::secrets().add_places(id, body);
        walk_expressions(body, &mut |expression| {
            for source in expression.secrets() {
                if let SecretSource::Env(name) = source
                    && let Ok(value) = std::env::var(name)
                {
                    output::secrets().add(&value);
                    secrets.insert(source.clone(), value.into());
                }
            }
            // What is made of a secret is one too, though nobody would find the secret in it.
            if let Some(Value::String(made)) =
                planner::resolve(expression, &Observed::default(), &secrets)
                && expression.is_secret()
            {
                made.split(' ').for_each(|part| output::secrets().add(part));
            }
        });
    }
    secrets
}

/// Says what to do where no order was found.
fn no_order(error: planner::OrderError) -> Failure {
    Failure::Helped { help: error.help(), error: error.into() }
}

/// Returns a plan whose rules are proved, or one that is refused anyway; it is not changed any more.
fn proved(plan: Plan) -> Result<Plan, Failure> {
    if plan.refusals.is_empty() {
        prove(&plan)?;
    }
    Ok(plan)
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
