//! Custom domains: one entry does what the portal makes people do in five places.

use plan::Band;
use resource::types::{PROFILE, SITE};
use resource::{Expression, ResourceId, Service};
use serde_json::{Value, json};
use topology::{App, Certificate, Target, TrafficManager};

use super::{Expansion, Home, Life};
use crate::desired::{self, DesiredResource, ManualRecord};
use crate::family::Expand;

const DEFAULT_TTL_SECS: u64 = 300;
const PROOF_TTL_SECS: u64 = 3600;

/// A bound app: its stamp, its ID and its address.
pub(super) struct Bound<'a> {
    pub home: Home<'a>,
    pub site: ResourceId,
    pub stamp: String,
    pub app: String,
}

impl Expand for topology::Domain {
    fn expand(&self, expansion: &mut Expansion<'_>, _: Home<'_>, host: &str) {
        expansion.domain(host, self);
    }

    fn id(&self, expansion: &Expansion<'_>, _: Home<'_>, host: &str) -> Option<ResourceId> {
        expansion.domain_record_id(host)
    }
}

impl<'a> Expansion<'a> {
    /// Adds the records, bindings and certificates of a domain.
    fn domain(&mut self, host: &str, domain: &topology::Domain) {
        let bound = self.bound(domain);
        let certificate = domain.certificate.as_ref().map(|certificate| &certificate.value);
        let record = self.route(host, domain);
        let proof = self.proof(host, domain, &bound);
        let mut expanded = desired::Domain {
            name: host.to_owned(),
            record,
            proof,
            bindings: vec![],
            certificates: vec![],
            managed_certificate: matches!(certificate, Some(Certificate::Managed)),
        };
        for app in &bound {
            let secured = self.certificate(host, domain, certificate, app);
            let binding = self.binding(host, domain, app, secured.as_ref());
            expanded.bindings.push(binding);
            expanded.certificates.extend(secured);
        }
        self.desired.domains.push(expanded);
    }

    fn bound(&self, domain: &topology::Domain) -> Vec<Bound<'a>> {
        let apps = domain.bind.iter().flat_map(|binding| &binding.value.apps);
        apps.filter_map(|target| {
            let (stamp, app) = target.as_entry::<App>()?;
            let home = self.home(stamp)?;
            let site = self.id_of(target)?;
            Some(Bound { home, site, stamp: stamp?.to_owned(), app: app.to_owned() })
        })
        .collect()
    }

    /// Returns the record that routes a domain, where its zone is in Azure DNS.
    pub(super) fn domain_record_id(&self, host: &str) -> Option<ResourceId> {
        let (zone, _) = self.topology.zone_of(host)?;
        let id = self.zone_id(zone)?;
        let label = label(host, zone);
        let alias = self
            .topology
            .sections
            .get::<topology::Domain>(host)?
            .alias
            .as_ref()
            .is_some_and(|a| a.value);
        let kind = if label == "@" && !alias { "A" } else { "CNAME" };
        Some(id.child(if label == "@" { "A" } else { kind }, &label))
    }

    /// Adds the record that routes the domain.
    fn route(&mut self, host: &str, domain: &topology::Domain) -> Option<ResourceId> {
        let target = self.id_of(&domain.route_to.value)?;
        let value = self.host_of(&domain.route_to.value, &target);
        let Some(id) = self.domain_record_id(host) else {
            self.manual(host, host.to_owned(), "CNAME", value);
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
        let address = format!("domains/{host}");
        let mut resource = DesiredResource::managed(address, id.clone(), Band::Global, body);
        resource.create_only = create_only;
        resource.protect = false;
        resource.needs.insert(target);
        self.add(resource, Life { adopt: domain.adopt, ..Life::default() }, &domain.place);
        Some(id)
    }

    /// Returns the host name that a record of a target holds.
    fn host_of(&self, target: &Target, id: &ResourceId) -> Value {
        if let Some(profile) = self.topology.find::<TrafficManager>(target) {
            return json!(self.profile_host(profile));
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

    /// Returns the host name of a profile.
    pub(super) fn profile_host(&self, profile: &TrafficManager) -> String {
        format!("{}.{}", profile.dns_name, self.desired.suffixes.below(Service::TrafficManager))
    }

    /// Adds the TXT record that proves the domain to App Service.
    fn proof(
        &mut self,
        host: &str,
        domain: &topology::Domain,
        bound: &[Bound<'_>],
    ) -> Option<ResourceId> {
        // The verification ID is the same for all apps of a subscription, and App Service lets a
        // domain live in one subscription alone.
        let first = bound.first()?;
        let pointer = "/properties/customDomainVerificationId";
        let value = Expression::reference(&first.site, pointer).to_value();
        let zone = self.topology.zone_of(host).map(|(zone, _)| zone.to_owned());
        let id = zone.as_deref().and_then(|zone| self.zone_id(zone));
        let (Some(zone), Some(id)) = (zone, id) else {
            self.manual(host, proof_name(host), "TXT", value);
            return None;
        };
        let name = match label(proven(host), &zone).as_str() {
            "@" => "asuid".to_owned(),
            label => format!("asuid.{label}"),
        };
        let id = id.child("TXT", &name);
        // A wildcard is proved where the name above it is: one record does for both.
        if self.desired.get(&id).is_some_and(|it| it.keep_foreign_values) {
            return Some(id);
        }
        // A set that `dns` declares too holds the texts of both.
        if let Some(declared) = self.desired.get_mut(&id).filter(|it| !it.keep_foreign_values)
            && let Some(records) = declared.body["properties"]["TXTRecords"].as_array_mut()
        {
            records.push(json!({ "value": [value] }));
            return Some(id);
        }
        let body = json!({ "properties": {
            "TTL": PROOF_TTL_SECS,
            "TXTRecords": [{ "value": [value] }],
        }});
        let address = format!("domains/{host}/proof");
        let mut resource = DesiredResource::managed(address, id.clone(), Band::Global, body);
        resource.keep_foreign_values = true;
        resource.protect = false;
        self.add(resource, Life { adopt: domain.adopt, ..Life::default() }, &domain.place);
        Some(id)
    }

    fn manual(&mut self, host: &str, name: String, record_type: &str, value: Value) {
        self.desired.manual_records.push(ManualRecord {
            address: format!("domains/{host}"),
            name,
            record_type: record_type.to_owned(),
            value,
        });
    }

    /// Adds the binding of a domain on one app.
    fn binding(
        &mut self,
        host: &str,
        domain: &topology::Domain,
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
        self.add(resource, Life { adopt: domain.adopt, ..Life::default() }, &domain.place);
        id
    }
}

/// Returns the name at which a host is proved: of a wildcard that is the name above it.
/// Source: <https://learn.microsoft.com/azure/app-service/app-service-web-tutorial-custom-domain>.
fn proven(host: &str) -> &str {
    host.strip_prefix("*.").unwrap_or(host)
}

/// Returns the full name of the TXT record that proves a host to App Service.
pub fn proof_name(host: &str) -> String {
    format!("asuid.{}", proven(host))
}

/// Returns the name of a host relative to its zone; `@` is the zone itself.
fn label(host: &str, zone: &str) -> String {
    match host.strip_suffix(zone).map(|label| label.trim_end_matches('.')) {
        Some("") | None => "@".to_owned(),
        Some(label) => label.to_owned(),
    }
}
