//! What can be referred to in a tree, and from where.

use serde_json::{Map, Value};

use super::shape::{Kind, Step};

/// From where a reference is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Outside all stamps.
    Global,
    /// In the module.
    Module,
    /// In an instance.
    Stamp(String),
}

const BANDS: [(&str, Kind); 4] = [
    ("storage", Kind::Storage),
    ("vaults", Kind::Vault),
    ("identities", Kind::Identity),
    ("resources", Kind::Resource),
];

impl Scope {
    /// Returns from where the part at `path` sees others.
    pub fn of(path: &[Step]) -> Self {
        match path {
            [Step::Key(first), ..] if first == "stamp" => Self::Module,
            [Step::Key(first), Step::Key(stamp), ..] if first == "stamps" => {
                Self::Stamp(stamp.clone())
            }
            _ => Self::Global,
        }
    }
}

/// Lays one tree over another, as the language does.
pub fn merge(below: &Value, above: &Value) -> Value {
    let (Value::Object(base), Value::Object(over)) = (below, above) else { return above.clone() };
    let mut merged = base.clone();
    for (key, value) in over {
        match (merged.get(key), value) {
            (_, Value::Null) => {
                merged.shift_remove(key);
            }
            (Some(known), _) => {
                let joined = merge(known, value);
                merged.insert(key.clone(), joined);
            }
            (None, _) => {
                merged.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(merged)
}

/// Returns the stamps of a tree, each with the module below it.
pub fn stamps(tree: &Value) -> Vec<(String, Value)> {
    let none = Value::Object(Map::new());
    let module = tree.get("stamp").unwrap_or(&none);
    let Some(Value::Object(stamps)) = tree.get("stamps") else { return vec![] };
    stamps.iter().map(|(name, stamp)| (name.clone(), merge(module, stamp))).collect()
}

/// Returns the names in a section.
pub fn names<'a>(tree: &'a Value, section: &str) -> impl Iterator<Item = &'a str> {
    tree.get(section).and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str)
}

/// Returns all that can be referred to from `scope`, each by one address.
pub fn addresses(tree: &Value, scope: &Scope) -> Vec<(Kind, String)> {
    let mut found = vec![];
    let all = stamps(tree);
    let own = match scope {
        Scope::Global => None,
        Scope::Module => tree.get("stamp").cloned(),
        Scope::Stamp(name) => {
            all.iter().find(|(other, _)| other == name).map(|(_, stamp)| stamp.clone())
        }
    };
    if let Some(own) = &own {
        found.extend(names(own, "apps").map(|app| (Kind::App, app.to_owned())));
        for (band, kind) in BANDS {
            found.extend(names(own, band).map(|name| (kind, format!("{band}/{name}"))));
        }
        found.extend(own.get("redis").map(|_| (Kind::Cache, "redis".to_owned())));
    }
    if *scope == Scope::Global {
        for (name, stamp) in &all {
            found.extend(names(stamp, "apps").map(|app| (Kind::App, format!("{name}/{app}"))));
            for (band, kind) in BANDS {
                let inside = names(stamp, band);
                found.extend(inside.map(|other| (kind, format!("{name}/{band}/{other}"))));
            }
            found.extend(stamp.get("redis").map(|_| (Kind::Cache, format!("{name}/redis"))));
        }
    }
    for (band, kind) in BANDS {
        found.extend(names(tree, band).map(|name| (kind, format!("{band}/{name}"))));
    }
    let profiles = names(tree, "trafficManager");
    found.extend(profiles.map(|name| (Kind::Profile, format!("trafficManager/{name}"))));
    let is_external =
        |zone: &str| tree["dns"][zone].get("external").is_some_and(|it| *it == Value::Bool(true));
    let zones = names(tree, "dns").filter(|zone| !is_external(zone));
    found.extend(zones.map(|zone| (Kind::Zone, format!("dns/{zone}"))));
    found.dedup();
    found
}

/// Returns the stamp's or global entry that a band's address leads to.
pub fn entry<'a>(tree: &'a Value, address: &str) -> Option<&'a Value> {
    let segments: Vec<&str> = address.split('/').collect();
    match segments.as_slice() {
        [band, name] => {
            tree.get(band)?.get(name).or_else(|| tree.get("stamp")?.get(band)?.get(name))
        }
        [stamp, band, name] => {
            let own = || tree.get("stamps")?.get(stamp)?.get(band)?.get(name);
            own().or_else(|| tree.get("stamp")?.get(band)?.get(name))
        }
        _ => None,
    }
}
