//! Azure Kubernetes Service.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.containerservice/managedclusters>
//! and recorded traffic.

use super::{Listing, TypeFacts, Update};

const VERSION: &str = "2025-10-01";

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.ContainerService/managedClusters",
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::PutOver,
        holds_data: Some("all that runs in the cluster and its node resource group"),
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.ContainerService/managedClusters/agentPools",
        api_version: VERSION,
        listing: Listing::InParent("agentPools"),
        ..TypeFacts::CHILD
    },
];
