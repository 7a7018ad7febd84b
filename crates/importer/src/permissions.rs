//! What identities may do; the inverse of `planner/src/expand/permissions.rs`.

use planner::expand::role_name;
use resource::types::ASSIGNMENT;

use crate::draft::Draft;
use crate::node::{Map, Node, literal};
use crate::survey::{id_at, text};

impl Draft<'_> {
    /// Writes the roles of the identity with this principal.
    pub fn rights(&self, principal: &str, stamp: Option<usize>, map: &mut Map) {
        if principal.is_empty() {
            return;
        }
        map.set_some("permissions", self.roles(principal, stamp));
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
}
