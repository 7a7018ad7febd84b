//! Plans and apps.

use serde_json::{Value, json};

use super::super::draw::Draw;
use super::super::shape::{Kind, Members, Record, Shape};
use super::{TAGS, key, text, value, yes_or_no};

pub static PLAN: Record = Record {
    keys: &[
        value("sku", 100, sku),
        value("name", 5, |d| d.any(&["asp-own-{stamp}", "plan-{stamp}"])),
        value("resourceGroup", 3, super::names::group),
        value("os", 30, |d| d.any(&["linux", "linux", "windows"])),
        value("zoneRedundant", 10, yes_or_no),
        value("instances", 35, |d| d.any(&[1, 2, 3, 4])),
        key("autoscale", 20, Shape::Record(&AUTOSCALE)),
        key("tags", 10, Shape::Map(&TAGS)),
        value("protect", 4, yes_or_no),
        value("adopt", 3, yes_or_no),
    ],
    alternatives: &[],
};

/// What an instance writes of a plan.
pub static PLAN_DIFFERENCE: Record = Record {
    keys: &[
        value("sku", 40, sku),
        value("instances", 50, |d| d.any(&[1, 2, 3, 4])),
        key("autoscale", 15, Shape::Record(&AUTOSCALE)),
        key("tags", 10, Shape::Map(&TAGS)),
    ],
    alternatives: &[],
};

fn sku(draw: &mut Draw<'_>) -> Value {
    draw.any(&["P1v3", "P1v3", "P0v3", "P2v3", "S1", "S2", "S1", "B1", "p1v2", "EP1", "F1"])
}

static AUTOSCALE: Record = Record {
    keys: &[
        value("min", 100, |d| d.any(&[1, 2, 3])),
        value("max", 100, |d| d.any(&[3, 5, 10])),
        value("default", 30, |d| d.any(&[2, 3])),
        value("name", 5, |d| d.any(&["scale-{stamp}", "auto-{stamp}"])),
        key("scaleOut", 60, Shape::Record(&RULE)),
        key("scaleIn", 50, Shape::Record(&RULE)),
    ],
    alternatives: &[],
};

static RULE: Record = Record {
    keys: &[
        value("cpu", 100, |d| d.any(&["30%", "70%", "85"])),
        value("memory", 25, |d| d.any(&["40%", "80%"])),
        value("by", 25, |d| d.any(&[1, 2])),
        value("window", 25, |d| d.any(&["5m", "10m", "1h"])),
        value("cooldown", 25, |d| d.any(&["5m", "10m"])),
    ],
    alternatives: &[],
};

pub static APPS: Members = Members {
    names: &["web", "api", "jobs", "admin"],
    count: (1, 2),
    member: Shape::Record(&APP),
    any_case: true,
};

/// What instances write of the module's apps.
pub static APP_DIFFERENCES: Members =
    Members { names: &["web", "api"], count: (1, 1), member: Shape::Record(&APP), any_case: false };

