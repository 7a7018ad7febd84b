//! From a zone and its records that were observed to their entry.

use std::collections::{BTreeMap, BTreeSet};

use importer::{
    Draft, Import, Life, Map, Node, Placement, Survey, capital, duration, existing, id_at, literal,
    one_or_many, text,
};
use resource::types::{PROFILE, ZONE};
use resource::{Observation, ResourceId};
use serde_json::Value;
use topology::section::Entry;

use super::{DNS, DnsZone};
use crate::domains::{self, ttl_of};

impl Import for DnsZone {
    fn import(draft: &mut Draft<'_>, _: Option<usize>, home: &mut Map) {
        let zones = zones(draft);
        home.set_some(Self::SECTION.key, zones);
    }

    fn reaches(survey: &Survey<'_>, id: &ResourceId) -> bool {
        let mut seen = survey.observed.resources.values();
        seen.any(|seen| seen.id.parent().as_ref() == Some(id) && survey.may_claim(seen))
    }

    fn tells(survey: &Survey<'_>, _: &Placement, id: &ResourceId) -> bool {
        is_in_zone(id) && !stands_alone(survey, id)
    }

    fn key(id: &ResourceId) -> Option<String> {
        let label = if id.name() == "@" { "apex" } else { id.name() };
        let label: String =
            label.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let label = label.trim_matches('-');
        is_in_zone(id)
            .then(|| format!("{label}-{}", id.resource_type().last()).to_ascii_lowercase())
    }

    // What stands in a zone cannot be told without it.
    fn gives_way(id: &ResourceId) -> bool {
        is_record(id)
    }
}

fn is_in_zone(id: &ResourceId) -> bool {
    id.resource_type().parent().is_some_and(|parent| parent.is(ZONE))
}

/// Tells whether the language has no key for a record set that a person made.
fn stands_alone(survey: &Survey<'_>, id: &ResourceId) -> bool {
    let is_of_zone = ["NS", "SOA"].contains(&id.resource_type().last()) && id.name() == "@";
    let is_ours = survey.observed.get(id).is_some_and(|seen| survey.may_claim(seen));
    is_ours && !is_of_zone && !is_record(id)
}

/// Writes the zones with the records that are the topology's.
fn zones(draft: &mut Draft<'_>) -> Map {
    let mut zones = Map::default();
    for (seen, key) in draft.entries(&DNS, None) {
        let records = records(draft, seen);
        let mut map = Map::default();
        draft.place(&mut map, &seen.id, None);
        let life = draft.life(seen);
        if let Life::Existing(_) = life {
            map = existing(map);
        } else {
            draft.tail(&mut map, seen, None);
        }
        map.set_some("records", records);
        let member = zones.set(&key, map).about(&seen.id);
        if let Life::Existing(reason) = life {
            member.comment(capital(&format!("the zone is only read: {reason}")));
        }
    }
    let outside: BTreeSet<&str> =
        domains::found(draft).iter().filter_map(|it| it.external_zone()).collect();
    for zone in outside {
        zones.child(zone).set("external", true);
    }
    zones
}

fn records(draft: &mut Draft<'_>, zone: &Observation) -> Map {
    let mut sets: BTreeMap<String, Vec<&Observation>> = BTreeMap::new();
    let mut foreign = 0;
    let survey = draft.survey;
    let inside = survey
        .observed
        .resources
        .values()
        .filter(|seen| seen.id.parent().as_ref() == Some(&zone.id));
    for seen in inside {
        if !is_record(&seen.id) {
            continue;
        }
        let is_told = draft.is_recognised(&seen.id)
            || draft.addresses.get(&seen.id).is_some()
            || draft.choices.left_out.contains_key(&seen.id);
        if is_told {
            continue;
        }
        if survey.may_claim(seen) {
            sets.entry(seen.id.name().to_owned()).or_default().push(seen);
        } else {
            foreign += 1;
        }
    }
    if foreign > 0 {
        let why = match foreign {
            1 => "a record set does not carry our mark and stays as it is".to_owned(),
            _ => format!("{foreign} record sets do not carry our mark and stay as they are"),
        };
        draft.remark(zone.id.as_str(), why);
    }
    let mut records = Map::default();
    for (name, sets) in sets {
        let map = record(draft, &sets);
        records.set_some(&name, map);
        if let Some(last) = records.members.iter_mut().find(|member| member.key == name) {
            last.about = sets.first().map(|seen| seen.id.clone());
        }
    }
    records
}

