//! Azure's values in the words of the language.
//!
//! What is spelled here is only tried: a wrong spelling is found out by the plan that follows.

use resource::ResourceId;
use serde_json::Value;
use topology::edit::literal;

use crate::desired::Desired;

/// The units of durations with their seconds, the greatest first.
const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

/// Returns a scalar as text.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Returns a text in small letters without anything between letters and digits.
pub(super) fn plainly(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns how `live` may be written where `written` stands for `asked`; nothing if `written` can't
/// be what made `asked`. `words` are those that the language allows there.
pub(super) fn respell(
    written: &str,
    asked: &Value,
    live: &Value,
    words: &[String],
    desired: &Desired,
) -> Vec<Value> {
    let Some(live_text) = text_of(live) else { return vec![] };
    let mut found = Found::default();
    if let Some(others) = references(written, asked, &live_text, desired) {
        others.into_iter().for_each(|other| found.add(Value::from(other)));
        return found.0;
    }
    let Some(asked) = text_of(asked) else { return vec![] };
    if let (Some(on), Some(asked_on), Some(live_on)) =
        (switch(written), switch(&asked), switch(&live_text))
    {
        if on == asked_on {
            found.add(Value::from(live_on));
        }
        return found.0;
    }
    if let (Some(secs), Some(asked), Some(live)) =
        (seconds(written), seconds(&asked), seconds(&live_text))
        && secs == asked
    {
        found.add(match written.parse::<u64>() {
            Ok(_) => Value::from(live),
            Err(_) => Value::from(duration_like(written, live)),
        });
    }
    if written.strip_suffix('%') == Some(&asked) {
        found.add(Value::from(format!("{live_text}%")));
    }
    if plainly(&asked).ends_with(&plainly(written)) {
        fitting(words, &live_text).into_iter().for_each(|word| found.add(Value::from(word)));
    }
    if asked.eq_ignore_ascii_case(written) {
        if words.is_empty() {
            found.add(as_written(written, &live_text));
        }
    } else if plainly(&asked) == plainly(written) {
        found.add(Value::from(literal(&live_text)));
    }
    runtime(written, &asked, &live_text).into_iter().for_each(|it| found.add(Value::from(it)));
    if let Some((before, behind)) = around(&asked, written)
        && let Some(middle) = live_text.strip_prefix(before).and_then(|it| it.strip_suffix(behind))
        && !middle.is_empty()
    {
        found.add(Value::from(literal(middle)));
    }
    found.0
}

/// Returns how `live` may be written where a schema says what can stand.
pub(super) fn spell(schema: &super::schema::Scalar, live: &Value, desired: &Desired) -> Vec<Value> {
    let Some(text) = text_of(live) else { return vec![] };
    let mut found = Found::default();
    fitting(&schema.words, &text).into_iter().for_each(|word| found.add(Value::from(word)));
    if schema.boolean
        && let Some(on) = switch(&text)
    {
        found.add(Value::from(on));
    }
    if schema.duration
        && let Some(secs) = seconds(&text)
    {
        found.add(Value::from(duration(secs)));
    }
    if schema.percentage {
        found.add(Value::from(format!("{text}%")));
    }
    if schema.integer
        && let Ok(number) = text.parse::<u64>()
    {
        found.add(Value::from(number));
    }
    if schema.text && schema.words.is_empty() {
        let declared = ResourceId::parse(&text).ok().and_then(|id| desired.get(&id));
        declared.into_iter().for_each(|it| found.add(Value::from(it.address.clone())));
        found.add(Value::from(literal(&text)));
    }
    found.0
}

/// Returns the words that `live` may mean, the likeliest first.
fn fitting(words: &[String], live: &str) -> Vec<String> {
    let live = plainly(live);
    let mut fitting: Vec<&String> =
        words.iter().filter(|it| live.ends_with(&plainly(it))).collect();
    fitting.sort_by_key(|word| std::cmp::Reverse(word.len()));
    fitting.into_iter().cloned().collect()
}

/// Spellings, each once.
#[derive(Default)]
struct Found(Vec<Value>);

impl Found {
    fn add(&mut self, value: Value) {
        if !self.0.contains(&value) {
            self.0.push(value);
        }
    }
}

/// Returns what else may stand where a reference does: the live resource, or, where Azure shows no
/// ID, any other of the topology.
fn references(written: &str, asked: &Value, live: &str, desired: &Desired) -> Option<Vec<String>> {
    let leads_to = |written: &str| {
        desired.resources().find(|it| it.address == written || it.id.as_str() == written)
    };
    let by_id = ResourceId::parse(live).ok().filter(|_| live.starts_with('/'));
    if let Some(id) = by_id {
        let address = desired.get(&id).map(|resource| resource.address.clone());
        let is_reference = text_of(asked).is_some_and(|asked| asked.starts_with('/'));
        return is_reference.then(|| address.into_iter().chain([live.to_owned()]).collect());
    }
    // A host name, or what is known only once the resource is there.
    let is_name = text_of(asked).is_none_or(|asked| asked.contains('.')) && live.contains('.');
    let leads = leads_to(written).filter(|_| is_name)?;
    let is_top = |id: &ResourceId| id.resource_type().parent().is_none();
    let others = desired
        .resources()
        .filter(|it| it.id != leads.id && is_top(&it.id))
        .map(|it| it.address.clone());
    // Those whose name the live value holds come first.
    let mut others: Vec<String> = others.collect();
    others.sort_by_key(|address| {
        let name = leads_to(address).map(|it| it.id.name().to_owned()).unwrap_or_default();
        !live.contains(&name)
    });
    others.truncate(20);
    Some(others)
}

/// Returns which way a switch stands.
fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "enabled" | "on" => Some(true),
        "false" | "disabled" | "off" => Some(false),
        _ => None,
    }
}

