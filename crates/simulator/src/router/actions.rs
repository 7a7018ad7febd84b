//! POST: actions on resources and on the subscription.

use resource::ResourceId;
use serde_json::json;

use crate::kind::azure::Azure;
use crate::protocol::{locks, scope};
use crate::router::moves;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Answers a POST.
pub(crate) fn answer(azure: &mut Azure, request: &Request) -> Answer {
    let segments = request.segments();
    let provider = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers"));
    let Some(provider) = provider else { return on_group(azure, request) };
    if segments.len() - provider <= 3 || is_location_action(&segments[provider..]) {
        return on_subscription(azure, request);
    }
    let (path, action) = request.path.rsplit_once('/').unwrap_or_default();
    let Ok(id) = ResourceId::parse(path) else { return scope::not_found(request) };
    on_resource(azure, request, &id, action)
}

fn on_subscription(azure: &mut Azure, request: &Request) -> Answer {
    let path = request.path.to_ascii_lowercase();
    let mut asks = azure.families.iter().flat_map(|family| family.asks);
    match asks.find(|(end, _)| path.ends_with(end)) {
        Some((_, ask)) => ask(azure, request).unwrap_or_else(|refusal| refusal),
        None => scope::not_found(request),
    }
}

fn is_location_action(tail: &[&str]) -> bool {
    tail.get(2).is_some_and(|segment| segment.eq_ignore_ascii_case("locations"))
}

fn on_resource(azure: &mut Azure, request: &Request, id: &ResourceId, action: &str) -> Answer {
    if let Err(refusal) = scope::check(azure, id, "action") {
        return refusal;
    }
    let kind = azure.kind_of(&id.resource_type());
    let Some(stored) = azure.state.get(id).cloned() else {
        return scope::missing(azure, kind, id);
    };
    if !action.to_ascii_lowercase().starts_with("analyze")
        && let Err(refusal) = locks::check_write(azure, id)
    {
        return refusal;
    }
    (kind.action)(azure, request, &stored, action).unwrap_or_else(|| {
        let text = format!("The resource '{id}' has no action '{action}'.");
        Answer::error(404, "InvalidResourceAction", text)
    })
}

fn on_group(azure: &mut Azure, request: &Request) -> Answer {
    let segments = request.segments();
    match segments.as_slice() {
        [_, _, _, group, action] if action.eq_ignore_ascii_case("exportTemplate") => {
            let id = ResourceId::group(&azure.settings.subscription, group);
            match azure.state.get(&id) {
                Some(_) => Answer::json(200, json!({"template": {"resources": []}})),
                None => scope::missing_group(group),
            }
        }
        [_, _, _, group, action] if action.eq_ignore_ascii_case("moveResources") => {
            let id = ResourceId::group(&azure.settings.subscription, group);
            moves::answer(azure, request, &id)
        }
        _ => scope::not_found(request),
    }
}
