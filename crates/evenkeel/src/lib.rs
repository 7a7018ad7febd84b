//! `evenkeel`: the command line.
//!
//! A library, so that what judges the engine takes the way that the commands take: a
//! [`session::Session`] plans, [`pass::carry_out`] applies.

mod accept;
mod apply_lock;
mod base;
mod cli;
mod commands;
pub mod exit;
mod git;
mod interruption;
mod output;
pub mod pass;
mod picture;
pub mod progress;
mod prompt;
mod saved;
pub mod session;
mod source;
mod telemetry;
mod trust;
mod watch;
mod world;

pub use cli::Allow;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use tokio::sync::oneshot;

use cli::{Cli, Command};
use exit::{Exit, Failure, Outcome};
use telemetry::Telemetry;

/// Returns the commands and their options.
pub fn command_line() -> clap::Command {
    Cli::command()
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => return told_by_clap(&told).into(),
    };
    output::learn_keys_of_the_run();
    let telemetry = Telemetry::start(&cli.global, &cli.command);
    let exit = match output::check_targets(&cli.command).and_then(|()| run(cli.command)) {
        Ok(exit) => exit,
        Err(failure) => {
            output::error(&failure);
            failure.exit()
        }
    };
    telemetry.stop();
    exit.into()
}

/// Prints what clap has to say: help and versions are what was asked for, all else is a wrong call.
///
/// clap itself would end with 2, which here means that there are changes.
fn told_by_clap(told: &clap::Error) -> Exit {
    // Where nobody reads any more, there is nobody to tell it either.
    let _ = told.print();
    if told.use_stderr() { Exit::Invalid } else { Exit::Done }
}

fn run(command: Command) -> Outcome {
    match command {
        // What needs no network needs no runtime either, and starts at once.
        Command::Init(args) => commands::init::run(&args),
        Command::Validate(args) => commands::validate::run(&args),
        Command::Graph(args) => commands::graph::run(&args),
        Command::Schema => commands::reference::schema(),
        Command::Explain(args) => commands::reference::explain(&args),
        Command::Completions(args) => commands::reference::completions(&args),
        Command::Man(args) => commands::reference::man(&args),
        command => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            let outcome = runtime.block_on(run_unless_interrupted(command));
            // What still runs besides is nothing that anybody waits for.
            runtime.shutdown_background();
            outcome
        }
    }
}

async fn run_unless_interrupted(command: Command) -> Outcome {
    // On a thread of its own: this one may be held up by a file, a pipe or another program.
    let (tell, told) = oneshot::channel();
    let attendant = tokio::spawn(interruption::end_the_run(tell));
    let outcome = tokio::select! {
        // An interruption is noted here before what attends to it can end.
        biased;
        interrupted = told => match interrupted {
            Ok(interrupted) => interrupted.map_err(Failure::from).and_then(|()| {
                output::say("interrupted");
                Err(Failure::Told(Exit::Interrupted))
            }),
            Err(_) => Err(anyhow::anyhow!("nobody listens for interruptions").into()),
        },
        outcome = run_online(command) => outcome,
    };
    attendant.abort();
    outcome
}

async fn run_online(command: Command) -> Outcome {
    trust::check()?;
    match command {
        Command::Import(args) => commands::import::run(&args).await,
        Command::Plan(args) => commands::plan::run(&args).await,
        Command::Apply(args) => commands::apply::run(&args).await,
        Command::Drift(args) => commands::drift::run(&args).await,
        Command::Check(args) => commands::check::run(&args).await,
        Command::Parity(args) => commands::parity::run(&args).await,
        Command::Destroy(args) => commands::destroy::run(&args).await,
        Command::Show(args) => commands::show::run(&args).await,
        Command::Post(args) => commands::post::run(&args).await,
        Command::FetchPlan(args) => commands::fetch_plan::run(&args).await,
        Command::Simulate(args) => commands::simulate::run(&args).await,
        Command::Watch(args) => commands::watch::run(&args).await,
        _ => Ok(Exit::Done),
    }
}
