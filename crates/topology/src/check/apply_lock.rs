//! The lock that keeps two applies apart: where it can live.

use resource::{ResourceId, ResourceType};

use super::Check;
use crate::section::CONTAINER_NAME;
use crate::value::Allowed;
use crate::{LockHolder, Place, Target};

impl Check<'_> {
    pub(super) fn apply_lock(&mut self) {
        let topology = self.topology;
        let Some(lock) = &topology.apply_lock else { return };
        if let Some(container) = &lock.container {
            self.name(&CONTAINER_NAME, container, &container.place);
            if container.starts_with('$') {
                let message = format!("`{}` is no place for a lock", container.value);
                let help = "Azure keeps such containers for itself, or shows them to everybody";
                self.error("apply-lock-place", &container.place, message, help);
            }
        }
        let place = &lock.account.place;
        let account: &Target = &lock.account;
        match account {
            Target::Id(id) => self.lock_in(id, place),
            Target::Entry { section, stamp, name } => {
                let entries = topology.sections_of(stamp.as_deref());
                let entry = entries.and_then(|entries| entries.find(section, name));
                if let Some((why, help)) = entry.and_then(|entry| entry.refuses_lock()) {
                    let message = format!("{} `{name}` {why}", section.bare_noun());
                    self.error("apply-lock-place", place, message, help);
                }
            }
        }
    }

    /// Files an ID of what can't hold the lock.
    fn lock_in(&mut self, id: &str, place: &Place) {
        let kind = ResourceId::parse(id).ok().map(|id| id.resource_type());
        let holders = LockHolder::sections(self.topology.language());
        let holds = |kind: &ResourceType| holders.iter().any(|holder| holder.is_of_type(kind));
        let Some(holder) = holders.first().filter(|_| !kind.as_ref().is_some_and(holds)) else {
            return;
        };
        let message = format!("`{id}` is not {}", holder.noun);
        let arm = holder.resource_type().unwrap_or_default();
        let help = format!("give the ID of {}, `…/providers/{arm}/<name>`", holder.noun);
        self.error("apply-lock-place", place, message, &help);
    }
}
