//! Secrets: certificates that are read from vaults.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::certificates::{self, Unreadable};
use super::profiles::{in_use, user};
use super::within::{self, bad_request, conflict, profile};
use super::{CDN, CHILD, NOT_STARTED, domains};
use crate::kind::azure::Azure;
use crate::kind::{Delete, Draft, Form, Kind, Put};
use crate::store::clock;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

const YEAR_MILLIS: u64 = 365 * 24 * 3600 * 1000;

/// A secret.
pub(super) const KIND: Kind = Kind {
    name: "Microsoft.Cdn/profiles/secrets",
    defaults: NOT_STARTED,
    put: Put { form: Form::Direct, ..CDN.put },
    delete: Delete::direct(200),
    settle,
    before_delete,
    ..CHILD
};

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    within::check_idle(azure, draft)?;
    if !azure.is_unguarded {
        within::check_name(draft, 2, 260, false)?;
        check_unchanged(draft)?;
    }
    if draft.text("/parameters/type") != Some("CustomerCertificate") {
        return Ok(());
    }
    let source = draft.text("/parameters/secretSource/id").unwrap_or_default().to_owned();
    if !azure.is_unguarded
        && let Some(profile) = profile(azure, &draft.id)
    {
        match certificates::check(azure, profile, &source) {
            Ok(()) => {}
            Err(Unreadable::Absent) => {
                return Err(bad_request(format!("The secret '{source}' was not found.")));
            }
            Err(Unreadable::Denied) => {
                let text = format!("The profile has no access to the Key Vault secret '{source}'.");
                return Err(bad_request(text));
            }
        }
    }
    fill(azure, draft, &source);
    Ok(())
}

/// A secret is what it is; another gets another name.
fn check_unchanged(draft: &Draft) -> Result<(), Answer> {
    let Some(before) = &draft.before else { return Ok(()) };
    let differs = |pointer: &str| {
        let text =
            |value: Option<&Value>| value.map(|value| value.to_string().to_ascii_lowercase());
        text(before.property(pointer)) != text(draft.property(pointer))
    };
    let parts = ["/parameters/type", "/parameters/secretSource/id", "/parameters/useLatestVersion"];
    if parts.iter().any(|part| differs(part)) {
        return Err(conflict(format!("The secret '{}' cannot be changed.", draft.id.name())));
    }
    Ok(())
}

/// Adds what the service reads out of the certificate.
fn fill(azure: &Azure, draft: &mut Draft, source: &str) {
    let digest = Sha256::digest(source.to_ascii_lowercase().as_bytes());
    let thumbprint: String = digest.iter().take(20).map(|byte| format!("{byte:02X}")).collect();
    let subject = source.rsplit('/').next().unwrap_or_default().replace('-', ".");
    let expires = clock::text(azure.now + YEAR_MILLIS);
    let parameters = &mut draft.properties()["parameters"];
    let read = json!({
        "subject": subject,
        "certificateAuthority": "CN=Simulated CA",
        "expirationDate": expires,
        "thumbprint": thumbprint,
        "secretVersion": null,
        "useLatestVersion": false,
        "subjectAlternativeNames": [subject],
    });
    json::fill(parameters, &read);
    // Observed: IDs are answered in the spelling of the provider.
    let spelled = source.replacen("/resourceGroups/", "/resourcegroups/", 1);
    parameters["secretSource"] = json!({"id": spelled});
}

/// A secret stays while a domain shows it.
fn before_delete(azure: &Azure, secret: &Stored) -> Result<(), Answer> {
    within::check_free(azure, &secret.id)?;
    let domains = within::beside(azure, &secret.id, domains::DOMAINS);
    let by =
        user(domains, secret, |domain| domain.text("/tlsSettings/secret/id").into_iter().collect());
    by.map_or(Ok(()), |by| Err(in_use(secret, by)))
}
