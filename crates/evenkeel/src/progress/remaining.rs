//! How long an apply will still take, as far as that is known.

use std::time::Duration;

use plan::{Action, Operation};
use resource::catalogue::facts_of;
use tokio::time::Instant;

use super::board::{Board, End, State};

/// Actions that must have ended before their pace says anything.
const ENOUGH: usize = 3;
/// The slowest pace that is believed: one long wait is not the pace of all.
const SLOWEST: f64 = 3.0;

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Remaining {
    /// How long what is known will take.
    pub time: Duration,
    /// True where of all that is left it is known how long it takes.
    pub is_complete: bool,
}

/// Returns how long an action takes as a rule; `None` where nobody has told.
pub fn typical(action: &Action) -> Option<Duration> {
    let typical = facts_of(&action.resource).typical;
    let secs = match &action.operation {
        Operation::Write { create: true, .. } | Operation::RestoreLock { .. } => {
            typical.create_secs
        }
        Operation::Write { create: false, .. } => typical.update_secs,
        Operation::Delete | Operation::LiftLock { .. } => typical.delete_secs,
        Operation::Wait { secs } => return Some(Duration::from_secs(*secs)),
        Operation::Post { .. }
        | Operation::WaitFor { .. }
        | Operation::Probe { .. }
        | Operation::VerifyDns { .. } => None,
    };
    secs.map(|secs| Duration::from_secs(secs.into()))
}

/// Returns what is left along the longest chain of actions that wait for each other; `None` where
/// nothing is known of any that is left.
///
/// Typical times are stretched or shrunk by the pace of what has ended so far: a region can be slow
/// today, and a simulator answers at once.
pub fn remaining(board: &Board, now: Instant) -> Option<Remaining> {
    let pace = pace(board);
    let mut ends: Vec<Duration> = Vec::with_capacity(board.steps.len());
    let (mut is_complete, mut is_known) = (true, false);
    for step in &board.steps {
        // The plan's order satisfies every `after`, so what comes before has its end already.
        let before = step.after.iter().filter_map(|at| ends.get(*at)).max();
        let before = before.copied().unwrap_or_default();
        let is_over = match step.state {
            State::Open => board.is_draining,
            State::Running { .. } => false,
            State::Ended { .. } => true,
        };
        let own = match step.typical {
            _ if is_over => Duration::ZERO,
            Some(typical) => {
                is_known = true;
                typical.mul_f64(pace).saturating_sub(step.elapsed(now))
            }
            None => {
                is_complete = false;
                Duration::ZERO
            }
        };
        ends.push(before + own);
    }
    let time = ends.into_iter().max().unwrap_or_default();
    is_known.then_some(Remaining { time, is_complete })
}

/// Returns how this run's times compare with typical ones; 1 while too little is known.
fn pace(board: &Board) -> f64 {
    let timed = board.steps.iter().filter_map(|step| match (step.state, step.typical) {
        (State::Ended { end: End::Done, took }, Some(typical)) => Some((took, typical)),
        _ => None,
    });
    let (mut count, mut took, mut typical) = (0, Duration::ZERO, Duration::ZERO);
    for (own, usual) in timed {
        count += 1;
        took += own;
        typical += usual;
    }
    match count {
        ..ENOUGH => 1.0,
        _ if typical.is_zero() => 1.0,
        _ => (took.as_secs_f64() / typical.as_secs_f64()).min(SLOWEST),
    }
}

#[cfg(test)]
mod tests {
    use plan::ActionId;

    use super::super::sample::{self, ended};
    use super::*;

    fn id(name: &str) -> ActionId {
        ActionId(name.into())
    }

    #[test]
    fn what_is_left_is_the_longest_chain_and_not_the_sum() {
        let now = Instant::now();
        let board = Board::new(&sample::plan(), now);
        // A plan takes 10 s, an app 45 s, a certificate 180 s, one after the other in `weu`, and the
        // profile after them 2 s; the account in the data band takes 420 s by itself.
        assert_eq!(remaining(&board, now).map(|left| left.time.as_secs()), Some(420));
        let mut board = Board::new(&sample::plan(), now);
        board.end(&id("create data/orders"), &ended(), now);
        assert_eq!(remaining(&board, now).map(|left| left.time.as_secs()), Some(237));
    }

    #[test]
    fn running_action_counts_with_what_is_left_of_it_and_never_less_than_nothing() {
        let now = Instant::now();
        let mut board = Board::new(&sample::plan(), now);
        board.start(&id("create data/orders"), now);
        let left = |secs| remaining(&board, now + Duration::from_secs(secs)).expect("known").time;
        assert_eq!(left(100).as_secs(), 320);
        assert_eq!(left(1000).as_secs(), 237);
    }

    #[test]
    fn what_will_not_begin_takes_no_time() {
        let now = Instant::now();
        let mut board = Board::new(&sample::plan(), now);
        board.start(&id("create weu/plan"), now);
        board.is_draining = true;
        let left = remaining(&board, now + Duration::from_secs(4)).expect("known");
        assert_eq!((left.time.as_secs(), left.is_complete), (6, true));
    }

    #[test]
    fn what_nobody_knows_makes_it_a_lower_bound() {
        let now = Instant::now();
        let mut board = Board::new(&sample::plan(), now);
        assert_eq!(remaining(&board, now).map(|left| left.is_complete), Some(false));
        board.end(&id("verify weu/web"), &ended(), now);
        assert_eq!(remaining(&board, now).map(|left| left.is_complete), Some(true));
    }

    #[test]
    fn nothing_is_estimated_of_what_nobody_knows() {
        let now = Instant::now();
        let mut plan = sample::plan();
        plan.actions.retain(|action| action.id == id("verify weu/web"));
        assert_eq!(remaining(&Board::new(&plan, now), now), None);
    }

    #[test]
    fn pace_of_the_run_counts_once_enough_has_ended() {
        let now = Instant::now();
        let mut board = Board::new(&sample::plan(), now);
        for name in ["create weu/plan", "create neu/plan", "create neu/web"] {
            assert_eq!(remaining(&board, now).map(|left| left.time.as_secs()), Some(420));
            board.start(&id(name), now);
            board.end(&id(name), &ended(), now);
        }
        assert_eq!(remaining(&board, now).map(|left| left.time.as_secs()), Some(0));
    }
}
