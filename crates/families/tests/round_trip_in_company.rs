//! What is imported asks for what was expanded, also of what needs others beside it: each entry of a whole
//! topology, with each key that its record has.

// The functions beside the tests may do what tests may.
#![allow(clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use families::language;
use importer::{Request, Verdict, import};
use planner::{Desired, Mode, Secrets, resolve};
use resource::catalogue::{Duty, PropertyPath, facts_of};
use resource::{
    Expression, Observation, Observed, ResourceId, SecretSource, is_absent, walk_expressions,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use topology::Input;
use topology::section::{Addressed, Section, Stands};

const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

/// A topology that has something of every section.
const TEXT: &str = "
version: 1
name: shop
subscription: 11111111-2222-3333-4444-555555555555
location: westeurope
storage:
  main: { redundancy: ZRS }
vaults:
  main: {}
identities:
  main: {}
trafficManager:
  main: { routing: priority, monitor: { protocol: https, path: /health }, endpoints: { one: { app: weu/main } } }
frontDoor:
  main:
    tier: standard
    origins: { site: { hosts: { one: { host: one.example.net } } } }
    routes: { all: { to: site } }
dns:
  example.com: { records: { www: { cname: www.example.net } } }
domains:
  shop.example.com: { routeTo: trafficManager/main }
locks:
  main: { on: storage/main }
resources:
  main: { type: Microsoft.Network/virtualNetworks, apiVersion: 2024-05-01, location: westeurope }
stamp:
  plan: { sku: P1v3 }
  apps:
    main: { runtime: node|22-lts }
  redis: { sku: Balanced_B5 }
stamps:
  weu: { region: westeurope }
";

/// Texts of the forms that the language has.
const TEXTS: [&str; 14] = [
    "a",
    "30s",
    "5m",
    "12h",
    "30d",
    "40%",
    "/health",
    "10.0.0.0/8",
    "B1",
    "www.example.org",
    "*",
    "weu/main",
    "vaults/main",
    "site",
];

/// How deep below an entry a key is tried.
const DEPTH: usize = 2;
/// How many values of a key are tried, and how many that a topology takes are imported.
const MOST_TRIED: usize = 16;
const MOST_TAKEN: usize = 2;
/// How many keys a value is found for.
const LEAST_KEYS: usize = 80;

/// What a new resource has anyway, and no property declares.
const BORN: [(&str, bool); 1] = [("/properties/enabled", true)];

/// What is told of the whole entry.
const COMMON: [&str; 6] = ["name", "resourceGroup", "subscription", "existing", "adopt", "protect"];

/// Returns what a key of this schema may hold, as far as the schema tells.
fn values(schema: &Value, depth: usize) -> Vec<Value> {
    let has = |wanted: &str| {
        let types = &schema["type"];
        types == wanted || types.as_array().is_some_and(|all| all.iter().any(|it| it == wanted))
    };
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter(|word| !word.is_null()).cloned().collect();
    }
    let mut all = vec![];
    for one in schema["anyOf"].as_array().into_iter().flatten() {
        all.extend(values(one, depth));
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        all.extend(records(&language().json_schema()["$defs"][name], depth));
    }
    if has("boolean") {
        all.extend([json!(true), json!(false)]);
    }
    if has("integer") {
        all.extend([1, 2, 5, 30].map(|number| json!(number)));
    }
    if has("string") {
        all.extend(TEXTS.map(|text| json!(text)));
    }
    if has("array") && depth > 0 {
        all.extend(values(&schema["items"], depth - 1).into_iter().map(|item| json!([item])));
    }
    if schema["additionalProperties"].is_object() && depth > 0 {
        let inner = values(&schema["additionalProperties"], depth - 1).into_iter();
        all.extend(inner.map(|value| json!({ "one": value })));
    }
    all
}

/// Returns records that have what they need and one key more.
fn records(schema: &Value, depth: usize) -> Vec<Value> {
    let Some(depth) = depth.checked_sub(1) else { return vec![] };
    let needed = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let needed: Vec<&str> = needed.collect();
    let of = |key: &str| values(&schema["properties"][key], depth);
    // Of what is needed the first value of each kind stands for all.
    let mut base: Vec<Map<String, Value>> = vec![Map::new()];
    for key in &needed {
        let candidates = of(key);
        base = base
            .iter()
            .flat_map(|map| {
                candidates.iter().map(|value| {
                    let mut map = map.clone();
                    map.insert((*key).to_owned(), value.clone());
                    map
                })
            })
            .take(24)
            .collect();
    }
    let keys = schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    let further: Vec<&str> = keys.filter(|key| !needed.contains(key)).collect();
    let mut all: Vec<Value> = base.iter().cloned().map(Value::Object).collect();
    for map in base.iter().take(4) {
        for key in &further {
            all.extend(of(key).into_iter().map(|value| {
                let mut map = map.clone();
                map.insert((*key).to_owned(), value);
                Value::Object(map)
            }));
        }
    }
    all
}

