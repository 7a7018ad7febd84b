//! What tags may be.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources>
//! (section *Limitations*).

use resource::ResourceId;
use serde_json::Value;

use crate::kind::azure::Azure;
use crate::wire::answer::Answer;

/// The most characters of a value.
const VALUE: usize = 256;
/// What no name may hold.
const RESERVED: [char; 7] = ['<', '>', '%', '&', '\\', '?', '/'];

/// Refuses tags that a resource of the type of `id` cannot have.
pub(crate) fn check(azure: &Azure, id: &ResourceId, tags: &Value) -> Result<(), Answer> {
    let bad = |code: &str, text: String| Err(Answer::error(400, code, text));
    let Some(tags) = tags.as_object() else { return Ok(()) };
    let limits = &azure.family_of(&id.resource_type()).tags;
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