static APP: Record = Record {
    keys: &[
        value("name", 6, |d| d.any(&["app-own-{stamp}", "site-{stamp}", "App-Own-{stamp}"])),
        value("kind", 15, |d| d.any(&["web", "function"])),
        value("resourceGroup", 3, super::names::group),
        value("runtime", 85, runtime),
        value("image", 15, |d| {
            d.any(&["nginx:1.27", "registry.example.com/app@sha256:4bf4c8f0e9d3a1b2c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b"])
        }),
        value("identity", 50, |d| match d.below(6) {
            0 => json!("none"),
            1 => json!(["system", "@identity"]),
            2 => json!(["@identity"]),
            _ => json!("system"),
        }),
        key("settings", 55, Shape::Map(&SETTINGS)),
        key("connectionStrings", 20, Shape::Map(&CONNECTIONS)),
        value("slotSettings", 15, |d| match d.below(4) {
            0 => json!(["MODE", "LEVEL"]),
            1 => json!(["Level"]),
            2 => json!(["main"]),
            _ => json!(["MODE"]),
        }),
        value("healthPath", 45, |d| d.any(&["/health", "/ready", "/"])),
        value("alwaysOn", 30, yes_or_no),
        value("httpsOnly", 20, yes_or_no),
        value("minTls", 15, |d| d.any(&["1.2", "1.3", "1.0"])),
        value("clientAffinity", 15, yes_or_no),
        value("http2", 20, yes_or_no),
        value("ftps", 15, |d| d.any(&["all", "ftpsOnly", "disabled"])),
        key("logs", 20, Shape::Record(&LOGS)),
        value("startUp", 15, |d| d.any(&["run.sh", "node server.js"])),
        value("webSockets", 15, yes_or_no),
        value("scmMinTls", 10, |d| d.any(&["1.2", "1.3", "1.0"])),
        key("cors", 15, Shape::Record(&CORS)),
        key("access", 15, Shape::Record(&ACCESS_RULES)),
        value("publicAccess", 12, yes_or_no),
        key("clientCertificates", 12, Shape::Record(&CERTIFICATES)),
        key("auth", 15, Shape::Record(&AUTH)),
        key("mounts", 12, Shape::Map(&MOUNTS)),
        key("backup", 10, Shape::Record(&BACKUP)),
        value("package", 6, |d| {
            d.any(&["https://artefacts.example.net/a.zip", "https://artefacts.example.net/b.zip"])
        }),
        value("siteConfig", 10, |d| match d.below(3) {
            0 => json!({ "use32BitWorkerProcess": false }),
            1 => json!({ "use32BitWorkerProcess": true, "managedPipelineMode": "Classic" }),
            _ => json!({ "loadBalancing": "LeastResponseTime" }),
        }),
        key("storage", 5, Shape::Reference(&[Kind::Storage])),
        key("cloneOf", 3, Shape::Reference(&[Kind::App])),
        key("permissions", 20, PERMISSIONS),
        key("vaultAccess", 15, VAULT_ACCESS),
        value("enabled", 8, yes_or_no),
        key("tags", 15, Shape::Map(&TAGS)),
        value("protect", 4, yes_or_no),
        value("adopt", 3, yes_or_no),
    ],
    alternatives: &[&["runtime", "image", "cloneOf"]],
};

fn runtime(draw: &mut Draw<'_>) -> Value {
    draw.any(&[
        "node|22-lts",
        "node|20-lts",
        "dotnet|8.0",
        "dotnet|9.0",
        "python|3.12",
        "java|17-java17",
        "dotnet-isolated|8.0",
    ])
}

static SETTINGS: Members = Members {
    names: &["MODE", "LEVEL", "Region", "PEER", "KEEP__ME", "dotted.name"],
    count: (1, 3),
    member: Shape::Value(|d| if d.wide && d.chance(5) { Value::Null } else { text(d) }),
    any_case: true,
};

static CONNECTIONS: Members = Members {
    names: &["main", "cache", "bus"],
    count: (1, 2),
    member: Shape::Record(&CONNECTION),
    any_case: true,
};

static CONNECTION: Record = Record {
    keys: &[
        value("type", 60, |d| {
            d.any(&[
                "sqlAzure",
                "sqlServer",
                "mySql",
                "postgreSql",
                "serviceBus",
                "eventHub",
                "docDb",
                "redisCache",
                "custom",
            ])
        }),
        value("value", 100, text),
    ],
    alternatives: &[],
};

static CORS: Record = Record {
    keys: &[
        value("origins", 100, |d| {
            json!(d.some(&["https://www.example.com", "https://shop.example.com"], 2))
        }),
        value("credentials", 40, yes_or_no),
    ],
    alternatives: &[],
};

static ACCESS_RULES: Record = Record {
    keys: &[
        key("rules", 80, Shape::Map(&RULES)),
        value("otherwise", 50, |d| d.any(&["allow", "deny"])),
        value("scmAsMain", 30, yes_or_no),
        value("scmOtherwise", 25, |d| d.any(&["allow", "deny"])),
    ],
    alternatives: &[],
};

static RULES: Members = Members {
    names: &["office", "edge", "partner"],
    count: (1, 2),
    // Two rules of one number are refused, so that each is drawn with its own.
    member: Shape::Value(|d| {
        let priority = 100 + d.below(900);
        match d.below(4) {
            0 => json!({ "address": "203.0.113.0/24", "priority": priority }),
            2 => json!({ "serviceTag": "AzureTrafficManager", "priority": priority }),
            1 => json!({ "address": "198.51.100.7/32", "action": "deny", "priority": priority }),
            _ => json!({ "serviceTag": "AzureFrontDoor.Backend", "priority": priority,
                "headers": { "x-azure-fdid": ["55ce4ed1-4b06-4bf1-b40e-4638452104da"] } }),
        }
    }),
    any_case: false,
};

