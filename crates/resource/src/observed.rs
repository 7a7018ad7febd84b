//! What ARM answered, and when; never more than that.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ResourceId;

/// One resource as ARM answered it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The ID under which it was read, in the spelling of the answer.
    pub id: ResourceId,
    /// The body, as it came.
    pub body: Value,
    /// The ETag, from the header or the body, where the type has one.
    pub etag: Option<String>,
}

/// Why a resource could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotEvaluated {
    /// A sentence fragment for people: what right or answer was missing.
    pub reason: String,
}

/// All that one look at Azure has shown.
///
/// A resource is in exactly one of three states: seen ([`Observed::get`]), looked for and absent,
/// or not evaluated because it could not be read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// What was seen.
    pub resources: BTreeMap<ResourceId, Observation>,
    /// What could not be read, and why.
    pub not_evaluated: BTreeMap<ResourceId, NotEvaluated>,
    /// Collections that were listed in full: whatever lies directly in them and was not seen does
    /// not exist.
    pub listed: BTreeSet<String>,
    /// How many requests the look cost.
    pub requests: usize,
}

impl Observed {
    /// Returns what ARM answered for `id`, if it exists.
    pub fn get(&self, id: &ResourceId) -> Option<&Observation> {
        self.resources.get(id)
    }

    /// Notes what ARM answered for one resource.
    pub fn insert(&mut self, observation: Observation) {
        self.resources.insert(observation.id.clone(), observation);
    }

    /// Returns the property at `pointer` (a JSON pointer) of `id`, if it is there and not null.
    pub fn property(&self, id: &ResourceId, pointer: &str) -> Option<&Value> {
        self.get(id)?.body.pointer(pointer).filter(|value| !value.is_null())
    }
}
