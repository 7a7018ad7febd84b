//! Azure on one machine: Azure Resource Manager, Entra ID and the metadata endpoint over real
//! HTTP.
//!
//! A [`Simulator`] answers as recorded traffic shows that Azure answers, so that the Azure CLI,
//! the Azure SDKs and this project's own engine work against it unchanged. It shares nothing with
//! the engine but resource IDs: what the engine believes about a resource type is not known here,
//! or a mistake there would agree with itself.
//!
//! What it starts with and what goes wrong is said by a [`Scenario`]; a new resource type is a
//! new entry of a table in the module `families`.

mod actions;
mod answer;
mod arm;
mod azure;
mod blobs;
mod body;
mod clock;
mod control;
mod dns;
mod entra;
mod families;
mod faults;
mod folder;
mod hosts;
mod identity;
mod journal;
mod json;
mod kind;
mod list;
mod locks;
mod metadata;
mod moves;
mod operation;
mod polling;
mod read;
mod regions;
mod remove;
mod request;
mod scenario;
mod scope;
mod server;
mod settings;
mod shapes;
mod simulator;
mod state;
mod subscription;
mod throttle;
mod tls;
mod traffic;
mod versions;
mod write;

pub use faults::{Fault, Faults, Rule};
pub use journal::{RequestCounts, RequestLine};
pub use scenario::{HostHealth, Record, Scenario, ScenarioError, Step};
pub use settings::{Latency, Settings};
pub use simulator::{Error, Simulator};
pub use state::Violation;
pub use throttle::Throttle;
