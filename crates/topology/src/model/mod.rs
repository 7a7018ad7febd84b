//! What a topology says: plain data, resolved for every stamp.

mod app;
mod app_access;
mod app_auth;
mod app_door;
mod app_mounts;
mod app_parts;
mod apply_lock;
mod cloud;
mod login;
mod objectives;
mod parity;
mod plan;
mod sections;
mod stamp;
mod topology;
mod usage;

pub use app::App;
pub use app_access::{
    Access, AccessAction, AccessRule, ClientCertificateMode, ClientCertificates, Cors,
};
pub use app_auth::{Auth, Entra, Unauthenticated};
pub use app_door::{Asker, Door, Shut};
pub use app_mounts::{Backup, BackupDatabase, DatabaseType, Mount, MountKind};
pub use app_parts::{
    AppIdentity, AppKind, AppLogs, ConnectionString, ConnectionStringType, FtpsState, HttpLogs,
    LogLevel, Permission, PullIdentity, Runtime, TlsVersion, VaultAccess,
};
pub use apply_lock::ApplyLock;
pub use cloud::{Cloud, CloudEndpoints, CloudSuffixes};
pub use login::{BasicAuth, OAuth};
pub use objectives::Objectives;
pub use parity::{Comparison, Expiry, Parity, Tenant, TenantAuth};
pub use plan::{Autoscale, Os, Plan, ScaleRule};
pub use sections::Sections;
pub use stamp::Stamp;
pub use topology::{StampInstance, StampModule, Topology};
pub use usage::{Usable, Use};
