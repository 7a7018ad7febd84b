//! Web apps and function apps.

use super::Check;
use super::plan::sleeps;
use crate::{App, AppKind, AppLogs, Diagnostic, Os, Place, Plan, Ref, Sp, Stamp};

/// Kinds of access that a vault's access policy can grant, for secrets, keys and certificates.
/// Source: <https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update>.
const SECRET_RIGHTS: &[&str] =
    &["all", "backup", "delete", "get", "list", "purge", "recover", "restore", "set"];

/// See [`SECRET_RIGHTS`].
const KEY_RIGHTS: &[&str] = &[
    "all",
    "backup",
    "create",
    "decrypt",
    "delete",
    "encrypt",
    "get",
    "getrotationpolicy",
    "import",
    "list",
    "purge",
    "recover",
    "release",
    "restore",
    "rotate",
    "setrotationpolicy",
    "sign",
    "unwrapKey",
    "update",
    "verify",
    "wrapKey",
];

/// See [`SECRET_RIGHTS`].
const CERTIFICATE_RIGHTS: &[&str] = &[
    "all",
    "backup",
    "create",
    "delete",
    "deleteissuers",
    "get",
    "getissuers",
    "import",
    "list",
    "listissuers",
    "managecontacts",
    "manageissuers",
    "purge",
    "recover",
    "restore",
    "setissuers",
    "update",
];

