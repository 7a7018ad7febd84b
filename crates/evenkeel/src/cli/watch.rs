//! `evenkeel watch`

use std::net::SocketAddr;
use std::num::NonZeroU64;

use clap::Args;
use topology::Duration;

use super::{Connection, DriftFormat, File, Report, report};

/// The shortest wait between two rounds.
const LEAST_INTERVAL: std::time::Duration = std::time::Duration::from_secs(1);

#[derive(Debug, Args)]
pub struct Watch {
    #[command(flatten)]
    pub file: File,
    /// How long to wait between two rounds: `30m`, `6h`; at least a second.
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = interval)]
    pub interval: Duration,
    /// By which share a wait may be shorter or longer, so that many watchers do not ask at once.
    #[arg(long, value_name = "PERCENT", default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub jitter: u8,
    /// Serve `/metrics`, `/healthz` and `/readyz` on this address; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Stop after so many rounds, with the exit code of the last as `drift` has it.
    #[arg(long, value_name = "N")]
    pub rounds: Option<NonZeroU64>,
    /// Exit 5 where the last round could not look at something; drift is told before it.
    #[arg(long, requires = "rounds")]
    pub require_complete: bool,
    /// Write what the latest round found to a file, `html=drift.html`; repeatable.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report::parse::<DriftFormat>)]
    pub report: Vec<Report<DriftFormat>>,
    #[command(flatten)]
    pub connection: Connection,
}

/// Reads an interval: without a pause Azure would be asked as fast as it answers.
fn interval(text: &str) -> Result<Duration, String> {
    let interval: Duration = text.parse().map_err(|error| format!("{error}"))?;
    if interval.0 < LEAST_INTERVAL {
        Err(format!("`{text}` is no pause; give at least {}s", LEAST_INTERVAL.as_secs()))
    } else {
        Ok(interval)
    }
}
