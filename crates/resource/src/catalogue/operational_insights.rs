//! Log Analytics.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.operationalinsights/workspaces>
//! and recorded traffic.

use super::{Listing, TypeFacts, Update};

const VERSION: &str = "2025-07-01";

pub(super) const TYPES: &[TypeFacts] = &[TypeFacts {
    resource_type: "Microsoft.OperationalInsights/workspaces",
    api_version: VERSION,
    listing: Listing::Subscription,
    update: Update::Patch,
    holds_data: Some("all logs of the workspace"),
    ..TypeFacts::GENERIC
}];
