//! What holds data: storage accounts.

use serde_json::json;
use topology::Storage;

use super::Expansion;
use crate::desired::DesiredResource;
use crate::family::{Children, Expand};

impl Expand for Storage {
    const CHILDREN: &'static [Children<Self>] = &[
        Children {
            key: "containers",
            above: &[("blobServices", "default")],
            kind: "containers",
            names: |account| &account.containers,
            body: || json!({ "properties": { "publicAccess": "None" } }),
        },
        Children {
            key: "queues",
            above: &[("queueServices", "default")],
            kind: "queues",
            names: |account| &account.queues,
            body: || json!({ "properties": {} }),
        },
    ];

    fn complete(&self, _: &Expansion<'_>, resource: &mut DesiredResource) {
        resource.body["properties"]["supportsHttpsTrafficOnly"] = json!(true);
    }
}
