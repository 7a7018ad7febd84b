//! Secrets of vaults: what ARM shows of them, and the data plane, which answers under
//! `<vault>.vault.azure.net`.
//!
//! ARM and the data plane know one secret; its value is answered by the data plane alone. Rights are not
//! checked beyond the token and the vault's firewall, as in ARM.
//!
//! Sources: <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret>,
//! <https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses>.

use axum::http::Method;
use resource::ResourceId;
use serde_json::{Value, json};

use super::{VAULT, VERSIONS};
use crate::kind::azure::Azure;
use crate::kind::{Draft, Kind, Place, Put};
use crate::protocol::token;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// A secret.
pub(super) const KIND: Kind = Kind {
    name: SECRET,
    put: Put::direct(201, 200),
    place: Place::None,
    versions: VERSIONS,
    has_state: false,
    dropped: &["/properties/value"],
    settle,
    ..Kind::GENERIC
};

const SECRET: &str = "Microsoft.KeyVault/vaults/secrets";

/// The resource that tokens must be for.
const AUDIENCE: &str = "https://vault.azure.net";

/// How the host of a vault ends.
const SUFFIX: &str = ".vault.azure.net";

/// Under which name the value is kept, which ARM never answers.
const VALUE: &str = "value";

fn settle(_: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let vault = draft.id.parent().map(|vault| vault.name().to_owned()).unwrap_or_default();
    let uri = format!("https://{vault}{SUFFIX}/secrets/{}", draft.id.name());
    if let Some(value) = draft.sent.pointer("/properties/value").filter(|value| value.is_string()) {
        draft.hidden.insert(VALUE.to_owned(), value.clone());
    }
    json::fill(draft.properties(), &json!({"attributes": {"enabled": true}}));
    draft.properties()["secretUri"] = json!(uri);
    Ok(())
}

/// Answers a request for the secrets of a vault, or `None` where the host is no vault's.
pub(super) fn answer(azure: &mut Azure, request: &Request) -> Option<Answer> {
    let name = request.host.strip_suffix(SUFFIX)?;
    let vault = azure.state.of_type(VAULT).find(|vault| vault.id.name().eq_ignore_ascii_case(name));
    let vault = vault?.clone();
    Some(match check(azure, request, &vault) {
        Ok(()) => route(azure, request, &vault.id),
        Err(refusal) => refusal,
    })
}

/// Refuses who has no token for vaults, names no version of the API, or is kept out by the firewall.
fn check(azure: &Azure, request: &Request, vault: &Stored) -> Result<(), Answer> {
    let audience = token::audience_of(azure, request);
    if !audience.is_ok_and(|audience| audience.trim_end_matches('/') == AUDIENCE) {
        let (origin, tenant) = (&azure.origin, &azure.settings.tenant);
        let challenge =
            format!("Bearer authorization=\"{origin}/{tenant}\", resource=\"{AUDIENCE}\"");
        let text = "AKV10000: Request is missing a Bearer or PoP token.";
        return Err(Answer::error(401, "Unauthorized", text).with("www-authenticate", challenge));
    }
    if request.api_version().is_none() {
        let text = "AKV10002: The api-version query parameter is required.";
        return Err(Answer::error(400, "BadParameter", text));
    }
    let is = |pointer: &str, value: &str| vault.text(pointer).is_some_and(|text| text == value);
    let rules = vault.property("/networkAcls/ipRules").and_then(Value::as_array);
    let is_closed = is("/publicNetworkAccess", "Disabled")
        || is("/networkAcls/defaultAction", "Deny") && rules.is_none_or(Vec::is_empty);
    if is_closed {
        let text = "Public network access is disabled and request is not from a trusted service nor via an approved private link.";
        return Err(Answer::error(403, "Forbidden", text));
    }
    Ok(())
}

fn route(azure: &mut Azure, request: &Request, vault: &ResourceId) -> Answer {
    match (&request.method, request.segments().as_slice()) {
        (&Method::GET, ["secrets"]) => list(azure, vault),
        (&Method::GET, ["secrets", name, version @ ..]) if version.len() < 2 => {
            read(azure, vault, name, version.first().copied())
        }
        _ => Answer::error(405, "MethodNotAllowed", "The request method is not allowed."),
    }
}

/// Returns how a version of a secret is called; only the newest one is kept.
fn version_of(stored: &Stored) -> String {
    format!("{:032x}", stored.version)
}

fn list(azure: &Azure, vault: &ResourceId) -> Answer {
    let rows: Vec<Value> = azure.state.of_type_below(SECRET, vault).map(view).collect();
    Answer::json(200, json!({"value": rows, "nextLink": null}))
}

fn read(azure: &Azure, vault: &ResourceId, name: &str, version: Option<&str>) -> Answer {
    let stored = azure.state.get(&vault.child("secrets", name));
    let is_meant = |stored: &&Stored| {
        version.is_none_or(|version| version.is_empty() || version == version_of(stored))
    };
    let Some(stored) = stored.filter(is_meant) else {
        let text = format!(
            "A secret with (name/id) {name} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
        );
        return Answer::error(404, "SecretNotFound", text);
    };
    if stored.property("/attributes/enabled") == Some(&json!(false)) {
        let text = "Operation get is not allowed on a disabled secret.";
        return Answer::error(403, "Forbidden", text);
    }
    let mut body = view(stored);
    let id = body["id"].as_str().unwrap_or_default();
    body["id"] = json!(format!("{id}/{}", version_of(stored)));
    body["value"] = stored.hidden.get(VALUE).cloned().unwrap_or_default();
    Answer::json(200, body)
}

/// Returns what a list shows of a secret.
fn view(stored: &Stored) -> Value {
    let mut body = json!({
        "id": stored.text("/secretUri"),
        "attributes": stored.property("/attributes"),
        "tags": stored.body["tags"],
    });
    if let Some(kind) = stored.text("/contentType") {
        body["contentType"] = json!(kind);
    }
    body
}
