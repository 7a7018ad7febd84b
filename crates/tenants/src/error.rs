//! Why a tenant could not be read.

use std::time::Duration;

/// Why a tenant could not be read. No text holds anything that a tenant has said, as it may say secrets.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The client could not be set up, or a header is none.
    #[error("the request cannot be made: {0}")]
    NoRequest(String),
    /// No answer came.
    #[error("no answer from `{host}`")]
    NoAnswer {
        /// The host that was asked.
        host: String,
        /// Why.
        source: reqwest::Error,
    },
    /// The answer ends too late, or not at all.
    #[error("the answer to `{path}` does not end within {limit}")]
    Endless {
        /// What was asked for.
        path: String,
        /// What it may take.
        limit: &'static str,
    },
    /// The answer is none of success.
    #[error("`{path}` was answered with {status}")]
    Answered {
        /// What was asked for.
        path: String,
        /// The status.
        status: u16,
        /// How long the tenant asks to wait.
        retry_after: Option<Duration>,
    },
    /// The answer leads to another address.
    #[error("`{path}` leads on to another address (`{to}`), where no login is sent")]
    LeadsElsewhere {
        /// What was asked for.
        path: String,
        /// The origin that it leads to.
        to: String,
    },
    /// The answer is no JSON.
    #[error("the answer to `{path}` is no JSON")]
    NoJson {
        /// What was asked for.
        path: String,
    },
    /// The answer does not hold what was asked for.
    #[error("the answer to `{path}` has nothing at `{at}`")]
    Nothing {
        /// What was asked for.
        path: String,
        /// Where it should be.
        at: String,
    },
    /// A page leads to itself, or there are too many of them.
    #[error("the pages of `{path}` do not end")]
    EndlessPages {
        /// What was asked for.
        path: String,
    },
    /// There are more entries than anybody could look at.
    #[error("`{path}` lists more than {most} entries")]
    TooMany {
        /// What was asked for.
        path: String,
        /// How many may be.
        most: usize,
    },
    /// An entry lacks the field that a path below it takes.
    #[error("an entry has no `{field}`, which `{path}` takes")]
    NoField {
        /// The path.
        path: String,
        /// The field.
        field: String,
    },
    /// No token was given.
    #[error("no token was given: {0}")]
    NoToken(Box<Error>),
}

impl Error {
    /// Tells whether the same request may be answered later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::NoAnswer { source, .. } => {
                source.is_timeout()
                    || source.is_connect()
                    || source.is_request()
                    || source.is_body()
            }
            Self::Answered { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// Returns how long the tenant asks to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Answered { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Tells whether the login was refused.
    pub(crate) fn is_of_login(&self) -> bool {
        matches!(self, Self::Answered { status: 401, .. })
    }

    /// Returns the whole reason in one line, causes included.
    pub fn sentence(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        text
    }
}
