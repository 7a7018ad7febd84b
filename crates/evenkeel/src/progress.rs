//! Shows what happens while it happens, on stderr: a table on a terminal, a line for each event
//! elsewhere.

mod board;
#[cfg(unix)]
mod echo;
mod lines;
mod live;
mod log;
mod remaining;
#[cfg(test)]
mod sample;
mod table;
mod waits;
mod words;

pub use live::Spinner;
pub use log::LogLine;
pub(crate) use table::Screen;

use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use plan::{Action, ActionOutcome, Plan};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::output;
use board::Board;
use live::{Live, Scene};

/// How often a run without a table says what is still running.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Shows the progress of one run.
pub struct Progress {
    scene: Arc<Mutex<Scene>>,
    voice: Voice,
    heartbeat: Mutex<Option<AbortHandle>>,
}

/// Where progress goes.
enum Voice {
    /// To a person at a terminal: a table, and lines above it.
    Table(Live),
    /// To a log.
    Lines,
    /// Nowhere; the lines are kept.
    Kept(Mutex<Vec<String>>),
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    /// Makes a progress that shows nothing yet.
    pub fn new() -> Self {
        let scene = Arc::<Mutex<Scene>>::default();
        let voice =
            if has_person() { Voice::Table(Live::new(Arc::clone(&scene))) } else { Voice::Lines };
        Self { scene, voice, heartbeat: Mutex::default() }
    }

    /// Makes a progress that keeps its lines and shows nothing.
    pub fn kept() -> Self {
        Self { voice: Voice::Kept(Mutex::default()), ..Self::new() }
    }

    /// Takes the lines that were kept so far.
    pub fn take_lines(&self) -> Vec<String> {
        match &self.voice {
            Voice::Kept(lines) => std::mem::take(&mut *unpoisoned(lines)),
            Voice::Table(_) | Voice::Lines => vec![],
        }
    }

    /// Shows that something is under way until the result is dropped.
    pub fn spinner(&self, what: &'static str) -> Option<Spinner> {
        match &self.voice {
            Voice::Table(live) => Some(live.spinner(what)),
            Voice::Lines | Voice::Kept(_) => None,
        }
    }

    /// Shows how far the actions of `plan` are, until [`Progress::end`].
    pub fn begin(self: &Arc<Self>, plan: &Plan) {
        if plan.is_empty() {
            return;
        }
        self.scene().board = Some(Board::new(plan, Instant::now()));
        match &self.voice {
            Voice::Table(live) => live.begin(),
            Voice::Lines | Voice::Kept(_) => {
                let beat = tokio::spawn(beat(Arc::downgrade(self))).abort_handle();
                *unpoisoned(&self.heartbeat) = Some(beat);
            }
        }
    }

    /// Takes the table away; the lines stay.
    pub fn end(&self) {
        if let Some(beat) = unpoisoned(&self.heartbeat).take() {
            beat.abort();
        }
        if let Voice::Table(live) = &self.voice {
            live.end();
        }
        self.scene().board = None;
    }

    /// Says that the run has been interrupted, and names what finishes.
    pub fn draining(&self) {
        let text = {
            let mut scene = self.scene();
            if let Some(board) = scene.board.as_mut() {
                board.is_draining = true;
            }
            lines::draining(scene.board.as_ref(), Instant::now())
        };
        self.say(&text);
    }

    /// Says that nothing is waited for any more.
    pub fn abandoned(&self) {
        let text = lines::abandoned(self.scene().board.as_ref());
        self.say(&text);
    }

    /// Says something that stays.
    pub fn say(&self, text: &str) {
        match &self.voice {
            Voice::Table(live) => live.print(text),
            Voice::Lines => output::say(text),
            Voice::Kept(lines) => {
                unpoisoned(lines).push(anstream::adapter::strip_str(text).to_string());
            }
        }
    }

    fn scene(&self) -> MutexGuard<'_, Scene> {
        unpoisoned(&self.scene)
    }

    fn has_table(&self) -> bool {
        matches!(&self.voice, Voice::Table(live) if live.is_shown())
    }
}

/// Tells whether somebody watches: a table is for a terminal whose cursor can be moved.
fn has_person() -> bool {
    let is_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stderr().is_terminal() && !is_ci && !is_dumb
}

/// Says every now and then what is still running, until the progress is gone.
async fn beat(progress: Weak<Progress>) {
    let mut interval = tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    loop {
        interval.tick().await;
        let Some(progress) = progress.upgrade() else { return };
        let now = Instant::now();
        let line = {
            let scene = progress.scene();
            scene.board.as_ref().map(|board| lines::heartbeat(board, &scene.waits, now))
        };
        if let Some(line) = line {
            progress.say(&line);
        }
    }
}

fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl executor::Progress for Progress {
    fn started(&self, action: &Action) {
        let begun = {
            let mut scene = self.scene();
            let board = scene.board.as_mut();
            board.and_then(|board| {
                let band = board.start(&action.id, Instant::now())?;
                Some(lines::band_begun(board, band))
            })
        };
        // The table shows bands by itself.
        if let Some(line) = begun.filter(|_| !self.has_table()) {
            self.say(&line);
        }
    }

    fn finished(&self, action: &Action, outcome: &ActionOutcome) {
        let ended = {
            let mut scene = self.scene();
            scene.waits.forget(&action.resource);
            let (board, now) = (scene.board.as_mut(), Instant::now());
            board.and_then(|board| {
                let band = board.end(&action.id, outcome, now)?;
                Some(lines::band_ended(board, band, now))
            })
        };
        let ended = ended.filter(|_| !self.has_table());
        for line in lines::finished(action, outcome).into_iter().chain(ended) {
            self.say(&line);
        }
    }

    fn waiting(&self, action: &Action, reason: &str) {
        let is_new = match self.scene().board.as_mut() {
            Some(board) => board.wait(&action.id, reason),
            None => true,
        };
        if is_new && !self.has_table() {
            self.say(&format!("… {} waits: {reason}", action.id));
        }
    }
}

impl azure::Progress for Progress {
    fn event(&self, event: azure::Event) {
        if let azure::Event::Polled { resource, status, elapsed, .. } = &event {
            tracing::info!("{resource}: {status} after {} s", elapsed.as_secs());
        }
        let line = self.scene().note(&event, Instant::now());
        // The table shows what waits by itself.
        if let Some(line) = line.filter(|_| !self.has_table()) {
            self.say(&line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets what was spawned come to its next wait.
    async fn settle() {
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn run_without_a_table_says_every_half_minute_what_still_runs() {
        use executor::Progress as _;
        let (progress, plan) = (Arc::new(Progress::kept()), sample::plan());
        progress.begin(&plan);
        progress.started(&plan.actions[0]);
        settle().await;
        assert_eq!(progress.take_lines(), ["weu: begun, 4 actions"]);
        tokio::time::advance(Duration::from_secs(29)).await;
        settle().await;
        assert_eq!(progress.take_lines(), [""; 0]);
        for elapsed in ["30 s", "1 m", "1 m 30 s"] {
            tokio::time::advance(Duration::from_secs(if elapsed == "30 s" { 1 } else { 30 })).await;
            settle().await;
            let lines = progress.take_lines();
            let running = format!("running: create weu/plan ({elapsed}, typically 10 s)");
            let is_told = lines[..].iter().any(|line| line.contains(&running));
            assert!(lines.len() == 1 && is_told, "{lines:?}");
        }
        progress.end();
        tokio::time::advance(Duration::from_secs(60)).await;
        settle().await;
        assert_eq!(progress.take_lines(), [""; 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn log_has_a_line_for_each_change_of_phase() {
        use executor::Progress as _;
        let (progress, plan) = (Arc::new(Progress::kept()), sample::plan());
        progress.begin(&plan);
        for action in &plan.actions[4..6] {
            progress.started(action);
            tokio::time::advance(Duration::from_millis(4_200)).await;
            progress.finished(action, &sample::ended());
        }
        progress.waiting(&plan.actions[6], "the new rights have not spread yet");
        progress.waiting(&plan.actions[6], "the new rights have not spread yet");
        insta::assert_snapshot!(progress.take_lines().join("\n"));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_wait_are_told_once_for_each_limit() {
        use azure::Progress as _;
        use executor::Progress as _;
        let (progress, plan) = (Arc::new(Progress::kept()), sample::plan());
        progress.begin(&plan);
        progress.started(&plan.actions[0]);
        for path in ["a", "b"] {
            progress.event(azure::Event::HeldBack {
                request: format!("GET /subscriptions/s/{path}"),
                wait: Duration::from_secs(4),
                limited: "reads",
                refill_per_sec: 25.0,
            });
        }
        let plan_of_weu = format!("PUT {}", plan.actions[0].resource);
        for request in ["GET /subscriptions/s", &plan_of_weu] {
            progress.event(azure::Event::Retrying {
                request: request.into(),
                class: azure::Class::Throttled,
                reason: "TooManyRequests".into(),
                attempts: 1,
                wait: Duration::from_secs(12),
            });
        }
        insta::assert_snapshot!(progress.take_lines().join("\n"));
    }
}
