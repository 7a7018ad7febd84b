//! The reference in `docs/`, held against the code.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use families::language;

use super::parsed;
use topology::property::Written;
use topology::section::{Addressed, Entries, Naming};
use topology::{Section, render};

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name)
}

/// Asserts that a generated page is current; with `INSTA_UPDATE=always` it is written instead.
fn assert_current(name: &str, text: &str) {
    let path = page(name);
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        std::fs::write(&path, text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "{name} is old: run `INSTA_UPDATE=always cargo test -p families docs`"
    );
}

#[test]
fn the_schema_is_current() {
    assert_current("topology.schema.json", &format!("{:#}\n", language().json_schema()));
}

#[test]
fn the_list_of_diagnostics_is_current() {
    let mut text = String::from(
        "# Diagnostics\n\nEvery mistake that `evenkeel validate` can find, by its code. \
         `evenkeel explain <code>` prints the same.\n\n<!-- Made from crates/topology/src/explain. -->\n",
    );
    for explanation in language().codes() {
        let _ = write!(
            text,
            "\n## {}\n\n**{}.** {}\n\n```yaml\n{}\n```\n\n{}\n",
            explanation.code,
            capitalised(explanation.title),
            explanation.reason,
            explanation.example,
            explanation.remedy
        );
    }
    assert_current("diagnostics.md", &text);
}

fn capitalised(text: &str) -> String {
    let (first, rest) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
    first.to_uppercase() + rest
}

