//! The root of the model.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serializer;

use super::{ApplyLock, Cloud, Objectives, Parity, Sections, Stamp};
use crate::record;
use crate::section::{Declared, Entry, Section};
use crate::{FreeMap, Language, Name, Sp, Target};

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
        /// Tenants outside Azure that are kept in step.
        // It changes nothing in Azure either.
        #[serde(skip_serializing)]
        pub parity: Option<Parity>,
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
        ;
        /// The entries of all sections that no single stamp owns.
        pub sections: Sections
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

    /// Returns the language that it is written in.
    pub fn language(&self) -> &'static Language {
        self.sections.language()
    }

    /// Returns the entries of a stamp, or those outside of all; `None` where there is no such stamp.
    pub fn sections_of(&self, stamp: Option<&str>) -> Option<&Sections> {
        match stamp {
            Some(stamp) => self.stamps.get(stamp).map(|stamp| &stamp.sections),
            None => Some(&self.sections),
        }
    }

    /// Returns the entry of `T` that a reference names, if it is one of this topology.
    pub fn find<T: Entry>(&self, target: &Target) -> Option<&T> {
        let (stamp, key) = target.as_entry::<T>()?;
        self.sections_of(stamp)?.get(key)
    }

    /// Returns all entries of a section: the global ones, then those of each stamp.
    pub fn declared(&self, section: &Section) -> Vec<(&str, &dyn Declared)> {
        let stamps = self.stamps.values().map(|stamp| &stamp.sections);
        let homes = [&self.sections].into_iter().chain(stamps);
        homes.flat_map(|home| home.all(section)).collect()
    }

    /// Returns all entries of `T`: the global ones, then those of each stamp, with the stamp's name.
    pub fn every<T: Entry>(&self) -> impl Iterator<Item = (Option<&str>, &str, &T)> {
        let global = self.sections.of::<T>().map(|(key, entry)| (None, key, entry));
        let local = self.stamps.iter().flat_map(|(stamp, it)| {
            it.sections.of::<T>().map(|(key, entry)| (Some(stamp.as_str()), key, entry))
        });
        global.chain(local)
    }
}
