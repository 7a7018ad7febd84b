//! The whole language: every section, every key, and what teams write there.
//!
//! A test holds these tables against the JSON Schema of the language, so that a key that is added
//! there is drawn here too.

mod apps;
mod data;
mod edge;
mod names;
mod raw;
mod routing;

use serde_json::{Value, json};

pub use raw::holder_of;

use super::draw::Draw;
use super::shape::{Key, Kind, Members, Record, Shape};

/// The subscription of every topology.
pub const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";
/// The group in Azure that is there before and is nobody's.
pub const SHARED_GROUP: &str = "rg-shared";
/// The vault in it, with the certificates `site` and `next`.
pub const SHARED_VAULT: &str = "kv-shared";
/// The zone in it.
pub const SHARED_ZONE: &str = "shared.example";
/// The storage account in it.
pub const SHARED_ACCOUNT: &str = "stshared";
/// The identity in it.
pub const SHARED_IDENTITY: &str = "id-shared";
/// The variable that `${env:…}` reads, and its value.
pub const VARIABLE: (&str, &str) = ("COLOUR", "teal");

/// The shape of a whole topology.
pub static TOPOLOGY: Shape = Shape::Record(&ROOT);

const fn key(name: &'static str, odds: u32, shape: Shape) -> Key {
    Key { name, odds, shape, is_wide: false }
}

/// A key that is drawn only where more than what is known to go well is asked for.
const fn wide(key: Key) -> Key {
    Key { is_wide: true, ..key }
}

const fn value(name: &'static str, odds: u32, draw: fn(&mut Draw<'_>) -> Value) -> Key {
    key(name, odds, Shape::Value(draw))
}

static ROOT: Record = Record {
    keys: &[
        value("version", 100, |_| json!(1)),
        value("name", 100, |_| json!("tr")),
        value("subscription", 100, |_| json!(SUBSCRIPTION)),
        key("tags", 40, Shape::Map(&TAGS)),
        value("resourceGroup", 10, names::group),
        value("location", 70, region),
        key("objectives", 5, Shape::Record(&OBJECTIVES)),
        key("stamp", 80, Shape::Record(&MODULE)),
        key("stamps", 100, Shape::Map(&STAMPS)),
        key("identities", 30, Shape::Map(&data::IDENTITIES)),
        key("vaults", 40, Shape::Map(&data::VAULTS)),
        key("storage", 40, Shape::Map(&data::ACCOUNTS)),
        key("resources", 30, Shape::Map(&raw::RESOURCES)),
        key("trafficManager", 60, Shape::Map(&routing::PROFILES)),
        key("frontDoor", 25, Shape::Map(&edge::PROFILES)),
        key("dns", 75, Shape::Map(&names::ZONES)),
        key("domains", 60, Shape::Map(&names::DOMAINS)),
        key("locks", 12, Shape::Map(&names::LOCKS)),
        wide(key("applyLock", 5, Shape::Record(&APPLY_LOCK))),
    ],
    alternatives: &[],
};

static APPLY_LOCK: Record = Record {
    keys: &[
        key("account", 100, Shape::Reference(&[Kind::Storage])),
        value("container", 50, |d| d.any(&["locks", "media"])),
    ],
    alternatives: &[],
};

static OBJECTIVES: Record = Record {
    keys: &[
        value("rto", 70, |d| d.any(&["1h", "4h", "2d"])),
        value("rpo", 70, |d| d.any(&["1h", "4h", "2d"])),
    ],
    alternatives: &[],
};

/// Tags, of anything.
static TAGS: Members = Members {
    names: &["team", "env", "cost-center", "Owner"],
    count: (1, 2),
    member: Shape::Value(|d| {
        if d.wide && d.chance(5) {
            Value::Null
        } else {
            d.any(&["web", "core", "Test", "prod", "42"])
        }
    }),
    any_case: true,
};

/// What can stand in the module and in an instance.
static MODULE: Record = Record {
    keys: &[
        key("tags", 20, Shape::Map(&TAGS)),
        value("resourceGroup", 10, |d| d.any(&["rg-tr-{stamp}-x", "rg-own-{stamp}"])),
        key("plan", 100, Shape::Record(&apps::PLAN)),
        key("apps", 100, Shape::Map(&apps::APPS)),
        key("identities", 35, Shape::Map(&data::IDENTITIES)),
        key("vaults", 25, Shape::Map(&data::VAULTS)),
        key("storage", 35, Shape::Map(&data::ACCOUNTS)),
        key("resources", 20, Shape::Map(&raw::RESOURCES)),
        key("redis", 15, Shape::Record(&data::REDIS)),
    ],
    alternatives: &[],
};

static STAMPS: Members = Members {
    names: &["weu", "neu", "eus", "sea"],
    count: (1, 3),
    member: Shape::Record(&INSTANCE),
    any_case: false,
};

static INSTANCE: Record = Record {
    keys: &[
        value("region", 100, region),
        value("index", 6, |d| d.between((1, 9)).into()),
        key("tags", 10, Shape::Map(&TAGS)),
        value("resourceGroup", 6, |d| d.any(&["rg-one", "rg-tr-{region}"])),
        key("plan", 15, Shape::Record(&apps::PLAN_DIFFERENCE)),
        key("apps", 15, Shape::Map(&apps::APP_DIFFERENCES)),
        key("identities", 8, Shape::Map(&data::IDENTITIES)),
        key("vaults", 8, Shape::Map(&data::VAULTS)),
        key("storage", 8, Shape::Map(&data::ACCOUNTS)),
        key("resources", 6, Shape::Map(&raw::RESOURCES)),
        key("redis", 6, Shape::Record(&data::REDIS)),
    ],
    alternatives: &[],
};

