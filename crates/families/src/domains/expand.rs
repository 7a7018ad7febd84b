//! From a domain to its records, bindings and certificates: one entry does what the portal makes
//! people do in five places.

use plan::Band;
use planner::{
    DesiredResource, Domain as Procedure, Expand, Expansion, Home, Life, ManualRecord, proof_name,
};
use resource::types::{PROFILE, SITE};
use resource::{Expression, ResourceId};
use serde_json::{Value, json};
use topology::Target;
use topology::section::Entry;

use super::{Certificate, Domain, edge};
use crate::apps::App;
use crate::dns::{zone_id, zone_of};
use crate::traffic_manager::{TrafficManager, host_of as profile_host};

const DEFAULT_TTL_SECS: u64 = 300;
const PROOF_TTL_SECS: u64 = 3600;

/// A bound app: its stamp, its ID and its address.
pub(super) struct Bound<'a> {
    pub home: Home<'a>,
    pub site: ResourceId,
    pub stamp: String,
    pub app: String,
}

impl Expand for Domain {
    fn expand(&self, expansion: &mut Expansion<'_>, _: Home<'_>, host: &str) {
        domain(expansion, host, self);
    }

    fn id(&self, expansion: &Expansion<'_>, _: Home<'_>, host: &str) -> Option<ResourceId> {
        domain_record_id(expansion, host)
    }
}

/// Adds the records, bindings and certificates of a domain.
fn domain(expansion: &mut Expansion<'_>, host: &str, domain: &Domain) {
    let bound = self::bound(expansion, domain);
    let certificate = domain.certificate.as_ref().map(|certificate| &certificate.value);
    let record = self::route(expansion, host, domain);
    edge::add(expansion, host, domain, record.as_ref());
    let proof = self::proof(expansion, host, domain, &bound);
    let mut expanded = Procedure {
        name: host.to_owned(),
        leads_to: expansion.id_of(&domain.route_to.value),
        record,
        proof,
        bindings: vec![],
        certificates: vec![],
        managed_certificate: matches!(certificate, Some(Certificate::Managed)),
    };
    for app in &bound {
        let secured = super::certificates::certificate(expansion, host, domain, certificate, app);
        let binding = self::binding(expansion, host, domain, app, secured.as_ref());
        expanded.bindings.push(binding);
        expanded.certificates.extend(secured);
    }
    expansion.desired().domains.push(expanded);
}

fn bound<'a>(expansion: &Expansion<'a>, domain: &Domain) -> Vec<Bound<'a>> {
    let apps = domain.bind.iter().flat_map(|binding| &binding.value.apps);
    apps.filter_map(|target| {
        let (stamp, app) = target.as_entry::<App>()?;
        let home = expansion.home(stamp)?;
        let site = expansion.id_of(target)?;
        Some(Bound { home, site, stamp: stamp?.to_owned(), app: app.to_owned() })
    })
    .collect()
}

/// Returns the record that routes a domain, where its zone is in Azure DNS.
fn domain_record_id(expansion: &Expansion<'_>, host: &str) -> Option<ResourceId> {
    let (zone, _) = zone_of(expansion.topology(), host)?;
    let id = zone_id(expansion, zone)?;
    let label = label(host, zone);
    let alias =
        expansion.topology().sections.get::<Domain>(host)?.alias.as_ref().is_some_and(|a| a.value);
    let kind = if label == "@" && !alias { "A" } else { "CNAME" };
    Some(id.child(if label == "@" { "A" } else { kind }, &label))
}

/// Adds the record that routes the domain.
fn route(expansion: &mut Expansion<'_>, host: &str, domain: &Domain) -> Option<ResourceId> {
    let target = edge::target(expansion, domain).or(expansion.id_of(&domain.route_to.value))?;
    let value = host_of(expansion, &domain.route_to.value, &target);
    let Some(id) = domain_record_id(expansion, host) else {
        manual(expansion, host, host.to_owned(), "CNAME", value);
        return None;
    };
    let ttl = domain.ttl.as_ref().map_or(DEFAULT_TTL_SECS, |ttl| ttl.value.as_secs());
    let is_alias = id.name() == "@" || domain.alias.as_ref().is_some_and(|alias| alias.value);
    let (properties, create_only) = if is_alias {
        // An alias takes the TTL of the profile it follows.
        let follow = json!({ "targetResource": { "id": target.as_str() } });
        (follow, Some(json!({ "properties": { "TTL": ttl } })))
    } else {
        (json!({ "TTL": ttl, "CNAMERecord": { "cname": value } }), None)
    };
    let body = json!({ "properties": properties });
    let address = Domain::SECTION.address(None, host);
    let mut resource = DesiredResource::managed(address, id.clone(), Band::Global, body);
    resource.create_only = create_only;
    resource.protect = false;
    resource.needs.insert(target);
    resource.needs.extend(edge::needs(expansion, host, domain));
    expansion.add(resource, Life { adopt: domain.adopt, ..Life::default() }, &domain.place);
    Some(id)
}

