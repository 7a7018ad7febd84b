//! Host names of sites, which Azure gives only to who proves to own them.
//!
//! Source: <https://learn.microsoft.com/azure/app-service/app-service-web-tutorial-custom-domain>.

use resource::ResourceId;
use serde_json::{Value, json};

use super::{is_site, plan_of, tier, verification_id};
use crate::families::traffic_manager::watch;
use crate::kind::azure::Azure;
use crate::kind::{Delete, Draft, Errors, Kind, Place, Put};
use crate::protocol::dns::{self, trimmed};
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// A host name of a site.
pub(super) const BINDING: Kind = Kind {
    name: "Microsoft.Web/sites/hostNameBindings",
    put: Put::direct(200, 200),
    delete: Delete::direct(200),
    place: Place::Display,
    versions: super::VERSIONS,
    errors: Errors::Web,
    has_state: false,
    words: &[
        ("/properties/sslState", &["Disabled", "SniEnabled", "IpBasedEnabled"]),
        ("/properties/customHostNameDnsRecordType", &["CName", "A"]),
        ("/properties/hostNameType", &["Verified", "Managed"]),
    ],
    settle,
    before_delete: |_, stored| {
        if !stored.id.name().to_ascii_lowercase().ends_with(".azurewebsites.net") {
            return Ok(());
        }
        let text = format!("Cannot delete the default host name '{}'.", stored.id.name());
        Err(Answer::web_error(400, "BadRequest", text))
    },
    ..Kind::GENERIC
};

/// A host name of a slot.
pub(super) const SLOT_BINDING: Kind =
    Kind { name: "Microsoft.Web/sites/slots/hostNameBindings", ..BINDING };

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    let Some(site) = draft.id.parent().and_then(|site| azure.state.get(&site)) else {
        return Ok(());
    };
    let host = trimmed(draft.id.name());
    let plan = plan_of(azure, site);
    let offer = plan.map_or_else(|| tier::of("Free"), tier::of_plan);
    if !offer.host_names {
        let text = "Custom host names are not allowed on the Free tier.";
        return Err(Answer::web_error(400, "BadRequest", text));
    }
    let default = site.text("/defaultHostName").unwrap_or_default();
    if default != host {
        check_owner(azure, site, &host)?;
        check_single(azure, draft, site, &host)?;
    }
    let is_secured = draft.text("/sslState").is_some_and(|state| state != "Disabled");
    if is_secured && !offer.tls {
        let text =
            "There was a conflict. SSL is not allowed for this site as the plan does not allow it.";
        return Err(Answer::web_error(409, "Conflict", text));
    }
    check_certificate(azure, draft, site)?;
    let (site_name, location) = (site.id.name().to_owned(), site.body["location"].clone());
    draft.body["name"] = json!(format!("{site_name}/{}", draft.id.name()));
    draft.body["location"] = location;
    let properties = draft.properties();
    properties["siteName"] = json!(site_name);
    properties["domainId"] = Value::Null;
    if properties["hostNameType"].is_null() {
        properties["hostNameType"] = json!("Verified");
    }
    Ok(())
}

/// Makes the binding of the default host name, which comes with the site.
pub(super) fn born(azure: &mut Azure, site: &ResourceId, host: &str) {
    let id = site.child("hostNameBindings", host);
    if host.is_empty() || azure.state.get(&id).is_some() {
        return;
    }
    let location = azure.state.get(site).map(|site| site.body["location"].clone());
    let body = json!({
        "id": id.as_str(),
        "name": format!("{}/{host}", site.name()),
        "type": format!("{}/hostNameBindings", site.resource_type()),
        "location": location,
        "properties": {"siteName": site.name(), "domainId": null, "hostNameType": "Verified"},
    });
    azure.hold(id, body);
}

