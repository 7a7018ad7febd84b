//! From a profile to its resources: endpoint, groups, origins and routes.

use plan::Band;
use planner::{DesiredResource, Expand, Expansion, Home, Life, Probe};
use resource::{Expression, ResourceId, absent};
use serde_json::{Value, json};
use topology::section::Entry;
use topology::{Place, Target};

use super::{rules, steer, storage, waf};
use crate::domains::Domain;

use super::model::{
    CachedQuery, Forward, FrontDoor, HostHeader, OriginGroup, OriginHost, OriginProbe,
    OriginRouting, ProbeMethod, Route,
};

const DEFAULT_TIMEOUT_SECS: u64 = 60;
const DEFAULT_BAND_MILLIS: u64 = 50;
const DEFAULT_WEIGHT: u32 = 500;

impl Expand for FrontDoor {
    fn expand(&self, expansion: &mut Expansion<'_>, home: Home<'_>, name: &str) {
        let Some(id) = self.id(expansion, home, name) else { return };
        let timeout = self.origin_timeout.as_ref().map_or(DEFAULT_TIMEOUT_SECS, |it| it.as_secs());
        let mut body = json!({
            "location": "global",
            "tags": expansion.tags(Home::GLOBAL, &self.tags),
            "properties": { "originResponseTimeoutSeconds": timeout },
        });
        if let Some(tier) = &self.tier {
            body["sku"] = json!({ "name": tier.value.arm() });
        }
        let address = Self::SECTION.address(None, name);
        let profile = DesiredResource::managed(address, id, Band::Global, body);
        expansion.add_entry(self, profile.clone());
        if self.existing {
            return;
        }
        let mut parts = Parts { expansion, profile: &profile };
        parts.add(name, self);
    }
}

/// The resources below a profile, while they are added.
struct Parts<'a, 'e> {
    expansion: &'a mut Expansion<'e>,
    profile: &'a DesiredResource,
}

impl Parts<'_, '_> {
    fn add(&mut self, key: &str, front: &FrontDoor) {
        let endpoint = super::endpoint_id(&self.profile.id, front);
        let body = json!({ "location": "global", "properties": { "enabledState": "Enabled" } });
        self.child("endpoint", endpoint.clone(), body, &[], &front.place);
        for (name, group) in &front.origins {
            self.group(front, name, group);
        }
        rules::add(self.expansion, self.profile, front);
        let firewall = waf::of(front);
        if let Some(waf) = &firewall {
            let mut hosts = vec![endpoint.clone()];
            hosts.extend(self.domains(front));
            waf::add(self.expansion, self.profile, (key, front), waf, &hosts);
        }
        for (name, route) in &front.routes {
            let sets = self.sets(front, name, route);
            let body = self.route_body(front, route, &sets);
            let mut needs = self.origins(front, route);
            needs.extend(rules::of_sets(self.expansion.desired(), &sets));
            // No request passes before the firewall stands.
            needs.extend(firewall.as_ref().map(|waf| waf::link_id(&self.profile.id, waf)));
            let id = endpoint.child("routes", name);
            self.child(&format!("routes/{name}"), id, body, &needs, &route.place);
        }
    }

    /// Adds what lies in the profile: it bears no mark, and is ours with it.
    fn child(
        &mut self,
        key: &str,
        id: ResourceId,
        body: Value,
        needs: &[ResourceId],
        place: &Place,
    ) {
        let address = format!("{}/{key}", self.profile.address);
        let mut child = DesiredResource::managed(address, id, Band::Global, body);
        child.needs.extend(needs.iter().cloned());
        self.expansion.add(child, Life { adopt: true, ..Life::default() }, place);
    }

    fn group_id(&self, name: &str) -> ResourceId {
        self.profile.id.child("originGroups", name)
    }

    /// Returns the sets of rules that a route runs, in their order.
    fn sets(&self, front: &FrontDoor, name: &str, route: &Route) -> Vec<ResourceId> {
        let profile = &self.profile.id;
        let own = match &route.rules {
            Some(own) => own.iter().map(|set| set.value.as_str()).collect(),
            None => front.rules.keys().map(String::as_str).collect::<Vec<_>>(),
        };
        let steered = steer::set_of(profile, front, route);
        let own = own.into_iter().map(|set| profile.child("ruleSets", set));
        steered.into_iter().chain(own).chain(rules::cache_of(profile, name, route)).collect()
    }

