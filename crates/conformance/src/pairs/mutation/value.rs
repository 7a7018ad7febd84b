//! Values that differ from a given one and look as allowed as it does.

use resource::catalogue::{Likeness, PropertyPath, TypeFacts};
use serde_json::{Value, json};

/// Returns another value for the property at `path`.
pub fn other(facts: &TypeFacts, path: &PropertyPath, value: &Value) -> Value {
    match value {
        Value::Bool(switch) => json!(!switch),
        Value::Number(number) => match number.as_i64() {
            Some(number) => json!(number + 1),
            None => json!(number.as_f64().unwrap_or_default() + 1.0),
        },
        Value::String(text) => json!(other_text(facts, path, text)),
        Value::Null => json!("other"),
        Value::Array(items) => items.iter().map(|item| other(facts, path, item)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, member)| (key.clone(), other(facts, &path.key(key), member)))
            .collect(),
    }
}

/// Returns a member that could stand beside `member`, told apart from it by every key.
pub fn another_member(facts: &TypeFacts, path: &PropertyPath, member: &Value) -> Value {
    match member {
        Value::Object(map) => {
            let path = path.member("");
            let more = map.iter().map(|(key, value)| {
                // A switch stays as it is: a member that is off may mean nothing.
                let value = match value {
                    Value::Bool(_) => value.clone(),
                    _ => other(facts, &path.key(key), value),
                };
                (key.clone(), value)
            });
            more.collect()
        }
        scalar => other(facts, path, scalar),
    }
}

fn other_text(facts: &TypeFacts, path: &PropertyPath, text: &str) -> String {
    match facts.likeness_at(path) {
        Likeness::Location => {
            let first = text.replace(' ', "").eq_ignore_ascii_case("northeurope");
            return if first { "eastasia" } else { "northeurope" }.to_owned();
        }
        // A longer version may be the same; one with another beginning is not.
        Likeness::Version => {
            let end = text.find('.').unwrap_or(text.len());
            return format!("{}{}", other_word(&text[..end]), &text[end..]);
        }
        // The last word may be one that the service adds.
        Likeness::Grants | Likeness::AppKind => {
            let end = text.find([' ', ',']).unwrap_or(text.len());
            return format!("{}{}", other_word(&text[..end]), &text[end..]);
        }
        _ => {}
    }
    if text.eq_ignore_ascii_case("enabled") {
        return "Disabled".to_owned();
    }
    if text.eq_ignore_ascii_case("disabled") {
        return "Enabled".to_owned();
    }
    match text.parse::<i64>() {
        Ok(number) => (number + 1).to_string(),
        Err(_) => other_word(text),
    }
}

/// Changes the last letter or digit, so that IDs, times, addresses and versions keep their form.
fn other_word(text: &str) -> String {
    let Some((at, last)) = text.char_indices().rev().find(|(_, c)| c.is_ascii_alphanumeric())
    else {
        return format!("{text}x");
    };
    // The unit of a time or a duration must stay.
    let numeric = text.starts_with(|c: char| c.is_ascii_digit()) || text.starts_with('P');
    let place = if numeric && last.is_ascii_alphabetic() {
        text.char_indices().rev().find(|(_, c)| c.is_ascii_digit())
    } else {
        Some((at, last))
    };
    let (at, last) = place.unwrap_or((at, last));
    let next = match last {
        '9' => '8',
        'z' => 'y',
        'Z' => 'Y',
        // Both stay hexadecimal digits.
        'f' => 'e',
        'F' => 'E',
        '3'..='8' => '2',
        other => char::from_u32(other as u32 + 1).unwrap_or('x'),
    };
    format!("{}{next}{}", &text[..at], &text[at + last.len_utf8()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_value_differs_and_keeps_its_form() {
        let cases = [
            ("location", "westus", "northeurope"),
            ("state", "Enabled", "Disabled"),
            ("start", "2018-12-24T00:00:00Z", "2018-12-24T00:00:01Z"),
            ("window", "PT5M", "PT2M"),
            ("ip", "10.0.0.4", "10.0.0.2"),
            ("port", "80", "81"),
            ("name", "web", "wec"),
        ];
        for (key, text, expected) in cases {
            let path = PropertyPath::root().key("properties").key(key);
            assert_eq!(other(&TypeFacts::GENERIC, &path, &json!(text)), json!(expected));
        }
    }
}
