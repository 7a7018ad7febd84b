//! What holds data: storage accounts and vaults.

use resource::ResourceId;
use resource::types::SITE;
use serde_json::{Value, json};
use topology::{AccessPolicy, Storage, Vault};

use super::Expansion;
use super::apps::principal;
use crate::desired::DesiredResource;
use crate::family::{Children, Expand};

impl Expand for Vault {
    fn complete(&self, expansion: &Expansion<'_>, resource: &mut DesiredResource) {
        let properties = &mut resource.body["properties"];
        properties["tenantId"] = expansion.tenant();
        properties["sku"]["family"] = json!("A");
        match &self.access_policies {
            Some(policies) => {
                properties["accessPolicies"] =
                    policies.iter().map(|policy| expansion.policy(policy)).collect();
            }
            None => {
                // ARM wants the array where RBAC is off; who may do what is granted one by one.
                let extra = resource.create_only.get_or_insert_with(|| json!({}));
                extra["properties"] = json!({ "accessPolicies": [] });
            }
        }
    }
}

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

impl Expansion<'_> {
    fn policy(&self, policy: &AccessPolicy) -> Value {
        let names = |list: &[topology::Sp<String>]| -> Value {
            list.iter().map(|name| json!(name.value)).collect()
        };
        let identity = policy.identity.as_ref().and_then(|target| self.id_of(&target.value));
        let object = match (identity, &policy.object_id) {
            (Some(id), _) => principal(&id, principal_pointer(&id)),
            (None, Some(object)) => json!(object.value),
            (None, None) => Value::Null,
        };
        json!({
            "tenantId": self.tenant(),
            "objectId": object,
            "permissions": {
                "secrets": names(&policy.secrets),
                "keys": names(&policy.keys),
                "certificates": names(&policy.certificates),
            },
        })
    }
}

/// Returns where the principal ID of a resource with an identity stands.
fn principal_pointer(id: &ResourceId) -> &'static str {
    if id.resource_type().is(SITE) { "/identity/principalId" } else { "/properties/principalId" }
}
