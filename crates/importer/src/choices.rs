//! What was decided of single resources while the topology was tried out.

use std::collections::{BTreeMap, BTreeSet};

use resource::ResourceId;

use crate::draft::Life;
use crate::survey::Survey;

/// Ways of telling of a resource that are not the first choice: what its family says at the beginning,
/// and what each trial that shows a difference adds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Choices {
    /// Told by the escape hatch, because the language's own part cannot say what is there, with the
    /// reason.
    pub raw: BTreeMap<ResourceId, String>,
    /// Only read.
    pub existing: BTreeMap<ResourceId, String>,
    /// Not told of, with the reason.
    pub left_out: BTreeMap<ResourceId, String>,
    /// Properties of the escape hatch that are not told, because they do not hold still.
    pub dropped: BTreeMap<ResourceId, BTreeSet<String>>,
    /// Host names that are no entry of `domains`.
    pub no_domain: BTreeSet<String>,
}

impl Choices {
    /// Returns what is decided before anything is written: what an entry cannot say is told of raw.
    pub fn new(survey: &Survey<'_>) -> Self {
        let inside = survey.inside();
        // What is only read is not said.
        let told = inside.filter(|seen| !matches!(survey.life(seen), Life::Existing(_)));
        let raw = told.filter_map(|seen| {
            let mut families = survey.language.families().iter();
            Some((seen.id.clone(), families.find_map(|family| family.beyond(survey, seen))?))
        });
        Self { raw: raw.collect(), ..Self::default() }
    }
}
