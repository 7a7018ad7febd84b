//! `evenkeel init`

use crate::cli::{Init, Starter};
use crate::exit::{Exit, Outcome};
use crate::output;

/// Prints a topology to start from.
pub fn run(args: &Init) -> Outcome {
    output::result(match args.from {
        Starter::Minimal => include_str!("../../../../topologies/minimal.yaml"),
        Starter::R1 => include_str!("../../../../topologies/r1.yaml"),
        Starter::R2 => include_str!("../../../../topologies/r2.yaml"),
        Starter::R3 => include_str!("../../../../topologies/r3.yaml"),
    })?;
    Ok(Exit::Done)
}
