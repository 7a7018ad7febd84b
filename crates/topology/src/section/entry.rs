//! What the entries of every section have in common, and where they are kept.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{NameRule, Section};
use crate::{FreeMap, Name, Place, Sp, Stamp, Topology};

/// Tags by name.
pub(crate) type Tags = FreeMap<Sp<String>>;

/// The keys that the entries of many sections share; `None` stands for a key that is not of the
/// entry's section, or was left out where that means something.
#[derive(Debug, Clone, Copy)]
pub struct Common<'a> {
    /// Where the entry is written.
    pub place: &'a Place,
    /// The name in Azure.
    pub name: Option<&'a Name>,
    /// The resource group.
    pub resource_group: Option<&'a Name>,
    /// The subscription, if it is not the stamp's or the topology's.
    pub subscription: Option<&'a Sp<String>>,
    /// The region, if it is not the stamp's or the topology's.
    pub location: Option<&'a Sp<String>>,
    /// Its own tags.
    pub tags: Option<&'a FreeMap<Sp<String>>>,
    /// Whether it is only read.
    pub existing: bool,
    /// Whether it is taken over.
    pub adopt: bool,
    /// Whether its delete and replacement are refused.
    pub protect: Option<bool>,
}

/// The same keys, to be filled in.
#[derive(Debug, Default)]
pub struct CommonMut<'a> {
    /// The name in Azure.
    pub name: Option<&'a mut Name>,
    /// The resource group.
    pub resource_group: Option<&'a mut Name>,
}

/// An entry of a section, whichever it is.
pub trait Declared: fmt::Debug {
    /// Returns what it has in common with the entries of other sections.
    fn common(&self) -> Common<'_>;

    /// Returns what is filled in where it was left out.
    fn common_mut(&mut self) -> CommonMut<'_>;

    /// Returns the abbreviation with which a derived name begins.
    fn abbreviation(&self, section: &Section) -> &'static str {
        section.abbreviations.first().copied().unwrap_or_default()
    }

    /// Returns further names that Azure has rules for.
    fn further_names(&self) -> Vec<(&'static NameRule, &Name)> {
        Vec::new()
    }

    /// Derives the further names of the entry of this key.
    fn derive_further(&mut self, _application: &str, _key: &str) {}

    /// Returns the regions that it names.
    fn regions(&self) -> Vec<&Sp<String>> {
        self.common().location.into_iter().collect()
    }

    /// Returns the regions that it names, to give them the names that ARM uses.
    fn regions_mut(&mut self) -> Vec<&mut Sp<String>> {
        Vec::new()
    }

    /// Returns its ARM type, if it is of one.
    fn resource_type<'a>(&'a self, section: &'a Section) -> Option<&'a str> {
        section.resource_type()
    }

    /// Returns whether it stands for something that Resource Manager knows nothing of.
    fn is_external(&self) -> bool {
        false
    }
}

/// Says which of the common keys a record has.
macro_rules! common {
    ($type:ident: $($field:ident),* ; named $($named:ident),* ; regions $($region:ident)? ; $($rest:tt)*) => {
        impl $crate::section::Declared for $crate::$type {
            fn common(&self) -> $crate::section::Common<'_> {
                let mut common = $crate::section::Common::at(&self.place);
                $( common.$named = Some(&self.$named); )*
                $( $crate::section::Share::share(&self.$field, &mut common.$field); )*
                common
            }

            fn common_mut(&mut self) -> $crate::section::CommonMut<'_> {
                let common = $crate::section::CommonMut::default();
                $( let common =
                    $crate::section::CommonMut { $named: Some(&mut self.$named), ..common }; )*
                common
            }

            $( fn regions_mut(&mut self) -> Vec<&mut $crate::Sp<String>> {
                self.$region.iter_mut().collect()
            } )?

            $($rest)*
        }
    };
}

