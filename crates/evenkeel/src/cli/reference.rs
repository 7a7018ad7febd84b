//! `evenkeel explain` and `evenkeel completions`

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
