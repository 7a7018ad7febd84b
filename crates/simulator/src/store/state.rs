//! All that the simulated Azure holds.

use std::collections::{BTreeMap, BTreeSet};

use resource::{ResourceId, ResourceType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::store::blob::Blob;
use crate::store::operation::Operation;
use crate::store::outside::{HostHealth, Record};

/// A resource as the service holds it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// The ID, in the service's spelling.
    pub id: ResourceId,
    /// The body without what is computed when it is read.
    pub body: Value,
    /// What the service knows and never answers.
    #[serde(default)]
    pub hidden: Map<String, Value>,
    /// The counter behind the ETag; changes with every write.
    pub version: u64,
    /// When it was created, in milliseconds since 1970.
    pub created: u64,
    /// The operation that runs on it.
    #[serde(default)]
    pub operation: Option<String>,
    /// How many reads still answer the state before the last write, an injected fault.
    #[serde(default)]
    pub stale_reads: u32,
    /// The state before the last write, while reads are stale.
    #[serde(default)]
    pub stale_body: Option<Value>,
}

impl Stored {
    /// Returns the member of `properties` at `pointer`, which begins with a slash.
    pub fn property(&self, pointer: &str) -> Option<&Value> {
        self.body.get("properties")?.pointer(pointer).filter(|value| !value.is_null())
    }

    /// Returns the text at `pointer` in `properties`.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.property(pointer)?.as_str()
    }

    /// Returns the type, in the spelling of the ID.
    pub fn kind(&self) -> ResourceType {
        self.id.resource_type()
    }
}

/// A moment at which a profile had no enabled endpoint although it had one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// What was violated: `no-enabled-target` or `lock-lifted`.
    pub rule: String,
    /// The resource it happened to.
    pub resource: String,
    /// The request that did it.
    pub request: String,
}

/// All that the simulated Azure holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Grows with each write.
    pub revision: u64,
    /// The resources, by the lower-case form of their ID.
    pub resources: BTreeMap<String, Stored>,
    /// The operations, by name.
    pub operations: BTreeMap<String, Operation>,
    /// What was deleted and can be recovered.
    pub deleted: BTreeMap<String, Stored>,
    /// How the hosts of a scenario answer.
    #[serde(default)]
    pub hosts: BTreeMap<String, HostHealth>,
    /// Records of zones that are not in this Azure.
    #[serde(default)]
    pub records: Vec<Record>,
    /// Provider namespaces that are not registered.
    #[serde(default)]
    pub unregistered: BTreeSet<String>,
    /// Profiles that have had an enabled endpoint.
    #[serde(default)]
    pub served: BTreeSet<String>,
    /// What was noticed at writes.
    #[serde(default)]
    pub violations: Vec<Violation>,
    /// Locks that were lifted and not put back, with the request that lifted each.
    #[serde(default)]
    pub lifted: BTreeMap<String, String>,
    /// How many system identities a resource that was there has lost, by the key of its ID.
    #[serde(default)]
    pub identities_lost: BTreeMap<String, u64>,
    /// The blobs, by container and name.
    #[serde(default)]
    pub blobs: BTreeMap<String, Blob>,
    /// How far the clock is ahead of the machine's, in milliseconds.
    #[serde(default)]
    pub ahead: u64,
    /// Signs the access tokens.
    pub signing_key: String,
}

impl State {
    /// Returns a resource.
    pub fn get(&self, id: &ResourceId) -> Option<&Stored> {
        self.resources.get(id.key())
    }

    /// Returns the resource that the text names, if it names one.
    pub fn named(&self, id: &str) -> Option<&Stored> {
        self.resources.get(id.trim_end_matches('/').to_ascii_lowercase().as_str())
    }

    /// Returns a resource for changing.
    pub fn get_mut(&mut self, id: &ResourceId) -> Option<&mut Stored> {
        self.resources.get_mut(id.key())
    }

    /// Puts a resource into the store.
    pub fn insert(&mut self, stored: Stored) {
        self.resources.insert(stored.id.key().to_owned(), stored);
    }

    /// Returns what lies below `id`, at any depth, without `id` itself.
    pub fn below<'a>(&'a self, id: &ResourceId) -> impl Iterator<Item = &'a Stored> + use<'a> {
        let prefix = format!("{}/", id.key());
        let end = format!("{}0", id.key());
        self.resources.range(prefix..end).map(|(_, stored)| stored)
    }

    /// Returns the resources of a type, in any spelling.
    pub fn of_type<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Stored> {
        self.resources.values().filter(move |stored| stored.kind().is(name))
    }

    /// Removes `id` and all that lies below it; returns what was removed.
    pub fn remove(&mut self, id: &ResourceId) -> Vec<Stored> {
        let keys: Vec<String> = self.below(id).map(|stored| stored.id.key().to_owned()).collect();
        let keys = std::iter::once(id.key().to_owned()).chain(keys);
        keys.filter_map(|key| self.resources.remove(&key)).collect()
    }

    /// Returns a number that no write had before.
    pub fn next_version(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    /// Remembers whether a resource has lost its system identity: the next one is another.
    pub fn note_identity(&mut self, before: &Stored, after: Option<&Value>) {
        let principal = |body: &Value| body.pointer("/identity/principalId").is_some();
        if principal(&before.body) && !after.is_some_and(principal) {
            *self.identities_lost.entry(before.id.key().to_owned()).or_default() += 1;
        }
    }
}
