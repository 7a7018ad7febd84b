//! Anything else: entries of `resources`, as `raw.yaml` has them.

use std::sync::LazyLock;

use resource::{ResourceId, types};
use serde::Deserialize;
use serde_json::{Map, Value, from_value, json};

use super::super::draw::{Draw, OPEN};
use super::super::shape::{Kind, Members, Shape};
use super::{SHARED_ACCOUNT, SHARED_GROUP, SHARED_ZONE, SUBSCRIPTION};

pub static RESOURCES: Members = Members {
    names: &["extra", "net", "more", "watch"],
    count: (1, 2),
    member: Shape::Value(entry),
    any_case: true,
};

/// What is drawn, by where it may stand.
#[derive(Deserialize)]
struct Entries {
    /// Anywhere.
    tracked: Vec<Value>,
    /// Beside the stamps.
    global: Vec<Value>,
    /// In or on something else.
    children: Vec<Value>,
}

static ENTRIES: LazyLock<Entries> =
    LazyLock::new(|| serde_yaml::from_str(include_str!("raw.yaml")).expect("entries are written"));

fn entry(draw: &mut Draw<'_>) -> Value {
    if draw.wide && !draw.in_stamp && draw.chance(25) {
        return of(&ENTRIES.global, draw);
    }
    if draw.wide && draw.chance(30) {
        return of(&ENTRIES.children, draw);
    }
    let mut entry = of(&ENTRIES.tracked, draw);
    if draw.chance(20) {
        entry["tags"] = json!({ "team": draw.one(&["web", "core"]) });
    }
    if draw.chance(10) {
        entry["name"] = json!(if draw.in_stamp { "own-{stamp}" } else { "own" });
    }
    if draw.chance(5) {
        entry["resourceGroup"] = json!("rg-tr-data");
    }
    if draw.chance(5) {
        entry["protect"] = json!(draw.chance(50));
    }
    entry
}

fn of(entries: &[Value], draw: &mut Draw<'_>) -> Value {
    let chosen = entries.get(draw.below(entries.len()));
    chosen.and_then(|template| drawn(template, draw)).unwrap_or_default()
}

/// Draws what a template stands for; nothing where that is left out.
fn drawn(template: &Value, draw: &mut Draw<'_>) -> Option<Value> {
    Some(match template {
        Value::Object(map) if map.contains_key("$open") => json!(OPEN),
        Value::Object(map) => match (map.get("$any"), map.get("$maybe")) {
            (Some(Value::Array(of)), _) => drawn(of.get(draw.below(of.len()))?, draw)?,
            (_, Some(odds)) => {
                let is_drawn = draw.wide || !map.contains_key("$wide");
                let odds = u32::try_from(odds.as_u64()?).ok()?;
                return (is_drawn && draw.chance(odds)).then(|| drawn(map.get("$as")?, draw))?;
            }
            _ => {
                let members = map.iter();
                let members = members.filter_map(|(key, it)| Some((key.clone(), drawn(it, draw)?)));
                Value::Object(members.collect::<Map<_, _>>())
            }
        },
        Value::Array(items) => items.iter().filter_map(|item| drawn(item, draw)).collect(),
        Value::String(text) => {
            let shared = |kind: &str, name: &str| {
                ResourceId::in_group(SUBSCRIPTION, SHARED_GROUP, kind, name).to_string()
            };
            let zone = shared(types::ZONE, SHARED_ZONE);
            let account = shared(types::STORAGE_ACCOUNT, SHARED_ACCOUNT);
            json!(text.replace("{zone}", &zone).replace("{account}", &account))
        }
        other => other.clone(),
    })
}

/// Returns by which key an entry stands in or on another one, and what that may be.
pub fn holder_of(entry: &Value) -> Option<(&'static str, Vec<Kind>)> {
    let kind = entry.get("type")?;
    let template = ENTRIES.children.iter().find(|child| child.get("type") == Some(kind))?;
    template.as_object()?.iter().find_map(|(key, value)| {
        let kinds = value.get("$open")?.as_array()?;
        Some((
            key.as_str(),
            kinds.iter().filter_map(|kind| from_value(kind.clone()).ok()).collect(),
        ))
    })
}
