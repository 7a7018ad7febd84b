//! One trial: runs of `apply` against one simulated Azure, until one succeeds.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{anyhow, bail, ensure};
use evenkeel::Allow;
use evenkeel::exit::Failure;
use evenkeel::pass;
use evenkeel::progress::Progress;
use evenkeel::session::{Azure, History, Session};
use executor::{Cancel, Options};
use plan::{Outcome, Plan};
use planner::Desired;
use report::{Next, TextOptions};
use simulator::{Faults, Scenario, Simulator};
use tempfile::TempDir;

use super::Start;
use super::dark::{nobody_was_led_there, ways_there};
use super::mixture::{Cut, Mixture};
use super::verdict::{self, Settled};

/// Runs before a trial counts as stuck; the faults of a mixture end long before.
const RUNS: usize = 60;
/// How long a run may last before its user loses patience and interrupts it twice.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often a cut looks whether it is due.
const LOOK: Duration = Duration::from_millis(1);

/// One trial.
pub struct Trial<'a> {
    start: &'a Start,
    mixture: Mixture,
    verbose: bool,
}

/// The Azure of a trial and what is on the disk of the machine that applies.
struct Place {
    simulator: Simulator,
    disk: TempDir,
}

/// What a run came to.
enum Run {
    /// It was killed.
    Killed,
    /// It ended by itself: all is done, or this is why not.
    Ended(Result<(), String>),
}

impl<'a> Trial<'a> {
    /// Makes the trial of a mixture.
    pub fn new(start: &'a Start, mixture: Mixture) -> Self {
        Self { start, mixture, verbose: false }
    }

    /// Says what each run came to.
    pub fn verbosely(self, verbose: bool) -> Self {
        Self { verbose, ..self }
    }

    /// Applies until it is done and returns what Azure then holds.
    pub async fn settle(&self) -> anyhow::Result<Settled> {
        let place = self.place().await?;
        self.reach(&place).await?;
        let settled = verdict::look(&place.simulator).await?;
        place.simulator.stop().await;
        Ok(settled)
    }

    /// Makes the trial; the error says what did not hold.
    pub async fn run(&self) -> anyhow::Result<()> {
        let place = self.place().await?;
        let judged = match self.reach(&place).await {
            Ok(()) => self.judge(&place).await,
            Err(error) => Err(error),
        };
        place.simulator.stop().await;
        judged
    }

    /// Runs `apply` while `dark` holds, once as the mixture says and `more` times to its end; no run
    /// may succeed, and none may lead anybody to what is dark.
    pub async fn fail(&self, dark: Scenario, more: usize) -> anyhow::Result<()> {
        let place = self.place().await?;
        place.simulator.apply_scenario(&dark)?;
        let before = ways_there(&place.simulator, &dark).await?;
        let mut judged = Ok(());
        for at in 0..=more {
            let run = self.live(&place, self.mixture.cuts.get(at).copied()).await?;
            self.say(&format!("run {at} ended"));
            let is_done = matches!(run, Run::Ended(Ok(())));
            judged = if is_done {
                Err(anyhow!("run {at} says that all is done"))
            } else {
                let after = ways_there(&place.simulator, &dark).await?;
                nobody_was_led_there(&before, &after)
            };
            if judged.is_err() {
                judged = judged.map_err(|error| error.context(format!("after run {at}")));
                break;
            }
            place.simulator.give_up_stuck_operations();
        }
        place.simulator.stop().await;
        judged
    }

    async fn place(&self) -> anyhow::Result<Place> {
        let simulator = Simulator::start(simulator::Settings {
            subscription: self.start.topology.subscription.to_string(),
            page_size: self.mixture.page_size,
            ..simulator::Settings::default()
        })
        .await?;
        for scenario in &self.start.seeds[self.mixture.variant] {
            simulator.apply_scenario(scenario)?;
        }
        set_faults(&simulator, self.mixture.faults.clone())?;
        Ok(Place { simulator, disk: tempfile::tempdir()? })
    }

    /// Runs `apply` until it is done.
    async fn reach(&self, place: &Place) -> anyhow::Result<()> {
        let mut last = String::new();
        for at in 0..RUNS {
            let run = self.live(place, self.mixture.cuts.get(at).copied()).await?;
            let asked = place.simulator.counts().total;
            verdict::lifted_locks_are_noted(&place.simulator, place.disk.path())?;
            match run {
                Run::Ended(Ok(())) => return Ok(()),
                Run::Ended(Err(reason)) => {
                    self.say(&format!("run {at} ended after {asked} requests: {reason}"));
                    ensure!(!reason.is_empty(), "run {at} failed without a reason");
                    last = reason;
                }
                Run::Killed => self.say(&format!("run {at} was killed after {asked} requests")),
            }
            // Time passes until somebody runs it again.
            place.simulator.give_up_stuck_operations();
        }
        bail!("not done after {RUNS} runs; the last one says: {last}")
    }

    /// Runs `apply` once, as a process of its own would.
    async fn live(&self, place: &Place, cut: Option<Cut>) -> anyhow::Result<Run> {
        let progress = Arc::new(Progress::kept());
        let trace = place.disk.path().join("trace.jsonl");
        let cancel = Cancel::default();
        let asked = place.simulator.counts().total;
        let apply = self.apply(place, progress.clone(), trace.clone(), &cancel);
        let ended = tokio::select! {
            ended = apply => Some(ended?),
            () = self.cut(place, asked, cut, &cancel) => None,
        };
        let mut said = progress.take_lines();
        said.push(std::fs::read_to_string(trace).unwrap_or_default());
        let run = match ended {
            None => Run::Killed,
            Some((text, result)) => {
                said.push(text);
                said.extend(result.as_ref().err().cloned());
                Run::Ended(result)
            }
        };
        verdict::says_no_secret(&place.simulator, &said)?;
        Ok(run)
    }

