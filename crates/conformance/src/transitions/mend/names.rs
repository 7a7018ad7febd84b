//! Zones, records, domains and locks.

use serde_json::{Map, Value, json};

use super::super::addresses::names;
use super::super::language::{SHARED_GROUP, SHARED_ZONE};
use super::{drop_keys, members, text_of};

/// Mends all that has to do with names.
pub fn mend(tree: &mut Value) {
    if let Some(Value::Object(zones)) = tree.get_mut("dns") {
        for (name, zone) in zones.iter_mut() {
            mend_zone(name, zone);
        }
    }
    mend_domains(tree);
    for domain in domain_names(tree) {
        take_record_of(tree, &domain);
    }
    for zone in members(tree, "dns") {
        if zone.get("records").and_then(Value::as_object).is_some_and(Map::is_empty) {
            drop_keys(zone, &["records"]);
        }
    }
    let mut seen: Vec<String> = vec![];
    if let Some(Value::Object(locks)) = tree.get_mut("locks") {
        locks.retain(|_, lock| {
            let on = text_of(lock, "on").to_owned();
            let is_new = !seen.contains(&on);
            seen.push(on);
            is_new
        });
    }
}

fn domain_names(tree: &Value) -> Vec<String> {
    names(tree, "domains").map(str::to_owned).collect()
}

fn mend_zone(name: &str, zone: &mut Value) {
    if !zone.is_object() {
        return;
    }
    if name.eq_ignore_ascii_case(SHARED_ZONE) {
        drop_keys(zone, &["external", "adopt", "tags", "protect"]);
        zone["existing"] = json!(true);
        zone["resourceGroup"] = json!(SHARED_GROUP);
    } else {
        drop_keys(zone, &["existing"]);
    }
    if zone.get("external") == Some(&json!(true)) {
        *zone = json!({ "external": true });
    }
    let Some(Value::Object(records)) = zone.get_mut("records") else { return };
    for (name, set) in records.iter_mut() {
        mend_set(name, set);
    }
    records.retain(|_, set| {
        let types = ["a", "aaaa", "txt", "cname", "caa", "mx", "srv", "alias"];
        types.iter().any(|kind| set.get(*kind).is_some())
    });
}

fn mend_set(name: &str, set: &mut Value) {
    if name == "@" || name == "tür" {
        drop_keys(set, &["cname"]);
    }
    if set.get("cname").is_some() {
        drop_keys(set, &["a", "aaaa", "txt", "caa", "mx", "srv", "alias", "aliasType"]);
    }
    if set.get("alias").is_some() {
        // Of profiles only names are safe here: addresses need endpoints that are some.
        if name == "@" {
            drop_keys(set, &["alias", "aliasType"]);
        } else {
            let ttl = set.get("ttl").cloned();
            *set = json!({ "alias": text_of(set, "alias"), "aliasType": "CNAME" });
            if let Some(ttl) = ttl {
                set["ttl"] = ttl;
            }
        }
    }
    if set.get("alias").is_none() {
        drop_keys(set, &["aliasType"]);
    }
}

fn mend_domains(tree: &mut Value) {
    let whole = tree.clone();
    let Some(Value::Object(domains)) = tree.get_mut("domains") else { return };
    domains.retain(|host, domain| {
        let zone = zone_of(&whole, host);
        let is_apex = zone.as_deref().is_some_and(|zone| zone == host);
        // The zone itself points only to addresses.
        !is_apex && !text_of(domain, "routeTo").is_empty()
    });
    for (host, domain) in domains.iter_mut() {
        let zone = zone_of(&whole, host);
        let is_ours = zone.is_some_and(|zone| whole["dns"][&zone].get("external").is_none());
        if !is_ours {
            // Nobody makes the records by hand that prove whose a name is.
            drop_keys(domain, &["bind"]);
        }
        if domain.get("bind").is_none() {
            drop_keys(domain, &["certificate"]);
        }
        let routes_to_apps = match text_of(domain, "routeTo").strip_prefix("trafficManager/") {
            Some(profile) => whole["trafficManager"][profile]["endpoints"]
                .as_object()
                .is_some_and(|it| it.values().all(|endpoint| endpoint.get("app").is_some())),
            None => true,
        };
        let is_managed = domain.get("certificate") == Some(&json!("managed"));
        if is_managed && (host.starts_with('*') || !routes_to_apps) {
            drop_keys(domain, &["certificate"]);
        }
        if domain.get("alias") == Some(&json!(true))
            && !text_of(domain, "routeTo").starts_with("trafficManager/")
        {
            drop_keys(domain, &["alias"]);
        }
    }
}

fn zone_of(tree: &Value, host: &str) -> Option<String> {
    let mut rest = host;
    loop {
        if tree.get("dns")?.get(rest).is_some() {
            return Some(rest.to_owned());
        }
        rest = rest.split_once('.')?.1;
    }
}

/// A domain makes its own record: the zone's section has no other of that name.
fn take_record_of(tree: &mut Value, host: &str) {
    let Some(zone) = zone_of(tree, host) else { return };
    let relative = host.strip_suffix(&zone).unwrap_or(host).trim_end_matches('.').to_owned();
    let records = tree["dns"][&zone].get_mut("records").and_then(Value::as_object_mut);
    if let Some(records) = records {
        records.retain(|name, _| !name.eq_ignore_ascii_case(&relative));
    }
}
