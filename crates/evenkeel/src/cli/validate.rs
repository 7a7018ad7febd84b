//! `evenkeel validate`

use clap::{Args, ValueEnum};

use super::File;

#[derive(Debug, Args)]
pub struct Validate {
    #[command(flatten)]
    pub file: File,
    /// Form of the diagnostics.
    #[arg(long, value_enum, default_value = "text")]
    pub format: ValidateFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ValidateFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
}
