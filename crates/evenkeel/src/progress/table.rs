//! The table that is shown while an apply runs on a terminal.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use tokio::time::Instant;

use super::board::{Board, Counts, Phase, Step};
use super::remaining::remaining;
use super::waits::Waits;
use super::words;

/// How long one picture of the spinner stands.
pub const FRAME: Duration = Duration::from_millis(120);

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const BAR_WIDTH: usize = 20;
/// The columns that a name gets at most, so that the times beside it are seen.
const LONGEST_NAME: usize = 40;

const PLAIN: Style = Style::new();
const STRONG: Style = Style::new().bold();
const QUIET: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ACTIVE: Style = AnsiColor::Cyan.on_default();
const SLOW: Style = AnsiColor::Yellow.on_default();

/// The terminal.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    pub rows: usize,
    pub columns: usize,
    pub is_styled: bool,
}

/// A line in pieces of one colour each.
type Line = Vec<(Style, String)>;

/// Returns the lines of the table: each band with its phase and counts, below it what runs, and at
/// the end the whole.
///
/// Never more lines than the terminal has, less the one that the cursor needs, and none wider.
pub fn table(board: &Board, waits: &Waits, now: Instant, screen: Screen) -> Vec<String> {
    let mut end = vec![total(board, now)];
    end.extend(waits.summary(now).map(|text| vec![(SLOW, text)]));
    let room = screen.rows.saturating_sub(1 + end.len());
    let mut lines = match room {
        0 => vec![],
        _ if board.bands.len() > room => some_bands(board, now, room),
        _ => all_bands(board, waits, now, room),
    };
    lines.extend(end);
    lines.iter().map(|line| render(line, screen)).collect()
}

/// Returns one line that says what is done while there is no plan yet.
pub fn headline(what: &str, since: Instant, waits: &Waits, now: Instant, screen: Screen) -> String {
    let elapsed = now.saturating_duration_since(since);
    let mut line = vec![(ACTIVE, spinner(elapsed).to_owned()), (PLAIN, format!(" {what}"))];
    line.push((QUIET, format!("  {}", words::whole(elapsed))));
    line.extend(waits.summary(now).map(|text| (SLOW, format!("  {text}"))));
    render(&line, screen)
}

/// Returns every band and, as far as there is room, what runs in it.
fn all_bands(board: &Board, waits: &Waits, now: Instant, room: usize) -> Vec<Line> {
    let left = room - board.bands.len();
    let running: Vec<&Step> = board.running().collect();
    let told = match running.len() {
        count if count <= left => count,
        _ => left.saturating_sub(1),
    };
    let (shown, hidden) = running.split_at(told);
    let names = shown.iter().map(|step| step.id.0.chars().count()).max().unwrap_or_default();
    let names = names.min(LONGEST_NAME);
    let mut lines = vec![];
    for band in 0..board.bands.len() {
        lines.push(band_line(board, band, now));
        let here = shown.iter().filter(|step| step.band == band);
        lines.extend(here.map(|step| step_line(step, waits, now, names)));
    }
    if !hidden.is_empty() && left > 0 {
        lines.push(vec![(QUIET, format!("    … and {} more", hidden.len()))]);
    }
    lines
}

/// Returns the bands that need to be seen most, and how many there are beside them.
fn some_bands(board: &Board, now: Instant, room: usize) -> Vec<Line> {
    let mut order: Vec<usize> = (0..board.bands.len()).collect();
    order.sort_by_key(|band| board.counts(Some(*band)).phase());
    let (shown, hidden) = order.split_at_mut(room - 1);
    shown.sort_unstable();
    let mut lines: Vec<Line> = shown.iter().map(|band| band_line(board, *band, now)).collect();
    lines.push(vec![(QUIET, format!("… and {} more", hidden.len()))]);
    lines
}

