//! The plan as a whole, and its file format.

mod saved;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use resource::{ResourceId, Suffixes};
use serde::{Deserialize, Serialize};

use crate::{Action, Code, NoticeCode, Reliance, Risk, Verdicts};

pub use saved::{Commit, Endpoints, Origin, PlanFileError, SavedPlan};

/// What a saved plan knows of an observation it rests on: a digest of the normalised body, or the
/// fact that the resource was absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fingerprint {
    /// The resource did not exist.
    Absent,
    /// SHA-256 of the body without its volatile parts, in hexadecimal.
    Digest(String),
}

/// How grave a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Worth a look before applying.
    Warning,
}

/// Something a reader of the plan should know that is no action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// How grave it is.
    pub severity: Severity,
    /// What it is about, by a word that stays.
    pub code: NoticeCode,
    /// What it speaks of.
    pub address: String,
    /// A sentence fragment.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// A reason to refuse the plan as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Guard {
    /// Why, by a word that stays.
    pub code: Code,
    /// What it speaks of.
    pub address: String,
    /// What was found and what is allowed, as a sentence fragment.
    pub message: String,
    /// How to allow it, or what to do instead.
    pub help: String,
}

impl Guard {
    /// Returns the risk that the refusal keeps from happening, where it is one that nothing else in
    /// the plan tells of.
    pub fn risk(&self) -> Option<Risk> {
        (self.code == Code::NoTargetLeft).then_some(Risk::Outage)
    }
}

/// Where in the topology something is declared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The file, as the topology was named, or as `include` names it.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// How much of Azure the plan speaks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Resources that were compared.
    pub evaluated: usize,
    /// Resources in reach that do not carry our mark; they are kept.
    pub unmanaged: Vec<ResourceId>,
    /// Resources that could not be looked at, with the reason.
    pub not_evaluated: BTreeMap<ResourceId, String>,
    /// Requests that the look cost.
    pub requests: usize,
}

/// Where the lock is that keeps two applies of one topology apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplyLock {
    /// The storage account, which need not be there yet.
    pub account: ResourceId,
    /// The container in it.
    pub container: String,
}

/// Ordered actions with their reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Version of this format.
    pub version: u32,
    /// The topology's name, which is also the ownership mark.
    pub topology: String,
    /// SHA-256 of the topology as it was expanded, in hexadecimal.
    pub topology_hash: String,
    /// The subscription that the plan writes to.
    pub subscription: String,
    /// The DNS suffixes of the services of its cloud.
    #[serde(default, skip_serializing_if = "Suffixes::is_public")]
    pub suffixes: Suffixes,
    /// Where the lock is that keeps this apply and another one apart; without it, nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply_lock: Option<ApplyLock>,
    /// The topology's stamps in roll-out order, those without an action too, so that a report can
    /// say "in both stamps" and "only in weu".
    #[serde(default)]
    pub stamps: Vec<String>,
    /// What is done, in an order that satisfies every [`Action::after`].
    pub actions: Vec<Action>,
    /// What each action rests on.
    pub fingerprints: BTreeMap<ResourceId, Fingerprint>,
    /// Why traffic may be led to what the plan's actions lead it to, by
    /// [`resource::catalogue::Destination::key`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reliances: BTreeMap<String, Reliance>,
    /// Routers that the plan makes and nothing leads to yet: only these may be made before what
    /// they lead to serves.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unused: BTreeSet<ResourceId>,
    /// Fingerprints of the parts of observations that the plan's actions speak of: see [`crate::part_of`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<ResourceId, String>,
    /// API versions of what is read and not written, where the topology names another than the
    /// catalogue does.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub api_versions: BTreeMap<ResourceId, String>,
    /// Where what the plan speaks of is declared, by address; what is only in Azure has no place.
    #[serde(default)]
    pub places: BTreeMap<String, Place>,
    /// Things to know.
    pub notices: Vec<Notice>,
    /// Why the plan must not be applied, where it must not.
    pub refusals: Vec<Guard>,
    /// How much of Azure the plan speaks for.
    pub coverage: Coverage,
    /// Who has moved since the last apply, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdicts: Option<Verdicts>,
}

impl Plan {
    /// The version of the plan format that this crate writes.
    pub const VERSION: u32 = 1;

    /// Tells whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Tells whether all that concerns the topology was looked at.
    pub fn is_complete(&self) -> bool {
        self.coverage.not_evaluated.is_empty()
    }
}
