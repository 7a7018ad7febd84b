//! What identities may do: role assignments, and access policies of vaults without RBAC.

use plan::{Band, Code, Guard};
use resource::catalogue::facts_of;
use resource::types::{ASSIGNMENT, ROLE};
use resource::{Expression, ResourceId};
use serde_json::{Value, json};
use topology::{Permission, Place, Use};

use super::roles::role_id;
use super::{Expansion, Life};
use crate::complete::assignment_name;
use crate::desired::DesiredResource;

/// Where ARM has the principal of a resource that has an identity of its own.
const OWN_PRINCIPAL: &str = "/identity/principalId";

/// An identity that gets rights.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The address of the entry that has it.
    pub address: String,
    /// The band of that entry.
    pub band: Band,
    /// The resource that has it, or that it is.
    pub id: ResourceId,
}

/// Returns the principal ID of an identity, or of the resource that has one of its own, as a value that is known
/// once it is there.
pub fn principal(id: &ResourceId) -> Value {
    let (id, pointer) =
        facts_of(id).answer(id, "principalId").unwrap_or((id.clone(), OWN_PRINCIPAL));
    Expression::reference(&id, pointer).to_value()
}

impl Holder {
    /// Returns the principal ID, which is known once the identity is there.
    pub fn principal(&self) -> Value {
        principal(&self.id)
    }

    /// Returns the name, a GUID that is always the same, under which it holds a right.
    pub fn grant_name(&self, scope: &ResourceId, right: &str) -> String {
        assignment_name(scope, right, &self.id)
    }
}

impl Expansion<'_> {
    /// Gives the identity of `holder` what it needs to use what it says that it uses.
    pub fn uses(&mut self, holder: &Holder, uses: &[Use]) {
        for used in uses {
            let Some(id) = self.id_of(&used.target) else { continue };
            let language = self.language;
            let section = used.target.section();
            let section = section.or_else(|| language.section_of_type(&id.resource_type()));
            if let Some(family) = section.and_then(|section| language.family(section)) {
                family.allow(self, holder, &id, used.purpose.unwrap_or_default(), &used.place);
            }
        }
    }

    /// Adds a role assignment for each permission of the identity of `holder`.
    pub fn permissions(&mut self, holder: &Holder, permissions: &[Permission]) {
        for permission in permissions {
            if let Some(scope) = self.id_of(&permission.scope.value) {
                self.role(holder, &scope, &permission.role.value, &permission.place);
            }
        }
    }

    /// Adds the assignment of a role, which is given by name or by GUID.
    pub fn role(&mut self, holder: &Holder, scope: &ResourceId, name: &str, place: &Place) {
        let address = &holder.address;
        let Some(role) = role_id(name) else {
            self.desired.mistakes.push(Guard {
                code: Code::UnknownRole,
                address: address.to_owned(),
                message: format!("no built-in role is named `{name}`"),
                help: "write the role definition's GUID instead".to_owned(),
            });
            return;
        };
        let subscription = scope.subscription().unwrap_or(&self.desired.subscription);
        let definition = ResourceId::subscription_scope(subscription).extension(ROLE, &role);
        let id = scope.extension(ASSIGNMENT, &assignment_name(scope, &role, &holder.id));
        // The same right given twice is one right.
        if self.desired.get(&id).is_some() {
            return;
        }
        let body = json!({ "properties": {
            "roleDefinitionId": definition.as_str(),
            "principalId": holder.principal(),
            // Skips the directory look-up that fails for an identity made a moment ago.
            "principalType": "ServicePrincipal",
        }});
        let label = format!("{address}/permissions/{name} on {}", scope.name());
        let mut resource = DesiredResource::managed(label, id, holder.band.clone(), body);
        resource.protect = false;
        self.add(resource, Life::default(), place);
    }

    /// Returns the tenant: the written one, or the subscription's.
    pub fn tenant(&self) -> Value {
        match &self.topology.tenant {
            Some(tenant) => json!(tenant.value),
            None => {
                let subscription = ResourceId::subscription_scope(&self.desired.subscription);
                Expression::reference(&subscription, "/tenantId").to_value()
            }
        }
    }
}
