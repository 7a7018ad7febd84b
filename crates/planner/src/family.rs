//! What the planner knows of the families of the language: how their entries become resources.

use std::fmt;
use std::ops::Deref;

use resource::ResourceId;
use serde_json::Value;
use topology::section::{Entry, Of};
use topology::{Place, Section, Sp};

use crate::desired::DesiredResource;
use crate::expand::{Expansion, Holder, Home};

/// A family of the language, as the planner sees it.
pub trait Family: fmt::Debug + Sync {
    /// Returns its section.
    fn section(&self) -> &'static Section;

    /// Adds what its entries in one place ask for.
    fn expand(&self, expansion: &mut Expansion<'_>, home: Home<'_>);

    /// Returns the resource that the entry of a key is.
    fn id(&self, expansion: &Expansion<'_>, home: Home<'_>, key: &str) -> Option<ResourceId>;

    /// Returns where a property that a text asks of an entry stands in its resource, where that is not
    /// what the catalogue says.
    fn pointer(
        &self,
        _expansion: &Expansion<'_>,
        _home: Home<'_>,
        _key: &str,
        _property: &str,
    ) -> Option<String> {
        None
    }

    /// Adds what an identity needs to use the resource of an entry for a purpose.
    fn allow(
        &self,
        _expansion: &mut Expansion<'_>,
        _holder: &Holder,
        _used: &ResourceId,
        _purpose: &str,
        _place: &Place,
    ) {
    }

    /// Adds what follows from all that is asked for.
    fn finish(&self, _expansion: &mut Expansion<'_>) {}
}

/// How the entries of a section become resources.
///
/// What an entry leaves to the defaults below is one resource: its ID by the names of the entry, its
/// body by the places of its properties, its band, its region and its life by the section; and one
/// for each name in its lists of children.
pub trait Expand: Entry {
    /// The lists of names that are resources of their own below the entry's.
    const CHILDREN: &'static [Children<Self>] = &[];

    /// Resources with names of their own below the entry's, which are there wherever it is.
    const GIVEN: &'static [Given] = &[];

    /// Puts into the resource what does not map one to one.
    fn complete(&self, _expansion: &Expansion<'_>, _resource: &mut DesiredResource) {}

    /// Puts into a given resource what does not map one to one.
    fn complete_given(
        &self,
        _expansion: &Expansion<'_>,
        _given: &Given,
        _resource: &mut DesiredResource,
    ) {
    }

    /// Adds what stands beside the resource.
    fn beside(&self, _expansion: &mut Expansion<'_>, _resource: &DesiredResource) {}

    /// Adds what the entry asks for.
    fn expand(&self, expansion: &mut Expansion<'_>, home: Home<'_>, key: &str) {
        let Some(mut resource) = expansion.resource(home, key, self) else { return };
        self.complete(expansion, &mut resource);
        expansion.add_entry(self, resource.clone());
        for given in Self::GIVEN {
            let mut inner = expansion.given(self, &resource, given);
            self.complete_given(expansion, given, &mut inner);
            expansion.add_given(self, inner);
        }
        for children in Self::CHILDREN {
            for name in (children.names)(self) {
                expansion.add_child(&resource, children, name);
            }
        }
        self.beside(expansion, &resource);
    }

    /// Adds what an identity needs to use the resource of an entry for a purpose, one of the words of
    /// the section.
    fn allow(
        _expansion: &mut Expansion<'_>,
        _holder: &Holder,
        _used: &ResourceId,
        _purpose: &str,
        _place: &Place,
    ) {
    }

    /// Adds what follows from all that is asked for.
    fn finish(_expansion: &mut Expansion<'_>) {}

    /// Returns the resource that the entry is.
    fn id(&self, expansion: &Expansion<'_>, home: Home<'_>, key: &str) -> Option<ResourceId> {
        expansion.named_id(home, Self::SECTION, key, self)
    }

    /// Returns where a property that a text asks of the entry stands in its resource, where that is not
    /// what the catalogue says.
    fn pointer(&self, _property: &str) -> Option<String> {
        None
    }
}

/// A resource below an entry's that has a name of its own, such as `databases/default`.
#[derive(Debug, Clone, Copy)]
pub struct Given {
    /// What it is called below the address of the entry.
    pub label: &'static str,
    /// Its type and name below the entry's resource; declared properties stand behind it and `#`.
    pub path: &'static str,
}

/// A list of an entry whose members are names of resources below the entry's.
pub struct Children<T: 'static> {
    /// The key of the list.
    pub key: &'static str,
    /// What stands between: types and names, as in `blobServices/default`.
    pub above: &'static [(&'static str, &'static str)],
    /// The last segment of their type.
    pub kind: &'static str,
    /// Returns the names.
    pub names: fn(&T) -> &[Sp<String>],
    /// Returns what a new one is made with.
    pub body: fn() -> Value,
}

impl<T> Children<T> {
    /// Returns the resource that they lie in.
    pub fn holder(&self, entry: &ResourceId) -> ResourceId {
        self.above.iter().fold(entry.clone(), |id, (kind, name)| id.child(kind, name))
    }
}

impl<T: Expand> Family for Of<T> {
    fn section(&self) -> &'static Section {
        T::SECTION
    }

    fn expand(&self, expansion: &mut Expansion<'_>, home: Home<'_>) {
        let Some(sections) = expansion.topology().sections_of(home.name()) else { return };
        for (key, entry) in sections.of::<T>() {
            entry.expand(expansion, home, key);
        }
    }

    fn id(&self, expansion: &Expansion<'_>, home: Home<'_>, key: &str) -> Option<ResourceId> {
        let sections = expansion.topology().sections_of(home.name())?;
        sections.get::<T>(key)?.id(expansion, home, key)
    }

    fn pointer(
        &self,
        expansion: &Expansion<'_>,
        home: Home<'_>,
        key: &str,
        property: &str,
    ) -> Option<String> {
        let sections = expansion.topology().sections_of(home.name())?;
        sections.get::<T>(key)?.pointer(property)
    }

    fn allow(
        &self,
        expansion: &mut Expansion<'_>,
        holder: &Holder,
        used: &ResourceId,
        purpose: &str,
        place: &Place,
    ) {
        T::allow(expansion, holder, used, purpose, place);
    }

    fn finish(&self, expansion: &mut Expansion<'_>) {
        T::finish(expansion);
    }
}

/// The language with what the planner knows of its families.
#[derive(Debug)]
pub struct Language {
    language: topology::Language,
    families: Vec<&'static dyn Family>,
}

impl Language {
    /// Makes the language of these families; they are expanded in this order.
    pub fn new(families: impl IntoIterator<Item = &'static dyn Family>) -> Self {
        let families: Vec<&'static dyn Family> = families.into_iter().collect();
        let language = topology::Language::new(families.iter().map(|family| family.section()));
        Self { language, families }
    }

    /// Returns all families.
    pub fn families(&self) -> &[&'static dyn Family] {
        &self.families
    }

    /// Returns the family of a section.
    pub fn family(&self, section: &Section) -> Option<&'static dyn Family> {
        self.families.iter().copied().find(|family| *family.section() == *section)
    }
}

impl Deref for Language {
    type Target = topology::Language;

    fn deref(&self) -> &topology::Language {
        &self.language
    }
}
