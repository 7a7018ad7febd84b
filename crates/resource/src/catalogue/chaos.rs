//! Chaos Studio.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.chaos/experiments> and recorded
//! traffic.

use super::{Listing, Locality, Ownership, TypeFacts, Update};

const VERSION: &str = "2025-01-01";

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Chaos/experiments",
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::PutOver,
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Chaos/targets",
        locality: Locality::Unplaced,
        api_version: VERSION,
        ownership: Ownership::Parent,
        // Taken for agent targets and not answered: the body comes back empty.
        write_only: &["properties.identities"],
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Chaos/targets/capabilities",
        api_version: VERSION,
        listing: Listing::InParent("capabilities"),
        ..TypeFacts::CHILD
    },
];
