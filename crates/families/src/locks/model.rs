//! What a topology says of a lock.

use topology::{Name, Sp, Target, choice, entry, record};

use super::LOCKS;

record! {
    /// A lock on a resource.
    pub struct Lock {
        /// The lock's name in Azure; left out, `lock-<key>`.
        #[serde(default)]
        pub name: Name,
        /// What is locked: a reference or a resource ID.
        pub on: Sp<Target>,
        /// What is forbidden; `cannotDelete` when left out.
        pub level at "/properties/level": Option<Sp<LockLevel>> = LockLevel::CannotDelete,
        /// A note for people, at most 512 characters.
        pub notes: Option<Sp<String>>,
    }
}

choice! {
    /// What a lock forbids.
    pub enum LockLevel {
        /// Deleting.
        CannotDelete = "cannotDelete" => "CanNotDelete",
        /// Changing and deleting.
        ReadOnly = "readOnly" => "ReadOnly",
    }
}

entry!(Lock in LOCKS: ; named name;);
