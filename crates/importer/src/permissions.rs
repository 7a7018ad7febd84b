//! What identities may do; the inverse of `planner/src/expand/permissions.rs`.

use planner::expand::role_name;
use resource::catalogue::Duty;
use resource::types::ASSIGNMENT;
use serde_json::Value;
use topology::AnyVault;

use crate::draft::Draft;
use crate::node::{Map, Node, literal};
use crate::survey::{id_at, text};

impl Draft<'_> {
    /// Writes the roles and the vault access of the identity with this principal.
    pub fn rights(&self, principal: &str, stamp: Option<usize>, map: &mut Map) {
        if principal.is_empty() {
            return;
        }
        map.set_some("permissions", self.roles(principal, stamp));
        map.set_some("vaultAccess", self.vault_access(principal, stamp));
    }

    /// Returns what an identity with this principal uses, as far as families tell of it.
    pub fn uses(&self, principal: &str, stamp: Option<usize>) -> Vec<Node> {
        if principal.is_empty() {
            return vec![];
        }
        let families = self.survey.language.families().iter();
        families.flat_map(|family| family.uses(self, principal, stamp)).collect()
    }

    fn roles(&self, principal: &str, stamp: Option<usize>) -> Vec<Node> {
        let mut roles = vec![];
        for seen in self.survey.of_type(ASSIGNMENT) {
            let is_ours = text(&seen.body, "/properties/principalId") == Some(principal);
            let role = id_at(&seen.body, "/properties/roleDefinitionId");
            let scope = seen.id.parent();
            if let (true, Some(role), Some(scope)) = (is_ours, role, scope)
                && !self.choices.left_out.contains_key(&seen.id)
            {
                let mut permission = Map::default();
                permission.set("role", literal(role_name(&role.name().to_ascii_lowercase())));
                permission.set("scope", self.target(&scope, stamp));
                roles.push(Node::Map(permission));
            }
        }
        roles
    }

    fn vault_access(&self, principal: &str, stamp: Option<usize>) -> Vec<Node> {
        let mut all = vec![];
        let seen = self.survey.observed.resources.values();
        for vault in seen.filter(|seen| Duty::Vault.is_of(&seen.id)) {
            let policies = vault.body["properties"]["accessPolicies"].as_array();
            let own = policies.into_iter().flatten().find(|policy| policy["objectId"] == principal);
            let Some(own) = own else { continue };
            let mut access = Map::default();
            access.set("vault", self.target_in::<AnyVault>(&vault.id, stamp));
            for kind in ["secrets", "keys", "certificates"] {
                let rights = own["permissions"][kind].as_array().into_iter().flatten();
                let rights: Vec<Node> = rights.filter_map(Value::as_str).map(right).collect();
                access.set_some(kind, rights);
            }
            if access.members.len() > 1 {
                all.push(Node::Map(access));
            }
        }
        all
    }
}

/// Azure answers rights in any case; the language has those of the documentation.
fn right(text: &str) -> Node {
    const MIXED: [&str; 2] = ["wrapKey", "unwrapKey"];
    let known = MIXED.iter().find(|known| known.eq_ignore_ascii_case(text));
    literal(&known.map_or_else(|| text.to_ascii_lowercase(), |known| (*known).to_owned()))
}
