//! The data plane of blobs, as its documentation has it.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::client::{Client, login, trusting};

const ACCOUNT: &str = "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/shopdata";
const SEED: &str = "
seed:
  - put: /subscriptions/${subscription}/resourceGroups/rg
    body: {location: westeurope}
  - put: /subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/shopdata
    body: {location: westeurope, kind: StorageV2, sku: {name: Standard_LRS}}
";
const FIRST: &str = "11111111-1111-1111-1111-111111111111";
const SECOND: &str = "22222222-2222-2222-2222-222222222222";

/// An account's blobs, and somebody who talks to them.
struct Blobs {
    arm: Client,
    http: reqwest::Client,
    token: String,
}

struct Reply {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns status and code, which stand in a header and in the body.
    fn refusal(&self) -> (u16, &str) {
        let code = self.header("x-ms-error-code");
        assert!(self.text.contains(&format!("<Code>{code}</Code>")), "{}", self.text);
        (self.status, code)
    }
}

impl Blobs {
    async fn start() -> Self {
        let arm = Client::seeded(SEED).await;
        let host = "shopdata.blob.core.windows.net";
        let http = trusting(&arm.simulator).resolve(host, arm.simulator.address());
        let http = http.build().expect("a client");
        let token = login(&arm.simulator, &http, "https://storage.azure.com").await;
        Self { arm, http, token }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send_as(&self.token, method, path, headers).await
    }

    async fn send_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Reply {
        let port = self.arm.simulator.address().port();
        let url = format!("https://shopdata.blob.core.windows.net:{port}{path}");
        let mut request = self.http.request(method, url).header("x-ms-version", "2023-11-03");
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body("hello").send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, text: response.text().await.expect("a body") }
    }

    async fn container(&self) {
        let made = self.send(Method::PUT, "/locks?restype=container", &[]).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }

    async fn blob(&self) {
        self.container().await;
        let made = self.send(Method::PUT, "/locks/a", &[("x-ms-blob-type", "BlockBlob")]).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }

    async fn lease(&self, action: &str, id: &str) -> Reply {
        let name = match action {
            "acquire" => "x-ms-proposed-lease-id",
            _ => "x-ms-lease-id",
        };
        let headers = [("x-ms-lease-action", action), (name, id), ("x-ms-lease-duration", "60")];
        self.send(Method::PUT, "/locks/a?comp=lease", &headers).await
    }

    fn pass(&self, secs: u64) {
        self.arm.simulator.pass_time(Duration::from_secs(secs));
    }
}

#[tokio::test]
async fn containers_of_both_planes_are_the_same() {
    let blobs = Blobs::start().await;
    blobs.container().await;
    let again = blobs.send(Method::PUT, "/locks?restype=container", &[]).await;
    assert_eq!(again.refusal(), (409, "ContainerAlreadyExists"));
    let path = format!("{ACCOUNT}/blobServices/default/containers/locks");
    assert_eq!(blobs.arm.get(&path).await.status, StatusCode::OK);
    blobs.send(Method::PUT, "/locks/a", &[("x-ms-blob-type", "BlockBlob")]).await;
    blobs.arm.delete(&path).await;
    let gone = blobs.send(Method::GET, "/locks/a", &[]).await;
    assert_eq!(gone.refusal(), (404, "ContainerNotFound"));
    blobs.container().await;
    let gone = blobs.send(Method::GET, "/locks/a", &[]).await;
    assert_eq!(gone.refusal(), (404, "BlobNotFound"), "a new container is empty");
    let bad = blobs.send(Method::PUT, "/No?restype=container", &[]).await;
    assert_eq!(bad.refusal(), (400, "InvalidResourceName"));
}

#[tokio::test]
async fn blobs_are_written_read_and_deleted() {
    let blobs = Blobs::start().await;
    blobs.container().await;
    let headers =
        [("x-ms-blob-type", "BlockBlob"), ("if-none-match", "*"), ("x-ms-meta-holder", "me")];
    assert_eq!(blobs.send(Method::PUT, "/locks/a/b", &headers).await.status, 201);
    let again = blobs.send(Method::PUT, "/locks/a/b", &headers).await;
    assert_eq!(again.refusal(), (409, "BlobAlreadyExists"));
    let read = blobs.send(Method::GET, "/locks/a/b", &[]).await;
    assert_eq!((read.status, read.text.as_str()), (200, "hello"));
    assert_eq!(
        (read.header("x-ms-meta-holder"), read.header("x-ms-lease-state")),
        ("me", "available")
    );
    let path = "/locks/a/b?comp=metadata";
    assert_eq!(blobs.send(Method::PUT, path, &[("x-ms-meta-since", "now")]).await.status, 200);
    let head = blobs.send(Method::HEAD, "/locks/a/b", &[]).await;
    assert_eq!((head.header("x-ms-meta-holder"), head.header("x-ms-meta-since")), ("", "now"));
    assert_eq!(head.text, "");
    let list = blobs.send(Method::GET, "/locks?restype=container&comp=list", &[]).await;
    assert!(list.text.contains("<Name>a/b</Name>"), "{}", list.text);
    assert_eq!(blobs.send(Method::DELETE, "/locks/a/b", &[]).await.status, 202);
    let gone = blobs.send(Method::DELETE, "/locks/a/b", &[]).await;
    assert_eq!(gone.refusal(), (404, "BlobNotFound"));
}

