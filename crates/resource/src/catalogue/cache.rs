//! Azure Cache for Redis and Azure Managed Redis.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.cache/redis> and recorded
//! traffic.

use super::{Likeness, Listing, TypeFacts, Typical, Update};

const VERSION: &str = "2024-11-01";
const ENTERPRISE: &str = "2025-07-01";
const KEYS: &str = "all keys of the cache";

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Cache/redis",
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::Patch,
        holds_data: Some(KEYS),
        immutable: &[
            ("location", "a cache cannot move to another region"),
            ("properties.subnetId", "the network of a cache is fixed at its creation"),
            ("properties.staticIP", "the address of a cache is fixed at its creation"),
            ("zones", "the zones of a cache are fixed at its creation"),
        ],
        read_only: &[
            "properties.hostName",
            "properties.port",
            "properties.sslPort",
            "properties.accessKeys",
            "properties.instances",
            "properties.linkedServers",
        ],
        decided: &[
            ("properties.redisConfiguration.maxmemory-delta", "the service sets it by the size"),
            ("properties.redisConfiguration.maxclients", "the service sets it by the size"),
        ],
        // `6` is answered as `6.0`.
        likeness: &[("properties.redisVersion", Likeness::Version)],
        // A creation takes 15 to 30 minutes, another size 20 or more.
        typical: Typical { create_secs: Some(1200), update_secs: Some(1200), ..Typical::UNKNOWN },
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redis/accessPolicies",
        api_version: VERSION,
        listing: Listing::InParent("accessPolicies"),
        // `+get` is answered as `+get allkeys`.
        likeness: &[("properties.permissions", Likeness::Grants)],
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redis/accessPolicyAssignments",
        api_version: VERSION,
        listing: Listing::InParent("accessPolicyAssignments"),
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redis/firewallRules",
        api_version: VERSION,
        listing: Listing::InParent("firewallRules"),
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redis/linkedServers",
        api_version: VERSION,
        listing: Listing::InParent("linkedServers"),
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redis/patchSchedules",
        api_version: VERSION,
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redisEnterprise",
        api_version: ENTERPRISE,
        listing: Listing::Subscription,
        update: Update::Patch,
        holds_data: Some(KEYS),
        immutable: &[
            ("location", "a cache cannot move to another region"),
            ("zones", "the zones of a cache are fixed at its creation"),
            ("properties.highAvailability", "high availability is chosen at creation"),
        ],
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redisEnterprise/databases",
        api_version: ENTERPRISE,
        listing: Listing::InParent("databases"),
        update: Update::Patch,
        holds_data: Some(KEYS),
        immutable: &[
            ("properties.port", "the port of a database is fixed at its creation"),
            ("properties.clusteringPolicy", "the clustering is fixed at creation"),
            ("properties.modules", "the modules are fixed at creation"),
            ("properties.geoReplication.groupNickname", "the group is fixed at creation"),
        ],
        ..TypeFacts::CHILD
    },
];
