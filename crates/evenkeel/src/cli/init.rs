//! `evenkeel init`

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub struct Init {
    /// The reference architecture to start from.
    #[arg(long, value_enum, default_value = "minimal")]
    pub from: Starter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Starter {
    /// Two stamps behind a priority profile: the smallest useful topology.
    Minimal,
    /// An app cloned to a second region behind Traffic Manager.
    R1,
    /// External tenants behind a priority profile.
    R2,
    /// A portal in two regions behind Front Door.
    R3,
}
