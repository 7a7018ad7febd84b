//! `evenkeel apply`

use std::path::PathBuf;

use clap::Args;

use super::{Allow, Connection, Overlays, TextOrJson, WaitForLock};

#[derive(Debug, Args)]
pub struct Apply {
    /// The topology, or a saved plan (`.json`).
    #[arg(value_name = "TOPOLOGY|PLAN")]
    pub input: Option<PathBuf>,
    /// The topology that a saved plan must still fit; by default the file it was made from.
    #[arg(long, value_name = "FILE")]
    pub topology: Option<PathBuf>,
    #[command(flatten)]
    pub overlays: Overlays,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// How many actions may run at once.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub concurrency: u16,
    /// Do not probe apps between stamps.
    #[arg(long)]
    pub no_probe: bool,
    /// Form of the outcome on stdout.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TextOrJson,
    #[command(flatten)]
    pub wait: WaitForLock,
    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub connection: Connection,
}
