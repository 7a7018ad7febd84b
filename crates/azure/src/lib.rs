//! The client of Azure Resource Manager (ARM).
//!
//! Everything that crosses the wire to Azure crosses it here: logging in ([`Auth`]), reading
//! ([`Reader`], [`observe`]), writing ([`Writer`]) and waiting for long-running operations
//! ([`Operation`]), within Azure's limits and with its errors understood ([`Error`], [`classify`]).
//! Nothing here knows of topologies or plans.
//!
//! Reading and writing are two capabilities. A [`Reader`] refuses whatever could change something
//! before it reaches the network, so a plan made with one cannot write.

mod auth;
mod classify;
mod client;
mod cloud;
mod error;
mod exchange;
mod fault;
mod lease;
mod observe;
mod operation;
mod planes;
mod progress;
mod reader;
mod request;
mod retry;
mod scrub;
mod settings;
mod stopwatch;
mod throttle;
mod tokens;
mod trace;
mod writer;

pub use auth::{Auth, AuthError, ClientSecret};
pub use classify::{Class, classify};
pub use client::{Client, Counts};
pub use cloud::{Cloud, CloudError, is_loopback};
pub use error::{Error, Refused};
pub use fault::Fault;
pub use lease::{Holder, LEASE, LeaseBlob};
pub use observe::{Wants, observe, observe_further};
pub use operation::Operation;
pub use progress::{Event, Progress, Silent};
pub use reader::Reader;
pub use request::Precondition;
pub use scrub::scrub;
pub use settings::{Settings, Timeouts};
pub use stopwatch::Stopwatch;
pub use writer::Writer;

#[cfg(test)]
mod fake_arm;
