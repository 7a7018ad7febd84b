//! What families recognise in what was observed before anything has a key: things that are made of
//! several resources and told of by one entry.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};

use resource::ResourceId;
use topology::Section;

use crate::choices::Choices;
use crate::stamps::Placement;
use crate::survey::Survey;

/// What one family has recognised.
#[derive(Debug)]
pub struct Recognised {
    parts: BTreeSet<ResourceId>,
    what: Box<dyn Any>,
}

impl Recognised {
    /// Keeps what a family needs to write its entries, and of which resources these tell.
    pub fn new<T: Any>(parts: BTreeSet<ResourceId>, what: T) -> Self {
        Self { parts, what: Box::new(what) }
    }
}

/// What all families have recognised, by the keys of their sections.
#[derive(Debug, Default)]
pub struct AllRecognised(BTreeMap<&'static str, Recognised>);

impl AllRecognised {
    /// Asks every family.
    pub fn of(survey: &Survey<'_>, placement: &Placement, choices: &Choices) -> Self {
        let families = survey.language.families().iter();
        let found = families.filter_map(|family| {
            Some((family.section().key, family.recognise(survey, placement, choices)?))
        });
        Self(found.collect())
    }

    /// Returns what the family of a section has recognised.
    pub fn get<T: Any>(&self, section: &Section) -> Option<&T> {
        self.0.get(section.key)?.what.downcast_ref()
    }

    /// Tells whether a resource is told of by something that was recognised.
    pub fn has(&self, id: &ResourceId) -> bool {
        self.0.values().any(|found| found.parts.contains(id))
    }
}
