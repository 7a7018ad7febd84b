//! From a storage account to its resources.

use planner::{Children, DesiredResource, Expand, Expansion, Holder};
use resource::ResourceId;
use serde_json::json;
use topology::Place;

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

    fn allow(
        expansion: &mut Expansion<'_>,
        holder: &Holder,
        used: &ResourceId,
        purpose: &str,
        place: &Place,
    ) {
        let roles: &[&str] = match purpose {
            "queue" => &["Storage Queue Data Contributor"],
            // What the host of a function app keeps: leases, keys and its own queues.
            "host" => &["Storage Blob Data Owner", "Storage Queue Data Contributor"],
            _ => &["Storage Blob Data Contributor"],
        };
        roles.iter().for_each(|role| expansion.role(holder, used, role, place));
    }

    fn complete(&self, _: &Expansion<'_>, resource: &mut DesiredResource) {
        resource.body["properties"]["supportsHttpsTrafficOnly"] = json!(true);
    }
}
