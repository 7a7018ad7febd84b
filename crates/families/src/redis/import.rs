//! From a cache that was observed to its entry.

use importer::{Draft, Import, Node, text};

use super::{ASSIGNMENT, Redis};

impl Import for Redis {
    const PARTS: &'static [&'static str] = &[ASSIGNMENT];

    fn uses(draft: &Draft<'_>, principal: &str, stamp: Option<usize>) -> Vec<Node> {
        let rights = draft.survey.of_type(ASSIGNMENT).filter(|right| {
            text(&right.body, "/properties/user/objectId") == Some(principal)
                && !draft.choices.left_out.contains_key(&right.id)
        });
        let caches = rights.filter_map(|right| right.id.parent()?.parent());
        caches.map(|cache| draft.target(&cache, stamp)).collect()
    }
}
