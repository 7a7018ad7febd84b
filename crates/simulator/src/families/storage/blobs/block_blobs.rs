//! Block blobs: written, read and deleted as a whole.
//!
//! Sources: <https://learn.microsoft.com/rest/api/storageservices/put-blob>,
//! <https://learn.microsoft.com/rest/api/storageservices/set-blob-metadata>.

use std::collections::BTreeMap;

use axum::http::Method;

use super::lease::{self, State};
use super::{dated, etag, refusal};
use crate::kind::azure::Azure;
use crate::store::blob::Blob;
use crate::wire::answer::{Answer, Body};
use crate::wire::request::Request;

const METADATA: &str = "x-ms-meta-";

/// Answers a request for a blob itself.
pub(super) fn answer(azure: &mut Azure, request: &Request, key: &str) -> Result<Answer, Answer> {
    match request.method {
        Method::PUT => put(azure, request, key),
        Method::GET | Method::HEAD => read(azure, request, key),
        Method::DELETE => delete(azure, request, key),
        _ => Err(refusal::of("UnsupportedHttpVerb")),
    }
}

fn put(azure: &mut Azure, request: &Request, key: &str) -> Result<Answer, Answer> {
    match request.header("x-ms-blob-type") {
        Some("BlockBlob") => {}
        Some(_) => return Err(refusal::of("InvalidHeaderValue")),
        None => return Err(refusal::of("MissingRequiredHeader")),
    }
    let before = azure.state.blobs.get(key).cloned();
    check_conditions(request, before.as_ref())?;
    let lease = match &before {
        Some(before) => lease::allows_write(before, request, azure.now)?,
        None => None,
    };
    let content_type = request.header("x-ms-blob-content-type").or(request.header("content-type"));
    let blob = Blob {
        content: request.body.clone(),
        content_type: content_type.unwrap_or("application/octet-stream").to_owned(),
        metadata: metadata(request),
        version: azure.state.next_version(),
        created: before.map_or(azure.now, |before| before.created),
        modified: azure.now,
        lease,
    };
    let answer = dated(&blob, Answer::empty(201));
    azure.state.blobs.insert(key.to_owned(), blob);
    azure.touched();
    Ok(answer.with("x-ms-request-server-encrypted", "true"))
}

fn check_conditions(request: &Request, before: Option<&Blob>) -> Result<(), Answer> {
    if request.header("if-none-match") == Some("*") && before.is_some() {
        // A write of what is there already has a code of its own.
        let code =
            if request.method == Method::PUT { "BlobAlreadyExists" } else { "ConditionNotMet" };
        return Err(refusal::of(code));
    }
    match request.header("if-match") {
        Some(wanted) if before.is_none_or(|blob| wanted != "*" && wanted != etag(blob)) => {
            Err(refusal::of("ConditionNotMet"))
        }
        _ => Ok(()),
    }
}

/// Source: <https://learn.microsoft.com/rest/api/storageservices/get-blob-properties>.
fn read(azure: &Azure, request: &Request, key: &str) -> Result<Answer, Answer> {
    let blob = azure.state.blobs.get(key).ok_or_else(|| refusal::of("BlobNotFound"))?;
    lease::allows_read(blob, request, azure.now)?;
    let state = State::of(blob.lease.as_ref(), azure.now);
    let mut answer = dated(blob, Answer::empty(200))
        .with("x-ms-blob-type", "BlockBlob")
        .with("x-ms-creation-time", crate::store::clock::http_date(blob.created))
        .with("x-ms-lease-status", state.status())
        .with("x-ms-lease-state", state.word());
    if let (State::Leased, Some(lease)) = (state, &blob.lease) {
        answer = answer.with("x-ms-lease-duration", lease::kind(lease));
    }
    for (name, value) in &blob.metadata {
        answer = answer.with(format!("{METADATA}{name}"), value.clone());
    }
    answer.body = Body::Bytes(blob.content_type.clone(), blob.content.clone());
    Ok(answer)
}

fn delete(azure: &mut Azure, request: &Request, key: &str) -> Result<Answer, Answer> {
    let blob = azure.state.blobs.get(key).ok_or_else(|| refusal::of("BlobNotFound"))?;
    check_conditions(request, Some(blob))?;
    lease::allows_write(blob, request, azure.now)?;
    azure.state.blobs.remove(key);
    azure.touched();
    Ok(Answer::empty(202))
}

/// Replaces the metadata of a blob.
pub(super) fn set_metadata(
    azure: &mut Azure,
    request: &Request,
    key: &str,
) -> Result<Answer, Answer> {
    let now = azure.now;
    let version = azure.state.next_version();
    let blob = azure.state.blobs.get_mut(key).ok_or_else(|| refusal::of("BlobNotFound"))?;
    check_conditions(request, Some(blob))?;
    blob.lease = lease::allows_write(blob, request, now)?;
    blob.metadata = metadata(request);
    (blob.version, blob.modified) = (version, now);
    let answer = dated(blob, Answer::empty(200));
    azure.touched();
    Ok(answer)
}

fn metadata(request: &Request) -> BTreeMap<String, String> {
    let named = request.headers.iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix(METADATA)?;
        Some((name.to_owned(), value.to_str().ok()?.to_owned()))
    });
    named.collect()
}
