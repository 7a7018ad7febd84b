//! What must hold, whatever went wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use simulator::Simulator;

/// The setting in the seed of Azure that the engine carries from one app to the other.
const APP_SECRET: &str = "7Hq-pin-of-the-signing-key";

/// All that Azure holds, by resource ID without case.
#[derive(Debug)]
pub struct Settled(BTreeMap<String, Value>);

/// Reads all that the simulated Azure holds.
pub async fn look(simulator: &Simulator) -> anyhow::Result<Settled> {
    let url = format!("{}/simulator/resources", simulator.resource_manager());
    let authority = reqwest::Certificate::from_pem(simulator.ca_pem().as_bytes())?;
    let http = reqwest::Client::builder().tls_certs_only([authority]).build()?;
    let found: Value = http.get(url).send().await?.json().await?;
    let rows = found["value"].as_array().context("a list of resources")?;
    let by_id = |row: &Value| Some((row["id"].as_str()?.to_ascii_lowercase(), row.clone()));
    Ok(Settled(rows.iter().filter_map(by_id).collect()))
}

impl Settled {
    /// Returns every resource by its ID without case.
    pub fn all(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }

    /// Fails where Azure holds other resources than after a calm apply, or one is not at rest.
    pub fn compare(&self, calm: &Self) -> anyhow::Result<()> {
        let ids = |of: &Self| of.0.keys().cloned().collect::<BTreeSet<_>>();
        let (found, wanted) = (ids(self), ids(calm));
        let missing: Vec<_> = wanted.difference(&found).collect();
        let unwanted: Vec<_> = found.difference(&wanted).collect();
        ensure!(missing.is_empty(), "Azure lacks {missing:?}");
        ensure!(unwanted.is_empty(), "Azure holds {unwanted:?}, which a calm apply does not make");
        for (id, body) in &self.0 {
            let state = body.pointer("/properties/provisioningState").and_then(Value::as_str);
            let calm = calm.0[id].pointer("/properties/provisioningState").and_then(Value::as_str);
            ensure!(
                state == calm,
                "`{id}` is left as {state:?}; after a calm apply it is {calm:?}"
            );
        }
        Ok(())
    }
}

/// Fails where a lock is lifted that the journal on disk does not name: nobody would put it back.
pub fn lifted_locks_are_noted(simulator: &Simulator, disk: &Path) -> anyhow::Result<()> {
    let lifted = simulator.lifted_locks();
    if lifted.is_empty() {
        return Ok(());
    }
    let noted = journal(disk)?.to_ascii_lowercase();
    match lifted.iter().find(|lock| !noted.contains(&lock.to_ascii_lowercase())) {
        Some(lock) => bail!("the lock `{lock}` is lifted and no journal names it"),
        None => Ok(()),
    }
}

/// Fails where a lock is still lifted, or the journal still names one.
pub fn locks_are_back(simulator: &Simulator, disk: &Path) -> anyhow::Result<()> {
    let lifted = simulator.lifted_locks();
    ensure!(lifted.is_empty(), "locks stay lifted: {lifted:?}");
    let noted = journal(disk)?;
    ensure!(noted.is_empty(), "the journal still names lifted locks: {noted}");
    Ok(())
}

fn journal(disk: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    for entry in std::fs::read_dir(disk)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("lifted-locks-") && name.ends_with(".json") {
            text.push_str(&std::fs::read_to_string(&path)?);
        }
    }
    Ok(text)
}

/// Fails where a profile that had an enabled target once had none.
pub fn profile_had_a_target(simulator: &Simulator) -> anyhow::Result<()> {
    let violations = simulator.violations();
    let lost = violations.iter().find(|found| found.rule == "no-enabled-target");
    match lost {
        Some(lost) => bail!("`{}` had no enabled target after {}", lost.resource, lost.request),
        None => Ok(()),
    }
}

/// Fails where an operation of a service, which a POST begins, was begun twice. Everything else
/// that the engine writes is a PUT by name or a DELETE.
pub fn no_action_was_repeated(simulator: &Simulator) -> anyhow::Result<()> {
    let is_read = |last: &str| {
        let asks_for_a_name = last.starts_with("check") && last.contains("nameavailability");
        ["list", "listkeys"].contains(&last) || asks_for_a_name
    };
    let mut begun = BTreeSet::new();
    for line in simulator.log() {
        let last = line.path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let is_action = line.method == "POST" && !is_read(&last);
        let is_new = !is_action || !line.carried_out || begun.insert(line.path.clone());
        ensure!(is_new, "POST {} was carried out twice", line.path);
    }
    Ok(())
}

/// Fails where something that was written for people or to disk holds a secret.
pub fn says_no_secret(simulator: &Simulator, said: &[String]) -> anyhow::Result<()> {
    let secrets = [APP_SECRET, simulator.client_secret(), "Bearer "];
    for text in said {
        if let Some(at) = secrets.iter().find_map(|secret| text.find(secret)) {
            let (from, to) = (at.saturating_sub(200), (at + 60).min(text.len()));
            bail!("a secret was written: …{}…", text.get(from..to).unwrap_or("?"));
        }
    }
    Ok(())
}
