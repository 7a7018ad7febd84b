//! What is imported asks for what was expanded, for every family whose entries stand alone.

use std::collections::BTreeMap;
use std::path::Path;

use families::language;
use importer::{Request, Verdict, import};
use planner::{Desired, DesiredResource, Mode};
use proptest::prelude::*;
use resource::{Expression, Observation, Observed, ResourceId, is_absent};
use serde_json::{Map as Json, Value, json};
use topology::property::Property;
use topology::section::{Addressed, Arm, Section, Stands};
use topology::{Diagnostic, Input};

/// Returns an entry of any section whose entries need nothing beside them.
fn any_entry() -> BoxedStrategy<(&'static Section, Value)> {
    let sections = language().sections().iter().copied().filter(|section| {
        section.stands == Stands::Both
            && section.addressed == Addressed::InSection
            && section.arm != Arm::Said
    });
    let all: Vec<_> = sections.map(entries).collect();
    assert!(all.len() >= 3, "the families were not found");
    proptest::strategy::Union::new(all).boxed()
}

/// Reads and expands a text.
fn expanded(text: &str) -> Result<Desired, Vec<Diagnostic>> {
    let parsed = topology::parse(&Input {
        language: language(),
        file: Path::new("topology.yaml"),
        text,
        env: &|_| None,
        read: &|_| Err(std::io::ErrorKind::NotFound.into()),
        overlays: &[],
    });
    let topology = parsed.topology.ok_or(parsed.diagnostics)?;
    Ok(planner::expand(language(), &topology))
}

const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

/// What a key may hold, by the schema of its record.
fn values(schema: &Value) -> Vec<Value> {
    let has = |wanted: &str| {
        let types = &schema["type"];
        types == wanted || types.as_array().is_some_and(|all| all.iter().any(|it| it == wanted))
    };
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter(|word| !word.is_null()).cloned().collect();
    }
    if has("boolean") {
        return vec![json!(true), json!(false)];
    }
    if has("integer") {
        return vec![json!(7), json!(30), json!(90)];
    }
    if has("string") { vec![json!("a"), json!("b c")] } else { vec![] }
}

/// Entries of a section with any of its declared properties.
fn entries(section: &'static Section) -> BoxedStrategy<(&'static Section, Value)> {
    let schema = language().json_schema();
    let entries = section.entries.expect("a section with entries");
    let keys: Vec<(String, Vec<Value>)> = entries
        .properties()
        .into_iter()
        .map(|Property { key, .. }| {
            let values = values(&schema["$defs"][&*entries.record()]["properties"][&key]);
            assert!(!values.is_empty(), "{}.{key} has no value to try", section.key);
            (key, values)
        })
        .collect();
    let one = keys.into_iter().map(|(key, values)| {
        proptest::option::of(proptest::sample::select(values)).prop_map(move |it| (key.clone(), it))
    });
    one.collect::<Vec<_>>()
        .prop_map(move |all| {
            let given = all.into_iter().filter_map(|(key, value)| Some((key, value?)));
            (section, Value::Object(given.collect::<Json<String, Value>>()))
        })
        .boxed()
}

/// What Azure holds after an apply: what was asked for, and something for what only it knows.
fn observed(desired: &planner::Desired) -> Observed {
    fn plain(value: &Value) -> Option<Value> {
        match value {
            value if is_absent(value) => None,
            value if Expression::read(value).is_some() => Some(json!("of Azure")),
            Value::Object(map) => {
                let members = map.iter().filter_map(|(key, it)| Some((key.clone(), plain(it)?)));
                Some(Value::Object(members.collect()))
            }
            Value::Array(items) => Some(items.iter().filter_map(plain).collect()),
            value => Some(value.clone()),
        }
    }
    let mut observed = Observed::default();
    let id = ResourceId::subscription_scope(SUBSCRIPTION);
    observed.insert(Observation { id, body: json!({ "tenantId": "of Azure" }), etag: None });
    for resource in desired.resources() {
        let mut body = plain(&resource.body).unwrap_or_default();
        let only = resource.create_only.iter().filter_map(Value::as_object).flatten();
        for (key, value) in only.filter(|(key, _)| *key == "location") {
            body[key] = value.clone();
        }
        observed.insert(Observation { id: resource.id.clone(), body, etag: None });
    }
    observed
}

/// What a topology asks for, but for what a new resource has anyway: that goes without saying.
fn asked(desired: &planner::Desired, section: &Section) -> BTreeMap<ResourceId, Value> {
    let properties = section.entries.map(|entries| entries.properties()).unwrap_or_default();
    let plain = |resource: &DesiredResource| {
        let mut body = resource.body.clone();
        for Property { pointer, born, .. } in &properties {
            let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
            let is_born = body.pointer(pointer).is_some_and(|it| born.as_ref() == Some(it));
            if let (true, Some(parent)) = (is_born, body.pointer_mut(parent)) {
                parent.as_object_mut().expect("an object").shift_remove(key);
            }
        }
        (resource.id.clone(), body)
    };
    desired.resources().filter(|it| it.mode == Mode::Managed).map(plain).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_global_rejects: 4096, ..ProptestConfig::default() })]

    #[test]
    fn what_is_imported_asks_for_what_was_expanded(
        (section, entry) in any_entry(),
    ) {
        let topology = json!({
            "version": 1, "name": "shop", "subscription": SUBSCRIPTION,
            "location": "westeurope", section.key: { "main": entry },
        });
        let Ok(desired) = expanded(&topology.to_string()) else {
            return Err(TestCaseError::reject("Azure does not take these together"));
        };
        let observed = observed(&desired);
        let scopes = vec![ResourceId::group(SUBSCRIPTION, "rg-shop-global")];
        let environment = BTreeMap::new();
        let request = Request { scopes, name: None, cloud: None, environment };
        let found = import(language(), &observed, &request);
        prop_assert_eq!(&found.verdict, &Verdict::Empty, "{}\n{}", topology, found.body);
        let again = expanded(&found.body);
        let again = again.map_err(|it| TestCaseError::fail(format!("{it:?}\n{}", found.body)))?;
        let again = asked(&again, section);
        for (id, body) in asked(&desired, section) {
            prop_assert_eq!(again.get(&id), Some(&body), "{}\n{}", topology, found.body);
        }
    }
}