/// Proof is a TXT record with the verification ID, or a CNAME that leads to the site already.
fn check_owner(azure: &Azure, site: &Stored, host: &str) -> Result<(), Answer> {
    let label = host.trim_start_matches("*.");
    let wanted = verification_id(azure);
    let asuid = format!("asuid.{label}");
    let has_text = |name: &str| {
        dns::resolve(azure, name, "TXT")
            .iter()
            .any(|found| found.kind == "TXT" && found.value.eq_ignore_ascii_case(&wanted))
    };
    if has_text(&asuid) || leads_to(azure, site, host) {
        return Ok(());
    }
    let text = format!("A TXT record pointing from {asuid} to {wanted} was not found.");
    Err(Answer::web_error(400, "BadRequest", text))
}

/// Tells whether a CNAME points to the site, or to a profile that has it as an endpoint.
pub(super) fn leads_to(azure: &Azure, site: &Stored, host: &str) -> bool {
    let Some(record) = dns::lookup(azure, host, "CNAME").into_iter().next() else { return false };
    let target = trimmed(&record.value);
    let default = site.text("/defaultHostName").unwrap_or_default();
    target.eq_ignore_ascii_case(default) || profile_has(azure, site, &target)
}

fn profile_has(azure: &Azure, site: &Stored, name: &str) -> bool {
    let is_target = |endpoint: &Stored| {
        endpoint
            .text("/targetResourceId")
            .is_some_and(|id| id.eq_ignore_ascii_case(site.id.as_str()))
    };
    azure
        .state
        .of_type(watch::PROFILE)
        .filter(|profile| {
            profile.text("/dnsConfig/fqdn").is_some_and(|n| n.eq_ignore_ascii_case(name))
        })
        .any(|profile| watch::endpoints(azure, &profile.id).any(is_target))
}

/// Two sites of one scale unit cannot hold the same host name.
fn check_single(azure: &Azure, draft: &Draft, site: &Stored, host: &str) -> Result<(), Answer> {
    let plan = plan_of(azure, site);
    let is_rival = |other: &&Stored| {
        let Some(owner) = other.id.parent().and_then(|id| azure.state.get(&id)) else {
            return false;
        };
        other.id != draft.id
            && other.id.name().eq_ignore_ascii_case(host)
            && is_site(owner)
            && plan
                .zip(plan_of(azure, owner))
                .is_some_and(|(one, two)| super::plan::share_webspace(azure, one, two))
    };
    match super::bindings(azure).find(is_rival) {
        Some(rival) => {
            let owner = rival.id.parent().map(|owner| owner.name().to_owned()).unwrap_or_default();
            let text = format!(
                "Hostname '{host}' already exists on the app '{owner}' in the same webspace."
            );
            Err(Answer::web_error(409, "Conflict", text))
        }
        None => Ok(()),
    }
}

/// A certificate serves the sites of its own scale unit.
fn check_certificate(azure: &Azure, draft: &mut Draft, site: &Stored) -> Result<(), Answer> {
    let state = draft.text("/sslState").unwrap_or("Disabled").to_owned();
    let thumbprint = draft.text("/thumbprint").map(str::to_owned);
    if state == "Disabled" {
        json::remove(draft.properties(), "/thumbprint");
        return Ok(());
    }
    let Some(thumbprint) = thumbprint else {
        let text = format!("A thumbprint is required for the SSL state '{state}'.");
        return Err(Answer::web_error(400, "BadRequest", text));
    };
    let webspace =
        plan_of(azure, site).map(|plan| super::webspace(azure, plan)).unwrap_or_default();
    let fits = azure.state.of_type(super::certificate::KIND.name).any(|certificate| {
        let is_same = |pointer: &str, wanted: &str| {
            certificate.text(pointer).is_some_and(|value| value.eq_ignore_ascii_case(wanted))
        };
        certificate.operation.is_none()
            && is_same("/thumbprint", &thumbprint)
            && is_same("/webSpace", &webspace)
    });
    if fits {
        return Ok(());
    }
    let text = format!(
        "Certificate with thumbprint '{thumbprint}' was not found in webspace '{webspace}'."
    );
    Err(Answer::web_error(404, "NotFound", text))
}
