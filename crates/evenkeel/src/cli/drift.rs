//! `evenkeel drift`

use clap::{Args, ValueEnum};

use super::{Connection, File};

#[derive(Debug, Args)]
pub struct Drift {
    #[command(flatten)]
    pub file: File,
    /// Form of the report on stdout.
    #[arg(long, value_enum, default_value = "text")]
    pub format: DriftFormat,
    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DriftFormat {
    /// For people at a terminal.
    Text,
    /// For programs.
    Json,
    /// For a build's test results: a case for each resource, failed where it has drifted.
    Junit,
    /// One page to attach to a build: the topology in bands, each box opening its differences.
    Html,
}
