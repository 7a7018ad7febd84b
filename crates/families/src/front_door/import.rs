//! From a profile and what lies in it to its entry.

use importer::{
    Choices, Draft, Import, Map, Node, Placement, Recognised, Survey, duration, id_at, literal,
    plain, text,
};
use resource::types::SITE;
use resource::{Observation, ResourceId};
use serde_json::Value;
use topology::section::Entry;

use super::expand::TYPES;
use super::model::{Forward, FrontDoor, ProbeMethod, Tier};
use super::{rules, steer, storage, waf};

impl Import for FrontDoor {
    const PARTS: &'static [&'static str] = &[
        "Microsoft.Cdn/profiles/afdEndpoints",
        "Microsoft.Cdn/profiles/afdEndpoints/routes",
        "Microsoft.Cdn/profiles/originGroups",
        "Microsoft.Cdn/profiles/originGroups/origins",
        rules::SETS,
        rules::RULES,
    ];

    fn beyond(survey: &Survey<'_>, seen: &Observation) -> Option<String> {
        let sku = text(&seen.body, "/sku/name").unwrap_or_default();
        if Tier::of_arm(sku).is_none() {
            return Some(format!("its tier `{sku}` is none of Front Door's"));
        }
        let endpoints = below(survey, &seen.id, "afdEndpoints");
        if endpoints.len() != 1 {
            return Some(format!("an entry has one endpoint, and it has {}", endpoints.len()));
        }
        let groups = below(survey, &seen.id, "originGroups").into_iter();
        let mut origins = groups.flat_map(|group| below(survey, &group.id, "origins"));
        let is_private =
            |it: &Observation| it.body["properties"]["sharedPrivateLinkResource"].is_object();
        if let Some(origin) = origins.find(|it| is_private(it)) {
            return Some(format!("its origin `{}` is behind a private link", origin.id.name()));
        }
        rules::beyond(survey, &seen.id)
    }

    fn body(draft: &mut Draft<'_>, seen: &Observation, _: Option<usize>, map: &mut Map) {
        if let Some(tier) = text(&seen.body, "/sku/name").and_then(Tier::of_arm) {
            map.set("tier", literal(tier.as_str()));
        }
        if let Some(secs) =
            seen.body.pointer("/properties/originResponseTimeoutSeconds").and_then(Value::as_u64)
        {
            map.set_default("originTimeout", duration(secs));
        }
        let endpoint = below(draft.survey, &seen.id, "afdEndpoints").into_iter().next();
        if let Some(endpoint) = endpoint {
            map.set_default("endpoint", literal(endpoint.id.name()));
        }
        let mut origins = Map::default();
        let steered = steer::found(draft.survey, &seen.id);
        let groups = below(draft.survey, &seen.id, "originGroups").into_iter();
        for group in groups.filter(|group| !steered.groups.contains(&group.id)) {
            let written = self::group(draft, group);
            origins.set(group.id.name(), written).about(&group.id);
        }
        map.set_some("origins", origins);
        let mut routes = Map::default();
        let inside = endpoint
            .map(|endpoint| below(draft.survey, &endpoint.id, "routes"))
            .unwrap_or_default();
        let mut made = steered.sets;
        let ttls: Vec<_> = inside
            .iter()
            .map(|route| rules::ttl_of(draft.survey, &seen.id, route))
            .inspect(|found| made.extend(found.iter().map(|(set, _)| set.clone())))
            .collect();
        let sets = below(draft.survey, &seen.id, "ruleSets").into_iter().map(|set| set.id.clone());
        let own: Vec<ResourceId> = sets.filter(|set| !made.contains(set)).collect();
        for (route, ttl) in inside.iter().zip(ttls) {
            let mut written = self::route(route);
            if let Some((_, secs)) = ttl {
                written.child("cache").set("ttl", duration(secs));
            }
            let run = ids(&route.body["properties"]["ruleSets"]);
            let run: Vec<ResourceId> = run.into_iter().filter(|set| !made.contains(set)).collect();
            let names: Vec<&str> = run.iter().map(ResourceId::name).collect();
            written.set("rules", Node::List(nodes(&names))).optional = run == own;
            routes.set(route.id.name(), written).about(&route.id);
        }
        map.set_some("routes", routes);
        let rules = rules::sets(draft, &seen.id, &own);
        map.set_some("rules", rules);
        if let Some(token) = steered.token {
            let token = draft.secrets.refer(steer::TOKEN_VARIABLE, seen.id.name(), &token);
            map.child("steer").set("token", token);
        }
        let key = draft.addresses.get(&seen.id).map(|address| address.key.clone());
        if let Some(found) = draft.recognised::<waf::Found>(Self::SECTION) {
            let firewall = waf::write(draft, &key.unwrap_or_default(), found, seen);
            // A standard profile has none where nothing is said.
            map.set("waf", firewall).optional = true;
        }
    }

    fn priority(survey: &Survey<'_>, apps: &[ResourceId]) -> Option<u64> {
        let hosts = apps.iter().filter_map(|app| survey.observed.get(app));
        let hosts: Vec<&str> =
            hosts.filter_map(|seen| text(&seen.body, "/properties/defaultHostName")).collect();
        let origins = survey.of_type("Microsoft.Cdn/profiles/originGroups/origins");
        let led = origins.filter(|origin| {
            text(&origin.body, "/properties/hostName").is_some_and(|host| hosts.contains(&host))
        });
        led.filter_map(|origin| number(origin, "priority")).min()
    }

    fn recognise(survey: &Survey<'_>, _: &Placement, choices: &Choices) -> Option<Recognised> {
        let found = waf::recognise(survey, choices);
        let parts = found.values().flat_map(|(policy, link)| [policy.clone(), link.clone()]);
        Some(Recognised::new(parts.collect(), found))
    }

    fn gives_way(id: &ResourceId) -> bool {
        Self::SECTION.is_of_type(&id.resource_type()) || waf::is_part(id)
    }
}

