//! How a run ends.

use std::fmt;
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
    /// Refused by a guard, or by the person who was asked.
    Refused,
    /// Something could not be looked at, where completeness was asked for.
    Incomplete,
    /// Interrupted; safe to run again.
    Interrupted,
}

impl Exit {
    /// Every way for a run to end.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::Failed,
        Self::Changes,
        Self::Invalid,
        Self::Refused,
        Self::Incomplete,
        Self::Interrupted,
    ];

    /// Returns the exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::Invalid => 3,
            Self::Refused => 4,
            Self::Incomplete => 5,
            // As shells tell a process that SIGINT has ended: 128 and the signal's number.
            Self::Interrupted => 130,
        }
    }

    /// Returns what it means and what to do about it, for the reference.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "Done, or nothing to change.",
            Self::Failed => {
                "Something failed: Azure refused, could not be reached, or an action came to \
                 nothing; of `check`, something is not well. Run the same command again once the \
                 cause is gone."
            }
            Self::Changes => {
                "There are changes: always of `drift`, of `plan` with `--detailed-exitcode`. Of \
                 `parity`: something differs."
            }
            Self::Invalid => {
                "The input or the call is invalid: the topology, a command, an option or a plan \
                 file. Nothing was written."
            }
            Self::Refused => {
                "Refused: by a guard (data would be lost, something is not ours, a lock stands in \
                 the way, or Azure has moved since the plan was saved), or by the person who was \
                 asked. Nothing more was written."
            }
            Self::Incomplete => {
                "Incomplete: something could not be looked at, and `--require-complete` asked for \
                 all of it. Where there are changes too, 2 is told."
            }
            Self::Interrupted => {
                "Interrupted. What was under way is told; it is safe to run again."
            }
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
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

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(exit) => write!(f, "ended as {exit:?}"),
            Self::Invalid { error, .. }
            | Self::Refused { error, .. }
            | Self::Helped { error, .. }
            | Self::Failed(error) => {
                write!(f, "{error:#}")
            }
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
