//! `Microsoft.KeyVault`: vaults, which are only softly deleted.
//!
//! Source: <https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview>; answers as
//! observed in recorded traffic.

mod secrets;

use axum::http::Method;
use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::family::Family;
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Draft, Form, Kind, Lies, Put, Tags};
use crate::protocol::operation::{self, Begin, Work};
use crate::protocol::{locks, scope};
use crate::store::state::Stored;
use crate::store::{clock, regions};
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

const VAULT: &str = "Microsoft.KeyVault/vaults";

/// The API versions of the provider.
const VERSIONS: &[&str] = &[
    "2015-06-01",
    "2016-10-01",
    "2018-02-14-preview",
    "2018-02-14",
    "2019-09-01",
    "2020-04-01-preview",
    "2021-04-01-preview",
    "2021-06-01-preview",
    "2021-10-01",
    "2021-11-01-preview",
    "2022-02-01-preview",
    "2022-07-01",
    "2022-11-01",
    "2023-02-01",
    "2023-07-01",
    "2024-04-01-preview",
    "2024-11-01",
    "2024-12-01-preview",
    "2025-05-01",
    "2026-02-01",
];

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of Key Vault.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS],
    shapes: Some(&SHAPES),
    asks: &[("/microsoft.keyvault/checknameavailability", |azure, request| {
        check_availability(azure, request)
    })],
    special,
    plane: secrets::answer,
    ..Family::new("Microsoft.KeyVault/")
};

/// The types of this family.
const KINDS: &[Kind] = &[
    Kind {
        name: VAULT,
        put: Put {
            creating: "RegisteringDns",
            form_again: Form::Direct,
            ..Put::long(200, 200, Form::State, 25.0, 0)
        },
        delete: Delete::direct(200),
        lies: Lies::Region,
        versions: VERSIONS,
        tags: Tags::Empty,
        defaults: r#"{"properties": {"accessPolicies": [], "enabledForDeployment": false, "enableSoftDelete": true, "softDeleteRetentionInDays": 90, "publicNetworkAccess": "Enabled"}}"#,
        dropped: &["/properties/createMode"],
        made: &["/vaultUri", "/hsmPoolResourceId"],
        words: &[
            ("/properties/sku/name", &["standard", "premium"]),
            ("/properties/sku/family", &["A"]),
        ],
        settle,
        after: |azure, draft| {
            let key = deleted_key(&azure.location_of(&draft.id), draft.id.name());
            azure.state.deleted.remove(&key);
        },
        view: |azure, stored, body| {
            let by = azure.principal();
            let created = clock::text(stored.created);
            body["systemData"] = json!({"createdBy": by, "createdByType": "Application", "createdAt": created, "lastModifiedBy": by, "lastModifiedByType": "Application", "lastModifiedAt": created});
        },
        direct: |_, draft, body| {
            if draft.before.is_none()
                && let Some(uri) = body["properties"]["vaultUri"]
                    .as_str()
                    .map(|uri| uri.trim_end_matches('/').to_owned())
            {
                body["properties"]["vaultUri"] = json!(uri);
            }
        },
        after_delete: |azure, stored, _| {
            let location = regions::short(stored.body["location"].as_str().unwrap_or_default());
            let key = deleted_key(&location, stored.id.name());
            let mut kept = stored.clone();
            kept.created = azure.now;
            azure.state.deleted.insert(key, kept);
        },
        ..Kind::GENERIC
    },
    secrets::KIND,
];

fn deleted_key(location: &str, name: &str) -> String {
    format!("{location}/{name}").to_ascii_lowercase()
}

fn deleted_vaults(azure: &Azure) -> impl Iterator<Item = &Stored> {
    azure.state.deleted.values().filter(|stored| stored.kind().is(VAULT))
}

