//! `evenkeel watch`

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::cli::Watch;
use crate::commands::drift;
use crate::exit::{Exit, Failure, Outcome};
use crate::interruption::Interruptions;
use crate::output::{self, Form};
use crate::watch::metrics::Metrics;
use crate::watch::round::{Ending, Finding, Watcher};
use crate::watch::schedule::wait;
use crate::watch::serve::serve;

/// How long requests that are under way are answered after the end.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// How long a round may take to notice the end: one that waits for git or a file does not.
const LAST_ROUND: Duration = Duration::from_secs(1);
/// How long the whole may take to end before it is ended: a report or a line that nobody reads holds it up.
const LAST_MOMENTS: Duration = Duration::from_secs(5);
/// How long the last metrics may take to be sent.
const LAST_METRICS: Duration = Duration::from_secs(2);

/// Looks for drift again and again until it is told to stop.
pub async fn run(args: &Watch) -> Outcome {
    let stop = CancellationToken::new();
    let signals = tokio::spawn(listen(Interruptions::listen()?, stop.clone()));
    let metrics = Arc::new(Metrics::new(args.interval.0)?);
    let (file, connection) = (args.file.clone(), args.connection.clone());
    let measured = metrics.clone();
    let started = aside(&stop, move || Watcher::start(file, connection, measured)).await?;
    let watcher = started.transpose()?;
    let is_ready = Arc::new(AtomicBool::new(false));
    let server = match args.listen {
        Some(address) => {
            let server = serve(address, metrics.clone(), is_ready.clone(), stop.clone()).await?;
            tracing::info!(address = %server.address, "serving /metrics, /healthz and /readyz");
            Some(server)
        }
        None => None,
    };
    let last = match watcher {
        Some(watcher) => rounds(args, watcher, &metrics, &is_ready, &stop).await?,
        None => None,
    };
    stop.cancel();
    // The exporter blocks while it sends what is left, and nobody waits for a collector that is gone.
    let sent = tokio::task::spawn_blocking(move || metrics.stop());
    let answered = async {
        if let Some(server) = server {
            server.ended(LAST_ANSWERS).await;
        }
    };
    let (sent, ()) = tokio::join!(tokio::time::timeout(LAST_METRICS, sent), answered);
    signals.abort();
    if sent.is_err() {
        tracing::warn!("the last metrics were not sent in time");
    }
    tracing::info!("stopped");
    let last = last.filter(|_| args.rounds.is_some());
    Ok(last.map_or(Exit::Done, |last| last.exit(args.require_complete)))
}

/// Looks until it is told to stop, or as often as it was told to, and returns how the last ended.
async fn rounds(
    args: &Watch,
    mut watcher: Watcher,
    metrics: &Metrics,
    is_ready: &AtomicBool,
    stop: &CancellationToken,
) -> Result<Option<Ending>, Failure> {
    let mut last = None;
    for round in 1.. {
        // A round only reads, so it can be left at any time.
        let Some((same, finding)) = aside(stop, move || watcher.look(round)).await? else {
            return Ok(last);
        };
        watcher = same;
        metrics.note(&finding);
        if finding.tally.is_some() {
            is_ready.store(true, Ordering::Relaxed);
        }
        tell(args, &finding, round)?;
        last = Some(finding.ending);
        if args.rounds.is_some_and(|rounds| rounds.get() == round) {
            break;
        }
        let next = wait(args.interval.0, f64::from(args.jitter) / 100.0, rand::random());
        tracing::info!(wait_secs = next.as_secs(), "the next round follows");
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = tokio::time::sleep(next) => {}
        }
    }
    watcher.stop().await;
    Ok(last)
}

/// Runs what git or a file may hold up on a thread of its own, until it ends or the watcher is told to stop.
async fn aside<T: Send + 'static, F: Future<Output = T>>(
    stop: &CancellationToken,
    work: impl FnOnce() -> F + Send + 'static,
) -> Result<Option<T>, Failure> {
    let (runtime, told) = (Handle::current(), stop.clone());
    let ended = tokio::task::spawn_blocking(move || {
        runtime.block_on(told.run_until_cancelled_owned(work()))
    });
    tokio::select! {
        ended = ended => Ok(ended?),
        () = async { stop.cancelled().await; tokio::time::sleep(LAST_ROUND).await } => Ok(None),
    }
}

/// Writes the round's result to stdout, a line of JSON, and its reports to their files.
fn tell(args: &Watch, finding: &Finding, round: u64) -> Result<(), Failure> {
    let Finding { topology, ending, error, requests, .. } = finding;
    let result = ending.name();
    match error {
        Some(error) => tracing::error!(%topology, round, result, error, "a round has failed"),
        None => tracing::info!(%topology, round, result, requests, "a round has ended"),
    }
    output::document(Form::Json, &finding.to_json(round).to_string())?;
    let Some((plan, picture, made)) = &finding.plan else { return Ok(()) };
    for report in &args.report {
        output::file(
            report.format.form(),
            &report.file,
            &drift::rendered(report.format, plan, picture, made),
        )?;
    }
    Ok(())
}

/// Tells the watcher to stop at the first interruption; further ones hurry nothing.
async fn listen(mut interruptions: Interruptions, stop: CancellationToken) {
    interruptions.next().await;
    tracing::info!("stopping");
    stop.cancel();
    // To stop listening now would leave this very interruption to whoever ends the run by it.
    tokio::time::sleep(LAST_MOMENTS).await;
    tracing::warn!("stopped while a report or a reader held the end up");
    std::process::exit(Exit::Done.code().into());
}
