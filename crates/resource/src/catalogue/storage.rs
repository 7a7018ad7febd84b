//! Storage accounts, their services and what is in them.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.storage/storageaccounts> and
//! recorded traffic.

use serde_json::json;

use super::stakes::{OFF, ON, Scale, Staked, access, cost, redundancy, security};
use super::{
    Busy, Conversion, Likeness, Listing, Literal, NameAnswer, NameCheck, Ownership, Roles, Steps,
    TimeLimit, TypeFacts, Typical, UniqueName, Update,
};

const VERSION: &str = "2025-08-01";

/// `blobServices/default` and its siblings are made with the account.
const SERVICE: TypeFacts = TypeFacts {
    api_version: VERSION,
    born_with_parent: true,
    listing: Listing::Get,
    update: Update::PutOver,
    ownership: Ownership::Parent,
    read_only: &["sku"],
    stakes: SERVICE_STAKES,
    typical: Typical::AT_ONCE,
    ..TypeFacts::CHILD
};

/// Copies in several zones, in a second region, and to read from there: an account can lose one
/// and win another.
///
/// Source: <https://learn.microsoft.com/azure/storage/common/storage-redundancy>.
const ZONES: Scale = Scale::Rungs(&[
    &["Standard_LRS", "Premium_LRS", "Standard_GRS", "Standard_RAGRS"],
    &["Standard_ZRS", "Premium_ZRS", "Standard_GZRS", "Standard_RAGZRS"],
]);
const REGIONS: Scale = Scale::Rungs(&[
    &["Standard_LRS", "Premium_LRS", "Standard_ZRS", "Premium_ZRS"],
    &["Standard_GRS", "Standard_RAGRS", "Standard_GZRS", "Standard_RAGZRS"],
]);
const READABLE: Scale = Scale::Rungs(&[
    &[
        "Standard_LRS",
        "Premium_LRS",
        "Standard_ZRS",
        "Premium_ZRS",
        "Standard_GRS",
        "Standard_GZRS",
    ],
    &["Standard_RAGRS", "Standard_RAGZRS"],
]);

/// Defaults of an account that says nothing are those of its creation through the API.
const ACCOUNT_STAKES: &[Staked] = &[
    redundancy("sku.name", ZONES, ""),
    redundancy("sku.name", REGIONS, ""),
    redundancy("sku.name", READABLE, ""),
    cost("sku.name", ZONES),
    cost("sku.name", REGIONS),
    cost("sku.name", READABLE),
    security("properties.allowBlobPublicAccess", OFF, "false"),
    security("properties.allowSharedKeyAccess", OFF, "true"),
    security("properties.allowCrossTenantReplication", OFF, "false"),
    security("properties.isSftpEnabled", OFF, "false"),
    security("properties.isLocalUserEnabled", OFF, "false"),
    security("properties.encryption.keySource", KEY_SOURCE, "Microsoft.Storage"),
    access("properties.networkAcls.ipRules"),
    access("properties.networkAcls.virtualNetworkRules"),
    access("properties.networkAcls.resourceAccessRules"),
    access("properties.networkAcls.bypass"),
];

const KEY_SOURCE: Scale = Scale::Rungs(&[&["Microsoft.Storage"], &["Microsoft.Keyvault"]]);

/// What is deleted or overwritten by mistake can be had back for a while.
const SERVICE_STAKES: &[Staked] = &[
    security("properties.deleteRetentionPolicy.enabled", ON, "false"),
    security("properties.deleteRetentionPolicy.days", Scale::Number, ""),
    security("properties.containerDeleteRetentionPolicy.enabled", ON, "false"),
    security("properties.containerDeleteRetentionPolicy.days", Scale::Number, ""),
    security("properties.shareDeleteRetentionPolicy.enabled", ON, "false"),
    security("properties.shareDeleteRetentionPolicy.days", Scale::Number, ""),
    security("properties.isVersioningEnabled", ON, "false"),
    security("properties.changeFeed.enabled", ON, "false"),
    security("properties.restorePolicy.enabled", ON, "false"),
];

/// Who may read without being known.
const ANONYMOUS: Scale = Scale::Rungs(&[&["Container"], &["Blob"], &["None"]]);

