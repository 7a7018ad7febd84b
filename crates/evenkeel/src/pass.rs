//! What `apply` does to Azure, apart from what it says.

use std::path::{Path, PathBuf};

use anyhow::Context;
use executor::{Cancel, Options, Progress};
use plan::{Operation, Outcome, Plan};
use resource::ResourceId;
use serde_json::Value;

use crate::exit::Failure;
use crate::session::{Azure, learn_secrets};

/// The folder in which a run keeps what must outlive it.
pub const FOLDER: &str = ".evenkeel";

/// Puts back the locks that a killed run left lifted, and returns them.
pub async fn put_back_locks(
    azure: &Azure,
    folder: &Path,
    topology: &str,
) -> Result<Vec<ResourceId>, Failure> {
    let journal = journal(folder, topology);
    if journal.exists() {
        Ok(executor::recover(&journal, &azure.writer()).await?)
    } else {
        Ok(vec![])
    }
}

/// Carries out a plan. Lifted locks are noted in `folder` until they are back.
pub async fn carry_out(
    azure: &Azure,
    plan: &Plan,
    folder: &Path,
    options: Options,
    cancel: &Cancel,
) -> Result<Outcome, Failure> {
    carry_out_watched(azure, plan, folder, options, &*azure.progress, cancel).await
}

/// Carries out a plan and tells somebody else how far it is.
pub async fn carry_out_watched(
    azure: &Azure,
    plan: &Plan,
    folder: &Path,
    options: Options,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Outcome, Failure> {
    if plan.is_empty() {
        return Ok(Outcome::default());
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    // A saved plan comes without the topology whose secrets would be known by now.
    learn_secrets(sent(plan));
    let journal = Some(journal(folder, &plan.topology));
    let options = Options { journal, ..options };
    let writer = azure.writer();
    let world = azure.world.clone().with_vaults(writer.clone());
    Ok(executor::apply(plan, &writer, &world, &options, progress, cancel).await?)
}

/// Returns what a plan sends, and of which resource it is.
pub fn sent(plan: &Plan) -> impl Iterator<Item = (&ResourceId, &Value)> {
    plan.actions.iter().filter_map(|action| match &action.operation {
        Operation::Write { body, .. } | Operation::Post { body, .. } => {
            Some((&action.resource, body))
        }
        _ => None,
    })
}

fn journal(folder: &Path, topology: &str) -> PathBuf {
    folder.join(format!("lifted-locks-{topology}.json"))
}
