//! The JSON Schema of the language, made from the same types that decode it.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::section::{Addressed, Arm, Section, Stands};
use crate::{Language, Topology};

/// Returns the JSON Schema of a topology file.
pub(crate) fn of(language: &Language) -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let sections: Vec<_> = language
        .sections()
        .iter()
        .filter_map(|section| {
            let entry = section.entries?.schema(&mut generator).to_value();
            Some((*section, entry))
        })
        .collect();
    let mut schema = generator.into_root_schema_for::<Topology>().to_value();
    for (section, entry) in sections {
        for (in_stamp, place) in [(false, "/properties"), (true, "/$defs/Stamp/properties")] {
            let there = section.stands.has(in_stamp);
            let place = schema.pointer_mut(place).and_then(Value::as_object_mut);
            if let Some(place) = place.filter(|_| there) {
                place.insert(section.key.to_owned(), described(section, in_stamp, &entry));
            }
        }
    }
    tidy(&mut schema);
    let defs = schema.get_mut("$defs").and_then(Value::as_object_mut);
    if let Some(defs) = defs {
        instance_defs(defs);
    }
    let Value::Object(root) = &mut schema else { return schema };
    root.insert("title".into(), json!("Evenkeel topology"));
    // Files that are included leave out what the main file says.
    root.remove("required");
    schema
}

/// Returns the schema of a section where it stands.
fn described(section: &Section, in_stamp: bool, entry: &Value) -> Value {
    let Section { about, arm, stands, addressed, .. } = section;
    let description = match stands {
        Stands::Both if !in_stamp && *arm != Arm::Said => {
            format!("{about} that no single stamp owns.")
        }
        _ => format!("{about}."),
    };
    match addressed {
        Addressed::Alone => {
            json!({ "description": description, "anyOf": [entry, { "type": "null" }] })
        }
        _ => json!({
            "description": description, "type": "object", "additionalProperties": entry,
        }),
    }
}

/// Removes what says nothing to a writer, and lets `x-…` hold anchors.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("default");
            map.remove("writeOnly");
            if map.get("additionalProperties") == Some(&json!(false)) {
                map.insert("patternProperties".into(), json!({ "^x-": true }));
            }
            if map.get("format").and_then(Value::as_str).is_some_and(|it| it.starts_with("uint")) {
                map.remove("format");
                or_substitution(map);
            }
            map.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Lets a number be given by a variable.
fn or_substitution(map: &mut Map<String, Value>) {
    let mut types = match map.remove("type") {
        Some(Value::Array(types)) => types,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    types.push(json!("string"));
    map.insert("type".into(), Value::Array(types));
    map.insert("pattern".into(), json!("^([0-9]+|\\$\\{env:.*\\})$"));
}

/// Gives the module and its instances schemas of their own: there nothing is required, since the
/// other of the two may say it, and in an instance `null` removes what the module says.
fn instance_defs(defs: &mut Map<String, Value>) {
    let names: Vec<String> = defs.keys().filter(|name| in_stamp(defs, name)).cloned().collect();
    for name in &names {
        let mut partial = defs[name].clone();
        if let Value::Object(map) = &mut partial {
            map.remove("required");
        }
        redirect(&mut partial, &names);
        nullable(&mut partial);
        defs.insert(format!("Partial{name}"), partial);
    }
    if let Some(mut module) = defs.get("PartialStamp").cloned() {
        if let Some(properties) = module.get_mut("properties").and_then(Value::as_object_mut) {
            properties.remove("region");
            properties.remove("subscription");
        }
        module["description"] = json!("The module: written once, instantiated in every region.");
        defs.insert("StampModule".into(), module);
    }
    if let Some(mut instance) = defs.remove("PartialStamp") {
        instance["description"] = json!("An instance of the module, with its differences.");
        instance["required"] = json!(["region"]);
        defs.insert("StampInstance".into(), instance);
    }
    defs.remove("Stamp");
    defs.sort_keys();
}

/// Returns whether a definition is reached from the one of stamps.
fn in_stamp(defs: &Map<String, Value>, name: &str) -> bool {
    fn reaches(defs: &Map<String, Value>, from: &str, to: &str, seen: &mut Vec<String>) -> bool {
        if from == to {
            return true;
        }
        if seen.iter().any(|known| known == from) {
            return false;
        }
        seen.push(from.to_owned());
        let text = defs.get(from).map(Value::to_string).unwrap_or_default();
        let refs = text.split("#/$defs/").skip(1).filter_map(|rest| rest.split('"').next());
        refs.into_iter().any(|next| reaches(defs, next, to, seen))
    }
    let is_record = defs[name].get("properties").is_some();
    is_record && reaches(defs, "Stamp", name, &mut Vec::new())
}

/// Leads references to the partial definitions.
fn redirect(value: &mut Value, names: &[String]) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                let name = value.as_str().and_then(|text| text.strip_prefix("#/$defs/"));
                match name {
                    Some(name) if key == "$ref" && names.iter().any(|known| known == name) => {
                        *value = json!(format!("#/$defs/Partial{name}"));
                    }
                    _ => redirect(value, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, names)),
        _ => {}
    }
}

/// Lets every property, and every entry of its maps, be `null`.
fn nullable(record: &mut Value) {
    let Some(properties) = record.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for property in properties.values_mut() {
        if let Some(entries) = property.get_mut("additionalProperties").filter(|it| it.is_object())
        {
            or_null(entries);
        }
        or_null(property);
    }
}

fn or_null(schema: &mut Value) {
    let is_null = |value: &Value| value == "null";
    let types = schema.get("type").map(|types| match types {
        Value::Array(types) => types.iter().any(is_null),
        one => is_null(one),
    });
    let choices = schema.get("anyOf").and_then(Value::as_array);
    let chosen =
        choices.is_some_and(|choices| choices.iter().any(|it| it.get("type").is_some_and(is_null)));
    if types == Some(true) || chosen {
        return;
    }
    let description = schema.get("description").cloned();
    *schema = json!({ "anyOf": [schema.clone(), { "type": "null" }] });
    if let Some(description) = description {
        schema["description"] = description;
    }
}
