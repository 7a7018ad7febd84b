//! What was decided of single resources while the topology was tried out.

use std::collections::{BTreeMap, BTreeSet};

use resource::ResourceId;

/// Ways of telling of a resource that are not the first choice. Empty at the beginning; each trial
/// that shows a difference adds to it.
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
