//! Resource groups.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.resources/resourcegroups>.

use super::{Listing, TypeFacts, Update};

pub(super) const TYPES: &[TypeFacts] = &[TypeFacts {
    resource_type: "Microsoft.Resources/resourceGroups",
    api_version: "2025-04-01",
    listing: Listing::Subscription,
    update: Update::Patch,
    holds_data: Some("everything in the resource group"),
    immutable: &[
        ("location", "a resource group cannot move to another region"),
        ("managedBy", "the manager of a resource group is fixed at its creation"),
    ],
    ..TypeFacts::GENERIC
}];
