//! What a topology promises.

use crate::record;
use crate::{Duration, Sp};

record! {
    /// Promises that a plan must keep.
    pub struct Objectives {
        /// The recovery time objective: how long users may be without service.
        pub rto: Option<Sp<Duration>>,
        /// The recovery point objective: how much of the latest data may be lost.
        pub rpo: Option<Sp<Duration>>,
    }
}
