//! The configuration documents of apps, slots included: what lives in `sites/config`.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.web/sites/config-web> and recorded
//! traffic.

use serde_json::Value;

use super::VERSION;
use crate::catalogue::stakes::{
    OFF, ON, PRIVATE, Scale, Staked, access, cost, redundancy, security,
};
use crate::catalogue::{
    Additions, ArrayKey, CasedKeys, Cloned, Likeness, Listing, Literal, Ownership, ServiceMade,
    TypeFacts, Typical, Update,
};

/// Members of `config/web` that a clone shares with its original: the stack and how it is served.
/// What depends on the region or the plan (networks, worker counts, restrictions) is not among
/// them.
const CLONED_CONFIG: &[&str] = &[
    "linuxFxVersion",
    "windowsFxVersion",
    "netFrameworkVersion",
    "phpVersion",
    "pythonVersion",
    "nodeVersion",
    "powerShellVersion",
    "javaVersion",
    "javaContainer",
    "javaContainerVersion",
    "appCommandLine",
    "alwaysOn",
    "healthCheckPath",
    "http20Enabled",
    "minTlsVersion",
    "scmMinTlsVersion",
    "ftpsState",
    "use32BitWorkerProcess",
    "webSocketsEnabled",
    "managedPipelineMode",
    "cors",
];

/// Settings that the service or a deployment writes for one app alone, and those that say where an app
/// reports to.
const OWN_SETTINGS: &[&str] = &[
    "APPLICATIONINSIGHTS_*",
    "APPINSIGHTS_*",
    "WEBSITE_CONTENTSHARE",
    "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
    "WEBSITE_HTTPLOGGING_RETENTION_DAYS",
    "WEBSITE_HTTPLOGGING_CONTAINER_URL",
    "DIAGNOSTICS_AZUREBLOBCONTAINERSASURL",
];

/// Source: <https://learn.microsoft.com/azure/app-service/configure-common>.
const CONFIG_STAKES: &[Staked] = &[
    security("properties.ftpsState", FTPS, ""),
    security("properties.remoteDebuggingEnabled", OFF, "false"),
    security("properties.ipSecurityRestrictionsDefaultAction", PRIVATE, "Allow"),
    security("properties.scmIpSecurityRestrictionsDefaultAction", PRIVATE, "Allow"),
    access("properties.ipSecurityRestrictions"),
    access("properties.scmIpSecurityRestrictions"),
    access("properties.cors.allowedOrigins"),
    // Instances that fail are taken out of service only where somebody looks.
    redundancy("properties.healthCheckPath", Scale::Presence, ""),
    redundancy("properties.minimumElasticInstanceCount", Scale::Number, ""),
    redundancy("properties.preWarmedInstanceCount", Scale::Number, ""),
    redundancy("properties.numberOfWorkers", Scale::Number, ""),
    cost("properties.minimumElasticInstanceCount", Scale::Number),
    cost("properties.preWarmedInstanceCount", Scale::Number),
];

const FTPS: Scale = Scale::Rungs(&[&["AllAllowed"], &["FtpsOnly"], &["Disabled"]]);

/// Who is asked who they are.
const AUTH_STAKES: &[Staked] = &[
    security("properties.enabled", ON, "false"),
    security("properties.platform.enabled", ON, "false"),
    security("properties.globalValidation.requireAuthentication", ON, "false"),
    security("properties.globalValidation.unauthenticatedClientAction", ANONYMOUS, ""),
    security("properties.unauthenticatedClientAction", ANONYMOUS, ""),
    security("properties.httpSettings.requireHttps", ON, "true"),
];

const ANONYMOUS: Scale = Scale::Rungs(&[
    &["AllowAnonymous"],
    &["RedirectToLoginPage", "Return401", "Return403", "Return404"],
]);

/// What is lost with an app is what was written since its last backup.
const BACKUP_STAKES: &[Staked] = &[
    redundancy("properties.enabled", ON, ""),
    redundancy("properties.backupSchedule.retentionPeriodInDays", Scale::Number, ""),
];

pub(super) const CONFIG: TypeFacts = TypeFacts {
    api_version: VERSION,
    listing: Listing::Get,
    update: Update::PutOver,
    ownership: Ownership::Parent,
    documents: DOCUMENTS,
    typical: Typical::AT_ONCE,
    ..WEB_CONFIG
};