    /// Returns when the process is to be killed; interrupts it on the way where the mixture or the
    /// user's patience says so.
    async fn cut(&self, place: &Place, asked: usize, cut: Option<Cut>, cancel: &Cancel) {
        let due = |requests: usize| place.simulator.counts().total >= asked + requests;
        let begun = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(LOOK).await;
            match cut {
                Some(Cut::Kill { requests }) if due(requests) => return,
                Some(Cut::Interrupt { requests }) if due(requests) => break,
                _ if begun.elapsed() > PATIENCE => break,
                _ => {}
            }
        }
        cancel.drain.cancel();
        tokio::time::sleep(Duration::from_millis(50)).await;
        cancel.abandon.cancel();
        // What does not heed the interruption (a look at Azure) is killed in the end.
        tokio::time::sleep(PATIENCE).await;
    }

    /// Does what `evenkeel apply --yes` does, and returns what it would print.
    async fn apply(
        &self,
        place: &Place,
        progress: Arc<Progress>,
        trace: PathBuf,
        cancel: &Cancel,
    ) -> anyhow::Result<(String, Result<(), String>)> {
        let desired = planner::expand(families::language(), &self.start.topology);
        let azure = Azure::join(&place.simulator, progress, Some(trace)).map_err(text_of)?;
        let session = Session { azure, desired, history: History::None };
        let applied = self.pass(place, &session, cancel).await;
        Ok(match applied {
            Ok((plan, outcome)) => told(&plan, &outcome),
            Err(failure) => (String::new(), Err(text_of(failure).to_string())),
        })
    }

    async fn pass(
        &self,
        place: &Place,
        session: &Session,
        cancel: &Cancel,
    ) -> Result<(Plan, Outcome), Failure> {
        let Session { azure, desired: Desired { topology, .. }, .. } = session;
        pass::put_back_locks(azure, place.disk.path(), topology).await?;
        let looked = Some(tokio::time::Instant::now());
        let plan = session.plan(&Allow::default()).await?;
        if !plan.refusals.is_empty() {
            return Ok((plan, Outcome::default()));
        }
        let max_concurrency = self.mixture.concurrency;
        let options = Options { max_concurrency, looked, ..Options::default() };
        let outcome = pass::carry_out(azure, &plan, place.disk.path(), options, cancel).await?;
        Ok((plan, outcome))
    }

    /// Judges what is left when an apply has said that all is done.
    async fn judge(&self, place: &Place) -> anyhow::Result<()> {
        set_faults(&place.simulator, Faults::default())?;
        place.simulator.catch_up_reads();
        let plan = self.calm_plan(place).await?;
        let text = report::text(&plan, &TextOptions { width: 100, styled: false, verbose: false });
        ensure!(plan.is_empty() && plan.refusals.is_empty(), "the next plan is not empty:\n{text}");
        let settled = verdict::look(&place.simulator).await?;
        settled.compare(&self.start.settled[self.mixture.variant])?;
        verdict::locks_are_back(&place.simulator, place.disk.path())?;
        verdict::profile_had_a_target(&place.simulator)?;
        verdict::no_action_was_repeated(&place.simulator)
    }

    async fn calm_plan(&self, place: &Place) -> anyhow::Result<Plan> {
        let desired = planner::expand(families::language(), &self.start.topology);
        let progress = Arc::new(Progress::kept());
        let azure = Azure::join(&place.simulator, progress, None).map_err(text_of)?;
        let session = Session { azure, desired, history: History::None };
        session.plan(&Allow::default()).await.map_err(text_of)
    }

    fn say(&self, text: &str) {
        if self.verbose {
            println!("{text}");
        }
    }
}

fn set_faults(simulator: &Simulator, faults: Faults) -> anyhow::Result<()> {
    Ok(simulator.apply_scenario(&Scenario { faults: Some(faults), ..Scenario::default() })?)
}

fn text_of(failure: Failure) -> anyhow::Error {
    match failure {
        Failure::Told(exit) => anyhow!("ended with {exit:?}"),
        Failure::Invalid { error, .. }
        | Failure::Refused { error, .. }
        | Failure::Helped { error, .. }
        | Failure::Failed(error) => anyhow!("{error:#}"),
    }
}

/// Returns all that would be printed, and the reasons where it was no success.
fn told(plan: &Plan, outcome: &Outcome) -> (String, Result<(), String>) {
    let options = TextOptions { width: 100, styled: false, verbose: true };
    let next = Next { apply: "evenkeel apply".into(), review: "evenkeel plan".into() };
    let text = report::outcome(plan, outcome, &next, &options);
    let said = [
        report::text(plan, &options),
        report::plan_json(plan),
        report::outcome_json(plan, outcome),
        text.clone(),
    ];
    let result = match &plan.refusals[..] {
        [] if outcome.is_success() => Ok(()),
        [] => Err(text),
        refusals => Err(format!("refused: {refusals:?}")),
    };
    (said.concat(), result)
}
