//! The configuration documents below an app: what is served and how, who signs in, what is logged.

use planner::Expansion;
use resource::{absent, is_absent};
use serde_json::{Value, json};
use topology::property::Record;
use topology::{Duration, Raw};

use super::super::{
    Access, AccessAction, AccessRule, App, AppKind, AppLogs, Backup, LogLevel, Runtime,
};
use super::settings;
use crate::plans::Os;

/// A document: its name, how a report calls it, its properties.
pub(super) type Document = (&'static str, &'static str, Value);

/// Documents that a clone has because its original has them, with how a report calls them.
const OF_CLONES: [(&str, &str); 5] = [
    ("appsettings", "settings"),
    ("connectionstrings", "connectionStrings"),
    ("slotConfigNames", "slotSettings"),
    ("authsettingsV2", "auth"),
    ("azurestorageaccounts", "mounts"),
];

const DAY_SECS: u64 = 86_400;
/// How long a backup is kept where nothing else is said; ARM wants to be told.
const KEPT_DAYS: u64 = 30;

/// Returns the configuration documents that the app declares.
pub(super) fn documents(
    expansion: &Expansion<'_>,
    app: &App,
    os: Os,
    cloned: bool,
) -> Vec<Document> {
    let mut documents = vec![("web", "config", web(expansion, app, os, cloned))];
    let mut add = |name, label, is_there: bool, properties: Value| {
        if is_there {
            documents.push((name, label, properties));
        }
    };
    let own = settings::settings(expansion, app);
    let has_some = own.as_object().is_some_and(|own| !own.is_empty());
    add("appsettings", "settings", has_some, own);
    let connections = !app.connection_strings.is_silent();
    add(
        "connectionstrings",
        "connectionStrings",
        connections,
        settings::connections(expansion, app),
    );
    let names = app.slot_settings.iter().flatten().map(|name| name.value.as_str());
    let names = json!({ "appSettingNames": names.collect::<Vec<_>>() });
    add("slotConfigNames", "slotSettings", app.slot_settings.is_some(), names);
    add("authsettingsV2", "auth", app.auth.is_some(), auth(expansion, app));
    let mounts = child(expansion, app, "config/azurestorageaccounts");
    add("azurestorageaccounts", "mounts", !app.mounts.is_silent(), mounts);
    if let Some(backup) = &app.backup {
        documents.push(("backup", "backup", self::backup(expansion, app, backup)));
    }
    if let Some(logs) = &app.logs {
        documents.push(("logs", "logs", log_config(logs)));
    }
    for (name, label) in OF_CLONES.iter().filter(|_| cloned) {
        if !documents.iter().any(|(known, _, _)| known == name) {
            documents.push((name, label, json!({})));
        }
    }
    documents
}

/// Returns the declared properties that stand in a document.
fn child(expansion: &Expansion<'_>, app: &App, child: &str) -> Value {
    let mut body = json!({ "properties": {} });
    app.put_in(child, &mut body, expansion);
    body["properties"].take()
}

/// Returns `config/web`: the stack, what the language has a key for, and what it has none for.
fn web(expansion: &Expansion<'_>, app: &App, os: Os, cloned: bool) -> Value {
    let mut body = json!({ "properties": site_config(app, os, cloned) });
    if cloned {
        app.put_given("config/web", &mut body, expansion);
    } else {
        app.put_in("config/web", &mut body, expansion);
    }
    let mut config = body["properties"].take();
    if let Some(open) = &app.public_access {
        // Both places have to say the same.
        config["publicNetworkAccess"] = json!(if open.value { "Enabled" } else { "Disabled" });
    }
    if let Some(access) = &app.access {
        close(&mut config, access);
    }
    let further = app.site_config.as_ref().map(|raw| expansion.raw(&raw.value));
    for members in [settings::pull_identity(expansion, app), further].into_iter().flatten() {
        merge(&mut config, members);
    }
    config
}

fn auth(expansion: &Expansion<'_>, app: &App) -> Value {
    let mut auth = child(expansion, app, "config/authsettingsV2");
    let providers = app.auth.as_ref().and_then(|auth| auth.providers.as_ref());
    if let Some(Raw::Map(providers)) = providers.map(|providers| &providers.value) {
        for (name, provider) in providers {
            merge(&mut auth["identityProviders"][name], expansion.raw(&provider.value));
        }
    }
    auth
}

fn backup(expansion: &Expansion<'_>, app: &App, backup: &Backup) -> Value {
    let mut properties = child(expansion, app, "config/backup");
    let schedule = &mut properties["backupSchedule"];
    let (count, unit) = interval(&backup.every.value);
    schedule["frequencyInterval"] = json!(count);
    schedule["frequencyUnit"] = json!(unit);
    let kept = backup.keep.as_ref().map_or(KEPT_DAYS, |keep| keep.value.as_secs() / DAY_SECS);
    schedule["retentionPeriodInDays"] = json!(kept);
    properties
}

