//! Custom domains: one entry for record, verification, binding and certificate.

use serde::Serialize;

use crate::record;

use crate::{AnyVault, App, OneOrMany, Ref, Resource, Sp, TrafficManager, Ttl};

record! {
    /// A custom domain; its key is the host name.
    pub struct Domain {
        /// Where the name points: `trafficManager/<key>`, `<stamp>/<app>` or a resource ID.
        pub route_to: Sp<Ref<(TrafficManager, App, Resource)>>,
        /// The app whose every stamp answers for the name (`web`), or apps of single stamps
        /// (`weu/web`).
        #[serde(default)]
        pub bind: OneOrMany<Sp<Binding>>,
        /// `managed`, `none` (when left out) or `{ keyVault, secret }`.
        pub certificate: Option<Sp<Certificate>>,
        /// How long resolvers may keep the record; `5m` when left out.
        pub ttl: Option<Sp<Ttl>>,
        /// Writes an alias record where a CNAME would do too; at the apex it is always one.
        pub alias: Option<Sp<bool>>,
        /// Takes over its records and bindings if they exist already.
        #[serde(default)]
        pub adopt: bool,
    }
}

/// Apps that answer for a host name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Binding {
    /// The apps, in the order of the stamps.
    pub apps: Vec<Ref<App>>,
}

/// Where the certificate of a domain comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Certificate {
    /// None: the name is bound without TLS.
    None,
    /// App Service issues and renews it.
    Managed,
    /// A certificate in a key vault.
    KeyVault(VaultCertificate),
}

record! {
    /// A certificate in a key vault.
    pub struct VaultCertificate {
        /// The vault: a key of `vaults` or a resource ID.
        pub key_vault: Sp<Ref<AnyVault>>,
        /// The certificate's name in the vault.
        pub secret: Sp<String>,
    }
}

crate::entry!(Domain in crate::section::DOMAINS: adopt; named; regions;
    fn check(&self, check: &mut crate::check::Check<'_>, at: crate::check::At<'_>) {
        check.domain(at.key, self);
    }
);
