//! What a reference leads to.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::section::Entry;
use crate::{Language, Section, inline_schema};

/// What a reference leads to: something of this topology, or a resource ID.
///
/// Written out, it is the address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// An entry of a section: `weu/web`, `storage/queue`.
    Entry {
        /// The section.
        section: &'static Section,
        /// The stamp's name, or `None` for what is global.
        stamp: Option<String>,
        /// The key; the section's own where it has one entry alone.
        name: String,
    },
    /// A resource outside this topology, by its ID.
    Id(String),
}

impl Target {
    /// Returns the target that is the entry of a key.
    pub fn to<T: Entry>(stamp: Option<String>, name: String) -> Self {
        Self::Entry { section: T::SECTION, stamp, name }
    }

    /// Returns the stamp and the key of an entry of `T`, if it is one.
    pub fn as_entry<T: Entry>(&self) -> Option<(Option<&str>, &str)> {
        match self {
            Self::Entry { section, stamp, name } if *section == T::SECTION => {
                Some((stamp.as_deref(), name))
            }
            _ => None,
        }
    }

    /// Returns the section of what it leads to, if that is of this topology.
    pub fn section(&self) -> Option<&'static Section> {
        match self {
            Self::Entry { section, .. } => Some(section),
            Self::Id(_) => None,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry { section, stamp, name } => {
                f.write_str(&section.address(stamp.as_deref(), name))
            }
            Self::Id(id) => f.write_str(id),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

inline_schema!(Target, _ => json_schema!({ "type": "string" }));

/// What a reference may lead to beside a resource ID: entries of one type, or of several.
pub trait Allowed {
    /// The keys of the sections, the likeliest first.
    const KEYS: &'static [&'static str];

    /// Returns the sections, the likeliest first.
    fn sections(language: &Language) -> Vec<&'static Section> {
        Self::KEYS.iter().filter_map(|key| language.section(key)).collect()
    }
}

impl<T: Entry> Allowed for T {
    const KEYS: &'static [&'static str] = &[T::SECTION.key];
}

impl<A: Entry, B: Entry> Allowed for (A, B) {
    const KEYS: &'static [&'static str] = &[A::SECTION.key, B::SECTION.key];
}

impl<A: Entry, B: Entry, C: Entry> Allowed for (A, B, C) {
    const KEYS: &'static [&'static str] = &[A::SECTION.key, B::SECTION.key, C::SECTION.key];
}

impl<A: Entry, B: Entry, C: Entry, D: Entry> Allowed for (A, B, C, D) {
    const KEYS: &'static [&'static str] =
        &[A::SECTION.key, B::SECTION.key, C::SECTION.key, D::SECTION.key];
}

/// Whatever can hold the lock that keeps two applies apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockHolder;

impl Allowed for LockHolder {
    const KEYS: &'static [&'static str] = &[];

    fn sections(language: &Language) -> Vec<&'static Section> {
        let all = language.sections().iter().copied();
        all.filter(|section| section.holds_lock).collect()
    }
}

/// A reference that leads to what `A` allows: `Ref<Storage>`, `Ref<(Identity, App)>`.
pub struct Ref<A> {
    target: Target,
    allowed: PhantomData<fn() -> A>,
}

impl<A: Allowed> Ref<A> {
    /// Takes a target that has been found to be allowed.
    pub(crate) fn new(target: Target) -> Self {
        Self { target, allowed: PhantomData }
    }
}

impl<T: Entry> Ref<T> {
    /// Returns the reference to the entry of a key.
    pub fn to(stamp: Option<String>, name: String) -> Self {
        Self::new(Target::to::<T>(stamp, name))
    }
}

impl<A> Deref for Ref<A> {
    type Target = Target;

    fn deref(&self) -> &Target {
        &self.target
    }
}

impl<A> Clone for Ref<A> {
    fn clone(&self) -> Self {
        Self { target: self.target.clone(), allowed: PhantomData }
    }
}

impl<A> fmt::Debug for Ref<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.target, f)
    }
}

impl<A> fmt::Display for Ref<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.target, f)
    }
}

impl<A> PartialEq for Ref<A> {
    fn eq(&self, other: &Self) -> bool {
        self.target == other.target
    }
}

impl<A> Serialize for Ref<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.target.serialize(serializer)
    }
}

impl<A> JsonSchema for Ref<A> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Target::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Target::json_schema(generator)
    }
}
