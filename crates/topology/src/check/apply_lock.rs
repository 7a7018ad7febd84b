//! The lock that keeps two applies apart: where it can live.

use super::Check;
use crate::section::CONTAINER_NAME;
use crate::{Storage, StorageKind, Target};

const ACCOUNT: &str = "/providers/microsoft.storage/storageaccounts/";

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
        if let Target::Id(id) = account
            && !is_account(id)
        {
            let message = format!("`{id}` is not a storage account");
            let help =
                "give the ID of an account, `…/providers/Microsoft.Storage/storageAccounts/<name>`";
            self.error("apply-lock-place", place, message, help);
        }
        if let Some((_, name)) = account.as_entry::<Storage>()
            && topology.find::<Storage>(account).is_some_and(has_no_blobs)
        {
            let message = format!("account `{name}` holds file shares and no blobs");
            let help = "take an account of another kind: the lock is the lease of a blob";
            self.error("apply-lock-place", place, message, help);
        }
    }
}

fn is_account(id: &str) -> bool {
    let id = id.to_ascii_lowercase();
    id.split_once(ACCOUNT).is_some_and(|(_, name)| !name.is_empty() && !name.contains('/'))
}

fn has_no_blobs(account: &Storage) -> bool {
    account.kind.as_ref().is_some_and(|kind| kind.value == StorageKind::FileStorage)
}
