//! What came of a plan, for people: what was done, what was not, and the next command.

use plan::{Action, ActionOutcome, Done, Operation, Outcome, Plan};

use crate::entry::tone;
use crate::model::Kind;
use crate::page::{Page, TextOptions, Tone};

/// The commands that may come next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// Applies again: `evenkeel apply topology.yaml`.
    pub apply: String,
    /// Shows what has changed: `evenkeel plan topology.yaml`.
    pub review: String,
}

/// An action beside what came of it.
type Ended<'a> = (&'a Action, &'a ActionOutcome);

/// Renders the outcome of `plan`: counts, failures in full, what was not changed, what is in flight,
/// and the next command to run.
pub fn outcome(plan: &Plan, outcome: &Outcome, next: &Next, options: &TextOptions) -> String {
    let mut page = Page::new(*options);
    let ended: Vec<Ended<'_>> = plan
        .actions
        .iter()
        .filter_map(|action| Some((action, outcome.actions.get(&action.id)?)))
        .collect();
    write_headline(&mut page, plan, outcome, &ended);
    if page.is_verbose() {
        write_done(&mut page, &ended);
    }
    write_failed(&mut page, &ended);
    write_locks_still_off(&mut page, &ended);
    write_moved(&mut page, &ended);
    write_not_changed(&mut page, &ended);
    write_in_flight(&mut page, outcome, &ended);
    write_next(&mut page, outcome, next);
    page.into_text()
}

fn write_headline(page: &mut Page, plan: &Plan, outcome: &Outcome, ended: &[Ended<'_>]) {
    let count = |wanted: fn(&ActionOutcome) -> bool| {
        ended.iter().filter(|(_, outcome)| wanted(outcome)).count()
    };
    let now = count(|o| matches!(o, ActionOutcome::Succeeded { done: Done::Now, .. }));
    let before = count(|o| matches!(o, ActionOutcome::Succeeded { done: Done::Before, .. }));
    let counts = [
        (Tone::Added, now, "done"),
        (Tone::Plain, before, "done before"),
        (Tone::Removed, count(|o| matches!(o, ActionOutcome::Failed { .. })), "failed"),
        (Tone::Loud, count(|o| matches!(o, ActionOutcome::Moved)), "moved in Azure"),
        (Tone::Changed, count(is_not_changed), "not begun"),
        (Tone::Loud, count(|o| matches!(o, ActionOutcome::InFlight)), "in flight"),
    ];
    let mut told: Vec<_> = counts
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(tone, count, word)| (tone, format!("{count} {word}")))
        .collect();
    let last = told.len().saturating_sub(1);
    told[..last].iter_mut().for_each(|(_, words)| words.push_str(", "));
    let word = match (outcome.interrupted, outcome.is_success(), told.is_empty()) {
        (true, _, _) => "interrupted: ",
        (false, true, true) => "nothing to do",
        (false, true, false) => "applied: ",
        (false, false, _) => "not applied in full: ",
    };
    let mut line =
        vec![(Tone::Strong, &plan.topology[..]), (Tone::Plain, ": "), (Tone::Strong, word)];
    line.extend(told.iter().map(|(tone, words)| (*tone, &words[..])));
    let cost = format!("  ({} requests, {} writes)", outcome.requests, outcome.writes);
    line.push((Tone::Quiet, &cost));
    page.spans(2, &line);
}

fn is_not_changed(outcome: &ActionOutcome) -> bool {
    matches!(outcome, ActionOutcome::Blocked { .. } | ActionOutcome::NotStarted)
}

fn write_head(page: &mut Page, action: &Action, note: &str) {
    let kind = Kind::of(action);
    let head = format!("{:>3} {:<7}  ", kind.mark(), kind.word());
    let note = format!("  {note}");
    page.line(0, &[(tone(kind), &head), (Tone::Strong, &action.address), (Tone::Quiet, &note)]);
}