    fn group(&mut self, front: &FrontDoor, name: &str, group: &OriginGroup) {
        let id = self.group_id(name);
        let key = format!("origins/{name}");
        self.child(&key, id.clone(), group_body(group), &[], &group.place);
        let members = stamps(group);
        for (at, (member, target)) in members.iter().enumerate() {
            let Some(app) = self.expansion.id_of(target) else { continue };
            let host = Expression::reference(&app, "/properties/defaultHostName").to_value();
            let weight = group.weights.get(member).map_or(DEFAULT_WEIGHT, |weight| weight.value);
            let priority = match group.routing() {
                OriginRouting::Priority => at + 1,
                OriginRouting::Latency | OriginRouting::Weighted => 1,
            };
            let body = origin_body(group, host, json!(priority), json!(weight), true);
            let origin = id.child("origins", member);
            let probe = group.probe.as_ref().map(|probe| Probe {
                path: Some(probe.path.value.clone()),
                headers: vec![],
                expected: vec![],
                holds: probe.expected_body.as_ref().map(|text| text.value.clone()),
            });
            self.expansion.routed(app, &origin, probe);
            if let Some(steer) = &front.steer {
                let mut alone = group_body(group);
                alone["properties"]["healthProbeSettings"] = absent();
                let bodies = (alone, body.clone());
                // Which of these rules comes first says nothing.
                let at = members.iter().filter(|(other, _)| other < member).count();
                let (group, stamp) = ((name, group), (at, member.as_str()));
                steer::add(self.expansion, self.profile, group, stamp, steer, bodies);
            }
            self.child(&format!("{key}/{member}"), origin, body, &[], &group.place);
        }
        if let Some((account, hosts)) = storage::hosts(self.expansion, group) {
            for (at, (member, host)) in storage::names(group).iter().zip(hosts).enumerate() {
                let (priority, weight) = (json!(at + 1), json!(DEFAULT_WEIGHT));
                let body = origin_body(group, json!(host), priority, weight, true);
                let (key, origin) = (format!("{key}/{member}"), id.child("origins", member));
                self.child(&key, origin, body, std::slice::from_ref(&account), &group.place);
            }
        }
        for (member, host) in &group.hosts {
            let body = self.host_body(group, host);
            let origin = id.child("origins", member);
            self.child(&format!("{key}/{member}"), origin, body, &[], &host.place);
        }
    }

    fn host_body(&self, group: &OriginGroup, host: &OriginHost) -> Value {
        let name = self.expansion.text(&host.host.value);
        let number = |number: &Option<topology::Sp<u32>>, or: u32| {
            json!(number.as_ref().map_or(or, |number| number.value))
        };
        let is_on = host.enabled.as_ref().is_none_or(|enabled| enabled.value);
        origin_body(
            group,
            name,
            number(&host.priority, 1),
            number(&host.weight, DEFAULT_WEIGHT),
            is_on,
        )
    }

    /// Returns the origins without which a route is refused.
    fn origins(&self, front: &FrontDoor, route: &Route) -> Vec<ResourceId> {
        let Some(group) = front.origins.get(&route.to.value) else { return vec![] };
        let id = self.group_id(&route.to.value);
        let members = stamps(group).into_iter().map(|(member, _)| member);
        let stored = storage::names(group).iter().map(|name| (*name).to_owned());
        let names = members.chain(stored).chain(group.hosts.keys().cloned());
        names.map(|name| id.child("origins", &name)).collect()
    }

    /// Returns the domains whose names lead to the profile.
    fn domains(&self, front: &FrontDoor) -> Vec<ResourceId> {
        let topology = self.expansion.topology();
        let all = topology.sections.of::<Domain>();
        let own = all.filter(|(_, domain)| super::is_led_to(topology, domain, front));
        own.map(|(host, _)| super::domain_id(&self.profile.id, host)).collect()
    }

    fn route_body(&self, front: &FrontDoor, route: &Route, sets: &[ResourceId]) -> Value {
        let sets: Vec<Value> = sets.iter().map(|id| json!({ "id": id.as_str() })).collect();
        let domains: Vec<Value> =
            self.domains(front).iter().map(|id| json!({ "id": id.as_str() })).collect();
        let forward = route.forward.as_ref().map_or(Forward::Https, |forward| forward.value);
        let redirect = route.redirect.as_ref().is_none_or(|redirect| redirect.value);
        json!({ "properties": {
            "originGroup": { "id": self.group_id(&route.to.value).as_str() },
            "originPath": route.path.as_ref().map_or_else(absent, |path| json!(path.value)),
            "patternsToMatch": route.paths(),
            "supportedProtocols": ["Http", "Https"],
            "forwardingProtocol": forward.arm(),
            "httpsRedirect": status(redirect),
            // The endpoint's own host is for those that have no other.
            "linkToDefaultDomain": status(domains.is_empty()),
            "customDomains": domains,
            "enabledState": status(route.is_enabled()),
            "ruleSets": sets,
            "cacheConfiguration": cache(route),
        } })
    }
}