/// `config/web`: PATCH merges single members, PUT would reset the rest.
const WEB_CONFIG: TypeFacts = TypeFacts {
    api_version: VERSION,
    born_with_parent: true,
    service_made: ServiceMade::All,
    listing: Listing::Get,
    update: Update::Patch,
    ownership: Ownership::Parent,
    arrays: &[("properties.defaultDocuments", ArrayKey::Ordered)],
    // A PATCH takes a null for nothing said.
    fresh: &[
        ("properties.alwaysOn", Literal::Switch(false)),
        ("properties.http20Enabled", Literal::Switch(false)),
        ("properties.webSocketsEnabled", Literal::Switch(false)),
        ("properties.healthCheckPath", Literal::Text("")),
        ("properties.appCommandLine", Literal::Text("")),
        ("properties.linuxFxVersion", Literal::Text("")),
        ("properties.windowsFxVersion", Literal::Text("")),
        ("properties.javaVersion", Literal::Text("")),
        ("properties.phpVersion", Literal::Text("")),
        ("properties.nodeVersion", Literal::Text("")),
        ("properties.powerShellVersion", Literal::Text("")),
        ("properties.netFrameworkVersion", Literal::Text("v4.0")),
        ("properties.minTlsVersion", Literal::Text("1.2")),
        ("properties.scmMinTlsVersion", Literal::Text("1.2")),
        ("properties.ftpsState", Literal::Text("FtpsOnly")),
        ("properties.publicNetworkAccess", Literal::Text("Enabled")),
        ("properties.cors.allowedOrigins", Literal::Empty),
        ("properties.cors.supportCredentials", Literal::Switch(false)),
        ("properties.ipSecurityRestrictions", Literal::Empty),
        ("properties.ipSecurityRestrictionsDefaultAction", Literal::Text("Allow")),
        ("properties.scmIpSecurityRestrictions", Literal::Empty),
        ("properties.scmIpSecurityRestrictionsDefaultAction", Literal::Text("Allow")),
        ("properties.scmIpSecurityRestrictionsUseMain", Literal::Switch(false)),
        ("properties.acrUseManagedIdentityCreds", Literal::Switch(false)),
        ("properties.acrUserManagedIdentityID", Literal::Text("")),
    ],
    defaults: &[
        ("properties.publicNetworkAccess", Literal::Text("Enabled")),
        ("properties.cors.supportCredentials", Literal::Switch(false)),
    ],
    additions: &[
        Additions {
            path: "properties.ipSecurityRestrictions",
            is_service_made: is_rule_for_the_rest,
        },
        Additions {
            path: "properties.scmIpSecurityRestrictions",
            is_service_made: is_rule_for_the_rest,
        },
    ],
    read_only: &[
        "properties.publishingUsername",
        "properties.managedServiceIdentityId",
        "properties.xManagedServiceIdentityId",
        "properties.machineKey",
    ],
    sensitive: &["properties.machineKey"],
    stakes: CONFIG_STAKES,
    restarts: &["properties"],
    typical: Typical::AT_ONCE,
    ..TypeFacts::CHILD
};

/// Behind the rules that somebody has written stands the service's own, for everybody else.
fn is_rule_for_the_rest(rule: &Value) -> bool {
    rule["ipAddress"] == "Any" && rule["priority"].as_i64() == Some(i64::from(i32::MAX))
}

/// A map of which every value is the user's, word for word.
const SETTINGS: TypeFacts = TypeFacts {
    api_version: VERSION,
    born_with_parent: true,
    service_made: ServiceMade::All,
    // The service shows settings only to those who may ask for secrets.
    listing: Listing::PostList { by_plan: true },
    update: Update::PutOver,
    ownership: Ownership::Parent,
    likeness: &[("properties.*", Likeness::Exact), ("properties.*.value", Likeness::Exact)],
    entries: &["properties.*"],
    cased_keys: Some(CasedKeys { pointer: "/properties", counts: is_on_linux }),
    sensitive: &["properties"],
    restarts: &["properties"],
    typical: Typical::AT_ONCE,
    ..TypeFacts::CHILD
};

/// Settings are variables of the app's environment: Windows takes their names in any case, Linux does
/// not.
fn is_on_linux(site: &Value) -> bool {
    let kind = site["kind"].as_str().unwrap_or_default();
    site["properties"]["reserved"] == true || kind.split(',').any(|word| word == "linux")
}

