//! Which topology is meant.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Clone, Args)]
pub struct File {
    /// The topology; without it `topology.yaml`, or the one file in `topologies/`.
    #[arg(value_name = "TOPOLOGY")]
    pub topology: Option<PathBuf>,
}
