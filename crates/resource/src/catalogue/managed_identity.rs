//! User-assigned managed identities.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.managedidentity/userassignedidentities>
//! and recorded traffic.

use super::stakes::{Stake, access};
use super::{Handle, Listing, TypeFacts, Typical, Update};

const VERSION: &str = "2024-11-30";

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.ManagedIdentity/userAssignedIdentities",
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::Patch,
        holds_data: None,
        answers: &[
            ("principalId", "/properties/principalId"),
            ("clientId", "/properties/clientId"),
            ("tenantId", "/properties/tenantId"),
        ],
        read_only: &["properties.principalId", "properties.clientId", "properties.tenantId"],
        handles: &[Handle {
            pointer: "/properties/principalId",
            holders: &["Microsoft.Authorization/roleAssignments"],
        }],
        typical: Typical::AT_ONCE,
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        api_version: VERSION,
        listing: Listing::InParent("federatedIdentityCredentials"),
        stakes: &[access("properties")],
        made: &[Stake::Access],
        gone: &[Stake::Access],
        update: Update::PutOver,
        ..TypeFacts::CHILD
    },
];
