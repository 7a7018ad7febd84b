//! Custom domains: whose they are, by a record of DNS, and their certificates.
//!
//! Source: <https://learn.microsoft.com/azure/frontdoor/domain#domain-validation>.

use serde_json::{Value, json};

use super::profiles::{begun, in_use, user};
use super::within::{self, bad_request, conflict, ids};
use super::{CHILD, endpoints, routes, security};
use crate::kind::azure::Azure;
use crate::kind::{Draft, Kind};
use crate::protocol::dns;
use crate::protocol::operation::Work;
use crate::store::clock;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// The type of custom domains.
pub(super) const DOMAINS: &str = "Microsoft.Cdn/profiles/customdomains";

/// How long a token can be proved, in milliseconds.
const WEEK_MILLIS: u64 = 7 * 24 * 3600 * 1000;
/// How often the record is looked up.
const LOOK_SECS: f64 = 30.0;
/// How long a managed certificate takes to be issued and brought out.
const ISSUE_SECS: f64 = 300.0;

/// When the record was looked up last, and since when the domain is proved and on a route.
const LOOKED: &str = "looked";
const READY: &str = "ready";

/// A custom domain.
pub(super) const KIND: Kind = Kind {
    name: DOMAINS,
    defaults: r#"{"properties": {"tlsSettings": {"certificateType": "ManagedCertificate", "minimumTlsVersion": "TLS12"}, "azureDnsZone": null, "preValidatedCustomDomainResourceId": null, "referencedRoutePaths": null, "extendedProperties": null, "deploymentStatus": "NotStarted"}}"#,
    made: &[
        "/deploymentStatus",
        "/validationProperties",
        "/domainValidationState",
        "/referencedRoutePaths",
    ],
    settle,
    view: |_, domain, body| {
        if domain.text("/provisioningState") == Some("Creating") {
            body["properties"]["domainValidationState"] = json!("Submitting");
        }
    },
    before_delete,
    action,
    ..CHILD
};

/// Returns the domain that has a host name, in whatever profile.
pub(super) fn owner<'a>(azure: &'a Azure, host: &str) -> Option<&'a Stored> {
    let mut all = azure.state.of_type(DOMAINS);
    all.find(|domain| domain.text("/hostName").is_some_and(|own| own.eq_ignore_ascii_case(host)))
}

/// Tells whether it is proved whose a domain is.
pub(super) fn is_approved(domain: &Stored) -> bool {
    domain.text("/domainValidationState") == Some("Approved")
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    within::check_idle(azure, draft)?;
    let host = draft.text("/hostName").unwrap_or_default().to_ascii_lowercase();
    if !azure.is_unguarded {
        check_host(azure, draft, &host)?;
        check_certificate(azure, draft, &host)?;
    }
    draft.properties()["hostName"] = json!(host);
    if draft.body.pointer("/properties/tlsSettings/secret").is_none() {
        // Observed: null where `tlsSettings` were sent, with a null ID in it where they were not.
        let was_sent = draft.sent.pointer("/properties/tlsSettings").is_some();
        let none = if was_sent { Value::Null } else { json!({"id": null}) };
        json::set(&mut draft.body, "/properties/tlsSettings/secret", none);
    }
    if draft.before.is_none() {
        prove_anew(azure, draft.properties(), "");
    }
    Ok(())
}

/// Gives a domain a token that is to be found in DNS.
fn prove_anew(azure: &Azure, properties: &mut Value, salt: &str) {
    let host = properties["hostName"].as_str().unwrap_or_default();
    let token = azure.uuid(&format!("domain/{host}/{salt}")).replace('-', "");
    properties["validationProperties"] = json!({
        "validationToken": format!("_{}", token.get(..19).unwrap_or_default()),
        "expirationDate": clock::text(azure.now + WEEK_MILLIS),
    });
    properties["domainValidationState"] = json!("Pending");
}

fn check_host(azure: &Azure, draft: &Draft, host: &str) -> Result<(), Answer> {
    let bare = host.strip_prefix("*.").unwrap_or(host);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    if !bare.contains('.') || !bare.split('.').all(is_label) || bare.ends_with(endpoints::SUFFIX) {
        return Err(bad_request(format!("The host name '{host}' is not valid.")));
    }
    match &draft.before {
        Some(before) if before.text("/hostName") != Some(host) => {
            Err(bad_request("The property 'hostName' cannot be changed."))
        }
        Some(before) if draft.is_patch && !is_approved(before) => {
            let text = "The custom domain cannot be updated before its validation has succeeded.";
            Err(conflict(text))
        }
        Some(_) => Ok(()),
        None => {
            within::check_name(draft, 1, 260, false)?;
            let text = format!("The host name '{host}' is in use by another custom domain.");
            owner(azure, host).map_or(Ok(()), |_| Err(conflict(text)))
        }
    }
}

