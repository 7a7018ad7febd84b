//! Name resolution: the records of a scenario, those that families hold, and the names they give.

use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::family::Served;
use crate::kind::visit::Visit;
use crate::protocol::hosts;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

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
    if let Some(held) = held(azure, name, kind) {
        return held;
    }
    let found = |ttl: u64, value: String| {
        vec![Found { name: name.to_owned(), kind: kind.to_owned(), ttl, value }]
    };
    match (kind, hosts::served(azure, &Visit::plain(name, "/"))) {
        ("CNAME", Some(Served::Elsewhere(target))) => found(60, target),
        ("A", Some(Served::Elsewhere(_))) => Vec::new(),
        ("A", _) if hosts::is_there(azure, name) => found(60, "127.0.0.1".to_owned()),
        _ => Vec::new(),
    }
}

/// Returns the records that a zone has of a type at exactly a name, if one has any.
pub(crate) fn held(azure: &Azure, name: &str, kind: &str) -> Option<Vec<Found>> {
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
        return Some(external);
    }
    let own = azure.families.iter().find_map(|family| (family.records)(azure, name, kind))?;
    Some(own.into_iter().map(|(ttl, value)| found(ttl, value)).collect())
}

/// Returns the name to which the records of zones lead, after the chain of CNAMEs; the name itself
/// where there is none.
pub(crate) fn leads_to(azure: &Azure, name: &str) -> String {
    let mut at = trimmed(name);
    for _ in 0..10 {
        let next = held(azure, &at, "CNAME").and_then(|rows| rows.into_iter().next());
        match next {
            Some(next) => at = trimmed(&next.value),
            None => break,
        }
    }
    at
}

fn unquoted(value: &str) -> String {
    value.trim_matches('"').to_owned()
}
