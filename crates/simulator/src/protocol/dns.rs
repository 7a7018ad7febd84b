//! Name resolution: the simulated zones, the profiles, the sites, and the records of a scenario.

use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::protocol::hosts;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

const ZONE: &str = "Microsoft.Network/dnsZones";

/// A record that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The owner's name, without the dot at its end.
    pub name: String,
    /// The record type, in capitals.
    pub kind: String,
    /// The time to live in seconds.
    pub ttl: u64,
    /// The value, as a zone file has it, without quotation marks.
    pub value: String,
}

/// Answers `/dns-query?name=&type=` in the form of `application/dns-json`.
pub(crate) fn query(azure: &Azure, request: &Request) -> Answer {
    let name = request.query.get("name").cloned().unwrap_or_default();
    let kind = request.query.get("type").map_or("A", String::as_str).to_ascii_uppercase();
    let kind = KINDS
        .iter()
        .find(|(_, code)| code.to_string() == kind)
        .map_or(kind, |(n, _)| (*n).to_owned());
    let found = resolve(azure, &name, &kind);
    let status = if found.is_empty() && !exists(azure, &name) { 3 } else { 0 };
    let answers: Vec<Value> = found
        .iter()
        .map(|record| {
            let data = if record.kind == "TXT" { format!("\"{}\"", record.value) } else { record.value.clone() };
            json!({"name": format!("{}.", record.name), "type": code(&record.kind), "TTL": record.ttl, "data": data})
        })
        .collect();
    let body = json!({
        "Status": status,
        "TC": false,
        "RD": true,
        "RA": true,
        "AD": false,
        "CD": false,
        "Question": [{"name": format!("{}.", trimmed(&name)), "type": code(&kind)}],
        "Answer": answers,
    });
    Answer::json(200, body).with("content-type", "application/dns-json")
}

const KINDS: &[(&str, u16)] = &[
    ("A", 1),
    ("NS", 2),
    ("CNAME", 5),
    ("SOA", 6),
    ("PTR", 12),
    ("MX", 15),
    ("TXT", 16),
    ("AAAA", 28),
    ("SRV", 33),
    ("CAA", 257),
];

fn code(kind: &str) -> u16 {
    KINDS.iter().find(|(name, _)| *name == kind).map_or(0, |(_, code)| *code)
}

/// Returns a name in lower case and without the dot at its end.
pub(crate) fn trimmed(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// Returns the records of a type under a name, after the chain of CNAMEs that leads to them.
pub(crate) fn resolve(azure: &Azure, name: &str, kind: &str) -> Vec<Found> {
    let mut chain = Vec::new();
    let mut at = trimmed(name);
    // A chain of more than ten is a loop.
    for _ in 0..10 {
        let here = lookup(azure, &at, kind);
        if !here.is_empty() || kind == "CNAME" {
            chain.extend(here);
            return chain;
        }
        let Some(next) = lookup(azure, &at, "CNAME").into_iter().next() else { break };
        at = trimmed(&next.value);
        chain.push(next);
    }
    chain
}

fn exists(azure: &Azure, name: &str) -> bool {
    KINDS.iter().any(|(kind, _)| !lookup(azure, &trimmed(name), kind).is_empty())
}

/// Returns the records of a type at exactly a name.
pub(crate) fn lookup(azure: &Azure, name: &str, kind: &str) -> Vec<Found> {
    let found = |ttl: u64, value: String| Found {
        name: name.to_owned(),
        kind: kind.to_owned(),
        ttl,
        value,
    };
    let external =
        azure.state.records.iter().filter(|record| {
            trimmed(&record.name) == name && record.kind.eq_ignore_ascii_case(kind)
        });
    let external: Vec<Found> = external
        .flat_map(|record| {
            record.values.iter().map(|value| found(record.ttl.into(), unquoted(value)))
        })
        .collect();
    if !external.is_empty() {
        return external;
    }
    if let Some(set) = record_set(azure, name, kind) {
        let ttl = set.property("/TTL").and_then(Value::as_u64).unwrap_or(3600);
        return values(azure, set, kind).into_iter().map(|value| found(ttl, value)).collect();
    }
    if kind == "CNAME" {
        return hosts::profile_target(azure, name)
            .map(|value| found(60, value))
            .into_iter()
            .collect();
    }
    let is_site = kind == "A" && hosts::status(azure, name, "/").0 != 404;
    if is_site && hosts::profile_target(azure, name).is_none() {
        return vec![found(60, "127.0.0.1".to_owned())];
    }
    Vec::new()
}

/// Returns the record set of a type at a name, in the zone that is nearest to the name.
pub(crate) fn record_set<'a>(azure: &'a Azure, name: &str, kind: &str) -> Option<&'a Stored> {
    let holds = |zone: &&Stored| {
        let zone = trimmed(zone.id.name());
        name == zone || name.ends_with(&format!(".{zone}"))
    };
    let zone = azure.state.of_type(ZONE).filter(holds).max_by_key(|zone| zone.id.name().len())?;
    let apex = trimmed(zone.id.name());
    let label = name.strip_suffix(&apex)?.trim_end_matches('.');
    let label = if label.is_empty() { "@" } else { label };
    let direct = azure.state.get(&zone.id.child(kind, label));
    direct.or_else(|| {
        let (_, rest) = label.split_once('.').unwrap_or(("", ""));
        let wild = if rest.is_empty() { "*".to_owned() } else { format!("*.{rest}") };
        azure.state.get(&zone.id.child(kind, &wild))
    })
}

