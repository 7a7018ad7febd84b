//! Speaks with the forges: comments on a pull request, one issue, the plan that was reviewed.
//!
//! [`Job`] tells from the environment where a pipeline runs; [`Job::connect`] gives a [`Forge`], and
//! [`comment`], [`issue`] and [`Forge::reviewed_plan`] do the rest. A pipeline thus needs no tool
//! beside the shell, and what is posted a second time replaces the first.

mod archive;
mod azure_devops;
mod environment;
mod error;
mod github;
mod gitlab;
mod http;
mod post;
mod text;

pub use environment::{Job, Kind};
pub use error::Error;
pub use post::{Done, Posted, Wish, comment, issue};
pub use text::{Form, Text};

use async_trait::async_trait;

/// Something with a text and an address: a comment or an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the forge calls it.
    pub id: String,
    /// Its text, or what else its marker is kept in.
    pub text: String,
    /// Where a person reads it.
    pub url: String,
}

/// An issue as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its label (tag in Azure DevOps).
    pub label: &'a str,
    /// Its hidden marker.
    pub marker: &'a str,
    /// Its text, the marker included.
    pub text: &'a str,
    /// True where the text is Markdown.
    pub is_markdown: bool,
}

/// The plan that people have seen before they merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// The pull request's number.
    pub pull_request: u64,
    /// The last commit of the pull request, for which the plan was made.
    pub head: String,
    /// The plan file.
    pub plan: Vec<u8>,
}

/// What all forges can do.
#[async_trait]
pub trait Forge: Send + Sync {
    /// Returns how many characters a comment or an issue may have.
    fn limit(&self) -> usize;

    /// Lists the comments on a pull request that we may have written, oldest first.
    async fn comments(&self, pull_request: u64) -> Result<Vec<Entry>, Error>;

    /// Adds a comment and returns its address.
    async fn add_comment(&self, pull_request: u64, text: &str) -> Result<String, Error>;

    /// Changes a comment of ours.
    async fn change_comment(
        &self,
        pull_request: u64,
        comment: &Entry,
        text: &str,
    ) -> Result<(), Error>;

    /// Lists the open issues with a label, oldest first.
    async fn open_issues(&self, label: &str) -> Result<Vec<Entry>, Error>;

    /// Opens an issue and returns its address.
    async fn open_issue(&self, draft: &Draft<'_>) -> Result<String, Error>;

    /// Changes an open issue.
    async fn change_issue(&self, issue: &Entry, draft: &Draft<'_>) -> Result<(), Error>;

    /// Closes an issue with a last word.
    async fn close_issue(&self, issue: &Entry, draft: &Draft<'_>) -> Result<(), Error>;

    /// Finds the plan that was made for the last commit of the pull request merged as `commit`.
    ///
    /// The plan is the file `plan.json` in what the pull request's run kept as `<artifact>-<head>`.
    /// Fails with [`Error::NotReviewed`] where there is none, and for a pull request of a fork: who
    /// may not write to the repository shall not say what is applied.
    async fn reviewed_plan(&self, commit: &str, artifact: &str) -> Result<Reviewed, Error>;
}