/// Returns the apps of a group, each with the name of its origin: its stamp.
fn stamps(group: &OriginGroup) -> Vec<(String, &Target)> {
    let apps = group.app.iter().flat_map(|app| &app.apps);
    apps.map(|app| {
        let target: &Target = app;
        let member = match target {
            Target::Entry { stamp, name, .. } => stamp.clone().unwrap_or_else(|| name.clone()),
            Target::Id(id) => id.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        (member, target)
    })
    .collect()
}

fn group_body(group: &OriginGroup) -> Value {
    let number = |number: Option<&topology::Sp<u32>>, or: u32| number.map_or(or, |it| it.value);
    let probe = group.probe.as_ref();
    let band = group
        .latency_band
        .as_ref()
        .map_or(u128::from(DEFAULT_BAND_MILLIS), |band| band.0.as_millis());
    let affinity = group.affinity.as_ref().is_some_and(|affinity| affinity.value);
    json!({ "properties": {
        "loadBalancingSettings": {
            "sampleSize": number(probe.and_then(|probe| probe.samples.as_ref()), 4),
            "successfulSamplesRequired": number(probe.and_then(|probe| probe.healthy.as_ref()), 3),
            "additionalLatencyInMilliseconds": u64::try_from(band).unwrap_or(u64::MAX),
        },
        "healthProbeSettings": probe.map_or_else(absent, probe_body),
        "sessionAffinityState": status(affinity),
    } })
}

fn probe_body(probe: &OriginProbe) -> Value {
    let method = probe.method.as_ref().map_or(ProbeMethod::Head, |method| method.value);
    json!({
        "probePath": probe.path.value,
        "probeRequestType": method.arm(),
        "probeProtocol": "Https",
        "probeIntervalInSeconds": probe.interval.as_ref().map_or(30, |interval| interval.as_secs()),
    })
}

fn origin_body(
    group: &OriginGroup,
    host: Value,
    priority: Value,
    weight: Value,
    is_on: bool,
) -> Value {
    let header = match group.host_header.as_ref().map(|header| header.value) {
        Some(HostHeader::Incoming) => absent(),
        Some(HostHeader::Origin) | None => host.clone(),
    };
    json!({ "properties": {
        "hostName": host,
        "originHostHeader": header,
        "httpPort": 80,
        "httpsPort": 443,
        "priority": priority,
        "weight": weight,
        "enabledState": status(is_on),
        "enforceCertificateNameCheck": true,
    } })
}

/// Returns what of a query tells answers apart, as the edge has it, with the names.
pub(super) fn query(query: Option<&CachedQuery>) -> (&'static str, Value) {
    match query {
        None | Some(CachedQuery::Ignore) => ("IgnoreQueryString", absent()),
        Some(CachedQuery::All) => ("UseQueryString", absent()),
        Some(CachedQuery::Names(names)) => {
            let names: Vec<&str> = names.iter().map(|name| name.value.as_str()).collect();
            ("IncludeSpecifiedQueryStrings", json!(names.join(",")))
        }
    }
}

fn cache(route: &Route) -> Value {
    let Some(cache) = &route.cache else { return absent() };
    let (behaviour, names) = query(cache.query.as_ref().map(|query| &query.value));
    let compress = cache.compress.as_ref().is_some_and(|compress| compress.value);
    let types: Vec<&str> = match cache.types.as_slice() {
        [] if compress => TYPES.to_vec(),
        own => own.iter().map(|name| name.value.as_str()).collect(),
    };
    json!({
        "queryStringCachingBehavior": behaviour,
        "queryParameters": names,
        "compressionSettings": {
            "isCompressionEnabled": compress,
            "contentTypesToCompress": types,
        },
    })
}

/// The content types that are compressed where none are said.
///
/// Source: <https://learn.microsoft.com/azure/frontdoor/standard-premium/how-to-compression>.
pub(super) const TYPES: &[&str] = &[
    "application/javascript",
    "application/json",
    "application/xml",
    "image/svg+xml",
    "text/css",
    "text/html",
    "text/javascript",
    "text/plain",
];

pub(super) fn status(is_on: bool) -> &'static str {
    if is_on { "Enabled" } else { "Disabled" }
}
