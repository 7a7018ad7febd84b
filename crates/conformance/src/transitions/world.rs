//! A simulated Azure with what lies in it before, and the command line that is run against it.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use evenkeel::Allow;
use evenkeel::exit::Failure;
use evenkeel::pass;
use evenkeel::progress::Progress;
use evenkeel::session::{Azure, Session};
use executor::{Cancel, Options};
use plan::{Outcome, Plan};
use serde_json::{Value, json};
use simulator::{Scenario, Simulator, Step};
use tempfile::TempDir;
use topology::Topology;

use super::language::{
    SHARED_ACCOUNT, SHARED_GROUP, SHARED_IDENTITY, SHARED_VAULT, SHARED_ZONE, SUBSCRIPTION,
};

/// Runs before an apply that asks for one permission after the other counts as refused.
const RUNS: usize = 12;

/// How an apply ended.
#[derive(Debug)]
pub enum Reached {
    /// All is done, by a plan of so many actions.
    Done(usize),
    /// A guard refused it, for these reasons, and no permission lifts them.
    Refused(Vec<String>),
    /// It was killed.
    Killed,
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
        Ok(Self { simulator, disk: tempfile::tempdir()? })
    }

    /// Ends it.
    pub async fn close(self) {
        self.simulator.stop().await;
    }

    /// Returns how many requests were made so far.
    pub fn requests(&self) -> u64 {
        self.simulator.counts().total as u64
    }

    /// Changes Azure behind everybody's back; tells whether Azure lets it be done.
    pub fn disturb(&self, step: Step) -> bool {
        let scenario = Scenario { changes: vec![step], ..Scenario::default() };
        self.simulator.apply_scenario(&scenario).is_ok()
    }

    /// Reads all that Azure holds, by resource ID without case.
    pub async fn look(&self) -> anyhow::Result<BTreeMap<String, Value>> {
        let url = format!("{}/simulator/resources", self.simulator.resource_manager());
        let authority = reqwest::Certificate::from_pem(self.simulator.ca_pem().as_bytes())?;
        let http = reqwest::Client::builder().tls_certs_only([authority]).build()?;
        let found: Value = http.get(url).send().await?.json().await?;
        let rows = found["value"].as_array().context("a list of resources")?;
        let by_id = |row: &Value| Some((row["id"].as_str()?.to_ascii_lowercase(), row.clone()));
        Ok(rows.iter().filter_map(by_id).collect())
    }

    fn session(&self, topology: &Topology) -> Result<Session, Broken> {
        let desired = planner::expand(topology);
        let azure = Azure::join(&self.simulator, Arc::new(Progress::kept()), None);
        let azure = azure.map_err(|failure| broken("cannot connect", failure))?;
        Ok(Session { azure, desired })
    }

    /// Makes a plan.
    pub async fn plan(&self, topology: &Topology, allow: &Allow) -> Result<Plan, Broken> {
        let session = self.session(topology)?;
        session.plan(allow).await.map_err(|failure| broken("plan", failure))
    }

    /// Applies until all is done; permissions are given where a guard asks for one. After so many
    /// requests it is killed.
    pub async fn apply(
        &self,
        topology: &Topology,
        kill_after: Option<u64>,
    ) -> Result<Reached, Broken> {
        let until = kill_after.map(|requests| self.requests() + requests);
        tokio::select! {
            reached = self.settle(topology) => reached,
            () = self.reaches(until) => Ok(Reached::Killed),
        }
    }

    async fn reaches(&self, until: Option<u64>) {
        let Some(until) = until else { return std::future::pending().await };
        while self.requests() < until {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    async fn settle(&self, topology: &Topology) -> Result<Reached, Broken> {
        let mut allow = Allow::default();
        for _ in 0..RUNS {
            let session = self.session(topology)?;
            let name = &session.desired.topology;
            pass::put_back_locks(&session.azure, self.disk.path(), name)
                .await
                .map_err(|failure| broken("put back locks", failure))?;
            let plan = session.plan(&allow).await.map_err(|failure| broken("plan", failure))?;
            if !plan.refusals.is_empty() {
                let is_new = permit(&plan, &mut allow);
                if is_new {
                    continue;
                }
                let mut codes: Vec<String> =
                    plan.refusals.iter().map(|refusal| refusal.code.clone()).collect();
                codes.sort();
                codes.dedup();
                return Ok(Reached::Refused(codes));
            }
            let cancel = Cancel::default();
            let options = Options::default();
            let outcome =
                pass::carry_out(&session.azure, &plan, self.disk.path(), options, &cancel)
                    .await
                    .map_err(|failure| broken("apply", failure))?;
            return match outcome.is_success() {
                true => Ok(Reached::Done(plan.actions.len())),
                false => Err(failed(&plan, &outcome)),
            };
        }
        Ok(Reached::Refused(vec!["permission after permission".to_owned()]))
    }
}

/// Gives what the guards of a plan ask for; tells whether that is anything new.
fn permit(plan: &Plan, allow: &mut Allow) -> bool {
    let mut is_new = false;
    for refusal in &plan.refusals {
        match refusal.code.as_str() {
            "mass-delete" if !allow.allow_mass_delete => {
                allow.allow_mass_delete = true;
                is_new = true;
            }
            "protected" if !allow.permit.contains(&refusal.address) => {
                allow.permit.push(refusal.address.clone());
                is_new = true;
            }
            "adoption-not-allowed" if !allow.adopt => {
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
    use plan::ActionOutcome;
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
