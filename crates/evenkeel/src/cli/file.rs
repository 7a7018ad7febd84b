//! Which topology is meant.

use std::path::PathBuf;

use clap::Args;

/// What changes the topology for one environment.
#[derive(Debug, Clone, Default, Args)]
pub struct Overlays {
    /// Lay this file over the topology, such as `overlays/test.yaml`; repeatable, later ones win.
    #[arg(long = "overlay", value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct File {
    /// The topology; without it `topology.yaml`, or the one file in `topologies/`.
    #[arg(value_name = "TOPOLOGY")]
    pub topology: Option<PathBuf>,

    #[command(flatten)]
    pub overlays: Overlays,
}
