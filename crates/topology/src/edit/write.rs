//! Values as YAML text on one line.

use serde_json::Value;

use super::outline::Style;

/// Returns a text as the language must write it where it is meant letter for letter: braces and
/// `${` are doubled.
pub fn literal(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}").replace("${{", "$${")
}

/// Writes a value on one line; `style` is that of the text in whose place it comes.
pub(super) fn write(value: &Value, style: Style, in_flow: bool) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => text_of(text, style, in_flow),
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| write(item, Style::Plain, true)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let entries: Vec<_> = map.iter().map(|(key, value)| entry(key, value, true)).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// Writes a key with its value.
pub(super) fn entry(key: &str, value: &Value, in_flow: bool) -> String {
    let key = text_of(key, Style::Plain, in_flow);
    format!("{key}: {}", write(value, Style::Plain, in_flow))
}

fn text_of(text: &str, style: Style, in_flow: bool) -> String {
    let is_simple = text.chars().all(|c| !c.is_control());
    match style {
        Style::Single if is_simple => format!("'{}'", text.replace('\'', "''")),
        Style::Plain if is_plain(text, in_flow) => text.to_owned(),
        // JSON's quoted texts are YAML's too.
        _ => Value::from(text).to_string(),
    }
}

/// Tells whether a text is read back as itself without quotes.
fn is_plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let starts_well = first.is_ascii_alphanumeric() || first == '_' || first == '/';
    let is_fine = |c: char| c.is_alphanumeric() || "-_./:|@+%*=;~^$!&()<>\\ ".contains(c);
    starts_well
        && text.chars().all(|c| is_fine(c) || !in_flow && "?,\"'".contains(c))
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        // In flow maps a reader may take `a:b` for a key; only URLs are common enough to leave.
        && (!in_flow || !text.contains(':') || text.contains("://"))
        && !is_word_or_number(text)
}

/// Tells whether YAML readers of any age take a plain text for something else than a text.
fn is_word_or_number(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_number = |c: char| c.is_ascii_hexdigit() || "_:.-+xo".contains(c);
    // More than one dot is an address or a version.
    let looks_like = text.chars().all(is_number) && text.matches('.').count() < 2;
    looks_like && text.starts_with(|c: char| c.is_ascii_digit())
        || WORDS.contains(&text.to_ascii_lowercase().as_str())
}
