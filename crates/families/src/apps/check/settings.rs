//! What App Service takes of access rules, sign-in, mounts, backups and `siteConfig`.

use std::collections::BTreeMap;

use ipnet::IpNet;

use topology::family::Check;
use topology::property::Record;
use topology::{Diagnostic, FreeMap, Raw, Sp, Stamp};

use super::super::{Access, AccessRule, App, AppIdentity, AppKind, Backup, Mount};
use crate::plans::{Os, Plan, has_backups};

/// Members of `siteConfig` that other keys write otherwise than word for word, with those keys.
const SPOKEN_OF: &[(&str, &str)] = &[
    ("linuxFxVersion", "runtime"),
    ("windowsFxVersion", "runtime"),
    ("netFrameworkVersion", "runtime"),
    ("javaVersion", "runtime"),
    ("phpVersion", "runtime"),
    ("nodeVersion", "runtime"),
    ("powerShellVersion", "runtime"),
    ("minTlsVersion", "minTls"),
    ("ftpsState", "ftps"),
    ("healthCheckPath", "healthPath"),
    ("alwaysOn", "alwaysOn"),
    ("http20Enabled", "http2"),
    ("appSettings", "settings"),
    ("connectionStrings", "connectionStrings"),
    ("azureStorageAccounts", "mounts"),
    ("publicNetworkAccess", "publicAccess"),
    ("ipSecurityRestrictions", "access"),
    ("ipSecurityRestrictionsDefaultAction", "access"),
    ("scmIpSecurityRestrictions", "access"),
    ("scmIpSecurityRestrictionsDefaultAction", "access"),
    ("scmIpSecurityRestrictionsUseMain", "access"),
    ("acrUseManagedIdentityCreds", "pullIdentity"),
    ("acrUserManagedIdentityID", "pullIdentity"),
];

/// How many shares an app can have mounted.
/// Source: <https://learn.microsoft.com/azure/app-service/configure-connect-to-azure-storage>.
const MOST_MOUNTS: usize = 5;
const DAY_SECS: u64 = 86_400;
const HOUR_SECS: u64 = 3600;

/// Files what App Service does not take of an app's configuration.
pub(super) fn app_settings(check: &mut Check<'_>, app: &App, stamp: &Stamp) {
    if let Some(access) = &app.access {
        self::access(check, access);
    }
    if let Some(cors) = &app.cors
        && let Some(any) = cors.origins.iter().find(|origin| origin.value == "*")
        && (cors.origins.len() > 1 || cors.credentials.as_ref().is_some_and(|it| it.value))
    {
        let help = "name the origins, or let `*` stand alone without `credentials`";
        let message = "any origin leaves no others, and no credentials";
        check.error("cors-any-origin", &any.place, message, help);
    }
    mounts(check, &app.mounts, stamp);
    if let Some(backup) = &app.backup {
        self::backup(check, backup, stamp);
    }
    if let (Some(package), Some(setting)) =
        (&app.package, app.settings.get("WEBSITE_RUN_FROM_PACKAGE"))
    {
        let message = "the package is given twice";
        check.file(
            Diagnostic::error("package-twice", &setting.place, message)
                .also(&package.place, "here")
                .help("remove one of them: `package` writes the setting"),
        );
    }
    site_config(check, app);
}

fn access(check: &mut Check<'_>, access: &Access) {
    for rules in [&access.rules, &access.scm_rules] {
        let mut priorities: BTreeMap<u32, &AccessRule> = BTreeMap::new();
        for (_, rule) in rules {
            access_rule(check, rule);
            if priorities.insert(rule.priority.value, rule).is_some() {
                let message = format!("two rules have the priority {}", rule.priority.value);
                let help = "give each another number; the lowest one that fits decides";
                check.error("access-priority", &rule.priority.place, message, help);
            }
        }
    }
    let own = access.scm_rules.values().next();
    if let Some(rule) = own.filter(|_| access.scm_as_main.as_ref().is_some_and(|same| same.value)) {
        let help = "remove `scmRules`, or write `scmAsMain: false`";
        let message = "the deployment site has the rules of the app itself";
        check.error("scm-rules-unused", &rule.place, message, help);
    }
}

fn access_rule(check: &mut Check<'_>, rule: &AccessRule) {
    let ways = [rule.address.is_some(), rule.service_tag.is_some(), rule.subnet.is_some()];
    let broken = ["address", "serviceTag", "subnet"];
    let is_broken = broken.iter().any(|key| check.is_broken(&rule.place, key));
    if ways.iter().filter(|is_there| **is_there).count() != 1 && !is_broken {
        let message = "an access rule has exactly one of `address`, `serviceTag` and `subnet`";
        check.error("one-of", &rule.place, message, "");
    }
    if !(1..i32::MAX as u32).contains(&rule.priority.value) {
        let message = format!("the priority is {}; it is 1 to 2147483646", rule.priority.value);
        check.error("out-of-range", &rule.priority.place, message, "");
    }
    let Some(address) = rule.address.as_ref().filter(|address| !address.is_empty()) else {
        return;
    };
    let parts: Vec<&str> = address.split(',').map(str::trim).collect();
    if let Some(bad) = parts.iter().find(|part| part.parse::<IpNet>().is_err()) {
        let message = format!("`{bad}` is not a range of addresses");
        check.error("bad-address", &address.place, message, "write `203.0.113.7/32`");
    } else if parts.len() > 8 {
        let message = format!("{} ranges; a rule has eight at most", parts.len());
        check.error("out-of-range", &address.place, message, "write a second rule");
    }
}

