//! Values as people read them.

use resource::{Expression, Part, contains_expression};
use serde_json::{Map, Value};

/// Stands for a value that Azure makes during the apply.
pub(crate) const UNKNOWN: &str = "(known after apply)";
/// Stands for a value that must not be shown.
pub(crate) const SENSITIVE: &str = "(sensitive value)";

/// Returns `value` with each expression replaced by the words that stand for it.
pub(crate) fn shown(value: &Value) -> Value {
    if let Some(expression) = Expression::read(value) {
        return Value::String(words(&expression));
    }
    match value {
        Value::Array(items) => Value::Array(items.iter().map(shown).collect()),
        Value::Object(map) => {
            let shown: Map<_, _> =
                map.iter().map(|(key, item)| (key.clone(), shown(item))).collect();
            Value::Object(shown)
        }
        plain => plain.clone(),
    }
}

/// Returns the words for an expression; a text put together keeps its literal parts, unless one of
/// the others is secret.
fn words(expression: &Expression) -> String {
    match expression {
        secret if secret.is_secret() => SENSITIVE.to_owned(),
        Expression::Join(parts) => parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.clone(),
                Part::Expression(inner) => words(inner),
            })
            .collect(),
        Expression::Base64(_) | Expression::Reference(_) | Expression::Secret(_) => {
            UNKNOWN.to_owned()
        }
    }
}

/// Returns `value` on one line: text without quotes, objects as `{ key: value }`.
pub(crate) fn inline(value: &Value) -> String {
    let plain;
    let value = if contains_expression(value) {
        plain = shown(value);
        &plain
    } else {
        value
    };
    match value {
        Value::String(text) if needs_quotes(text) => format!("{text:?}"),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Array(items) => format!("[{}]", list(items.iter().map(inline))),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, item)| format!("{key}: {}", inline(item)));
            format!("{{ {} }}", list(entries))
        }
        scalar => scalar.to_string(),
    }
}

/// Returns `value` as lines: a text as it stands, anything else as indented JSON.
pub(crate) fn block(value: &Value) -> String {
    match shown(value) {
        Value::String(text) => text,
        other => serde_json::to_string_pretty(&other).expect("a value is plain data"),
    }
}

/// Returns the name of a duration: `90s`, `5m`, `2h`.
pub(crate) fn duration(secs: u64) -> String {
    match secs {
        0 => "0s".to_owned(),
        secs if secs % 3600 == 0 => format!("{}h", secs / 3600),
        secs if secs % 60 == 0 => format!("{}m", secs / 60),
        secs => format!("{secs}s"),
    }
}

fn needs_quotes(text: &str) -> bool {
    text.is_empty() || text.trim() != text || text.chars().any(char::is_control)
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use resource::{ResourceId, SecretSource};
    use serde_json::json;

    use super::*;

    #[test]
    fn values_read_like_text() {
        let value = json!({ "a": "b", "c": [1, true], "d": {}, "e": "", "f": null });
        assert_eq!(inline(&value), r#"{ a: b, c: [1, true], d: {}, e: "", f: null }"#);
    }

    #[test]
    fn expressions_are_words() {
        let host = Expression::reference(&ResourceId::group("s", "rg"), "/name").to_value();
        let secret = Expression::Secret(SecretSource::Env("TOKEN".into())).to_value();
        assert_eq!(inline(&host), "(known after apply)");
        let url = json!({ "$join": ["https://", host, "/health"] });
        assert_eq!(inline(&url), "https://(known after apply)/health");
        let header = json!({ "$join": ["Basic ", secret] });
        assert_eq!(inline(&header), "(sensitive value)");
        assert_eq!(inline(&json!({ "token": secret })), "{ token: (sensitive value) }");
    }

    #[test]
    fn durations_take_their_largest_unit() {
        assert_eq!([90, 300, 7200].map(duration), ["90s", "5m", "2h"]);
    }
}
