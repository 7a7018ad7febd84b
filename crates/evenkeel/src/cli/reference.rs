//! `evenkeel explain`, `evenkeel completions` and `evenkeel man`

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Explain {
    /// The code, `cname-at-apex`; without it all codes are listed.
    pub code: Option<String>,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct Man {
    /// Write a page for each command into this folder.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
