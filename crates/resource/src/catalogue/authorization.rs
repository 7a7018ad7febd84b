//! Locks, role assignments and policy: extension resources of any scope.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.authorization/locks> and recorded
//! traffic.

use serde_json::Value;

use super::stakes::{Scale, Stake, access, security};
use super::{Duty, Limit, Listing, Locality, Ownership, TypeFacts, Typical, Update};

/// Role assignments and policies share a tight limit of their own, which Microsoft does not publish.
///
/// Source: what users have met, <https://github.com/Azure/alzlib/issues/168>.
const LIMIT: Option<Limit> = Some(Limit { requests: 120, per_secs: 60 });

/// Nothing of these lies in a region.
const SCOPED: TypeFacts = TypeFacts { locality: Locality::Unplaced, ..TypeFacts::GENERIC };
const LEVEL: Scale = Scale::Rungs(&[&["NotSpecified"], &["CanNotDelete"], &["ReadOnly"]]);

const ENFORCEMENT: Scale = Scale::Rungs(&[&["DoNotEnforce"], &["Default", "Enroll"]]);

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Authorization/locks",
        duty: Some(Duty::Lock),
        api_version: "2020-05-01",
        listing: Listing::Scope,
        update: Update::PutOver,
        // A lock has notes and no tags.
        ownership: Ownership::Note("/properties/notes"),
        stakes: &[security("properties.level", LEVEL, "")],
        gone: &[Stake::Security],
        immutable: &[],
        typical: Typical::AT_ONCE,
        ..SCOPED
    },
    TypeFacts {
        resource_type: "Microsoft.Authorization/roleAssignments",
        duty: Some(Duty::Grant),
        stakes: &[
            access("properties.roleDefinitionId"),
            access("properties.principalId"),
            access("properties.condition"),
        ],
        made: &[Stake::Access],
        gone: &[Stake::Access],
        api_version: "2022-04-01",
        listing: Listing::Scope,
        update: Update::PutOver,
        ownership: Ownership::Note("/properties/description"),
        immutable: &[
            ("properties.roleDefinitionId", "an assignment is of one role"),
            ("properties.principalId", "an assignment is to one principal"),
        ],
        read_only: &[
            "properties.scope",
            "properties.createdOn",
            "properties.createdBy",
            "properties.updatedOn",
            "properties.updatedBy",
        ],
        write_limit: LIMIT,
        typical: Typical::AT_ONCE,
        ..SCOPED
    },
    TypeFacts {
        resource_type: "Microsoft.Authorization/roleDefinitions",
        stakes: &[access("properties.permissions"), access("properties.assignableScopes")],
        api_version: "2022-04-01",
        listing: Listing::Get,
        ownership: Ownership::Note("/properties/description"),
        immutable: &[],
        read_only: &[
            "properties.createdOn",
            "properties.createdBy",
            "properties.updatedOn",
            "properties.updatedBy",
        ],
        write_limit: LIMIT,
        typical: Typical::AT_ONCE,
        ..SCOPED
    },
    TypeFacts {
        resource_type: "Microsoft.Authorization/policyAssignments",
        stakes: &[
            security("properties.enforcementMode", ENFORCEMENT, "Default"),
            security("properties.notScopes", Scale::FewerMembers, ""),
        ],
        gone: &[Stake::Security],
        api_version: "2025-01-01",
        listing: Listing::Scope,
        update: Update::PutOver,
        ownership: Ownership::Metadata("/properties/metadata"),
        immutable: &[
            ("location", "the identity of an assignment cannot move"),
            ("properties.policyDefinitionId", "an assignment is of one policy"),
        ],
        read_only: &[
            "properties.scope",
            "properties.metadata.createdBy",
            "properties.metadata.createdOn",
            "properties.metadata.updatedBy",
            "properties.metadata.updatedOn",
        ],
        write_limit: LIMIT,
        ..SCOPED
    },
    TypeFacts {
        resource_type: "Microsoft.Authorization/policyDefinitions",
        api_version: "2025-01-01",
        listing: Listing::Get,
        ownership: Ownership::Metadata("/properties/metadata"),
        immutable: &[("properties.mode", "the mode of a definition is fixed at its creation")],
        ..SCOPED
    },
    TypeFacts {
        resource_type: "Microsoft.Authorization/policySetDefinitions",
        api_version: "2025-01-01",
        listing: Listing::Get,
        ownership: Ownership::Metadata("/properties/metadata"),
        immutable: &[],
        ..SCOPED
    },
];

/// What a role assignment gives, whatever its name: a GUID that says nothing.
///
/// Azure has one assignment at most of a role to a principal at a scope, on whatever condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    role: String,
    principal: String,
    condition: Option<String>,
}

impl Right {
    /// Reads the body of an assignment; `None` where role or principal are not known yet.
    pub fn of(body: &Value) -> Option<Self> {
        let text = |name: &str| body["properties"][name].as_str().map(str::trim);
        let role = text("roleDefinitionId")?.rsplit('/').next()?;
        let condition = text("condition").filter(|condition| !condition.is_empty());
        Some(Self {
            role: role.to_ascii_lowercase(),
            principal: text("principalId")?.to_ascii_lowercase(),
            condition: condition.map(str::to_owned),
        })
    }

    /// Tells whether both are of one role to one principal, so that only one of them can be.
    pub fn is_of(&self, other: &Self) -> bool {
        self.role == other.role && self.principal == other.principal
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_right_is_its_role_its_principal_and_its_condition() {
        let right = |role: &str, condition: Value| {
            let role = format!("{role}/2A2B9908-6ea1-4ae2-8e65-a410df84e7d1");
            let properties =
                json!({ "roleDefinitionId": role, "principalId": "P", "condition": condition });
            Right::of(&json!({ "properties": properties }))
        };
        let plain = right("/providers/Microsoft.Authorization/roleDefinitions", json!(null));
        assert!(plain.is_some());
        assert_eq!(plain, right("/subscriptions/s/providers/x/roleDefinitions", json!("")));
        let other = right("", json!("@Resource[a]"));
        assert_ne!(plain, other);
        assert!(plain.zip(other).is_some_and(|(plain, other)| plain.is_of(&other)));
        assert_eq!(Right::of(&json!({ "properties": { "principalId": "p" } })), None);
    }
}