fn band_line(board: &Board, band: usize, now: Instant) -> Line {
    let counts = board.counts(Some(band));
    let phase = counts.phase();
    let (mark, style) = match phase {
        Phase::Waiting => ("·", QUIET),
        Phase::Running => (spinner(now - board.since), ACTIVE),
        Phase::Done => ("✓", GOOD),
        Phase::Failed => ("✗", BAD),
        Phase::Blocked | Phase::Stopped => ("!", SLOW),
    };
    let names = board.bands.iter().map(|band| band.name.chars().count()).max().unwrap_or_default();
    let digits = board.steps.len().to_string().len();
    let Counts { done, total, .. } = counts;
    let name = &board.bands[band].name;
    let mut line = vec![
        (style, format!("{mark} ")),
        (STRONG, format!("{name:<names$}")),
        (style, format!("  {:<7}", phase.word())),
        (PLAIN, format!("  {done:>digits$}/{total:<digits$}")),
    ];
    let troubles = counts.troubles();
    if !troubles.is_empty() {
        line.push((if counts.failed > 0 { BAD } else { SLOW }, format!("  {troubles}")));
    }
    line
}

fn step_line(step: &Step, waits: &Waits, now: Instant, names: usize) -> Line {
    let name = console::truncate_str(&step.id.0, names, "…");
    let elapsed = step.elapsed(now);
    let mut line = vec![
        (PLAIN, format!("    {name:<names$}")),
        (PLAIN, format!("  {}", words::whole(elapsed))),
    ];
    if let Some(typical) = step.typical {
        // What takes much longer than it should is worth a look.
        let style = if elapsed > typical * 2 { SLOW } else { QUIET };
        line.push((style, format!(", typically {}", words::whole(typical))));
    }
    let wait = waits.of(&step.resource, now).map(|wait| wait.text(now));
    line.extend(wait.or_else(|| step.reason.clone()).map(|why| (SLOW, format!("  {why}"))));
    line
}

fn total(board: &Board, now: Instant) -> Line {
    let counts = board.counts(None);
    let over = counts.done + counts.failed + counts.blocked + counts.stopped;
    let filled = (BAR_WIDTH * over).checked_div(counts.total).unwrap_or(BAR_WIDTH);
    let style = if counts.failed > 0 { BAD } else { GOOD };
    let mut line = vec![
        (style, "━".repeat(filled)),
        (QUIET, "─".repeat(BAR_WIDTH - filled)),
        (STRONG, format!("  {}/{}", counts.done, counts.total)),
        (PLAIN, format!("  {}", words::whole(now - board.since))),
    ];
    line.extend(left(board, now).map(|text| (PLAIN, format!(", {text}"))));
    if board.is_draining {
        line.push((SLOW, "  stopping".to_owned()));
    }
    line
}

/// Returns `about 6 m left`, or what is at least left where some times are not known.
pub fn left(board: &Board, now: Instant) -> Option<String> {
    let left = remaining(board, now).filter(|left| !left.time.is_zero())?;
    let word = if left.is_complete { "about" } else { "at least" };
    Some(format!("{word} {} left", words::rough(left.time)))
}

fn spinner(elapsed: Duration) -> &'static str {
    let frame = elapsed.as_millis() / FRAME.as_millis();
    SPINNER[usize::try_from(frame % SPINNER.len() as u128).unwrap_or_default()]
}

fn render(line: &Line, screen: Screen) -> String {
    let mut text = String::new();
    for (style, words) in line {
        if screen.is_styled && *style != PLAIN {
            text.push_str(&format!("{style}{words}{style:#}"));
        } else {
            text.push_str(words);
        }
    }
    console::truncate_str(text.trim_end(), screen.columns, "…").into_owned()
}

#[cfg(test)]
mod tests {
    use azure::Event;
    use plan::{ActionId, ActionOutcome};

    use super::super::sample::{self, ended};
    use super::*;

    const PAGE: Screen = Screen { rows: 24, columns: 100, is_styled: false };

    fn id(name: &str) -> ActionId {
        ActionId(name.into())
    }

