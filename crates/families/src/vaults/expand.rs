//! From a vault to its resource.

use planner::{DesiredResource, Expand, Expansion, Holder};
use resource::ResourceId;
use serde_json::{Value, json};
use topology::{Place, Sp};

use super::{AccessPolicy, Vault, VaultAccess};

impl Expand for Vault {
    fn allow(
        expansion: &mut Expansion<'_>,
        holder: &Holder,
        used: &ResourceId,
        _: &str,
        place: &Place,
    ) {
        expansion.role(holder, used, "Key Vault Secrets User", place);
    }

    fn complete(&self, expansion: &Expansion<'_>, resource: &mut DesiredResource) {
        let properties = &mut resource.body["properties"];
        properties["tenantId"] = expansion.tenant();
        properties["sku"]["family"] = json!("A");
        match &self.access_policies {
            Some(policies) => {
                properties["accessPolicies"] =
                    policies.iter().map(|policy| self::policy(expansion, policy)).collect();
            }
            None => {
                // ARM wants the array where RBAC is off; who may do what is granted one by one.
                let extra = resource.create_only.get_or_insert_with(|| json!({}));
                extra["properties"] = json!({ "accessPolicies": [] });
            }
        }
    }
}

/// Returns the access policy of one identity.
fn policy(expansion: &Expansion<'_>, policy: &AccessPolicy) -> Value {
    let identity = policy.identity.as_ref().and_then(|target| expansion.id_of(&target.value));
    let object = match (identity, &policy.object_id) {
        (Some(id), _) => planner::principal(&id),
        (None, Some(object)) => json!(object.value),
        (None, None) => Value::Null,
    };
    let rights = rights(&policy.secrets, &policy.keys, &policy.certificates);
    json!({ "tenantId": expansion.tenant(), "objectId": object, "permissions": rights })
}

/// Adds the access policies of the identity of `holder` in vaults without RBAC.
pub(crate) fn access(expansion: &mut Expansion<'_>, holder: &Holder, access: &[VaultAccess]) {
    for access in access {
        let Some(vault) = expansion.id_of(&access.vault.value) else { continue };
        let rights = rights(&access.secrets, &access.keys, &access.certificates);
        let policy = json!({
            "tenantId": expansion.tenant(),
            "objectId": holder.principal(),
            "permissions": rights,
        });
        let label = format!("{}/permissions/{}", holder.address, vault.name());
        expansion.desired().grant(&vault, label, holder.band.clone(), policy);
    }
}

/// Returns what an identity may do with secrets, keys and certificates, as ARM has it.
fn rights(secrets: &[Sp<String>], keys: &[Sp<String>], certificates: &[Sp<String>]) -> Value {
    let names =
        |list: &[Sp<String>]| -> Value { list.iter().map(|name| json!(name.value)).collect() };
    json!({
        "secrets": names(secrets),
        "keys": names(keys),
        "certificates": names(certificates),
    })
}
