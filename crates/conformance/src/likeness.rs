//! Whether the simulator's body says what Azure's body says.
//!
//! Every property that Azure returned must be there with the same JSON type and, unless the value
//! is of a kind that no two recordings share, with the same value.

use serde_json::{Map, Value};

/// Properties whose value belongs to one resource at one time. Observed in recorded traffic.
const VOLATILE: &[&str] = &[
    "etag",
    "_etag",
    "_ts",
    "_rid",
    "_self",
    "mdmid",
    "webspace",
    "selflink",
    "homestamp",
    "serverfarmid",
    "customdomainverificationid",
    "possibleinboundipaddresses",
    "possibleoutboundipaddresses",
    "outboundipaddresses",
    "inboundipaddress",
    "inboundipv6address",
    "possibleinboundipv6addresses",
    "outboundipv6addresses",
    "possibleoutboundipv6addresses",
    "ftpusername",
    "ftpshostname",
    "nameservers",
    "nextlink",
    "endpointmonitorstatus",
    "profilemonitorstatus",
    "platformversion",
    "deploymentid",
    "vnetname",
    "instrumentationkey",
    "connectionstring",
    "message",
    "numberofrecordsets",
    "numberofsites",
    "systemdata",
];

/// One property that is not as Azure returned it.
#[derive(Debug, Clone, PartialEq)]
pub struct Unlike {
    /// Where it is.
    pub path: String,
    /// What Azure returned.
    pub azure: Value,
    /// What the simulator returned, if anything.
    pub simulated: Option<Value>,
}

/// What came of comparing two bodies.
#[derive(Debug, Clone, Default)]
pub struct Likeness {
    /// How many properties Azure returned.
    pub total: usize,
    /// Those that are not as they should be.
    pub unlike: Vec<Unlike>,
}

/// Compares what the simulator returned with what Azure returned.
pub fn compare(azure: &Value, simulated: &Value) -> Likeness {
    let mut likeness = Likeness::default();
    likeness.value(&mut Vec::new(), azure, Some(simulated));
    likeness
}

impl Likeness {
    fn value(&mut self, path: &mut Vec<String>, azure: &Value, simulated: Option<&Value>) {
        match (azure, simulated) {
            (Value::Object(azure), simulated) if !azure.is_empty() => {
                let simulated = simulated.and_then(Value::as_object);
                for (name, value) in azure {
                    path.push(name.clone());
                    self.value(path, value, simulated.and_then(|object| member(object, name)));
                    path.pop();
                }
            }
            (Value::Array(azure), simulated) if azure.iter().any(Value::is_object) => {
                let simulated = simulated.and_then(Value::as_array);
                for (index, item) in azure.iter().enumerate() {
                    path.push(format!("[{index}]"));
                    let other = simulated.and_then(|items| partner(item, index, items));
                    self.value(path, item, other);
                    path.pop();
                }
            }
            (azure, simulated) => {
                self.total += 1;
                if !simulated.is_some_and(|simulated| is_like(path, azure, simulated)) {
                    let simulated = simulated.cloned();
                    let path = path.join(".").replace(".[", "[");
                    self.unlike.push(Unlike { path, azure: azure.clone(), simulated });
                }
            }
        }
    }
}

/// Keys that are IDs change their case.
fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let by_case = || {
        let mut entries = object.iter();
        entries.find(|(key, _)| name.starts_with('/') && key.eq_ignore_ascii_case(name))
    };
    object.get(name).or_else(|| by_case().map(|(_, value)| value))
}

/// Returns the member that speaks of the same thing: the one with the same ID or name.
fn partner<'a>(item: &Value, index: usize, others: &'a [Value]) -> Option<&'a Value> {
    for key in ["id", "name", "locationName", "category"] {
        if let Some(wanted) = item.get(key).and_then(Value::as_str) {
            let same = |other: &&Value| {
                other
                    .get(key)
                    .and_then(Value::as_str)
                    .is_some_and(|k| k.eq_ignore_ascii_case(wanted))
            };
            if let Some(found) = others.iter().find(same) {
                return Some(found);
            }
        }
    }
    others.get(index)
}

