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
mod world;

pub use cli::Allow;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use cli::{Cli, Command, Global, LogFormat};
use exit::{Exit, Failure, Outcome};

/// Does what the command line says.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    start_log(&cli.global);
    let exit = match run(cli.command) {
        Ok(exit) => exit,
        Err(failure) => {
            output::error(&failure);
            failure.exit()
        }
    };
    exit.into()
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
    tokio::select! {
        // An interruption is noted here before what attends to it can end.
        biased;
        interrupted = interruption::unattended() => {
            interrupted?;
            output::say("interrupted");
            Err(Failure::Told(Exit::Interrupted))
        }
        outcome = run_online(command) => outcome,
    }
}

async fn run_online(command: Command) -> Outcome {
    match command {
        Command::Import(args) => commands::import::run(&args).await,
        Command::Plan(args) => commands::plan::run(&args).await,
        Command::Apply(args) => commands::apply::run(&args).await,
        Command::Drift(args) => commands::drift::run(&args).await,
        Command::Destroy(args) => commands::destroy::run(&args).await,
        Command::Show(args) => commands::show::run(&args).await,
        Command::Post(args) => commands::post::run(&args).await,
        Command::FetchPlan(args) => commands::fetch_plan::run(&args).await,
        Command::Simulate(args) => commands::simulate::run(&args).await,
        _ => Ok(Exit::Done),
    }
}

fn start_log(global: &Global) {
    // A failed login is told once, by the error itself.
    let quiet = "typespec_client_core=warn,azure_identity=warn";
    let default = match global.verbose {
        0 => format!("warn,{quiet}"),
        1 => format!("info,azure=debug,executor=debug,{quiet}"),
        _ => "trace,h2=info,hyper_util=info,rustls=info".to_owned(),
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let layer = tracing_subscriber::fmt::layer().with_writer(progress::log_writer);
    let registry = tracing_subscriber::registry().with(filter);
    match global.log_format {
        LogFormat::Text => {
            registry.with(layer.with_target(false).with_ansi(output::is_styled_stderr())).init();
        }
        LogFormat::Json => registry.with(layer.json()).init(),
    }
}
