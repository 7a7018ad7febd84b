//! Web apps and function apps.

mod access;
mod auth;
mod door;
mod mounts;
mod parts;

use topology::property::ENABLED;
use topology::{FreeMap, Permission, Raw, Ref, Section, Sp, Text, TlsVersion, entry, record};

use super::APPS;
use crate::storage::Storage;
use crate::vaults::VaultAccess;
use access::CLIENT_CERTIFICATES;

pub use access::{
    Access, AccessAction, AccessRule, ClientCertificateMode, ClientCertificates, Cors,
};
pub use auth::{Auth, Entra, Unauthenticated};
pub use door::{Asker, Door, Shut};
pub use mounts::{Backup, BackupDatabase, DatabaseType, Mount, MountKind};
pub use parts::{
    AppIdentity, AppKind, AppLogs, ConnectionString, ConnectionStringType, FtpsState, HttpLogs,
    LogLevel, PullIdentity, Runtime,
};

record! {
    /// A web app or function app of a stamp.
    pub struct App,
        common("app" in stamp,
            name "The app's name in Azure, unique in the cloud; left out, \
                `app-{name}-<key>-{stamp}` (`func-…` for a function app)",
            protect "`false` when left out") {
        /// `web` (when left out) or `function`.
        pub kind: Option<Sp<AppKind>>,
        /// Stack and version, such as `dotnet|8.0`.
        pub runtime: Option<Sp<Runtime>>,
        /// A container image, best by digest: `registry.example.com/app@sha256:…`.
        pub image: Option<Sp<String>>,
        /// `system`, `none`, or a list of `system` and references to `identities`.
        pub identity: Option<Sp<AppIdentity>>,
        /// Application settings.
        #[serde(default)]
        pub settings: FreeMap<Sp<Text>>,
        /// Connection strings by name.
        #[serde(default)]
        pub connection_strings: FreeMap<ConnectionString>,
        /// Names of settings that stay with their slot in a swap; left out, they are left alone.
        pub slot_settings: Option<Vec<Sp<String>>>,
        /// The path that App Service probes on each instance.
        pub health_path: Option<Sp<String>>,
        /// Keeps the app loaded; not possible on free and shared plans.
        pub always_on: Option<Sp<bool>>,
        /// Redirects HTTP to HTTPS; `true` when left out.
        pub https_only: Option<Sp<bool>>,
        /// The lowest TLS version accepted; `"1.2"` when left out.
        pub min_tls: Option<Sp<TlsVersion>>,
        /// Sticks a client to an instance by cookie; `false` when left out.
        pub client_affinity: Option<Sp<bool>>,
        /// Accepts HTTP/2.
        pub http2: Option<Sp<bool>>,
        /// Which kinds of FTP deployment are open; `disabled` when left out.
        pub ftps: Option<Sp<FtpsState>>,
        /// The command that starts it; left out, what its runtime or image does.
        pub start_up at "config/web#/properties/appCommandLine": Option<Sp<String>> => born String::new(),
        /// Accepts web sockets.
        pub web_sockets at "config/web#/properties/webSocketsEnabled": Option<Sp<bool>> => born false,
        /// The lowest TLS version that the deployment site accepts.
        pub scm_min_tls at "config/web#/properties/scmMinTlsVersion":
            Option<Sp<TlsVersion>> => born TlsVersion::Tls12,
        /// Browsers of which other origins may call it.
        pub cors at "config/web#/properties/cors": Option<Cors>,
        /// From where it may be reached.
        pub access at "config/web#/properties": Option<Access>,
        /// Lets the public network in.
        pub public_access at "/properties/publicNetworkAccess" via ENABLED:
            Option<Sp<bool>> => born true,
        /// Clients prove themselves by certificates.
        pub client_certificates at "/properties" via CLIENT_CERTIFICATES: Option<ClientCertificates>,
        /// Who has to sign in, and how.
        pub auth at "config/authsettingsV2#/properties": Option<Auth>,
        /// Shares and containers that the app sees as folders, by name.
        #[serde(default)]
        pub mounts at "config/azurestorageaccounts#/properties": FreeMap<Mount>,
        /// When it is backed up, and where to.
        pub backup at "config/backup#/properties": Option<Backup>,
        /// The package that it runs, as a URL.
        pub package: Option<Sp<Text>>,
        /// Who pulls the image: `system`, or a reference to one of `identities`.
        pub pull_identity: Option<Sp<PullIdentity>>,
        /// Members of ARM's `siteConfig` that no other key speaks of.
        pub site_config: Option<Sp<Raw>>,
        /// What the app logs to its file system.
        pub logs: Option<AppLogs>,
        /// The storage account of a function app, which its identity reaches: a reference to `storage`.
        pub storage: Option<Sp<Ref<Storage>>>,
        /// The connection string of that account, by reference, instead of `storage`.
        pub host_connection: Option<Sp<Text>>,
        /// The app whose observed configuration is taken over: `<stamp>/<app>` or a resource ID.
        pub clone_of: Option<Sp<Ref<App>>>,
        /// Roles that the app's system identity gets.
        #[serde(default)]
        pub permissions: Vec<Permission>,
        /// Access policies that the app's system identity gets in vaults without RBAC.
        #[serde(default)]
        pub vault_access: Vec<VaultAccess>,
        /// Whether the app runs; `false` stops it.
        pub enabled: Option<Sp<bool>>,
    }
}

impl App {
    /// Returns the kind: the written one, or a web app.
    pub fn kind(&self) -> AppKind {
        self.kind.as_ref().map_or(AppKind::Web, |kind| kind.value)
    }
}

entry!(App in APPS;
    fn abbreviation(&self, section: &Section) -> &'static str {
        let index = match self.kind() {
            AppKind::Web => 0,
            AppKind::Function => 1,
        };
        section.abbreviations.get(index).copied().unwrap_or_default()
    }

    fn check(&self, check: &mut topology::family::Check<'_>, at: topology::family::At<'_>) {
        if let Some(stamp) = at.stamp {
            super::check::app(check, self, stamp);
        }
    }
);
