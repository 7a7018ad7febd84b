//! PUT and PATCH.

use resource::ResourceId;
use serde_json::{Value, json};

use crate::kind::azure::Azure;
use crate::kind::{Accepted, Draft, Form, Kind, Put};
use crate::protocol::operation::{self, Begin, Work};
use crate::protocol::parts::{self, Inside};
use crate::protocol::{body, compose, locks, scope};
use crate::store::clock;
use crate::store::state::Stored;
use crate::wire::answer::Answer;
use crate::wire::json;
use crate::wire::request::Request;

/// Answers a PUT.
pub(crate) fn put(azure: &mut Azure, request: &Request, id: &ResourceId) -> Answer {
    match try_write(azure, request, id, false) {
        Ok(answer) | Err(answer) => answer,
    }
}

/// Answers a PATCH.
pub(crate) fn patch(azure: &mut Azure, request: &Request, id: &ResourceId) -> Answer {
    match try_write(azure, request, id, true) {
        Ok(answer) | Err(answer) => answer,
    }
}

/// Makes a resource that a service makes by itself.
pub(crate) fn make(azure: &mut Azure, id: &ResourceId, body: &Value) {
    let uri = format!("{id}?api-version=2024-01-01");
    let Ok(uri) = uri.parse() else { return };
    let bytes = body.to_string().into_bytes();
    let request = Request::new(axum::http::Method::PUT, &uri, Default::default(), bytes);
    let was_unguarded = std::mem::replace(&mut azure.is_unguarded, true);
    put(azure, &request, id);
    azure.is_unguarded = was_unguarded;
}

fn try_write(
    azure: &mut Azure,
    request: &Request,
    id: &ResourceId,
    is_patch: bool,
) -> Result<Answer, Answer> {
    let kind = azure.kind_of(&id.resource_type());
    scope::check(azure, id, "write")?;
    check_registered(azure, id)?;
    let mut sent = request.json()?;
    let before = azure.state.get(id).cloned();
    if is_patch && before.is_none() {
        return Err(scope::missing(azure, kind, id));
    }
    locks::check_write(azure, id)?;
    check_idle(azure, id, before.as_ref())?;
    check_preconditions(azure, kind, request, before.as_ref(), id)?;
    let style = match (is_patch, kind.patch) {
        (false, _) => kind.put,
        (true, Some(style)) => style,
        (true, None) => {
            let text = format!("The HTTP method 'PATCH' is not supported for '{id}'.");
            return Err(Answer::error(405, "MethodNotAllowed", text));
        }
    };
    body::check(azure, kind, id, &mut sent, is_patch)?;
    if before.is_none() {
        (kind.prepare)(azure, id, &mut sent);
    }
    let mut draft = Draft {
        id: scope::canonical(azure, kind, id),
        is_patch,
        sent,
        body: Value::Null,
        hidden: before.as_ref().map(|before| before.hidden.clone()).unwrap_or_default(),
        before,
        api_version: request.api_version().unwrap_or_default().to_owned(),
    };
    compose::whole(azure, kind, &mut draft)?;
    parts::check_beside(azure, &draft)?;
    let inside = parts::inside(azure, kind, &mut draft)?;
    let style = (kind.style)(&draft, style);
    Ok(store(azure, kind, style, draft, inside, request))
}

/// Refuses a write into a namespace that the subscription has not registered.
fn check_registered(azure: &Azure, id: &ResourceId) -> Result<(), Answer> {
    let namespace = id.resource_type().namespace().to_ascii_lowercase();
    if !azure.state.unregistered.contains(&namespace) {
        return Ok(());
    }
    let given = id.resource_type().namespace().to_owned();
    let text = format!(
        "The subscription is not registered to use namespace '{given}'. See \
         https://aka.ms/rps-not-found for how to register subscriptions."
    );
    Err(Answer::error(409, "MissingSubscriptionRegistration", text))
}

/// Refuses a write to what is being deleted, or lies in a group that is.
fn check_idle(azure: &Azure, id: &ResourceId, before: Option<&Stored>) -> Result<(), Answer> {
    let is_deleted = |stored: &Stored| stored.text("/provisioningState") == Some("Deleting");
    if let Some(group) = azure.group_of(id)
        && is_deleted(group)
    {
        let name = group.id.name();
        let text = format!(
            "The resource group '{name}' is in deprovisioning state and cannot perform this \
             operation."
        );
        return Err(Answer::error(409, "ResourceGroupBeingDeleted", text));
    }
    match before {
        Some(stored) if is_deleted(stored) => {
            let text = "Another operation on this or dependent resource is in progress.";
            Err(Answer::error(409, "AnotherOperationInProgress", text))
        }
        _ => Ok(()),
    }
}

