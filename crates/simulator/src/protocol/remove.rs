//! DELETE.

use resource::ResourceId;
use serde_json::json;

use crate::kind::azure::Azure;
use crate::kind::{Deleted, Form};
use crate::protocol::operation::{self, Begin, Work};
use crate::protocol::{locks, scope, write};
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Answers a DELETE.
pub(crate) fn delete(azure: &mut Azure, request: &Request, id: &ResourceId) -> Answer {
    match try_delete(azure, request, id) {
        Ok(answer) | Err(answer) => answer,
    }
}

fn try_delete(azure: &mut Azure, request: &Request, id: &ResourceId) -> Result<Answer, Answer> {
    let kind = azure.kind_of(&id.resource_type());
    let is_group = id.resource_type().is_group();
    if is_group && azure.state.get(id).is_none() {
        return Err(scope::missing_group(id.name()));
    }
    scope::check(azure, id, "delete")?;
    let Some(stored) = azure.state.get(id).cloned() else { return Ok(Answer::empty(204)) };
    locks::check_delete(azure, id)?;
    write::check_preconditions(azure, kind, request, Some(&stored), id)?;
    if !azure.is_unguarded {
        (kind.before_delete)(azure, &stored)?;
    }
    if kind.delete.form == Form::Direct || azure.is_unguarded {
        let view = azure.view(&stored);
        azure.remove_for(id, request);
        (azure.family_of(&id.resource_type()).watch)(azure, request);
        let stamp = kind.has_stamp.then(|| azure.stamp(&stored));
        let answer = match kind.delete.body {
            Deleted::Nothing => Answer::empty(kind.delete.status),
            Deleted::Resource => Answer::json(kind.delete.status, view),
            Deleted::Boolean => {
                Answer::json(kind.delete.status, json!({"properties": {"boolean": true}}))
            }
        };
        return Ok(match stamp {
            Some(stamp) => answer.with("etag", stamp),
            None => answer,
        });
    }
    if let Some(state) = azure
        .state
        .get_mut(id)
        .and_then(|stored| stored.body.pointer_mut("/properties/provisioningState"))
    {
        *state = json!("Deleting");
    }
    let begin = Begin {
        resource: &stored.id,
        work: Work::Delete,
        word: "InProgress",
        secs: kind.delete.secs,
        retry_after: kind.delete.retry_after,
        api_version: request.api_version().unwrap_or_default(),
    };
    let name = operation::begin(azure, &begin);
    Ok(operation::follow(azure, Answer::empty(kind.delete.status), &name, kind.delete.form))
}
