//! Judges Evenkeel by what it did not write: recorded traffic and published type definitions.
//!
//! A development tool; it is not shipped. `docs/reference/diff-rules.md` says what it reads.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod pairs;
mod types;

/// Judges the diff engine and the bodies that are sent by recorded traffic and type definitions.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compares recorded requests with what Azure held afterwards: no difference may be seen, and
    /// every difference that is made must be.
    Pairs {
        /// The folder of recorded pairs, a JSON file each.
        directory: PathBuf,
        /// Where to write the details of every case.
        #[arg(long)]
        json: Option<PathBuf>,
        /// Lists every failure, not only their number.
        #[arg(long)]
        verbose: bool,
    },
    /// Checks bodies against Microsoft's published type definitions.
    Types {
        /// The folder of definitions in the format of bicep-types, with its `index.json`.
        definitions: PathBuf,
        /// Files of bodies, a JSON object `{type, apiVersion, name, body}` a line; standard input where
        /// none is given.
        bodies: Vec<PathBuf>,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let passed = match Cli::parse().command {
        Command::Pairs { directory, json, verbose } => {
            pairs::run(&directory, json.as_deref(), verbose)?
        }
        Command::Types { definitions, bodies } => types::run(&definitions, &bodies)?,
    };
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
