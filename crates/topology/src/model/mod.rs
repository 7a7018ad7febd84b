//! What a topology says: plain data, resolved for every stamp.

mod apply_lock;
mod cloud;
mod login;
mod objectives;
mod parity;
mod permission;
mod sections;
mod stamp;
mod tls;
mod topology;
mod usage;

pub use apply_lock::ApplyLock;
pub use cloud::{Cloud, CloudEndpoints, CloudSuffixes};
pub use login::{BasicAuth, OAuth, ProbeAuth};
pub use objectives::Objectives;
pub use parity::{Comparison, Expiry, Parity, Tenant, TenantAuth};
pub use permission::Permission;
pub use sections::Sections;
pub use stamp::Stamp;
pub use tls::TlsVersion;
pub use topology::{StampInstance, StampModule, Topology};
pub use usage::{Usable, Use};
