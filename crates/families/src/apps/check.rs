//! Web apps and function apps.

mod door;
mod settings;

use topology::family::Check;
use topology::{Diagnostic, Place, Ref, Stamp};

use super::{App, AppKind, AppLogs};
use crate::plans::{Os, Plan, sleeps};
use crate::vaults;

pub use door::{Asks, router_is_let_in};

/// Files what is wrong with an app.
pub(super) fn app(check: &mut Check<'_>, app: &App, stamp: &Stamp) {
    let is_broken = check.is_broken(&stamp.place, "plan");
    if stamp.sections.one::<Plan>().is_none() && !app.existing && !is_broken {
        let help = "give the stamp a `plan`, or the app `existing: true`";
        check.error("missing-plan", &app.place, "the app has no plan to run on", help);
    }
    if let (Some(runtime), Some(image)) = (&app.runtime, &app.image) {
        check.file(
            Diagnostic::error(
                "runtime-and-image",
                &image.place,
                "an app has a runtime or an image",
            )
            .also(&runtime.place, "the runtime")
            .help("remove one of them: an image brings its runtime with it"),
        );
    }
    plan_fits(check, app, stamp);
    runtime_fits(check, app);
    clone_chain(check, app);
    settings::function(check, app);
    settings::app_settings(check, app, stamp);
    if let Some(path) = &app.health_path {
        check.path("healthPath", path);
    }
    settings(check, app, stamp);
    identity_users(check, app);
    if let Some(logs) = &app.logs {
        self::logs(check, logs);
    }
    for access in &app.vault_access {
        vaults::rights(check, &access.secrets, &access.keys, &access.certificates);
    }
}

fn plan_fits(check: &mut Check<'_>, app: &App, stamp: &Stamp) {
    let Some(sku) = stamp.sections.one::<Plan>().and_then(|plan| plan.sku.as_ref()) else {
        return;
    };
    if let Some(on) = app.always_on.as_ref().filter(|on| on.value && sleeps(sku)) {
        check.file(
            Diagnostic::error(
                "always-on-free",
                &on.place,
                format!("plans of size `{}` have no always-on", sku.value),
            )
            .also(&sku.place, "the plan's size")
            .help("set `alwaysOn: false`, or take size `B1` or larger"),
        );
    }
}

/// Files stacks that the other kind of app has.
fn runtime_fits(check: &mut Check<'_>, app: &App) {
    let Some(runtime) = &app.runtime else { return };
    let owner = match runtime.stack.as_str() {
        "dotnet-isolated" | "powershell" | "custom" => AppKind::Function,
        "php" | "ruby" | "go" | "tomcat" | "jbosseap" => AppKind::Web,
        _ => return,
    };
    if app.kind() != owner {
        let message = format!("`{}` is a stack of {owner} apps", runtime.stack);
        let help = format!("write `kind: {owner}`, or take another stack");
        check.error("runtime-kind", &runtime.place, message, &help);
    }
}

/// Files apps that are clones of each other: one of them must have a configuration of its own.
fn clone_chain(check: &mut Check<'_>, app: &App) {
    let Some(origin) = &app.clone_of else { return };
    let mut seen: Vec<&Ref<App>> = vec![origin];
    let mut next = super::find(check.topology(), &origin.value);
    while let Some((_, source)) = next {
        if source.place == app.place && source.name == app.name {
            let message = format!("the app is a clone of itself, through `{}`", **origin);
            let help = "give `cloneOf` to the copies alone, in their stamps' own `apps`";
            check.error("clone-cycle", &origin.place, message, help);
            return;
        }
        let Some(further) = &source.clone_of else { return };
        if seen.contains(&&**further) {
            return;
        }
        seen.push(further);
        next = super::find(check.topology(), &further.value);
    }
}

fn settings(check: &mut Check<'_>, app: &App, stamp: &Stamp) {
    // Of an app on a plan that is not declared here, the operating system is not known.
    let os = stamp.sections.one::<Plan>().map(|plan| plan.os());
    for (name, value) in &app.settings {
        setting_name(check, name, &value.place, os);
    }
    for (name, value) in &app.connection_strings {
        setting_name(check, name, &value.place, None);
    }
    for name in app.slot_settings.iter().flatten() {
        let is = |known: &String| match os {
            Some(Os::Windows) => known.eq_ignore_ascii_case(&name.value),
            _ => *known == name.value,
        };
        let known = app.settings.keys().chain(app.connection_strings.keys()).any(is);
        // A clone or an existing app may have settings that the file does not name.
        if !known && app.clone_of.is_none() && !app.existing && !app.adopt {
            let message = format!("`{}` is no setting of this app", name.value);
            let help = "`slotSettings` names keys of `settings` and `connectionStrings`";
            check.error("dangling-reference", &name.place, message, help);
        }
    }
}

/// Files a name that App Service does not take: on Linux it becomes that of an environment
/// variable, in which `__` stands for `:`.
///
/// Source: <https://learn.microsoft.com/azure/app-service/configure-common>.
fn setting_name(check: &mut Check<'_>, name: &str, place: &Place, os: Option<Os>) {
    let sound = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let bad = name.chars().find(|c| !sound(*c)).filter(|_| os == Some(Os::Linux));
    if name.trim().is_empty() {
        check.error("bad-setting", place, "a setting without a name", "give it one");
    } else if let Some(bad) = bad {
        let message = format!("setting `{name}` holds `{bad}`, which a Linux app does not take");
        let instead: String =
            name.replace(':', "__").chars().map(|c| if sound(c) { c } else { '_' }).collect();
        check.error("bad-setting", place, message, &format!("write `{instead}`"));
    }
}

fn identity_users(check: &mut Check<'_>, app: &App) {
    let has_system = app.identity.as_ref().is_some_and(|identity| identity.system)
        || check.is_broken(&app.place, "identity");
    let first = app.permissions.first().map(|it| &it.place);
    let first = first.or(app.vault_access.first().map(|it| &it.place));
    if let Some(place) = first.filter(|_| !has_system && !app.existing && app.clone_of.is_none()) {
        let help = "write `identity: system`, or give the rights to an entry of `identities`";
        let message = "rights are given to the app's system identity, which it has not";
        check.error("no-identity", place, message, help);
    }
}

fn logs(check: &mut Check<'_>, logs: &AppLogs) {
    let Some(http) = &logs.http else { return };
    if let Some(size) = http.retention_mb.as_ref().filter(|it| !(25..=100).contains(&it.value)) {
        let message = format!("`retentionMb` is {}; Azure allows 25 to 100", size.value);
        check.error("out-of-range", &size.place, message, "");
    }
}
