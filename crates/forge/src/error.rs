//! What goes wrong with a forge.

use std::time::Duration;

/// Why a forge did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing in the environment tells of a forge.
    #[error("this is no job of GitHub Actions, Azure Pipelines or GitLab CI")]
    NoForge,
    /// A variable that the forge's runner sets, or that the pipeline has to pass on, is missing.
    #[error("the environment variable `{name}` is not set; {hint}")]
    MissingVariable {
        /// The variable.
        name: &'static str,
        /// Who sets it.
        hint: &'static str,
    },
    /// A variable or file of the environment holds what it cannot hold.
    #[error("`{name}` holds `{found}`; {allowed}")]
    Unreadable {
        /// The variable or the file.
        name: String,
        /// What it holds.
        found: String,
        /// What it may hold.
        allowed: &'static str,
    },
    /// The text has no marker, by which it could be found again.
    #[error("the text does not begin with `<!-- evenkeel:… -->`")]
    NoMarker,
    /// The token is not allowed to do this.
    #[error("{who} refused `{request}` ({status}: {message}); the job's token needs {needs}")]
    Denied {
        /// The forge.
        who: &'static str,
        /// Method and path.
        request: String,
        /// The HTTP status.
        status: u16,
        /// What the forge said.
        message: String,
        /// The permission that is needed.
        needs: &'static str,
    },
    /// The forge answered with another error.
    #[error("{who} answered {status} to `{request}`: {message}")]
    Answered {
        /// The forge.
        who: &'static str,
        /// Method and path.
        request: String,
        /// The HTTP status.
        status: u16,
        /// What the forge said.
        message: String,
        /// How long the forge asked to wait, where the request may succeed later.
        retry_after: Option<Duration>,
    },
    /// The forge could not be reached.
    #[error("could not reach {who} for `{request}`")]
    Unreachable {
        /// The forge.
        who: &'static str,
        /// Method and path.
        request: String,
        /// What the network said.
        source: reqwest::Error,
    },
    /// The answer is not what the forge documents.
    #[error("{who} answered `{request}` without {missing}")]
    Incomplete {
        /// The forge.
        who: &'static str,
        /// Method and path.
        request: String,
        /// What is missing.
        missing: &'static str,
    },
    /// There is no plan that was reviewed.
    #[error("there is no reviewed plan to apply: {0}")]
    NotReviewed(String),
    /// What was kept of a run is no archive, or not the one that was kept.
    #[error("cannot take the plan from `{name}`: {reason}")]
    Archive {
        /// What was kept.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// Tells whether the same may succeed a little later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Answered { status, retry_after, .. } => {
                retry_after.is_some() || matches!(status, 408 | 429 | 500..)
            }
            _ => false,
        }
    }

    /// Returns how long the forge asked to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Answered { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Tells whether the fault lies in how the job was called, not in the forge.
    pub fn is_invalid(&self) -> bool {
        matches!(
            self,
            Self::NoForge | Self::MissingVariable { .. } | Self::Unreadable { .. } | Self::NoMarker
        )
    }
}
