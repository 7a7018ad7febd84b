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

/// What DNS answered to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsAnswer {
    /// The fully qualified name that was asked for.
    pub name: String,
    /// `CNAME`, `TXT` and so on.
    pub record_type: String,
    /// The values, none where there is no such record; or why there was no answer.
    pub found: Result<Vec<String>, String>,
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
    /// What DNS answered, where it was asked.
    #[serde(default)]
    pub dns: Vec<DnsAnswer>,
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

    /// Takes in what a further look has shown; where both have seen the same, the later look counts.
    pub fn absorb(&mut self, later: Self) {
        let Self {
            resources,
            not_evaluated,
            listed,
            names,
            unregistered,
            owner,
            dns,
            renewed,
            requests,
        } = later;
        // What one look could not read and the other has seen is known.
        self.not_evaluated.retain(|id, _| !resources.contains_key(id));
        self.resources.extend(resources);
        self.not_evaluated.extend(not_evaluated);
        self.listed.extend(listed);
        self.names.extend(names);
        self.unregistered.extend(unregistered);
        self.owner = owner.or(self.owner.take());
        self.dns.extend(dns);
        self.renewed.extend(renewed);
        self.requests += requests;
    }

    /// Returns what DNS answered to a question, if it was asked.
    pub fn dns_answer(&self, name: &str, record_type: &str) -> Option<&DnsAnswer> {
        let is_meant =
            |answer: &&DnsAnswer| answer.name == name && answer.record_type == record_type;
        self.dns.iter().find(is_meant)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(name: &str, body: Value) -> Observation {
        let id = ResourceId::in_group("s", "g", "Contoso.Widgets/widgets", name);
        Observation { id, body, etag: None }
    }

    #[test]
    fn a_later_look_counts_and_nothing_of_an_earlier_one_is_lost() {
        let mut first = Observed { requests: 3, ..Observed::default() };
        let hidden = seen("hidden", json!({})).id;
        let missing = NotEvaluated { reason: "a right is missing".to_owned() };
        first.not_evaluated.insert(hidden.clone(), missing);
        first.insert(seen("same", json!({ "at": 1 })));
        first.insert(seen("first", json!({})));
        first.listed.insert("/a".to_owned());
        let mut later = Observed { requests: 2, ..Observed::default() };
        later.insert(seen("same", json!({ "at": 2 })));
        later.insert(seen("hidden", json!({})));
        later.listed.insert("/b".to_owned());
        later.names.insert(hidden, NameState::Free);
        first.absorb(later);
        let names: Vec<&str> = first.resources.keys().map(ResourceId::name).collect();
        assert_eq!(names, ["first", "hidden", "same"]);
        assert_eq!(first.property(&seen("same", json!({})).id, "/at"), Some(&json!(2)));
        assert!(first.not_evaluated.is_empty());
        assert_eq!(first.listed, ["/a".to_owned(), "/b".to_owned()].into());
        assert_eq!((first.names.len(), first.requests), (1, 5));
    }
}
