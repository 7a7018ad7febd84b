//! What is known of an apply while it runs: the state that is shown, without the showing.

use std::collections::HashMap;
use std::time::Duration;

use plan::{Action, ActionId, ActionOutcome, Band, Done, Plan};
use resource::ResourceId;
use tokio::time::Instant;

use super::remaining::typical;

/// What is known of an apply while it runs.
pub struct Board {
    /// When it began.
    pub since: Instant,
    /// The global band, the stamps in roll-out order, the data band; only those with actions.
    pub bands: Vec<BandState>,
    /// The actions, in the plan's order.
    pub steps: Vec<Step>,
    /// True once no action begins any more.
    pub is_draining: bool,
    position: HashMap<ActionId, usize>,
    /// What runs, the oldest first.
    running: Vec<usize>,
}

/// A band, and when its first action began.
pub struct BandState {
    pub name: String,
    pub since: Option<Instant>,
}

/// An action and how far it is.
pub struct Step {
    pub id: ActionId,
    pub resource: ResourceId,
    pub band: usize,
    /// What comes before it, as places in [`Board::steps`].
    pub after: Vec<usize>,
    pub typical: Option<Duration>,
    pub state: State,
    /// Why it waits, where it said so.
    pub reason: Option<String>,
}

/// How far an action is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum State {
    Open,
    Running { since: Instant },
    Ended { end: End, took: Duration },
}

/// How an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It was done now.
    Done,
    /// It had been done before.
    Before,
    Failed,
    Blocked,
    /// The run ended before it did.
    Stopped,
}

/// How far a band is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Running,
    Failed,
    Waiting,
    Blocked,
    Stopped,
    Done,
}

/// How many actions are how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub total: usize,
    pub running: usize,
    pub done: usize,
    pub failed: usize,
    pub blocked: usize,
    pub stopped: usize,
}

impl Board {
    /// Makes the board of a plan that begins now.
    pub fn new(plan: &Plan, now: Instant) -> Self {
        let mut bands: Vec<&Band> = vec![];
        for action in &plan.actions {
            if !bands.contains(&&action.band) {
                bands.push(&action.band);
            }
        }
        bands.sort_by_key(|band| match band {
            Band::Global => (0, 0),
            Band::Stamp(name) => (1, plan.stamps.iter().position(|s| s == name).unwrap_or(0)),
            Band::Data => (2, 0),
        });
        let position: HashMap<ActionId, usize> =
            plan.actions.iter().enumerate().map(|(at, action)| (action.id.clone(), at)).collect();
        let step = |action: &Action| Step {
            id: action.id.clone(),
            resource: action.resource.clone(),
            band: bands.iter().position(|band| **band == action.band).unwrap_or_default(),
            after: action.after.iter().filter_map(|id| position.get(id).copied()).collect(),
            typical: typical(action),
            state: State::Open,
            reason: None,
        };
        let steps = plan.actions.iter().map(step).collect();
        let name = |band: &&Band| match band {
            Band::Global => "global".to_owned(),
            Band::Stamp(name) => name.clone(),
            Band::Data => "data".to_owned(),
        };
        let bands = bands.iter().map(|band| BandState { name: name(band), since: None }).collect();
        Self { since: now, bands, steps, is_draining: false, position, running: vec![] }
    }

    /// Notes that an action begins; returns its band where that begins with it.
    pub fn start(&mut self, id: &ActionId, now: Instant) -> Option<usize> {
        let at = *self.position.get(id)?;
        self.steps[at].state = State::Running { since: now };
        self.running.push(at);
        let band = self.steps[at].band;
        let is_first = self.bands[band].since.is_none();
        self.bands[band].since.get_or_insert(now);
        is_first.then_some(band)
    }

    /// Notes how an action ended; returns its band where that ends with it.
    pub fn end(&mut self, id: &ActionId, outcome: &ActionOutcome, now: Instant) -> Option<usize> {
        let at = *self.position.get(id)?;
        self.running.retain(|other| *other != at);
        let step = &mut self.steps[at];
        let took = match step.state {
            State::Running { since } => now - since,
            _ => Duration::ZERO,
        };
        let end = match outcome {
            ActionOutcome::Succeeded { done: Done::Now, .. } => End::Done,
            ActionOutcome::Succeeded { done: Done::Before, .. } => End::Before,
            ActionOutcome::Failed { .. } | ActionOutcome::Moved => End::Failed,
            ActionOutcome::Blocked { .. } => End::Blocked,
            ActionOutcome::NotStarted | ActionOutcome::InFlight => End::Stopped,
        };
        step.state = State::Ended { end, took };
        let band = step.band;
        let is_over = |step: &Step| matches!(step.state, State::Ended { .. });
        self.steps.iter().filter(|step| step.band == band).all(is_over).then_some(band)
    }