/// Source: <https://learn.microsoft.com/rest/api/storagerp/storage-accounts/customer-initiated-migration>.
const ZONE_REDUNDANCY: Conversion = Conversion {
    path: "sku.name",
    pointer: "/sku/name",
    next_step: super::redundancy::next_step,
    action: "startAccountMigration",
    request: |sku| json!({ "properties": { "targetSkuName": sku } }),
    status: "/properties/storageAccountSkuConversionStatus",
    state: "/skuConversionStatus",
    state_target: "/targetSkuName",
    ended: &["Succeeded", "Failed"],
    reason: "zone redundancy changes by a conversion that Azure starts within about 72 hours, \
             without downtime",
};

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Storage/storageAccounts",
        roles: Some(Roles::RegionOfService),
        conversion: Some(&ZONE_REDUNDANCY),
        busy: Busy {
            codes: &["StorageAccountOperationInProgress", "StorageAccountIsNotProvisioned"],
            texts: &[],
        },
        time_limit: Some(TimeLimit::HOUR),
        unique_name: Some(UniqueName {
            pointer: "",
            below: None,
            check: Some(NameCheck {
                path: "/providers/Microsoft.Storage/checkNameAvailability",
                api_version: VERSION,
                answer: NameAnswer::Member("nameAvailable"),
            }),
        }),
        api_version: VERSION,
        listing: Listing::Subscription,
        // A PUT may reset what it does not name.
        update: Update::Patch,
        answers: &[
            ("blobEndpoint", "/properties/primaryEndpoints/blob"),
            ("queueEndpoint", "/properties/primaryEndpoints/queue"),
            ("tableEndpoint", "/properties/primaryEndpoints/table"),
            ("fileEndpoint", "/properties/primaryEndpoints/file"),
            ("webEndpoint", "/properties/primaryEndpoints/web"),
        ],
        holds_data: Some("all blobs, files, queues and tables of the account"),
        immutable: &[
            ("location", "an account cannot move to another region"),
            ("properties.isHnsEnabled", "a hierarchical namespace is chosen at creation"),
            ("properties.isNfsV3Enabled", "NFS is chosen at creation"),
            ("properties.dnsEndpointType", "the form of the endpoints is chosen at creation"),
            (
                "properties.encryption.requireInfrastructureEncryption",
                "infrastructure encryption is chosen at creation",
            ),
            (
                "properties.encryption.services.queue.keyType",
                "the key of queues is chosen at creation",
            ),
            (
                "properties.encryption.services.table.keyType",
                "the key of tables is chosen at creation",
            ),
            (
                "properties.immutableStorageWithVersioning",
                "immutability of versions is chosen at creation",
            ),
        ],
        // Source: <https://learn.microsoft.com/azure/storage/common/storage-account-upgrade>.
        steps: &[Steps {
            path: "kind",
            allowed: &[("Storage", "StorageV2"), ("BlobStorage", "StorageV2")],
            reason: "an account is only ever upgraded to general-purpose v2",
        }],
        read_only: &[
            "sku.tier",
            "properties.primaryEndpoints",
            "properties.secondaryEndpoints",
            "properties.primaryLocation",
            "properties.secondaryLocation",
            "properties.creationTime",
            "properties.keyCreationTime",
            "properties.privateEndpointConnections",
            "properties.encryption.services.blob.lastEnabledTime",
            "properties.encryption.services.file.lastEnabledTime",
        ],
        volatile: &[
            "properties.statusOfPrimary",
            "properties.statusOfSecondary",
            "properties.geoReplicationStats",
            "properties.failoverInProgress",
            "properties.storageAccountSkuConversionStatus",
            "properties.accountMigrationInProgress",
        ],
        defaults: &[
            ("properties.allowSharedKeyAccess", Literal::Switch(true)),
            ("properties.publicNetworkAccess", Literal::Text("Enabled")),
            ("properties.dnsEndpointType", Literal::Text("Standard")),
            ("properties.largeFileSharesState", Literal::Text("Disabled")),
        ],
        stakes: ACCOUNT_STAKES,
        fresh: &[
            ("properties.allowSharedKeyAccess", Literal::Switch(true)),
            ("properties.publicNetworkAccess", Literal::Text("Enabled")),
        ],
        // To move all blobs to another tier costs money.
        released: &["properties.accessTier"],
        // `logging,metrics` comes back as `Logging, Metrics`.
        likeness: &[("properties.networkAcls.bypass", Likeness::List)],
        // A creation takes 10 to 60 seconds; the rest is done when it is answered.
        typical: Typical { create_secs: Some(25), ..Typical::AT_ONCE },
        ..TypeFacts::GENERIC
    },
    TypeFacts { resource_type: "Microsoft.Storage/storageAccounts/blobServices", ..SERVICE },
    TypeFacts { resource_type: "Microsoft.Storage/storageAccounts/fileServices", ..SERVICE },
    TypeFacts { resource_type: "Microsoft.Storage/storageAccounts/queueServices", ..SERVICE },
    TypeFacts { resource_type: "Microsoft.Storage/storageAccounts/tableServices", ..SERVICE },
    TypeFacts {
        resource_type: "Microsoft.Storage/storageAccounts/blobServices/containers",
        api_version: VERSION,
        listing: Listing::InParent("containers"),
        update: Update::Patch,
        holds_data: Some("all blobs of the container"),
        immutable: &[
            ("properties.defaultEncryptionScope", "the encryption scope is chosen at creation"),
            (
                "properties.denyEncryptionScopeOverride",
                "the encryption scope is chosen at creation",
            ),
        ],
        read_only: &[
            "properties.hasImmutabilityPolicy",
            "properties.hasLegalHold",
            "properties.deleted",
            "properties.version",
        ],
        volatile: &["properties.leaseStatus", "properties.leaseState", "properties.leaseDuration"],
        stakes: &[security("properties.publicAccess", ANONYMOUS, "None")],
        typical: Typical::AT_ONCE,
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Storage/storageAccounts/fileServices/shares",
        api_version: VERSION,
        listing: Listing::InParent("shares"),
        update: Update::Patch,
        holds_data: Some("all files of the share"),
        volatile: &[
            "properties.shareUsageBytes",
            "properties.leaseStatus",
            "properties.leaseState",
            "properties.accessTierChangeTime",
        ],
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Storage/storageAccounts/queueServices/queues",
        api_version: VERSION,
        listing: Listing::InParent("queues"),
        update: Update::Patch,
        holds_data: Some("all messages of the queue"),
        volatile: &["properties.approximateMessageCount"],
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Storage/storageAccounts/tableServices/tables",
        api_version: VERSION,
        listing: Listing::InParent("tables"),
        update: Update::Patch,
        holds_data: Some("all rows of the table"),
        read_only: &["properties.tableName"],
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Storage/storageAccounts/managementPolicies",
        api_version: VERSION,
        ..TypeFacts::CHILD
    },
];
