//! A simulated Azure with what lies in it before, and the command line that is run against it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::anyhow;
use evenkeel::Allow;
use evenkeel::exit::Failure;
use evenkeel::pass;
use evenkeel::progress::Progress;
use evenkeel::session::{Azure, History, Session};
use executor::{Cancel, Options};
use plan::{Action, ActionOutcome, Code, Guard, Outcome, Plan};
use planner::{Desired, Note};
use serde_json::{Value, json};
use simulator::{Scenario, Simulator, Step};
use tempfile::TempDir;
use tokio::sync::Notify;
use topology::Topology;

use super::alike::Holdings;
use super::language::{
    SHARED_ACCOUNT, SHARED_GROUP, SHARED_IDENTITY, SHARED_VAULT, SHARED_ZONE, SUBSCRIPTION,
};

/// Runs before an apply that asks for one permission after the other counts as refused.
const RUNS: usize = 12;
/// How often a kill looks whether it is due.
const LOOK: Duration = Duration::from_millis(1);

/// How an apply ended.
#[derive(Debug)]
pub enum Reached {
    /// All is done.
    Done,
    /// A guard refused it, for these reasons, and no permission lifts them.
    Refused(Vec<Guard>),
    /// It was killed.
    Killed,
}

/// When an apply is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    /// Never.
    Never,
    /// After so many requests, of its plan too.
    AfterRequests(u64),
    /// When this action begins; the first is 0.
    AtAction(usize),
}

/// Watches an apply until it comes to the action at which it is killed.
#[derive(Default)]
struct Watch {
    deadly: Option<usize>,
    begun: AtomicUsize,
    due: Notify,
}

impl executor::Progress for Watch {
    fn started(&self, _action: &Action) {
        if Some(self.begun.fetch_add(1, Ordering::Relaxed)) == self.deadly {
            self.due.notify_one();
        }
    }

    fn finished(&self, _action: &Action, _outcome: &ActionOutcome) {}

    fn waiting(&self, _action: &Action, _reason: &str) {}
}

/// Why an apply failed.
#[derive(Debug)]
pub struct Broken {
    /// What kind of failure it is.
    pub kind: String,
    /// All that was said.
    pub text: String,
}

/// A simulated Azure.
pub struct World {
    simulator: Simulator,
    disk: TempDir,
    session: Option<Session>,
    /// The topologies that were tried, as a team's git has them.
    history: Vec<Desired>,
}

impl World {
    /// Makes an Azure that holds only what is nobody's.
    pub async fn open() -> anyhow::Result<Self> {
        let simulator = Simulator::start(simulator::Settings {
            subscription: SUBSCRIPTION.to_owned(),
            ..simulator::Settings::default()
        })
        .await?;
        simulator.apply_scenario(&before())?;
        Ok(Self { simulator, disk: tempfile::tempdir()?, session: None, history: vec![] })
    }

    /// Ends it.
    pub async fn close(self) {
        self.simulator.stop().await;
    }

    /// Changes Azure behind everybody's back; tells whether Azure lets it be done.
    pub fn disturb(&self, step: Step) -> bool {
        let scenario = Scenario { changes: vec![step], ..Scenario::default() };
        self.simulator.apply_scenario(&scenario).is_ok()
    }

    /// Returns all that Azure holds, by resource ID without case.
    pub fn look(&self) -> Holdings {
        let by_id = |row: Value| Some((row["id"].as_str()?.to_ascii_lowercase(), row));
        self.simulator.resources().into_iter().filter_map(by_id).collect()
    }

    /// Returns a session for a topology. The connection is kept: a client is dear to make.
    fn session(&mut self, topology: &Topology) -> Result<&Session, Broken> {
        let mut desired = planner::expand(families::language(), topology);
        // The memory of an apply holds the owner only beside a text.
        desired.note = Note::of(&desired.hash, None);
        let azure = match self.session.take() {
            Some(session) => session.azure,
            None => Azure::join(&self.simulator, Arc::new(Progress::kept()), None)
                .map_err(|failure| broken("cannot connect", failure))?,
        };
        if !self.history.iter().any(|known| known.hash == desired.hash) {
            self.history.push(desired.clone());
        }
        let history = History::Texts(self.history.clone());
        Ok(self.session.insert(Session { azure, desired, history }))
    }

    /// Makes a plan.
    pub async fn plan(&mut self, topology: &Topology, allow: &Allow) -> Result<Plan, Broken> {
        let session = self.session(topology)?;
        session.plan(allow).await.map_err(|failure| broken("plan", failure))
    }

    /// Applies until all is done, or until it is killed; permissions are given where a guard asks for
    /// one.
    pub async fn apply(&mut self, topology: &Topology, kill: Kill) -> Result<Reached, Broken> {
        let disk = self.disk.path().to_owned();
        self.session(topology)?;
        let Self { simulator, session: Some(session), .. } = self else {
            return Ok(Reached::Killed);
        };
        let until = match kill {
            Kill::AfterRequests(requests) => Some(requests_of(simulator) + requests),
            Kill::Never | Kill::AtAction(_) => None,
        };
        let deadly = match kill {
            Kill::AtAction(action) => Some(action),
            Kill::Never | Kill::AfterRequests(_) => None,
        };
        let watch = Watch { deadly, ..Watch::default() };
        let reached = tokio::select! {
            reached = settle(session, &disk, &watch) => reached,
            () = reaches(simulator, until) => Ok(Reached::Killed),
            () = watch.due.notified() => Ok(Reached::Killed),
        };
        if matches!(reached, Ok(Reached::Killed)) {
            // A new process has nothing of what the killed one knew.
            self.session = None;
        }
        reached
    }
}

