//! Private links of origins: what stands at their targets, and what is known of it here.
//!
//! Source: <https://learn.microsoft.com/azure/frontdoor/private-link>.

use resource::ResourceId;
use serde_json::{Value, json};

use super::edge;
use super::origins::ORIGINS;
use super::within::{self, bad_request, is_premium, profile};
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;

/// What a link leads to, by type, and the parts of it that can be reached.
const TARGETS: &[(&str, &[&str])] = &[
    ("Microsoft.Web/sites", &["sites"]),
    ("Microsoft.Storage/storageAccounts", &["blob", "blob_secondary", "web", "web_secondary"]),
    ("Microsoft.ApiManagement/service", &["Gateway"]),
    ("Microsoft.App/managedEnvironments", &["managedEnvironments"]),
    ("Microsoft.Network/privateLinkServices", &[]),
];

/// A gateway is reached through one of its frontends, which the part names.
const GATEWAY: &str = "Microsoft.Network/applicationGateways";

/// Checks the private link of an origin.
pub(super) fn check(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    let Some(link) = draft.property("/sharedPrivateLinkResource") else { return Ok(()) };
    let text = |pointer: &str| link.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    if !profile(azure, &draft.id).is_some_and(|profile| is_premium(&profile.body)) {
        return Err(bad_request(
            "Private Link is supported by the tier Premium_AzureFrontDoor only.",
        ));
    }
    if draft.property("/enforceCertificateNameCheck") == Some(&json!(false)) {
        let text = "The property 'enforceCertificateNameCheck' must be true for an origin with Private Link.";
        return Err(bad_request(text));
    }
    if !(1..=140).contains(&text("/requestMessage").chars().count()) {
        return Err(bad_request("The property 'requestMessage' must have 1 to 140 characters."));
    }
    if text("/privateLinkLocation").is_empty() {
        return Err(bad_request("The property 'privateLinkLocation' is required."));
    }
    let target = ResourceId::parse(text("/privateLink/id")).ok();
    let Some(target) = target.as_ref().and_then(|target| azure.state.get(target)) else {
        let id = text("/privateLink/id");
        return Err(bad_request(format!("The private link resource '{id}' was not found.")));
    };
    check_part(target, text("/groupId"))
}

fn check_part(target: &Stored, part: &str) -> Result<(), Answer> {
    let kind = target.kind();
    let known: Vec<&str> = if kind.is(GATEWAY) {
        let rows = target.property("/frontendIPConfigurations").and_then(Value::as_array);
        rows.into_iter().flatten().filter_map(|row| row["name"].as_str()).collect()
    } else {
        match TARGETS.iter().find(|(name, _)| kind.is(name)) {
            Some((_, parts)) => parts.to_vec(),
            None => {
                let text = format!("Private Link to resources of type '{kind}' is not supported.");
                return Err(bad_request(text));
            }
        }
    };
    let fits = known.iter().any(|own| own.eq_ignore_ascii_case(part));
    if fits || (known.is_empty() && part.is_empty()) {
        return Ok(());
    }
    let text = format!(
        "The group ID '{part}' is not valid for '{}'. Valid values are: {}.",
        target.id,
        known.join(", ")
    );
    Err(bad_request(text))
}

/// Returns the connection of an origin's link: origins of one profile share it where they lead to the
/// same part of the same target from the same place.
pub(super) fn connection(azure: &Azure, id: &ResourceId, body: &Value) -> Option<ResourceId> {
    let link = body.pointer("/properties/sharedPrivateLinkResource")?;
    let text = |pointer: &str| link.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let target = ResourceId::parse(text("/privateLink/id")).ok()?;
    let profile = &profile(azure, id)?.id;
    let (part, place) = (text("/groupId"), text("/privateLinkLocation"));
    let name = azure.uuid(
        &format!("link/{}/{}/{part}/{place}", profile.key(), target.key()).to_ascii_lowercase(),
    );
    Some(target.child("privateEndpointConnections", &name))
}

/// Asks the target for a connection, which waits there until it is approved.
pub(super) fn connect(azure: &mut Azure, draft: &Draft) {
    let Some(id) = connection(azure, &draft.id, &draft.body) else { return };
    // What was cut off is asked for anew by the next write.
    let is_known = azure.state.get(&id).is_some_and(|known| status(known) != "Disconnected");
    if is_known {
        return;
    }
    let text = |pointer: &str| draft.text(&format!("/sharedPrivateLinkResource{pointer}"));
    let body = json!({
        "id": id.as_str(),
        "name": id.name(),
        "type": id.resource_type().as_str(),
        "properties": {
            "provisioningState": "Succeeded",
            "groupIds": text("/groupId").into_iter().collect::<Vec<_>>(),
            "privateEndpoint": {"id": service_endpoint(azure, &id)},
            "privateLinkServiceConnectionState": {
                "status": "Pending", "description": text("/requestMessage"), "actionsRequired": "None",
            },
        },
    });
    azure.hold(id, body);
    azure.touched();
}

/// The endpoint lies in a subscription of the service.
fn service_endpoint(azure: &Azure, connection: &ResourceId) -> String {
    let subscription = azure.uuid("front door/subscription");
    let name = azure.uuid(&format!("front door/endpoint/{}", connection.key()));
    format!(
        "/subscriptions/{subscription}/resourceGroups/eafd-prod/providers/Microsoft.Network/privateEndpoints/{name}"
    )
}

/// Releases the connection of an origin that has gone, unless another still uses it.
pub(super) fn disconnect(azure: &mut Azure, origin: &Stored) {
    let Some(id) = connection(azure, &origin.id, &origin.body) else { return };
    let is_user = |other: &Stored| {
        other.id != origin.id && connection(azure, &other.id, &other.body).as_ref() == Some(&id)
    };
    let is_shared = within::beside(azure, &origin.id, ORIGINS).any(is_user);
    if !is_shared {
        azure.state.remove(&id);
        azure.touched();
    }
}

/// Lets the edge learn of what has become of connections, as late as of anything.
pub(super) fn follow(azure: &mut Azure) {
    let origins: Vec<&Stored> = azure.state.of_type(ORIGINS).collect();
    let links = origins.iter().filter_map(|origin| connection(azure, &origin.id, &origin.body));
    let changed: Vec<(ResourceId, Stored)> = links
        .zip(&origins)
        .filter_map(|(link, origin)| Some((origin.id.clone(), azure.state.get(&link)?)))
        .filter(|(_, link)| edge::newest(azure, &link.id).is_none_or(|known| *known != link.body))
        .map(|(origin, link)| (origin, link.clone()))
        .collect();
    for (origin, link) in changed {
        edge::note_in_turn_of(azure, &link.id, &origin, Some(link.body));
    }
}

/// Returns what a connection says of itself.
pub(super) fn status(connection: &Stored) -> &str {
    connection.text("/privateLinkServiceConnectionState/status").unwrap_or("Pending")
}

/// Shows what the target says of the link.
pub(super) fn view(azure: &Azure, origin: &Stored, body: &mut Value) {
    let Some(id) = connection(azure, &origin.id, &origin.body) else { return };
    // Seen at the next turn in which the edge takes over what was written.
    let known = edge::in_force(azure, &id).and_then(|body| {
        body["properties"]["privateLinkServiceConnectionState"]["status"].as_str()
    });
    let is_there = azure.state.get(&id).is_some();
    let status = if is_there { known.unwrap_or("Pending") } else { "Disconnected" };
    json::set(body, "/properties/sharedPrivateLinkResource/status", json!(status));
}
