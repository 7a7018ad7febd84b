//! Web apps and function apps: the site, its configuration, its settings, its logs.

mod documents;
mod settings;

use std::collections::BTreeSet;

use plan::Band;
use planner::{DesiredResource, Expand, Expansion, Holder, Home, Life, StampProbe};
use resource::ResourceId;
use resource::catalogue::facts_of;
use serde_json::{Map, Value, json};
use topology::Stamp;
use topology::property::Record;
use topology::section::Entry;

use super::{App, AppIdentity, AppKind, Asker};
use crate::plans::{Os, Plan};
use crate::vaults;

impl Expand for App {
    fn expand(&self, expansion: &mut Expansion<'_>, home: Home<'_>, key: &str) {
        if let Some(stamp) = home.stamp() {
            self::app(expansion, home, stamp, key, self);
        }
    }

    fn finish(expansion: &mut Expansion<'_>) {
        for (stamp, key, app) in expansion.topology().every::<App>() {
            let home = expansion.home(stamp).unwrap_or(Home::GLOBAL);
            if let Some(id) = app.id(expansion, home, key).filter(|_| !app.existing) {
                note_refusals(expansion, app, id);
            }
        }
    }
}

fn app(expansion: &mut Expansion<'_>, home: Home<'_>, stamp: &Stamp, key: &str, app: &App) {
    let Some(id) = expansion.named_id(home, App::SECTION, key, app) else { return };
    let address = home.address(key);
    let band = home.band(Band::Global);
    let source = app.clone_of.as_ref().and_then(|target| expansion.id_of(target));
    let body = site_body(expansion, home, stamp, app);
    let mut site = DesiredResource::managed(&address, id.clone(), band.clone(), body);
    site.clone_of = source.clone();
    expansion.add(site, Life::of(app), &app.place);
    if app.existing {
        return;
    }
    let os = stamp.sections.one::<Plan>().map_or(Os::Linux, |plan| plan.os());
    for (name, label, properties) in documents::documents(expansion, app, os, source.is_some()) {
        let body = json!({ "properties": properties });
        let document = id.child("config", name);
        let mut resource =
            DesiredResource::managed(format!("{address}/{label}"), document, band.clone(), body);
        // One that no clone takes over is its own, and the original need not have any.
        let is_cloned = facts_of(&resource.id).cloned.is_some();
        let source = source.as_ref().filter(|_| is_cloned);
        resource.clone_of = source.map(|source| source.child("config", name));
        expansion.add(resource, Life { adopt: app.adopt, ..Life::default() }, &app.place);
    }
    let holder = Holder { address, band, id: id.clone() };
    expansion.permissions(&holder, &app.permissions);
    settings::host_rights(expansion, app, &holder);
    vaults::access(expansion, &holder, &app.vault_access);
    probe(expansion, home, key, app, id);
}

fn site_body(expansion: &Expansion<'_>, home: Home<'_>, stamp: &Stamp, app: &App) -> Value {
    let linux = stamp.sections.one::<Plan>().is_none_or(|plan| plan.os() == Os::Linux);
    let mut body = json!({
        "location": expansion.location(home, None),
        "tags": expansion.tags(home, &app.tags),
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
    if let Some(plan) = crate::plans::id(expansion, home) {
        properties["serverFarmId"] = json!(plan.as_str());
    }
    if linux && !cloned {
        properties["reserved"] = json!(true);
    }
    if let Some(enabled) = &app.enabled {
        properties["enabled"] = json!(enabled.value);
    }
    if let Some(identity) = identity_body(expansion, app) {
        body["identity"] = identity;
    }
    if cloned {
        app.put_given("", &mut body, expansion);
    } else {
        app.put(&mut body, expansion);
    }
    body
}

fn identity_body(expansion: &Expansion<'_>, app: &App) -> Option<Value> {
    let of_host = AppIdentity { system: true, user: vec![] };
    let identity = match &app.identity {
        Some(identity) => &identity.value,
        // The host of a function app reaches its storage account as the app itself.
        None if app.storage.is_some() && app.clone_of.is_none() => &of_host,
        None => return None,
    };
    let kind = match (identity.system, identity.user.is_empty()) {
        (true, true) => "SystemAssigned",
        (true, false) => "SystemAssigned, UserAssigned",
        (false, false) => "UserAssigned",
        (false, true) => "None",
    };
    let mut body = json!({ "type": kind });
    if !identity.user.is_empty() {
        let ids = identity.user.iter().filter_map(|target| expansion.id_of(target));
        let map: Map<String, Value> = ids.map(|id| (id.as_str().to_owned(), json!({}))).collect();
        body["userAssignedIdentities"] = Value::Object(map);
    }
    Some(body)
}

/// Notes how the app is probed where no router says otherwise: by its health path.
fn probe(expansion: &mut Expansion<'_>, home: Home<'_>, key: &str, app: &App, id: ResourceId) {
    let Some(stamp) = home.name() else { return };
    expansion.desired().probes.push(StampProbe {
        stamp: stamp.to_owned(),
        address: home.address(key),
        app: id,
        path: app.health_path.as_ref().map(|path| path.value.clone()).unwrap_or_default(),
        headers: vec![],
        expected: vec![],
        holds: None,
        has_artefact: has_artefact(app),
        routers: vec![],
    });
}

/// Tells whether the app has something to run from its first start: an image, or a package by URL.
/// Any other value of the setting means a package that is deployed later.
fn has_artefact(app: &App) -> bool {
    let setting = app.settings.get("WEBSITE_RUN_FROM_PACKAGE");
    let package = app.package.as_ref().or(setting);
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

/// Notes how an app answers us where its own declaration may shut us out: whatever it says of those
/// whom it does not name tells nothing of how well it is.
fn note_refusals(expansion: &mut Expansion<'_>, app: &App, id: ResourceId) {
    let probe = expansion.desired().probes.iter().find(|probe| probe.app == id);
    let path = probe.map_or("/", |probe| &probe.path);
    let shuts = app.shut_to(Asker::Anybody).into_iter().chain(app.shuts(path));
    let answers: BTreeSet<u16> = shuts.flat_map(|shut| shut.answers.iter().copied()).collect();
    if !answers.is_empty() {
        expansion.desired().refusals.insert(id, answers);
    }
}