/// Returns the seconds of `30s`, `PT5M` and `300`.
fn seconds(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let text = text.strip_prefix("pt").unwrap_or(&text);
    if let Ok(secs) = text.parse() {
        return Some(secs);
    }
    let (unit, size) = UNITS.iter().find(|(unit, _)| text.ends_with(unit))?;
    text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(*size)
}

/// Numbers from here on are easier to read in a greater unit.
const LONG: u64 = 1000;

/// Writes seconds in the unit of what stood there, where that divides them into a short number.
fn duration_like(written: &str, secs: u64) -> String {
    let written = written.to_ascii_lowercase();
    match UNITS.iter().find(|(unit, _)| written.ends_with(unit)) {
        Some((unit, size)) if secs.is_multiple_of(*size) && secs / size < LONG => {
            format!("{}{unit}", secs / size)
        }
        _ => duration(secs),
    }
}

/// Writes seconds in the greatest unit that divides them.
fn duration(secs: u64) -> String {
    let unit = UNITS.iter().find(|(_, size)| secs >= *size && secs.is_multiple_of(*size));
    let (unit, size) = unit.unwrap_or(&("s", 1));
    format!("{}{unit}", secs / size)
}

/// Returns a live text in the form of the written one: a number, a word in small letters, or itself.
fn as_written(written: &str, live: &str) -> Value {
    if written.parse::<u64>().is_ok()
        && let Ok(number) = live.parse::<u64>()
    {
        return Value::from(number);
    }
    Value::from(literal(live))
}

/// Returns a live stack and version as `runtime` has them.
fn runtime(written: &str, asked: &str, live: &str) -> Option<String> {
    let (stack, version) = written.split_once('|')?;
    let before = asked.strip_suffix(version)?;
    if let Some(version) = live.strip_prefix(before).filter(|version| !version.is_empty()) {
        return Some(format!("{stack}|{version}"));
    }
    let (live_stack, live_version) = live.split_once('|')?;
    let stack = live_stack.to_ascii_lowercase();
    let stack = if stack == "dotnetcore" { "dotnet" } else { stack.as_str() };
    Some(format!("{stack}|{live_version}"))
}

/// Returns what stands before and behind `part` in `whole`.
fn around<'w>(whole: &'w str, part: &str) -> Option<(&'w str, &'w str)> {
    let at = whole.find(part).filter(|_| part.len() > 2 && part.len() < whole.len())?;
    Some((&whole[..at], &whole[at + part.len()..]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn first(written: &str, asked: Value, live: Value, words: &[&str]) -> Option<Value> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        respell(written, &asked, &live, &words, &Desired::default()).into_iter().next()
    }

    #[test]
    fn values_are_spelled_as_the_language_has_them() {
        let routing = ["performance", "priority", "weighted"];
        let redundancy = ["LRS", "GRS", "RA-GRS"];
        let tls = ["1.0", "1.2", "1.3"];
        let cases = [
            ("60s", json!(60), json!(3600), &[][..], json!("1h")),
            ("60", json!(60), json!(90), &[], json!(90)),
            ("5m", json!("PT5M"), json!("PT90S"), &[], json!("90s")),
            ("70%", json!(70), json!(85), &[], json!("85%")),
            ("true", json!("Enabled"), json!("Disabled"), &[], json!(false)),
            ("3", json!(3), json!(9), &[], json!(9)),
            ("2", json!("2"), json!("4"), &[], json!(4)),
            ("priority", json!("Priority"), json!("Weighted"), &routing, json!("weighted")),
            ("GRS", json!("Standard_GRS"), json!("Standard_RAGRS"), &redundancy, json!("RA-GRS")),
            ("1.2", json!("TLS1_2"), json!("TLS1_3"), &tls, json!("1.3")),
            (
                "dotnet|8.0",
                json!("DOTNETCORE|8.0"),
                json!("DOTNETCORE|9.0"),
                &[],
                json!("dotnet|9.0"),
            ),
            (
                "dotnet|8.0",
                json!("DOTNETCORE|8.0"),
                json!("NODE|22-lts"),
                &[],
                json!("node|22-lts"),
            ),
            ("dotnet|8.0", json!("v8.0"), json!("v9.0"), &[], json!("dotnet|9.0")),
            (
                "r.example/a:1",
                json!("DOCKER|r.example/a:1"),
                json!("DOCKER|r.example/a:2"),
                &[],
                json!("r.example/a:2"),
            ),
            ("/health", json!("/health"), json!("/a{b}"), &[], json!("/a{{b}}")),
        ];
        for (written, asked, live, words, spelled) in cases {
            let found = first(written, asked, live, words);
            assert_eq!(found, Some(spelled), "{written}");
        }
    }

    #[test]
    fn a_text_that_did_not_make_the_value_is_left_alone() {
        assert_eq!(first("/other", json!("/health"), json!("/x"), &[]), None);
        assert_eq!(first("30s", json!(10), json!(20), &[]), None);
        assert_eq!(first("false", json!("Enabled"), json!("Disabled"), &[]), None);
    }
}
