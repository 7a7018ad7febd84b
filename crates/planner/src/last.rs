//! What was applied last: the keys and addresses of its text, never its values.
//!
//! Some of what an application has in Azure can bear no mark: a host-name binding, a container, a
//! setting. That it is ours is known from the text that was applied last alone.

use std::collections::BTreeMap;

use resource::ResourceId;
use resource::catalogue::facts_of;

use crate::desired::{Desired, DesiredResource, Mode, is_grant};

/// What is known of the last apply.
#[derive(Debug, Clone, Default)]
pub enum Last {
    /// Nothing was applied yet.
    #[default]
    Never,
    /// The text that was applied is at hand.
    Known(Box<LastApplied>),
    /// Something was applied, and its text cannot be had.
    Lost(Lost),
}

/// Why the text that was applied last cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The reason, a sentence fragment.
    pub reason: String,
    /// How to make the text known.
    pub help: String,
}

impl Last {
    /// Returns what `desired` tells of an apply.
    pub fn of(desired: &Desired) -> Self {
        Self::Known(Box::new(LastApplied::of(desired)))
    }

    /// Returns the text that was applied last, where it is at hand.
    pub fn known(&self) -> Option<&LastApplied> {
        match self {
            Self::Known(last) => Some(last),
            Self::Never | Self::Lost(_) => None,
        }
    }
}

/// What the text that was applied last has declared.
///
/// Values may be those of another day, or stand-ins of variables that are not set here: only which
/// keys and resources there were counts.
#[derive(Debug, Clone, Default)]
pub struct LastApplied {
    declared: BTreeMap<ResourceId, DesiredResource>,
    indexes: BTreeMap<String, u32>,
}

impl LastApplied {
    /// Takes what counts from the expanded text.
    pub fn of(desired: &Desired) -> Self {
        let managed = desired
            .resources()
            .filter(|resource| resource.mode != Mode::Existing)
            // Where it was is not known any more.
            .filter(|resource| !topology::is_unset(resource.id.as_str()));
        Self {
            declared: managed.map(|r| (r.id.clone(), r.clone())).collect(),
            indexes: desired.indexes.clone(),
        }
    }

    /// Returns what was declared of `id`, unless it was only read.
    pub fn get(&self, id: &ResourceId) -> Option<&DesiredResource> {
        self.declared.get(id)
    }

    /// Returns the number of a stamp, where its texts held it.
    pub fn index_of(&self, stamp: &str) -> Option<u32> {
        self.indexes.get(stamp).copied()
    }

    /// Returns all that was declared and not only read.
    pub fn resources(&self) -> impl Iterator<Item = &DesiredResource> {
        self.declared.values()
    }

    /// Tells whether `id` came into being because it was declared.
    ///
    /// A document that is born with its parent did not, and a group that exists may be anybody's.
    pub fn has_made(&self, id: &ResourceId) -> bool {
        self.get(id).is_some_and(|resource| resource.mode == Mode::Managed)
            && !facts_of(id).born_with_parent
            && !is_grant(id)
    }

    /// Returns what must be read from Azure to find what `desired` no longer speaks of: IDs with
    /// their API versions.
    pub fn wants(&self, desired: &Desired) -> Vec<(ResourceId, String)> {
        let mut wants = vec![];
        for resource in self.declared.values() {
            match resource.id.parent().filter(|_| is_grant(&resource.id)) {
                // A grant is no resource: what it grants is read in the vault.
                Some(vault) => wants.push((vault.clone(), facts_of(&vault).api_version.to_owned())),
                None => wants.push((resource.id.clone(), resource.api_version.clone())),
            }
        }
        wants.retain(|(id, version)| desired.get(id).is_none() && !version.is_empty());
        wants.sort();
        wants.dedup();
        wants
    }
}
