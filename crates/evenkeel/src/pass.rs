//! What `apply` does to Azure, apart from what it says.

use std::path::{Path, PathBuf};

use anyhow::Context;
use executor::{Cancel, Options};
use plan::{Outcome, Plan};
use resource::ResourceId;

use crate::exit::Failure;
use crate::session::Azure;

/// The folder in which a run keeps what must outlive it.
pub const FOLDER: &str = ".evenkeel";

/// Puts back the locks that a killed run left lifted, and returns them.
pub async fn put_back_locks(
    azure: &Azure,
    folder: &Path,
    topology: &str,
) -> Result<Vec<ResourceId>, Failure> {
    let journal = journal(folder, topology);
    match journal.exists() {
        true => Ok(executor::recover(&journal, &azure.writer()).await?),
        false => Ok(vec![]),
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
    if plan.is_empty() {
        return Ok(Outcome::default());
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    let journal = Some(journal(folder, &plan.topology));
    let options = Options { journal, ..options };
    let (writer, progress) = (azure.writer(), &*azure.progress);
    let world = azure.world.clone().with_vaults(writer.clone());
    Ok(executor::apply(plan, &writer, &world, &options, progress, cancel).await?)
}

fn journal(folder: &Path, topology: &str) -> PathBuf {
    folder.join(format!("lifted-locks-{topology}.json"))
}
