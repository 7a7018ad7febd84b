//! Why an action was not carried out.

use resource::ResourceId;

use crate::WorldError;

/// Why an action was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// ARM refused a request, or the operation it began has failed.
    #[error("failed to {verb} `{id}`")]
    Refused {
        /// What was tried.
        verb: &'static str,
        /// The resource.
        id: ResourceId,
        /// What ARM said.
        source: azure::Error,
    },
    /// The resource is not as the plan knows it.
    #[error("`{id}` has changed in Azure since the plan was made")]
    Moved {
        /// The resource.
        id: ResourceId,
    },
    /// The resource that is to be changed does not exist.
    #[error("`{id}` does not exist")]
    Missing {
        /// The resource.
        id: ResourceId,
    },
    /// A value that an action needs is not there.
    #[error("`{id}` has no value at `{pointer}`")]
    Unresolved {
        /// The resource that should have it.
        id: ResourceId,
        /// Where it should be.
        pointer: String,
    },
    /// No API version is known by which a referenced resource could be read.
    #[error("no API version is known to read `{id}`")]
    NoApiVersion {
        /// The resource.
        id: ResourceId,
    },
    /// A value has the wrong form.
    #[error("{what} is not a text")]
    NotText {
        /// What was to be a text.
        what: &'static str,
    },
    /// The world beside ARM did not answer.
    #[error("failed to {what}")]
    World {
        /// What was asked.
        what: String,
        /// Why it failed.
        source: Box<WorldError>,
    },
    /// What was waited for has not come.
    #[error("{what} after {secs} s; last seen was {seen}")]
    TimedOut {
        /// What has not come.
        what: String,
        /// How long it was waited for.
        secs: u64,
        /// What was there instead.
        seen: String,
    },
    /// The note of lifted locks could not be kept; a lock is not lifted without it.
    #[error("failed to note which locks are lifted")]
    Journal(#[source] crate::JournalError),
    /// The run was interrupted while this action only waited.
    #[error("interrupted")]
    Interrupted,
    /// The program is at fault.
    #[error("the action ended by a mistake of this program: {0}")]
    Panicked(String),
}

impl ActionError {
    /// Returns what ARM said, where it was ARM.
    pub fn azure(&self) -> Option<&azure::Error> {
        match self {
            Self::Refused { source, .. } => Some(source),
            Self::World { source, .. } => match &**source {
                WorldError::KeyVault { source, .. } => Some(source),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the texts of the error and its causes, outermost first.
    pub fn chain(&self) -> Vec<String> {
        let first: &dyn std::error::Error = self;
        std::iter::successors(Some(first), |error| error.source())
            .map(ToString::to_string)
            .collect()
    }
}