fn check_certificate(azure: &Azure, draft: &Draft, host: &str) -> Result<(), Answer> {
    let is_own = draft.text("/tlsSettings/certificateType") == Some("CustomerCertificate");
    if host.starts_with("*.") && !is_own {
        let text = "A managed certificate cannot be issued for a wildcard domain.";
        return Err(bad_request(text));
    }
    if draft.before.is_none() && draft.text("/tlsSettings/minimumTlsVersion") == Some("TLS10") {
        return Err(bad_request("The minimum TLS version 'TLS10' is not supported any more."));
    }
    match draft.text("/tlsSettings/secret/id") {
        Some(secret) if is_own => within::named(azure, draft, secret, "secret").map(|_| ()),
        None if is_own => Err(bad_request(
            "The property 'tlsSettings.secret' is required for a certificate of one's own.",
        )),
        _ => Ok(()),
    }
}

/// A domain stays while it is on a route or under a security policy.
fn before_delete(azure: &Azure, domain: &Stored) -> Result<(), Answer> {
    within::check_free(azure, &domain.id)?;
    let routes = within::beside(azure, &domain.id, routes::ROUTES);
    let by_route = user(routes, domain, |route| ids(route.property("/customDomains")).collect());
    let policies = within::beside(azure, &domain.id, security::POLICIES);
    let by_policy = || user(policies, domain, security::domains);
    by_route.or_else(by_policy).map_or(Ok(()), |by| Err(in_use(domain, by)))
}

fn action(azure: &mut Azure, request: &Request, domain: &Stored, action: &str) -> Option<Answer> {
    if !action.eq_ignore_ascii_case("refreshValidationToken") {
        return None;
    }
    if let Err(refusal) = within::check_free(azure, &domain.id) {
        return Some(refusal);
    }
    if is_approved(domain) {
        return Some(bad_request("The custom domain is validated already."));
    }
    let mut properties = domain.body["properties"].clone();
    let salt = azure.new_uuid("token");
    prove_anew(azure, &mut properties, &salt);
    if let Some(domain) = azure.state.get_mut(&domain.id) {
        domain.body["properties"] = properties;
    }
    Some(begun(azure, request, domain, Work::Action, 10.0))
}

/// Looks at every domain whose time has come: its record, its certificate.
pub(super) fn look(azure: &mut Azure) {
    let all: Vec<Stored> = azure.state.of_type(DOMAINS).cloned().collect();
    for domain in all {
        let state = domain.text("/domainValidationState").unwrap_or_default();
        match state {
            "Pending" | "PendingRevalidation" => prove(azure, &domain),
            "Approved" => issue(azure, &domain),
            _ => {}
        }
    }
}

fn prove(azure: &mut Azure, domain: &Stored) {
    let last = domain.hidden.get(LOOKED).and_then(Value::as_u64).unwrap_or(domain.created);
    if azure.now < last + azure.settings.latency.millis(LOOK_SECS) || domain.operation.is_some() {
        return;
    }
    let host = domain.text("/hostName").unwrap_or_default();
    let name = format!("_dnsauth.{}", host.strip_prefix("*.").unwrap_or(host));
    let token = domain.text("/validationProperties/validationToken").unwrap_or_default();
    let is_proved = dns::resolve(azure, &name, "TXT").iter().any(|record| record.value == token);
    let expires = domain.text("/validationProperties/expirationDate").unwrap_or_default();
    let is_late = expires < clock::text(azure.now).as_str();
    let state = match (is_late, is_proved) {
        (true, _) => Some("TimedOut"),
        (false, true) => Some("Approved"),
        (false, false) => None,
    };
    let now = azure.now;
    // While there is nothing to wait for, each request is a look; none of them need be kept.
    if state.is_none() && azure.settings.latency.millis(LOOK_SECS) == 0 {
        return;
    }
    if let Some(domain) = azure.state.get_mut(&domain.id) {
        domain.hidden.insert(LOOKED.to_owned(), json!(now));
        if let Some(state) = state {
            domain.body["properties"]["domainValidationState"] = json!(state);
        }
    }
    azure.touched();
}

/// Brings out the certificate of a domain that is proved and on a route.
fn issue(azure: &mut Azure, domain: &Stored) {
    if domain.text("/deploymentStatus") == Some("Succeeded") {
        return;
    }
    let is_on = |route: &Stored| {
        ids(route.property("/customDomains")).any(|id| within::is_id(id, &domain.id))
    };
    let is_routed = within::beside(azure, &domain.id, routes::ROUTES).any(is_on);
    let is_managed = domain.text("/tlsSettings/certificateType") != Some("CustomerCertificate");
    let ready = domain.hidden.get(READY).and_then(Value::as_u64);
    let now = azure.now;
    let wait = if is_managed { azure.settings.latency.millis(ISSUE_SECS) } else { 0 };
    let secret = domain.id.parent().map(|profile| {
        let name = format!("0--{}", azure.uuid(&format!("certificate/{}", domain.id.key())));
        profile.child("secrets", &name)
    });
    let (Some(domain), true) = (azure.state.get_mut(&domain.id), is_routed) else { return };
    match ready {
        None if wait > 0 => {
            domain.hidden.insert(READY.to_owned(), json!(now));
        }
        Some(since) if now < since + wait => return,
        _ => {
            domain.body["properties"]["deploymentStatus"] = json!("Succeeded");
            if let Some(secret) = secret.filter(|_| is_managed) {
                let secret = json!({"id": secret.as_str()});
                json::set(&mut domain.body, "/properties/tlsSettings/secret", secret);
            }
        }
    }
    azure.touched();
}
