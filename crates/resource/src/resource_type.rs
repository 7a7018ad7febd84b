//! Resource types, compared as ARM compares them: without case.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::types;

/// A resource type such as `Microsoft.Network/dnsZones/CNAME`.
///
/// Equality, order and hash ignore ASCII case, because providers answer in several spellings;
/// the spelling given is kept for requests and for people.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResourceType(String);

impl ResourceType {
    /// Makes a resource type from `namespace/type[/childType…]`.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Returns the spelling that was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the provider namespace, `Microsoft.Network`.
    pub fn namespace(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// Returns the type of the parent resource, or `None` for a top-level type.
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.0.rsplit_once('/')?;
        parent.contains('/').then(|| Self(parent.to_owned()))
    }

    /// Returns the last segment, `CNAME` of `Microsoft.Network/dnsZones/CNAME`.
    pub fn last(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// Tells whether this is the type named `name`, in any spelling.
    pub fn is(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }

    /// Tells whether this is the type of resource groups.
    pub fn is_group(&self) -> bool {
        self.is(types::GROUP)
    }

    /// Tells whether this is the type of subscriptions.
    pub fn is_subscription(&self) -> bool {
        self.is(types::SUBSCRIPTION)
    }

    /// Returns the form that equal types share: ASCII lower case.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for ResourceType {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl PartialEq for ResourceType {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for ResourceType {}

impl Hash for ResourceType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl Ord for ResourceType {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for ResourceType {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
