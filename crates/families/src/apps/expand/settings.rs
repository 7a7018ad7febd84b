//! The settings of an app: its own, and what a function app needs to start.

use planner::{Expansion, Holder};
use resource::{Expression, ResourceId, absent};
use serde_json::{Map, Value, json};
use topology::{FreeMap, Part, Permission, SecretSource, Sp, Text};

use super::super::{App, AppKind, ConnectionString, PullIdentity};

/// What the host of a function app does in its storage account.
/// Source: <https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity>.
const HOST_ROLES: [&str; 2] = ["Storage Blob Data Owner", "Storage Queue Data Contributor"];

/// Returns the value of an application setting. App Service resolves a Key Vault secret
/// itself, so that the secret never passes through here.
/// Source: <https://learn.microsoft.com/azure/app-service/app-service-key-vault-references>.
fn setting(expansion: &Expansion<'_>, text: &Text) -> Value {
    if let [Part::Secret(SecretSource::KeyVault { vault, name })] = text.0.as_slice() {
        return json!(format!("@Microsoft.KeyVault(VaultName={vault};SecretName={name})"));
    }
    expansion.text(text)
}

/// Returns the application settings that the app declares.
pub(super) fn settings(expansion: &Expansion<'_>, app: &App) -> Value {
    let mut settings: Map<String, Value> = app
        .settings
        .iter()
        .map(|(name, text)| (name.clone(), setting(expansion, &text.value)))
        .chain(not_there(&app.settings))
        .collect();
    // App Service takes a setting in one case alone.
    let mut default = |name: &str, value: Value| {
        if !settings.keys().any(|known| known.eq_ignore_ascii_case(name)) {
            settings.insert(name.to_owned(), value);
        }
    };
    if let Some(package) = &app.package {
        default("WEBSITE_RUN_FROM_PACKAGE", setting(expansion, &package.value));
    }
    if app.kind() == AppKind::Function {
        // What every function app needs, unless it is written.
        // Source: <https://learn.microsoft.com/azure/azure-functions/functions-app-settings>.
        default("FUNCTIONS_EXTENSION_VERSION", json!("~4"));
        if let Some(runtime) = &app.runtime {
            default("FUNCTIONS_WORKER_RUNTIME", json!(runtime.value.stack));
        }
        for (name, value) in host_storage(expansion, app) {
            default(name, value);
        }
    }
    Value::Object(settings)
}

/// Returns how the host of a function app reaches its storage account: by a connection string, or
/// as an identity.
fn host_storage(expansion: &Expansion<'_>, app: &App) -> Vec<(&'static str, Value)> {
    if let Some(connection) = &app.host_connection {
        return vec![("AzureWebJobsStorage", setting(expansion, &connection.value))];
    }
    let Some(account) = app.storage.as_ref().and_then(|target| expansion.id_of(target)) else {
        return vec![];
    };
    let mut settings = vec![("AzureWebJobsStorage__accountName", json!(account.name()))];
    if let Some(user) = host_user(expansion, app) {
        settings.push(("AzureWebJobsStorage__credential", json!("managedidentity")));
        settings.push(("AzureWebJobsStorage__clientId", client_id(&user)));
    }
    settings
}

/// Returns the identity that the host is where it is not the app's own.
fn host_user(expansion: &Expansion<'_>, app: &App) -> Option<ResourceId> {
    let identity = app.identity.as_ref().filter(|identity| !identity.system)?;
    identity.user.first().and_then(|user| expansion.id_of(user))
}

/// Gives the host of a function app its rights in the account that it reaches as an identity.
pub(super) fn host_rights(expansion: &mut Expansion<'_>, app: &App, holder: &Holder) {
    let Some(storage) = app.storage.as_ref().filter(|_| app.host_connection.is_none()) else {
        return;
    };
    let holder = match host_user(expansion, app) {
        Some(id) => Holder { id, ..holder.clone() },
        None => holder.clone(),
    };
    let permissions = HOST_ROLES.map(|role| Permission {
        role: Sp::new(role.to_owned(), storage.place.clone()),
        scope: Sp::new((*storage.value).clone(), storage.place.clone()),
        place: storage.place.clone(),
    });
    expansion.permissions(&holder, &permissions);
}

/// Returns the connection strings that the app declares.
pub(super) fn connections(expansion: &Expansion<'_>, app: &App) -> Value {
    let connections = app.connection_strings.iter().map(|(name, connection)| {
        let value = expansion.text(&connection.value.value);
        (name.clone(), json!({ "value": value, "type": kind(connection) }))
    });
    Value::Object(connections.chain(not_there(&app.connection_strings)).collect())
}

/// Returns how the image of an app is pulled as an identity.
pub(super) fn pull_identity(expansion: &Expansion<'_>, app: &App) -> Option<Value> {
    let client = match &app.pull_identity.as_ref()?.value {
        PullIdentity::System => json!(""),
        PullIdentity::User(user) => client_id(&expansion.id_of(user)?),
    };
    Some(json!({ "acrUseManagedIdentityCreds": true, "acrUserManagedIdentityID": client }))
}

fn kind(connection: &ConnectionString) -> String {
    connection.kind.as_ref().map_or("Custom".to_owned(), |kind| {
        let word = kind.value.as_str();
        word[..1].to_ascii_uppercase() + &word[1..]
    })
}

fn client_id(identity: &ResourceId) -> Value {
    Expression::reference(identity, "/properties/clientId").to_value()
}

/// Returns the keys that shall not be there, as a body has them.
fn not_there<T>(map: &FreeMap<T>) -> impl Iterator<Item = (String, Value)> {
    map.absent().iter().map(|key| (key.value.clone(), absent()))
}