static WEB: TypeFacts = TypeFacts {
    turn: 0,
    cloned: Some(Cloned::Members { properties: CLONED_CONFIG, beside: &[], identities: false }),
    ..WEB_CONFIG
};
static APP_SETTINGS: TypeFacts = TypeFacts {
    plain_where_literal: &["properties.*"],
    turn: 1,
    // `1` is a package that was deployed to this very app.
    cloned: Some(Cloned::Values {
        own: OWN_SETTINGS,
        // Where an app reports to; of what else is its own a clone has its own or needs none.
        missed: &["APPLICATIONINSIGHTS_*", "APPINSIGHTS_*"],
        local: Some(("WEBSITE_RUN_FROM_PACKAGE", "1")),
    }),
    ..SETTINGS
};
static CONNECTION_STRINGS: TypeFacts = TypeFacts {
    turn: 2,
    cloned: Some(Cloned::Entries { secret: &["value"], made: &[] }),
    ..SETTINGS
};
static METADATA: TypeFacts =
    TypeFacts { listing: Listing::PostList { by_plan: false }, ..SETTINGS };
static STORAGE_MOUNTS: TypeFacts = TypeFacts {
    turn: 4,
    cloned: Some(Cloned::Entries { secret: &["accessKey"], made: &["state", "protocol"] }),
    likeness: &[("properties.*.accessKey", Likeness::Exact)],
    cased_keys: None,
    read_only: &["properties.*.state"],
    sensitive: &["properties.*.accessKey"],
    ..SETTINGS
};
static AUTH_SETTINGS: TypeFacts = TypeFacts {
    listing: Listing::PostList { by_plan: false },
    update: Update::PutOver,
    stakes: AUTH_STAKES,
    ..WEB_CONFIG
};
/// A new app asks nobody to sign in.
static AUTH: TypeFacts = TypeFacts {
    turn: 6,
    cloned: Some(Cloned::Members {
        properties: &["platform", "globalValidation", "identityProviders", "login", "httpSettings"],
        beside: &[],
        identities: false,
    }),
    update: Update::PutOver,
    stakes: AUTH_STAKES,
    fresh: &[
        ("properties.platform.enabled", Literal::Switch(false)),
        ("properties.globalValidation.requireAuthentication", Literal::Switch(false)),
        (
            "properties.globalValidation.unauthenticatedClientAction",
            Literal::Text("RedirectToLoginPage"),
        ),
        ("properties.login.tokenStore.enabled", Literal::Switch(false)),
        ("properties.httpSettings.requireHttps", Literal::Switch(true)),
        ("properties.identityProviders.azureActiveDirectory.enabled", Literal::Switch(true)),
    ],
    ..WEB_CONFIG
};
/// A schedule, which an app has or has not. Azure answers the container's URL with its signature.
static BACKUP: TypeFacts = TypeFacts {
    turn: 7,
    listing: Listing::PostList { by_plan: true },
    update: Update::PutOver,
    sensitive: &["properties.storageAccountUrl", "properties.databases[].connectionString"],
    read_only: &["properties.backupSchedule.lastExecutionTime"],
    arrays: &[("properties.databases", ArrayKey::Name("name"))],
    stakes: BACKUP_STAKES,
    typical: Typical::AT_ONCE,
    api_version: VERSION,
    ..TypeFacts::CHILD
};
/// What a new app logs: nothing. Settings that are written later reset what is logged.
static LOGS: TypeFacts = TypeFacts {
    turn: 8,
    fresh: &[
        ("properties.applicationLogs.fileSystem.level", Literal::Text("Off")),
        ("properties.httpLogs.fileSystem.enabled", Literal::Switch(false)),
        ("properties.httpLogs.fileSystem.retentionInMb", Literal::Number(35)),
        ("properties.detailedErrorMessages.enabled", Literal::Switch(false)),
        ("properties.failedRequestsTracing.enabled", Literal::Switch(false)),
    ],
    ..WHOLE
};
static SLOT_NAMES: TypeFacts = TypeFacts {
    turn: 3,
    cloned: Some(Cloned::Members {
        properties: &["appSettingNames", "connectionStringNames", "azureStorageConfigNames"],
        beside: &[],
        identities: false,
    }),
    ..WHOLE
};
static WHOLE: TypeFacts = TypeFacts { update: Update::PutOver, ..WEB_CONFIG };

const DOCUMENTS: &[(&str, &TypeFacts)] = &[
    ("web", &WEB),
    ("appsettings", &APP_SETTINGS),
    ("connectionstrings", &CONNECTION_STRINGS),
    ("metadata", &METADATA),
    ("azurestorageaccounts", &STORAGE_MOUNTS),
    ("authsettings", &AUTH_SETTINGS),
    ("authsettingsV2", &AUTH),
    ("logs", &LOGS),
    ("slotConfigNames", &SLOT_NAMES),
    ("backup", &BACKUP),
];
