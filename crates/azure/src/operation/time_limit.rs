//! How long an operation may take.

use std::time::Duration;

use resource::{ResourceType, catalogue};

use super::Purpose;

/// Returns how long an operation on a resource of this type may take.
pub(super) fn time_limit(of: &ResourceType, purpose: Purpose) -> Duration {
    let limit = catalogue::time_limit(of);
    let minutes = if purpose == Purpose::Delete { limit.delete_mins } else { limit.write_mins };
    Duration::from_secs(minutes * 60)
}