/// Says where the entries of a section are kept: in a field of the topology, of a stamp, or in both.
macro_rules! entries {
    ($type:ident in $section:ident: $($global:ident)? ; $($local:ident)?) => {
        impl $crate::section::Entry for $crate::$type {
            const SECTION: &'static $crate::Section = &$crate::section::$section;

            fn global(_topology: &$crate::Topology) -> Option<&dyn $crate::section::Kept<Self>> {
                None $( .or(Some(&_topology.$global as &dyn $crate::section::Kept<Self>)) )?
            }

            fn global_mut(
                _topology: &mut $crate::Topology,
            ) -> Option<&mut dyn $crate::section::Kept<Self>> {
                None $( .or(Some(&mut _topology.$global as &mut dyn $crate::section::Kept<Self>)) )?
            }

            fn local(_stamp: &$crate::Stamp) -> Option<&dyn $crate::section::Kept<Self>> {
                None $( .or(Some(&_stamp.$local as &dyn $crate::section::Kept<Self>)) )?
            }

            fn local_mut(
                _stamp: &mut $crate::Stamp,
            ) -> Option<&mut dyn $crate::section::Kept<Self>> {
                None $( .or(Some(&mut _stamp.$local as &mut dyn $crate::section::Kept<Self>)) )?
            }
        }
    };
}

pub(crate) use {common, entries};

impl<'a> Common<'a> {
    /// Returns what an entry has that shares no key with others.
    pub(crate) fn at(place: &'a Place) -> Self {
        Self {
            place,
            name: None,
            resource_group: None,
            subscription: None,
            location: None,
            tags: None,
            existing: false,
            adopt: false,
            protect: None,
        }
    }
}

/// Lends a field of a record to [`Common`].
pub(crate) trait Share<'a, T> {
    /// Puts the field in its slot.
    fn share(&'a self, slot: &mut T);
}

impl<'a> Share<'a, Option<&'a Sp<String>>> for Option<Sp<String>> {
    fn share(&'a self, slot: &mut Option<&'a Sp<String>>) {
        *slot = self.as_ref();
    }
}

impl<'a> Share<'a, Option<&'a Tags>> for Tags {
    fn share(&'a self, slot: &mut Option<&'a Tags>) {
        *slot = Some(self);
    }
}

impl Share<'_, bool> for bool {
    fn share(&self, slot: &mut bool) {
        *slot = *self;
    }
}

impl Share<'_, Option<bool>> for Option<Sp<bool>> {
    fn share(&self, slot: &mut Option<bool>) {
        *slot = self.as_ref().map(|value| value.value);
    }
}

/// Entries by key.
pub trait Kept<T> {
    /// Returns the entry of a key.
    fn entry(&self, key: &str) -> Option<&T>;

    /// Returns all entries, in the order of the file.
    fn all(&self) -> Vec<(&str, &T)>;

    /// Returns all entries, to be filled in.
    fn all_mut(&mut self) -> Vec<(&str, &mut T)>;
}

impl<T> Kept<T> for IndexMap<String, T> {
    fn entry(&self, key: &str) -> Option<&T> {
        self.get(key)
    }

    fn all(&self) -> Vec<(&str, &T)> {
        self.iter().map(|(key, value)| (key.as_str(), value)).collect()
    }

    fn all_mut(&mut self) -> Vec<(&str, &mut T)> {
        self.iter_mut().map(|(key, value)| (key.as_str(), value)).collect()
    }
}

/// One thing that has no key of its own is kept under the key of its section.
impl<T: Entry> Kept<T> for Option<T> {
    fn entry(&self, key: &str) -> Option<&T> {
        self.as_ref().filter(|_| key == T::SECTION.key)
    }

    fn all(&self) -> Vec<(&str, &T)> {
        self.iter().map(|value| (T::SECTION.key, value)).collect()
    }

    fn all_mut(&mut self) -> Vec<(&str, &mut T)> {
        self.iter_mut().map(|value| (T::SECTION.key, value)).collect()
    }
}

