//! `Microsoft.Resources/tags`: the tags of a resource by themselves.

use axum::http::Method;
use resource::ResourceId;
use serde_json::{Map, Value, json};

use crate::kind::azure::Azure;
use crate::protocol::{locks, scope, tags};
use crate::wire::answer::Answer;
use crate::wire::request::Request;

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
    tags::check(azure, id, &Value::Object(tags.clone()))?;
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
