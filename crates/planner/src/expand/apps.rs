//! Web apps and function apps: the site, its configuration, its settings, its logs.

use plan::Band;
use resource::{Expression, ResourceId, absent};
use serde_json::{Map, Value, json};
use topology::{App, AppKind, AppLogs, FreeMap, LogLevel, Os, Plan, Runtime, Stamp};

use super::permissions::Holder;
use super::{Expansion, Home, Life};
use crate::desired::{DesiredResource, StampProbe};
use crate::family::Expand;

impl Expand for App {
    fn expand(&self, expansion: &mut Expansion<'_>, home: Home<'_>, key: &str) {
        if let Some(stamp) = home.stamp() {
            expansion.app(home, stamp, key, self);
        }
    }
}

impl Expansion<'_> {
    fn app(&mut self, home: Home<'_>, stamp: &Stamp, key: &str, app: &App) {
        let Some(id) = self.id_in(home, key, app) else { return };
        let address = home.address(key);
        let band = home.band(Band::Global);
        let source = app.clone_of.as_ref().and_then(|target| self.id_of(target));
        let body = self.site_body(home, stamp, app);
        let mut site = DesiredResource::managed(&address, id.clone(), band.clone(), body);
        site.clone_of = source.clone();
        self.add(site, Life::of(app), &app.place);
        if app.existing {
            return;
        }
        let os = stamp.sections.one::<Plan>().map_or(Os::Linux, |plan| plan.os());
        for (name, label, properties) in self.documents(app, os, source.is_some()) {
            let body = json!({ "properties": properties });
            let document = id.child("config", name);
            let mut resource = DesiredResource::managed(
                format!("{address}/{label}"),
                document,
                band.clone(),
                body,
            );
            resource.clone_of = cloned_document(source.as_ref(), name);
            self.add(resource, Life { adopt: app.adopt, ..Life::default() }, &app.place);
        }
        let holder = Holder { address, band, id: id.clone(), pointer: "/identity/principalId" };
        self.permissions(&holder, &app.permissions);
        self.vault_access(&holder, &app.vault_access);
        self.probe(home, key, app, id);
    }

    fn site_body(&self, home: Home<'_>, stamp: &Stamp, app: &App) -> Value {
        let linux = stamp.sections.one::<Plan>().is_none_or(|plan| plan.os() == Os::Linux);
        let mut body = json!({
            "location": self.location(home, None),
            "tags": self.tags(home, &app.tags),
            "properties": {
                "httpsOnly": app.https_only.as_ref().is_none_or(|only| only.value),
            },
        });
        let cloned = app.clone_of.is_some();
        if !cloned || app.image.is_some() || app.runtime.is_some() {
            body["kind"] = json!(kind(app, linux));
        }
        let properties = &mut body["properties"];
        if cloned && app.https_only.is_none() {
            properties.as_object_mut().map(|members| members.remove("httpsOnly"));
        }
        if !cloned || app.client_affinity.is_some() {
            let sticks = app.client_affinity.as_ref().is_some_and(|affinity| affinity.value);
            properties["clientAffinityEnabled"] = json!(sticks);
        }
        if let Some(plan) = self.plan_id(home) {
            properties["serverFarmId"] = json!(plan.as_str());
        }
        if linux && !cloned {
            properties["reserved"] = json!(true);
        }
        if let Some(enabled) = &app.enabled {
            properties["enabled"] = json!(enabled.value);
        }
        if let Some(identity) = self.identity_body(app) {
            body["identity"] = identity;
        }
        body
    }

    fn identity_body(&self, app: &App) -> Option<Value> {
        let identity = &app.identity.as_ref()?.value;
        let kind = match (identity.system, identity.user.is_empty()) {
            (true, true) => "SystemAssigned",
            (true, false) => "SystemAssigned, UserAssigned",
            (false, false) => "UserAssigned",
            (false, true) => "None",
        };
        let mut body = json!({ "type": kind });
        if !identity.user.is_empty() {
            let ids = identity.user.iter().filter_map(|target| self.id_of(target));
            let map: Map<String, Value> =
                ids.map(|id| (id.as_str().to_owned(), json!({}))).collect();
            body["userAssignedIdentities"] = Value::Object(map);
        }
        Some(body)
    }

    /// Returns the configuration documents that the app declares: name, label, properties.
    fn documents(
        &self,
        app: &App,
        os: Os,
        cloned: bool,
    ) -> Vec<(&'static str, &'static str, Value)> {
        let mut documents = vec![("web", "config", site_config(app, os, cloned))];
        let settings = self.settings(app);
        if cloned || settings.as_object().is_some_and(|settings| !settings.is_empty()) {
            documents.push(("appsettings", "settings", settings));
        }
        if !app.connection_strings.is_silent() {
            documents.push(("connectionstrings", "connectionStrings", self.connections(app)));
        }
        if let Some(names) = &app.slot_settings {
            let names: Vec<&str> = names.iter().map(|name| name.value.as_str()).collect();
            documents.push((
                "slotConfigNames",
                "slotSettings",
                json!({ "appSettingNames": names }),
            ));
        }
        if let Some(logs) = &app.logs {
            documents.push(("logs", "logs", log_config(logs)));
        }
        documents
    }

    fn settings(&self, app: &App) -> Value {
        let mut settings: Map<String, Value> = app
            .settings
            .iter()
            .map(|(name, text)| (name.clone(), self.setting(&text.value)))
            .chain(not_there(&app.settings))
            .collect();
        if app.kind() == AppKind::Function {
            // What every function app needs, unless it is written.
            // Source: <https://learn.microsoft.com/azure/azure-functions/functions-app-settings>.
            let mut default = |name: &str, value: Value| {
                // App Service takes a setting in one case alone.
                if !settings.keys().any(|known| known.eq_ignore_ascii_case(name)) {
                    settings.insert(name.to_owned(), value);
                }
            };
            default("FUNCTIONS_EXTENSION_VERSION", json!("~4"));
            if let Some(runtime) = &app.runtime {
                default("FUNCTIONS_WORKER_RUNTIME", json!(runtime.value.stack));
            }
            if let Some(account) = app.storage.as_ref().and_then(|target| self.id_of(target)) {
                default("AzureWebJobsStorage__accountName", json!(account.name()));
            }
        }
        Value::Object(settings)
    }

    fn connections(&self, app: &App) -> Value {
        let connections = app.connection_strings.iter().map(|(name, connection)| {
            let kind = connection.kind.as_ref().map_or("Custom".to_owned(), |kind| {
                let word = kind.value.as_str();
                word[..1].to_ascii_uppercase() + &word[1..]
            });
            (name.clone(), json!({ "value": self.text(&connection.value.value), "type": kind }))
        });
        Value::Object(connections.chain(not_there(&app.connection_strings)).collect())
    }

    /// Notes how the app is probed where no router says otherwise: by its health path.
    fn probe(&mut self, home: Home<'_>, key: &str, app: &App, id: ResourceId) {
        let Some(stamp) = home.name() else { return };
        self.desired.probes.push(StampProbe {
            stamp: stamp.to_owned(),
            address: home.address(key),
            app: id,
            path: app.health_path.as_ref().map(|path| path.value.clone()).unwrap_or_default(),
            headers: vec![],
            expected: vec![],
            has_artefact: has_artefact(app),
            routers: vec![],
        });
    }
}

