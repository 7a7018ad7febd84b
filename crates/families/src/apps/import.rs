//! From an app and the documents below it to its entry; the inverse of `expand.rs`.

use importer::{
    Draft, Import, Life, Map, Node, capital, duration, existing, id_at, literal, plain, text,
};
use planner::role_name;
use resource::types::{ASSIGNMENT, SITE_CONFIG, STORAGE_ACCOUNT};
use resource::{Observation, ResourceId};
use serde_json::Value;
use topology::section::Entry;

use super::{App, ConnectionStringType};
use crate::identities::Identity;
use crate::storage::Storage;
use crate::vaults;

impl Import for App {
    const PARTS: &'static [&'static str] = &[ASSIGNMENT, SITE_CONFIG];

    fn import(draft: &mut Draft<'_>, stamp: Option<usize>, home: &mut Map) {
        if let Some(at) = stamp {
            home.set_some("apps", apps(draft, at));
        }
    }
}

/// Writes the apps of a stamp.
pub(crate) fn apps(draft: &mut Draft<'_>, at: usize) -> Map {
    let mut apps = Map::default();
    for (seen, key) in draft.entries(App::SECTION, Some(at)) {
        let hidden = hidden_settings(draft, seen);
        let mut life = draft.life(seen);
        if let Some(why) = &hidden {
            let why = format!("its settings could not be read and stay as they are: {why}");
            draft.remark(seen.id.as_str(), why);
            if is_function(&seen.body) {
                let why = "its settings could not be read, among them its storage account";
                life = Life::Existing(why.to_owned());
            }
        }
        let map = draft.head(seen, Some(at));
        if let Life::Existing(reason) = life {
            apps.set(&key, existing(map)).about(&seen.id).comment(capital(&reason));
            continue;
        }
        let map = app(draft, seen, at, map);
        let member = apps.set(&key, map).about(&seen.id);
        if hidden.is_some() {
            member.comment("Its settings could not be read: they stay as they are.");
        }
    }
    apps
}

/// Returns why the settings of an app could not be read, where they could not.
fn hidden_settings(draft: &Draft<'_>, seen: &Observation) -> Option<String> {
    let document = seen.id.child("config", "appsettings");
    draft.survey.observed.not_evaluated.get(&document).map(|why| why.reason.clone())
}

fn app(draft: &mut Draft<'_>, seen: &Observation, at: usize, mut map: Map) -> Map {
    let body = &seen.body;
    let properties = &body["properties"];
    let is_function = is_function(body);
    if is_function {
        map.set("kind", literal("function"));
    }
    let config = document(draft, seen, "web");
    if let Some((key, value)) = config.and_then(|config| stack(config, is_function)) {
        map.set(key, literal(&value));
    }
    identity_of(draft, seen, at, &mut map);
    if let Some(path) = config.and_then(|config| text(config, "/properties/healthCheckPath")) {
        map.set("healthPath", literal(path));
    }
    for (key, name) in [("alwaysOn", "alwaysOn"), ("http2", "http20Enabled")] {
        if config.is_some_and(|config| config["properties"][name] == true) {
            map.set(key, true);
        }
    }
    let switch = |name: &str, otherwise: bool| properties[name].as_bool().unwrap_or(otherwise);
    map.set_default("httpsOnly", switch("httpsOnly", true));
    if let Some(min) = config.and_then(|config| text(config, "/properties/minTlsVersion")) {
        map.set_default("minTls", literal(min));
    }
    map.set_default("clientAffinity", switch("clientAffinityEnabled", false));
    if let Some(state) = config.and_then(|config| text(config, "/properties/ftpsState")) {
        map.set_default("ftps", literal(ftps(state)));
    }
    if properties["enabled"] == false {
        map.set("enabled", false);
    }
    let has_host = is_function && host_storage(draft, seen, at, &mut map);
    draft.declared::<App>(body, seen.id.as_str(), Some(at), &mut map);
    for name in ["web", "azurestorageaccounts"] {
        declared_document(draft, seen, name, at, &mut map);
    }
    let auth = document(draft, seen, "authsettingsV2");
    if auth.is_some_and(|auth| auth["properties"]["platform"]["enabled"] == true) {
        declared_document(draft, seen, "authsettingsV2", at, &mut map);
    }
    pull_identity(draft, seen, at, &mut map);
    backup(draft, seen, at, &mut map);
    connections(draft, seen, at, &mut map);
    settings(draft, seen, at, (is_function, has_host), &mut map);
    if let Some(logs) = document(draft, seen, "logs") {
        map.set_some("logs", log_config(&logs["properties"]));
    }
    let holder = text(body, "/identity/principalId").unwrap_or_default().to_owned();
    draft.rights(&holder, Some(at), &mut map);
    map.set_some("vaultAccess", vaults::imported_access(draft, &holder, Some(at)));
    draft.tail(&mut map, seen, Some(at));
    tell_what_is_kept(draft, seen);
    map
}

