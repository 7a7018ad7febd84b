//! Names that only one resource of a cloud may bear, and what keeps them after a delete.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{ResourceId, Service, Suffixes};

/// A name that is unique in the whole cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UniqueName {
    /// Where the name is, as a JSON pointer into the body; empty where it is the resource's own.
    pub pointer: &'static str,
    /// The service below whose suffix the name is the resource's host name.
    pub below: Option<Service>,
    /// How the subscription is asked whether a name is free, where it can be asked.
    pub check: Option<NameCheck>,
}

/// Tells by ID and body what a resource lays hold of, in words that compare.
pub type Claims = fn(&ResourceId, &Value) -> BTreeSet<String>;

/// A name that only one child may bear among those whose parents share a place: a unit of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneName {
    /// The pointer to the ID that a parent stands on: its group is the place's.
    pub stands_on: &'static str,
    /// Pointers to what parents in one place have alike.
    pub alike: &'static [&'static str],
}

/// Where the host name stands for which a resource answers requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswersFor {
    /// It is the resource's name.
    Name,
    /// A property holds it; its JSON pointer.
    Property(&'static str),
}

/// A request that tells whether a name is free, and changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameCheck {
    /// The path: below the subscription, or of the whole cloud where the name is looked for.
    pub path: &'static str,
    /// The API version.
    pub api_version: &'static str,
    /// How it is asked and answered.
    pub answer: NameAnswer,
}

/// How a provider is asked for a name, and tells that it is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameAnswer {
    /// A POST of `{"name", "type"}` on the subscription; the member of the answer is true for a free name.
    ///
    /// Source: <https://learn.microsoft.com/rest/api/storagerp/storage-accounts/check-name-availability>
    /// and its like of the other providers.
    Member(&'static str),
    /// The same POST, which is refused with 409 where the name is taken.
    ///
    /// Source: <https://learn.microsoft.com/rest/api/redis/redis/check-name-availability>.
    Refusal,
    /// A HEAD of the name below the path, for which nothing is found where the name is free.
    ///
    /// Source: <https://learn.microsoft.com/rest/api/cosmos-db-resource-provider/database-accounts/check-name-exists>.
    NotFound,
}

/// What a service keeps of a deleted resource, its name too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoftDelete {
    /// The list of what is kept, as a path below the subscription.
    pub list: &'static str,
    /// The API version.
    pub api_version: &'static str,
    /// The pointer to the ID that a deleted resource had.
    pub id: &'static str,
    /// The Azure CLI's commands that recover and purge, without the name.
    pub recover: &'static str,
    /// See above.
    pub purge: &'static str,
}

impl UniqueName {
    /// Returns the name in a body of the resource `own`, where it is known.
    pub fn of<'a>(&self, own: &'a str, body: &'a Value) -> Option<&'a str> {
        match self.pointer {
            "" => Some(own),
            pointer => body.pointer(pointer)?.as_str(),
        }
    }

    /// Returns the host name that the resource `own` with this body has or will have, in lower case.
    pub fn host(&self, own: &str, body: &Value, suffixes: &Suffixes) -> Option<String> {
        let (label, suffix) = (self.of(own, body)?, suffixes.below(self.below?));
        Some(format!("{label}.{suffix}").to_ascii_lowercase())
    }
}
