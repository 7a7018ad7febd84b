//! Locks, role assignments and policy: extension resources of any scope.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.authorization/locks> and recorded
//! traffic.

use super::{Limit, Listing, Locality, Ownership, TypeFacts, Typical, Update};

/// Role assignments and policies share a tight limit of their own, which Microsoft does not publish.
///
/// Source: what users have met, <https://github.com/Azure/alzlib/issues/168>.
const LIMIT: Option<Limit> = Some(Limit { requests: 120, per_secs: 60 });

/// Nothing of these lies in a region.
const SCOPED: TypeFacts = TypeFacts { locality: Locality::Unplaced, ..TypeFacts::GENERIC };

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Authorization/locks",
        api_version: "2020-05-01",
        listing: Listing::Scope,
        update: Update::PutOver,
        // A lock has notes and no tags.
        ownership: Ownership::Note("/properties/notes"),
        immutable: &[],
        typical: Typical::AT_ONCE,
        ..SCOPED
    },
    TypeFacts {
        resource_type: "Microsoft.Authorization/roleAssignments",
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
