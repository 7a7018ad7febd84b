//! `evenkeel drift`

use clap::{Args, ValueEnum};

use super::{Connection, File, Report, report};

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
    #[command(flatten)]
    pub connection: Connection,
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
