//! Budgets.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.consumption/budgets> and recorded
//! traffic.

use super::{Listing, Locality, Ownership, TypeFacts, Typical, Update};

pub(super) const TYPES: &[TypeFacts] = &[TypeFacts {
    resource_type: "Microsoft.Consumption/budgets",
    locality: Locality::Unplaced,
    api_version: "2024-08-01",
    listing: Listing::Get,
    update: Update::PutOver,
    // A budget hangs on a subscription or a group and has no tags.
    ownership: Ownership::Parent,
    immutable: &[
        ("properties.timeGrain", "a budget is for one kind of period"),
        ("properties.timePeriod.startDate", "a budget begins once"),
    ],
    volatile: &["properties.currentSpend", "properties.forecastSpend"],
    typical: Typical::AT_ONCE,
    ..TypeFacts::GENERIC
}];
