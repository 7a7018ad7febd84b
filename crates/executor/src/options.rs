//! How an apply runs, how it is watched and how it is stopped.

use std::path::PathBuf;

use plan::{Action, ActionOutcome};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How an apply runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many actions run at once.
    pub max_concurrency: usize,
    /// Where lifted locks are noted until they are back, so that [`crate::recover`] can put them
    /// back after the process was killed. Without a path nothing is noted.
    pub journal: Option<PathBuf>,
    /// Compares all that the plan rests on with Azure before anything is written, and writes nothing
    /// where something has moved. Without it each resource is compared before its own write.
    pub prove_unmoved: bool,
    /// When the look began that the plan rests on, where this process made it: what it has not seen need
    /// not be looked for again before it is created.
    pub looked: Option<Instant>,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_concurrency: 8, journal: None, prove_unmoved: false, looked: None }
    }
}

/// The two stages of stopping.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    /// Once cancelled, no action begins; those that run go on to their end, and lifted locks are
    /// put back.
    pub drain: CancellationToken,
    /// Once cancelled, nothing is waited for any more.
    pub abandon: CancellationToken,
}

/// Watches an apply. Must not block.
pub trait Progress: Send + Sync {
    /// Notes that an action begins.
    fn started(&self, action: &Action);
    /// Notes what came of an action; also of one that never began.
    fn finished(&self, action: &Action, outcome: &ActionOutcome);
    /// Notes why a running action waits.
    fn waiting(&self, action: &Action, reason: &str);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _action: &Action) {}
    fn finished(&self, _action: &Action, _outcome: &ActionOutcome) {}
    fn waiting(&self, _action: &Action, _reason: &str) {}
}
