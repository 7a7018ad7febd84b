//! `evenkeel import`

use std::path::PathBuf;

use clap::Args;

use super::Connection;

#[derive(Debug, Args)]
pub struct Import {
    /// Names of resource groups, or resource IDs of groups and of single resources.
    #[arg(value_name = "GROUP|ID", required = true)]
    pub scopes: Vec<String>,
    /// The subscription of the groups that are given by name.
    #[arg(long, value_name = "ID", env = "AZURE_SUBSCRIPTION_ID")]
    pub subscription: Option<String>,
    /// The topology's name; without it the ownership mark that the resources carry, or what their
    /// names have in common.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Write the topology to this file instead of stdout.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Overwrite the file if it is there.
    #[arg(long, requires = "out")]
    pub force: bool,
    #[command(flatten)]
    pub connection: Connection,
}
