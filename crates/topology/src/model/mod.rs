//! What a topology says: plain data, resolved for every stamp.

mod app;
mod app_parts;
mod apply_lock;
mod cloud;
mod dns;
mod domain;
mod objectives;
mod plan;
mod raw;
mod sections;
mod stamp;
mod topology;
mod traffic_manager;

pub use app::App;
pub use app_parts::{
    AppIdentity, AppKind, AppLogs, ConnectionString, ConnectionStringType, FtpsState, HttpLogs,
    LogLevel, Permission, Runtime, TlsVersion, VaultAccess,
};
pub use apply_lock::ApplyLock;
pub use cloud::{Cloud, CloudEndpoints, CloudSuffixes};
pub use dns::{AliasType, Caa, DnsZone, LockPolicy, Mx, RecordSet, Srv};
pub use domain::{Binding, Certificate, Domain, VaultCertificate};
pub use objectives::Objectives;
pub use plan::{Autoscale, Os, Plan, ScaleRule};
pub use raw::{Raw, Resource};
pub use sections::Sections;
pub use stamp::Stamp;
pub use topology::{StampInstance, StampModule, Topology};
pub use traffic_manager::{
    Endpoint, EndpointTarget, Monitor, MonitorProtocol, Routing, StatusRange, SubnetRange,
    TrafficManager,
};
