//! A blob as it is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A block blob.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Blob {
    /// The content.
    pub content: Vec<u8>,
    /// Its media type.
    pub content_type: String,
    /// What clients have noted on it.
    pub metadata: BTreeMap<String, String>,
    /// The counter behind the ETag.
    pub version: u64,
    /// When it was first written, in milliseconds since 1970.
    pub created: u64,
    /// When it was last written.
    pub modified: u64,
    /// Who alone may write it.
    pub lease: Option<Lease>,
}

/// A lease, also one that has ended: its ID is known until the blob is written or leased again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lease {
    /// Its ID.
    pub id: String,
    /// How long it lasts from each renewal; `None` for one that never ends.
    pub duration_secs: Option<u64>,
    /// When it ends unless it is renewed, in milliseconds since 1970.
    pub ends: u64,
    /// When it is broken, or was.
    pub broken: Option<u64>,
}
