//! The lock that keeps two applies of one topology apart.

use crate::record;
use crate::{LockHolder, Ref, Sp};

record! {
    /// Where the lock is that keeps two applies of one topology apart.
    pub struct ApplyLock {
        /// The storage account that holds it: a reference to `storage`, or a resource ID.
        pub account: Sp<Ref<LockHolder>>,
        /// The container for its blob; `evenkeel` when left out. It is made where it is not there.
        pub container: Option<Sp<String>>,
    }
}

impl ApplyLock {
    /// Returns the container: the written one, or `evenkeel`.
    pub fn container(&self) -> &str {
        self.container.as_ref().map_or("evenkeel", |container| &container.value)
    }
}