/// Checks `If-Match` and `If-None-Match` for types that have an ETag.
pub(crate) fn check_preconditions(
    azure: &Azure,
    kind: &Kind,
    request: &Request,
    before: Option<&Stored>,
    id: &ResourceId,
) -> Result<(), Answer> {
    if !kind.has_etag || azure.is_unguarded {
        return Ok(());
    }
    let name = id.name();
    let what = if id.resource_type().parent().is_some() { "Record set" } else { "Zone" };
    if request.header("if-none-match") == Some("*") && before.is_some() {
        let text = format!("The {what} {name} exists already and hence cannot be created again.");
        return Err(kind.refuse(412, "PreconditionFailed", text));
    }
    let Some(wanted) = request.header("if-match") else { return Ok(()) };
    let wanted = wanted.trim_start_matches("W/").trim_matches('"');
    match before {
        Some(_) if wanted == "*" => Ok(()),
        Some(stored) if wanted == azure.etag(stored) => Ok(()),
        _ => {
            let text = format!("The {what} {name} has been modified (etag mismatch).");
            Err(kind.refuse(412, "PreconditionFailed", text))
        }
    }
}

/// Stores a draft, begins its operation and answers.
fn store(
    azure: &mut Azure,
    kind: &Kind,
    style: Put,
    draft: Draft,
    inside: Inside,
    request: &Request,
) -> Answer {
    let is_new = draft.before.is_none();
    let form = match (azure.is_unguarded, is_new) {
        (true, _) => Form::Direct,
        (false, true) => style.form,
        (false, false) => style.form_again,
    };
    let word = if is_new { style.creating } else { style.updating };
    let version = azure.state.next_version();
    let mut body = draft.body.clone();
    if form != Form::Direct && kind.has_state {
        json::set(&mut body, "/properties/provisioningState", json!(word));
    }
    let stale_reads = std::mem::take(&mut azure.next_stale_reads);
    let stale_body = draft.before.as_ref().map(|before| azure.view(before));
    let stored = Stored {
        id: draft.id.clone(),
        body,
        hidden: draft.hidden.clone(),
        version,
        created: draft.before.as_ref().map_or(azure.now, |before| before.created),
        operation: None,
        stale_reads,
        stale_body: stale_body.filter(|_| stale_reads > 0),
    };
    azure.state.insert(stored);
    azure.touched();
    if let Some(before) = &draft.before {
        azure.state.note_identity(before, Some(&draft.body));
    }
    inside.store(azure, request);
    (kind.after)(azure, &draft);
    (azure.family_of(&draft.id.resource_type()).watch)(azure, request);
    let begun = (form != Form::Direct).then(|| {
        let begin = Begin {
            resource: &draft.id,
            work: Work::Write,
            word,
            secs: style.secs,
            retry_after: style.retry_after,
            api_version: &draft.api_version,
        };
        operation::begin(azure, &begin)
    });
    answer(azure, kind, style, form, &draft, begun.as_deref())
}

fn answer(
    azure: &Azure,
    kind: &Kind,
    style: Put,
    form: Form,
    draft: &Draft,
    begun: Option<&str>,
) -> Answer {
    let status = if draft.before.is_none() { style.new } else { style.again };
    let stored = azure.state.get(&draft.id);
    let mut body = stored.map(|stored| azure.view(stored)).unwrap_or_default();
    (kind.direct)(azure, draft, &mut body);
    let accepted = if form == Form::Direct { Accepted::Resource } else { style.body };
    let answer = match accepted {
        Accepted::Resource => Answer::json(status, body),
        Accepted::Nothing => Answer::empty(status),
        Accepted::EmptyObject => Answer::json(status, json!({})),
        Accepted::Enqueued => Answer::json(status, json!({"status": "Enqueued"})),
        Accepted::Operation(name) => {
            let start = clock::text(azure.now);
            Answer::json(status, json!({"operation": name, "startTime": start}))
        }
    };
    let answer = match (kind.has_etag, stored) {
        (true, Some(stored)) => answer.with("etag", azure.etag(stored)),
        // Observed: quoted where the resource is new.
        (_, Some(stored)) if kind.has_stamp && draft.before.is_none() => {
            answer.with("etag", format!("\"{}\"", azure.stamp(stored)))
        }
        (_, Some(stored)) if kind.has_stamp => answer.with("etag", azure.stamp(stored)),
        _ => answer,
    };
    match begun {
        Some(name) => operation::follow(azure, answer, name, form),
        None => answer,
    }
}
