//! The body that a write leaves behind, of what was sent and of what every service adds.

use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::part::Member;
use crate::kind::{Draft, Kind, Place, Tags};
use crate::protocol::identity;
use crate::store::regions;
use crate::wire::answer::Answer;
use crate::wire::json;

/// Makes the body of a draft, or refuses it.
pub(super) fn whole(azure: &Azure, kind: &Kind, draft: &mut Draft) -> Result<(), Answer> {
    draft.body = composed(kind, draft);
    complete(azure, kind, draft)?;
    (kind.settle)(azure, draft)
}

/// Lays what was sent over what is kept.
fn composed(kind: &Kind, draft: &Draft) -> Value {
    let mut sent = draft.sent.clone();
    for pointer in kind.made {
        json::remove(&mut sent, &format!("/properties{pointer}"));
    }
    json::remove(&mut sent, "/properties/provisioningState");
    for name in ["id", "name", "type", "etag", "systemData"] {
        json::remove(&mut sent, &format!("/{name}"));
    }
    let Some(before) = &draft.before else { return sent };
    if draft.is_patch || kind.keeps_absent {
        let mut body = before.body.clone();
        if sent.get("tags").is_some_and(Value::is_object) {
            json::remove(&mut body, "/tags");
        }
        json::merge(&mut body, &sent);
        return body;
    }
    for pointer in kind.made {
        let pointer = format!("/properties{pointer}");
        if let Some(value) = before.body.pointer(&pointer) {
            json::set(&mut sent, &pointer, value.clone());
        }
    }
    sent
}

/// Adds what every service adds: defaults, identity, spelling of words and places.
fn complete(azure: &Azure, kind: &Kind, draft: &mut Draft) -> Result<(), Answer> {
    json::fill(&mut draft.body, &parsed(kind.defaults)?);
    for (pointer, words) in kind.words {
        json::spell(&mut draft.body, pointer, words);
    }
    identity::complete(azure, draft)?;
    place(kind, draft)?;
    let given = draft.id.resource_type();
    let spelled = kind.spelled(&given).to_owned();
    let body = &mut draft.body;
    body["id"] = json!(draft.id.as_str());
    body["name"] = json!(draft.id.name());
    body["type"] = json!(spelled);
    if kind.tags == Tags::Empty && !body["tags"].is_object() {
        body["tags"] = json!({});
    } else if body.get("tags").is_some_and(Value::is_null) {
        json::remove(body, "/tags");
    }
    if kind.has_state {
        draft.properties()["provisioningState"] = json!("Succeeded");
    }
    for pointer in kind.dropped {
        json::remove(&mut draft.body, pointer);
    }
    for member in kind.members {
        number(&draft.id, &spelled, member, &mut draft.body)?;
    }
    Ok(())
}

/// Gives the members of a list their IDs, and what the service adds to them.
fn number(id: &ResourceId, kind: &str, member: &Member, body: &mut Value) -> Result<(), Answer> {
    let segment = member.list.rsplit('/').next().unwrap_or_default();
    let defaults = parsed(member.defaults)?;
    let list = body.pointer_mut(&format!("/properties{}", member.list));
    for item in list.and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(name) = item["name"].as_str().map(str::to_owned) else {
            let text = format!("A member of '{segment}' has no name.");
            return Err(Answer::error(400, "InvalidRequestFormat", text));
        };
        json::fill(item, &defaults);
        item["id"] = json!(id.child(segment, &name).as_str());
        item["type"] = json!(format!("{kind}/{segment}"));
        json::set(item, "/properties/provisioningState", json!("Succeeded"));
    }
    Ok(())
}

/// Reads what a table says in JSON.
fn parsed(text: &str) -> Result<Value, Answer> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text)
        .map_err(|error| Answer::error(500, "InvalidDefaults", error.to_string()))
}

fn place(kind: &Kind, draft: &mut Draft) -> Result<(), Answer> {
    let Some(given) = draft.body["location"].as_str().map(regions::short) else { return Ok(()) };
    let before = draft.before.as_ref().and_then(|before| before.body["location"].as_str());
    if let Some(before) = before.map(regions::short)
        && before != given
        && kind.place != Place::None
        // A child lies where its parent lies, whatever is sent.
        && draft.id.resource_type().parent().is_none()
    {
        let name = draft.id.name();
        let kind = draft.id.resource_type();
        let text = format!(
            "The resource '{name}' already exists in location '{before}' in resource group '{}'. \
             A resource with the same name and type '{kind}' cannot be created in location \
             '{given}'. Please select a new resource name.",
            draft.id.resource_group().unwrap_or_default()
        );
        return Err(Answer::error(409, "InvalidResourceLocation", text));
    }
    let spelled = match kind.place {
        Place::Short => given,
        Place::Display => regions::display(&given),
        Place::Word => match given.as_str() {
            "global" => "Global".to_owned(),
            _ => regions::display(&given).split(' ').map(capitalised).collect(),
        },
        Place::None => return Ok(()),
    };
    draft.body["location"] = json!(spelled);
    Ok(())
}

/// Observed: `WestUs`, not `WestUS`.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect()
}
