//! What the importer knows of the families of the language: how resources become their entries.

use std::ops::Deref;

use planner::{Expand, Groups};
use resource::types::GROUP;
use resource::{Observation, ResourceId, ResourceType, inner};
use topology::section::{Addressed, Of};

use crate::choices::Choices;
use crate::draft::Draft;
use crate::node::{Map, Member, Node};
use crate::recognised::Recognised;
use crate::stamps::Placement;
use crate::survey::Survey;

/// A family of the language, as the importer sees it.
pub trait Family: planner::Family {
    /// Writes its entries in one place into the map of that place.
    fn import(&self, draft: &mut Draft<'_>, stamp: Option<usize>, home: &mut Map);

    /// Returns the least priority that its entries, as routers, give one of these apps.
    fn priority(&self, _survey: &Survey<'_>, _apps: &[ResourceId]) -> Option<u64> {
        None
    }

    /// Recognises what several resources are together, before anything has a key.
    fn recognise(
        &self,
        _survey: &Survey<'_>,
        _placement: &Placement,
        _choices: &Choices,
    ) -> Option<Recognised> {
        None
    }

    /// Tells whether a resource of its type belongs into the topology although it lies outside of
    /// what is imported.
    fn reaches(&self, _survey: &Survey<'_>, _id: &ResourceId) -> bool {
        false
    }

    /// Tells whether a resource is told of with its entries and has none of its own.
    fn tells(&self, survey: &Survey<'_>, placement: &Placement, id: &ResourceId) -> bool;

    /// Returns the key that a resource among its entries' parts gets by the escape hatch.
    fn key(&self, _id: &ResourceId) -> Option<String> {
        None
    }

    /// Returns the entry's resource, where a resource below it is told of with it and goes with it
    /// when it gives way.
    fn holder(&self, _id: &ResourceId) -> Option<ResourceId> {
        None
    }

    /// Tells whether a resource is named in a list of its entry, which can be told without it.
    fn lists(&self, _id: &ResourceId) -> bool {
        false
    }

    /// Tells whether what is listed below an entry is Azure's own, and told of in no way.
    fn passes_over(&self, _seen: &Observation) -> bool {
        false
    }

    /// Returns what of an entry's resource and its parts the entry cannot say, if there is something.
    fn beyond(&self, _survey: &Survey<'_>, _seen: &Observation) -> Option<String> {
        None
    }

    /// Returns what an identity with this principal uses of its entries, as `uses` has it.
    fn uses(&self, _draft: &Draft<'_>, _principal: &str, _stamp: Option<usize>) -> Vec<Node> {
        vec![]
    }

    /// Tells whether a resource of its entries and their parts can be told of by the escape hatch
    /// instead.
    fn gives_way(&self, _id: &ResourceId) -> bool {
        false
    }
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
        match Self::SECTION.addressed {
            // There is one, which stands under the section itself.
            Addressed::Alone => {
                if let Some(one) = entries.members.into_iter().next() {
                    let key = Self::SECTION.key.to_owned();
                    home.members.push(Member { key, ..one });
                }
            }
            _ => home.set_some(Self::SECTION.key, entries),
        }
    }

    /// Writes what is said of a resource beside its name, its place, its region and its tags.
    fn body(draft: &mut Draft<'_>, seen: &Observation, stamp: Option<usize>, map: &mut Map) {
        draft.declared::<Self>(&seen.body, seen.id.as_str(), stamp, map);
        draft.given::<Self>(seen, stamp, map);
        draft.children::<Self>(seen, map);
    }

    /// Returns the least priority that the entries, as routers, give one of these apps.
    fn priority(_survey: &Survey<'_>, _apps: &[ResourceId]) -> Option<u64> {
        None
    }

    /// Recognises what several resources are together, before anything has a key.
    fn recognise(
        _survey: &Survey<'_>,
        _placement: &Placement,
        _choices: &Choices,
    ) -> Option<Recognised> {
        None
    }

    /// Tells whether a resource of its type belongs into the topology although it lies outside of
    /// what is imported.
    fn reaches(_survey: &Survey<'_>, _id: &ResourceId) -> bool {
        false
    }

    /// Tells whether a resource is told of with an entry, beside those of [`Self::PARTS`] and the
    /// children.
    fn tells(_survey: &Survey<'_>, _placement: &Placement, _id: &ResourceId) -> bool {
        false
    }

    /// Returns the key that a resource among the parts of entries gets by the escape hatch.
    fn key(_id: &ResourceId) -> Option<String> {
        None
    }

    /// Tells whether a resource of an entry or its parts can be told of by the escape hatch instead.
    fn gives_way(id: &ResourceId) -> bool {
        matches!(Self::SECTION.addressed, Addressed::InSection | Addressed::Alone)
            && Self::SECTION.is_of_type(&id.resource_type())
    }

    /// Returns what of an entry's resource and its parts the entry cannot say, as a reason; the escape
    /// hatch tells of all of them then. What an entry would say otherwise need not stand here: a trial
    /// shows it.
    fn beyond(_survey: &Survey<'_>, _seen: &Observation) -> Option<String> {
        None
    }

    /// Returns the entries that an identity with this principal uses, by what is granted by other
    /// resources than role assignments, which stand among its permissions.
    fn uses(_draft: &Draft<'_>, _principal: &str) -> Vec<ResourceId> {
        vec![]
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

    fn priority(&self, survey: &Survey<'_>, apps: &[ResourceId]) -> Option<u64> {
        T::priority(survey, apps)
    }

    fn recognise(
        &self,
        survey: &Survey<'_>,
        placement: &Placement,
        choices: &Choices,
    ) -> Option<Recognised> {
        T::recognise(survey, placement, choices)
    }

    fn reaches(&self, survey: &Survey<'_>, id: &ResourceId) -> bool {
        T::SECTION.is_of_type(&id.resource_type()) && T::reaches(survey, id)
    }

    fn key(&self, id: &ResourceId) -> Option<String> {
        T::key(id)
    }

    fn holder(&self, id: &ResourceId) -> Option<ResourceId> {
        let kind = id.resource_type();
        // What hangs on an entry's resource by another provider is none of its parts.
        let mut above = std::iter::successors(kind.parent(), ResourceType::parent);
        let own = above.find(|above| T::SECTION.is_of_type(above))?;
        let holder = id.ancestors().find(|above| above.resource_type() == own)?;
        let is_part = T::PARTS.iter().any(|part| kind.is(part))
            || T::GIVEN.iter().any(|given| inner(&holder, given.path) == *id)
            || self.lists(id);
        (is_part && T::gives_way(&holder)).then_some(holder)
    }

    fn lists(&self, id: &ResourceId) -> bool {
        let kind = id.resource_type();
        let Some(own) = T::SECTION.resource_type() else { return false };
        T::CHILDREN.iter().any(|children| {
            let above = children.above.iter().map(|(kind, _)| *kind);
            let path: Vec<&str> = [own].into_iter().chain(above).chain([children.kind]).collect();
            kind.is(&path.join("/"))
        })
    }

    fn passes_over(&self, seen: &Observation) -> bool {
        self.lists(&seen.id) && T::child(seen) == Told::Not
    }

    fn beyond(&self, survey: &Survey<'_>, seen: &Observation) -> Option<String> {
        T::SECTION.is_of_type(&seen.id.resource_type()).then(|| T::beyond(survey, seen))?
    }

    fn uses(&self, draft: &Draft<'_>, principal: &str, stamp: Option<usize>) -> Vec<Node> {
        let used = T::uses(draft, principal).into_iter();
        // What the escape hatch tells of has no rights of the language: they are told of raw as well.
        used.filter(|id| draft.is_entry::<T>(id)).map(|id| draft.target(&id, stamp)).collect()
    }

    fn gives_way(&self, id: &ResourceId) -> bool {
        T::gives_way(id)
    }

    fn tells(&self, survey: &Survey<'_>, placement: &Placement, id: &ResourceId) -> bool {
        let kind = id.resource_type();
        T::PARTS.iter().any(|part| kind.is(part))
            || T::tells(survey, placement, id)
            || self.lists(id)
    }
}

/// Groups are told of where what lies in them is.
impl Family for Groups {
    fn import(&self, _: &mut Draft<'_>, _: Option<usize>, _: &mut Map) {}

    fn tells(&self, _: &Survey<'_>, _: &Placement, id: &ResourceId) -> bool {
        id.resource_type().is(GROUP)
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

    /// Returns the resource of the entry that a resource below it is told of with.
    pub(crate) fn holder(&self, id: &ResourceId) -> Option<ResourceId> {
        self.families.iter().find_map(|family| family.holder(id))
    }

    /// Tells whether a resource is told of with the entries of a section.
    pub(crate) fn is_part(
        &self,
        survey: &Survey<'_>,
        placement: &Placement,
        id: &ResourceId,
    ) -> bool {
        self.families.iter().any(|family| family.tells(survey, placement, id))
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
    use topology::{Section, Sp, entry, record};

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
            common("chest" in both,
                name "The name",
                protect "`false` when left out") {
            /// How many copies there are.
            pub copies at "/sku/name": Option<Sp<String>>,
            /// The lowest TLS version accepted.
            pub min_tls at "/properties/minimumTlsVersion": Option<Sp<String>> = "1.2".to_owned(),
            /// Lets the public in.
            pub public_access at "/properties/allowBlobPublicAccess": Option<Sp<bool>> = false,
        }
    }

    entry!(Chest in CHESTS;);

    impl Expand for Chest {}
    impl Import for Chest {}

    static ALL: &[&dyn Family] = &[&Groups, &Of::<Chest>::ALL];

    /// Returns the language that the tests are written in.
    pub(crate) fn language() -> &'static Language {
        static LANGUAGE: LazyLock<Language> = LazyLock::new(|| Language::new(ALL.iter().copied()));
        &LANGUAGE
    }
}
