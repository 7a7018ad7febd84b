//! Azure Cache for Redis and Azure Managed Redis.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.cache/redis> and recorded
//! traffic.

use super::stakes::{
    ENABLED, OFF, ON, PRIVATE, Scale, Stake, TIERS, access, cost, redundancy, security,
};
use super::{
    Busy, Likeness, Listing, NameAnswer, NameCheck, TimeLimit, TypeFacts, Typical, UniqueName,
    Update,
};

const VERSION: &str = "2024-11-01";
const ENTERPRISE: &str = "2025-07-01";
const KEYS: &str = "all keys of the cache";

const SKU: Scale = Scale::Rungs(&[&["Basic"], &["Standard", "Premium"]]);

const PROTOCOL: Scale = Scale::Rungs(&[&["Plaintext"], &["Encrypted"]]);

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Cache/redis",
        unique_name: Some(UniqueName {
            pointer: "",
            below: None,
            check: Some(NameCheck {
                path: "/providers/Microsoft.Cache/CheckNameAvailability",
                api_version: VERSION,
                answer: NameAnswer::Refusal,
            }),
        }),
        busy: Busy { codes: &[], texts: &["is busy processing", "has linked servers"] },
        time_limit: Some(TimeLimit { write_mins: 180, delete_mins: 180 }),
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
        stakes: &[
            security("properties.enableNonSslPort", OFF, "false"),
            security("properties.disableAccessKeyAuthentication", ON, "false"),
            security("properties.redisConfiguration.aad-enabled", ON, "false"),
            // A basic cache is one machine.
            redundancy("properties.sku.name", SKU, ""),
            redundancy("properties.replicasPerMaster", Scale::Number, ""),
            redundancy("properties.replicasPerPrimary", Scale::Number, ""),
            redundancy("properties.redisConfiguration.rdb-backup-enabled", ON, "false"),
            redundancy("properties.redisConfiguration.aof-backup-enabled", ON, "false"),
            cost("properties.sku.name", TIERS),
            cost("properties.sku.capacity", Scale::Number),
            cost("properties.shardCount", Scale::Number),
            cost("properties.replicasPerPrimary", Scale::Number),
        ],
        // `6` is answered as `6.0`.
        likeness: &[("properties.redisVersion", Likeness::Version)],
        // A creation takes 15 to 30 minutes, another size 20 or more.
        typical: Typical { create_secs: Some(1200), update_secs: Some(1200), ..Typical::UNKNOWN },
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redis/accessPolicies",
        stakes: &[access("properties")],
        gone: &[Stake::Access],
        api_version: VERSION,
        listing: Listing::InParent("accessPolicies"),
        // `+get` is answered as `+get allkeys`.
        likeness: &[("properties.permissions", Likeness::Grants)],
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redis/accessPolicyAssignments",
        stakes: &[access("properties")],
        made: &[Stake::Access],
        gone: &[Stake::Access],
        api_version: VERSION,
        listing: Listing::InParent("accessPolicyAssignments"),
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redis/firewallRules",
        stakes: &[access("properties")],
        // Without any rule everybody may come, so the last one that goes opens the cache.
        made: &[Stake::Access],
        gone: &[Stake::Security],
        api_version: VERSION,
        listing: Listing::InParent("firewallRules"),
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redis/linkedServers",
        gone: &[Stake::Redundancy],
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
        answers: &[
            ("hostName", "/properties/hostName"),
            ("port", "databases/default#/properties/port"),
        ],
        read_only: &[
            "kind",
            "properties.hostName",
            "properties.resourceState",
            "properties.redundancyMode",
            "properties.redisVersion",
            "properties.privateEndpointConnections",
        ],
        one_writer: true,
        typical: Typical { create_secs: Some(420), update_secs: Some(300), ..Typical::UNKNOWN },
        time_limit: Some(TimeLimit { write_mins: 45, delete_mins: 30 }),
        api_version: ENTERPRISE,
        listing: Listing::Subscription,
        update: Update::Patch,
        holds_data: Some(KEYS),
        immutable: &[
            ("location", "a cache cannot move to another region"),
            ("zones", "the zones of a cache are fixed at its creation"),
            ("properties.highAvailability", "high availability is chosen at creation"),
        ],
        stakes: &[redundancy("properties.highAvailability", ENABLED, "Enabled")],
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redisEnterprise/databases",
        stakes: &[
            security("properties.clientProtocol", PROTOCOL, "Encrypted"),
            security("properties.accessKeysAuthentication", PRIVATE, ""),
            redundancy("properties.persistence.aofEnabled", ON, "false"),
            redundancy("properties.persistence.rdbEnabled", ON, "false"),
            redundancy("properties.geoReplication.linkedDatabases", Scale::Members, ""),
        ],
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
        read_only: &["properties.resourceState", "properties.redisVersion"],
        typical: Typical { create_secs: Some(180), update_secs: Some(120), ..Typical::UNKNOWN },
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments",
        stakes: &[access("properties")],
        made: &[Stake::Access],
        gone: &[Stake::Access],
        api_version: ENTERPRISE,
        listing: Listing::InParent("accessPolicyAssignments"),
        // One that is there is never changed: who may come is another one.
        immutable: &[
            ("properties.accessPolicyName", "the policy of an assignment is fixed"),
            ("properties.user.objectId", "an assignment belongs to one identity"),
        ],
        ..TypeFacts::CHILD
    },
];