/// Returns a value as Azure has it.
fn plain(value: &Value, known: &Observed, secrets: &Secrets) -> Option<Value> {
    if is_absent(value) {
        return None;
    }
    if let Some(expression) = Expression::read(value) {
        return resolve(&expression, known, secrets);
    }
    Some(match value {
        Value::Object(map) => map
            .iter()
            .filter_map(|(key, it)| Some((key.clone(), plain(it, known, secrets)?)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().filter_map(|it| plain(it, known, secrets)).collect(),
        value => value.clone(),
    })
}

/// Returns what Azure holds after an apply: what was asked for, and an answer of its own wherever something
/// refers to one.
fn observed(desired: &Desired) -> Observed {
    let mut known = Observed::default();
    let mut answers: Vec<(ResourceId, String)> = vec![];
    for resource in desired.resources() {
        known.insert(Observation { id: resource.id.clone(), body: json!({}), etag: None });
        walk_expressions(&resource.body, &mut |expression| {
            let references = expression.references().into_iter();
            answers.extend(references.map(|it| (it.id.clone(), it.pointer.clone())));
        });
    }
    for (id, pointer) in &answers {
        let answer = json!(format!("{}{}", id.name(), pointer.replace('/', "-")));
        let mut body = known.get(id).map(|seen| seen.body.clone()).unwrap_or_default();
        set(&mut body, pointer, answer);
        known.insert(Observation { id: id.clone(), body, etag: None });
    }
    let mut all = known.clone();
    all.resources.retain(|id, _| !Duty::VaultGrant.is_of(id));
    let mut grants = vec![];
    for resource in desired.resources() {
        let mut body = plain(&resource.body, &known, &Secrets::new()).unwrap_or_default();
        for (key, value) in resource.create_only.iter().filter_map(Value::as_object).flatten() {
            merge(&mut body, &json!({ key: value }));
        }
        merge(&mut body, &known.get(&resource.id).unwrap().body);
        body["name"] = json!(resource.id.name());
        if Duty::VaultGrant.is_of(&resource.id) {
            grants.push((resource.id.ancestors().nth(1).unwrap(), body));
            continue;
        }
        all.insert(Observation { id: resource.id.clone(), body, etag: None });
    }
    for (vault, grant) in grants {
        let mut body = all.get(&vault).unwrap().body.clone();
        let mut given = grant["properties"]["accessPolicies"].as_array().unwrap().clone();
        let policies = &mut body["properties"]["accessPolicies"];
        if policies.is_null() {
            *policies = json!([]);
        }
        policies.as_array_mut().unwrap().append(&mut given);
        all.insert(Observation { id: vault, body, etag: None });
    }
    all
}

/// Puts a value where a pointer leads.
fn set(body: &mut Value, pointer: &str, value: Value) {
    let mut place = body;
    for key in pointer.split('/').skip(1) {
        place = &mut place[key];
    }
    *place = value;
}

/// Lays a value over another, but for what is there.
fn merge(value: &mut Value, below: &Value) {
    match (value, below) {
        (Value::Object(value), Value::Object(below)) => {
            for (key, member) in below {
                merge(value.entry(key.clone()).or_insert(Value::Null), member);
            }
        }
        (value, below) if value.is_null() => *value = below.clone(),
        _ => {}
    }
}

/// Writes a key of the entry of a section otherwise.
fn write(text: &mut Value, section: &Section, key: &str, value: &Value) {
    let home = match section.stands {
        Stands::Stamp => &mut text["stamp"],
        Stands::Global | Stands::Both => text,
    };
    let entry = match section.addressed {
        Addressed::Alone => &mut home[section.key],
        _ => home[section.key].as_object_mut().unwrap().values_mut().next().unwrap(),
    };
    entry[key] = value.clone();
}

/// Returns for each key of a section values that a topology takes there.
fn taken(section: &Section) -> Vec<(String, Value)> {
    let defs = &language().json_schema()["$defs"];
    let Some(entries) = section.entries else { return vec![] };
    let record = defs[&*entries.record()]["properties"].as_object().into_iter().flatten();
    let mut all = vec![];
    for (key, schema) in record.filter(|(key, _)| !COMMON.contains(&&***key)) {
        let values = values(schema, DEPTH);
        let some = values.iter().step_by(values.len() / MOST_TRIED + 1).filter(|value| {
            let mut text = whole();
            write(&mut text, section, key, value);
            expanded(&text.to_string(), &BTreeMap::new()).is_ok()
        });
        all.extend(some.take(MOST_TAKEN).map(|value| (key.clone(), value.clone())));
    }
    all
}

fn whole() -> Value {
    serde_yaml::from_str(TEXT).unwrap()
}

/// Expands a text, if it has no mistake.
fn expanded(text: &str, variables: &BTreeMap<String, SecretString>) -> Result<Desired, String> {
    let parsed = topology::parse(&Input {
        language: language(),
        file: Path::new("topology.yaml"),
        text,
        env: &|name| variables.get(name).map(|it| it.expose_secret().to_owned()),
        read: &|_| Err(std::io::ErrorKind::NotFound.into()),
        overlays: &[],
    });
    let told = topology::render(&parsed.diagnostics, &parsed.sources, false, 100);
    let topology = parsed.topology.ok_or(told)?;
    let desired = planner::expand(language(), &topology);
    if desired.diagnostics.is_empty() && desired.mistakes.is_empty() {
        return Ok(desired);
    }
    Err(format!("{:?}{:?}", desired.diagnostics, desired.mistakes))
}

/// Tells what is otherwise once a text was expanded, observed, imported and expanded again.
fn otherwise(text: &str, desired: &Desired) -> Option<String> {
    let groups = ["rg-shop-weu", "rg-shop-global"];
    let scopes = groups.map(|name| ResourceId::group(SUBSCRIPTION, name)).to_vec();
    let request = Request { scopes, name: None, cloud: None, environment: BTreeMap::new() };
    let known = observed(desired);
    let found = import(language(), &known, &request);
    if found.verdict != Verdict::Empty {
        return Some(format!("{text}\n{:?}\n{}", found.verdict, found.body));
    }
    let again = match expanded(&found.body, &found.variables) {
        Ok(again) => again,
        Err(why) => return Some(format!("{text}\n{why}\n{}", found.body)),
    };
    let secrets = found.variables.iter();
    let secrets = secrets.map(|(name, it)| (SecretSource::Env(name.clone()), it.clone())).collect();
    let (before, after) = (bodies(desired, &known, &secrets), bodies(&again, &known, &secrets));
    let lost = before.iter().find_map(|(id, body)| {
        let Some(after) = after.get(id) else { return Some(format!("{id} is not told of")) };
        let is_raw =
            |desired: &Desired| desired.get(id).is_some_and(|it| it.address.contains("resources/"));
        if is_raw(&again) && !is_raw(desired) {
            return Some(format!("{id} is told of raw"));
        }
        (body != after).then(|| format!("{id}\n{body}\n{after}"))
    });
    lost.map(|why| format!("{text}\n{why}\n{}", found.body))
}

/// Returns the bodies of what a topology manages, with the answers of Azure in them.
fn bodies(desired: &Desired, known: &Observed, secrets: &Secrets) -> BTreeMap<ResourceId, Value> {
    let managed = desired.resources().filter(|it| it.mode == Mode::Managed);
    let there = managed.filter(|it| !Duty::VaultGrant.is_of(&it.id));
    there
        .filter_map(|it| {
            let body = plain(&it.body, known, secrets)?;
            let mut path = PropertyPath::root();
            Some((it.id.clone(), lean(&it.id, &mut path, String::new(), &body)?))
        })
        .collect()
}

/// Returns what of a body does not go without saying.
fn lean(id: &ResourceId, path: &mut PropertyPath, pointer: String, value: &Value) -> Option<Value> {
    let sections = language().sections().iter().filter_map(|section| section.entries);
    let mut properties = sections.flat_map(|entries| entries.properties());
    let is_born = properties.any(|it| it.pointer == pointer && it.born.as_ref() == Some(value))
        || BORN.iter().any(|(known, born)| *known == pointer && value == born);
    let facts = facts_of(id);
    let is_fresh = facts.fresh_at(path).is_some_and(|it| it.is(value));
    if is_born || is_fresh || facts.is_default(path, value) {
        return None;
    }
    let Value::Object(members) = value else { return Some(value.clone()) };
    let mut left = Map::new();
    for (key, member) in members {
        path.push_key(key);
        left.extend(lean(id, path, format!("{pointer}/{key}"), member).map(|it| (key.clone(), it)));
        path.pop();
    }
    (!left.is_empty()).then_some(Value::Object(left))
}

#[test]
fn a_topology_with_something_of_each_section_is_imported_as_it_was() {
    let desired = expanded(TEXT, &BTreeMap::new()).unwrap_or_else(|why| panic!("{why}"));
    if let Some(why) = otherwise(TEXT, &desired) {
        panic!("{why}");
    }
}

#[test]
fn each_key_of_each_section_is_imported_as_it_was_written() {
    let sections = language().sections().iter();
    let all: Vec<_> = sections.map(|section| (*section, taken(section))).collect();
    let keys: BTreeSet<_> =
        all.iter().flat_map(|(section, it)| it.iter().map(|(key, _)| (section.key, key))).collect();
    assert!(keys.len() >= LEAST_KEYS, "{} keys have a value to try: {keys:?}", keys.len());
    let rounds = all.iter().map(|(_, values)| values.len()).max().unwrap_or_default();
    let mut wrong = vec![];
    for round in 0..rounds {
        let mut text = whole();
        for (section, values) in &all {
            let Some((key, value)) = values.get(round) else { continue };
            let mut further = text.clone();
            write(&mut further, section, key, value);
            // What two entries say need not go together.
            if expanded(&further.to_string(), &BTreeMap::new()).is_ok() {
                text = further;
            }
        }
        let text = text.to_string();
        let desired = expanded(&text, &BTreeMap::new()).unwrap_or_else(|why| panic!("{why}"));
        wrong.extend(otherwise(&text, &desired));
    }
    assert!(wrong.is_empty(), "{} of {rounds}: {}", wrong.len(), wrong.join("\n\n"));
}
