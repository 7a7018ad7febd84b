//! Resources that stand in the body of the one they lie in: both ways to write them are one.

use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::azure::{Azure, PLACE};
use crate::kind::part::Part;
use crate::kind::{Draft, Kind};
use crate::protocol::{body, compose, locks, scope};
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// What a write does to the resources that stand in the body.
#[derive(Debug, Default)]
pub(super) struct Inside {
    drafts: Vec<Draft>,
    gone: Vec<ResourceId>,
}

/// Takes the lists of resources out of a body and makes drafts of them, or refuses them.
pub(super) fn inside(azure: &Azure, kind: &Kind, draft: &mut Draft) -> Result<Inside, Answer> {
    let mut inside = Inside::default();
    for part in kind.parts {
        let pointer = format!("/properties{}", part.list);
        json::remove(&mut draft.body, &pointer);
        let given = match draft.sent.pointer(&pointer) {
            Some(Value::Array(given)) => given.as_slice(),
            _ if draft.is_patch || part.stays => continue,
            _ => &[],
        };
        let drafts = given
            .iter()
            .map(|given| drafted(azure, draft, part, given))
            .collect::<Result<Vec<Draft>, Answer>>()?;
        let bodies: Vec<Value> = drafts.iter().map(|draft| draft.body.clone()).collect();
        if !azure.is_unguarded {
            (part.beside)(azure, &draft.body, &bodies)?;
        }
        let there = azure.rows_of(&draft.id, part).into_iter();
        for row in there.filter(|row| drafts.iter().all(|draft| draft.id != row.id)) {
            locks::check_delete(azure, &row.id)?;
            if !azure.is_unguarded {
                (azure.kind_of(&row.kind()).before_delete)(azure, row)?;
            }
            inside.gone.push(row.id.clone());
        }
        inside.drafts.extend(drafts);
    }
    Ok(inside)
}

/// Makes the draft of a resource that stands in the body of another draft.
fn drafted(azure: &Azure, outer: &Draft, part: &Part, given: &Value) -> Result<Draft, Answer> {
    let Some(name) = given["name"].as_str().filter(|name| !name.is_empty()) else {
        let text = format!("A member of '{}' has no name.", part.segment());
        return Err(Answer::error(400, "InvalidRequestFormat", text));
    };
    let id = outer.id.child(part.segment(), name);
    let kind = azure.kind_of(&id.resource_type());
    let before = azure.state.get(&id).cloned();
    let mut sent = given.clone();
    body::check(azure, kind, &id, &mut sent, false)?;
    let mut draft = Draft {
        id: scope::canonical(azure, kind, &id),
        is_patch: false,
        sent,
        body: Value::Null,
        hidden: before.as_ref().map(|before| before.hidden.clone()).unwrap_or_default(),
        before,
        api_version: outer.api_version.clone(),
    };
    compose::whole(azure, kind, &mut draft)?;
    Ok(draft)
}

/// Checks a resource that is written by itself beside those that stand in the same list.
pub(super) fn check_beside(azure: &Azure, draft: &Draft) -> Result<(), Answer> {
    let Some(outer) = draft.id.parent().and_then(|id| azure.state.get(&id)) else { return Ok(()) };
    let segment = draft.id.resource_type().last().to_owned();
    let mut parts = azure.kind_of(&outer.kind()).parts.iter();
    let part = parts.find(|part| part.segment().eq_ignore_ascii_case(&segment));
    let Some(part) = part.filter(|_| !azure.is_unguarded) else { return Ok(()) };
    let rows = azure.rows_of(&outer.id, part).into_iter().filter(|row| row.id != draft.id);
    let mut bodies: Vec<Value> = rows.map(|row| row.body.clone()).collect();
    bodies.push(draft.body.clone());
    (part.beside)(azure, &outer.body, &bodies)
}

impl Inside {
    /// Puts the resources into the store and takes out those that are gone.
    pub(super) fn store(self, azure: &mut Azure, request: &Request) {
        for id in &self.gone {
            azure.remove_for(id, request);
        }
        for draft in self.drafts {
            let mut hidden = draft.hidden.clone();
            hidden.insert(PLACE.to_owned(), json!(azure.state.next_version()));
            azure.hold_hiding(draft.id.clone(), draft.body.clone(), hidden);
            let kind = azure.kind_of(&draft.id.resource_type());
            (kind.after)(azure, &draft);
        }
    }
}
