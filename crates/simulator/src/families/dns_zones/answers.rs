//! What the name servers of a zone answer.

use serde_json::Value;

use crate::families::traffic_manager::watch;
use crate::kind::azure::Azure;
use crate::protocol::dns::trimmed;
use crate::store::state::Stored;

const ZONE: &str = "Microsoft.Network/dnsZones";

/// Returns the values of a record type at a name, if a zone has a set of it.
pub(super) fn records(azure: &Azure, name: &str, kind: &str) -> Option<Vec<(u64, String)>> {
    let set = record_set(azure, name, kind)?;
    let ttl = set.property("/TTL").and_then(Value::as_u64).unwrap_or(3600);
    Some(values(azure, set, kind).into_iter().map(|value| (ttl, value)).collect())
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
        let endpoints = watch::endpoints(azure, &target.id);
        return endpoints
            .filter_map(|endpoint| endpoint.text("/target").map(str::to_owned))
            .collect();
    }
    // The host of an endpoint of Front Door.
    if let Some(name) = target.text("/hostName") {
        let address = if kind == "AAAA" { "::1" } else { "127.0.0.1" };
        return vec![if kind == "CNAME" { name } else { address }.to_owned()];
    }
    if target.kind().parent().is_some_and(|parent| parent.is(ZONE)) {
        return values(azure, target, kind);
    }
    target.text("/ipAddress").map(str::to_owned).into_iter().collect()
}
