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

/// How it stands with a name that only one resource of the cloud may bear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NameState {
    /// Nobody has it.
    Free,
    /// Another resource has it.
    Taken {
        /// The resource, where it is in a subscription that was looked at.
        by: Option<ResourceId>,
    },
    /// A deleted resource keeps it, and can be recovered.
    Deleted {
        /// The ID that the resource had.
        id: ResourceId,
        /// When it is purged, as the service says it.
        purged_at: Option<String>,
        /// True where it cannot be purged before.
        is_protected: bool,
    },
    /// It could not be asked.
    Hidden(NotEvaluated),
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
    /// Of resources that are not there under their unique name: who has that name.
    #[serde(default)]
    pub names: BTreeMap<ResourceId, NameState>,
    /// Namespaces of wanted resources that the subscription has not registered, with it.
    #[serde(default)]
    pub unregistered: BTreeSet<(String, String)>,
    /// The owner that is ours, where it is known: a mark beside another is of another topology of the
    /// same name.
    #[serde(default)]
    pub owner: Option<String>,
    /// What a plan makes anew: of what comes back, what was observed says nothing.
    #[serde(skip)]
    pub renewed: BTreeSet<ResourceId>,
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

    /// Tells whether `id` is made anew, itself or with what it lies in.
    pub fn is_renewed(&self, id: &ResourceId) -> bool {
        self.renewed.iter().any(|renewed| id.is_within(renewed))
    }

    /// Returns the property at `pointer` (a JSON pointer) of `id`, if it is there and not null.
    pub fn property(&self, id: &ResourceId, pointer: &str) -> Option<&Value> {
        self.get(id)?.body.pointer(pointer).filter(|value| !value.is_null())
    }
}
