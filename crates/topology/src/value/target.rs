//! What a reference leads to.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// What a reference leads to: something of this topology, or a resource ID.
///
/// `stamp` is the stamp's name, or `None` for what is global. Written out, it is the address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// An app: `weu/web`.
    App {
        /// The stamp.
        stamp: String,
        /// The key in `apps`.
        app: String,
    },
    /// The plan of a stamp: `weu/plan`.
    Plan {
        /// The stamp.
        stamp: String,
    },
    /// A storage account: `storage/queue`, `weu/storage/queue`.
    Storage {
        /// The stamp, or `None`.
        stamp: Option<String>,
        /// The key in `storage`.
        name: String,
    },
    /// A key vault: `vaults/shared`, `weu/vaults/own`.
    Vault {
        /// The stamp, or `None`.
        stamp: Option<String>,
        /// The key in `vaults`.
        name: String,
    },
    /// A managed identity: `identities/app`, `weu/identities/app`.
    Identity {
        /// The stamp, or `None`.
        stamp: Option<String>,
        /// The key in `identities`.
        name: String,
    },
    /// An entry of the escape hatch: `resources/cache`, `weu/resources/cache`.
    Resource {
        /// The stamp, or `None`.
        stamp: Option<String>,
        /// The key in `resources`.
        name: String,
    },
    /// A resource group: `resourceGroup`, `weu/resourceGroup`.
    ResourceGroup {
        /// The stamp, or `None` for the global group.
        stamp: Option<String>,
    },
    /// A Traffic Manager profile: `trafficManager/main`.
    TrafficManager {
        /// The key in `trafficManager`.
        name: String,
    },
    /// A DNS zone: `dns/example.com`.
    DnsZone {
        /// The domain.
        zone: String,
    },
    /// A custom domain: `domains/app.example.com`.
    Domain {
        /// The host name.
        host: String,
    },
    /// A resource outside this topology, by its ID.
    Id(String),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_band = |f: &mut fmt::Formatter<'_>,
                       stamp: &Option<String>,
                       band: &str,
                       name: &str| {
            match stamp {
                Some(stamp) => write!(f, "{stamp}/{band}/{name}"),
                None => write!(f, "{band}/{name}"),
            }
        };
        match self {
            Self::App { stamp, app } => write!(f, "{stamp}/{app}"),
            Self::Plan { stamp } => write!(f, "{stamp}/plan"),
            Self::Storage { stamp, name } => in_band(f, stamp, "storage", name),
            Self::Vault { stamp, name } => in_band(f, stamp, "vaults", name),
            Self::Identity { stamp, name } => in_band(f, stamp, "identities", name),
            Self::Resource { stamp, name } => in_band(f, stamp, "resources", name),
            Self::ResourceGroup { stamp: Some(stamp) } => write!(f, "{stamp}/resourceGroup"),
            Self::ResourceGroup { stamp: None } => f.write_str("resourceGroup"),
            Self::TrafficManager { name } => write!(f, "trafficManager/{name}"),
            Self::DnsZone { zone } => write!(f, "dns/{zone}"),
            Self::Domain { host } => write!(f, "domains/{host}"),
            Self::Id(id) => f.write_str(id),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Target {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Target".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}
