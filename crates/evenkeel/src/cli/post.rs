//! `evenkeel post`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub struct Post {
    #[command(subcommand)]
    pub place: Place,
}

#[derive(Debug, Subcommand)]
pub enum Place {
    /// Write one comment on the pull request; the next run replaces it.
    #[command(after_help = "Example:
  evenkeel plan --out plan.json --report markdown=plan.md
  evenkeel post pull-request plan.md")]
    PullRequest(PostPullRequest),
    /// Open one issue, or update it; close it when it is over.
    #[command(after_help = "Example:
  evenkeel drift --report markdown=drift.md || test $? = 2
  evenkeel post issue drift.md --title 'Azure has drifted'")]
    Issue(PostIssue),
}

/// What is posted.
#[derive(Debug, Args)]
pub struct Content {
    /// The text: Markdown where its name ends in `.md`, else shown as it stands.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// By what the text is found again; without it by the hidden first line of the file.
    #[arg(long, value_name = "KEY")]
    pub marker: Option<String>,
    /// A heading above the text.
    #[arg(long, value_name = "TEXT")]
    pub heading: Option<String>,
    /// The forge, where the environment does not tell it.
    #[arg(long, value_enum)]
    pub forge: Option<ForgeName>,
}

#[derive(Debug, Args)]
pub struct PostPullRequest {
    #[command(flatten)]
    pub content: Content,
    /// The pull request, where the run is not for one.
    #[arg(long, value_name = "N")]
    pub number: Option<u64>,
}

#[derive(Debug, Args)]
pub struct PostIssue {
    #[command(flatten)]
    pub content: Content,
    /// The title of the issue.
    #[arg(long, value_name = "TEXT")]
    pub title: String,
    /// Its label (tag in Azure DevOps).
    #[arg(long, value_name = "LABEL", default_value = "evenkeel-drift")]
    pub label: String,
    /// Close the issue, the text being the last word.
    #[arg(long)]
    pub close: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ForgeName {
    /// GitHub: GITHUB_REPOSITORY, GITHUB_TOKEN; GITHUB_API_URL for a server of your own.
    #[value(name = "github")]
    GitHub,
    /// Azure DevOps: SYSTEM_COLLECTIONURI, SYSTEM_TEAMPROJECT, SYSTEM_ACCESSTOKEN.
    AzureDevops,
    /// GitLab: CI_API_V4_URL, CI_PROJECT_ID, GITLAB_TOKEN.
    #[value(name = "gitlab")]
    GitLab,
}
