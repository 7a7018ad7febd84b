//! Management locks that the topology declares, and where its apply lock is.

use plan::{ApplyLock, Band};
use resource::types::LOCK;
use serde_json::json;
use topology::{Lock, LockLevel};

use super::{Expansion, Home, Life};
use crate::desired::DesiredResource;
use crate::family::Expand;

impl Expansion<'_> {
    /// Notes where the lock is that keeps two applies apart.
    pub(super) fn apply_lock(&mut self) {
        let Some(lock) = &self.topology.apply_lock else { return };
        self.desired.apply_lock = self
            .id_of(&lock.account.value)
            .map(|account| ApplyLock { account, container: lock.container().to_owned() });
    }
}

impl Expand for Lock {
    fn expand(&self, expansion: &mut Expansion<'_>, _: Home<'_>, key: &str) {
        let Some(on) = expansion.id_of(&self.on.value) else { return };
        let level = match self.level() {
            LockLevel::CannotDelete => "CanNotDelete",
            LockLevel::ReadOnly => "ReadOnly",
        };
        let mut body = json!({ "properties": { "level": level } });
        if let Some(notes) = &self.notes {
            body["properties"]["notes"] = json!(notes.value);
        }
        let id = on.extension(LOCK, &self.name);
        let mut resource = DesiredResource::managed(format!("locks/{key}"), id, Band::Global, body);
        // A lock that is there already does what is asked for: taking it over adds a note.
        resource.adopt = true;
        resource.protect = false;
        expansion.add(resource, Life::default(), &self.place);
    }
}