/// Answers `checkNameAvailability`; a deleted vault keeps its name.
pub(crate) fn check_availability(azure: &Azure, request: &Request) -> Result<Answer, Answer> {
    let sent = request.json()?;
    let name = sent["name"].as_str().unwrap_or_default();
    let mut all = azure.state.of_type(VAULT).chain(deleted_vaults(azure));
    let body = if all.any(|vault| vault.id.name().eq_ignore_ascii_case(name)) {
        json!({
            "nameAvailable": false,
            "reason": "AlreadyExists",
            "message": format!("The vault name '{name}' is already in use. Vault names are globally unique so it is possible that the name is already taken. If you are sure that the vault name was not taken then it is possible that a vault with the same name was recently deleted but not purged after being placed in a recoverable state. If the vault is in a recoverable state then the vault will need to be purged before reusing the name. For more information about VaultAlreadyExists, soft delete and purging a vault follow this link https://go.microsoft.com/fwlink/?linkid=2147740."),
        })
    } else {
        json!({"nameAvailable": true})
    };
    Ok(Answer::json(200, body))
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let name = draft.name();
    let location = draft.body["location"].as_str().map(regions::short).unwrap_or_default();
    let mode =
        draft.sent.pointer("/properties/createMode").and_then(Value::as_str).unwrap_or("default");
    let is_new = draft.before.is_none();
    let deleted = azure.state.deleted.get(&deleted_key(&location, &name));
    if is_new && mode.eq_ignore_ascii_case("recover") {
        let Some(deleted) = deleted else {
            return Err(missing_deleted(&name));
        };
        // Recovery ignores what was sent.
        draft.body = deleted.body.clone();
        return Ok(());
    }
    if is_new && deleted_vaults(azure).any(|stored| stored.id.name().eq_ignore_ascii_case(&name)) {
        let text = "A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.";
        return Err(Answer::error(409, "ConflictError", text));
    }
    let is_taken = azure
        .state
        .of_type(VAULT)
        .any(|other| other.id != draft.id && other.id.name().eq_ignore_ascii_case(&name));
    if is_taken {
        let text = format!(
            "The vault name '{name}' is already in use. Vault names are globally unique so it is possible that the name is already taken."
        );
        return Err(Answer::error(409, "VaultAlreadyExists", text));
    }
    // Since this version a vault goes by roles where nothing is said.
    if is_new && draft.api_version.as_str() >= "2026-02-01" {
        json::fill(draft.properties(), &json!({"enableRbacAuthorization": true}));
    }
    if !azure.is_unguarded {
        check_name(&name)?;
        check_kept(draft)?;
    }
    check_body(draft)?;
    let properties = draft.properties();
    properties["vaultUri"] =
        json!(format!("https://{}.vault.azure.net/", name.to_ascii_lowercase()));
    // Soft delete can no longer be switched off.
    properties["enableSoftDelete"] = json!(true);
    let plain = json!({"bypass": "AzureServices", "defaultAction": "Allow"});
    let acls = properties["networkAcls"].as_object();
    let is_plain = acls.is_some_and(|acls| {
        acls.iter().all(|(name, value)| {
            plain.get(name) == Some(value) || value.as_array().is_some_and(Vec::is_empty)
        })
    });
    if is_plain {
        json::remove(properties, "/networkAcls");
    }
    Ok(())
}

/// Checks the name against
/// <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates>.
fn check_name(name: &str) -> Result<(), Answer> {
    let is_good = (3..=24).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !name.ends_with('-')
        && !name.contains("--");
    if is_good {
        return Ok(());
    }
    let text = format!(
        "The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric \
         characters. The name must begin with a letter, end with a letter or digit, and not contain \
         consecutive hyphens."
    );
    Err(Answer::error(400, "VaultNameNotValid", text))
}

/// How long a deleted vault is kept is said once.
fn check_kept(draft: &Draft) -> Result<(), Answer> {
    const DAYS: &str = "/softDeleteRetentionInDays";
    let before = draft.before.as_ref().and_then(|before| before.property(DAYS));
    let sent = draft.sent["properties"].pointer(DAYS).filter(|sent| !sent.is_null());
    match (before, sent) {
        (Some(before), Some(sent)) if before != sent => {
            let text = "The property \"softDeleteRetentionInDays\" has been set already and it can't be modified.";
            Err(Answer::error(400, "BadRequest", text))
        }
        _ => Ok(()),
    }
}

fn check_body(draft: &Draft) -> Result<(), Answer> {
    let bad = |text: &str| Err(Answer::error(400, "BadRequest", text));
    if draft.text("/tenantId").is_none() {
        return bad("The parameter tenantId in the request body is required.");
    }
    if !["standard", "premium"].contains(&draft.text("/sku/name").unwrap_or_default()) {
        return bad("The parameter sku.name must be 'standard' or 'premium'.");
    }
    let uses_roles = draft.property("/enableRbacAuthorization") == Some(&json!(true));
    if !uses_roles && draft.sent.pointer("/properties/accessPolicies").is_none() && !draft.is_patch
    {
        return bad("The parameter accessPolicies in the request body is required.");
    }
    let before = draft.before.as_ref().and_then(|before| before.property("/enablePurgeProtection"));
    if before == Some(&json!(true))
        && draft.property("/enablePurgeProtection") != Some(&json!(true))
    {
        return bad(
            "The property \"enablePurgeProtection\" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.",
        );
    }
    Ok(())
}

fn missing_deleted(name: &str) -> Answer {
    let text = format!(
        "The specified deleted vault '{name}' does not exist. Ensure that the vault was indeed deleted and that it is in recoverable state. If soft delete was not enabled then the vault is permanently deleted. Follow this link for more information: https://go.microsoft.com/fwlink/?linkid=2149745"
    );
    Answer::error(404, "DeletedVaultNotFound", text)
}

fn deleted_view(azure: &Azure, stored: &Stored) -> Value {
    const DAY: u64 = 24 * 3600 * 1000;
    let location = regions::short(stored.body["location"].as_str().unwrap_or_default());
    let days = stored.property("/softDeleteRetentionInDays").and_then(Value::as_u64).unwrap_or(90);
    let name = stored.id.name();
    let mut body = json!({
        "id": format!("/subscriptions/{}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{name}", azure.settings.subscription),
        "name": name,
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": {
            "vaultId": stored.id.as_str(),
            "location": location,
            "tags": stored.body["tags"],
            "deletionDate": clock::text(stored.created),
            "scheduledPurgeDate": clock::text(stored.created + days * DAY),
        },
    });
    if let Some(protection) = stored.property("/enablePurgeProtection") {
        body["properties"]["purgeProtectionEnabled"] = protection.clone();
    }
    body
}