/// Returns the host name that a record of a target holds.
fn host_of(expansion: &Expansion<'_>, target: &Target, id: &ResourceId) -> Value {
    if let Some(profile) = expansion.topology().find::<TrafficManager>(target) {
        return json!(profile_host(expansion, profile));
    }
    let pointer = if id.resource_type().is(PROFILE) {
        "/properties/dnsConfig/fqdn"
    } else if id.resource_type().is(SITE) {
        "/properties/defaultHostName"
    } else {
        "/properties/hostName"
    };
    Expression::reference(id, pointer).to_value()
}

/// Adds the TXT record that proves the domain to App Service.
fn proof(
    expansion: &mut Expansion<'_>,
    host: &str,
    domain: &Domain,
    bound: &[Bound<'_>],
) -> Option<ResourceId> {
    // The verification ID is the same for all apps of a subscription, and App Service lets a
    // domain live in one subscription alone.
    let first = bound.first()?;
    let pointer = "/properties/customDomainVerificationId";
    let value = Expression::reference(&first.site, pointer).to_value();
    let zone = zone_of(expansion.topology(), host).map(|(zone, _)| zone.to_owned());
    let id = zone.as_deref().and_then(|zone| zone_id(expansion, zone));
    let (Some(zone), Some(id)) = (zone, id) else {
        manual(expansion, host, proof_name(host), "TXT", value);
        return None;
    };
    let name = match label(proven(host), &zone).as_str() {
        "@" => "asuid".to_owned(),
        label => format!("asuid.{label}"),
    };
    let id = id.child("TXT", &name);
    // A wildcard is proved where the name above it is: one record does for both.
    if expansion.desired().get(&id).is_some_and(|it| it.keep_foreign_values) {
        return Some(id);
    }
    // A set that `dns` declares too holds the texts of both.
    if let Some(declared) = expansion.desired().get_mut(&id).filter(|it| !it.keep_foreign_values)
        && let Some(records) = declared.body["properties"]["TXTRecords"].as_array_mut()
    {
        records.push(json!({ "value": [value] }));
        return Some(id);
    }
    let body = json!({ "properties": {
        "TTL": PROOF_TTL_SECS,
        "TXTRecords": [{ "value": [value] }],
    }});
    let address = format!("{}/proof", Domain::SECTION.address(None, host));
    let mut resource = DesiredResource::managed(address, id.clone(), Band::Global, body);
    resource.keep_foreign_values = true;
    resource.protect = false;
    expansion.add(resource, Life { adopt: domain.adopt, ..Life::default() }, &domain.place);
    Some(id)
}

pub(super) fn manual(
    expansion: &mut Expansion<'_>,
    host: &str,
    name: String,
    record_type: &str,
    value: Value,
) {
    let zone = zone_of(expansion.topology(), host).map(|(zone, _)| zone.to_owned());
    let domain = expansion.topology().sections.get::<Domain>(host);
    let ttl = domain.and_then(|domain| domain.ttl.as_ref()).map(|ttl| ttl.value.as_secs());
    expansion.desired().manual_records.push(ManualRecord {
        address: Domain::SECTION.address(None, host),
        name,
        record_type: record_type.to_owned(),
        value,
        zone,
        ttl: ttl.filter(|_| record_type == "CNAME").unwrap_or(DEFAULT_TTL_SECS),
    });
}

/// Adds the binding of a domain on one app.
fn binding(
    expansion: &mut Expansion<'_>,
    host: &str,
    domain: &Domain,
    app: &Bound<'_>,
    certificate: Option<&ResourceId>,
) -> ResourceId {
    let id = app.site.child("hostNameBindings", host);
    let mut properties = json!({ "siteName": app.site.name(), "hostNameType": "Verified" });
    if let Some(certificate) = certificate {
        properties["sslState"] = json!("SniEnabled");
        properties["thumbprint"] =
            Expression::reference(certificate, "/properties/thumbprint").to_value();
    }
    let is_given_up = matches!(
        domain.certificate.as_ref().map(|certificate| &certificate.value),
        Some(Certificate::None)
    );
    if is_given_up {
        properties["sslState"] = json!("Disabled");
        properties["thumbprint"] = json!("");
    }
    let address = format!("{}/{}/domains/{host}", app.stamp, app.app);
    let band = app.home.band(Band::Global);
    let body = json!({ "properties": properties });
    let mut resource = DesiredResource::managed(address, id.clone(), band, body);
    if certificate.is_none() && !is_given_up {
        // What somebody else has bound to a name that is taken over stays.
        resource.create_only = Some(json!({ "properties": { "sslState": "Disabled" } }));
    }
    expansion.add(resource, Life { adopt: domain.adopt, ..Life::default() }, &domain.place);
    id
}

/// Returns the name at which a host is proved: of a wildcard that is the name above it.
/// Source: <https://learn.microsoft.com/azure/app-service/app-service-web-tutorial-custom-domain>.
fn proven(host: &str) -> &str {
    host.strip_prefix("*.").unwrap_or(host)
}

/// Returns the name of a host relative to its zone; `@` is the zone itself.
pub(super) fn label(host: &str, zone: &str) -> String {
    match host.strip_suffix(zone).map(|label| label.trim_end_matches('.')) {
        Some("") | None => "@".to_owned(),
        Some(label) => label.to_owned(),
    }
}
