//! What the user allows.

use clap::Args;

/// What the user allows.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Permissions")]
pub struct Allow {
    /// Take over every existing resource of a declared name.
    #[arg(long)]
    pub adopt: bool,

    /// Permit the loss of this resource (address or resource ID); repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub permit: Vec<String>,

    /// Lift the bound on the share of resources that one plan may delete.
    #[arg(long)]
    pub allow_mass_delete: bool,
}