fn values(azure: &Azure, set: &Stored, kind: &str) -> Vec<String> {
    if let Some(target) = set.text("/targetResource/id") {
        return alias(azure, target, kind);
    }
    let each = |pointer: &str, make: &dyn Fn(&Value) -> String| -> Vec<String> {
        let records = set.property(pointer).and_then(Value::as_array);
        records.map(|records| records.iter().map(make).collect()).unwrap_or_default()
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match kind {
        "A" => each("/ARecords", &|r| text(&r["ipv4Address"])),
        "AAAA" => each("/AAAARecords", &|r| text(&r["ipv6Address"])),
        "NS" => each("/NSRecords", &|r| text(&r["nsdname"])),
        "PTR" => each("/PTRRecords", &|r| text(&r["ptrdname"])),
        "MX" => each("/MXRecords", &|r| format!("{} {}", r["preference"], text(&r["exchange"]))),
        "SRV" => each("/SRVRecords", &|r| {
            format!("{} {} {} {}", r["priority"], r["weight"], r["port"], text(&r["target"]))
        }),
        "CAA" => each("/caaRecords", &|r| {
            format!("{} {} \"{}\"", r["flags"], text(&r["tag"]), text(&r["value"]))
        }),
        "TXT" => each("/TXTRecords", &|r| {
            let chunks = r["value"].as_array().cloned().unwrap_or_default();
            chunks.iter().map(text).collect()
        }),
        "CNAME" => set.text("/CNAMERecord/cname").map(str::to_owned).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn alias(azure: &Azure, target: &str, kind: &str) -> Vec<String> {
    let Some(target) = azure.state.named(target) else { return Vec::new() };
    if let Some(name) = target.text("/dnsConfig/fqdn") {
        if kind == "CNAME" {
            return vec![name.to_owned()];
        }
        let endpoints = crate::families::traffic_manager::watch::endpoints(azure, &target.id);
        return endpoints
            .filter_map(|endpoint| endpoint.text("/target").map(str::to_owned))
            .collect();
    }
    if target.kind().parent().is_some_and(|parent| parent.is(ZONE)) {
        return values(azure, target, kind);
    }
    target.text("/ipAddress").map(str::to_owned).into_iter().collect()
}

fn unquoted(value: &str) -> String {
    value.trim_matches('"').to_owned()
}
