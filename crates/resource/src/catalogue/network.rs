//! Virtual networks and what is in them.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.network/virtualnetworks> and
//! recorded traffic.

use super::{Listing, TypeFacts, Update};

const VERSION: &str = "2025-01-01";

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Network/virtualNetworks",
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::PutOver,
        etag: true,
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Network/publicIPAddresses",
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::PutOver,
        etag: true,
        ..TypeFacts::GENERIC
    },
];
