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
