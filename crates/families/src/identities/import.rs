//! From an identity that was observed to its entry.

use importer::{Draft, Import, Map, text};
use resource::Observation;
use resource::types::ASSIGNMENT;

use super::Identity;
use crate::vaults;

impl Import for Identity {
    const PARTS: &'static [&'static str] = &[ASSIGNMENT];

    fn body(draft: &mut Draft<'_>, seen: &Observation, stamp: Option<usize>, map: &mut Map) {
        let holder = text(&seen.body, "/properties/principalId").unwrap_or_default().to_owned();
        draft.rights(&holder, stamp, map);
        map.set_some("vaultAccess", vaults::imported_access(draft, &holder, stamp));
        let uses = draft.uses(&holder, stamp);
        map.set_some("uses", uses);
    }
}