fn document<'d>(draft: &Draft<'d>, site: &Observation, name: &str) -> Option<&'d Value> {
    draft.survey.observed.get(&site.id.child("config", name)).map(|seen| &seen.body)
}

fn identity_of(draft: &Draft<'_>, seen: &Observation, at: usize, map: &mut Map) {
    let kind = text(&seen.body, "/identity/type").unwrap_or_default();
    let has_system = kind.contains("SystemAssigned");
    let users = seen.body["identity"]["userAssignedIdentities"].as_object();
    let users = users.into_iter().flatten().filter_map(|(id, _)| {
        let id = ResourceId::parse(id).ok()?;
        Some(draft.target_in::<Identity>(&id, Some(at)))
    });
    let mut all: Vec<Node> = has_system.then(|| literal("system")).into_iter().collect();
    all.extend(users);
    if all.len() == 1 && has_system {
        map.set("identity", literal("system"));
    } else {
        map.set_some("identity", all);
    }
}

/// Writes how the host of a function app reaches its account; returns whether one key says it.
fn host_storage(draft: &mut Draft<'_>, seen: &Observation, at: usize, map: &mut Map) -> bool {
    let Some(settings) = document(draft, seen, "appsettings").cloned() else { return false };
    let setting = |name: &str| text(&settings, &format!("/properties/{name}"));
    if let Some(connection) = setting(HOST).filter(|connection| !connection.is_empty()) {
        let owner = draft.placement.stamps[at].name.clone();
        let value = self::connection(draft, HOST, &owner, connection);
        map.set("hostConnection", value);
        return true;
    }
    let account = setting("AzureWebJobsStorage__accountName").and_then(|name| {
        let mut accounts = draft.survey.of_type(STORAGE_ACCOUNT);
        accounts.find(|account| account.id.name().eq_ignore_ascii_case(name))
    });
    let client = setting("AzureWebJobsStorage__clientId");
    let principal = match client {
        Some(client) => {
            let identity = identity_of_client(draft, client);
            identity.and_then(|seen| text(&seen.body, "/properties/principalId"))
        }
        None => text(&seen.body, "/identity/principalId"),
    };
    let (Some(account), Some(principal)) = (account, principal) else { return false };
    // The key gives these rights: what has them not keeps its settings word for word.
    if !HOST_ROLES.iter().all(|role| has_role(draft, principal, role, &account.id)) {
        return false;
    }
    map.set("storage", draft.target_in::<Storage>(&account.id, Some(at)));
    true
}

fn has_role(draft: &Draft<'_>, principal: &str, role: &str, scope: &ResourceId) -> bool {
    draft.survey.of_type(ASSIGNMENT).any(|seen| {
        let id = id_at(&seen.body, "/properties/roleDefinitionId");
        text(&seen.body, "/properties/principalId") == Some(principal)
            && id.is_some_and(|id| role_name(&id.name().to_ascii_lowercase()) == role)
            && seen.id.parent().as_ref() == Some(scope)
    })
}

/// Writes the declared properties that stand in a document below an app.
fn declared_document(
    draft: &mut Draft<'_>,
    seen: &Observation,
    name: &str,
    at: usize,
    map: &mut Map,
) {
    if let Some(body) = document(draft, seen, name).cloned() {
        let child = format!("config/{name}");
        let owner = draft.placement.stamps[at].name.clone();
        draft.declared_in::<App>(&child, &body, &owner, Some(at), map);
    }
}

/// Returns the identity that has a client ID.
fn identity_of_client<'d>(draft: &Draft<'d>, client: &str) -> Option<&'d Observation> {
    let mut all = draft.survey.observed.resources.values();
    all.find(|seen| text(&seen.body, "/properties/clientId") == Some(client))
}

fn pull_identity(draft: &Draft<'_>, seen: &Observation, at: usize, map: &mut Map) {
    let Some(config) = document(draft, seen, "web") else { return };
    let config = &config["properties"];
    if config["acrUseManagedIdentityCreds"] != true {
        return;
    }
    let Some(client) = text(config, "/acrUserManagedIdentityID").filter(|id| !id.is_empty()) else {
        map.set("pullIdentity", literal("system"));
        return;
    };
    if let Some(identity) = identity_of_client(draft, client) {
        map.set("pullIdentity", draft.target_in::<Identity>(&identity.id, Some(at)));
    }
}