static CERTIFICATES: Record = Record {
    keys: &[
        value("mode", 70, |d| d.any(&["required", "optional", "optionalInteractiveUser"])),
        value("except", 50, |d| json!(d.some(&["/health", "/ready"], 2))),
    ],
    alternatives: &[],
};

static AUTH: Record = Record {
    keys: &[
        value("enabled", 20, yes_or_no),
        value("required", 30, yes_or_no),
        value("unauthenticated", 40, |d| d.any(&["redirect", "allow", "refuse", "forbid"])),
        value("excluded", 40, |d| json!(d.some(&["/health", "/ready"], 2))),
        value("tokenStore", 30, yes_or_no),
        key("entra", 60, Shape::Record(&ENTRA)),
    ],
    alternatives: &[],
};

static ENTRA: Record = Record {
    keys: &[
        value("clientId", 100, |d| {
            d.any(&["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"])
        }),
        value("issuer", 50, |d| d.any(&["https://login.microsoftonline.com/contoso.example/v2.0"])),
        value("secretSetting", 30, |d| d.any(&["AUTH_SECRET", "SIGN_IN_SECRET"])),
        value("audiences", 30, |d| json!(d.some(&["api://shop", "api://web"], 2))),
    ],
    alternatives: &[],
};

static MOUNTS: Members = Members {
    names: &["data", "media"],
    count: (1, 2),
    member: Shape::Record(&MOUNT),
    any_case: false,
};

static MOUNT: Record = Record {
    keys: &[
        value("account", 100, |d| d.any(&["stdata", "stother"])),
        value("share", 100, |d| d.any(&["data", "media"])),
        value("path", 100, |d| d.any(&["/mounts/data", "/mounts/media"])),
        value("key", 100, |d| d.any(&["@AppSettingRef(DATA_KEY)", "@AppSettingRef(OTHER_KEY)"])),
    ],
    alternatives: &[],
};

static BACKUP: Record = Record {
    keys: &[
        value("container", 100, |d| {
            d.any(&["https://stdata.example.net/backup", "https://stother.example.net/backup"])
        }),
        value("every", 100, |d| d.any(&["1d", "12h", "7d"])),
        value("keep", 50, |d| d.any(&["30d", "7d"])),
        value("keepOne", 30, yes_or_no),
        value("enabled", 30, yes_or_no),
    ],
    alternatives: &[],
};

static LOGS: Record = Record {
    keys: &[
        key("http", 50, Shape::Record(&HTTP_LOGS)),
        value("application", 60, |d| d.any(&["off", "error", "warning", "information", "verbose"])),
        value("detailedErrors", 30, yes_or_no),
        value("failedRequests", 30, yes_or_no),
    ],
    alternatives: &[],
};

static HTTP_LOGS: Record = Record {
    keys: &[
        value("retentionDays", 70, |d| d.any(&[3, 7, 30])),
        value("retentionMb", 70, |d| d.any(&[25, 35, 100])),
    ],
    alternatives: &[],
};

pub const PERMISSIONS: Shape = Shape::List { most: 2, member: &Shape::Record(&PERMISSION) };

static PERMISSION: Record = Record {
    keys: &[
        value("role", 100, |d| {
            d.any(&[
                "Reader",
                "Contributor",
                "Storage Blob Data Reader",
                "Storage Blob Data Contributor",
                "Key Vault Secrets User",
            ])
        }),
        key(
            "scope",
            100,
            Shape::Reference(&[Kind::Storage, Kind::Vault, Kind::Resource, Kind::Profile]),
        ),
    ],
    alternatives: &[],
};

pub const VAULT_ACCESS: Shape = Shape::List { most: 2, member: &Shape::Record(&ACCESS) };

static ACCESS: Record = Record {
    keys: &[
        key("vault", 100, Shape::Reference(&[Kind::Vault])),
        value("secrets", 90, secrets),
        value("keys", 30, keys),
        value("certificates", 30, certificates),
    ],
    alternatives: &[],
};

/// What may be done with the secrets of a vault.
pub fn secrets(draw: &mut Draw<'_>) -> Value {
    json!(draw.some(&["get", "list", "set", "Delete"], 3))
}

/// What may be done with its keys.
pub fn keys(draw: &mut Draw<'_>) -> Value {
    json!(draw.some(&["get", "sign", "unwrapKey"], 2))
}

/// What may be done with its certificates.
pub fn certificates(draw: &mut Draw<'_>) -> Value {
    json!(draw.some(&["get", "list", "import"], 2))
}