/// A type whose values are the entries of a section.
pub trait Entry: Declared + Sized + 'static {
    /// The section.
    const SECTION: &'static Section;

    /// Returns the entries that no stamp owns, if there can be any.
    fn global(topology: &Topology) -> Option<&dyn Kept<Self>>;

    /// Returns the same, to be filled in.
    fn global_mut(topology: &mut Topology) -> Option<&mut dyn Kept<Self>>;

    /// Returns the entries of a stamp, if there can be any.
    fn local(stamp: &Stamp) -> Option<&dyn Kept<Self>>;

    /// Returns the same, to be filled in.
    fn local_mut(stamp: &mut Stamp) -> Option<&mut dyn Kept<Self>>;
}

/// The entries of a section without their type.
pub trait Entries: fmt::Debug + Sync {
    /// Returns the entry of a key in a stamp, or globally.
    fn find<'t>(
        &self,
        topology: &'t Topology,
        stamp: Option<&str>,
        key: &str,
    ) -> Option<&'t dyn Declared>;

    /// Returns all entries of a stamp, or the global ones.
    fn all<'t>(
        &self,
        topology: &'t Topology,
        stamp: Option<&str>,
    ) -> Vec<(&'t str, &'t dyn Declared)>;

    /// Returns the global entries, to be filled in.
    fn global_mut<'t>(&self, topology: &'t mut Topology) -> Vec<(&'t str, &'t mut dyn Declared)>;

    /// Returns the entries of a stamp, to be filled in.
    fn local_mut<'t>(&self, stamp: &'t mut Stamp) -> Vec<(&'t str, &'t mut dyn Declared)>;
}

/// The entries of a type.
pub(crate) struct Of<T>(pub PhantomData<fn() -> T>);

impl<T> fmt::Debug for Of<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Of")
    }
}

/// Returns the entries of a type in a stamp, or the global ones.
pub(crate) fn kept<'t, T: Entry>(
    topology: &'t Topology,
    stamp: Option<&str>,
) -> Option<&'t dyn Kept<T>> {
    match stamp {
        Some(stamp) => T::local(topology.stamps.get(stamp).map(Arc::as_ref)?),
        None => T::global(topology),
    }
}

impl<T: Entry> Entries for Of<T> {
    fn find<'t>(
        &self,
        topology: &'t Topology,
        stamp: Option<&str>,
        key: &str,
    ) -> Option<&'t dyn Declared> {
        Some(kept::<T>(topology, stamp)?.entry(key)?)
    }

    fn all<'t>(
        &self,
        topology: &'t Topology,
        stamp: Option<&str>,
    ) -> Vec<(&'t str, &'t dyn Declared)> {
        let all = kept::<T>(topology, stamp).map(|it| it.all()).unwrap_or_default();
        all.into_iter().map(|(key, entry)| (key, entry as &dyn Declared)).collect()
    }

    fn global_mut<'t>(&self, topology: &'t mut Topology) -> Vec<(&'t str, &'t mut dyn Declared)> {
        let all = T::global_mut(topology).map(|it| it.all_mut()).unwrap_or_default();
        all.into_iter().map(|(key, entry)| (key, entry as &mut dyn Declared)).collect()
    }

    fn local_mut<'t>(&self, stamp: &'t mut Stamp) -> Vec<(&'t str, &'t mut dyn Declared)> {
        let all = T::local_mut(stamp).map(|it| it.all_mut()).unwrap_or_default();
        all.into_iter().map(|(key, entry)| (key, entry as &mut dyn Declared)).collect()
    }
}

/// The entries of a section that has none: what it speaks of is there by itself.
#[derive(Debug)]
pub(crate) struct NoEntries;

impl Entries for NoEntries {
    fn find<'t>(&self, _: &'t Topology, _: Option<&str>, _: &str) -> Option<&'t dyn Declared> {
        None
    }

    fn all<'t>(&self, _: &'t Topology, _: Option<&str>) -> Vec<(&'t str, &'t dyn Declared)> {
        Vec::new()
    }

    fn global_mut<'t>(&self, _: &'t mut Topology) -> Vec<(&'t str, &'t mut dyn Declared)> {
        Vec::new()
    }

    fn local_mut<'t>(&self, _: &'t mut Stamp) -> Vec<(&'t str, &'t mut dyn Declared)> {
        Vec::new()
    }
}
