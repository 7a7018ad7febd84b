//! `evenkeel apply`

use std::path::Path;

use executor::Cancel;
use plan::{ActionOutcome, Operation, Plan};

use crate::cli::{Apply, Connection, File, TextOrJson};
use crate::exit::{Exit, Failure, Outcome};
use crate::prompt::{self, Answer};
use crate::session::{Azure, Session, named_cloud, prove};
use crate::{output, pass, source};

/// What to do where nobody can be asked.
const UNASKED: &str = "pass `--yes`, or a saved plan and `--yes`";

/// What is applied, and how it is told.
pub struct Job<'a> {
    /// The plan.
    pub plan: Plan,
    /// The file that was named, for the next command to run.
    pub input: Option<&'a Path>,
    /// How many actions run at once.
    pub concurrency: usize,
    /// Form of the outcome.
    pub format: TextOrJson,
}

/// Shows a plan, asks, and carries it out.
pub async fn run(args: &Apply) -> Outcome {
    let input = args.input.as_deref();
    let is_saved = input.is_some_and(|path| path.extension().is_some_and(|e| e == "json"));
    let (azure, mut plan, path) = match input {
        Some(path) if is_saved => {
            let (azure, plan) = saved(path, &args.connection).await?;
            (azure, plan, path.to_owned())
        }
        _ => {
            let source = source::load(&File { topology: args.input.clone() })?;
            let session = Session::start(&source.topology, &args.connection).await?;
            put_back_locks(&session.azure, &session.desired.topology).await?;
            let plan = session.plan(&args.allow).await?;
            (session.azure, plan, source.path)
        }
    };
    if args.no_probe {
        leave_out_probes(&mut plan);
    }
    if args.format == TextOrJson::Text {
        output::result(&report::text(&plan, &output::text_options(false)))?;
    }
    if !plan.refusals.is_empty() {
        azure.stop().await;
        return Err(Failure::Told(Exit::Refused));
    }
    if !plan.is_empty() && !args.yes {
        let answer = prompt::consent(&azure, &plan, false, UNASKED).await?;
        if answer != Answer::Yes {
            azure.stop().await;
            return Ok(answer.decline());
        }
    }
    let job = Job {
        plan,
        input: Some(&path),
        concurrency: usize::from(args.concurrency),
        format: args.format,
    };
    carry_out(azure, job).await
}

/// Loads a saved plan and connects to the Azure that it was made for.
async fn saved(path: &Path, connection: &Connection) -> Result<(Azure, Plan), Failure> {
    let plan = Plan::load(path).map_err(|error| {
        Failure::invalid(error, "make the plan again: `evenkeel plan --out plan.json`")
    })?;
    prove(&plan)?;
    let cloud = named_cloud(connection.cloud.as_deref().unwrap_or("public"))?;
    let azure = Azure::connect(cloud, &plan.subscription, connection).await?;
    put_back_locks(&azure, &plan.topology).await?;
    Ok((azure, plan))
}

/// Puts back locks that a killed run left lifted.
async fn put_back_locks(azure: &Azure, topology: &str) -> Result<(), Failure> {
    for lock in pass::put_back_locks(azure, Path::new(pass::FOLDER), topology).await? {
        output::say(&format!("put back the lock `{lock}` that an earlier run had lifted"));
    }
    Ok(())
}

/// Takes the probes out of a plan; what waited for them waits for what they waited for.
fn leave_out_probes(plan: &mut Plan) {
    while let Some(at) =
        plan.actions.iter().position(|action| matches!(action.operation, Operation::Probe { .. }))
    {
        let probe = plan.actions.remove(at);
        for action in &mut plan.actions {
            if action.after.remove(&probe.id) {
                action.after.extend(probe.after.iter().cloned());
            }
        }
    }
}

/// Carries out a plan with progress and tells what came of it.
pub async fn carry_out(azure: Azure, job: Job<'_>) -> Outcome {
    let Job { plan, input, concurrency, format } = job;
    let cancel = Cancel::default();
    let signals = tokio::spawn(listen(cancel.clone()));
    azure.progress.begin(plan.actions.len());
    let folder = Path::new(pass::FOLDER);
    let outcome = pass::carry_out(&azure, &plan, folder, concurrency, &cancel).await;
    azure.progress.end();
    signals.abort();
    let outcome = outcome?;
    let path = input.map(|path| path.display().to_string());
    let options = output::text_options(false);
    match format {
        TextOrJson::Text if plan.is_empty() => {
            let azure::Counts { requests, writes } = azure.client.counts();
            output::result(&format!("nothing to do  ({requests} requests, {writes} writes)"))?;
        }
        TextOrJson::Text => {
            output::result(&report::outcome(&plan, &outcome, path.as_deref(), &options))?;
        }
        TextOrJson::Json => output::result(&report::outcome_json(&plan, &outcome))?,
    }
    azure.stop().await;
    let moved = outcome.actions.values().any(|outcome| *outcome == ActionOutcome::Moved);
    Ok(if outcome.is_success() {
        Exit::Done
    } else if outcome.interrupted {
        Exit::Interrupted
    } else if moved {
        Exit::Refused
    } else {
        Exit::Failed
    })
}

/// Listens for Ctrl-C: the first lets running actions finish, the second stops waiting.
async fn listen(cancel: Cancel) {
    if tokio::signal::ctrl_c().await.is_ok() {
        output::say("interrupted: running actions finish, no more begin; again to stop waiting");
        cancel.drain.cancel();
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        output::say("no longer waiting; Azure goes on with what has begun");
        cancel.abandon.cancel();
    }
}
