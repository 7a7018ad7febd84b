//! What holds data and identity: storage accounts, vaults, managed identities.

use indexmap::IndexMap;
use plan::Band;
use resource::ResourceId;
use resource::types::SITE;
use serde_json::{Value, json};
use topology::{AccessPolicy, Identity, Storage, Vault};

use super::apps::principal;
use super::{Expansion, Home, Life};
use crate::desired::DesiredResource;

impl Expansion<'_> {
    /// Adds the accounts, vaults and identities of one home.
    pub(super) fn data(
        &mut self,
        home: Home<'_>,
        accounts: &IndexMap<String, Storage>,
        vaults: &IndexMap<String, Vault>,
        identities: &IndexMap<String, Identity>,
    ) {
        for (key, identity) in identities {
            self.identity(home, key, identity);
        }
        for (key, vault) in vaults {
            self.vault(home, key, vault);
        }
        for (key, account) in accounts {
            self.account(home, key, account);
        }
    }

    fn identity(&mut self, home: Home<'_>, key: &str, identity: &Identity) {
        let Some(id) = self.id_in(home, key, identity) else { return };
        let address = home.address(&format!("identities/{key}"));
        let band = home.band(Band::Global);
        let body = self.body(home, identity);
        let mut resource = DesiredResource::managed(&address, id.clone(), band.clone(), body);
        self.soften_location(&mut resource, home, identity.location.as_ref());
        self.add(resource, Life::of(identity), &identity.place);
        let pointer = "/properties/principalId";
        self.permissions(&address, &band, &id, pointer, &identity.permissions);
        self.vault_access(&address, &band, &id, pointer, &identity.vault_access);
    }

    fn vault(&mut self, home: Home<'_>, key: &str, vault: &Vault) {
        let Some(id) = self.id_in(home, key, vault) else { return };
        let mut body = self.body(home, vault);
        body["properties"]["tenantId"] = self.tenant();
        body["properties"]["sku"]["family"] = json!("A");
        if let Some(policies) = &vault.access_policies {
            body["properties"]["accessPolicies"] =
                policies.iter().map(|policy| self.policy(policy)).collect();
        }
        let address = home.address(&format!("vaults/{key}"));
        let mut resource = DesiredResource::managed(address, id, home.band(Band::Data), body);
        if vault.access_policies.is_none() {
            // ARM wants the array where RBAC is off; who may do what is granted one by one.
            resource.create_only = Some(json!({ "properties": { "accessPolicies": [] } }));
        }
        self.soften_location(&mut resource, home, vault.location.as_ref());
        self.add(resource, Life::of(vault), &vault.place);
    }

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

    fn account(&mut self, home: Home<'_>, key: &str, account: &Storage) {
        let Some(id) = self.id_in(home, key, account) else { return };
        let address = home.address(&format!("storage/{key}"));
        let band = home.band(Band::Data);
        let mut body = self.body(home, account);
        body["properties"]["supportsHttpsTrafficOnly"] = json!(true);
        let mut resource = DesiredResource::managed(&address, id.clone(), band.clone(), body);
        self.soften_location(&mut resource, home, account.location.as_ref());
        self.add(resource, Life::of(account), &account.place);
        let mut child = |id: ResourceId, label: String, body: Value, place: &topology::Place| {
            let resource = DesiredResource::managed(label, id, band.clone(), body);
            // Containers and queues carry no mark; in an account that is ours or adopted they are.
            self.add(resource, Life { adopt: true, ..Life::default() }, place);
        };
        for container in &account.containers {
            child(
                id.child("blobServices", "default").child("containers", &container.value),
                format!("{address}/containers/{}", container.value),
                json!({ "properties": { "publicAccess": "None" } }),
                &container.place,
            );
        }
        for queue in &account.queues {
            child(
                id.child("queueServices", "default").child("queues", &queue.value),
                format!("{address}/queues/{}", queue.value),
                json!({ "properties": {} }),
                &queue.place,
            );
        }
    }
}

/// Returns where the principal ID of a resource with an identity stands.
fn principal_pointer(id: &ResourceId) -> &'static str {
    if id.resource_type().is(SITE) { "/identity/principalId" } else { "/properties/principalId" }
}
