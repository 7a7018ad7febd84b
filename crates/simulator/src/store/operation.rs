//! An operation as it is kept.

use resource::ResourceId;
use serde::{Deserialize, Serialize};

/// What an operation does to its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Work {
    /// Makes it or changes it.
    Write,
    /// Removes it and all that lies below it.
    Delete,
    /// Nothing that can be seen on it.
    Action,
}

/// How an operation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    /// It does what it should.
    Succeeded,
    /// It fails; a delete leaves the resource as it was.
    Failed,
    /// Azure gives it up.
    Canceled,
    /// It never ends.
    Stuck,
}

impl End {
    /// Returns the word for it in a status.
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Canceled => "Canceled",
            Self::Stuck => "InProgress",
        }
    }
}

/// An operation that was accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Operation {
    /// The name in its URLs.
    pub name: String,
    /// What it works on.
    pub resource: ResourceId,
    /// What it does.
    pub work: Work,
    /// Its state while it runs.
    pub word: String,
    /// When it began, in milliseconds since 1970.
    pub began: u64,
    /// When it ends.
    pub ends: u64,
    /// How it ends.
    pub end: End,
    /// Whether it has ended and its effect is there.
    pub done: bool,
    /// The seconds to wait between two polls, for the headers.
    pub retry_after: u64,
    /// The path of its status.
    pub statuses: String,
    /// The path of its result.
    pub results: String,
    /// The API version that began it.
    pub api_version: String,
}