fn backup(draft: &mut Draft<'_>, seen: &Observation, at: usize, map: &mut Map) {
    let Some(body) = document(draft, seen, "backup").cloned() else { return };
    let mut own = Map::default();
    declared_document(draft, seen, "backup", at, &mut own);
    let Some(Node::Map(backup)) = own.members.into_iter().next().map(|member| member.value) else {
        return;
    };
    let mut backup = backup;
    let schedule = &body["properties"]["backupSchedule"];
    let unit = if schedule["frequencyUnit"] == "Day" { 86_400 } else { 3600 };
    if let Some(count) = schedule["frequencyInterval"].as_u64() {
        backup.set("every", duration(count * unit));
    }
    if let Some(days) = schedule["retentionPeriodInDays"].as_u64() {
        backup.set("keep", plain(format!("{days}d")));
    }
    map.set("backup", backup).about(&seen.id.child("config", "backup"));
}

fn connections(draft: &mut Draft<'_>, seen: &Observation, at: usize, map: &mut Map) {
    let Some(body) = document(draft, seen, "connectionstrings").cloned() else { return };
    let owner = draft.placement.stamps[at].name.clone();
    let mut connections = Map::default();
    for (name, connection) in body["properties"].as_object().into_iter().flatten() {
        let kind = connection["type"].as_str().unwrap_or("Custom");
        let known = ConnectionStringType::WORDS.iter();
        let mut known = known.filter(|word| word.eq_ignore_ascii_case(kind));
        let (Some(kind), Some(value)) = (known.next(), connection["value"].as_str()) else {
            continue;
        };
        let mut entry = Map::default();
        entry.set_default("type", literal(kind));
        let value = self::connection(draft, &format!("CONNECTION_{name}"), &owner, value);
        entry.set("value", value);
        connections.set(name, entry);
    }
    let document = seen.id.child("config", "connectionstrings");
    if !connections.members.is_empty() {
        map.set("connectionStrings", connections).about(&document);
    }
}

fn settings(
    draft: &mut Draft<'_>,
    seen: &Observation,
    at: usize,
    (is_function, has_host): (bool, bool),
    map: &mut Map,
) {
    let document = seen.id.child("config", "appsettings");
    let Some(values) = self::document(draft, seen, "appsettings").cloned() else { return };
    let owner = draft.placement.stamps[at].name.clone();
    let mut settings = Map::default();
    for (name, value) in values["properties"].as_object().into_iter().flatten() {
        let is_host = has_host && name.starts_with(HOST);
        if is_host || OF_THE_SERVICE.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            continue;
        }
        let Some(value) = value.as_str() else { continue };
        let is_package = name.eq_ignore_ascii_case("WEBSITE_RUN_FROM_PACKAGE");
        let value = setting(draft, name, &owner, value, at);
        if is_package && matches!(&value, Node::Text(url) if url.starts_with("https://")) {
            map.set("package", value);
            continue;
        }
        let member = settings.set(name, value);
        // Some are what the language gives every function app.
        member.optional = is_function;
    }
    if !settings.members.is_empty() {
        map.set("settings", settings).about(&document).optional = is_function;
    }
    let own = self::document(draft, seen, "slotConfigNames");
    let names = own.map(|own| own["properties"]["appSettingNames"].clone());
    let names = names.as_ref().and_then(Value::as_array).into_iter().flatten();
    let names: Vec<Node> = names.filter_map(Value::as_str).map(literal).collect();
    map.set_some("slotSettings", names);
}

/// Writes a connection string: its name tells nothing, and it may hold a password in any form.
fn connection(draft: &mut Draft<'_>, name: &str, owner: &str, value: &str) -> Node {
    match vault_reference(value) {
        Some((vault, secret)) => Node::Text(format!("${{secret:keyVault:{vault}/{secret}}}")),
        None => draft.secrets.refer(name, owner, value),
    }
}

fn setting(draft: &mut Draft<'_>, name: &str, owner: &str, value: &str, at: usize) -> Node {
    if let Some((vault, secret)) = vault_reference(value) {
        return Node::Text(format!("${{secret:keyVault:{vault}/{secret}}}"));
    }
    draft.value(name, owner, value, Some(at))
}

/// Tells what the language has no key for, where it is in use.
fn tell_what_is_kept(draft: &mut Draft<'_>, seen: &Observation) {
    let subnet = &seen.body["properties"]["virtualNetworkSubnetId"];
    if !subnet.is_null() && *subnet != "" {
        let why = "the language has no key for network integration; it stays as it is";
        draft.remark(seen.id.as_str(), why);
    }
}

fn is_function(body: &Value) -> bool {
    text(body, "/kind").is_some_and(|kind| kind.contains("functionapp"))
}

/// The setting that leads the host of a function app to its account.
const HOST: &str = "AzureWebJobsStorage";

