//! Resource groups, and the subscription that they lie in.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.resources/resourcegroups>,
//! <https://learn.microsoft.com/rest/api/resources/subscriptions>.

use super::{Duty, Listing, Locality, Ownership, TimeLimit, TypeFacts, Typical, Update};

/// The version of the lists of resources of any type, of a subscription or a group.
pub const RESOURCES_VERSION: &str = "2021-04-01";
/// The action of ARM that reads them.
pub const RESOURCES_RIGHT: &str = "Microsoft.Resources/subscriptions/resources/read";

const SUBSCRIPTION: TypeFacts = TypeFacts {
    resource_type: "Microsoft.Resources/subscriptions",
    duty: Some(Duty::Subscription),
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
        duty: Some(Duty::Group),
        time_limit: Some(TimeLimit::LONG),
        api_version: "2025-04-01",
        // Groups are read under the name of their subscription.
        listing: Listing::Apart {
            path: "resourcegroups",
            right: "Microsoft.Resources/subscriptions/resourceGroups/read",
        },
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
