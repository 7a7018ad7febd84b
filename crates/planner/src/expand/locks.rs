//! Management locks that the topology declares, and where its apply lock is.

use plan::{ApplyLock, Band};
use resource::types::LOCK;
use serde_json::json;
use topology::LockLevel;

use super::{Expansion, Life};
use crate::desired::DesiredResource;

impl Expansion<'_> {
    /// Notes where the lock is that keeps two applies apart.
    pub(super) fn apply_lock(&mut self) {
        let Some(lock) = &self.topology.apply_lock else { return };
        self.desired.apply_lock = self
            .id_of(&lock.account.value)
            .map(|account| ApplyLock { account, container: lock.container().to_owned() });
    }

    /// Adds the locks.
    pub(super) fn locks(&mut self) {
        for (key, lock) in &self.topology.locks {
            let Some(on) = self.id_of(&lock.on.value) else { continue };
            let level = match lock.level() {
                LockLevel::CannotDelete => "CanNotDelete",
                LockLevel::ReadOnly => "ReadOnly",
            };
            let mut body = json!({ "properties": { "level": level } });
            if let Some(notes) = &lock.notes {
                body["properties"]["notes"] = json!(notes.value);
            }
            let id = on.extension(LOCK, &lock.name);
            let mut resource =
                DesiredResource::managed(format!("locks/{key}"), id, Band::Global, body);
            // A lock that is there already does what is asked for: taking it over adds a note.
            resource.adopt = true;
            resource.protect = false;
            self.add(resource, Life::default(), &lock.place);
        }
    }
}