    /// An apply after three minutes: one stamp done in part, another failed, one band waiting.
    fn under_way() -> (Board, Waits, Instant) {
        let begin = Instant::now();
        let at = |secs| begin + Duration::from_secs(secs);
        let mut board = Board::new(&sample::plan(), begin);
        for name in ["create weu/plan", "create neu/plan"] {
            board.start(&id(name), begin);
            board.end(&id(name), &ended(), at(10));
        }
        board.start(&id("create weu/web"), at(10));
        board.start(&id("create neu/web"), at(10));
        board.start(&id("create data/orders"), at(10));
        board.end(&id("create neu/web"), &ActionOutcome::Moved, at(40));
        board.end(&id("create weu/web"), &ended(), at(60));
        board.start(&id("create weu/cert"), at(60));
        board.start(&id("verify weu/web"), at(178));
        board.wait(&id("verify weu/web"), "the new rights have not spread yet");
        (board, Waits::default(), at(190))
    }

    fn shown(screen: Screen) -> String {
        let (board, waits, now) = under_way();
        table(&board, &waits, now, screen).join("\n")
    }

    #[test]
    fn table_tells_each_band_what_runs_and_the_whole() {
        insta::assert_snapshot!(shown(PAGE));
    }

    #[test]
    fn table_at_its_beginning_and_its_end() {
        let (mut board, waits, now) = under_way();
        let begin = Board::new(&sample::plan(), now);
        insta::assert_snapshot!("begin", table(&begin, &waits, now, PAGE).join("\n"));
        for name in ["verify weu/web", "create weu/cert", "create data/orders"] {
            board.end(&id(name), &ended(), now);
        }
        board.end(&id("create main"), &ActionOutcome::Blocked { by: id("create neu/web") }, now);
        insta::assert_snapshot!("end", table(&board, &waits, now, PAGE).join("\n"));
    }

    #[test]
    fn interrupted_run_is_told_as_stopping() {
        let (mut board, waits, now) = under_way();
        board.is_draining = true;
        insta::assert_snapshot!(table(&board, &waits, now, PAGE).join("\n"));
    }

    #[test]
    fn requests_that_wait_are_told_in_their_action_and_below_the_whole() {
        let (board, mut waits, now) = under_way();
        let account = &board.steps.iter().find(|step| step.id == id("create data/orders"));
        let request = format!("PUT {}", account.expect("it is there").resource);
        waits.note(
            &Event::Retrying {
                request,
                class: azure::Class::Throttled,
                reason: "TooManyRequests".into(),
                attempts: 1,
                wait: Duration::from_secs(12),
            },
            now,
        );
        waits.note(
            &Event::HeldBack {
                request: "GET /subscriptions/s".into(),
                wait: Duration::from_secs(4),
                limited: "reads",
                refill_per_sec: 25.0,
            },
            now,
        );
        insta::assert_snapshot!(table(&board, &waits, now, PAGE).join("\n"));
        let line = headline("reading Azure", now - Duration::from_secs(3), &waits, now, PAGE);
        insta::assert_snapshot!("headline", line);
    }

    #[test]
    fn narrow_terminal_cuts_the_lines() {
        let text = shown(Screen { columns: 60, ..PAGE });
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn low_terminal_tells_how_much_it_leaves_out() {
        let at = |rows| shown(Screen { rows, ..PAGE });
        insta::assert_snapshot!("rows_8", at(8));
        insta::assert_snapshot!("rows_5", at(5));
        for rows in 1..12 {
            let lines = at(rows).lines().count();
            assert!(lines <= rows.saturating_sub(1).max(1), "{lines} lines in {rows} rows");
        }
    }

    #[test]
    fn colour_changes_no_word() {
        let styled = shown(Screen { is_styled: true, ..PAGE });
        assert!(styled.contains("\u{1b}["));
        assert_eq!(anstream::adapter::strip_str(&styled).to_string(), shown(PAGE));
    }
}