/// Returns what was observed of a type right below a resource.
pub(super) fn below<'a>(
    survey: &Survey<'a>,
    parent: &ResourceId,
    kind: &str,
) -> Vec<&'a Observation> {
    let all = survey.observed.resources.values();
    all.filter(|seen| {
        seen.id.resource_type().last().eq_ignore_ascii_case(kind)
            && seen.id.parent().as_ref() == Some(parent)
    })
    .collect()
}

fn group(draft: &Draft<'_>, seen: &Observation) -> Map {
    let mut map = Map::default();
    let properties = &seen.body["properties"];
    let origins = below(draft.survey, &seen.id, "origins");
    match apps(draft, &origins) {
        Some(app) => {
            map.set("app", literal(&app));
            spread(&mut map, &origins);
        }
        None if storage::import(draft, &origins, &mut map) => {}
        None => {
            let mut hosts = Map::default();
            for origin in &origins {
                hosts.set(origin.id.name(), host(origin)).about(&origin.id);
            }
            map.set_some("hosts", hosts);
        }
    }
    let probe = &properties["healthProbeSettings"];
    if probe.is_object() {
        map.set("probe", self::probe(probe, &properties["loadBalancingSettings"]));
    }
    let is_own =
        |origin: &&&Observation| text(&origin.body, "/properties/originHostHeader").is_some();
    if !origins.is_empty() && origins.iter().filter(is_own).count() == 0 {
        map.set("hostHeader", literal("incoming"));
    }
    let band = &properties["loadBalancingSettings"]["additionalLatencyInMilliseconds"];
    if let Some(millis) = band.as_u64() {
        map.set_default("latencyBand", plain(format!("{millis}ms")));
    }
    if text(properties, "/sessionAffinityState") == Some("Enabled") {
        map.set("affinity", true);
    }
    map
}

/// Returns the key of the app whose copies in all stamps are the origins, each called after its stamp.
fn apps(draft: &Draft<'_>, origins: &[&Observation]) -> Option<String> {
    let stamps = &draft.placement.stamps;
    let mut key: Option<String> = None;
    let (mut is_flat, mut is_ordered) = (true, true);
    for origin in origins {
        let host = text(&origin.body, "/properties/hostName")?;
        let sites = draft.survey.observed.resources.values();
        let mut sites = sites.filter(|seen| seen.id.resource_type().is(SITE));
        let site =
            sites.find(|seen| text(&seen.body, "/properties/defaultHostName") == Some(host))?;
        let (at, app) = draft.key_in_stamp::<crate::apps::App>(&site.id)?;
        let is_first = key.get_or_insert_with(|| app.to_owned()) == app;
        if !is_first || stamps[at].name != origin.id.name() {
            return None;
        }
        let priority = number(origin, "priority").unwrap_or(1);
        is_flat &= priority == 1;
        is_ordered &= priority == at as u64 + 1;
    }
    // The order of the stamps is all that the language says of priorities.
    key.filter(|_| origins.len() == stamps.len() && (is_flat || is_ordered))
}

