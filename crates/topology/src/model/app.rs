//! Web apps and function apps.

use super::{
    AppIdentity, AppKind, AppLogs, ConnectionString, FtpsState, Permission, Runtime, TlsVersion,
    VaultAccess,
};
use crate::record;
use crate::section::Section;
use crate::{AnyStorage, FreeMap, Name, Ref, Sp, Text};

record! {
    /// A web app or function app of a stamp.
    pub struct App,
        common("app", tags "the topology's and the stamp's",
            protect "`false` when left out") {
        /// The app's name in Azure, unique in the cloud; left out, `app-{name}-<key>-{stamp}`
        /// (`func-…` for a function app).
        #[serde(default)]
        pub name: Name,
        /// `web` (when left out) or `function`.
        pub kind: Option<Sp<AppKind>>,
        /// The resource group; left out, the stamp's.
        #[serde(default)]
        pub resource_group: Name,
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
        /// What the app logs to its file system.
        pub logs: Option<AppLogs>,
        /// The storage account of a function app: a reference to `storage`.
        pub storage: Option<Sp<Ref<AnyStorage>>>,
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

crate::entry!(App in crate::section::APPS: tags, existing, adopt, protect; named name, resource_group; regions;
    fn abbreviation(&self, section: &Section) -> &'static str {
        let index = match self.kind() {
            AppKind::Web => 0,
            AppKind::Function => 1,
        };
        section.abbreviations.get(index).copied().unwrap_or_default()
    }
    fn check(&self, check: &mut crate::check::Check<'_>, at: crate::check::At<'_>) {
        if let Some(stamp) = at.stamp {
            check.app(self, stamp);
        }
    }
);
