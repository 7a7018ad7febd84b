//! What a step does that is no change: locks, probes, waits.

use plan::{Action, Operation, Plan, Verb};

use crate::value::{duration, inline};

/// Returns in words what `action` does, where its verb and address do not say it.
pub(crate) fn describe(plan: &Plan, action: &Action) -> Option<String> {
    if action.verb == Verb::Note {
        return Some("remembers what was applied".to_owned());
    }
    match &action.operation.shown(&action.resource) {
        Operation::LiftLock { .. } => {
            let users = plan.actions.iter().filter(|other| {
                other.after.contains(&action.id)
                    && !matches!(other.operation, Operation::RestoreLock { .. })
            });
            let users: Vec<_> = users.map(|user| user.id.to_string()).collect();
            (!users.is_empty()).then(|| format!("off for: {}", users.join(", ")))
        }
        Operation::RestoreLock { .. } => Some("back on, also after a failure".to_owned()),
        Operation::Post { action, .. } => Some(action.clone()),
        Operation::WaitFor { pointer, values, timeout_secs } => {
            let path = pointer.trim_start_matches('/').replace('/', ".");
            let values: Vec<_> = values.iter().map(inline).collect();
            let state = match &values[..] {
                [] => format!("{path} is there"),
                values => format!("{path} is {}", values.join(" or ")),
            };
            Some(format!("until {state}, at most {}", duration(*timeout_secs)))
        }
        Operation::Probe { url, expected, holds, timeout_secs, .. } => {
            let ranges: Vec<_> = expected.iter().map(range).collect();
            let answer = match &ranges[..] {
                [] => "200".to_owned(),
                ranges => ranges.join(", "),
            };
            let held = holds.as_ref().map(|text| format!(" with {text:?}")).unwrap_or_default();
            let limit = duration(*timeout_secs);
            Some(format!("until {} answers {answer}{held}, at most {limit}", inline(url)))
        }
        Operation::VerifyDns { name, record_type, value, timeout_secs, required } => {
            let value = inline(value);
            let limit = duration(*timeout_secs);
            let or_else = if *required { "" } else { "; reported only" };
            Some(format!("until {record_type} {name} is {value}, at most {limit}{or_else}"))
        }
        Operation::Wait { secs } => Some(format!("wait {}", duration(*secs))),
        Operation::Write { .. } | Operation::Delete => None,
    }
}

fn range((low, high): &(u16, u16)) -> String {
    if low == high { low.to_string() } else { format!("{low}-{high}") }
}
