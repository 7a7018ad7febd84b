//! `evenkeel apply`

use std::path::Path;
use std::sync::Arc;

use executor::{Cancel, Options};
use plan::{ActionOutcome, Operation, Plan, Reliance};
use planner::Desired;
use report::Next;
use tokio::time::Instant;

use crate::apply_lock::{ApplyLock, Wanted};
use crate::cli::{Allow, Apply, File, TextOrJson};
use crate::exit::{Exit, Failure, Outcome};
use crate::interruption::Interruptions;
use crate::progress::Progress;
use crate::prompt::{self, Answer};
use crate::session::{Azure, Session, cloud_of};
use crate::{output, pass, saved, source};

/// What to do where nobody can be asked.
const UNASKED: &str = "pass `--yes`, or a saved plan and `--yes`";

/// What is applied, and how it is told.
pub struct Job {
    /// The plan.
    pub plan: Plan,
    /// The commands that may come next.
    pub next: Next,
    /// How it is carried out.
    pub options: Options,
    /// Form of the outcome.
    pub format: TextOrJson,
    /// What the topology asks for, where it is at hand: tells what moved under a saved plan.
    pub desired: Option<Desired>,
}

/// Shows a plan, asks, and carries it out.
pub async fn run(args: &Apply) -> Outcome {
    let input = args.input.as_deref();
    let saved = input.filter(|path| path.extension().is_some_and(|e| e == "json"));
    let Ready { azure, mut plan, desired, next, wanted, mut lock, looked } = match saved {
        Some(path) => reviewed(path, args).await?,
        None => planned(args).await?,
    };
    if args.no_probe {
        leave_out_probes(&mut plan);
    }
    if args.format == TextOrJson::Text {
        output::result(&report::text(&plan, &output::text_options(false)))?;
    }
    if !plan.refusals.is_empty() {
        lock.release().await;
        azure.stop().await;
        return Err(Failure::Told(Exit::Refused));
    }
    let is_asked = !plan.is_empty() && !args.yes;
    if is_asked {
        lock.release().await;
        let answer = prompt::consent(&azure, &plan, false, UNASKED).await?;
        if answer != Answer::Yes {
            azure.stop().await;
            return Ok(answer.decline());
        }
        lock = ApplyLock::take(&azure, &wanted).await?;
    }
    let prove_unmoved = saved.is_some() || is_asked && lock.is_held();
    let options = Options {
        max_concurrency: usize::from(args.concurrency),
        // A plan that was made a moment ago is compared before each write, and that is enough;
        // unless somebody else could have had the lock since.
        prove_unmoved,
        looked: looked.filter(|_| !prove_unmoved),
        ..Options::default()
    };
    carry_out(azure, Job { plan, next, options, format: args.format, desired }, lock).await
}

/// A plan and the Azure that it is for.
struct Ready {
    azure: Azure,
    plan: Plan,
    desired: Option<Desired>,
    next: Next,
    wanted: Wanted,
    lock: ApplyLock,
    /// When the look began that the plan rests on, where it was made here.
    looked: Option<Instant>,
}

/// Makes the plan that is applied.
async fn planned(args: &Apply) -> Result<Ready, Failure> {
    let source =
        source::load(&File { topology: args.input.clone(), overlays: args.overlays.clone() })?;
    let session = Session::start(&source, &args.connection).await?;
    let next = next(&source.arguments());
    let Desired { apply_lock, topology, .. } = &session.desired;
    let wanted = Wanted::new(apply_lock.as_ref(), topology, &args.wait, &next.apply);
    let mut lock = ApplyLock::take(&session.azure, &wanted).await?;
    let looked = Some(Instant::now());
    let planning = async {
        put_back_locks(&session.azure, &session.desired.topology).await?;
        session.plan(&args.allow).await
    };
    let plan = lock.during(planning).await?;
    Ok(Ready { azure: session.azure, plan, desired: None, next, wanted, lock, looked })
}