/// Answers what is asked about deleted vaults and access policies, or `None`.
pub(crate) fn special(azure: &mut Azure, request: &Request) -> Option<Answer> {
    let lower = request.path.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split('/').skip(1).collect();
    match (&request.method, parts.as_slice()) {
        (
            &Method::GET,
            ["subscriptions", _, "providers", "microsoft.keyvault", "deletedvaults"],
        ) => {
            let rows: Vec<Value> =
                deleted_vaults(azure).map(|stored| deleted_view(azure, stored)).collect();
            Some(Answer::json(200, json!({"value": rows})))
        }
        (
            &Method::GET,
            [
                "subscriptions",
                _,
                "providers",
                "microsoft.keyvault",
                "locations",
                location,
                "deletedvaults",
                name,
            ],
        ) => Some(match azure.state.deleted.get(&deleted_key(location, name)) {
            Some(stored) => Answer::json(200, deleted_view(azure, stored)),
            None => missing_deleted(name),
        }),
        (
            &Method::POST,
            [
                "subscriptions",
                _,
                "providers",
                "microsoft.keyvault",
                "locations",
                location,
                "deletedvaults",
                name,
                "purge",
            ],
        ) => Some(purge(azure, request, location, name)),
        (&Method::PUT, [.., "accesspolicies", kind @ ("add" | "remove" | "replace")]) => {
            Some(change_policies(azure, request, kind).unwrap_or_else(|refusal| refusal))
        }
        _ => None,
    }
}

fn purge(azure: &mut Azure, request: &Request, location: &str, name: &str) -> Answer {
    let key = deleted_key(location, name);
    let Some(stored) = azure.state.deleted.get(&key).cloned() else { return missing_deleted(name) };
    if stored.property("/enablePurgeProtection") == Some(&json!(true)) {
        let text = format!(
            "Operation \"purge\" is not allowed on vault '{name}' as it has purge protection enabled."
        );
        return Answer::error(403, "MethodNotAllowed", text);
    }
    azure.state.deleted.remove(&key);
    let version = request.api_version().unwrap_or_default();
    let begin = Begin {
        resource: &stored.id,
        work: Work::Action,
        word: "InProgress",
        secs: 10.0,
        retry_after: 5,
        api_version: version,
    };
    let operation = operation::begin(azure, &begin);
    operation::follow(azure, Answer::empty(202), &operation, Form::Location)
}

fn change_policies(azure: &mut Azure, request: &Request, kind: &str) -> Result<Answer, Answer> {
    let path = request.path.rsplitn(3, '/').last().unwrap_or_default();
    let id = ResourceId::parse(path).map_err(|_| scope::not_found(request))?;
    scope::check(azure, &id, "write")?;
    locks::check_write(azure, &id)?;
    let sent = request.json()?;
    let given = sent
        .pointer("/properties/accessPolicies")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let version = azure.state.next_version();
    let Some(vault) = azure.state.get_mut(&id) else { return Err(scope::missing_resource(&id)) };
    let mut policies =
        vault.body["properties"]["accessPolicies"].as_array().cloned().unwrap_or_default();
    let of = |policy: &Value| policy["objectId"].as_str().unwrap_or_default().to_ascii_lowercase();
    match kind {
        // As Terraform's provider has it: an update of one principal's policy is a replacement, and
        // those of others stay.
        // Source: <https://github.com/hashicorp/terraform-provider-azurerm> (key_vault_access_policy).
        "replace" => {
            policies.retain(|policy| !given.iter().any(|new| of(new) == of(policy)));
            policies.extend(given);
        }
        "remove" => policies.retain(|policy| !given.iter().any(|gone| of(gone) == of(policy))),
        _ => {
            for policy in given {
                match policies.iter_mut().find(|known| of(known) == of(&policy)) {
                    Some(known) => add_permissions(known, &policy),
                    None => policies.push(policy),
                }
            }
        }
    }
    vault.body["properties"]["accessPolicies"] = json!(policies);
    vault.version = version;
    azure.touched();
    let body = json!({"id": format!("{id}/accessPolicies/"), "type": "Microsoft.KeyVault/vaults/accessPolicies", "properties": {"accessPolicies": policies}});
    Ok(Answer::json(200, body))
}

/// Adding to a policy that exists joins the permissions, which are words without case.
fn add_permissions(known: &mut Value, policy: &Value) {
    for (area, more) in policy["permissions"].as_object().into_iter().flatten() {
        let mut all = known["permissions"][area].as_array().cloned().unwrap_or_default();
        for permission in more.as_array().into_iter().flatten() {
            let word = |known: &Value| known.as_str().map(str::to_ascii_lowercase);
            if !all.iter().any(|known| word(known) == word(permission)) {
                all.push(permission.clone());
            }
        }
        known["permissions"][area] = json!(all);
    }
}
