//! A domain behind Front Door: what it is there, the record that proves it, and when its name may lead
//! there.
//!
//! Source: <https://learn.microsoft.com/azure/frontdoor/domain>.

use plan::Band;
use planner::{Await, DesiredResource, Expansion, Life};
use resource::{Expression, ResourceId};
use serde_json::json;
use topology::section::Entry;

use super::Domain;
use super::expand::{label, manual};
use crate::dns::{zone_id, zone_of};
use crate::front_door::{self, FrontDoor};

const PROOF_TTL_SECS: u64 = 300;
/// The authority looks at the record by its own clock.
const APPROVAL_SECS: u64 = 12 * 3600;

/// Returns the endpoint that the record of a domain leads to.
pub(super) fn target(expansion: &Expansion<'_>, domain: &Domain) -> Option<ResourceId> {
    let front = expansion.topology().find::<FrontDoor>(&domain.route_to.value)?;
    let profile = expansion.id_of(&domain.route_to.value)?;
    Some(front_door::endpoint_id(&profile, front))
}

/// Returns what must stand before the name leads to the edge: the domain there, and its routes.
pub(super) fn needs(expansion: &Expansion<'_>, host: &str, domain: &Domain) -> Vec<ResourceId> {
    let target = &domain.route_to.value;
    let front = expansion.topology().find::<FrontDoor>(target);
    let (Some(front), Some(profile)) = (front, expansion.id_of(target)) else { return vec![] };
    let mut needs = front_door::route_ids(&profile, front);
    needs.push(front_door::domain_id(&profile, host));
    needs.extend(front_door::firewall_id(&profile, front));
    needs
}

/// Adds the domain and its proof, where it leads to Front Door.
pub(super) fn add(
    expansion: &mut Expansion<'_>,
    host: &str,
    domain: &Domain,
    record: Option<&ResourceId>,
) {
    let target = &domain.route_to.value;
    let is_edge = expansion.topology().find::<FrontDoor>(target).is_some_and(|it| !it.existing);
    let Some(profile) = expansion.id_of(target).filter(|_| is_edge) else { return };
    let id = front_door::domain_id(&profile, host);
    let body = json!({ "properties": {
        "hostName": host,
        "tlsSettings": { "certificateType": "ManagedCertificate", "minimumTlsVersion": "TLS12" },
    } });
    let address = format!("{}/edge", Domain::SECTION.address(None, host));
    let own = DesiredResource::managed(address.clone(), id.clone(), Band::Global, body);
    expansion.add(own, Life { adopt: true, ..Life::default() }, &domain.place);
    let proof = proof(expansion, host, domain, &id);
    expansion.desired().awaits.push(Await {
        resource: id,
        address,
        pointer: "/properties/domainValidationState".to_owned(),
        values: vec![json!("Approved")],
        timeout_secs: APPROVAL_SECS,
        after: proof,
        before: record.into_iter().cloned().collect(),
        reason: "Front Door serves a name once this record proves it".to_owned(),
    });
}

/// Adds the TXT record that proves the domain; by hand where its zone is not in Azure DNS.
fn proof(
    expansion: &mut Expansion<'_>,
    host: &str,
    domain: &Domain,
    own: &ResourceId,
) -> Option<ResourceId> {
    let bare = host.strip_prefix("*.").unwrap_or(host);
    let pointer = "/properties/validationProperties/validationToken";
    let value = Expression::reference(own, pointer).to_value();
    let zone = zone_of(expansion.topology(), host).map(|(zone, _)| zone.to_owned());
    let id = zone.as_deref().and_then(|zone| zone_id(expansion, zone));
    let (Some(zone), Some(id)) = (zone, id) else {
        manual(expansion, host, format!("_dnsauth.{bare}"), "TXT", value);
        return None;
    };
    let name = match label(bare, &zone).as_str() {
        "@" => "_dnsauth".to_owned(),
        label => format!("_dnsauth.{label}"),
    };
    let id = id.child("TXT", &name);
    let body = json!({ "properties": {
        "TTL": PROOF_TTL_SECS,
        "TXTRecords": [{ "value": [value] }],
    } });
    let address = format!("{}/proof", Domain::SECTION.address(None, host));
    let mut resource = DesiredResource::managed(address, id.clone(), Band::Global, body);
    resource.protect = false;
    expansion.add(resource, Life { adopt: domain.adopt, ..Life::default() }, &domain.place);
    Some(id)
}
