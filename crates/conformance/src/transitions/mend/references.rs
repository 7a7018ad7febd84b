//! References that lead somewhere.

use serde_json::{Value, json};

use super::super::addresses::{Scope, addresses, entry, names, stamps};
use super::super::draw::Draw;
use super::super::language::{SHARED_GROUP, SHARED_VAULT, SUBSCRIPTION, TOPOLOGY, holder_of};
use super::super::shape::{Kind, Shape, Site, Step, at, at_mut, remove, sites};
use super::members;

/// Mends every reference: what leads nowhere leads to something of its kind, or goes.
pub fn mend(tree: &mut Value, draw: &mut Draw<'_>) {
    let found = sites(tree, &TOPOLOGY);
    // From the last to the first, so that what is taken out moves nothing that is still to come.
    for site in found.iter().rev() {
        match site.shape {
            Shape::Reference(kinds) => reference(tree, site, kinds, draw),
            Shape::Value(_) => value(tree, site, draw),
            _ => {}
        }
    }
    for domain in members(tree, "domains") {
        if domain.get("bind").is_some_and(is_empty) {
            super::drop_keys(domain, &["bind"]);
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn reference(tree: &mut Value, site: &Site, kinds: &[Kind], draw: &mut Draw<'_>) {
    let Some(Value::String(written)) = at(tree, &site.path) else { return };
    let written = written.clone();
    let known = addresses(tree, &Scope::of(&site.path));
    let of_kind: Vec<&String> = known
        .iter()
        .filter(|(kind, _)| kinds.contains(kind))
        .map(|(_, address)| address)
        .filter(|address| !is_own(&site.path, address))
        .filter(|address| {
            site.key.is_none_or(|key| key.name != "vault") || takes_policies(tree, address)
        })
        .collect();
    if of_kind.iter().any(|address| address.eq_ignore_ascii_case(&written))
        || written.starts_with("/subscriptions")
    {
        return;
    }
    if let Some(address) = of_kind.get(draw.below(of_kind.len())) {
        let address = (*address).clone();
        if let Some(place) = at_mut(tree, &site.path) {
            *place = json!(address);
        }
        return;
    }
    let Some((_, parent)) = site.path.split_last() else { return };
    remove(tree, &site.path);
    if !is_endpoint(parent) && site.key.is_some_and(|key| key.odds == 100) {
        remove(tree, parent);
    }
}

/// Tells whether an address leads to the very thing that holds the reference.
fn is_own(path: &[Step], address: &str) -> bool {
    match path {
        [Step::Key(section), Step::Key(name), ..] if section == "trafficManager" => {
            address == format!("trafficManager/{name}")
        }
        [Step::Key(part), Step::Key(section), Step::Key(name), ..]
            if part == "stamp" && section == "apps" =>
        {
            address == name
        }
        [Step::Key(part), _, Step::Key(section), Step::Key(name), ..]
            if part == "stamps" && section == "apps" =>
        {
            address == name
        }
        _ => false,
    }
}

fn takes_policies(tree: &Value, address: &str) -> bool {
    entry(tree, address).is_some_and(|vault| vault.get("rbac") == Some(&json!(false)))
}

fn is_endpoint(path: &[Step]) -> bool {
    matches!(path, [Step::Key(section), _, Step::Key(part), _] if section == "trafficManager" && part == "endpoints")
}

/// Mends what a value refers to: in a text, in the identities of an app, in a binding.
fn value(tree: &mut Value, site: &Site, draw: &mut Draw<'_>) {
    let Some(written) = at(tree, &site.path) else { return };
    let name = site.key.map_or("", |key| key.name);
    let mended = match (name, written) {
        ("identity", Value::Array(members)) => identities(tree, site, members, draw),
        ("bind" | "app", written) => Some(bind(tree, written, draw)),
        ("uses", Value::Array(uses)) => Some(self::uses(tree, site, uses, draw)),
        ("", Value::Object(_)) if holder_of(written).is_some() => {
            let entry = written.clone();
            return stand(tree, site, entry, draw);
        }
        ("certificate", Value::Object(certificate)) => {
            let vault = certificate.get("keyVault").and_then(Value::as_str).unwrap_or_default();
            let known = addresses(tree, &Scope::Global);
            let is_known = vault.starts_with("/subscriptions")
                || known.iter().any(|(_, address)| address == vault);
            if is_known {
                return;
            }
            let shared = names(tree, "vaults")
                .find(|name| tree["vaults"][*name].get("existing") == Some(&json!(true)));
            let vault = match shared {
                Some(name) => format!("vaults/{name}"),
                None => format!(
                    "/subscriptions/{SUBSCRIPTION}/resourceGroups/{SHARED_GROUP}/providers\
                     /Microsoft.KeyVault/vaults/{SHARED_VAULT}"
                ),
            };
            let mut certificate = certificate.clone();
            certificate.insert("keyVault".into(), json!(vault));
            Some(Value::Object(certificate))
        }
        (_, Value::String(text)) => {
            let text = text.clone();
            let known = addresses(tree, &Scope::of(&site.path));
            let mended = mend_text(&text, &known, draw);
            (mended != text).then(|| json!(mended))
        }
        _ => None,
    };
    if let (Some(mended), Some(place)) = (mended, at_mut(tree, &site.path)) {
        *place = mended;
    }
}

/// Has a raw entry stand in or on something that is there and is this topology's, or takes it out.
fn stand(tree: &mut Value, site: &Site, mut entry: Value, draw: &mut Draw<'_>) {
    let Some((key, kinds)) = holder_of(&entry) else { return };
    let known = addresses(tree, &Scope::of(&site.path));
    let takes = |(kind, address): &&(Kind, String)| {
        let is_read = super::super::addresses::entry(tree, address)
            .is_some_and(|holder| holder.get("existing").is_some());
        kinds.contains(kind) && !is_read
    };
    let is_offered = kinds != [Kind::App] || every_plan_has_slots(tree);
    let known = known.iter().filter(|_| is_offered);
    let fitting: Vec<&String> = known.filter(takes).map(|(_, address)| address).collect();
    let written = entry[key].as_str().unwrap_or_default();
    if fitting.iter().any(|address| address.as_str() == written) {
        return;
    }
    match fitting.get(draw.below(fitting.len())) {
        Some(address) => {
            entry[key] = json!(address);
            if let Some(place) = at_mut(tree, &site.path) {
                *place = entry;
            }
        }
        None => {
            remove(tree, &site.path);
        }
    }
}

fn every_plan_has_slots(tree: &Value) -> bool {
    let instances = tree.get("stamps").and_then(Value::as_object).into_iter().flatten();
    let parts = instances.map(|(_, instance)| instance).chain(tree.get("stamp"));
    let skus = parts.filter_map(|part| part.pointer("/plan/sku")?.as_str());
    skus.into_iter().all(|sku| sku.starts_with(['S', 's', 'P', 'p']))
}

fn identities(tree: &Value, site: &Site, members: &[Value], draw: &mut Draw<'_>) -> Option<Value> {
    let known: Vec<String> = addresses(tree, &Scope::of(&site.path))
        .into_iter()
        .filter(|(kind, _)| *kind == Kind::Identity)
        .map(|(_, address)| address)
        .collect();
    let mut mended: Vec<Value> = vec![];
    for member in members {
        let text = member.as_str().unwrap_or_default();
        if text == "system" || known.iter().any(|address| address == text) {
            mended.push(member.clone());
        } else if let Some(address) = known.get(draw.below(known.len())) {
            mended.push(json!(address));
        }
    }
    mended.dedup();
    if mended.is_empty() {
        return Some(json!("system"));
    }
    (mended != members).then(|| json!(mended))
}

/// Has an identity use what is there: `storage: queue` is any account, for its queues.
fn uses(tree: &Value, site: &Site, uses: &[Value], draw: &mut Draw<'_>) -> Value {
    let known = addresses(tree, &Scope::of(&site.path));
    let is_known = |address: &str| known.iter().any(|(_, other)| other == address);
    let mut used: Vec<String> = vec![];
    let mut mended: Vec<Value> = vec![];
    for written in uses {
        let (target, purpose) = match written {
            Value::String(text) => match text.split_once(": ") {
                Some((target, purpose)) => (target.to_owned(), Some(json!(purpose))),
                None => (text.clone(), None),
            },
            Value::Object(map) => match map.iter().next() {
                Some((target, purpose)) => (target.clone(), Some(purpose.clone())),
                None => continue,
            },
            _ => continue,
        };
        let kind = match target.split('/').rev().nth(1).unwrap_or(&target) {
            "storage" => Kind::Storage,
            "vaults" => Kind::Vault,
            _ => Kind::Cache,
        };
        let of_kind: Vec<&String> =
            known.iter().filter(|(other, _)| *other == kind).map(|(_, it)| it).collect();
        let address = match of_kind.get(draw.below(of_kind.len())) {
            _ if is_known(&target) => target,
            Some(address) => (*address).clone(),
            None => continue,
        };
        if used.contains(&address) {
            continue;
        }
        used.push(address.clone());
        mended.push(match purpose {
            Some(purpose) => json!({ address: purpose }),
            None => json!(address),
        });
    }
    json!(mended)
}

fn bind(tree: &Value, written: &Value, draw: &mut Draw<'_>) -> Value {
    let mut known: Vec<String> = vec![];
    for (stamp, body) in stamps(tree) {
        for app in names(&body, "apps") {
            known.push(app.to_owned());
            known.push(format!("{stamp}/{app}"));
        }
    }
    let one = |text: &str, draw: &mut Draw<'_>| -> Option<Value> {
        if known.iter().any(|address| address == text) {
            return Some(json!(text));
        }
        known.get(draw.below(known.len())).map(|address| json!(address))
    };
    match written {
        Value::Array(members) => members
            .iter()
            .filter_map(|member| one(member.as_str().unwrap_or_default(), draw))
            .collect(),
        written => one(written.as_str().unwrap_or_default(), draw).unwrap_or(Value::Null),
    }
}

/// Mends the references in a text: `{@app.defaultHostName}` stands for any app's.
fn mend_text(text: &str, known: &[(Kind, String)], draw: &mut Draw<'_>) -> String {
    let mut mended = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let Some(end) = rest[start..].find('}').map(|end| start + end) else { break };
        let inner = &rest[start + 1..end];
        let is_plain =
            rest[..start].ends_with('$') || inner.starts_with('{') || !inner.contains('.');
        if is_plain {
            mended.push_str(&rest[..=end]);
            rest = &rest[end + 1..];
            continue;
        }
        let (address, property) = inner.rsplit_once('.').unwrap_or((inner, ""));
        let kind = match address.strip_prefix('@') {
            Some("app") => Some(Kind::App),
            Some("storage") => Some(Kind::Storage),
            Some("vault") => Some(Kind::Vault),
            Some("identity") => Some(Kind::Identity),
            Some("profile") => Some(Kind::Profile),
            _ if known.iter().any(|(_, other)| other == address) => {
                mended.push_str(&rest[..=end]);
                rest = &rest[end + 1..];
                continue;
            }
            _ => None,
        };
        let of_kind: Vec<&String> =
            known.iter().filter(|(other, _)| Some(*other) == kind).map(|(_, it)| it).collect();
        let Some(address) = of_kind.get(draw.below(of_kind.len())) else {
            return "gone.example.net".to_owned();
        };
        mended.push_str(&format!("{}{{{address}.{property}}}", &rest[..start]));
        rest = &rest[end + 1..];
    }
    mended.push_str(rest);
    mended
}
