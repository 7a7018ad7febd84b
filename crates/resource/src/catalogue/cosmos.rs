//! Cosmos DB.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.documentdb/databaseaccounts> and
//! recorded traffic.

use super::stakes::{ON, Scale, Stake, Staked, access, cost, redundancy, security};
use super::{
    Additions, ArrayKey, Listing, NameAnswer, NameCheck, Roles, TimeLimit, TypeFacts, Typical,
    UniqueName, Update,
};

const VERSION: &str = "2025-10-15";

/// Throughput lives in `throughputSettings`; how a database was restored is not remembered.
const CHILD_WRITE_ONLY: &[&str] = &[
    "location",
    "properties.options.throughput",
    "properties.options.autoscaleSettings.maxThroughput",
    "properties.resource.createMode",
    "properties.resource.restoreParameters",
    "properties.resource.restoreParameters.*",
];

const CHILD: TypeFacts = TypeFacts {
    api_version: VERSION,
    update: Update::PutOver,
    read_only: &[
        "properties.resource._rid",
        "properties.resource._ts",
        "properties.resource._self",
        "properties.resource._etag",
        "properties.resource._colls",
        "properties.resource._users",
    ],
    volatile: &["properties.resource.statistics"],
    write_only: CHILD_WRITE_ONLY,
    ..TypeFacts::CHILD
};

const THROUGHPUT: TypeFacts = TypeFacts {
    stakes: &[
        cost("properties.resource.throughput", Scale::Number),
        cost("properties.resource.autoscaleSettings.maxThroughput", Scale::Number),
    ],
    api_version: VERSION,
    read_only: &[
        "properties.resource.minimumThroughput",
        "properties.resource.offerReplacePending",
        "properties.resource.instantMaximumThroughput",
        "properties.resource.softAllowedMaximumThroughput",
    ],
    ..TypeFacts::CHILD
};

/// Source: <https://learn.microsoft.com/azure/reliability/reliability-cosmos-db-nosql>.
const ACCOUNT_STAKES: &[Staked] = &[
    redundancy("properties.locations", Scale::Members, ""),
    redundancy("properties.enableAutomaticFailover", ON, "false"),
    redundancy("properties.enableMultipleWriteLocations", ON, "false"),
    redundancy("properties.backupPolicy.type", BACKUP, "Periodic"),
    redundancy(
        "properties.backupPolicy.periodicModeProperties.backupStorageRedundancy",
        BACKUP_COPIES,
        "",
    ),
    redundancy(
        "properties.backupPolicy.periodicModeProperties.backupRetentionIntervalInHours",
        Scale::Number,
        "",
    ),
    redundancy("properties.backupPolicy.continuousModeProperties.tier", BACKUP_DAYS, ""),
    security("properties.ipRules", RULES, ""),
    security("properties.isVirtualNetworkFilterEnabled", ON, "false"),
    security("properties.disableKeyBasedMetadataWriteAccess", ON, "false"),
    access("properties.ipRules"),
    access("properties.virtualNetworkRules"),
    access("properties.cors"),
    cost("properties.locations", Scale::Members),
    cost("properties.enableMultipleWriteLocations", ON),
    cost("properties.capacity.totalThroughputLimit", Scale::Number),
];

const BACKUP: Scale = Scale::Rungs(&[&["Periodic"], &["Continuous"]]);
const BACKUP_COPIES: Scale = Scale::Rungs(&[&["Local"], &["Zone"], &["Geo"]]);
const BACKUP_DAYS: Scale = Scale::Rungs(&[&["Continuous7Days"], &["Continuous30Days"]]);

/// An account without rules lets everybody in.
const RULES: Scale = Scale::Rank(|rules| Some(i64::from(!rules.as_array()?.is_empty())));

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.DocumentDB/databaseAccounts",
        unique_name: Some(UniqueName {
            pointer: "",
            below: None,
            check: Some(NameCheck {
                path: "/providers/Microsoft.DocumentDB/databaseAccountNames",
                api_version: VERSION,
                answer: NameAnswer::NotFound,
            }),
        }),
        roles: Some(Roles::RegionOfWrites),
        time_limit: Some(TimeLimit { write_mins: 180, delete_mins: 300 }),
        api_version: VERSION,
        listing: Listing::Subscription,
        // Regions, failover and backup cannot change in one request.
        update: Update::Patch,
        holds_data: Some("all databases of the account"),
        immutable: &[
            ("location", "the metadata of an account cannot move to another region"),
            ("kind", "the kind of an account is fixed at its creation"),
            ("properties.enableFreeTier", "the free tier is chosen at creation"),
            ("properties.keyVaultKeyUri", "the key of an account is chosen at creation"),
        ],
        read_only: &[
            "properties.documentEndpoint",
            "properties.instanceId",
            "properties.locations[].id",
            "properties.locations[].documentEndpoint",
        ],
        // What a failover changes is no configuration.
        volatile: &[
            "properties.writeLocations",
            "properties.readLocations",
            "properties.failoverPolicies",
            "properties.privateEndpointConnections",
        ],
        stakes: ACCOUNT_STAKES,
        arrays: &[
            ("properties.locations", ArrayKey::Name("locationName")),
            ("properties.ipRules", ArrayKey::Name("ipAddressOrRange")),
        ],
        additions: &[Additions {
            // A kind of account brings capabilities with it.
            path: "properties.capabilities",
            is_service_made: |_| true,
        }],
        // A creation takes 3 to 15 minutes, a deletion 5 to 20; another region may take hours, by the
        // size of the data.
        typical: Typical { create_secs: Some(420), delete_secs: Some(600), ..Typical::UNKNOWN },
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases",
        listing: Listing::InParent("sqlDatabases"),
        holds_data: Some("all containers of the database"),
        immutable: &[("properties.resource.id", "the ID is the name of the database")],
        ..CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers",
        listing: Listing::InParent("containers"),
        holds_data: Some("all items of the container"),
        immutable: &[
            ("properties.resource.id", "the ID is the name of the container"),
            ("properties.resource.partitionKey", "the partition key is fixed at creation"),
            ("properties.resource.uniqueKeyPolicy", "unique keys are fixed at creation"),
            (
                "properties.resource.conflictResolutionPolicy",
                "the resolution of conflicts is fixed at creation",
            ),
        ],
        arrays: &[
            // The levels of a hierarchical key.
            ("properties.resource.partitionKey.paths", ArrayKey::Ordered),
            ("properties.resource.indexingPolicy.includedPaths", ArrayKey::Name("path")),
            ("properties.resource.indexingPolicy.excludedPaths", ArrayKey::Name("path")),
        ],
        additions: &[Additions {
            // System properties are never indexed.
            path: "properties.resource.indexingPolicy.excludedPaths",
            is_service_made: |member| member["path"] == "/\"_etag\"/?",
        }],
        ..CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/throughputSettings",
        ..THROUGHPUT
    },
    TypeFacts {
        resource_type: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/throughputSettings",
        ..THROUGHPUT
    },
    TypeFacts {
        resource_type: "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments",
        stakes: &[access("properties")],
        made: &[Stake::Access],
        gone: &[Stake::Access],
        api_version: VERSION,
        listing: Listing::InParent("sqlRoleAssignments"),
        ..TypeFacts::CHILD
    },
];
