//! What the importer knows of the families of the language: how resources become their entries.

use std::ops::Deref;

use planner::{Children, Expand, Groups};
use resource::{Observation, ResourceType};
use topology::section::Of;

use crate::draft::Draft;
use crate::node::Map;

/// A family of the language, as the importer sees it.
pub trait Family: planner::Family {
    /// Writes its entries in one place into the map of that place.
    fn import(&self, draft: &mut Draft<'_>, stamp: Option<usize>, home: &mut Map);

    /// Tells whether resources of a type are told of with its entries and have none of their own.
    fn has_part(&self, kind: &ResourceType) -> bool;
}

/// How resources become the entries of a section; the inverse of [`Expand`].
///
/// By default an entry has the properties that say where they stand in the body, and its children.
pub trait Import: Expand {
    /// The ARM types that are told of with an entry, beside those of its children.
    const PARTS: &'static [&'static str] = &[];

    /// Writes the entries in one place into the map of that place.
    fn import(draft: &mut Draft<'_>, stamp: Option<usize>, home: &mut Map) {
        let entries = draft.each::<Self>(stamp);
        home.set_some(Self::SECTION.key, entries);
    }

    /// Writes what is said of a resource beside its name, its place, its region and its tags.
    fn body(draft: &mut Draft<'_>, seen: &Observation, stamp: Option<usize>, map: &mut Map) {
        draft.declared::<Self>(&seen.body, seen.id.as_str(), stamp, map);
        draft.children::<Self>(seen, map);
    }

    /// Tells how a child of an entry is told of.
    fn child(_seen: &Observation) -> Told {
        Told::Named
    }
}

/// How a child of an entry is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// By its name.
    Named,
    /// Not at all.
    Not,
    /// Not at all, and a person is told why.
    Remarked(&'static str),
}

impl<T: Import> Family for Of<T> {
    fn import(&self, draft: &mut Draft<'_>, stamp: Option<usize>, home: &mut Map) {
        T::import(draft, stamp, home);
    }

    fn has_part(&self, kind: &ResourceType) -> bool {
        let Some(own) = T::SECTION.resource_type() else { return false };
        let is_child = |children: &Children<T>| {
            let above = children.above.iter().map(|(kind, _)| *kind);
            let path: Vec<&str> = [own].into_iter().chain(above).chain([children.kind]).collect();
            kind.is(&path.join("/"))
        };
        T::PARTS.iter().any(|part| kind.is(part)) || T::CHILDREN.iter().any(is_child)
    }
}

/// Groups are told of where what lies in them is.
impl Family for Groups {
    fn import(&self, _: &mut Draft<'_>, _: Option<usize>, _: &mut Map) {}

    fn has_part(&self, _: &ResourceType) -> bool {
        false
    }
}

/// The language with what the importer knows of its families.
#[derive(Debug)]
pub struct Language {
    language: planner::Language,
    families: Vec<&'static dyn Family>,
}

impl Language {
    /// Makes the language of these families; a topology is written in this order.
    pub fn new(families: impl IntoIterator<Item = &'static dyn Family>) -> Self {
        let families: Vec<&'static dyn Family> = families.into_iter().collect();
        let language =
            planner::Language::new(families.iter().map(|it| *it as &dyn planner::Family));
        Self { language, families }
    }

    /// Returns all families.
    pub fn families(&self) -> &[&'static dyn Family] {
        &self.families
    }

    /// Returns the families whose entries stand in a stamp, or outside of all.
    pub(crate) fn families_in(&self, in_stamp: bool) -> Vec<&'static dyn Family> {
        let all = self.families.iter().copied();
        all.filter(|family| family.section().stands.has(in_stamp)).collect()
    }

    /// Tells whether resources of a type are told of with the entries of a section.
    pub(crate) fn is_part(&self, kind: &ResourceType) -> bool {
        self.families.iter().any(|family| family.has_part(kind))
    }
}

impl Deref for Language {
    type Target = planner::Language;

    fn deref(&self) -> &planner::Language {
        &self.language
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::LazyLock;

    use resource::types::STORAGE_ACCOUNT;
    use topology::section::{Arm, Naming};
    use topology::{
        App, DnsZone, Domain, Name, Plan, Resource, Section, Sp, TrafficManager, entry, record,
    };

    use super::*;

    static CHESTS: Section = Section {
        key: "chests",
        noun: "a chest",
        arm: Arm::Type(STORAGE_ACCOUNT),
        abbreviations: &["st"],
        naming: Naming::Squeezed,
        entries: Some(&Of::<Chest>::ALL),
        ..Section::PLAIN
    };

    record! {
        /// A family that is made up for these tests.
        pub struct Chest,
            common("chest", tags "the topology's", protect "`false` when left out") {
            /// The name.
            #[serde(default)]
            pub name: Name,
            /// The resource group.
            #[serde(default)]
            pub resource_group: Name,
            /// The subscription.
            pub subscription: Option<Sp<String>>,
            /// The region.
            pub location: Option<Sp<String>>,
            /// How many copies there are.
            pub copies at "/sku/name": Option<Sp<String>>,
            /// The lowest TLS version accepted.
            pub min_tls at "/properties/minimumTlsVersion": Option<Sp<String>> = "1.2".to_owned(),
            /// Lets the public in.
            pub public_access at "/properties/allowBlobPublicAccess": Option<Sp<bool>> = false,
        }
    }

    entry!(Chest in CHESTS: subscription, location, tags, existing, adopt, protect;
        named name, resource_group; regions location;);

    impl Expand for Chest {}
    impl Import for Chest {}

    static ALL: &[&dyn Family] = &[
        &Of::<Plan>::ALL,
        &Of::<App>::ALL,
        &Groups,
        &Of::<TrafficManager>::ALL,
        &Of::<DnsZone>::ALL,
        &Of::<Domain>::ALL,
        &Of::<Chest>::ALL,
        &Of::<Resource>::ALL,
    ];

    /// Returns the language that the tests are written in.
    pub(crate) fn language() -> &'static Language {
        static LANGUAGE: LazyLock<Language> = LazyLock::new(|| Language::new(ALL.iter().copied()));
        &LANGUAGE
    }
}