fn is_like(path: &[String], azure: &Value, simulated: &Value) -> bool {
    if azure == simulated {
        return true;
    }
    let name = path.iter().rev().find(|part| !part.starts_with('['));
    let name = name.map(|name| name.to_ascii_lowercase()).unwrap_or_default();
    let is_volatile = VOLATILE.contains(&name.as_str())
        || is_time(azure) && is_time(simulated)
        || path.iter().any(|part| part == "systemData");
    if is_volatile {
        return kind(azure) == kind(simulated);
    }
    match (azure, simulated) {
        (Value::String(azure), Value::String(simulated)) => match name.as_str() {
            "provisioningstate" => is_moving(azure) || is_moving(simulated),
            _ => is_made_up(azure) || form(azure) == form(simulated),
        },
        (Value::Array(azure), Value::Array(simulated)) => {
            azure.len() == simulated.len()
                && azure.iter().zip(simulated).all(|(one, other)| is_like(path, one, other))
        }
        (Value::Number(azure), Value::Number(simulated)) => azure.as_f64() == simulated.as_f64(),
        _ => false,
    }
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        text.len() > 9 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit) && text.contains('-')
    })
}

/// States that an operation passes through.
fn is_moving(state: &str) -> bool {
    !["Succeeded", "Failed", "Canceled"].contains(&state)
}

/// Values that the recorder put where secrets were.
fn is_made_up(text: &str) -> bool {
    ["fake", "scrubbed", "{KEY", "{PASSWORD"].iter().any(|start| text.starts_with(start))
}

/// Returns the form of a text: what it is without GUIDs, times, addresses, hashes and the numbers
/// of machines.
fn form(text: &str) -> String {
    let text = without_guids(text);
    let mut out = String::with_capacity(text.len());
    for word in words(&text) {
        let hex = word.chars().filter(char::is_ascii_hexdigit).count();
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let is_hash = word.len() >= 8
            && (digits >= 2 && hex == word.len()
                || digits >= 3
                    && word.len() >= 15
                    && word.chars().all(|c| c.is_ascii_alphanumeric()));
        match word {
            // Stamps and units have a letter and a number: `z5`.
            _ if is_hash || digits > 0 && digits + 1 >= word.len() => {
                if !out.ends_with('#') {
                    out.push('#');
                }
            }
            "-" | ":" | "." if out.ends_with('#') => {}
            _ => out.push_str(word),
        }
    }
    out
}

/// Replaces each GUID, with or without dashes, by one that is all zero.
fn without_guids(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_guid = |length: usize| {
            rest.get(..length).is_some_and(|part| {
                part.chars().filter(char::is_ascii_hexdigit).count() == 32
                    && part.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
            })
        };
        if let Some(length) = [36, 32].into_iter().find(|length| is_guid(*length)) {
            out.push('0');
            rest = &rest[length..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// Cuts a text into words and the single characters between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if first.is_alphanumeric() {
            rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, tail) = rest.split_at(end);
        rest = tail;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn guids_and_times_have_one_form_each() {
        let one = "dddddddd-dddd-4ddd-8ddd-28190e936cfd";
        assert_eq!(form(one), form("5a9c0e1d-7f3b-4c52-9d64-2b8e1f0a6c37"));
        assert_eq!(form("10.1.2.3"), form("20.30.1.99"));
        assert_ne!(form("Standard"), form("Premium"));
        assert_ne!(form("westus2"), form("westus3"));
    }

    #[test]
    fn missing_and_different_properties_are_found() {
        let azure = json!({"a": 1, "b": {"c": "x", "d": []}, "e": null});
        let likeness = compare(&azure, &json!({"a": 1, "b": {"c": "y"}, "e": null}));
        let paths: Vec<&str> = likeness.unlike.iter().map(|unlike| unlike.path.as_str()).collect();
        assert_eq!((likeness.total, paths), (4, vec!["b.c", "b.d"]));
    }
}
