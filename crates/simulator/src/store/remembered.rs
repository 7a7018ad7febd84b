//! What is remembered from request to request and not kept: a process that starts anew knows nothing of it.

use serde_json::Value;

/// Something remembered for a while.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Remembered {
    /// Until when, in milliseconds since 1970.
    pub until: u64,
    /// What it is.
    pub value: Value,
}

impl Remembered {
    /// Remembers a value until the process ends.
    pub fn forever(value: Value) -> Self {
        Self { until: u64::MAX, value }
    }
}
