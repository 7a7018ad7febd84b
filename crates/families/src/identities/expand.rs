//! From an identity to its resource and its rights.

use planner::{DesiredResource, Expand, Expansion, Holder};

use super::Identity;
use crate::vaults;

impl Expand for Identity {
    fn beside(&self, expansion: &mut Expansion<'_>, resource: &DesiredResource) {
        let holder = Holder {
            address: resource.address.clone(),
            band: resource.band.clone(),
            id: resource.id.clone(),
        };
        expansion.permissions(&holder, &self.permissions);
        expansion.uses(&holder, &self.uses);
        vaults::access(expansion, &holder, &self.vault_access);
    }
}