fn number(origin: &Observation, name: &str) -> Option<u64> {
    origin.body["properties"][name].as_u64()
}

/// Writes how the traffic is spread over the stamps.
fn spread(map: &mut Map, origins: &[&Observation]) {
    let all = |name: &str| -> Vec<Option<u64>> {
        origins.iter().map(|origin| number(origin, name)).collect()
    };
    let (priorities, weights) = (all("priority"), all("weight"));
    if priorities.windows(2).any(|pair| pair[0] != pair[1]) {
        map.set("routing", literal("priority"));
    } else if weights.windows(2).any(|pair| pair[0] != pair[1]) {
        map.set("routing", literal("weighted"));
        let mut shares = Map::default();
        for origin in origins {
            if let Some(weight) = number(origin, "weight") {
                shares.set(origin.id.name(), weight);
            }
        }
        map.set_some("weights", shares);
    }
}

fn host(origin: &Observation) -> Map {
    let mut map = Map::default();
    let name = text(&origin.body, "/properties/hostName").unwrap_or_default();
    map.set("host", literal(name));
    for name in ["priority", "weight"] {
        if let Some(value) = number(origin, name) {
            map.set_default(name, value);
        }
    }
    if text(&origin.body, "/properties/enabledState") == Some("Disabled") {
        map.set("enabled", false);
    }
    map
}

fn probe(probe: &Value, counts: &Value) -> Map {
    let mut map = Map::default();
    map.set("path", literal(text(probe, "/probePath").unwrap_or("/")));
    if let Some(secs) = probe["probeIntervalInSeconds"].as_u64() {
        map.set_default("interval", duration(secs));
    }
    if let Some(method) = text(probe, "/probeRequestType").and_then(ProbeMethod::of_arm) {
        map.set_default("method", literal(method.as_str()));
    }
    for (key, name) in [("samples", "sampleSize"), ("healthy", "successfulSamplesRequired")] {
        if let Some(count) = counts[name].as_u64() {
            map.set_default(key, count);
        }
    }
    map
}

fn route(seen: &Observation) -> Map {
    let mut map = Map::default();
    let properties = &seen.body["properties"];
    if let Some(group) = id_at(properties, "/originGroup/id") {
        map.set("to", literal(group.name()));
    }
    let paths = texts(&properties["patternsToMatch"]);
    if paths != ["/*"] {
        map.set_some("paths", nodes(&paths));
    }
    if let Some(path) = text(properties, "/originPath") {
        map.set("path", literal(path));
    }
    let forward = text(properties, "/forwardingProtocol").and_then(Forward::of_arm);
    map.set_default("forward", literal(forward.unwrap_or(Forward::Match).as_str()));
    map.set_default("redirect", text(properties, "/httpsRedirect") != Some("Disabled"));
    if properties["cacheConfiguration"].is_object() {
        map.set("cache", cache(&properties["cacheConfiguration"]));
    }
    if text(properties, "/enabledState") == Some("Disabled") {
        map.set("enabled", false);
    }
    map
}

fn cache(config: &Value) -> Map {
    let mut map = Map::default();
    query(&mut map, config);
    let is_on =
        config.pointer("/compressionSettings/isCompressionEnabled") == Some(&Value::Bool(true));
    map.set_default("compress", is_on);
    let types = texts(&config["compressionSettings"]["contentTypesToCompress"]);
    let is_usual = types.is_empty() || (is_on && types == TYPES);
    if !is_usual {
        map.set("types", Node::List(nodes(&types)));
    }
    map
}

/// Writes what of a query tells answers apart.
pub(super) fn query(map: &mut Map, config: &Value) {
    match text(config, "/queryStringCachingBehavior") {
        Some("UseQueryString") => {
            map.set("query", literal("all"));
        }
        Some("IncludeSpecifiedQueryStrings") => {
            let names = text(config, "/queryParameters").unwrap_or_default();
            let names: Vec<&str> = names.split(',').collect();
            map.set("query", Node::List(nodes(&names)));
        }
        _ => {
            map.set_default("query", literal("ignore"));
        }
    }
}

fn ids(list: &Value) -> Vec<ResourceId> {
    list.as_array().into_iter().flatten().filter_map(|row| id_at(row, "/id")).collect()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn nodes(texts: &[&str]) -> Vec<Node> {
    texts.iter().map(|text| literal(text)).collect()
}
