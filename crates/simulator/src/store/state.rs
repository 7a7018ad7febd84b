//! All that the simulated Azure holds.

use std::collections::{BTreeMap, BTreeSet};

use resource::{ResourceId, ResourceType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::store::blob::Blob;
use crate::store::operations::Operations;
use crate::store::outside::{HostHealth, Record, Visitor};
use crate::store::resources::Resources;
use crate::store::table::Table;

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

/// A body as others have it from a moment on; `None` where it has gone by then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Deployed {
    /// The moment, in milliseconds since 1970.
    pub from: u64,
    /// The body.
    pub body: Option<Value>,
}

/// What probes of something have found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Probed {
    /// When the next one is made, in milliseconds since 1970.
    pub next: u64,
    /// What the last ones have found, the newest at the end.
    pub samples: Vec<bool>,
}

/// All that the simulated Azure holds.
///
/// What grows with what it holds is kept row by row; the members that are serialised are few and
/// small, and kept together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Grows with each write.
    pub revision: u64,
    /// The resources.
    #[serde(skip)]
    pub resources: Resources,
    /// The operations.
    #[serde(skip)]
    pub operations: Operations,
    /// What was deleted and can be recovered.
    #[serde(skip)]
    pub deleted: Table<Stored>,
    /// How the hosts of a scenario answer.
    pub hosts: BTreeMap<String, HostHealth>,
    /// Records of zones that are not in this Azure.
    pub records: Vec<Record>,
    /// Provider namespaces that are not registered.
    pub unregistered: BTreeSet<String>,
    /// Profiles that have had an enabled endpoint.
    #[serde(skip)]
    pub served: Table<bool>,
    /// What was noticed at writes.
    pub violations: Vec<Violation>,
    /// Locks that were lifted and not put back, with the request that lifted each.
    #[serde(skip)]
    pub lifted: Table<String>,
    /// How many system identities a resource that was there has lost, by the key of its ID.
    #[serde(skip)]
    pub identities_lost: Table<u64>,
    /// The blobs, by container and name.
    #[serde(skip)]
    pub blobs: Table<Blob>,
    /// What was written and reaches those who act on it later, by the key of its ID.
    #[serde(skip)]
    pub deployed: Table<Vec<Deployed>>,
    /// What probes have found, by what was probed and by whom.
    #[serde(skip)]
    pub probed: Table<Probed>,
    /// Those who look at hosts once a second.
    #[serde(default)]
    pub visitors: Vec<Visitor>,
    /// How far the clock is ahead of the machine's, in milliseconds.
    pub ahead: u64,
    /// Signs the access tokens.
    pub signing_key: String,
}

impl State {
    /// Forgets all but the keys.
    pub fn forget(&mut self) {
        self.resources.clear();
        self.operations.clear();
        self.deleted.clear();
        self.served.clear();
        self.lifted.clear();
        self.identities_lost.clear();
        self.blobs.clear();
        self.deployed.clear();
        self.probed.clear();
        // The revision goes on, so that no ETag comes twice.
        let revision = self.revision + 1;
        let signing_key = std::mem::take(&mut self.signing_key);
        self.take_over_rest(Self { revision, signing_key, ..Self::default() });
    }

    /// Takes over all that is not kept row by row.
    pub fn take_over_rest(&mut self, rest: Self) {
        let rows = std::mem::take(self);
        *self = Self {
            resources: rows.resources,
            operations: rows.operations,
            deleted: rows.deleted,
            served: rows.served,
            lifted: rows.lifted,
            identities_lost: rows.identities_lost,
            blobs: rows.blobs,
            deployed: rows.deployed,
            probed: rows.probed,
            ..rest
        };
    }

    /// Notes that all changes have been kept.
    pub fn kept(&mut self) {
        self.resources.kept();
        self.operations.kept();
        self.deleted.kept();
        self.served.kept();
        self.lifted.kept();
        self.identities_lost.kept();
        self.blobs.kept();
        self.deployed.kept();
        self.probed.kept();
    }

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
        self.resources.insert(stored);
    }

    /// Returns what lies below `id`, at any depth, without `id` itself.
    pub fn below<'a>(&'a self, id: &ResourceId) -> impl Iterator<Item = &'a Stored> + use<'a> {
        self.resources.below(&format!("{}/", id.key()))
    }

    /// Returns the resources of a type, in any spelling.
    pub fn of_type<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Stored> + use<'a> {
        self.resources.of_type(name)
    }

    /// Returns the resources of a type that lie below `id`, at any depth.
    pub fn of_type_below<'a>(
        &'a self,
        name: &str,
        id: &ResourceId,
    ) -> impl Iterator<Item = &'a Stored> + use<'a> {
        self.resources.of_type_below(name, &format!("{}/", id.key()))
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
            let key = before.id.key();
            let lost = self.identities_lost.get(key).copied().unwrap_or_default();
            self.identities_lost.insert(key.to_owned(), lost + 1);
        }
    }
}
