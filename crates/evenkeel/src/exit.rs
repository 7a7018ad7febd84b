//! How a run ends.

use std::process::ExitCode;

/// How a run ends; each has an exit code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to change.
    Done,
    /// Something failed.
    Failed,
    /// There are changes.
    Changes,
    /// The input is invalid.
    Invalid,
    /// Refused by a guard.
    Refused,
    /// Interrupted; safe to run again.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Changes => 2,
            Exit::Invalid => 3,
            Exit::Refused => 4,
            Exit::Interrupted => 130,
        })
    }
}

/// Why a run ended early.
#[derive(Debug)]
pub enum Failure {
    /// What was wrong has been told already.
    Told(Exit),
    /// The input is invalid.
    Invalid {
        /// What is wrong with it.
        error: anyhow::Error,
        /// What to do next.
        help: String,
    },
    /// A guard refuses what was asked for.
    Refused {
        /// What was found and what is allowed.
        error: anyhow::Error,
        /// What to do next.
        help: String,
    },
    /// Something failed that the user can mend.
    Helped {
        /// What failed.
        error: anyhow::Error,
        /// What to do next.
        help: String,
    },
    /// Anything else.
    Failed(anyhow::Error),
}

/// How a command ends.
pub type Outcome = Result<Exit, Failure>;

impl Failure {
    /// Makes a failure of wrong input.
    pub fn invalid(error: impl Into<anyhow::Error>, help: impl Into<String>) -> Self {
        Self::Invalid { error: error.into(), help: help.into() }
    }

    /// Makes a failure of what a guard refuses.
    pub fn refused(error: impl Into<anyhow::Error>, help: impl Into<String>) -> Self {
        Self::Refused { error: error.into(), help: help.into() }
    }

    /// Makes a failure that the user can mend.
    pub fn helped(error: impl Into<anyhow::Error>, help: impl Into<String>) -> Self {
        Self::Helped { error: error.into(), help: help.into() }
    }

    /// Returns how the run ends.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Told(exit) => *exit,
            Self::Invalid { .. } => Exit::Invalid,
            Self::Refused { .. } => Exit::Refused,
            Self::Helped { .. } | Self::Failed(_) => Exit::Failed,
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
