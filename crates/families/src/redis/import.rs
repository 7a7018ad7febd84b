//! From a cache that was observed to its entry.

use importer::{Draft, Import, text};
use resource::ResourceId;

use super::{ASSIGNMENT, Redis};

impl Import for Redis {
    const PARTS: &'static [&'static str] = &[ASSIGNMENT];

    fn uses(draft: &Draft<'_>, principal: &str) -> Vec<ResourceId> {
        let rights = draft.survey.of_type(ASSIGNMENT).filter(|right| {
            text(&right.body, "/properties/user/objectId") == Some(principal)
                && !draft.choices.left_out.contains_key(&right.id)
        });
        rights.filter_map(|right| right.id.parent()?.parent()).collect()
    }
}