/// What `storage` gives the host's identity there.
const HOST_ROLES: [&str; 2] = ["Storage Blob Data Owner", "Storage Queue Data Contributor"];

/// Settings that the service or a deployment writes for one app alone.
const OF_THE_SERVICE: [&str; 3] = [
    "WEBSITE_HTTPLOGGING_RETENTION_DAYS",
    "WEBSITE_CONTENTSHARE",
    "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
];

/// Reads `@Microsoft.KeyVault(VaultName=kv;SecretName=pin)`.
fn vault_reference(value: &str) -> Option<(&str, &str)> {
    let inner = value.strip_prefix("@Microsoft.KeyVault(")?.strip_suffix(')')?;
    let mut parts = inner.split(';');
    let vault = parts.next()?.strip_prefix("VaultName=")?;
    let secret = parts.next()?.strip_prefix("SecretName=")?;
    parts.next().is_none().then_some((vault, secret))
}

/// Returns what the app runs: `runtime` or `image`.
fn stack(config: &Value, is_function: bool) -> Option<(&'static str, String)> {
    let linux = text(config, "/properties/linuxFxVersion");
    let windows = text(config, "/properties/windowsFxVersion");
    if let Some((stack, version)) = linux.or(windows).and_then(|stack| stack.split_once('|')) {
        let stack = stack.to_ascii_lowercase();
        return match &*stack {
            "docker" => Some(("image", version.to_owned())),
            // Several containers are described by a file of their own.
            "compose" | "kube" | "sitecontainers" => None,
            "dotnetcore" => Some(("runtime", format!("dotnet|{version}"))),
            _ => Some(("runtime", format!("{stack}|{version}"))),
        };
    }
    let version = |name: &str| text(config, &format!("/properties/{name}"));
    let runtime = |stack: &str, version: &str| Some(("runtime", format!("{stack}|{version}")));
    if let Some(java) = version("javaVersion") {
        return runtime("java", java);
    }
    if let Some(node) = version("nodeVersion") {
        return runtime("node", node.trim_start_matches('~'));
    }
    match (version("powerShellVersion").filter(|_| is_function), version("netFrameworkVersion")) {
        (Some(shell), _) => runtime("powershell", shell.trim_start_matches('~')),
        // Every app says v4.0, whatever it runs.
        (None, Some(net)) if net != "v4.0" && !is_function => {
            runtime("dotnet", net.trim_start_matches('v'))
        }
        _ => None,
    }
}

fn ftps(state: &str) -> &'static str {
    match state {
        "AllAllowed" => "all",
        "FtpsOnly" => "ftpsOnly",
        _ => "disabled",
    }
}

fn log_config(properties: &Value) -> Map {
    let mut map = Map::default();
    let http = &properties["httpLogs"]["fileSystem"];
    if http["enabled"] == true {
        let mut kept = Map::default();
        for (key, name) in [("retentionDays", "retentionInDays"), ("retentionMb", "retentionInMb")]
        {
            if let Some(count) = http[name].as_u64().filter(|count| *count > 0) {
                kept.set(key, count);
            }
        }
        map.set("http", kept);
    }
    let level = text(properties, "/applicationLogs/fileSystem/level").unwrap_or("Off");
    if level != "Off" {
        map.set("application", plain(level.to_ascii_lowercase()));
    }
    for (key, name) in
        [("detailedErrors", "detailedErrorMessages"), ("failedRequests", "failedRequestsTracing")]
    {
        if properties[name]["enabled"] == true {
            map.set(key, true);
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stacks_are_read_as_the_language_writes_them() {
        let of = |config: Value, is_function| {
            let body = json!({ "properties": config });
            stack(&body, is_function).map(|(key, value)| format!("{key} {value}"))
        };
        let linux = |stack: &str| json!({ "linuxFxVersion": stack });
        assert_eq!(of(linux("DOTNETCORE|8.0"), false).as_deref(), Some("runtime dotnet|8.0"));
        assert_eq!(
            of(linux("DOCKER|r.example/a@sha256:1"), false).as_deref(),
            Some("image r.example/a@sha256:1")
        );
        assert_eq!(of(linux("COMPOSE|abc"), false), None);
        assert_eq!(of(json!({ "nodeVersion": "~20" }), false).as_deref(), Some("runtime node|20"));
        assert_eq!(of(json!({ "netFrameworkVersion": "v4.0" }), false), None);
    }

    #[test]
    fn references_to_a_vault_are_read() {
        let reference = "@Microsoft.KeyVault(VaultName=kv;SecretName=pin)";
        assert_eq!(vault_reference(reference), Some(("kv", "pin")));
        assert_eq!(vault_reference("@Microsoft.KeyVault(SecretUri=https://kv/)"), None);
    }
}