/// Collects every key of every record of a schema.
fn keys<'s>(schema: &'s Value, found: &mut BTreeSet<&'s str>) {
    match schema {
        Value::Object(map) => {
            // The language itself has a key called `properties`.
            let is_record = map.get("type").is_some_and(|kind| kind == "object");
            if let (true, Some(Value::Object(properties))) = (is_record, map.get("properties")) {
                found.extend(properties.keys().map(String::as_str));
            }
            map.values().for_each(|value| keys(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

#[test]
fn every_key_is_documented() {
    let text = std::fs::read_to_string(page("topology-language.md")).unwrap();
    // Keys stand in code spans, alone or in a map: whatever is no letter or digit parts them.
    let words: BTreeSet<&str> = text
        .split('`')
        .skip(1)
        .step_by(2)
        .flat_map(|code| code.split(|c: char| !c.is_ascii_alphanumeric()))
        .collect();
    let schema = language().json_schema();
    let mut found = BTreeSet::new();
    keys(schema, &mut found);
    assert!(found.len() > 100, "{found:?}");
    let missing: Vec<_> = found.difference(&words).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Returns the rows that the reference must have of what the table of sections says.
fn rows_of_sections() -> Vec<String> {
    let mut answers: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    let mut rows = Vec::new();
    for section in language().sections().iter().filter(|it| it.addressed != Addressed::Never) {
        let Some(properties) = section.properties() else { continue };
        match answers.iter_mut().find(|(_, known)| *known == properties) {
            Some((nouns, _)) => nouns.push(section.noun),
            None => answers.push((vec![section.noun], properties)),
        }
    }
    for (nouns, properties) in answers {
        let properties: Vec<String> = properties.iter().map(|it| format!("`{it}`")).collect();
        rows.push(format!("| {} | {} |", nouns.join(", "), properties.join(", ")));
    }
    rows
}

/// Returns how the names of a section's entries are derived, as the page has it.
fn derived(section: &Section) -> Vec<String> {
    let name = |abbreviation: &&str| {
        Some(match section.naming {
            Naming::Full => format!("`{abbreviation}-{{name}}-<key>`"),
            Naming::Squeezed => format!("`{abbreviation}{{name}}<key>`"),
            Naming::OfStamp => format!("`{abbreviation}-{{name}}-{{stamp}}`"),
            Naming::Short => format!("`{abbreviation}-<key>`"),
            Naming::Key => return None,
        })
    };
    section.abbreviations.iter().filter_map(name).collect()
}

/// Asserts that the page gives each declared property of a section its type and its default.
fn assert_documented(page: &str, entries: &dyn Entries) {
    let schema = &language().json_schema()["$defs"][&*entries.record()]["properties"];
    for property in entries.properties() {
        let schema = &schema[&property.key];
        let of = |name: &str| schema["type"].to_string().contains(name);
        let kind = match () {
            () if schema.get("enum").is_some() => "word",
            () if of("boolean") => "boolean",
            () if of("integer") => "number",
            () if of("string") => "text",
            () => "map",
        };
        let default = match property.default {
            Some(Written::Text(text)) if text.parse::<f64>().is_ok() => format!("`\"{text}\"` |"),
            Some(Written::Text(text) | Written::Plain(text)) => format!("`{text}` |"),
            _ => String::new(),
        };
        let row = format!("| `{}` | {kind} | {default}", property.key);
        assert!(page.lines().any(|line| line.starts_with(&row)), "the page lacks {row}");
    }
}

#[test]
fn declared_properties_are_documented_with_their_defaults() {
    let page = std::fs::read_to_string(page("topology-language.md")).unwrap();
    for entries in language().sections().iter().filter_map(|section| section.entries) {
        assert_documented(&page, entries);
    }
}

/// What follows the pages of the families.
const BEHIND: &str = "## The apply lock\n";

/// Returns the reference with the rows that it must have of what sections answer.
fn with_answers(reference: &str) -> String {
    const HEAD: &str = "| of | properties |\n| --- | --- |\n";
    const LAST: &str = "| an entry of `resources` |";
    let start = reference.find(HEAD).expect("the table of answers") + HEAD.len();
    let end = start + reference[start..].find(LAST).expect("its last row");
    let rows: String = rows_of_sections().into_iter().map(|row| row + "\n").collect();
    format!("{}{rows}{}", &reference[..start], &reference[end..])
}

/// Returns the reference with a row for each section whose derived names it does not tell yet.
fn with_names(reference: &str) -> String {
    let mut text = reference.to_owned();
    for section in language().sections() {
        let names = &text[text.find("### Names\n").expect("the names")..];
        let end = text.len() - names.len() + names.find("\n## ").expect("the next part");
        let names = &text[..end][text.len() - names.len()..];
        let missing =
            derived(section).into_iter().find(|name| !names.contains(&name[..name.len() - 1]));
        if let Some(name) = missing {
            text.insert_str(end, &format!("| {} | {name} |\n", section.bare_noun()));
        }
    }
    text
}

/// Returns the reference with the pages of the families put in the place of their headings' sections.
fn with_pages(reference: &str) -> String {
    let mut text = reference.to_owned();
    for section in language().sections().iter().filter(|section| !section.page.is_empty()) {
        let page = section.page.replace("{table}", &language().table(section));
        let heading = page.lines().next().unwrap().to_owned() + "\n";
        if !text.contains(&heading) {
            // A new one stands behind the others.
            text = text.replacen(BEHIND, &format!("{heading}\n{BEHIND}"), 1);
        }
        let start = text.find(&heading).unwrap_or_else(|| panic!("the page lacks {heading}"));
        let end = text[start..].find("\n## ").map_or(text.len(), |end| start + end + 1);
        text.replace_range(
            start..end,
            &format!("{}\n", page.trim_end_matches('\n').to_owned() + "\n"),
        );
    }
    text
}

#[test]
fn the_pages_of_the_families_are_current() {
    let text = std::fs::read_to_string(page("topology-language.md")).unwrap();
    assert_current("topology-language.md", &with_names(&with_answers(&with_pages(&text))));
}

#[test]
fn every_example_in_the_reference_is_without_a_mistake() {
    let text = std::fs::read_to_string(page("topology-language.md")).unwrap();
    let blocks: Vec<_> = text.split("```yaml\n").skip(1).collect();
    assert!(blocks.len() >= 2);
    for block in blocks {
        let block = block.split("```").next().unwrap();
        let header = if block.contains("version: 1") {
            ""
        } else {
            "version: 1\nname: app\nsubscription: 00000000-0000-0000-0000-000000000001\n"
        };
        let parsed = parsed(&format!("{header}{block}"));
        let told = render(&parsed.diagnostics, &parsed.sources, false, 120);
        assert!(parsed.diagnostics.is_empty(), "{told}");
    }
}
