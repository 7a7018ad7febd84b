//! `evenkeel plan`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use topology::Duration;

use super::{Allow, Connection, File, Report, report};
use crate::output::Form;

#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub file: File,
    /// Save the plan for `apply`.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How long the saved plan may be applied: `12h`, `7d`.
    #[arg(long, value_name = "DURATION", default_value = "7d", requires = "out")]
    pub valid_for: Duration,
    /// Form of the plan on stdout.
    #[arg(long, value_enum, default_value = "text")]
    pub format: PlanFormat,
    /// Write the plan in a further form to a file; repeatable.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report::parse::<PlanFormat>)]
    pub report: Vec<Report<PlanFormat>>,
    /// Exit 2 when there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Exit 5 where something could not be looked at; changes are told before it.
    #[arg(long)]
    pub require_complete: bool,
    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub connection: Connection,
}

impl PlanFormat {
    /// Returns how the plan is read in this form.
    pub fn form(self) -> Form {
        match self {
            Self::Text | Self::Markdown => Form::People,
            Self::Json | Self::Sarif => Form::Json,
            Self::Html => Form::Markup,
            Self::Github | Self::AzureDevops => Form::Commands,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people at a terminal.
    Text,
    /// For a pull request.
    Markdown,
    /// For programs.
    Json,
    /// For a GitHub Actions job: workflow commands.
    Github,
    /// For an Azure Pipelines job: logging commands.
    AzureDevops,
    /// For code scanning: refusals and notices as SARIF 2.1.0.
    Sarif,
    /// One page to attach to a build: the topology in bands, each box opening its differences.
    Html,
}
