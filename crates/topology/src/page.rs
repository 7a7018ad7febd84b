//! The tables of the reference, made from what each section declares.

use std::fmt::Write;

use serde_json::Value;

use crate::property::Written;
use crate::{Language, Section};

/// Keys that all sections share; one table tells of them.
const COMMON: [&str; 8] =
    ["name", "resourceGroup", "subscription", "location", "tags", "existing", "adopt", "protect"];

impl Language {
    /// Returns the table of a section's own keys, as Markdown: key, type, default and meaning.
    pub fn table(&self, section: &Section) -> String {
        let mut table =
            String::from("| key | type | default | meaning |\n| --- | --- | --- | --- |\n");
        let Some(entries) = section.entries else { return table };
        let record = &self.json_schema()["$defs"][&*entries.record()];
        let needed = record["required"].as_array().into_iter().flatten();
        let needed: Vec<&str> = needed.filter_map(Value::as_str).collect();
        let properties = entries.properties();
        for (key, written) in entries.fields() {
            if COMMON.contains(&&*key) {
                continue;
            }
            let schema = &record["properties"][&key];
            let kind = kind(schema, written);
            let property = properties.iter().find(|it| it.key == key);
            let default = match property.and_then(|it| it.default.as_ref()) {
                Some(Written::Text(text)) if text.parse::<f64>().is_ok() => format!("`\"{text}\"`"),
                Some(Written::Text(text) | Written::Plain(text)) => format!("`{text}`"),
                _ if needed.contains(&&*key) => "needed".to_owned(),
                _ if ["list", "map"].contains(&kind) => "none".to_owned(),
                _ => "left as it is".to_owned(),
            };
            let meaning = meaning(schema);
            let _ = writeln!(table, "| `{key}` | {kind} | {default} | {meaning} |");
        }
        table
    }
}

/// Returns what a key means: its description without what the default tells, and the words it takes.
fn meaning(schema: &Value) -> String {
    let description = schema["description"].as_str().unwrap_or_default().replace('\n', " ");
    let clauses = description.trim_end_matches('.').split("; ");
    let told = clauses.filter(|it| !it.ends_with("when left out") && !it.starts_with("left out,"));
    let mut meaning = told.collect::<Vec<_>>().join("; ");
    if !meaning.chars().nth(1).is_some_and(char::is_uppercase) {
        meaning[..1].make_ascii_lowercase();
    }
    let words = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, rest)) => format!("{meaning}: {} or {last}", rest.join(", ")),
        None => meaning,
    }
}

/// Returns what a person calls values of this kind.
fn kind(schema: &Value, written: &str) -> &'static str {
    let of = |name: &str| schema["type"].to_string().contains(name);
    match () {
        () if schema.get("enum").is_some() => "word",
        () if of("boolean") => "boolean",
        () if of("integer") => "number",
        () if of("array") => "list",
        () if schema.get("additionalProperties").is_some() || schema.get("$ref").is_some() => "map",
        () if written.contains("Ref <")
            || written.contains("Ref<")
            || written.contains("Target") =>
        {
            "reference"
        }
        () if of("string") => "text",
        () => "map",
    }
}
