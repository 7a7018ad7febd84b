//! What a topology says of a custom domain.

use schemars::json_schema;
use serde::Serialize;
use topology::family::{Context, Decode, Node, NodeKind};
use topology::section::Entry;
use topology::{OneOrMany, Ref, Sp, Ttl, entry, inline_schema, record};

use super::DOMAINS;
use crate::apps::App;
use crate::front_door::FrontDoor;
use crate::resources::Resource;
use crate::traffic_manager::TrafficManager;
use crate::vaults::Vault;

record! {
    /// A custom domain; its key is the host name.
    pub struct Domain {
        /// Where the name points: `trafficManager/<key>`, `frontDoor/<key>`, `<stamp>/<app>` or a
        /// resource ID.
        pub route_to: Sp<Ref<(TrafficManager, FrontDoor, App, Resource)>>,
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
        pub key_vault: Sp<Ref<Vault>>,
        /// The certificate's name in the vault.
        pub secret: Sp<String>,
    }
}

impl Decode for Binding {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let text = cx.scalar(node, "an app such as `web` or `weu/web`")?;
        let apps = cx.in_stamps(App::SECTION, &text);
        if apps.is_empty() {
            // Files the mistake, with the nearest name.
            cx.reading("app");
            return Ref::decode(node, cx).map(|target| Self { apps: vec![target] });
        }
        Some(Self {
            apps: apps.into_iter().map(|(stamp, key)| Ref::to(Some(stamp), key)).collect(),
        })
    }
}

impl Decode for Certificate {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        if let NodeKind::Map(_) = node.kind {
            return VaultCertificate::decode(node, cx).map(Self::KeyVault);
        }
        Some(match cx.word(node, &["managed", "none"])? {
            "managed" => Self::Managed,
            _ => Self::None,
        })
    }
}

inline_schema!(Binding, _ => json_schema!({ "type": "string" }));

inline_schema!(Certificate, generator => json_schema!({
    "anyOf": [
        { "type": "string", "enum": ["managed", "none"] },
        generator.subschema_for::<VaultCertificate>()
    ]
}));

entry!(Domain in DOMAINS: adopt; named;
    fn check(&self, check: &mut topology::family::Check<'_>, at: topology::family::At<'_>) {
        super::check::domain(check, at.key, self);
    }
);
