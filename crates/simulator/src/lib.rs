//! Azure on one machine: Azure Resource Manager, Entra ID and the metadata endpoint over real
//! HTTP.
//!
//! A [`Simulator`] answers as recorded traffic shows that Azure answers, so that the Azure CLI,
//! the Azure SDKs and this project's own engine work against it unchanged. It shares nothing with
//! the engine but resource IDs: what the engine believes about a resource type is not known here,
//! or a mistake there would agree with itself.
//!
//! What it starts with and what goes wrong is said by a [`Scenario`]. Each module knows only those
//! before it: `wire` (requests and answers), `settings`, `store` (what is held, the clock, IDs),
//! `kind` (what can be known of a type and of a family), `protocol` (what ARM does for every type),
//! `families` (how each provider answers, one list of them), `router` (who answers a path).

mod families;
mod kind;
mod protocol;
mod router;
mod settings;
mod simulator;
mod store;
mod tls;
mod wire;

pub use router::journal::{RequestCounts, RequestLine};
pub use router::scenario::{Scenario, ScenarioError, Step};
pub use settings::faults::{Fault, Faults, Rule};
pub use settings::throttle::Throttle;
pub use settings::{Latency, Settings};
pub use simulator::{Error, Simulator};
pub use store::folder::holds_state;
pub use store::outside::{HostHealth, Record, Visitor};
pub use store::rows::RowCounts;
pub use store::state::Violation;