/// Source: <https://learn.microsoft.com/azure/app-service/configure-connect-to-azure-storage>.
fn mounts(check: &mut Check<'_>, mounts: &FreeMap<Mount>, stamp: &Stamp) {
    let windows = stamp.sections.one::<Plan>().map(|plan| plan.os() == Os::Windows);
    for (index, (name, mount)) in mounts.iter().enumerate() {
        if index >= MOST_MOUNTS {
            let message = format!("`{name}` is one too many: an app has five mounts at most");
            check.error("mount", &mount.place, message, "");
        }
        let is_blobs = mount.kind.as_ref().is_some_and(|kind| kind.value.as_str() == "blobs");
        if is_blobs && windows == Some(true) {
            let message = "a Windows app mounts file shares alone";
            check.error("mount", &mount.place, message, "write `type: files`");
        }
        let path = &mount.path;
        let is_sound = match windows {
            Some(true) => ["/mounts/", "\\mounts\\"].iter().any(|root| path.starts_with(root)),
            _ => {
                let reserved = ["/", "/home", "/tmp"];
                path.starts_with('/')
                    && !reserved.contains(&path.trim_end_matches('/'))
                    && path.len() > 1
            }
        };
        if !is_sound && !path.is_empty() {
            let help = match windows {
                Some(true) => "write a folder in `/mounts/`, such as `/mounts/data`",
                _ => "write a folder of its own, such as `/mnt/data`; not `/`, `/home` or `/tmp`",
            };
            let message = format!("nothing can be mounted at `{}`", path.value);
            check.error("mount", &path.place, message, help);
        }
    }
}

fn backup(check: &mut Check<'_>, backup: &Backup, stamp: &Stamp) {
    let sku = stamp.sections.one::<Plan>().and_then(|plan| plan.sku.as_ref());
    if let Some(sku) = sku.filter(|sku| !has_backups(sku)) {
        let message = format!("apps on plans of size `{}` have no backups", sku.value);
        let help = "take size `B1` or larger, or remove `backup`";
        check.error("backup", &backup.place, message, help);
    }
    let secs = backup.every.as_secs();
    if secs < HOUR_SECS || !secs.is_multiple_of(HOUR_SECS) {
        let message = format!("`every` is {}; it is whole hours or days", backup.every.value);
        check.error("backup", &backup.every.place, message, "write `1d` or `12h`");
    }
    if let Some(keep) = backup.keep.as_ref().filter(|it| !it.as_secs().is_multiple_of(DAY_SECS)) {
        let message = format!("`keep` is {}; it is whole days", keep.value);
        check.error("backup", &keep.place, message, "write `30d`");
    }
}

/// Files members of `siteConfig` that another key speaks of: each has one owner.
fn site_config(check: &mut Check<'_>, app: &App) {
    let Some(config) = &app.site_config else { return };
    let Raw::Map(members) = &config.value else {
        let help = "write its members: `siteConfig: { use32BitWorkerProcess: false }`";
        check.error("site-config", &config.place, "`siteConfig` is a map", help);
        return;
    };
    let declared = App::properties();
    let declared = declared.iter().filter_map(|property| {
        let is_there = property.part == "config/web";
        let member = property.pointer.strip_prefix("/properties/").filter(|_| is_there)?;
        Some((member.split('/').next().unwrap_or(member), property.key.as_str()))
    });
    let spoken_of: Vec<(&str, &str)> = SPOKEN_OF.iter().copied().chain(declared).collect();
    for (name, value) in members {
        let owner = spoken_of.iter().find(|(member, _)| member.eq_ignore_ascii_case(name));
        if let Some((_, key)) = owner {
            let message = format!("`{name}` is what `{key}` says");
            let help = format!("write `{key}` of the app instead");
            check.error("site-config", &value.place, message, &help);
        }
    }
}

/// Files what keeps the host of a function app from starting.
pub(super) fn function(check: &mut Check<'_>, app: &App) {
    let is_host = |name: &str| name.to_ascii_lowercase().starts_with("azurewebjobsstorage");
    let setting = app.settings.iter().find(|(name, _)| is_host(name)).map(|(_, it)| &it.place);
    if app.kind() != AppKind::Function {
        let key = [
            ("storage", app.storage.as_ref().map(|it| &it.place)),
            ("hostConnection", app.host_connection.as_ref().map(|it| &it.place)),
        ];
        for (key, place) in key.into_iter().filter_map(|(key, place)| Some((key, place?))) {
            let help = "remove it, or write `kind: function`";
            let message = format!("only function apps have `{key}`");
            check.error("only-for-functions", place, message, help);
        }
        return;
    }
    let connection = app.host_connection.as_ref().map(|it| &it.place).or(setting);
    match (&app.storage, connection) {
        (Some(storage), Some(connection)) => check.file(
            Diagnostic::error(
                "host-storage-twice",
                connection,
                "the host of a function app reaches its account in one way",
            )
            .also(&storage.place, "as an identity")
            .help("remove one of them: the host would take the connection string"),
        ),
        (None, None) if !app.existing && app.clone_of.is_none() => {
            let help = "write `storage: <key>` with an account of `storage`, or `hostConnection`";
            let message = "a function app needs a storage account";
            check.missing(&["storage", "hostConnection"], &app.place, message, help);
        }
        (Some(storage), None) => {
            let has_none = |it: &&Sp<AppIdentity>| !it.system && it.user.is_empty();
            if let Some(identity) = app.identity.as_ref().filter(has_none) {
                let help = "write `identity: system`, or `hostConnection` instead of `storage`";
                let message =
                    format!("`{}` is reached as the app's identity, which it has not", **storage);
                check.error("no-identity", &identity.place, message, help);
            }
        }
        _ => {}
    }
}