fn record(draft: &Draft<'_>, sets: &[&Observation]) -> Map {
    let mut map = Map::default();
    for seen in sets {
        let properties = &seen.body["properties"];
        let kind = seen.id.resource_type().last().to_ascii_uppercase();
        if let Some(target) = id_at(properties, "/targetResource/id") {
            map.set("alias", draft.target(&target, None));
            map.set_default("aliasType", literal(&kind));
            continue;
        }
        if let Some((key, value)) = values(&kind, properties) {
            map.set_some(key, value);
        }
    }
    // An alias to a profile has the profile's.
    let follows = |seen: &Observation| {
        id_at(&seen.body, "/properties/targetResource/id")
            .is_some_and(|target| target.resource_type().is(PROFILE))
    };
    let own = sets.iter().find(|seen| !follows(seen));
    if let Some(ttl) = own.and_then(|seen| ttl_of(&seen.body)) {
        map.set_default("ttl", duration(ttl));
    }
    map
}

/// Tells whether the language has a key for the records of this set.
fn is_record(id: &ResourceId) -> bool {
    const KINDS: [&str; 7] = ["A", "AAAA", "TXT", "CNAME", "CAA", "MX", "SRV"];
    let kind = id.resource_type();
    KINDS.iter().any(|known| known.eq_ignore_ascii_case(kind.last()))
        && kind.parent().is_some_and(|parent| parent.is(ZONE))
}

/// Returns the key and the value of one type of records.
fn values(kind: &str, properties: &Value) -> Option<(&'static str, Node)> {
    let all = |name: &str, value: &dyn Fn(&Value) -> Option<Node>| {
        let records = properties[name].as_array().into_iter().flatten();
        one_or_many(records.filter_map(value).collect())
    };
    let plain = |key: &'static str| move |record: &Value| record[key].as_str().map(literal);
    Some(match kind {
        "A" => ("a", all("ARecords", &plain("ipv4Address"))),
        "AAAA" => ("aaaa", all("AAAARecords", &plain("ipv6Address"))),
        "TXT" => (
            "txt",
            all("TXTRecords", &|record| {
                let strings = record["value"].as_array()?.iter().filter_map(Value::as_str);
                Some(literal(&strings.collect::<String>()))
            }),
        ),
        "CNAME" => ("cname", literal(text(properties, "/CNAMERecord/cname")?)),
        "CAA" => (
            "caa",
            all("caaRecords", &|record| {
                let mut map = Map::default();
                if let Some(flags) = record["flags"].as_u64().filter(|flags| *flags > 0) {
                    map.set("flags", flags);
                }
                map.set("tag", literal(record["tag"].as_str()?));
                map.set("value", literal(record["value"].as_str()?));
                Some(Node::Map(map))
            }),
        ),
        "MX" => (
            "mx",
            all("MXRecords", &|record| {
                let mut map = Map::default();
                map.set("preference", record["preference"].as_u64()?);
                map.set("exchange", literal(record["exchange"].as_str()?));
                Some(Node::Map(map))
            }),
        ),
        "SRV" => (
            "srv",
            all("SRVRecords", &|record| {
                let mut map = Map::default();
                for key in ["priority", "weight", "port"] {
                    map.set(key, record[key].as_u64()?);
                }
                map.set("target", literal(record["target"].as_str()?));
                Some(Node::Map(map))
            }),
        ),
        _ => return None,
    })
}
