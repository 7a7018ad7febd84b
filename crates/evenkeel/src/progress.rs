//! Shows what happens while it happens, on stderr: bars on a terminal, a line for each event
//! elsewhere.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use plan::{Action, ActionId, ActionOutcome, Done, Verb};

use crate::output;

static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

const TICK: Duration = Duration::from_millis(120);

/// Shows the progress of one run.
pub struct Progress {
    /// Bars are for a person at a terminal; a CI log gets lines.
    has_bars: bool,
    running: Mutex<HashMap<ActionId, Running>>,
    total: OnceLock<ProgressBar>,
    /// Lines that are kept instead of shown.
    kept: Option<Mutex<Vec<String>>>,
}

struct Running {
    since: Instant,
    bar: Option<ProgressBar>,
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    /// Makes a progress that shows nothing yet.
    pub fn new() -> Self {
        let has_bars = io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        Self { has_bars, running: Mutex::default(), total: OnceLock::new(), kept: None }
    }

    /// Makes a progress that keeps its lines and shows nothing.
    pub fn kept() -> Self {
        Self { has_bars: false, kept: Some(Mutex::default()), ..Self::new() }
    }

    /// Takes the lines that were kept so far.
    pub fn take_lines(&self) -> Vec<String> {
        let lines = self.kept.as_ref().map(|kept| std::mem::take(&mut *unpoisoned(kept)));
        lines.unwrap_or_default()
    }

    /// Shows that something is under way until the result is dropped.
    pub fn spinner(&self, message: &'static str) -> Spinner {
        if !self.has_bars {
            return Spinner(None);
        }
        let bar = BARS.add(ProgressBar::new_spinner().with_message(message));
        bar.enable_steady_tick(TICK);
        Spinner(Some(bar))
    }

    /// Shows how many of `count` actions are done.
    pub fn begin(&self, count: usize) {
        if self.has_bars {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = ProgressBar::new(count as u64).with_style(style);
            self.total.get_or_init(|| BARS.add(bar));
        }
    }

    /// Takes the bars away.
    pub fn end(&self) {
        if let Some(total) = self.total.get() {
            total.finish_and_clear();
        }
    }

    fn line(&self, text: &str) {
        if let Some(kept) = &self.kept {
            unpoisoned(kept).push(text.to_owned());
        } else if self.has_bars {
            // Nobody is left to tell of a failure to write to the terminal.
            let _ = BARS.println(text);
        } else {
            output::say(text);
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<ActionId, Running>> {
        unpoisoned(&self.running)
    }
}

fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something under way; gone when dropped.
pub struct Spinner(Option<ProgressBar>);

impl Drop for Spinner {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl executor::Progress for Progress {
    fn started(&self, action: &Action) {
        let bar = self.has_bars.then(|| {
            let bar = BARS.add(ProgressBar::new_spinner().with_message(action.id.0.clone()));
            bar.enable_steady_tick(TICK);
            bar
        });
        self.running().insert(action.id.clone(), Running { since: Instant::now(), bar });
    }

    fn finished(&self, action: &Action, outcome: &ActionOutcome) {
        let running = self.running().remove(&action.id);
        if let Some(bar) = running.as_ref().and_then(|running| running.bar.as_ref()) {
            bar.finish_and_clear();
        }
        if let Some(total) = self.total.get() {
            total.inc(1);
        }
        let elapsed = running.map_or(Duration::ZERO, |running| running.since.elapsed());
        let id = &action.id;
        match outcome {
            ActionOutcome::Succeeded { done: Done::Now, .. } => {
                self.line(&format!("✓ {id}  {:.1} s", elapsed.as_secs_f64()));
            }
            ActionOutcome::Succeeded { .. } if action.verb == Verb::Verify => {
                self.line(&format!("✓ {id}"));
            }
            ActionOutcome::Succeeded { done: Done::Before, .. } => {
                self.line(&format!("✓ {id}  already so"));
            }
            ActionOutcome::Failed { errors, .. } => {
                let error = errors.first().map_or("failed", String::as_str);
                self.line(&format!("✗ {id}  {error}"));
            }
            ActionOutcome::Moved => self.line(&format!("✗ {id}  has changed since the plan")),
            ActionOutcome::InFlight => self.line(&format!("… {id}  still running in Azure")),
            ActionOutcome::Blocked { .. } | ActionOutcome::NotStarted => {}
        }
    }

    fn waiting(&self, action: &Action, reason: &str) {
        match self.running().get(&action.id).and_then(|running| running.bar.as_ref()) {
            Some(bar) => bar.set_message(format!("{}  {reason}", action.id)),
            None => tracing::info!("{}: {reason}", action.id),
        }
    }
}

impl azure::Progress for Progress {
    fn event(&self, event: azure::Event) {
        match event {
            azure::Event::Retrying { request, reason, wait, .. } => {
                self.line(&format!("… {request}: {reason}; again in {:.0} s", wait.as_secs_f64()));
            }
            azure::Event::HeldBack { request, wait, .. } if wait > Duration::from_secs(2) => {
                let wait = wait.as_secs_f64();
                self.line(&format!("… {request} held back for {wait:.0} s by Azure's limits"));
            }
            azure::Event::HeldBack { .. } => {}
            azure::Event::Polled { resource, status, elapsed, .. } => {
                let elapsed = elapsed.as_secs();
                tracing::info!("{resource}: {status} after {elapsed} s");
            }
        }
    }
}

/// Makes a writer for one log line, which goes above the bars.
pub fn log_writer() -> LogLine {
    LogLine
}

/// Writes log lines above the bars.
pub struct LogLine;

impl Write for LogLine {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        BARS.suspend(|| io::stderr().write_all(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
