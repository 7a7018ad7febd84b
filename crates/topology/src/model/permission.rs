//! Roles that identities get.

use crate::{Sp, Target, record};

record! {
    /// A role that an identity gets.
    pub struct Permission {
        /// The role's name, such as `Key Vault Secrets User`, or its definition's GUID.
        pub role: Sp<String>,
        /// Where it holds: a reference or a resource ID.
        pub scope: Sp<Target>,
    }
}
