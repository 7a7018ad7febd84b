//! Resource groups, and the subscription that they lie in.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.resources/resourcegroups>,
//! <https://learn.microsoft.com/rest/api/resources/subscriptions>.

use super::{Listing, Locality, Ownership, TypeFacts, Typical, Update};

const SUBSCRIPTION: TypeFacts = TypeFacts {
    resource_type: "Microsoft.Resources/subscriptions",
    locality: Locality::Unplaced,
    api_version: "2022-12-01",
    // Read for its tenant; nothing here ever writes one.
    ownership: Ownership::None,
    ..TypeFacts::GENERIC
};

pub(super) const TYPES: &[TypeFacts] = &[
    SUBSCRIPTION,
    TypeFacts {
        resource_type: "Microsoft.Resources/resourceGroups",
        api_version: "2025-04-01",
        listing: Listing::Subscription,
        update: Update::Patch,
        holds_data: Some("everything in the resource group"),
        immutable: &[
            ("location", "a resource group cannot move to another region"),
            ("managedBy", "the manager of a resource group is fixed at its creation"),
        ],
        // Writes are done when they are answered; a deletion takes minutes to an hour, by what is in it.
        typical: Typical { delete_secs: None, ..Typical::AT_ONCE },
        ..TypeFacts::GENERIC
    },
];