impl Check<'_> {
    pub(crate) fn app(&mut self, app: &App, stamp: &Stamp) {
        let is_broken = self.broken.contains(&(stamp.place.clone(), "plan"));
        if stamp.sections.one::<Plan>().is_none() && !app.existing && !is_broken {
            let help = "give the stamp a `plan`, or the app `existing: true`";
            self.error("missing-plan", &app.place, "the app has no plan to run on", help);
        }
        if let (Some(runtime), Some(image)) = (&app.runtime, &app.image) {
            self.diagnostics.push(
                Diagnostic::error(
                    "runtime-and-image",
                    &image.place,
                    "an app has a runtime or an image",
                )
                .also(&runtime.place, "the runtime")
                .help("remove one of them: an image brings its runtime with it"),
            );
        }
        self.plan_fits(app, stamp);
        self.runtime_fits(app);
        self.clone_chain(app);
        self.function(app);
        self.app_settings(app, stamp);
        if let Some(path) = &app.health_path {
            self.path("healthPath", path);
        }
        self.settings(app, stamp);
        self.identity_users(app);
        if let Some(logs) = &app.logs {
            self.logs(logs);
        }
        for access in &app.vault_access {
            self.rights(&access.secrets, SECRET_RIGHTS);
            self.rights(&access.keys, KEY_RIGHTS);
            self.rights(&access.certificates, CERTIFICATE_RIGHTS);
        }
    }

    fn plan_fits(&mut self, app: &App, stamp: &Stamp) {
        let Some(sku) = stamp.sections.one::<Plan>().and_then(|plan| plan.sku.as_ref()) else {
            return;
        };
        if let Some(on) = app.always_on.as_ref().filter(|on| on.value && sleeps(sku)) {
            self.diagnostics.push(
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
    fn runtime_fits(&mut self, app: &App) {
        let Some(runtime) = &app.runtime else { return };
        let owner = match runtime.stack.as_str() {
            "dotnet-isolated" | "powershell" | "custom" => AppKind::Function,
            "php" | "ruby" | "go" | "tomcat" | "jbosseap" => AppKind::Web,
            _ => return,
        };
        if app.kind() != owner {
            let message = format!("`{}` is a stack of {owner} apps", runtime.stack);
            let help = format!("write `kind: {owner}`, or take another stack");
            self.error("runtime-kind", &runtime.place, message, &help);
        }
    }

    /// Files apps that are clones of each other: one of them must have a configuration of its own.
    fn clone_chain(&mut self, app: &App) {
        let Some(origin) = &app.clone_of else { return };
        let mut seen: Vec<&Ref<App>> = vec![origin];
        let mut next = self.topology.app(&origin.value);
        while let Some((_, source)) = next {
            if source.place == app.place && source.name == app.name {
                let message = format!("the app is a clone of itself, through `{}`", **origin);
                let help = "give `cloneOf` to the copies alone, in their stamps' own `apps`";
                self.error("clone-cycle", &origin.place, message, help);
                return;
            }
            let Some(further) = &source.clone_of else { return };
            if seen.contains(&&**further) {
                return;
            }
            seen.push(further);
            next = self.topology.app(&further.value);
        }
    }

    fn settings(&mut self, app: &App, stamp: &Stamp) {
        // Of an app on a plan that is not declared here, the operating system is not known.
        let os = stamp.sections.one::<Plan>().map(|plan| plan.os());
        for (name, value) in &app.settings {
            self.setting_name(name, &value.place, os);
        }
        for (name, value) in &app.connection_strings {
            self.setting_name(name, &value.place, None);
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
                self.error("dangling-reference", &name.place, message, help);
            }
        }
    }

    /// Files a name that App Service does not take: on Linux it becomes that of an environment
    /// variable, in which `__` stands for `:`.
    ///
    /// Source: <https://learn.microsoft.com/azure/app-service/configure-common>.
    fn setting_name(&mut self, name: &str, place: &Place, os: Option<Os>) {
        let sound = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let bad = name.chars().find(|c| !sound(*c)).filter(|_| os == Some(Os::Linux));
        if name.trim().is_empty() {
            self.error("bad-setting", place, "a setting without a name", "give it one");
        } else if let Some(bad) = bad {
            let message =
                format!("setting `{name}` holds `{bad}`, which a Linux app does not take");
            let instead: String =
                name.replace(':', "__").chars().map(|c| if sound(c) { c } else { '_' }).collect();
            self.error("bad-setting", place, message, &format!("write `{instead}`"));
        }
    }

    fn identity_users(&mut self, app: &App) {
        let has_system = app.identity.as_ref().is_some_and(|identity| identity.system)
            || self.broken.contains(&(app.place.clone(), "identity"));
        let first = app.permissions.first().map(|it| &it.place);
        let first = first.or(app.vault_access.first().map(|it| &it.place));
        if let Some(place) =
            first.filter(|_| !has_system && !app.existing && app.clone_of.is_none())
        {
            let help = "write `identity: system`, or give the rights to an entry of `identities`";
            let message = "rights are given to the app's system identity, which it has not";
            self.error("no-identity", place, message, help);
        }
    }

    fn logs(&mut self, logs: &AppLogs) {
        let Some(http) = &logs.http else { return };
        if let Some(size) = http.retention_mb.as_ref().filter(|it| !(25..=100).contains(&it.value))
        {
            let message = format!("`retentionMb` is {}; Azure allows 25 to 100", size.value);
            self.error("out-of-range", &size.place, message, "");
        }
    }

    /// Files a path that doesn't begin with a slash.
    pub fn path(&mut self, key: &str, path: &Sp<String>) {
        if !path.value.is_empty() && !path.starts_with('/') {
            let message = format!("`{key}` is `{}`, which does not begin with `/`", path.value);
            let help = format!("write `/{}`", path.value);
            self.error("bad-path", &path.place, message, &help);
        }
    }

    /// Files rights to secrets, keys and certificates that vaults don't know.
    pub fn vault_rights(
        &mut self,
        secrets: &[Sp<String>],
        keys: &[Sp<String>],
        certificates: &[Sp<String>],
    ) {
        self.rights(secrets, SECRET_RIGHTS);
        self.rights(keys, KEY_RIGHTS);
        self.rights(certificates, CERTIFICATE_RIGHTS);
    }

    fn rights(&mut self, written: &[Sp<String>], known: &[&'static str]) {
        for right in written {
            if !known.iter().any(|known| known.eq_ignore_ascii_case(right)) {
                let near = crate::suggest::closest(right, known.iter().copied());
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("allowed are {}", crate::decode::quoted(known)),
                };
                let message = format!("`{}` is not a right in a key vault", right.value);
                self.error("unknown-value", &right.place, message, &help);
            }
        }
    }
}