#[tokio::test]
async fn one_lease_at_a_time() {
    let blobs = Blobs::start().await;
    blobs.blob().await;
    let acquired = blobs.lease("acquire", FIRST).await;
    assert_eq!((acquired.status, acquired.header("x-ms-lease-id")), (201, FIRST));
    assert_eq!(blobs.lease("acquire", FIRST).await.status, 201, "the same one is acquired again");
    assert_eq!(blobs.lease("acquire", SECOND).await.refusal(), (409, "LeaseAlreadyPresent"));
    let other = blobs.lease("renew", SECOND).await;
    assert_eq!(other.refusal(), (409, "LeaseIdMismatchWithLeaseOperation"));
    let head = blobs.send(Method::HEAD, "/locks/a", &[]).await;
    assert_eq!(head.header("x-ms-lease-status"), "locked");
    assert_eq!(head.header("x-ms-lease-duration"), "fixed");
    assert_eq!(blobs.lease("release", FIRST).await.status, 200);
    assert_eq!(blobs.lease("acquire", SECOND).await.status, 201);
    let lost = blobs.lease("renew", FIRST).await;
    assert_eq!(lost.refusal(), (409, "LeaseIdMismatchWithLeaseOperation"));
}

#[tokio::test]
async fn leases_end_by_themselves_unless_renewed() {
    let blobs = Blobs::start().await;
    blobs.blob().await;
    blobs.lease("acquire", FIRST).await;
    blobs.pass(40);
    assert_eq!(blobs.lease("renew", FIRST).await.status, 200);
    blobs.pass(40);
    assert_eq!(blobs.lease("acquire", SECOND).await.refusal(), (409, "LeaseAlreadyPresent"));
    blobs.pass(21);
    assert_eq!(blobs.lease("renew", FIRST).await.status, 200, "nobody came between");
    blobs.pass(61);
    assert_eq!(blobs.lease("acquire", SECOND).await.status, 201);
}

#[tokio::test]
async fn leased_blobs_are_written_by_the_holder_alone() {
    let blobs = Blobs::start().await;
    blobs.blob().await;
    blobs.lease("acquire", FIRST).await;
    let write = |headers: Vec<(&'static str, &'static str)>| {
        let blobs = &blobs;
        async move { blobs.send(Method::PUT, "/locks/a?comp=metadata", &headers).await }
    };
    assert_eq!(write(vec![]).await.refusal(), (412, "LeaseIdMissing"));
    let other = write(vec![("x-ms-lease-id", SECOND)]).await;
    assert_eq!(other.refusal(), (412, "LeaseIdMismatchWithBlobOperation"));
    assert_eq!(write(vec![("x-ms-lease-id", FIRST)]).await.status, 200);
    blobs.pass(61);
    assert_eq!(write(vec![("x-ms-lease-id", FIRST)]).await.refusal(), (412, "LeaseLost"));
    assert_eq!(write(vec![]).await.status, 200);
    let forgotten = blobs.lease("renew", FIRST).await;
    assert_eq!(forgotten.refusal(), (409, "LeaseIdMismatchWithLeaseOperation"));
}

#[tokio::test]
async fn broken_leases_are_not_renewed() {
    let blobs = Blobs::start().await;
    blobs.blob().await;
    let action = |name| blobs.send(Method::PUT, "/locks/a?comp=lease", name);
    let broken = action(&[("x-ms-lease-action", "break")]).await;
    assert_eq!(broken.refusal(), (409, "LeaseNotPresentWithLeaseOperation"));
    blobs.lease("acquire", FIRST).await;
    let broken = action(&[("x-ms-lease-action", "break"), ("x-ms-lease-break-period", "10")]).await;
    assert_eq!((broken.status, broken.header("x-ms-lease-time")), (202, "10"));
    assert_eq!(
        blobs.lease("renew", FIRST).await.refusal(),
        (409, "LeaseIsBrokenAndCannotBeRenewed")
    );
    assert_eq!(blobs.lease("acquire", SECOND).await.refusal(), (409, "LeaseAlreadyPresent"));
    blobs.pass(11);
    assert_eq!(blobs.lease("acquire", SECOND).await.status, 201);
    for secs in ["5", "61", "soon"] {
        let headers = [("x-ms-lease-action", "acquire"), ("x-ms-lease-duration", secs)];
        let refused = blobs.send(Method::PUT, "/locks/a?comp=lease", &headers).await;
        assert_eq!(refused.refusal(), (400, "InvalidHeaderValue"), "{secs}");
    }
}

#[tokio::test]
async fn only_a_token_for_storage_opens_an_open_account() {
    let blobs = Blobs::start().await;
    let nobody = blobs.send_as("", Method::GET, "/?comp=list", &[]).await;
    assert_eq!(nobody.refusal(), (401, "NoAuthenticationInformation"));
    let arm = blobs.arm.simulator.access_token();
    let other = blobs.send_as(&arm, Method::GET, "/?comp=list", &[]).await;
    assert_eq!(other.refusal(), (401, "InvalidAuthenticationInfo"));
    assert!(other.header("www-authenticate").contains("resource_id=https://storage.azure.com"));
    assert_eq!(blobs.send(Method::GET, "/?comp=list", &[]).await.status, 200);
    let closed = json!({"properties": {"networkAcls": {"defaultAction": "Deny"}}});
    blobs.arm.patch(ACCOUNT, closed).await;
    let refused = blobs.send(Method::GET, "/?comp=list", &[]).await;
    assert_eq!(refused.refusal(), (403, "AuthorizationFailure"));
}
