//! Where the lock is that keeps two applies apart.

use plan::ApplyLock;

use super::Expansion;

impl Expansion<'_> {
    /// Notes where the lock is that keeps two applies apart.
    pub(super) fn apply_lock(&mut self) {
        let Some(lock) = &self.topology.apply_lock else { return };
        self.desired.apply_lock = self
            .id_of(&lock.account.value)
            .map(|account| ApplyLock { account, container: lock.container().to_owned() });
    }
}
