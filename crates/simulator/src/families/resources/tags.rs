//! `Microsoft.Resources/tags`: the tags of a resource by themselves, and what tags may be.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources>
//! (section *Limitations*).

use axum::http::Method;
use resource::ResourceId;
use serde_json::{Map, Value, json};

use crate::kind::azure::Azure;
use crate::protocol::{locks, scope};
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// What the tags of a type may be.
struct Limits {
    /// The types, by their beginning in lower case.
    kinds: &'static [&'static str],
    /// How many there may be.
    most: usize,
    /// The most characters of a name.
    name: usize,
    /// Tells whether a name is refused that other types take.
    refuses: fn(&str) -> bool,
}

const GENERAL: Limits = Limits { kinds: &[""], most: 50, name: 512, refuses: |_| false };

/// Types with narrower limits; the first that fits holds.
const NARROWER: &[Limits] = &[
    Limits {
        kinds: &["microsoft.network/dnszones", "microsoft.network/privatednszones"],
        most: 15,
        refuses: |name| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            begins_with_digit(name) || !name.chars().all(is_plain)
        },
        ..GENERAL
    },
    Limits {
        kinds: &["microsoft.network/trafficmanagerprofiles"],
        refuses: |name| begins_with_digit(name) || name.contains([' ', '#', ':']),
        ..GENERAL
    },
    Limits { kinds: &["microsoft.storage/storageaccounts"], name: 128, ..GENERAL },
    Limits {
        kinds: &["microsoft.cdn/"],
        most: 15,
        refuses: |name| name.contains(['#', ':']),
        ..GENERAL
    },
];

/// The most characters of a value.
const VALUE: usize = 256;
/// What no name may hold.
const RESERVED: [char; 7] = ['<', '>', '%', '&', '\\', '?', '/'];

fn begins_with_digit(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_digit())
}

/// Refuses tags that a resource of the type of `id` cannot have.
pub(crate) fn check(id: &ResourceId, tags: &Value) -> Result<(), Answer> {
    let bad = |code: &str, text: String| Err(Answer::error(400, code, text));
    let Some(tags) = tags.as_object() else { return Ok(()) };
    let kind = id.resource_type().as_str().to_ascii_lowercase();
    let is_of = |limits: &&Limits| limits.kinds.iter().any(|known| kind.starts_with(known));
    let limits = NARROWER.iter().find(is_of).unwrap_or(&GENERAL);
    if tags.len() > limits.most {
        let text =
            format!("The resource has {} tags; at most {} are allowed.", tags.len(), limits.most);
        return bad("InvalidTagCount", text);
    }
    let mut seen = std::collections::BTreeSet::new();
    for (name, value) in tags {
        if !seen.insert(name.to_lowercase()) {
            return bad(
                "DuplicateTagNames",
                format!("The tag name '{name}' is used twice; case does not count."),
            );
        }
        // Names that begin so are the portal's and other services' own.
        let is_hidden = name.to_ascii_lowercase().starts_with("hidden-");
        if name.is_empty() || name.chars().count() > limits.name {
            return bad(
                "InvalidTagName",
                format!("The tag name '{name}' must have 1 to {} characters.", limits.name),
            );
        }
        if !is_hidden && (name.contains(RESERVED) || (limits.refuses)(name)) {
            return bad(
                "InvalidTagNameCharacters",
                format!(
                    "The tag name '{name}' has characters that are not allowed for '{}'.",
                    id.resource_type()
                ),
            );
        }
        let length = match value {
            Value::String(text) => text.chars().count(),
            Value::Array(_) | Value::Object(_) => {
                return bad(
                    "InvalidRequestContent",
                    format!("The value of tag '{name}' must be a text."),
                );
            }
            _ => 0,
        };
        if length > VALUE {
            return bad(
                "InvalidTagValueLength",
                format!(
                    "The value of tag '{name}' has {length} characters; at most {VALUE} are allowed."
                ),
            );
        }
    }
    Ok(())
}

/// Answers what is asked about tags, or `None`.
pub(crate) fn special(azure: &mut Azure, request: &Request) -> Option<Answer> {
    const SUFFIX: &str = "/providers/microsoft.resources/tags/default";
    let end = request.path.to_ascii_lowercase().strip_suffix(SUFFIX)?.len();
    let id = ResourceId::parse(request.path.get(..end)?).ok()?;
    Some(answer(azure, request, &id).unwrap_or_else(|refusal| refusal))
}

fn answer(azure: &mut Azure, request: &Request, id: &ResourceId) -> Result<Answer, Answer> {
    let stored = azure.state.get(id).ok_or_else(|| scope::missing_resource(id))?;
    let current = stored.body["tags"].as_object().cloned().unwrap_or_default();
    if request.method == Method::GET {
        return Ok(Answer::json(200, body(id, &current)));
    }
    locks::check_write(azure, id)?;
    let sent = request.json()?;
    let given =
        sent.pointer("/properties/tags").and_then(Value::as_object).cloned().unwrap_or_default();
    let operation = sent["operation"].as_str().unwrap_or("Replace").to_ascii_lowercase();
    let tags: Map<String, Value> = match (&request.method, operation.as_str()) {
        (&Method::PATCH, "merge") => current.into_iter().chain(given).collect(),
        (&Method::PATCH, "delete") => {
            current.into_iter().filter(|(name, value)| given.get(name) != Some(value)).collect()
        }
        (&Method::DELETE, _) => Map::new(),
        _ => given,
    };
    check(id, &Value::Object(tags.clone()))?;
    let version = azure.state.next_version();
    if let Some(stored) = azure.state.get_mut(id) {
        stored.body["tags"] = Value::Object(tags.clone());
        stored.version = version;
    }
    azure.touched();
    Ok(Answer::json(200, body(id, &tags)))
}

fn body(id: &ResourceId, tags: &Map<String, Value>) -> Value {
    json!({
        "id": format!("{id}/providers/Microsoft.Resources/tags/default"),
        "name": "default",
        "type": "Microsoft.Resources/tags",
        "properties": {"tags": tags},
    })
}
