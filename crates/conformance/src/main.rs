//! Judges Evenkeel by what it did not write: recorded traffic and published type definitions.
//!
//! A development tool; it is not shipped. `docs/reference/diff-rules.md` says what it reads.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

mod faults;
mod flows;
mod imports;
mod latency;
mod likeness;
mod pairs;
mod refusals;
mod settled;
mod stage;
mod transitions;
mod types;
#[cfg(test)]
mod worlds;

/// Judges the diff engine and the bodies that are sent by recorded traffic and type definitions.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Applies the first reference architecture to a simulated Azure that misbehaves, in processes
    /// that are killed, until it is done: then nothing may be left to do or to mend.
    Faults {
        /// How many trials are made.
        #[arg(long, default_value_t = 1000)]
        seeds: u64,
        /// The first seed.
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// How many trials run at once; they wait more than they work.
        #[arg(long, default_value_t = 4)]
        threads: usize,
        /// Says what goes wrong in each trial and what each run comes to.
        #[arg(long)]
        verbose: bool,
        /// Stops applies of reference architectures whose apps answer 503 after each so many requests
        /// instead: no later run may lead anybody to them.
        #[arg(long, value_name = "REQUESTS")]
        dark: Option<usize>,
    },
    /// Plays recorded exchanges against a fresh simulator, which must answer as Azure did.
    Flows {
        /// The folder of recorded flows, a JSON file each.
        directory: PathBuf,
        /// How long operations take: `none`, `scaled`, `scaled:<factor>` or `real`.
        #[arg(long, default_value = "scaled", value_parser = latency::read)]
        latency: simulator::Latency,
        /// Lists all that is wrong, not only its number.
        #[arg(long)]
        verbose: bool,
    },
    /// Imports what Azure held after recorded requests: a plan of the topology that is written may
    /// change nothing but the ownership mark.
    Imports {
        /// The folder of recorded pairs, a JSON file each.
        directory: PathBuf,
        /// Shows each topology that failed, not only their number.
        #[arg(long)]
        verbose: bool,
    },
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
    /// Breaks good bodies in ways that the published type definitions forbid and sends them to a
    /// simulator, which must refuse each.
    Refusals {
        /// The folder of definitions in the format of bicep-types, with its `index.json`.
        definitions: PathBuf,
        /// Where good bodies come from: topologies (`.yaml`) and folders of recorded pairs.
        good: Vec<PathBuf>,
        /// Lists each broken body that was accepted, not only their number.
        #[arg(long)]
        verbose: bool,
    },
    /// Sends recorded requests to a fresh simulator, which must hold afterwards what Azure held.
    Settled {
        /// The folder of recorded pairs, a JSON file each.
        directory: PathBuf,
        /// Lists all that is wrong, not only its number.
        #[arg(long)]
        verbose: bool,
    },
    /// Applies pairs of topologies, the second after the first: Azure must then hold what the second
    /// makes of an empty Azure.
    Transitions {
        /// How many pairs are tried.
        #[arg(long, default_value_t = 1000)]
        seeds: u64,
        /// The first seed.
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// How many trials run at once.
        #[arg(long, default_value_t = 2)]
        threads: usize,
        /// Where to keep the smallest pair of each kind of failure.
        #[arg(long)]
        keep: Option<PathBuf>,
        /// Where to write the texts of every pair, each into a folder by its seed.
        #[arg(long)]
        texts: Option<PathBuf>,
        /// How many pairs of each kind are made smaller.
        #[arg(long, default_value_t = 1)]
        shrink: usize,
        /// How many tries each of them is given.
        #[arg(long, default_value_t = 200)]
        tries: u32,
        /// Kills the second apply of every pair at each of its actions, each followed by a repeat,
        /// instead of what is drawn.
        #[arg(long)]
        kill: Option<Killing>,
        /// Draws more of the language than continuous integration does; not all of it passes yet.
        #[arg(long)]
        wide: bool,
        /// Says what each seed is and what it comes to.
        #[arg(long)]
        verbose: bool,
    },
    /// Checks bodies against Microsoft's published type definitions.
    Types {
        /// The folder of definitions in the format of bicep-types, with its `index.json`.
        definitions: PathBuf,
        /// Topologies (`.yaml`), of which every body that an apply would send is checked, or files
        /// of bodies, a JSON object `{type, apiVersion, name, body}` a line; standard input where
        /// none is given.
        bodies: Vec<PathBuf>,
    },
}

/// Where an apply is killed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Killing {
    /// When an action begins, once for each.
    EachAction,
}

fn main() -> anyhow::Result<ExitCode> {
    let passed = match Cli::parse().command {
        Command::Faults { dark: Some(step), .. } => faults::run_dark(step.max(1))?,
        Command::Faults { seeds, from, threads, verbose, dark: None } => {
            faults::run(faults::Seeds { from, count: seeds }, threads, verbose)?
        }
        Command::Flows { directory, latency, verbose } => flows::run(&directory, latency, verbose)?,
        Command::Imports { directory, verbose } => imports::run(&directory, verbose)?,
        Command::Settled { directory, verbose } => settled::run(&directory, verbose)?,
        Command::Pairs { directory, json, verbose } => {
            pairs::run(&directory, json.as_deref(), verbose)?
        }
        Command::Transitions {
            seeds,
            from,
            threads,
            keep,
            texts,
            shrink,
            tries,
            kill,
            wide,
            verbose,
        } => transitions::run(transitions::Settings {
            seeds: faults::Seeds { from, count: seeds },
            threads,
            keep: keep.as_deref(),
            texts: texts.as_deref(),
            shrink,
            tries,
            verbose,
            kill_each_action: kill.is_some(),
            wide,
        })?,
        Command::Refusals { definitions, good, verbose } => {
            refusals::run(&definitions, &good, verbose)?
        }
        Command::Types { definitions, bodies } => types::run(&definitions, &bodies)?,
    };
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
