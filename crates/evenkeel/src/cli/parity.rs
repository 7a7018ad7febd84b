//! `evenkeel parity`

use clap::{Args, ValueEnum};

use super::{File, Report, report};
use crate::output::Form;

#[derive(Debug, Args)]
pub struct Parity {
    #[command(flatten)]
    pub file: File,
    /// Compare the tenants outside Azure that `parity` of the topology names.
    #[arg(long, required = true)]
    pub external: bool,
    /// Form of the report on stdout.
    #[arg(long, value_enum, default_value = "text")]
    pub format: ParityFormat,
    /// Write the report in a further form to a file; repeatable.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report::parse::<ParityFormat>)]
    pub report: Vec<Report<ParityFormat>>,
}

impl ParityFormat {
    /// Returns how the report is read in this form.
    pub fn form(self) -> Form {
        match self {
            Self::Text | Self::Markdown => Form::People,
            Self::Json => Form::Json,
            Self::Junit => Form::Markup,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ParityFormat {
    /// For people at a terminal.
    Text,
    /// For programs.
    Json,
    /// For an issue.
    Markdown,
    /// For a build's test results: a suite for each comparison, a case for each tenant.
    Junit,
}
