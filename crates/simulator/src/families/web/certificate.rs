//! Certificates of sites: from Key Vault, uploaded, or managed by App Service.
//!
//! Source: <https://learn.microsoft.com/azure/app-service/configure-ssl-certificate>.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{binding, plan_of, sites_on, webspace};
use crate::kind::azure::Azure;
use crate::kind::{Accepted, Delete, Draft, Errors, Form, Kind, Lies, Place, Put};
use crate::store::clock;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// A certificate.
pub(super) const KIND: Kind = Kind {
    name: "Microsoft.Web/certificates",
    put: Put::direct(200, 200),
    delete: Delete::direct(200),
    place: Place::Display,
    lies: Lies::Region,
    versions: super::VERSIONS,
    errors: Errors::Web,
    has_state: false,
    made: &["/thumbprint", "/issueDate", "/expirationDate", "/webSpace", "/keyVaultSecretStatus"],
    settle,
    view: |_, stored, body| {
        if stored.operation.is_some() {
            body["properties"]["thumbprint"] = Value::Null;
        }
    },
    before_delete,
    style: |draft, style| {
        if is_managed(draft) && draft.before.is_none() {
            Put {
                new: 202,
                form: Form::Location,
                secs: 90.0,
                retry_after: 15,
                body: Accepted::Nothing,
                ..style
            }
        } else {
            style
        }
    },
    ..Kind::GENERIC
};

const YEAR_MILLIS: u64 = 365 * 24 * 3600 * 1000;

fn is_managed(draft: &Draft) -> bool {
    draft.text("/keyVaultId").is_none_or(str::is_empty)
        && draft.sent.pointer("/properties/pfxBlob").is_none_or(Value::is_null)
        && draft.text("/canonicalName").is_some_and(|name| !name.is_empty())
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let hidden = draft.hidden.get("serverFarmId").and_then(Value::as_str).map(str::to_owned);
    let farm = draft.text("/serverFarmId").map(str::to_owned).or(hidden).unwrap_or_default();
    let plan = azure.state.named(&farm);
    // Only an uploaded certificate can do without a plan: its location says where it serves.
    if plan.is_none() && (!farm.is_empty() || !is_uploaded(draft)) {
        let name = farm.rsplit('/').next().unwrap_or_default();
        let text = format!("Cannot find serverFarm with name {name}.");
        return Err(Answer::web_error(404, "NotFound", text));
    }
    check_unchanged(draft, &farm)?;
    let seed = check_source(azure, draft, plan)?;
    if let Some(plan) = plan {
        draft.hidden.insert("serverFarmId".to_owned(), json!(plan.id.as_str()));
        draft.body["location"] = plan.body["location"].clone();
    }
    let webspace = plan.map_or_else(|| own_webspace(draft), |plan| webspace(azure, plan));
    // A PUT does not take tags; they follow in a PATCH.
    if !draft.is_patch {
        let before = draft.before.as_ref().map(|before| before.body["tags"].clone());
        draft.body["tags"] = before.filter(Value::is_object).unwrap_or_else(|| json!({}));
    }
    let name = draft.text("/canonicalName").unwrap_or_default().to_owned();
    let secret = draft.text("/keyVaultSecretName").unwrap_or_default();
    let subject = if name.is_empty() { secret.replace('-', ".") } else { name };
    fill(azure, draft, &seed, &subject, &webspace);
    Ok(())
}

fn own_webspace(draft: &Draft) -> String {
    let group = draft.id.resource_group().unwrap_or_default();
    let region =
        crate::store::regions::display(draft.body["location"].as_str().unwrap_or_default());
    format!("{group}-{}webspace", region.replace(' ', ""))
}

fn is_uploaded(draft: &Draft) -> bool {
    draft.sent.pointer("/properties/pfxBlob").is_some_and(Value::is_string)
}

/// Checks where the certificate comes from; returns the text that its thumbprint is made of.
fn check_source(azure: &Azure, draft: &Draft, plan: Option<&Stored>) -> Result<String, Answer> {
    let vault = draft.text("/keyVaultId").unwrap_or_default();
    let secret = draft.text("/keyVaultSecretName").unwrap_or_default();
    let name = draft.text("/canonicalName").unwrap_or_default();
    if !vault.is_empty() {
        check_vault(azure, vault, secret)?;
        return Ok(format!("{vault}/{secret}").to_ascii_lowercase());
    }
    if is_uploaded(draft) || draft.before.is_some() {
        let sent = draft.sent.pointer("/properties/pfxBlob").map(Value::to_string);
        return Ok(sent.unwrap_or_default());
    }
    if let Some(plan) = plan.filter(|_| is_managed(draft)) {
        check_managed(azure, plan, name)?;
        return Ok(format!("{}/{name}", draft.id.key()));
    }
    let text = "One of 'pfxBlob', 'keyVaultId' and 'canonicalName' is required.";
    Err(Answer::web_error(400, "BadRequest", text))
}

