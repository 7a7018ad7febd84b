//! Identities, vaults and storage accounts.

use serde_json::json;

use super::super::shape::{Kind, Members, Record, Shape};
use super::apps::{PERMISSIONS, VAULT_ACCESS, certificates, keys, secrets};
use super::{SHARED_ACCOUNT, SHARED_IDENTITY, SHARED_VAULT, TAGS, key, region, value, yes_or_no};

pub static IDENTITIES: Members = Members {
    names: &["app", "ops", "ci"],
    count: (1, 2),
    member: Shape::Record(&IDENTITY),
    any_case: true,
};

static IDENTITY: Record = Record {
    keys: &[
        value("name", 8, |d| d.any(&["id-own", "id-Other"])),
        value("resourceGroup", 4, super::names::group),
        value("location", 10, region),
        value("uses", 25, |d| {
            let purposes = ["redis", "vaults", "storage", "storage: queue", "storage: host"];
            json!(d.some(&purposes, 2))
        }),
        key("permissions", 30, PERMISSIONS),
        key("vaultAccess", 15, VAULT_ACCESS),
        key("tags", 15, Shape::Map(&TAGS)),
        value("protect", 5, yes_or_no),
        value("adopt", 3, yes_or_no),
        value("existing", 5, |_| json!(SHARED_IDENTITY)),
    ],
    alternatives: &[],
};

pub static VAULTS: Members = Members {
    names: &["keys", "shared", "main"],
    count: (1, 2),
    member: Shape::Record(&VAULT),
    any_case: false,
};

static VAULT: Record = Record {
    keys: &[
        value("name", 8, |d| d.any(&["kv-tr-own", "kv-tr-Next"])),
        value("resourceGroup", 4, super::names::group),
        value("location", 10, region),
        value("sku", 25, |d| d.any(&["standard", "premium"])),
        value("rbac", 60, |d| json!(d.chance(25))),
        value("purgeProtection", 8, |_| json!(true)),
        value("retentionDays", 20, |d| d.any(&[7, 30, 90])),
        value("publicAccess", 20, yes_or_no),
        key("accessPolicies", 30, Shape::List { most: 2, member: &Shape::Record(&POLICY) }),
        key("tags", 15, Shape::Map(&TAGS)),
        value("protect", 10, yes_or_no),
        value("adopt", 3, yes_or_no),
        value("existing", 12, |_| json!(SHARED_VAULT)),
    ],
    alternatives: &[],
};

static POLICY: Record = Record {
    keys: &[
        key("identity", 100, Shape::Reference(&[Kind::Identity])),
        value("objectId", 100, |d| {
            d.any(&["3f2b1c0d-9e8f-4a7b-8c6d-5e4f3a2b1c0d", "A1B2C3D4-0000-4000-8000-00000000000A"])
        }),
        value("secrets", 90, secrets),
        value("keys", 30, keys),
        value("certificates", 30, certificates),
    ],
    alternatives: &[&["identity", "objectId"]],
};

pub static ACCOUNTS: Members = Members {
    names: &["work", "logs", "media", "state"],
    count: (1, 2),
    member: Shape::Record(&ACCOUNT),
    any_case: false,
};

static ACCOUNT: Record = Record {
    keys: &[
        value("redundancy", 100, |d| {
            d.any(&["LRS", "ZRS", "GRS", "GZRS", "RA-GRS", "RA-GZRS", "Premium-LRS"])
        }),
        value("name", 8, |d| d.any(&["sttrown", "sttrnext"])),
        value("resourceGroup", 4, super::names::group),
        value("location", 10, region),
        value("kind", 10, |d| d.any(&["StorageV2", "StorageV2", "BlockBlobStorage", "Storage"])),
        value("tier", 15, |d| d.any(&["hot", "cool", "cold"])),
        value("containers", 40, |d| {
            if d.wide && d.chance(8) {
                json!([])
            } else {
                json!(d.some(&["media", "data", "logs"], 2))
            }
        }),
        value("queues", 30, |d| {
            if d.wide && d.chance(8) { json!([]) } else { json!(d.some(&["jobs", "mail"], 2)) }
        }),
        value("minTls", 15, |d| d.any(&["1.2", "1.0"])),
        value("publicAccess", 20, yes_or_no),
        value("sharedKey", 20, yes_or_no),
        key("tags", 15, Shape::Map(&TAGS)),
        value("protect", 10, yes_or_no),
        value("adopt", 3, yes_or_no),
        value("existing", 4, |_| json!(SHARED_ACCOUNT)),
    ],
    alternatives: &[],
};

/// The cache of a stamp.
pub static REDIS: Record = Record {
    keys: &[
        value("sku", 100, |d| d.any(&["Balanced_B1", "Balanced_B5", "MemoryOptimized_M10"])),
        value("name", 8, |d| d.any(&["amr-own-{stamp}", "amr-{stamp}"])),
        value("resourceGroup", 4, super::names::group),
        value("highAvailability", 15, yes_or_no),
        value("eviction", 30, |d| d.any(&["allKeysLRU", "volatileTTL", "noEviction"])),
        value("clustering", 20, |d| d.any(&["oss", "enterprise", "none"])),
        key("tags", 15, Shape::Map(&TAGS)),
        value("protect", 20, yes_or_no),
        value("adopt", 3, yes_or_no),
    ],
    alternatives: &[],
};
