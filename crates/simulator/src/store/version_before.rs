//! The file of everything that earlier versions kept in the folder.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::store::blob::Blob;
use crate::store::operation::Operation;
use crate::store::outside::{HostHealth, Record};
use crate::store::state::{State, Stored, Violation};

/// What `state.json` holds.
#[derive(Debug, Deserialize)]
pub(crate) struct StateBefore {
    revision: u64,
    resources: BTreeMap<String, Stored>,
    operations: BTreeMap<String, Operation>,
    deleted: BTreeMap<String, Stored>,
    #[serde(default)]
    hosts: BTreeMap<String, HostHealth>,
    #[serde(default)]
    records: Vec<Record>,
    #[serde(default)]
    unregistered: BTreeSet<String>,
    #[serde(default)]
    served: BTreeSet<String>,
    #[serde(default)]
    violations: Vec<Violation>,
    #[serde(default)]
    lifted: BTreeMap<String, String>,
    #[serde(default)]
    identities_lost: BTreeMap<String, u64>,
    #[serde(default)]
    blobs: BTreeMap<String, Blob>,
    #[serde(default)]
    ahead: u64,
    signing_key: String,
}

impl From<StateBefore> for State {
    fn from(before: StateBefore) -> Self {
        Self {
            revision: before.revision,
            resources: before.resources.into_iter().collect(),
            operations: before.operations.into_iter().collect(),
            deleted: before.deleted.into_iter().collect(),
            hosts: before.hosts,
            records: before.records,
            unregistered: before.unregistered,
            served: before.served.into_iter().map(|key| (key, true)).collect(),
            violations: before.violations,
            lifted: before.lifted.into_iter().collect(),
            identities_lost: before.identities_lost.into_iter().collect(),
            blobs: before.blobs.into_iter().collect(),
            ahead: before.ahead,
            signing_key: before.signing_key,
            ..Self::default()
        }
    }
}
