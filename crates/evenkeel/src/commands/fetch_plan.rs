//! `evenkeel fetch-plan`

use anyhow::{Context, anyhow};
use forge::Error;

use super::post::{failure, job};
use crate::cli::FetchPlan;
use crate::exit::{Exit, Failure, Outcome};
use crate::output;

/// Fetches the plan that was reviewed with the merged pull request.
pub async fn run(args: &FetchPlan) -> Outcome {
    let job = job(args.forge)?;
    let missing = Error::MissingVariable { name: "GITHUB_SHA", hint: "name it with `--commit`" };
    let commit = args.commit.clone().or_else(|| job.commit()).ok_or(missing).map_err(failure)?;
    // It becomes part of addresses, and a branch's name would find another pull request.
    if commit.len() < 40 || !commit.chars().all(|c| c.is_ascii_hexdigit()) {
        let error = anyhow!("`{commit}` is no commit; its full hash is needed");
        return Err(Failure::invalid(error, "`git rev-parse HEAD` prints it"));
    }
    let forge = job.connect().map_err(failure)?;
    let reviewed = forge.reviewed_plan(&commit, &args.artifact).await;
    let reviewed = reviewed.map_err(|error| match error {
        error @ (Error::NotReviewed(_) | Error::Archive { .. }) => Failure::refused(
            error,
            "plan again in a pull request, or apply by hand: `evenkeel apply`",
        ),
        error => failure(error),
    })?;
    files::write(&args.out, &reviewed.plan)
        .with_context(|| format!("cannot write `{}`", args.out.display()))?;
    output::result(&format!(
        "the plan of pull request {}, commit {}",
        reviewed.pull_request, reviewed.head
    ))?;
    Ok(Exit::Done)
}
