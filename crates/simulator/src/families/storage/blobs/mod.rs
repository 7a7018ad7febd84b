//! The data plane of blobs: what answers under `<account>.blob.core.windows.net`.
//!
//! Containers, block blobs with metadata, and leases. A container of ARM and one of the data plane
//! are the same thing. Rights are not checked beyond the token and the account's firewall, as in
//! ARM; headers that change nothing here are accepted and passed over.
//!
//! Source: <https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api>.

mod access;
mod block_blobs;
mod containers;
mod lease;
mod refusal;

use axum::http::Method;
use resource::ResourceId;

use crate::families::storage::ACCOUNT;
use crate::kind::azure::Azure;
use crate::store::blob::Blob;
use crate::store::clock;
use crate::store::state::Stored;
use crate::wire::answer::{Answer, Body};
use crate::wire::request::Request;

/// Returns the header by which the service names the state of a blob.
fn etag(blob: &Blob) -> String {
    format!("\"0x{:015X}\"", blob.version)
}

/// Adds the headers that every answer about a blob has.
fn dated(blob: &Blob, answer: Answer) -> Answer {
    answer.with("etag", etag(blob)).with("last-modified", clock::http_date(blob.modified))
}

/// Answers a request for the blobs of an account, or `None` where the host is no account's.
pub(crate) fn answer(azure: &mut Azure, request: &Request) -> Option<Answer> {
    let account = account_of(azure, &request.host)?.clone();
    let answer = match access::check(azure, request, &account) {
        Ok(()) => route(azure, request, &account.id).unwrap_or_else(|refusal| refusal),
        Err(refusal) => refusal,
    };
    let version = request.header("x-ms-version").unwrap_or("2009-09-19").to_owned();
    let mut answer = answer.with("x-ms-version", version).with("server", SERVER);
    if request.method == Method::HEAD {
        answer.body = Body::Empty;
    }
    Some(answer)
}

const SERVER: &str = "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0";

fn account_of<'a>(azure: &'a Azure, host: &str) -> Option<&'a Stored> {
    let is_meant = |account: &&Stored| {
        let endpoint = account.text("/primaryEndpoints/blob").unwrap_or_default();
        let name = endpoint.trim_start_matches("https://").trim_end_matches('/');
        name.eq_ignore_ascii_case(host)
    };
    azure.state.of_type(ACCOUNT).find(is_meant)
}

fn route(azure: &mut Azure, request: &Request, account: &ResourceId) -> Result<Answer, Answer> {
    let query = |name: &str| request.query.get(name).map(String::as_str);
    let path = request.path.trim_start_matches('/');
    let Some((container, blob)) = path.split_once('/') else {
        return match (path, query("restype")) {
            ("", _) => containers::list(azure, account),
            (name, Some("container")) => {
                let id = container_id(account, name);
                containers::answer(azure, request, &id, query("comp"))
            }
            _ => Err(refusal::of("ResourceNotFound")),
        };
    };
    let container = container_id(account, container);
    if azure.state.get(&container).is_none() {
        return Err(refusal::of("ContainerNotFound"));
    }
    let key = key(&container, blob);
    match query("comp") {
        Some("lease") => lease::answer(azure, request, &key),
        Some("metadata") if request.method == Method::PUT => {
            block_blobs::set_metadata(azure, request, &key)
        }
        None | Some("metadata") => block_blobs::answer(azure, request, &key),
        Some(other) => Err(refusal::unknown_parameter("comp", other)),
    }
}

fn container_id(account: &ResourceId, name: &str) -> ResourceId {
    account.child("blobServices", "default").child("containers", name)
}

/// Returns the key of a blob; its name has a case, unlike the ID of what it lies in.
fn key(container: &ResourceId, blob: &str) -> String {
    format!("{}\n{blob}", container.key())
}

/// Removes the blobs of a container that is gone.
pub(crate) fn forget(azure: &mut Azure, container: &ResourceId) {
    let prefix = key(container, "");
    let own = azure.state.blobs.range(prefix.clone()..).map(|(key, _)| key.clone());
    let own: Vec<String> = own.take_while(|key| key.starts_with(&prefix)).collect();
    for key in own {
        azure.state.blobs.remove(&key);
    }
}
