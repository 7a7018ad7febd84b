//! `evenkeel destroy`

use clap::Args;

use super::{Allow, Connection, File, WaitForLock};

#[derive(Debug, Args)]
pub struct Destroy {
    #[command(flatten)]
    pub file: File,
    /// The topology's name, instead of asking for it.
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
    #[command(flatten)]
    pub wait: WaitForLock,
    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub connection: Connection,
}
