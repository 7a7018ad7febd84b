//! Containers, which are resources of ARM at the same time.

use std::fmt::Write;

use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use resource::ResourceId;

use super::refusal::{self, escaped};
use super::{etag, key};
use crate::kind::azure::Azure;
use crate::protocol::write;
use crate::store::blob::Blob;
use crate::store::clock;
use crate::store::state::Stored;
use crate::wire::answer::{Answer, Body};
use crate::wire::request::Request;

/// Answers a request for a container itself.
pub(super) fn answer(
    azure: &mut Azure,
    request: &Request,
    id: &ResourceId,
    comp: Option<&str>,
) -> Result<Answer, Answer> {
    if request.method == Method::PUT && comp.is_none() {
        return create(azure, id);
    }
    let Some(container) = azure.state.get(id) else {
        return Err(refusal::of("ContainerNotFound"));
    };
    match (&request.method, comp) {
        (&Method::GET, Some("list")) => Ok(list_blobs(azure, id)),
        (&Method::GET | &Method::HEAD, None | Some("metadata")) => Ok(properties(container)),
        (&Method::DELETE, None) => {
            azure.remove(&id.clone());
            Ok(Answer::empty(202))
        }
        (_, Some(other)) => Err(refusal::unknown_parameter("comp", other)),
        _ => Err(refusal::of("UnsupportedHttpVerb")),
    }
}

/// Source: <https://learn.microsoft.com/rest/api/storageservices/create-container>.
fn create(azure: &mut Azure, id: &ResourceId) -> Result<Answer, Answer> {
    if azure.state.get(id).is_some() {
        return Err(refusal::of("ContainerAlreadyExists"));
    }
    let uri: Uri = format!("{id}?api-version=2024-01-01")
        .parse()
        .map_err(|_| refusal::of("InvalidResourceName"))?;
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("localhost"));
    let request = Request::new(Method::PUT, &uri, headers, b"{}".to_vec());
    // Management locks and ARM's login are not asked: this is the data plane.
    let was_unguarded = std::mem::replace(&mut azure.is_unguarded, true);
    let made = write::put(azure, &request, id);
    azure.is_unguarded = was_unguarded;
    match azure.state.get(id).filter(|_| made.is_success()) {
        Some(container) => Ok(Answer { status: 201, ..properties(container) }),
        None => Err(refusal::of("InvalidResourceName")),
    }
}

fn properties(container: &Stored) -> Answer {
    Answer::empty(200)
        .with("etag", format!("\"0x{:015X}\"", container.version))
        .with("last-modified", clock::http_date(container.created))
        .with("x-ms-lease-status", "unlocked")
        .with("x-ms-lease-state", "available")
}

/// Answers the containers of an account.
pub(super) fn list(azure: &Azure, account: &ResourceId) -> Result<Answer, Answer> {
    let service = account.child("blobServices", "default");
    let mut rows = String::new();
    for container in azure.state.below(&service) {
        let _ = write!(rows, "<Container><Name>{}</Name></Container>", container.id.name());
    }
    Ok(listed(&format!("<Containers>{rows}</Containers>")))
}

fn list_blobs(azure: &Azure, container: &ResourceId) -> Answer {
    let prefix = key(container, "");
    let mut rows = String::new();
    for (key, blob) in azure.state.blobs.range(prefix.clone()..) {
        let Some(name) = key.strip_prefix(&prefix) else { break };
        rows.push_str(&row(azure, name, blob));
    }
    listed(&format!("<Blobs>{rows}</Blobs>"))
}

fn row(azure: &Azure, name: &str, blob: &Blob) -> String {
    let lease = super::lease::State::of(blob.lease.as_ref(), azure.now);
    format!(
        "<Blob><Name>{}</Name><Properties><Last-Modified>{}</Last-Modified><Etag>{}</Etag>\
         <Content-Length>{}</Content-Length><Content-Type>{}</Content-Type>\
         <BlobType>BlockBlob</BlobType><LeaseStatus>{}</LeaseStatus><LeaseState>{}</LeaseState>\
         </Properties></Blob>",
        escaped(name),
        clock::http_date(blob.modified),
        etag(blob).trim_matches('"'),
        blob.content.len(),
        escaped(&blob.content_type),
        lease.status(),
        lease.word(),
    )
}

fn listed(rows: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults>{rows}<NextMarker /></EnumerationResults>"
    );
    Answer { body: Body::Text("application/xml", body), ..Answer::empty(200) }
}
