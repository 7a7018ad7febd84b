//! Custom domains in what was observed: record, proof, bindings and certificates recognised as one.

use std::collections::BTreeSet;

use importer::{Choices, Draft, Placement, Survey, id_at, text};
use resource::types::{PROFILE, SITE, ZONE};
use resource::{Observation, ResourceId, is_of_a_service};
use serde_json::Value;

use super::{BINDING, CERTIFICATE, DOMAINS, certificate_name};

/// Where the certificates of a domain come from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    Managed,
    Vault(ResourceId, String),
}

/// A host name and all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub(super) host: String,
    pub(super) route: ResourceId,
    /// The zone in Azure DNS, if it is there.
    pub(super) zone: Option<ResourceId>,
    pub(super) record: Option<ResourceId>,
    pub(super) is_alias: bool,
    pub(super) ttl: Option<u64>,
    pub(super) proof: Option<ResourceId>,
    /// The apps that answer for the name.
    pub(super) bound: Vec<ResourceId>,
    pub(super) certificates: Vec<ResourceId>,
    pub(super) source: Option<Source>,
}

impl Found {
    /// Returns what the entry of the domain tells of.
    pub fn parts(&self) -> impl Iterator<Item = &ResourceId> {
        self.record.iter().chain(&self.proof).chain(&self.certificates)
    }

    /// Returns the zone outside of Azure DNS that holds the name, as far as the name tells.
    pub fn external_zone(&self) -> Option<&str> {
        if self.zone.is_some() {
            return None;
        }
        let (_, rest) = self.host.split_once('.')?;
        Some(if rest.contains('.') { rest } else { &self.host })
    }
}

/// Returns the domains that were recognised.
pub(crate) fn found<'a>(draft: &Draft<'a>) -> &'a [Found] {
    draft.recognised::<Vec<Found>>(&DOMAINS).map_or(&[], Vec::as_slice)
}

/// Recognises the domains of what is to be imported.
pub fn recognise(survey: &Survey<'_>, placement: &Placement, choices: &Choices) -> Vec<Found> {
    let mut hosts: BTreeSet<String> = survey.inside().filter_map(custom_host).collect();
    for record in survey.observed.resources.values().filter(|seen| survey.may_claim(seen)) {
        if let Some(zone) = record.id.parent().filter(|zone| zone.resource_type().is(ZONE))
            && route_of(survey, record).is_some_and(|route| survey.is_inside(&route))
        {
            hosts.insert(host_of(&record.id, &zone));
        }
    }
    hosts.retain(|host| !choices.no_domain.contains(host));
    hosts.into_iter().filter_map(|host| domain(survey, placement, host)).collect()
}

/// Returns the host name that a binding holds, if a person chose it.
pub(crate) fn custom_host(seen: &Observation) -> Option<String> {
    let host = seen.id.name().to_ascii_lowercase();
    (seen.id.resource_type().is(BINDING) && !is_of_a_service(&host)).then_some(host)
}

/// Tells whether a certificate was uploaded: it cannot be made again from what Azure answers.
pub(crate) fn is_uploaded(seen: &Observation) -> bool {
    let properties = &seen.body["properties"];
    seen.id.resource_type().is(CERTIFICATE)
        && text(properties, "/keyVaultId").is_none()
        && text(properties, "/canonicalName").is_none()
}

fn host_of(record: &ResourceId, zone: &ResourceId) -> String {
    let zone = zone.name().to_ascii_lowercase();
    match record.name() {
        "@" => zone,
        label => format!("{}.{zone}", label.to_ascii_lowercase()),
    }
}

/// Returns the profile or app to which a record leads.
fn route_of(survey: &Survey<'_>, record: &Observation) -> Option<ResourceId> {
    let kind = record.id.resource_type();
    let is_kind = |name: &str| kind.last().eq_ignore_ascii_case(name);
    let may_route = is_kind("CNAME") || is_kind("A") && record.id.name() == "@";
    if !may_route {
        return None;
    }
    if let Some(target) = id_at(&record.body, "/properties/targetResource/id") {
        return target.resource_type().is(PROFILE).then_some(target);
    }
    let host = text(&record.body, "/properties/CNAMERecord/cname")?.trim_end_matches('.');
    let is_named = |seen: &&Observation, pointer: &str| {
        text(&seen.body, pointer).is_some_and(|name| name.eq_ignore_ascii_case(host))
    };
    let profile = survey.of_type(PROFILE).find(|seen| is_named(seen, "/properties/dnsConfig/fqdn"));
    let app = || survey.of_type(SITE).find(|seen| is_named(seen, "/properties/defaultHostName"));
    profile.or_else(app).map(|seen| seen.id.clone())
}