/// Returns the keys that shall not be there, as a body has them.
fn not_there<T>(map: &FreeMap<T>) -> impl Iterator<Item = (String, Value)> {
    map.absent().iter().map(|key| (key.value.clone(), absent()))
}

/// Returns the document of the original that the clone's document takes over, if it does.
fn cloned_document(source: Option<&ResourceId>, name: &str) -> Option<ResourceId> {
    matches!(name, "web" | "appsettings").then(|| source.map(|id| id.child("config", name)))?
}

/// Tells whether the app has something to run from its first start: an image, or a package by URL.
/// Any other value of the setting means a package that is deployed later.
fn has_artefact(app: &App) -> bool {
    let package = app.settings.get("WEBSITE_RUN_FROM_PACKAGE");
    app.image.is_some()
        || package
            .and_then(|text| text.value.literal())
            .is_some_and(|package| package.starts_with("https://"))
}

fn kind(app: &App, linux: bool) -> String {
    let base = match app.kind() {
        AppKind::Web => "app",
        AppKind::Function => "functionapp",
    };
    match (linux, app.image.is_some()) {
        (true, true) => format!("{base},linux,container"),
        (true, false) => format!("{base},linux"),
        (false, true) => format!("{base},container,windows"),
        (false, false) => base.to_owned(),
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

/// Returns the principal of an identity as a value that is known once the identity exists.
pub fn principal(id: &ResourceId, pointer: &str) -> Value {
    Expression::reference(id, pointer).to_value()
}
