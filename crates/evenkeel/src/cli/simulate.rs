//! `evenkeel simulate`

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Simulate {
    /// Where the local Azure is kept; without it, in memory.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The port to listen on; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 8443)]
    pub port: u16,
    /// What exists at the start, what changes, and which faults are injected (YAML).
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Apply the scenario and stop.
    #[arg(long, requires = "scenario")]
    pub once: bool,
    /// Print what is stored, `{"resources": {ID: {"body": …}}}`, and stop.
    #[arg(long)]
    pub dump: bool,
    /// The subscription that the local Azure has.
    #[arg(long, value_name = "ID")]
    pub subscription: Option<String>,
    /// How long operations take: `none`, `real`, or a factor such as 0.01.
    #[arg(long, default_value = "none")]
    pub latency: String,
    /// How often it may be asked: `none` for as often as you like, `real` for Azure's token buckets.
    #[arg(long, value_parser = ["none", "real"], default_value = "none")]
    pub throttle: String,
}