fn domain(survey: &Survey<'_>, placement: &Placement, host: String) -> Option<Found> {
    let is_bound = |seen: &&Observation| custom_host(seen).as_ref() == Some(&host);
    let bindings: Vec<&Observation> = survey.inside().filter(is_bound).collect();
    let bound: Vec<ResourceId> = bindings
        .iter()
        .filter_map(|seen| survey.observed.get(&seen.id.parent()?))
        .map(|site| site.id.clone())
        .filter(|site| placement.home(site).is_some())
        .collect();
    let zone = zone_of(survey, &host);
    let record = zone.as_ref().and_then(|zone| routing_record(survey, zone, &host));
    let route = match (&zone, record) {
        (Some(_), Some(record)) => route_of(survey, record)?,
        (Some(_), None) => return None,
        (None, _) => profile_of(survey, bound.first()?).unwrap_or(bound[0].clone()),
    };
    let proof = zone.as_ref().and_then(|zone| proof_of(survey, zone, &host));
    let (certificates, source) = certificates(survey, placement, &host, &bindings);
    Some(Found {
        is_alias: record
            .is_some_and(|seen| id_at(&seen.body, "/properties/targetResource/id").is_some()),
        ttl: record.and_then(|seen| seen.body["properties"]["TTL"].as_u64()),
        record: record.map(|seen| seen.id.clone()),
        proof: proof.filter(|_| !bound.is_empty()),
        host,
        route,
        zone,
        bound,
        certificates,
        source,
    })
}

fn zone_of(survey: &Survey<'_>, host: &str) -> Option<ResourceId> {
    let serves = |seen: &&Observation| {
        let zone = seen.id.name().to_ascii_lowercase();
        host == zone || host.ends_with(&format!(".{zone}"))
    };
    let zones = survey.of_type(ZONE).filter(serves);
    zones.max_by_key(|seen| seen.id.name().len()).map(|seen| seen.id.clone())
}

fn routing_record<'a>(
    survey: &Survey<'a>,
    zone: &ResourceId,
    host: &str,
) -> Option<&'a Observation> {
    survey.observed.resources.values().find(|seen| {
        seen.id.parent().as_ref() == Some(zone)
            && host_of(&seen.id, zone) == host
            && survey.may_claim(seen)
            && route_of(survey, seen).is_some_and(|route| survey.is_inside(&route))
    })
}

fn proof_of(survey: &Survey<'_>, zone: &ResourceId, host: &str) -> Option<ResourceId> {
    // A wildcard is proved where the name above it is.
    let host = host.strip_prefix("*.").unwrap_or(host);
    let label = host.strip_suffix(&zone.name().to_ascii_lowercase())?.trim_end_matches('.');
    let name = if label.is_empty() { "asuid".to_owned() } else { format!("asuid.{label}") };
    let seen = survey.observed.get(&zone.child("TXT", &name))?;
    survey.may_claim(seen).then(|| seen.id.clone())
}

/// Finds the profile that routes to an app.
fn profile_of(survey: &Survey<'_>, site: &ResourceId) -> Option<ResourceId> {
    let leads_there = |seen: &&Observation| {
        let endpoints = seen.body["properties"]["endpoints"].as_array();
        endpoints
            .into_iter()
            .flatten()
            .any(|endpoint| id_at(endpoint, "/properties/targetResourceId").as_ref() == Some(site))
    };
    survey
        .of_type(PROFILE)
        .filter(|seen| survey.is_inside(&seen.id))
        .find(leads_there)
        .map(|seen| seen.id.clone())
}

/// Finds the certificates that the language would give the name, where each binding uses one.
fn certificates(
    survey: &Survey<'_>,
    placement: &Placement,
    host: &str,
    bindings: &[&Observation],
) -> (Vec<ResourceId>, Option<Source>) {
    let mut found = vec![];
    let mut source = None;
    for binding in bindings {
        let Some(certificate) = binding.id.parent().and_then(|site| {
            let stamp = &placement.stamps[placement.home(&site)?];
            let group =
                stamp.plan.as_ref().and_then(ResourceId::parent).or_else(|| site.parent())?;
            let is_named = |seen: &&Observation| {
                let properties = &seen.body["properties"];
                let vault = id_at(properties, "/keyVaultId");
                let source = vault.as_ref().zip(text(properties, "/keyVaultSecretName"));
                let source = source.map(|(vault, secret)| (vault.name(), secret));
                let names =
                    [None, source].map(|source| certificate_name(host, &stamp.name, source));
                seen.id.parent().as_ref() == Some(&group)
                    && names.iter().any(|name| name.eq_ignore_ascii_case(seen.id.name()))
                    && properties["thumbprint"] == binding.body["properties"]["thumbprint"]
            };
            survey.of_type(CERTIFICATE).find(is_named)
        }) else {
            return (vec![], None);
        };
        let properties = &certificate.body["properties"];
        let secret = text(properties, "/keyVaultSecretName").map(str::to_owned);
        let own = match (id_at(properties, "/keyVaultId"), secret) {
            (Some(vault), Some(secret)) => Source::Vault(vault, secret),
            _ if text(properties, "/canonicalName").is_some() => Source::Managed,
            _ => return (vec![], None),
        };
        let same_print = properties["thumbprint"] == binding.body["properties"]["thumbprint"];
        if !survey.may_claim(certificate)
            || !same_print
            || source.as_ref().is_some_and(|other| *other != own)
        {
            return (vec![], None);
        }
        source = Some(own);
        found.push(certificate.id.clone());
    }
    (found, source)
}

/// Returns the TTL of a record set.
pub(crate) fn ttl_of(body: &Value) -> Option<u64> {
    body["properties"]["TTL"].as_u64()
}
