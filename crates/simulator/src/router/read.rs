//! GET and HEAD of one resource.

use resource::ResourceId;

use crate::kind::azure::Azure;
use crate::protocol::scope;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Answers a GET.
pub(crate) fn get(azure: &mut Azure, _request: &Request, id: &ResourceId) -> Answer {
    let kind = azure.kind_of(&id.resource_type());
    if let Err(refusal) = scope::check_group(azure, id) {
        return refusal;
    }
    if let Some(stale) = stale(azure, id) {
        return stale;
    }
    match azure.state.get(id).filter(|_| !(kind.is_secret)(id)) {
        Some(stored) => {
            let answer = Answer::json(200, azure.view(stored));
            match (kind.has_etag, kind.has_stamp) {
                (true, _) => answer.with("etag", azure.etag(stored)),
                (_, true) => answer.with("etag", azure.stamp(stored)),
                _ => answer,
            }
        }
        None => scope::missing(azure, kind, id),
    }
}

/// Answers a HEAD, which ARM offers for resource groups and by ID.
pub(crate) fn head(azure: &mut Azure, request: &Request, id: &ResourceId) -> Answer {
    if get(azure, request, id).is_success() { Answer::empty(204) } else { Answer::empty(404) }
}

/// Answers what was there before the last write, while an injected fault makes reads lag.
fn stale(azure: &mut Azure, id: &ResourceId) -> Option<Answer> {
    let stored = azure.state.get_mut(id)?;
    if stored.stale_reads == 0 {
        return None;
    }
    stored.stale_reads -= 1;
    let before = stored.stale_body.clone();
    azure.touched();
    Some(match before {
        Some(body) => Answer::json(200, body),
        None => scope::missing(azure, azure.kind_of(&id.resource_type()), id),
    })
}
