//! What the names and the records of a set may be.
//!
//! Source: <https://learn.microsoft.com/azure/dns/dns-zones-records>; names as RFC 1035 and
//! RFC 4592 have them.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value;

use super::bad_request;
use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::wire::answer::Answer;

/// The most records of a set (<https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits>).
const MOST: usize = 20;
/// The most octets of one string of a TXT record, and of all strings of a set.
const STRING_OCTETS: usize = 255;
const SET_OCTETS: usize = 4096;

/// Checks the name of a zone: two labels or more, none of them empty or too long.
pub(super) fn check_zone_name(name: &str) -> Result<(), Answer> {
    let count = name.split('.').count();
    if (2..=34).contains(&count) && is_name(name) {
        return Ok(());
    }
    Err(bad_request(format!(
        "The zone name '{name}' is not valid: it must have between 2 and 34 labels of 1 to 63 \
         letters, digits, hyphens or underscores; other letters are written in punycode."
    )))
}

/// Checks the name and the records of a set.
pub(super) fn check(azure: &Azure, draft: &Draft, kind: &str, member: &str) -> Result<(), Answer> {
    let zone = draft.id.parent();
    let zone_name = zone.as_ref().map(|zone| zone.name().to_owned()).unwrap_or_default();
    check_name(draft.id.name(), &zone_name, kind)?;
    let found = draft.property(&format!("/{member}"));
    let records: Vec<&Value> = match found {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => vec![],
    };
    let name = draft.id.name();
    if records.len() > MOST {
        let text = format!(
            "The record set '{name}' has {} records; at most {MOST} are allowed.",
            records.len()
        );
        return Err(bad_request(text));
    }
    let mut seen = BTreeSet::new();
    for record in &records {
        if !is_record(kind, record) {
            let text =
                format!("The record {record} of record set '{name}' of type {kind} is not valid.");
            return Err(bad_request(text));
        }
        if !seen.insert(identity_of(kind, record)) {
            let text =
                format!("The record set '{name}' of type {kind} holds the record {record} twice.");
            return Err(bad_request(text));
        }
    }
    if kind == "TXT" {
        check_text(name, &records)?;
    }
    let servers =
        zone.and_then(|zone| azure.state.get(&zone)).and_then(|zone| zone.property("/nameServers"));
    if kind == "NS" && name == "@" {
        let own = |server: &Value| {
            let server = server.as_str().unwrap_or_default();
            records.iter().any(|record| is_server(text(record, "nsdname"), server))
        };
        if !servers.and_then(Value::as_array).is_none_or(|servers| servers.iter().all(own)) {
            let text = "The name servers that Azure gave to the zone cannot be removed from the record set '@' of type NS.";
            return Err(bad_request(text));
        }
    }
    Ok(())
}

fn check_name(name: &str, zone: &str, kind: &str) -> Result<(), Answer> {
    let is_wild = name == "*" || name.starts_with("*.");
    let rest = name.strip_prefix("*.").unwrap_or(name);
    let fits = match name {
        "@" => true,
        "*" => kind != "NS" && kind != "SOA",
        _ => is_name(rest) && !(is_wild && ["NS", "SOA"].contains(&kind)),
    };
    if fits && name.len() + 1 + zone.len() <= 253 && (kind != "SOA" || name == "@") {
        return Ok(());
    }
    Err(bad_request(format!(
        "The record set name '{name}' is not valid for type {kind}: labels have 1 to 63 letters, \
         digits, hyphens or underscores, a wildcard is the whole leftmost label, and other letters \
         are written in punycode."
    )))
}

fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

fn is_host(name: &str) -> bool {
    is_name(name.strip_suffix('.').unwrap_or(name))
}

/// Tells whether `name` is `server`, or the one that Azure gives a zone of another number.
fn is_server(name: &str, server: &str) -> bool {
    let parts = |host: &str| {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let (first, rest) = host.split_once('.')?;
        Some((first.split('-').next()?.to_owned(), rest.to_owned()))
    };
    parts(name).is_some_and(|own| Some(own) == parts(server))
}

fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record[name].as_str().unwrap_or_default()
}

fn is_record(kind: &str, record: &Value) -> bool {
    match kind {
        "A" => text(record, "ipv4Address").parse::<Ipv4Addr>().is_ok(),
        "AAAA" => text(record, "ipv6Address").parse::<Ipv6Addr>().is_ok(),
        "CNAME" => is_host(text(record, "cname")),
        // A dot alone says that there is none (RFC 7505, RFC 2782).
        "MX" => text(record, "exchange") == "." || is_host(text(record, "exchange")),
        "SRV" => text(record, "target") == "." || is_host(text(record, "target")),
        "NS" => is_host(text(record, "nsdname")),
        "PTR" => is_host(text(record, "ptrdname")),
        "CAA" => text(record, "tag").chars().all(|c| c.is_ascii_alphanumeric()),
        _ => true,
    }
}

/// Returns the text by which two records are one.
fn identity_of(kind: &str, record: &Value) -> String {
    let host = |name: &str| text(record, name).trim_end_matches('.').to_ascii_lowercase();
    match kind {
        "AAAA" => match text(record, "ipv6Address").parse::<Ipv6Addr>() {
            Ok(address) => address.to_string(),
            Err(_) => record.to_string(),
        },
        "MX" => format!("{} {}", record["preference"], host("exchange")),
        "SRV" => format!(
            "{} {} {} {}",
            record["priority"],
            record["weight"],
            record["port"],
            host("target")
        ),
        "NS" => host("nsdname"),
        "PTR" => host("ptrdname"),
        "TXT" => strings(record).concat(),
        _ => record.to_string(),
    }
}

fn strings(record: &Value) -> Vec<&str> {
    record["value"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn check_text(name: &str, records: &[&Value]) -> Result<(), Answer> {
    let all: Vec<&str> = records.iter().flat_map(|record| strings(record)).collect();
    if let Some(long) = all.iter().find(|text| text.len() > STRING_OCTETS) {
        return Err(bad_request(format!(
            "A string of record set '{name}' of type TXT has {} octets; at most {STRING_OCTETS} are allowed.",
            long.len()
        )));
    }
    let octets: usize = all.iter().map(|text| text.len()).sum();
    if octets > SET_OCTETS {
        return Err(bad_request(format!(
            "The record set '{name}' of type TXT has {octets} octets; at most {SET_OCTETS} are allowed."
        )));
    }
    Ok(())
}
