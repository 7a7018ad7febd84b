//! What a plan of an imported topology does.

use plan::{Action, Plan, Verb};

use crate::learn::is_mark;

/// What a plan does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: the topology says what is there.
    Empty,
    /// It takes over so many resources and changes nothing but our mark.
    Adopts(usize),
    /// It changes more; one line for each difference.
    Differs(Vec<String>),
    /// The topology has mistakes, so there is no plan.
    Unknown,
}

impl Verdict {
    /// Reads a plan.
    pub fn of(plan: &Plan) -> Self {
        let refused = plan.refusals.iter().map(|it| {
            if it.address.is_empty() {
                it.message.clone()
            } else {
                format!("{}: {}", it.address, it.message)
            }
        });
        let changed = plan.actions.iter().filter(|action| !is_adoption(action)).filter_map(line);
        let lines: Vec<String> = refused.chain(changed).collect();
        match plan.actions.iter().filter(|action| is_adoption(action)).count() {
            _ if !lines.is_empty() => Self::Differs(lines),
            0 => Self::Empty,
            count => Self::Adopts(count),
        }
    }

    /// Returns it as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Empty => "`evenkeel plan` of this file is empty: it says what is there.".into(),
            Self::Adopts(1) => "`evenkeel plan` of this file takes over 1 resource: it gets our \
                                mark, nothing else changes."
                .into(),
            Self::Adopts(count) => format!(
                "`evenkeel plan` of this file takes over {count} resources: each gets our mark, \
                 nothing else changes."
            ),
            Self::Differs(lines) if lines.len() == 1 => {
                "`evenkeel plan` of this file is not empty: 1 difference is left to decide.".into()
            }
            Self::Differs(lines) => format!(
                "`evenkeel plan` of this file is not empty: {} differences are left to decide.",
                lines.len()
            ),
            Self::Unknown => "`evenkeel validate` finds mistakes in this file: mend them.".into(),
        }
    }
}

/// Tells whether an action takes a resource over as it is.
fn is_adoption(action: &Action) -> bool {
    // A certificate without tags counts as ours already.
    matches!(action.verb, Verb::Adopt | Verb::Update) && action.changes.iter().all(is_mark)
}

/// Returns what an action changes; waiting and locks come with the rest.
fn line(action: &Action) -> Option<String> {
    let Action { address, resource, .. } = action;
    match action.verb {
        Verb::Create | Verb::ReplaceCreate => Some(format!("{address} would be made")),
        Verb::Delete => Some(format!(
            "{resource} carries our mark and would be deleted: import its group as well, or give \
             the topology another name"
        )),
        Verb::Update | Verb::Adopt => {
            let paths: Vec<&str> = action.changes.iter().map(|change| &*change.path).collect();
            Some(format!("{address}: {}", paths.join(", ")))
        }
        _ => None,
    }
}