fn write_done(page: &mut Page, ended: &[Ended<'_>]) {
    let mut done = ended.iter().filter_map(|(action, outcome)| match outcome {
        ActionOutcome::Succeeded { elapsed_ms, .. } => Some((action, *elapsed_ms)),
        _ => None,
    });
    let Some(first) = done.next() else { return };
    page.heading(&[(Tone::Strong, "Done")]);
    for (action, elapsed_ms) in std::iter::once(first).chain(done) {
        write_head(page, action, &elapsed(elapsed_ms));
    }
}

fn write_failed(page: &mut Page, ended: &[Ended<'_>]) {
    let mut is_first = true;
    for (action, outcome) in ended {
        let ActionOutcome::Failed { errors, code, correlation_id, elapsed_ms } = outcome else {
            continue;
        };
        if std::mem::take(&mut is_first) {
            page.heading(&[(Tone::Removed, "Failed")]);
        }
        write_head(page, action, &format!("after {}", elapsed(*elapsed_ms)));
        for (depth, error) in errors.iter().flat_map(|error| error.lines()).enumerate() {
            let label = if depth == 0 { "" } else { "because " };
            page.hanging(6, (Tone::Quiet, label), error);
        }
        let facts = [("code", code), ("correlation id", correlation_id)];
        for (name, fact) in facts {
            if let Some(fact) = fact {
                page.line(6, &[(Tone::Quiet, name), (Tone::Quiet, ": "), (Tone::Plain, fact)]);
            }
        }
    }
}

/// Warns of each lock that was lifted and is not back.
fn write_locks_still_off(page: &mut Page, ended: &[Ended<'_>]) {
    for (restore, outcome) in ended {
        let is_back = matches!(outcome, ActionOutcome::Succeeded { .. });
        if is_back || !matches!(restore.operation, Operation::RestoreLock { .. }) {
            continue;
        }
        let was_lifted = ended.iter().any(|(action, outcome)| {
            matches!(action.operation, Operation::LiftLock { .. })
                && action.resource == restore.resource
                && matches!(outcome, ActionOutcome::Succeeded { .. } | ActionOutcome::InFlight)
        });
        if was_lifted {
            page.heading(&[(Tone::Loud, "Lock is still off")]);
            page.flow(
                2,
                Tone::Plain,
                &format!("`{}` was lifted and is not back", restore.resource),
            );
        }
    }
}

fn write_moved(page: &mut Page, ended: &[Ended<'_>]) {
    let moved: Vec<_> =
        ended.iter().filter(|(_, outcome)| matches!(outcome, ActionOutcome::Moved)).collect();
    if moved.is_empty() {
        return;
    }
    page.heading(&[(Tone::Loud, "Changed in Azure since the plan was made; left as found")]);
    for (action, _) in moved {
        write_head(page, action, action.resource.as_str());
    }
}

fn write_not_changed(page: &mut Page, ended: &[Ended<'_>]) {
    let left: Vec<_> = ended.iter().filter(|(_, outcome)| is_not_changed(outcome)).collect();
    if left.is_empty() {
        return;
    }
    page.heading(&[(Tone::Strong, "Not changed")]);
    for (action, outcome) in left {
        let note = match outcome {
            ActionOutcome::Blocked { by } => format!("needs `{by}`"),
            _ => String::new(),
        };
        write_head(page, action, &note);
    }
}

fn write_in_flight(page: &mut Page, outcome: &Outcome, ended: &[Ended<'_>]) {
    let flying: Vec<_> =
        ended.iter().filter(|(_, outcome)| matches!(outcome, ActionOutcome::InFlight)).collect();
    if flying.is_empty() {
        if outcome.interrupted {
            page.heading(&[
                (Tone::Strong, "In flight: "),
                (Tone::Plain, "nothing; what had begun has ended"),
            ]);
        }
        return;
    }
    page.heading(&[(Tone::Loud, "In flight: Azure is still working on these")]);
    for (action, _) in flying {
        write_head(page, action, "");
    }
}

fn write_next(page: &mut Page, outcome: &Outcome, next: &Next) {
    let has_moved = outcome.actions.values().any(|o| matches!(o, ActionOutcome::Moved));
    let Next { apply, review } = next;
    let next = match (outcome.interrupted, outcome.is_success(), has_moved) {
        (false, true, _) => return,
        (_, _, true) => format!("run `{review}` to review what moved"),
        (true, _, _) => {
            format!("safe to run again: `{apply}` goes on where this run stopped")
        }
        _ => format!("mend the cause, then run `{apply}`: what is done is not done again"),
    };
    page.gap();
    page.hanging(0, (Tone::Strong, "Next: "), &next);
}

fn elapsed(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} m {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn told(plan: &Plan, result: &Outcome) -> String {
        let next = Next {
            apply: "evenkeel apply topology.yaml".into(),
            review: "evenkeel plan topology.yaml".into(),
        };
        outcome(plan, result, &next, &TextOptions::default())
    }

    #[test]
    fn failure_is_told_with_what_is_left_and_the_next_command() {
        let plan = sample::first_apply();
        insta::assert_snapshot!(told(&plan, &sample::failed(&plan)));
    }

    #[test]
    fn interruption_lists_what_is_in_flight() {
        let plan = sample::drifted();
        insta::assert_snapshot!(told(&plan, &sample::interrupted(&plan)));
    }

    #[test]
    fn success_is_one_line() {
        let plan = sample::drifted();
        let text = told(&plan, &sample::succeeded(&plan));
        assert_eq!(text, "northwind: applied: 5 done  (21 requests, 5 writes)\n");
    }
}