    /// Notes why an action waits; tells whether that is new.
    pub fn wait(&mut self, id: &ActionId, reason: &str) -> bool {
        let Some(at) = self.position.get(id) else { return false };
        let step = &mut self.steps[*at];
        let is_new = step.reason.as_deref() != Some(reason);
        step.reason = Some(reason.to_owned());
        is_new
    }

    /// Returns what runs, the oldest first.
    pub fn running(&self) -> impl ExactSizeIterator<Item = &Step> {
        self.running.iter().map(|at| &self.steps[*at])
    }

    /// Counts the actions of a band, or all.
    pub fn counts(&self, band: Option<usize>) -> Counts {
        let mut counts = Counts::default();
        for step in self.steps.iter().filter(|step| band.is_none_or(|band| step.band == band)) {
            counts.total += 1;
            match step.state {
                State::Open => {}
                State::Running { .. } => counts.running += 1,
                State::Ended { end: End::Done | End::Before, .. } => counts.done += 1,
                State::Ended { end: End::Failed, .. } => counts.failed += 1,
                State::Ended { end: End::Blocked, .. } => counts.blocked += 1,
                State::Ended { end: End::Stopped, .. } => counts.stopped += 1,
            }
        }
        counts
    }
}

impl Counts {
    /// Returns how far a band with these counts is.
    pub fn phase(&self) -> Phase {
        let over = self.done + self.failed + self.blocked + self.stopped;
        match self {
            Self { running: 1.., .. } => Phase::Running,
            _ if over < self.total => Phase::Waiting,
            Self { failed: 1.., .. } => Phase::Failed,
            Self { blocked: 1.., .. } => Phase::Blocked,
            Self { stopped: 1.., .. } => Phase::Stopped,
            _ => Phase::Done,
        }
    }

    /// Returns `1 failed, 3 blocked`; nothing where all goes well.
    pub fn troubles(&self) -> String {
        let troubles =
            [(self.failed, "failed"), (self.blocked, "blocked"), (self.stopped, "stopped")];
        let told = troubles.iter().filter(|(count, _)| *count > 0);
        told.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    }
}

impl Phase {
    /// Returns what a reader calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Stopped => "stopped",
        }
    }
}

impl Step {
    /// Returns how long the action has been running.
    pub fn elapsed(&self, now: Instant) -> Duration {
        match self.state {
            State::Running { since } => now - since,
            State::Ended { took, .. } => took,
            State::Open => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, ended};
    use super::*;

    #[test]
    fn bands_stand_in_the_order_of_the_picture() {
        let board = Board::new(&sample::plan(), Instant::now());
        let names: Vec<_> = board.bands.iter().map(|band| &band.name[..]).collect();
        assert_eq!(names, ["global", "weu", "neu", "data"]);
    }

    #[test]
    fn band_begins_with_its_first_action_and_ends_with_its_last() {
        let now = Instant::now();
        let mut board = Board::new(&sample::plan(), now);
        let id = |name: &str| ActionId(name.into());
        assert_eq!(board.start(&id("create neu/plan"), now), Some(2));
        assert_eq!(board.start(&id("create neu/web"), now), None);
        assert_eq!(board.counts(Some(2)).phase(), Phase::Running);
        assert_eq!(board.end(&id("create neu/plan"), &ended(), now), None);
        assert_eq!(board.end(&id("create neu/web"), &ActionOutcome::Moved, now), Some(2));
        assert_eq!(board.counts(Some(2)).phase(), Phase::Failed);
        assert_eq!(board.counts(Some(2)).troubles(), "1 failed");
        assert_eq!(board.counts(Some(1)).phase(), Phase::Waiting);
    }

    #[test]
    fn action_of_another_plan_changes_nothing() {
        let mut board = Board::new(&sample::plan(), Instant::now());
        assert_eq!(board.start(&ActionId("create x".into()), Instant::now()), None);
        assert_eq!(board.running().len(), 0);
    }
}