async fn reaches(simulator: &Simulator, until: Option<u64>) {
    let Some(until) = until else { return std::future::pending().await };
    while requests_of(simulator) < until {
        tokio::time::sleep(LOOK).await;
    }
}

fn requests_of(simulator: &Simulator) -> u64 {
    simulator.counts().total as u64
}

async fn settle(session: &Session, disk: &Path, watch: &Watch) -> Result<Reached, Broken> {
    let mut allow = Allow::default();
    for _ in 0..RUNS {
        pass::put_back_locks(&session.azure, disk, &session.desired.topology)
            .await
            .map_err(|failure| broken("put back locks", failure))?;
        let plan = session.plan(&allow).await.map_err(|failure| broken("plan", failure))?;
        if !plan.refusals.is_empty() {
            if permit(&plan, &mut allow) {
                continue;
            }
            return Ok(Reached::Refused(plan.refusals));
        }
        let (cancel, options) = (Cancel::default(), Options::default());
        let done = pass::carry_out_watched(&session.azure, &plan, disk, options, watch, &cancel);
        let outcome = done.await.map_err(|failure| broken("apply", failure))?;
        return if outcome.is_success() { Ok(Reached::Done) } else { Err(failed(&plan, &outcome)) };
    }
    let kind = "refused: permission after permission".to_owned();
    Err(Broken { kind, text: String::new() })
}

/// Gives what the guards of a plan ask for; tells whether that is anything new.
fn permit(plan: &Plan, allow: &mut Allow) -> bool {
    let mut is_new = false;
    for refusal in &plan.refusals {
        match refusal.code {
            Code::MassDelete if !allow.allow_mass_delete => {
                allow.allow_mass_delete = true;
                is_new = true;
            }
            Code::Protected if !allow.permit.contains(&refusal.address) => {
                allow.permit.push(refusal.address.clone());
                is_new = true;
            }
            Code::AdoptionNotAllowed if !allow.adopt => {
                allow.adopt = true;
                is_new = true;
            }
            _ => {}
        }
    }
    is_new
}

fn broken(stage: &str, failure: Failure) -> Broken {
    let text = match failure {
        Failure::Told(exit) => anyhow!("ended with {exit:?}"),
        Failure::Invalid { error, .. }
        | Failure::Refused { error, .. }
        | Failure::Helped { error, .. }
        | Failure::Failed(error) => error,
    };
    let text = format!("{text:#}");
    Broken { kind: format!("{stage}: {}", super::kind::form(&text)), text }
}

/// Tells why an apply failed: the actions that did, each by its type and what Azure said.
fn failed(plan: &Plan, outcome: &Outcome) -> Broken {
    let mut kinds: Vec<String> = vec![];
    let mut texts = vec![];
    for action in &plan.actions {
        let Some(ActionOutcome::Failed { errors, code, .. }) = outcome.actions.get(&action.id)
        else {
            continue;
        };
        let said = errors.last().map(|said| super::kind::form(said)).unwrap_or_default();
        let what = code.clone().unwrap_or_default();
        let verb = super::kind::debug_word(&action.verb);
        let kind = action.resource.resource_type();
        kinds.push(format!("apply: {verb} {kind}: {what} {said}"));
        texts.push(format!("{}: {}", action.id, errors.join(": ")));
    }
    kinds.sort();
    let kind = kinds.first().cloned().unwrap_or_else(|| "apply: not all is done".to_owned());
    Broken { kind, text: texts.join("\n") }
}

/// What Azure holds before: a group of somebody else's with a vault, a zone, an account and an
/// identity.
fn before() -> Scenario {
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{SHARED_GROUP}");
    let vault = format!("{group}/providers/Microsoft.KeyVault/vaults/{SHARED_VAULT}");
    let put = |id: &str, body: Value| Step {
        put: Some(id.to_owned()),
        body: Some(body),
        ..Step::default()
    };
    let seed = vec![
        put(&group, json!({ "location": "westeurope" })),
        put(
            &vault,
            json!({ "location": "westeurope", "properties": {
                "tenantId": "${tenant}",
                "sku": { "family": "A", "name": "standard" },
                "enableRbacAuthorization": false,
                "accessPolicies": [],
            }}),
        ),
        put(
            &format!("{group}/providers/Microsoft.Network/dnsZones/{SHARED_ZONE}"),
            json!({ "location": "global" }),
        ),
        put(
            &format!("{group}/providers/Microsoft.Storage/storageAccounts/{SHARED_ACCOUNT}"),
            json!({
                "location": "westeurope",
                "kind": "StorageV2",
                "sku": { "name": "Standard_LRS" },
            }),
        ),
        put(
            &format!(
                "{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities\
                 /{SHARED_IDENTITY}"
            ),
            json!({ "location": "westeurope" }),
        ),
    ];
    Scenario { seed, ..Scenario::default() }
}
