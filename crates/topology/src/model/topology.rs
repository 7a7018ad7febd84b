//! The root of the model.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serializer;

use super::{
    App, ApplyLock, Cloud, DnsZone, Domain, Identity, Lock, Objectives, Resource, Stamp, Storage,
    TrafficManager, Vault,
};
use crate::record::record;
use crate::section::{self, Declared, Entry, Section};
use crate::{FreeMap, Name, Sp, Target};

record! {
    /// One application on Azure: what is global, its stamps, and its data.
    pub struct Topology {
        /// The version of the language: 1.
        pub version: Sp<u32>,
        /// The application's name, also the value of the ownership tag.
        pub name: Sp<String>,
        /// The subscription ID.
        pub subscription: Sp<String>,
        /// The tenant ID; left out, the subscription is asked.
        pub tenant: Option<Sp<String>>,
        /// `public` (when left out), `usGovernment`, `china`, or endpoints of one's own.
        pub cloud: Option<Sp<Cloud>>,
        /// Tags of everything.
        #[serde(default)]
        pub tags: FreeMap<Sp<String>>,
        /// Where global resources live unless they say otherwise; left out, `rg-{name}-global`.
        #[serde(default)]
        pub resource_group: Name,
        /// The region of the global resource group, and of data that names none; left out, the
        /// first stamp's.
        pub location: Option<Sp<String>>,
        /// What the topology promises.
        pub objectives: Option<Objectives>,
        /// Where the lock is that keeps two applies apart; left out, nothing does.
        // No part of the topology's hash: it changes nothing in Azure.
        #[serde(skip_serializing)]
        pub apply_lock: Option<ApplyLock>,
        /// Other files of the same application, relative to this one.
        #[serde(default)]
        pub include: Vec<Sp<String>>,
        /// The module: written once, instantiated for every entry of `stamps`.
        #[serde(skip_serializing)]
        pub stamp: Option<Sp<StampModule>>,
        /// The instances of the module, each with its differences.
        #[serde(default, serialize_with = "map")]
        #[schemars(with = "IndexMap<String, StampInstance>")]
        pub stamps: IndexMap<String, Arc<Stamp>>,
        /// Traffic Manager profiles.
        #[serde(default)]
        pub traffic_manager: IndexMap<String, TrafficManager>,
        /// Custom domains by host name.
        #[serde(default)]
        pub domains: IndexMap<String, Domain>,
        /// DNS zones by domain.
        #[serde(default)]
        pub dns: IndexMap<String, DnsZone>,
        /// Storage accounts that no single stamp owns.
        #[serde(default)]
        pub storage: IndexMap<String, Storage>,
        /// Key vaults that no single stamp owns.
        #[serde(default)]
        pub vaults: IndexMap<String, Vault>,
        /// Managed identities that no single stamp owns.
        #[serde(default)]
        pub identities: IndexMap<String, Identity>,
        /// Management locks.
        #[serde(default)]
        pub locks: IndexMap<String, Lock>,
        /// Any other ARM resource.
        #[serde(default)]
        pub resources: IndexMap<String, Resource>,
    }
}

/// Writes the stamps, which are shared.
fn map<S: Serializer>(
    stamps: &IndexMap<String, Arc<Stamp>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(stamps.iter().map(|(name, stamp)| (name, &**stamp)))
}

/// The module from which stamps are made; it leaves no trace in the model but its stamps.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct StampModule;

/// An instance of the module as it is written; in the model it is a resolved [`Stamp`].
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct StampInstance;

impl Topology {
    /// Returns the cloud: the written one, or the public one.
    pub fn cloud(&self) -> Cloud {
        self.cloud.as_ref().map_or(Cloud::Public, |cloud| cloud.value.clone())
    }

    /// Returns the region of global resources that need one: `location`, or the first stamp's.
    pub fn location(&self) -> Option<&Sp<String>> {
        self.location.as_ref().or_else(|| self.stamps.values().next().map(|stamp| &stamp.region))
    }

    /// Returns the entry of `T` that a reference names, if it is one of this topology.
    pub fn find<T: Entry>(&self, target: &Target) -> Option<&T> {
        let (stamp, key) = target.as_entry::<T>()?;
        section::kept::<T>(self, stamp)?.entry(key)
    }

    /// Returns the app that a reference names, if it is one of this topology, and its stamp.
    pub fn app(&self, target: &Target) -> Option<(&Stamp, &App)> {
        let (stamp, _) = target.as_entry::<App>()?;
        Some((self.stamps.get(stamp?)?, self.find(target)?))
    }

    /// Returns all entries of a section: the global ones, then those of each stamp.
    pub fn declared(&self, section: &Section) -> Vec<(&str, &dyn Declared)> {
        let homes = [None].into_iter().chain(self.stamps.keys().map(|name| Some(name.as_str())));
        homes.flat_map(|home| section.entries.all(self, home)).collect()
    }

    /// Returns the declared DNS zone that a host name falls in, the longest first.
    pub fn zone_of(&self, host: &str) -> Option<(&str, &DnsZone)> {
        let mut rest = host;
        loop {
            if let Some((zone, value)) = self.dns.get_key_value(rest) {
                return Some((zone, value));
            }
            rest = rest.split_once('.')?.1;
        }
    }
}
