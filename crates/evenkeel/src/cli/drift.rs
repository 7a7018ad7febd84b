//! `evenkeel drift`

use clap::{Args, ValueEnum};

use super::{Connection, File, Report, report};
use crate::output::Form;

#[derive(Debug, Args)]
pub struct Drift {
    #[command(flatten)]
    pub file: File,
    /// Form of the report on stdout.
    #[arg(long, value_enum, default_value = "text")]
    pub format: DriftFormat,
    /// Write the report in a further form to a file; repeatable.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report::parse::<DriftFormat>)]
    pub report: Vec<Report<DriftFormat>>,
    /// Exit 5 where something could not be looked at; drift is told before it.
    #[arg(long)]
    pub require_complete: bool,
    #[command(flatten)]
    pub accept: Accept,
    #[command(flatten)]
    pub connection: Connection,
}

/// What is written back.
#[derive(Debug, Args)]
#[command(next_help_heading = "Accept")]
pub struct Accept {
    /// Write the live values of these addresses (all, when none is given) into the topology.
    ///
    /// Comments and layout stay. What has changed is printed as a patch; what can't be accepted
    /// (secrets, missing resources) is told with the reason, and the exit code is 2.
    #[arg(long, value_name = "ADDRESS", num_args = 0.., conflicts_with_all = ["format", "report", "require_complete"])]
    pub accept: Option<Vec<String>>,
    /// Show what `--accept` would change, and write nothing.
    #[arg(long, requires = "accept")]
    pub dry_run: bool,
}

impl DriftFormat {
    /// Returns how the report is read in this form.
    pub fn form(self) -> Form {
        match self {
            Self::Text | Self::Markdown => Form::People,
            Self::Json => Form::Json,
            Self::Junit | Self::Html => Form::Markup,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DriftFormat {
    /// For people at a terminal.
    Text,
    /// For programs.
    Json,
    /// For an issue.
    Markdown,
    /// For a build's test results: a case for each resource, failed where it has drifted.
    Junit,
    /// One page to attach to a build: the topology in bands, each box opening its differences.
    Html,
}
