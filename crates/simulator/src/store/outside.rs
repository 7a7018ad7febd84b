//! What lies outside this Azure: how other hosts answer, and records of zones elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How a host answers a probe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostHealth {
    /// The HTTP status of every path that is not named.
    #[serde(default = "healthy")]
    pub status: u16,
    /// The HTTP status of single paths.
    #[serde(default)]
    pub paths: BTreeMap<String, u16>,
    /// What it says where all is well; left out, who it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

fn healthy() -> u16 {
    200
}

/// A DNS record set of a zone that is not in this Azure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// The full name, with or without the dot at its end.
    pub name: String,
    /// The record type, `CNAME`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The time to live in seconds.
    #[serde(default = "hour")]
    pub ttl: u32,
    /// The values, as a zone file has them.
    pub values: Vec<String>,
}

fn hour() -> u32 {
    3600
}

/// Somebody who looks at a host once a second of Azure's time, as a user would.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Visitor {
    /// The host.
    pub host: String,
    /// The path; `/` where none is given.
    #[serde(default = "root")]
    pub path: String,
    /// When it looked last, in milliseconds since 1970.
    #[serde(default)]
    pub looked: u64,
    /// Whether it was ever content.
    #[serde(default)]
    pub was_served: bool,
    /// How often it has looked since then.
    #[serde(default)]
    pub looks: u64,
    /// How many seconds it was turned away or left alone.
    #[serde(default)]
    pub outage_secs: u64,
    /// The longest of these that followed one another.
    #[serde(default)]
    pub longest_secs: u64,
    /// How many of them have just passed.
    #[serde(default)]
    pub current_secs: u64,
    /// What answered last, and how.
    #[serde(default)]
    pub last: String,
}

fn root() -> String {
    "/".to_owned()
}
