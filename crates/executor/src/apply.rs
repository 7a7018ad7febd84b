//! Running the actions of a plan along its graph.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use azure::{Counts, Writer};
use futures_util::future::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use plan::{Action, ActionOutcome, Done, Operation, Outcome, Plan};
use resource::ResourceId;
use tokio::time::Instant;

use crate::journal::Journal;
use crate::moved::rests_on;
use crate::resolve::UsedSecrets;
use crate::run::Run;
use crate::schedule::{Schedule, Turn};
use crate::{ActionError, Cancel, Options, Progress, World};

/// Carries out `plan` and returns what came of each action.
///
/// Actions run at once as far as the plan's order allows. A failed one stops its dependents and
/// nothing else, save that locks go back whatever happened. As soon as Azure is found to have moved
/// since the plan was made, nothing new begins; with [`Options::prove_unmoved`] nothing begins at all
/// where it has moved before. Fails only where the journal of lifted locks
/// cannot be opened; then nothing was done.
pub async fn apply(
    plan: &Plan,
    writer: &Writer,
    world: &dyn World,
    options: &Options,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Outcome, ActionError> {
    let journal = Journal::open(options.journal.as_deref()).map_err(ActionError::Journal)?;
    let before = writer.counts();
    let mut run = Run::new(plan, writer, world, progress, cancel, journal);
    run.looked = options.looked;
    let moved = if options.prove_unmoved {
        run.all_moved(options.max_concurrency.max(1)).await
    } else {
        BTreeSet::new()
    };
    let actions = if moved.is_empty() {
        drive(&run, options.max_concurrency.max(1)).await
    } else {
        refuse(&run, &moved)
    };
    let Counts { requests, writes } = writer.counts();
    Ok(Outcome {
        actions,
        interrupted: cancel.drain.is_cancelled() || cancel.abandon.is_cancelled(),
        requests: requests - before.requests,
        writes: writes - before.writes,
    })
}

/// Begins nothing: what rests on something that has moved is told as moved.
fn refuse(run: &Run<'_>, moved: &BTreeSet<ResourceId>) -> Actions {
    let ends = run.plan.actions.iter().map(|action| {
        let outcome = if rests_on(action).is_disjoint(moved) {
            ActionOutcome::NotStarted
        } else {
            ActionOutcome::Moved
        };
        run.progress.finished(action, &outcome);
        (action.id.clone(), outcome)
    });
    ends.collect()
}

type Actions = std::collections::BTreeMap<plan::ActionId, ActionOutcome>;

async fn drive(run: &Run<'_>, max_concurrency: usize) -> Actions {
    let mut schedule = Schedule::new(run.plan);
    let mut running = FuturesUnordered::new();
    let mut under_way = BTreeSet::new();
    let mut moved = false;
    loop {
        let stopping = moved || run.cancel.drain.is_cancelled();
        for at in schedule.ready() {
            let action = schedule.action(at);
            let puts_back = matches!(action.operation, Operation::RestoreLock { .. });
            let is_lifted = puts_back && run.journal.has(&action.resource);
            match schedule.judge(at, stopping, is_lifted) {
                Turn::Never(outcome) => {
                    run.progress.finished(action, &outcome);
                    schedule.end(at, outcome);
                }
                Turn::Start if running.len() < max_concurrency || puts_back => {
                    schedule.begin(at);
                    under_way.insert(at);
                    running.push(guarded(run, action).map(move |outcome| (at, outcome)));
                }
                Turn::Start => {}
            }
        }
        if running.is_empty() {
            // Ends that were noted in this round may have made others ready.
            if schedule.ready().is_empty() { break } else { continue }
        }
        tokio::select! {
            biased;
            () = run.cancel.abandon.cancelled() => break,
            Some((at, outcome)) = running.next() => {
                under_way.remove(&at);
                moved |= outcome == ActionOutcome::Moved;
                run.progress.finished(schedule.action(at), &outcome);
                schedule.end(at, outcome);
            }
        }
    }
    for at in under_way {
        run.progress.finished(schedule.action(at), &ActionOutcome::InFlight);
        schedule.end(at, ActionOutcome::InFlight);
    }
    schedule.finish()
}

/// Runs one action; a mistake of this program fails the action and not the run.
async fn guarded(run: &Run<'_>, action: &Action) -> ActionOutcome {
    run.progress.started(action);
    let start = Instant::now();
    let mut used = UsedSecrets::default();
    let result = AssertUnwindSafe(run.carry_out(action, &mut used)).catch_unwind().await;
    let result = result.unwrap_or_else(|panic| Err(ActionError::Panicked(text_of(&*panic))));
    outcome(result, start.elapsed(), &used)
}

fn outcome(
    result: Result<Done, ActionError>,
    elapsed: Duration,
    used: &UsedSecrets,
) -> ActionOutcome {
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(done) => ActionOutcome::Succeeded { done, elapsed_ms },
        Err(ActionError::Moved { .. }) => ActionOutcome::Moved,
        Err(ActionError::Interrupted) => ActionOutcome::NotStarted,
        Err(error) => ActionOutcome::Failed {
            errors: error.chain().iter().map(|text| used.redact(text)).collect(),
            code: error.azure().and_then(azure::Error::code).map(str::to_owned),
            correlation_id: error.azure().and_then(azure::Error::correlation_id).map(str::to_owned),
            elapsed_ms,
        },
    }
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
