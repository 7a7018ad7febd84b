//! From a storage account to its resources.

use planner::{Children, DesiredResource, Expand, Expansion};
use serde_json::json;

use super::Storage;

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