/// Loads a saved plan, proves that it fits the topology, and connects to the Azure it was made for.
async fn reviewed(path: &Path, args: &Apply) -> Result<Ready, Failure> {
    let saved = saved::load(path)?;
    let named = File { topology: args.topology.clone(), overlays: args.overlays.clone() };
    let source = saved::source_of(&saved, path, &named)?;
    let (azure, desired) = match &source {
        Some(source) => {
            let session = Session::start(source, &args.connection).await?;
            (session.azure, Some(session.desired))
        }
        None => {
            let file = &saved.origin.topology;
            output::say(&format!("`{file}` is not here, so the plan is not compared with it"));
            let cloud = cloud_of(&saved, &args.connection)?;
            (Azure::connect(cloud, &saved.plan.subscription, &args.connection).await?, None)
        }
    };
    let next = Next { review: saved::review(&saved, path), ..next(&path.display().to_string()) };
    let Plan { apply_lock, topology, .. } = &saved.plan;
    let wanted = Wanted::new(apply_lock.as_ref(), topology, &args.wait, &next.apply);
    let mut lock = ApplyLock::take(&azure, &wanted).await?;
    lock.during(put_back_locks(&azure, topology)).await?;
    Ok(Ready { azure, plan: saved.plan, desired, next, wanted, lock, looked: None })
}

/// Returns what comes after an apply of `file`.
pub fn next(file: &str) -> Next {
    Next { apply: format!("evenkeel apply {file}"), review: format!("evenkeel plan {file}") }
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
        for reliance in plan.reliances.values_mut() {
            if matches!(reliance, Reliance::Asked(probes) if probes.contains(&probe.id)) {
                *reliance = Reliance::Excused("--no-probe".to_owned());
            }
        }
        for action in &mut plan.actions {
            if action.after.remove(&probe.id) {
                action.after.extend(probe.after.iter().cloned());
            }
        }
    }
}

/// Carries out a plan with progress, releases the lock and tells what came of it.
pub async fn carry_out(azure: Azure, job: Job, mut lock: ApplyLock) -> Outcome {
    let Job { plan, next, options, format, desired } = job;
    let cancel = Cancel::default();
    lock.drain_when_lost(&plan, &cancel.drain, &azure.progress);
    let interruptions = Interruptions::listen()?;
    let attendant =
        tokio::spawn(attend(interruptions, cancel.clone(), Arc::clone(&azure.progress)));
    azure.progress.begin(&plan);
    let folder = Path::new(pass::FOLDER);
    let outcome = pass::carry_out(&azure, &plan, folder, options, &cancel).await;
    azure.progress.end();
    attendant.abort();
    let is_lost = lock.is_lost() && cancel.drain.is_cancelled();
    if cancel.abandon.is_cancelled() {
        lock.leave();
    } else {
        lock.release().await;
    }
    let outcome = outcome?;
    let text = output::text_options(false);
    match format {
        TextOrJson::Text if plan.is_empty() => {
            let azure::Counts { requests, writes } = azure.counts();
            output::result(&format!("nothing to do  ({requests} requests, {writes} writes)"))?;
        }
        TextOrJson::Text => {
            output::result(&report::outcome(&plan, &outcome, &next, &text))?;
        }
        TextOrJson::Json => {
            output::document(output::Form::Json, &report::outcome_json(&plan, &outcome))?;
        }
    }
    let moved = outcome.actions.values().any(|outcome| *outcome == ActionOutcome::Moved);
    match desired.filter(|_| moved) {
        Some(desired) => {
            let session = Session { azure, desired, history: Default::default() };
            let fresh = session.plan(&Allow::default()).await?;
            output::say(&report::moved(&plan, &outcome, &fresh, &text));
            session.stop().await;
        }
        None => azure.stop().await,
    }
    Ok(if outcome.is_success() {
        Exit::Done
    } else if is_lost {
        Exit::Refused
    } else if outcome.interrupted {
        Exit::Interrupted
    } else if moved {
        Exit::Refused
    } else {
        Exit::Failed
    })
}

/// Attends to interruptions: the first lets running actions finish, the second stops waiting.
async fn attend(mut interruptions: Interruptions, cancel: Cancel, progress: Arc<Progress>) {
    interruptions.next().await;
    progress.draining();
    cancel.drain.cancel();
    interruptions.next().await;
    progress.abandoned();
    cancel.abandon.cancel();
    // The run ends now, by itself and with its outcome.
    loop {
        interruptions.next().await;
    }
}
