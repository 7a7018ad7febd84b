//! The lease of a blob, which one client at a time can have, and which ends by itself.
//!
//! Source: <https://learn.microsoft.com/rest/api/storageservices/lease-blob>.

use std::time::Duration;

use reqwest::Method;
use resource::ResourceId;
use resource::catalogue::facts_of;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::request::{Precondition, Request, Response};
use crate::{Client, Error, Writer};

/// How long a lease lasts from each renewal: the longest that still ends by itself.
pub const LEASE: Duration = Duration::from_secs(60);

/// Who has a lease, as the blob's metadata tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// A person and a machine, or the URL of a CI run.
    pub name: String,
    /// When the lease was acquired, as RFC 3339 has it.
    pub since: String,
    /// The correlation ID of the holder's requests.
    pub run: String,
}

/// A blob that is there to be leased.
#[derive(Clone)]
pub struct LeaseBlob {
    client: Client,
    container: Url,
    blob: Url,
}

impl Writer {
    /// Returns the blob `name` in `container`, to be leased; `None` where the account is not there.
    ///
    /// Neither container nor blob has to be there: [`LeaseBlob::acquire`] makes them. ARM tells the
    /// endpoint, which is not always made from the account's name.
    pub async fn lease_blob(
        &self,
        account: &ResourceId,
        container: &str,
        name: &str,
    ) -> Result<Option<LeaseBlob>, Error> {
        let found = self.reader().get(account, facts_of(account).api_version).await?;
        let Some(account) = found else { return Ok(None) };
        let endpoint = account.body.pointer("/properties/primaryEndpoints/blob");
        let endpoint = endpoint.and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
        let endpoint = endpoint.ok_or_else(|| Error::Unreadable {
            request: format!("GET {}", account.id),
            found: "no endpoint for blobs".into(),
            expected: "an account that has one",
        })?;
        let at = |path: &str| {
            let mut url = endpoint.clone();
            url.set_path(path);
            url
        };
        let blob = at(&format!("{container}/{name}"));
        Ok(Some(LeaseBlob { client: self.client().clone(), container: at(container), blob }))
    }
}

impl LeaseBlob {
    /// Acquires the lease under an ID that the caller has made up; false where somebody else has it.
    ///
    /// Acquiring again under the same ID renews the lease, so this may be repeated. Container and
    /// blob are made where they are not there.
    pub async fn acquire(&self, id: Uuid, holder: &Holder) -> Result<bool, Error> {
        let request = self
            .action("acquire")
            .with("x-ms-lease-duration", LEASE.as_secs().to_string())
            .with("x-ms-proposed-lease-id", id.to_string());
        let acquired = match self.client.send(&request).await {
            Err(error) if error.is_not_found() => {
                self.make().await?;
                self.client.send(&request).await
            }
            other => other,
        };
        match acquired {
            Ok(_) => {}
            Err(error) if is_held(&error) => return Ok(false),
            Err(error) => return Err(error),
        }
        let mut request = Request::blobs(Method::PUT, with_query(&self.blob, "comp=metadata"))
            .with("x-ms-lease-id", id.to_string());
        for (name, value) in [
            ("x-ms-meta-holder", &holder.name),
            ("x-ms-meta-since", &holder.since),
            ("x-ms-meta-run", &holder.run),
        ] {
            request = request.with(name, plain(value));
        }
        self.client.send(&request).await?;
        Ok(true)
    }

    /// Renews the lease. Fails where somebody else has had it meanwhile, and where it was broken.
    pub async fn renew(&self, id: Uuid) -> Result<(), Error> {
        let request = self.action("renew").with("x-ms-lease-id", id.to_string());
        self.client.send(&request).await.map(drop)
    }

    /// Releases the lease; one that has been released or lost before is no error.
    pub async fn release(&self, id: Uuid) -> Result<(), Error> {
        let request = self.action("release").with("x-ms-lease-id", id.to_string());
        match self.client.send(&request).await {
            Err(error) if error.is_not_found() || error.code() == Some(MISMATCH) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Returns who has the lease, or `None` where nobody has it.
    pub async fn holder(&self) -> Result<Option<Holder>, Error> {
        let request = Request::blobs(Method::HEAD, self.blob.clone());
        let answer = match self.client.send(&request).await {
            Err(error) if error.is_not_found() => return Ok(None),
            other => other?,
        };
        if answer.header("x-ms-lease-status") != Some("locked") {
            return Ok(None);
        }
        let text = |answer: &Response, name| answer.header(name).unwrap_or_default().to_owned();
        Ok(Some(Holder {
            name: text(&answer, "x-ms-meta-holder"),
            since: text(&answer, "x-ms-meta-since"),
            run: text(&answer, "x-ms-meta-run"),
        }))
    }

    fn action(&self, action: &str) -> Request {
        Request::blobs(Method::PUT, with_query(&self.blob, "comp=lease"))
            .with("x-ms-lease-action", action)
    }

    /// Makes container and blob; another client may be doing the same.
    ///
    /// Sources: <https://learn.microsoft.com/rest/api/storageservices/create-container>,
    /// <https://learn.microsoft.com/rest/api/storageservices/put-blob>.
    async fn make(&self) -> Result<(), Error> {
        let container = with_query(&self.container, "restype=container");
        self.make_one(&Request::blobs(Method::PUT, container)).await?;
        let blob =
            Request::blobs(Method::PUT, self.blob.clone()).with("x-ms-blob-type", "BlockBlob");
        self.make_one(&Request { precondition: Precondition::IfNoneMatch, ..blob }).await
    }

    async fn make_one(&self, request: &Request) -> Result<(), Error> {
        let there = ["ContainerAlreadyExists", "BlobAlreadyExists", "LeaseIdMissing"];
        match self.client.send(request).await {
            Err(error) if error.code().is_some_and(|code| there.contains(&code)) => Ok(()),
            other => other.map(drop),
        }
    }
}

/// The code of a lease that is not, or no longer, the caller's.
const MISMATCH: &str = "LeaseIdMismatchWithLeaseOperation";

fn is_held(error: &Error) -> bool {
    let codes = ["LeaseAlreadyPresent", "LeaseIsBreakingAndCannotBeAcquired"];
    error.code().is_some_and(|code| codes.contains(&code))
}

fn with_query(url: &Url, query: &str) -> Url {
    let mut url = url.clone();
    url.set_query(Some(query));
    url
}

/// Returns a text as a header can hold it.
fn plain(text: &str) -> String {
    let kept = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
    text.chars().map(kept).collect()
}
