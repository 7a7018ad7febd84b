//! From a zone and its records to their resources.

use plan::Band;
use planner::{DesiredResource, Expand, Expansion, Home, Life, ManualRecord};
use resource::ResourceId;
use serde_json::{Value, json};
use topology::section::Entry;

use super::{AliasType, Caa, DnsZone, LockPolicy, Mx, RecordSet, Srv};
use crate::traffic_manager::TrafficManager;

const DEFAULT_TTL_SECS: u64 = 3600;

/// The records of one name and type: the type, the body's properties, and for people the values.
struct Records {
    kind: &'static str,
    properties: Value,
    values: Vec<Value>,
}

impl Expand for DnsZone {
    fn expand(&self, expansion: &mut Expansion<'_>, _: Home<'_>, name: &str) {
        if !self.external {
            zone(expansion, name, self);
        }
        for (label, set) in &self.records {
            for set_records in records(expansion, set) {
                record_set(expansion, name, self, label, set, set_records);
            }
        }
    }
}

fn zone(expansion: &mut Expansion<'_>, name: &str, zone: &DnsZone) {
    let Some(id) = zone_id(expansion, name) else { return };
    if zone.lock() == LockPolicy::Lift {
        expansion.desired().liftable.insert(id.clone());
    }
    let body = json!({
        "location": "global",
        "tags": expansion.tags(Home::GLOBAL, &zone.tags),
        "properties": { "zoneType": "Public" },
    });
    let resource =
        DesiredResource::managed(DnsZone::SECTION.address(None, name), id, Band::Global, body);
    expansion.add(resource, Life::of(zone), &zone.place);
}

fn record_set(
    expansion: &mut Expansion<'_>,
    zone_name: &str,
    zone: &DnsZone,
    label: &str,
    set: &RecordSet,
    records: Records,
) {
    let address = format!("{}/{label}/{}", DnsZone::SECTION.address(None, zone_name), records.kind);
    if zone.external {
        let name = if label == "@" { zone_name.to_owned() } else { format!("{label}.{zone_name}") };
        for value in records.values {
            expansion.desired().manual_records.push(ManualRecord {
                address: address.clone(),
                name: name.clone(),
                record_type: records.kind.to_owned(),
                value,
                zone: Some(zone_name.to_owned()),
                ttl: set.ttl.as_ref().map_or(DEFAULT_TTL_SECS, |ttl| ttl.value.as_secs()),
            });
        }
        return;
    }
    let Some(id) = zone_id(expansion, zone_name) else { return };
    let mut properties = records.properties;
    let ttl = set.ttl.as_ref().map_or(DEFAULT_TTL_SECS, |ttl| ttl.value.as_secs());
    // An alias to a profile takes the profile's TTL, whatever the set says.
    let follows =
        set.alias.as_ref().is_some_and(|alias| alias.as_entry::<TrafficManager>().is_some());
    let mut create_only = None;
    if follows {
        create_only = Some(json!({ "properties": { "TTL": ttl } }));
    } else {
        properties["TTL"] = json!(ttl);
    }
    let body = json!({ "properties": properties });
    let record = id.child(records.kind, label);
    let mut resource = DesiredResource::managed(address, record, Band::Global, body);
    resource.create_only = create_only;
    resource.protect = false;
    expansion.add(resource, Life { adopt: zone.adopt || set.adopt, ..Life::default() }, &set.place);
}

fn records(expansion: &Expansion<'_>, set: &RecordSet) -> Vec<Records> {
    let texts: Vec<Value> = set.txt.iter().map(|text| expansion.text(&text.value)).collect();
    let text = |text: &Value| (json!({ "value": chunks(text) }), text.clone());
    let lists = [
        ("A", "ARecords", pairs(&set.a, |ip| (json!({ "ipv4Address": **ip }), json!(**ip)))),
        (
            "AAAA",
            "AAAARecords",
            pairs(&set.aaaa, |ip| (json!({ "ipv6Address": **ip }), json!(**ip))),
        ),
        ("TXT", "TXTRecords", pairs(&texts, text)),
        ("CAA", "caaRecords", pairs(&set.caa, authority)),
        ("MX", "MXRecords", pairs(&set.mx, exchanger)),
        ("SRV", "SRVRecords", pairs(&set.srv, service)),
    ];
    let filled = lists.into_iter().filter(|(.., pairs)| !pairs.is_empty());
    let mut all: Vec<Records> = filled
        .map(|(kind, member, pairs)| {
            let (list, values): (Vec<Value>, Vec<Value>) = pairs.into_iter().unzip();
            Records { kind, properties: json!({ member: list }), values }
        })
        .collect();
    if let Some(cname) = &set.cname {
        let value = match cname.literal() {
            Some(name) => json!(host(name)),
            None => expansion.text(&cname.value),
        };
        all.push(Records {
            kind: "CNAME",
            properties: json!({ "CNAMERecord": { "cname": value } }),
            values: vec![value],
        });
    }
    all.extend(alias(expansion, set));
    all
}

/// Returns each value of a set as ARM has it, and as a person reads it.
fn pairs<T>(values: &[T], of: impl Fn(&T) -> (Value, Value)) -> Vec<(Value, Value)> {
    values.iter().map(of).collect()
}

fn authority(caa: &Caa) -> (Value, Value) {
    let flags = caa.flags.as_ref().map_or(0, |flags| flags.value);
    let record = json!({ "flags": flags, "tag": caa.tag.value, "value": caa.value.value });
    (record, json!(format!("{} {}", *caa.tag, *caa.value)))
}

fn exchanger(mx: &Mx) -> (Value, Value) {
    let record = json!({ "preference": mx.preference.value, "exchange": host(&mx.exchange) });
    (record, json!(format!("{} {}", *mx.preference, *mx.exchange)))
}

fn service(srv: &Srv) -> (Value, Value) {
    let record = json!({
        "priority": srv.priority.value, "weight": srv.weight.value,
        "port": srv.port.value, "target": host(&srv.target),
    });
    (record, json!(srv.target.value))
}

fn alias(expansion: &Expansion<'_>, set: &RecordSet) -> Option<Records> {
    let target = expansion.id_of(&set.alias.as_ref()?.value)?;
    let kind = match set.alias_type.as_ref().map_or(AliasType::A, |kind| kind.value) {
        AliasType::A => "A",
        AliasType::Aaaa => "AAAA",
        AliasType::Cname => "CNAME",
    };
    let properties = json!({ "targetResource": { "id": target.as_str() } });
    Some(Records { kind, properties, values: vec![] })
}

/// Returns the resource of a zone, where it is in Azure DNS.
pub(crate) fn zone_id(expansion: &Expansion<'_>, zone: &str) -> Option<ResourceId> {
    let entry = expansion.topology().sections.get::<DnsZone>(zone)?;
    entry.id(expansion, Home::GLOBAL, zone)
}

/// Returns a host name as DNS holds it; one that it can hold stays as it is written.
pub(crate) fn host(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { topology::host_key(name) }
}

/// Splits a text into the strings of one TXT record, each of 255 octets at most.
fn chunks(text: &Value) -> Value {
    const MOST_OCTETS: usize = 255;
    let Some(text) = text.as_str() else { return json!([text]) };
    let mut strings = vec![String::new()];
    for character in text.chars() {
        match strings.last_mut() {
            Some(last) if last.len() + character.len_utf8() <= MOST_OCTETS => last.push(character),
            _ => strings.push(character.to_string()),
        }
    }
    json!(strings)
}