/// Where a certificate comes from cannot be changed.
fn check_unchanged(draft: &Draft, farm: &str) -> Result<(), Answer> {
    let Some(before) = &draft.before else { return Ok(()) };
    let known = before.hidden.get("serverFarmId").and_then(Value::as_str).unwrap_or_default();
    let same = |pointer: &str| {
        let old = before.text(pointer).unwrap_or_default();
        let new = draft.text(pointer).unwrap_or_default();
        old.eq_ignore_ascii_case(new)
    };
    let is_same = known.eq_ignore_ascii_case(farm)
        && ["/keyVaultId", "/keyVaultSecretName", "/canonicalName"]
            .iter()
            .all(|pointer| same(pointer));
    if is_same {
        return Ok(());
    }
    let text = format!("The source of certificate '{}' cannot be changed.", draft.id.name());
    Err(Answer::web_error(409, "Conflict", text))
}

fn check_vault(azure: &Azure, vault: &str, secret: &str) -> Result<(), Answer> {
    if azure.state.named(vault).is_none() {
        let text = format!("The Key Vault '{vault}' was not found.");
        return Err(Answer::web_error(400, "BadRequest", text));
    }
    if secret.is_empty() {
        return Err(Answer::web_error(
            400,
            "BadRequest",
            "The property 'keyVaultSecretName' is required.",
        ));
    }
    Ok(())
}

/// A managed certificate needs the binding, and a CNAME that leads straight to the app.
fn check_managed(azure: &Azure, plan: &Stored, name: &str) -> Result<(), Answer> {
    let bound: Vec<&Stored> = sites_on(azure, &plan.id)
        .filter(|site| azure.state.get(&site.id.child("hostNameBindings", name)).is_some())
        .collect();
    if bound.is_empty() {
        let text = format!(
            "Properties.CanonicalName is invalid. Certificate creation requires hostname {name} added to an App Service in the serverFarmId {}.",
            plan.id
        );
        return Err(Answer::web_error(400, "BadRequest", text));
    }
    if name.contains('*') || name.len() > 64 {
        let text = format!("A managed certificate cannot be issued for '{name}'.");
        return Err(Answer::web_error(400, "BadRequest", text));
    }
    if bound.iter().any(|site| binding::leads_to(azure, site, name)) {
        return Ok(());
    }
    let text = format!(
        "The hostname {name} has no CNAME record that points to the app or to its Traffic Manager profile."
    );
    Err(Answer::web_error(400, "BadRequest", text))
}

fn fill(azure: &Azure, draft: &mut Draft, seed: &str, subject: &str, webspace: &str) {
    let digest = Sha256::digest(seed.as_bytes());
    let thumbprint: String = digest.iter().take(20).map(|byte| format!("{byte:02X}")).collect();
    let (issued, expires) = (clock::text(azure.now), clock::text(azure.now + YEAR_MILLIS));
    let group = draft.id.resource_group().map(str::to_owned);
    let tags = draft.body["tags"].clone();
    let vault = draft.text("/keyVaultId").map(|vault| {
        vault
            .replace("/resourceGroups/", "/resourcegroups/")
            .replace("Microsoft.KeyVault", "microsoft.keyvault")
    });
    let has_vault = vault.as_ref().is_some_and(|vault| !vault.is_empty());
    let properties = draft.properties();
    let fresh = json!({
        "friendlyName": "", "subjectName": subject, "hostNames": [subject], "issuer": subject,
        "siteName": null, "selfLink": null, "thumbprint": thumbprint, "issueDate": issued,
        "expirationDate": expires, "valid": null, "toDelete": null, "cerBlob": null,
        "publicKeyHash": null, "hostingEnvironment": null, "hostingEnvironmentProfile": null,
        "keyVaultSecretName": "", "webSpace": webspace,
        "keyVaultSecretStatus": if has_vault { "Succeeded" } else { "Initialized" },
    });
    json::fill(properties, &fresh);
    properties["keyVaultId"] = json!(vault.unwrap_or_default());
    properties["password"] = Value::Null;
    properties["pfxBlob"] = Value::Null;
    properties["serverFarmId"] = Value::Null;
    properties["tags"] = tags;
    properties["resourceGroup"] = json!(group);
}

fn before_delete(azure: &Azure, certificate: &Stored) -> Result<(), Answer> {
    let thumbprint = certificate.text("/thumbprint").unwrap_or_default();
    let webspace_of = |binding: &Stored| {
        let site = binding.id.parent().and_then(|site| azure.state.get(&site));
        site.and_then(|site| plan_of(azure, site)).map(|plan| webspace(azure, plan))
    };
    let is_bound = |stored: &&Stored| {
        stored.text("/thumbprint").is_some_and(|bound| bound.eq_ignore_ascii_case(thumbprint))
            && webspace_of(stored).as_deref() == certificate.text("/webSpace")
    };
    match super::bindings(azure).find(is_bound) {
        Some(binding) => {
            let text = format!(
                "Certificate '{}' cannot be deleted because it is in use in an existing binding on '{}'.",
                certificate.id.name(),
                binding.id.name()
            );
            Err(Answer::web_error(409, "Conflict", text))
        }
        None => Ok(()),
    }
}
