//! Why a request came to nothing.

use std::time::Duration;

use url::Url;

use crate::{AuthError, Class, Fault, classify};

/// An answer with an error status, and what identifies it in Azure's logs.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Method and path of the request; its query, which can hold a token, is left out.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// What ARM said.
    pub fault: Fault,
    /// `x-ms-correlation-request-id` of the answer.
    pub correlation_id: Option<String>,
    /// `x-ms-request-id` of the answer.
    pub request_id: Option<String>,
    /// How often the request was sent.
    pub attempts: u32,
}

/// Why a request or an operation came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// ARM answered with an error.
    #[error("{} was refused with {}: {}", .0.request, .0.status, .0.fault)]
    Refused(Box<Refused>),
    /// ARM accepted the request, and the operation it began has failed.
    #[error("{} was accepted and then failed ({status}): {}", .refused.request, .refused.fault)]
    OperationFailed {
        /// The terminal state, `Failed` or `Canceled`.
        status: String,
        /// What the operation said.
        refused: Box<Refused>,
    },
    /// The operation was still running when the time for it was over.
    #[error("{request} has not finished after {} s; it was last seen as `{status}`", waited.as_secs())]
    StillRunning {
        /// Method and path of the request that began the operation.
        request: String,
        /// Azure's last word for its state.
        status: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// No answer came, or one that broke off.
    #[error("{request} got no complete answer in {attempts} attempts")]
    NoAnswer {
        /// Method and path.
        request: String,
        /// How often it was sent.
        attempts: u32,
        /// What the last attempt failed with.
        source: reqwest::Error,
    },
    /// An answer came whose rest did not.
    #[error("{request} was answered in part and no further, in {attempts} attempts")]
    Stalled {
        /// Method and path.
        request: String,
        /// How often it was sent.
        attempts: u32,
    },
    /// The answer is not what the protocol says.
    #[error("{request} was answered with {found}; {expected} is expected")]
    Unreadable {
        /// Method and path.
        request: String,
        /// What came.
        found: String,
        /// What should have come.
        expected: &'static str,
    },
    /// The answer is larger than any of Azure's.
    #[error("{request} was answered with more than any answer of Azure's holds")]
    TooLarge {
        /// Method and path.
        request: String,
    },
    /// A list does not come to an end.
    #[error("{request} goes on without end: it was left after {pages} pages")]
    Endless {
        /// Method and path.
        request: String,
        /// How many pages were read.
        pages: usize,
    },
    /// A write was answered by something that is no answer of ARM's, and did not take effect.
    #[error("{request} was not answered by Azure, and the resource is not as it was to be written")]
    Unconfirmed {
        /// Method and path.
        request: String,
    },
    /// The answer sends us to a host that must not see our token.
    #[error("{request} names `{host}`, which is outside the cloud's resource manager")]
    ForeignHost {
        /// Method and path of the request whose answer it was.
        request: String,
        /// The host.
        host: String,
    },
    /// A reader was asked for something that could change Azure.
    #[error("{request} is not a read, and this client may only read")]
    NotARead {
        /// Method and path.
        request: String,
    },
    /// No token could be had.
    #[error("failed to log in to Azure")]
    LogIn(#[source] AuthError),
    /// The client could not be made.
    #[error("failed to set up the connection to Azure: {what}")]
    SetUp {
        /// What failed.
        what: String,
    },
}

impl Error {
    fn refused(&self) -> Option<&Refused> {
        match self {
            Self::Refused(refused) | Self::OperationFailed { refused, .. } => Some(refused),
            _ => None,
        }
    }

    /// Returns what ARM said, where it said something.
    pub fn fault(&self) -> Option<&Fault> {
        self.refused().map(|refused| &refused.fault)
    }

    /// Returns ARM's error code.
    pub fn code(&self) -> Option<&str> {
        self.fault()?.code.as_deref()
    }

    /// Returns the HTTP status of the answer.
    pub fn status(&self) -> Option<u16> {
        self.refused().map(|refused| refused.status)
    }

    /// Returns the correlation ID under which Azure logged the request.
    pub fn correlation_id(&self) -> Option<&str> {
        self.refused()?.correlation_id.as_deref()
    }

    /// Returns the ID that the service gave the request.
    pub fn request_id(&self) -> Option<&str> {
        self.refused()?.request_id.as_deref()
    }

    /// Returns what the error means for the one who asked.
    pub fn class(&self) -> Class {
        match self {
            Self::Refused(refused) => classify(refused.status, &refused.fault),
            // The status of a failed operation is that of a successful poll.
            Self::OperationFailed { refused, .. } => {
                if refused.fault.has_code("PreconditionFailed") {
                    Class::PreconditionFailed
                } else {
                    Class::Conflict
                }
            }
            Self::NoAnswer { .. } | Self::Stalled { .. } | Self::StillRunning { .. } => {
                Class::Transient
            }
            Self::LogIn(_) => Class::Unauthenticated,
            Self::Unreadable { .. }
            | Self::TooLarge { .. }
            | Self::Endless { .. }
            | Self::Unconfirmed { .. }
            | Self::ForeignHost { .. }
            | Self::NotARead { .. }
            | Self::SetUp { .. } => Class::Invalid,
        }
    }

    /// Tells whether the resource, or a parent of it, is not there.
    pub fn is_not_found(&self) -> bool {
        self.class() == Class::NotFound
    }

    /// Tells whether the resource is not as the precondition said.
    pub fn is_precondition_failed(&self) -> bool {
        self.class() == Class::PreconditionFailed
    }

    /// Tells whether a right is missing.
    pub fn is_denied(&self) -> bool {
        self.class() == Class::Denied
    }

    /// Tells whether a later attempt may succeed unchanged.
    pub fn is_transient(&self) -> bool {
        self.class().is_transient()
    }

    pub(crate) fn foreign(request: String, url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default();
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Self::ForeignHost { request, host }
    }
}
