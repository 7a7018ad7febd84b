//! Management locks.

use crate::{choice, record};

use crate::{Name, Sp, Target};

record! {
    /// A lock on a resource.
    pub struct Lock {
        /// The lock's name in Azure; left out, `lock-<key>`.
        #[serde(default)]
        pub name: Name,
        /// What is locked: a reference or a resource ID.
        pub on: Sp<Target>,
        /// What is forbidden; `cannotDelete` when left out.
        pub level: Option<Sp<LockLevel>>,
        /// A note for people, at most 512 characters.
        pub notes: Option<Sp<String>>,
    }
}

choice! {
    /// What a lock forbids.
    pub enum LockLevel {
        /// Deleting.
        CannotDelete = "cannotDelete",
        /// Changing and deleting.
        ReadOnly = "readOnly",
    }
}

impl Lock {
    /// Returns what is forbidden: the written level, or deleting.
    pub fn level(&self) -> LockLevel {
        self.level.as_ref().map_or(LockLevel::CannotDelete, |level| level.value)
    }
}

crate::entry!(Lock in crate::section::LOCKS: ; named name; regions;);