fn region(draw: &mut Draw<'_>) -> Value {
    draw.any(&[
        "westeurope",
        "northeurope",
        "eastus",
        "southeastasia",
        "swedencentral",
        "West Europe",
        "uksouth",
    ])
}

fn yes_or_no(draw: &mut Draw<'_>) -> Value {
    draw.any(&[true, false])
}

/// A text that stands for something else, or is plain.
fn text(draw: &mut Draw<'_>) -> Value {
    if draw.chance(60) {
        return draw.any(&["on", "off", "1", "a value", "", "Überall", "{{x}}", "x=1;y=2"]);
    }
    let mut texts = vec![
        "${env:COLOUR}",
        "${secret:env:HOME}",
        "{name}",
        "{@app.defaultHostName}",
        "{@storage.blobEndpoint}",
        "{@vault.uri}",
        "{@identity.clientId}",
        "{@profile.fqdn}",
        "https://{@app.defaultHostName}/at?x={name}",
    ];
    if draw.in_stamp {
        texts.extend(["{stamp}", "{region}", "in-{region}-{stamp}", "{index}"]);
    }
    json!(draw.one(&texts))
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::super::draw::Draw;
    use super::*;

    /// Keys that are not drawn: there is one tenant and one subscription in a simulator, one file to
    /// a topology, and nothing of Azure in what tenants elsewhere are compared by.
    const NOT_DRAWN: [&str; 5] = ["tenant", "cloud", "include", "subscription", "parity"];
    /// The newest keys, which wait for their turn, by where they stand.
    /// A steering token is a secret, a group's account and a route's sets are to be found by key.
    const NOT_YET_DRAWN: [&str; 9] = [
        "/trafficManager/*/monitor/expectedBody",
        "/trafficManager/*/endpoints/*/auth",
        "/trafficManager/*/interfaces",
        "/frontDoor/*/origins/*/probe/expectedBody",
        "/frontDoor/*/origins/*/storage",
        "/frontDoor/*/origins/*/secondary",
        "/frontDoor/*/routes/*/rules",
        "/frontDoor/*/rules/*/*/order",
        "/frontDoor/*/steer",
    ];
    /// Of these nothing lies in Azure before.
    const NEVER_EXISTING: [&str; 5] = ["plan", "apps", "trafficManager", "frontDoor", "redis"];

    /// Follows a schema's reference to the definition it names.
    fn resolved<'a>(root: &'a Value, mut schema: &'a Value) -> &'a Value {
        loop {
            let alternatives = schema.get("anyOf").and_then(Value::as_array);
            let first = alternatives.and_then(|them| {
                them.iter().find(|it| it.get("$ref").is_some() || it.get("properties").is_some())
            });
            if let Some(first) = first {
                schema = first;
            }
            let Some(name) = schema.get("$ref").and_then(Value::as_str) else { return schema };
            schema = root.pointer(name.trim_start_matches('#')).expect("a definition");
        }
    }

    fn compare(root: &Value, schema: &Value, shape: &Shape, at: &str, missed: &mut Vec<String>) {
        let schema = resolved(root, schema);
        match shape {
            Shape::Record(record) => {
                let properties = schema.get("properties").and_then(Value::as_object);
                for (name, below) in properties.unwrap_or(&Map::new()) {
                    let section = at.rsplit('/').nth(1).unwrap_or(at);
                    let is_left_out = NOT_DRAWN.contains(&name.as_str())
                        || name == "existing"
                            && NEVER_EXISTING.iter().any(|it| *it == section || at.ends_with(it));
                    match record.keys.iter().find(|key| key.name == name) {
                        Some(key) => {
                            compare(root, below, &key.shape, &format!("{at}/{name}"), missed);
                        }
                        None if is_left_out => {}
                        None => missed.push(format!("{at}/{name}")),
                    }
                }
            }
            Shape::Map(members) => {
                if let Some(below) = schema.get("additionalProperties") {
                    compare(root, below, &members.member, &format!("{at}/*"), missed);
                }
            }
            Shape::List { member, .. } => {
                if let Some(below) = schema.get("items") {
                    compare(root, below, member, &format!("{at}/*"), missed);
                }
            }
            Shape::Value(_) | Shape::Reference(_) => {}
        }
    }

    #[test]
    fn every_key_of_the_language_is_drawn() {
        let schema = families::language().json_schema();
        let mut missed = vec![];
        compare(schema, schema, &TOPOLOGY, "", &mut missed);
        // What instances write of plans is in the module's, and a number in the module would be every
        // stamp's.
        missed.sort_by_key(|key| NOT_YET_DRAWN.iter().position(|it| it == key));
        missed.retain(|key| !key.starts_with("/stamps/*/plan/") && key != "/stamp/index");
        assert_eq!(missed, NOT_YET_DRAWN.map(str::to_owned));
    }

    #[test]
    fn equal_seeds_draw_equal_trees() {
        use rand::SeedableRng;
        let tree = || {
            let mut random = rand::rngs::StdRng::seed_from_u64(7);
            Draw::new(&mut random, 100).shape(&TOPOLOGY)
        };
        assert_eq!(tree(), tree());
    }
}
