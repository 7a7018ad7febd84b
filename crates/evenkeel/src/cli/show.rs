//! `evenkeel show`

use clap::Args;

use super::{Connection, File};

#[derive(Debug, Args)]
pub struct Show {
    /// The resource's address, `weu/web`.
    pub address: String,
    #[command(flatten)]
    pub file: File,
    #[command(flatten)]
    pub connection: Connection,
}
