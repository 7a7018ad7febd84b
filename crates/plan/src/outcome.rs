//! What came of a plan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ActionId;

/// How an action succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Done {
    /// This run did it.
    Now,
    /// It had been done already.
    Before,
}

/// What came of one action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum ActionOutcome {
    /// It is so.
    Succeeded {
        /// Now, or already before.
        done: Done,
        /// How long it took, in milliseconds.
        elapsed_ms: u64,
    },
    /// ARM or the world refused.
    Failed {
        /// The chain of causes, outermost first.
        errors: Vec<String>,
        /// ARM's error code, where there is one.
        code: Option<String>,
        /// The correlation ID of the failing request, where there is one.
        correlation_id: Option<String>,
        /// How long it took, in milliseconds.
        elapsed_ms: u64,
    },
    /// An action that it needs did not succeed.
    Blocked {
        /// The action that stands in the way.
        by: ActionId,
    },
    /// The resource has changed in Azure since the plan was made.
    Moved,
    /// The run was interrupted before it began.
    NotStarted,
    /// The run was interrupted while Azure was working on it.
    InFlight,
}

/// What came of a plan, action by action.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The outcome of each action of the plan.
    pub actions: BTreeMap<ActionId, ActionOutcome>,
    /// True where the user interrupted the run.
    pub interrupted: bool,
    /// Requests that were sent, writes among them.
    pub requests: usize,
    /// Requests that could have changed something.
    pub writes: usize,
}

impl Outcome {
    /// Tells whether every action succeeded.
    pub fn is_success(&self) -> bool {
        self.actions.values().all(|o| matches!(o, ActionOutcome::Succeeded { .. }))
    }
}
