//! Lines that stay: above the table on a terminal, and everything where there is none.

use anstyle::{AnsiColor, Style};
use plan::{Action, ActionOutcome, Done, Verb};
use tokio::time::Instant;

use super::board::{Board, Counts, Step};
use super::table;
use super::waits::Waits;
use super::words;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const SLOW: Style = AnsiColor::Yellow.on_default();
const QUIET: Style = Style::new().dimmed();

/// Returns what is said of an action that has ended; nothing of one that never began.
pub fn finished(action: &Action, outcome: &ActionOutcome) -> Option<String> {
    let id = &action.id;
    let took = |ms: u64| words::took(std::time::Duration::from_millis(ms));
    let (style, mark, note) = match outcome {
        ActionOutcome::Succeeded { done: Done::Now, elapsed_ms } => (GOOD, '✓', took(*elapsed_ms)),
        ActionOutcome::Succeeded { elapsed_ms, .. } if action.verb == Verb::Verify => {
            (GOOD, '✓', took(*elapsed_ms))
        }
        ActionOutcome::Succeeded { done: Done::Before, .. } => (GOOD, '✓', "already so".to_owned()),
        ActionOutcome::Failed { errors, .. } => {
            (BAD, '✗', errors.first().map_or("failed", String::as_str).to_owned())
        }
        ActionOutcome::Moved => (BAD, '✗', "has changed since the plan".to_owned()),
        ActionOutcome::InFlight => (SLOW, '…', "still running in Azure".to_owned()),
        ActionOutcome::Blocked { .. } | ActionOutcome::NotStarted => return None,
    };
    Some(format!("{style}{mark}{style:#} {id}  {QUIET}{note}{QUIET:#}"))
}

/// Returns what is said when the first action of a band begins.
pub fn band_begun(board: &Board, band: usize) -> String {
    let Counts { total, .. } = board.counts(Some(band));
    let actions = if total == 1 { "action" } else { "actions" };
    format!("{}: begun, {total} {actions}", board.bands[band].name)
}

/// Returns what is said when the last action of a band has ended.
pub fn band_ended(board: &Board, band: usize, now: Instant) -> String {
    let counts = board.counts(Some(band));
    let Counts { done, total, .. } = counts;
    let name = &board.bands[band].name;
    let mut line = format!("{name}: {}, {done}/{total}", counts.phase().word());
    let troubles = counts.troubles();
    if !troubles.is_empty() {
        line.push_str(&format!(", {troubles}"));
    }
    if let Some(since) = board.bands[band].since {
        line.push_str(&format!("  {}", words::took(now - since)));
    }
    line
}

/// Returns what is said every now and then where nobody sees a table.
pub fn heartbeat(board: &Board, waits: &Waits, now: Instant) -> String {
    let Counts { done, total, .. } = board.counts(None);
    let elapsed = words::whole(now - board.since);
    let mut line = format!("… {elapsed}: {done}/{total} done");
    if let Some(left) = table::left(board, now) {
        line.push_str(&format!(", {left}"));
    }
    let running: Vec<String> = board.running().map(|step| under_way(step, now)).collect();
    if !running.is_empty() {
        line.push_str(&format!("; running: {}", running.join(", ")));
    }
    if let Some(waiting) = waits.summary(now) {
        line.push_str(&format!("; {waiting}"));
    }
    line
}

/// Returns what is said at the first Ctrl-C.
pub fn draining(board: Option<&Board>, now: Instant) -> String {
    let running = board.map(|board| list(board, now)).unwrap_or_default();
    let finish = match running.len() {
        0 => return "interrupted: nothing runs, no more begins".to_owned(),
        1 => "1 action finishes".to_owned(),
        count => format!("{count} actions finish"),
    };
    format!(
        "interrupted: no more begins; {finish}:\n{}\nCtrl-C again stops waiting",
        running.join("\n")
    )
}

/// Returns what is said at the second Ctrl-C.
pub fn abandoned(board: Option<&Board>) -> String {
    match board.map_or(0, |board| board.running().len()) {
        0 => "no longer waiting".to_owned(),
        _ => "no longer waiting; Azure goes on with what has begun".to_owned(),
    }
}

fn list(board: &Board, now: Instant) -> Vec<String> {
    board.running().map(|step| format!("  {}", under_way(step, now))).collect()
}

/// Returns `create weu/cert (2 m 10 s, typically 4 m)`.
fn under_way(step: &Step, now: Instant) -> String {
    let typical = step.typical.map(|typical| format!(", typically {}", words::whole(typical)));
    let elapsed = words::whole(step.elapsed(now));
    format!("{} ({elapsed}{})", step.id, typical.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use plan::ActionId;

    use super::super::sample::{self, ended};
    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn id(name: &str) -> ActionId {
        ActionId(name.into())
    }

    #[test]
    fn each_end_of_an_action_has_its_line() {
        let action = &sample::plan().actions[0];
        let line = |outcome: ActionOutcome| finished(action, &outcome).map(|line| plain(&line));
        let failed = ActionOutcome::Failed {
            errors: vec!["failed to write `x`".into(), "Conflict".into()],
            code: None,
            correlation_id: None,
            elapsed_ms: 1,
        };
        assert_eq!(line(ended()).as_deref(), Some("✓ create weu/plan  4.2 s"));
        assert_eq!(line(failed).as_deref(), Some("✗ create weu/plan  failed to write `x`"));
        let flying = line(ActionOutcome::InFlight);
        assert_eq!(flying.as_deref(), Some("… create weu/plan  still running in Azure"));
        assert_eq!(line(ActionOutcome::NotStarted), None);
    }

    #[test]
    fn interruption_names_what_finishes() {
        let begin = Instant::now();
        let mut board = Board::new(&sample::plan(), begin);
        assert!(draining(Some(&board), begin).contains("nothing runs"));
        board.start(&id("create weu/plan"), begin);
        board.start(&id("verify weu/web"), begin);
        insta::assert_snapshot!(draining(Some(&board), begin + Duration::from_secs(3)));
    }

    #[test]
    fn heartbeat_lists_what_runs_with_elapsed_and_typical_times() {
        let begin = Instant::now();
        let mut board = Board::new(&sample::plan(), begin);
        board.start(&id("create weu/plan"), begin);
        board.start(&id("verify weu/web"), begin);
        let line = heartbeat(&board, &Waits::default(), begin + Duration::from_secs(30));
        insta::assert_snapshot!(line);
    }
}
