//! Carries out a plan along its graph.
//!
//! [`apply`] takes a [`plan::Plan`] as it stands and makes no choice of its own: it runs actions as
//! soon as what they wait for has succeeded, resolves values that become known on the way, checks
//! that Azure has not moved since the plan was made, and answers with what came of each action.
//! Every action is safe to repeat. What lies outside ARM (secrets, probes, DNS) is a [`World`].

mod action_error;
mod apply;
mod covers;
mod journal;
mod locks;
mod moved;
mod options;
mod real_world;
mod resolve;
mod run;
mod schedule;
mod verify;
mod visit;
mod world;
mod write;

pub use action_error::ActionError;
pub use apply::apply;
pub use journal::{JournalError, recover};
pub use options::{Cancel, Options, Progress, Silent};
pub use real_world::RealWorld;
pub use visit::{Seen, Visit};
pub use world::{Answered, Probe, World, WorldError};

#[cfg(test)]
mod fake_azure;
#[cfg(test)]
mod tests;