/// Says what becomes of requests that no rule fits, where the topology does not: what App Service does
/// by itself, but so that it does not depend on what stood there before.
fn close(config: &mut Value, access: &Access) {
    for (rules, said, member) in [
        (&access.rules, &access.otherwise, "ipSecurityRestrictionsDefaultAction"),
        (&access.scm_rules, &access.scm_otherwise, "scmIpSecurityRestrictionsDefaultAction"),
    ] {
        let lets_in = |rule: &AccessRule| {
            rule.action.as_ref().is_none_or(|action| action.value == AccessAction::Allow)
        };
        if said.is_none() && !rules.is_empty() {
            let closes = rules.values().any(lets_in);
            config[member] = json!(if closes { "Deny" } else { "Allow" });
        }
    }
}

/// Returns how ARM has the time between two backups.
fn interval(every: &Duration) -> (u64, &'static str) {
    let secs = every.as_secs();
    if secs.is_multiple_of(DAY_SECS) { (secs / DAY_SECS, "Day") } else { (secs / 3600, "Hour") }
}

/// Lays the members of `above` over those of a value, at any depth.
fn merge(value: &mut Value, above: Value) {
    match (value, above) {
        (value, above) if is_absent(&above) => *value = above,
        (Value::Object(value), Value::Object(above)) => {
            for (key, member) in above {
                merge(value.entry(key).or_insert(Value::Null), member);
            }
        }
        (value, above) => *value = above,
    }
}

fn site_config(app: &App, os: Os, cloned: bool) -> Value {
    let mut config = match (&app.image, &app.runtime) {
        (Some(image), _) if os == Os::Linux => {
            json!({ "linuxFxVersion": format!("DOCKER|{}", image.value) })
        }
        (Some(image), _) => json!({ "windowsFxVersion": format!("DOCKER|{}", image.value) }),
        (None, Some(runtime)) => stack(&runtime.value, os, app.kind()),
        (None, None) => json!({}),
    };
    if let Some(min) = &app.min_tls {
        config["minTlsVersion"] = json!(min.value.as_str());
    } else if !cloned {
        config["minTlsVersion"] = json!("1.2");
    }
    if let Some(ftps) = &app.ftps {
        let word = ftps.value.as_str();
        let state = if word == "all" {
            "AllAllowed".to_owned()
        } else {
            word[..1].to_ascii_uppercase() + &word[1..]
        };
        config["ftpsState"] = json!(state);
    } else if !cloned {
        config["ftpsState"] = json!("Disabled");
    }
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            config[name] = value;
        }
    };
    let health_path = app.health_path.as_ref().map(|path| json!(path.value));
    set("healthCheckPath", health_path.or_else(|| (!cloned).then(absent)));
    set("alwaysOn", app.always_on.as_ref().map(|on| json!(on.value)));
    set("http20Enabled", app.http2.as_ref().map(|on| json!(on.value)));
    config
}

/// Returns how App Service is told the stack.
/// Source: `az webapp list-runtimes`, `az functionapp list-runtimes`.
fn stack(runtime: &Runtime, os: Os, kind: AppKind) -> Value {
    let Runtime { stack, version } = runtime;
    if os == Os::Linux {
        let name = match (stack.as_str(), kind) {
            ("dotnet" | "dotnetcore", AppKind::Web) => "DOTNETCORE".to_owned(),
            _ => stack.to_ascii_uppercase(),
        };
        return json!({ "linuxFxVersion": format!("{name}|{version}") });
    }
    match stack.as_str() {
        "dotnet" | "dotnet-isolated" => json!({ "netFrameworkVersion": format!("v{version}") }),
        "java" => json!({ "javaVersion": version }),
        "php" => json!({ "phpVersion": version }),
        "powershell" => json!({ "powerShellVersion": version }),
        "node" => json!({ "nodeVersion": format!("~{version}") }),
        _ => json!({}),
    }
}

fn log_config(logs: &AppLogs) -> Value {
    let mut config = json!({});
    if let Some(level) = &logs.application {
        let level = match level.value {
            LogLevel::Off => "Off",
            LogLevel::Error => "Error",
            LogLevel::Warning => "Warning",
            LogLevel::Information => "Information",
            LogLevel::Verbose => "Verbose",
        };
        config["applicationLogs"] = json!({ "fileSystem": { "level": level } });
    }
    if let Some(http) = &logs.http {
        let file_system = &mut config["httpLogs"]["fileSystem"];
        *file_system = json!({ "enabled": true });
        if let Some(days) = &http.retention_days {
            file_system["retentionInDays"] = json!(days.value);
        }
        if let Some(size) = &http.retention_mb {
            file_system["retentionInMb"] = json!(size.value);
        }
    }
    if let Some(errors) = &logs.detailed_errors {
        config["detailedErrorMessages"] = json!({ "enabled": errors.value });
    }
    if let Some(failed) = &logs.failed_requests {
        config["failedRequestsTracing"] = json!({ "enabled": failed.value });
    }
    config
}
