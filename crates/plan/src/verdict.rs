//! Who has moved: Azure, the topology, or both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ActionId, Code, Notice, Plan};

/// Why a plan changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Azure has moved since the topology was applied.
    Drift,
    /// The topology has moved since it was applied.
    Pending,
    /// Both have.
    Both,
    /// It cannot be told.
    Unknown,
}

impl Verdict {
    /// Every verdict, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Drift, Self::Pending, Self::Both, Self::Unknown];

    /// Returns the verdict on a whole from those on its parts; `None` where there are none.
    pub fn of_all(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        parts.into_iter().reduce(|whole, part| match (whole, part) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (whole, part) if whole == part => whole,
            _ => Self::Both,
        })
    }
}

/// What is known of the last apply in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "known", rename_all = "camelCase")]
pub enum LastApply {
    /// The topology is as it was then.
    Same,
    /// The topology has moved since, and what it was then is at hand.
    Before {
        /// The beginning of the hash of what was applied.
        noted: String,
        /// Where it was found: a commit.
        version: String,
    },
    /// The topology has moved since, and what it was then is not at hand.
    Lost {
        /// The beginning of the hash of what was applied.
        noted: String,
    },
    /// Azure does not tell.
    Never,
}

/// The verdict on one property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertyVerdict {
    /// Who has moved.
    pub verdict: Verdict,
    /// What the topology asked for at the last apply, where Azure has something else and it is known.
    /// Masked where it is sensitive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Value>,
}

/// The verdict on one action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionVerdict {
    /// Who has moved.
    pub verdict: Verdict,
    /// The verdict on each property that the action changes, by its path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, PropertyVerdict>,
}

/// The verdicts on a plan; what only makes a change safe has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdicts {
    /// What they rest on.
    pub last_apply: LastApply,
    /// The verdict on each change.
    pub actions: BTreeMap<ActionId, ActionVerdict>,
}

impl Plan {
    /// Returns the notices that tell of a failover: what has swapped its role is never healed.
    pub fn failed_over(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter().filter(|notice| notice.code == Code::FailedOver)
    }

    /// Tells whether Azure is as the topology says, roles included.
    pub fn is_as_declared(&self) -> bool {
        self.is_empty() && self.refusals.is_empty() && self.failed_over().next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_differ_are_both_and_what_is_not_known_stays_so() {
        use Verdict::{Both, Drift, Pending, Unknown};
        for (parts, whole) in [
            (vec![], None),
            (vec![Drift, Drift], Some(Drift)),
            (vec![Drift, Pending], Some(Both)),
            (vec![Both, Pending], Some(Both)),
            (vec![Pending, Unknown, Pending], Some(Unknown)),
        ] {
            assert_eq!(Verdict::of_all(parts.clone()), whole, "{parts:?}");
        }
    }
}
