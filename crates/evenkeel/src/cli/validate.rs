//! `evenkeel validate`

use clap::Args;

use super::{File, TextOrJson};

#[derive(Debug, Args)]
pub struct Validate {
    #[command(flatten)]
    pub file: File,
    /// Form of the diagnostics.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TextOrJson,
}
