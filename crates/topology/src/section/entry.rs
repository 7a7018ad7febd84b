//! What the entries of every section have in common, and where they are kept.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

use super::{Addressed, NameRule, Section};
use crate::check::{At, Check};
use crate::decode::{Context, Decode};
use crate::property::{Property, Record};
use crate::tree::Node;
use crate::{FreeMap, Name, Place, Sp};

/// Tags by name.
pub type Tags = FreeMap<Sp<String>>;

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
    /// The region, to give it the name that ARM uses.
    pub location: Option<&'a mut Sp<String>>,
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
        self.common_mut().location.into_iter().collect()
    }

    /// Returns its ARM type, if it is of one.
    fn resource_type<'a>(&'a self, section: &'a Section) -> Option<&'a str> {
        section.resource_type()
    }

    /// Files what is wrong with it, once every name is there.
    fn check(&self, _check: &mut Check<'_>, _at: At<'_>) {}

    /// Returns why it can't hold the lock that keeps two applies apart, and what to do about it.
    fn refuses_lock(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Returns whether it stands for something that Resource Manager knows nothing of.
    fn is_external(&self) -> bool {
        false
    }
}

/// What a record has of the keys that the entries of many sections share.
pub trait Shared {
    /// Returns what it has in common with the entries of other sections.
    fn common(&self) -> Common<'_>;

    /// Returns what is filled in where it was left out.
    fn common_mut(&mut self) -> CommonMut<'_>;
}

/// Says which of the common keys a record has: those that are read as they are, `named`, those that
/// are filled in where they are left out, and `regions`, the key that holds a region.
#[doc(hidden)]
#[macro_export]
macro_rules! shared {
    ($type:ident: $($field:ident),* ; named $($named:ident),* ; regions $($region:ident)?) => {
        impl $crate::section::Shared for $type {
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
                $( let common =
                    $crate::section::CommonMut { $region: self.$region.as_mut(), ..common }; )?
                common
            }
        }
    };
}

/// Says of which section a record is an entry.
///
/// Of the common keys it has those that stand at the head of the record. A record that says nothing
/// there names them here: behind the keys that are read as they are stand `named`, those that are filled in
/// where they are left out. What follows is further methods of [`Declared`](crate::section::Declared).
#[macro_export]
macro_rules! entry {
    ($type:ident in $section:path: $($field:ident),* ; named $($named:ident),* ; $($rest:tt)*) => {
        $crate::shared!($type: $($field),* ; named $($named),* ; regions);
        $crate::entry!($type in $section; $($rest)*);
    };
    ($type:ident in $section:path; $($rest:tt)*) => {
        impl $crate::section::Entry for $type {
            const SECTION: &'static $crate::Section = &$section;
        }

        impl $crate::section::Declared for $type {
            fn common(&self) -> $crate::section::Common<'_> {
                $crate::section::Shared::common(self)
            }

            fn common_mut(&mut self) -> $crate::section::CommonMut<'_> {
                $crate::section::Shared::common_mut(self)
            }

            $($rest)*
        }
    };
}

impl<'a> Common<'a> {
    /// Returns what an entry has that shares no key with others.
    pub fn at(place: &'a Place) -> Self {
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
pub trait Share<'a, T> {
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

/// A type whose values are the entries of a section.
pub trait Entry:
    Declared
    + Record
    + Decode
    + JsonSchema
    + Serialize
    + Clone
    + PartialEq
    + Send
    + Sync
    + Sized
    + 'static
{
    /// The section.
    const SECTION: &'static Section;
}

/// The entries of one section in one place, without their type.
pub trait Kept: Any + fmt::Debug + Send + Sync {
    /// Returns the entry of a key.
    fn find(&self, key: &str) -> Option<&dyn Declared>;

    /// Returns all entries, in the order of the file.
    fn all(&self) -> Vec<(&str, &dyn Declared)>;

    /// Returns all entries, to be filled in.
    fn all_mut(&mut self) -> Vec<(&str, &mut dyn Declared)>;

    /// Returns them a second time.
    fn copy(&self) -> Box<dyn Kept>;

    /// Tells whether others say the same.
    fn is_equal(&self, other: &dyn Kept) -> bool;

    /// Returns them as they are written.
    fn written(&self) -> Value;
}

impl<T: Entry> Kept for IndexMap<String, T> {
    fn find(&self, key: &str) -> Option<&dyn Declared> {
        self.get(key).map(|entry| entry as &dyn Declared)
    }

    fn all(&self) -> Vec<(&str, &dyn Declared)> {
        self.iter().map(|(key, entry)| (key.as_str(), entry as &dyn Declared)).collect()
    }

    fn all_mut(&mut self) -> Vec<(&str, &mut dyn Declared)> {
        self.iter_mut().map(|(key, entry)| (key.as_str(), entry as &mut dyn Declared)).collect()
    }

    fn copy(&self) -> Box<dyn Kept> {
        Box::new(self.clone())
    }

    fn is_equal(&self, other: &dyn Kept) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref::<Self>().is_some_and(|other| self == other)
    }

    fn written(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// What the language knows of the type of a section's entries.
pub trait Entries: fmt::Debug + Sync {
    /// Reads the entries of `section`; `None` means that there is none.
    fn decode(
        &self,
        section: &'static Section,
        node: &Node,
        cx: &mut Context<'_>,
    ) -> Option<Box<dyn Kept>>;

    /// Returns the JSON Schema of one entry.
    fn schema(&self, generator: &mut SchemaGenerator) -> Schema;

    /// Returns the name under which that schema is defined.
    fn record(&self) -> Cow<'static, str>;

    /// Returns the properties that have a place in the ARM body.
    fn properties(&self) -> Vec<Property>;

    /// Returns all keys with the types of their values.
    fn fields(&self) -> Vec<(String, &'static str)>;
}

/// The entries of a type; the value that stands for a family everywhere.
pub struct Of<T>(PhantomData<fn() -> T>);

impl<T> Of<T> {
    /// The entries of the type.
    pub const ALL: Self = Self(PhantomData);
}

impl<T> fmt::Debug for Of<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Of")
    }
}

impl<T: Entry> Entries for Of<T> {
    fn decode(
        &self,
        section: &'static Section,
        node: &Node,
        cx: &mut Context<'_>,
    ) -> Option<Box<dyn Kept>> {
        let entries = match section.addressed {
            // One thing that has no key of its own is kept under the key of its section.
            Addressed::Alone => {
                T::decode(node, cx).map(|entry| [(section.key.to_owned(), entry)].into())
            }
            _ => IndexMap::<String, T>::decode(node, cx),
        };
        Some(Box::new(entries.filter(|entries| !entries.is_empty())?))
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }

    fn record(&self) -> Cow<'static, str> {
        T::schema_name()
    }

    fn properties(&self) -> Vec<Property> {
        <T as Record>::properties()
    }

    fn fields(&self) -> Vec<(String, &'static str)> {
        <T as Record>::fields()
    }
}
