//! How the blobs of a storage account are reached.

use reqwest::header::{AUTHORIZATION, HOST, IF_NONE_MATCH};
use url::Url;
use uuid::Uuid;

use crate::client::{http_builder, set_up};
use crate::request::{Precondition, Request};
use crate::tokens::{MakeCredential, Tokens};
use crate::{Error, Settings};

/// What tokens for storage are asked for, in every cloud.
///
/// Source: <https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory>.
const SCOPE: &str = "https://storage.azure.com/.default";

/// The version of the protocol.
///
/// Source: <https://learn.microsoft.com/rest/api/storageservices/versioning-for-the-azure-storage-services>.
const VERSION: &str = "2023-11-03";

/// The way to the blobs of storage accounts.
pub(crate) struct Blobs {
    http: reqwest::Client,
    connect_to: Option<Url>,
    pub tokens: Tokens,
}

impl Blobs {
    /// Makes a way that shares `http`, unless a simulator stands in for the accounts' hosts.
    pub fn new(
        settings: &Settings,
        http: &reqwest::Client,
        make: MakeCredential,
    ) -> Result<Self, Error> {
        let connect_to = settings.connect_to.clone();
        let http = match &connect_to {
            // In HTTP/2 the host that is meant could not be told from the one that is called.
            Some(_) => http_builder(settings)?.http1_only().build().map_err(set_up)?,
            None => http.clone(),
        };
        Ok(Self {
            http,
            connect_to,
            tokens: Tokens::new(make, SCOPE.to_owned(), settings.secrets.clone()),
        })
    }

    /// Gives a request its token, version and identifiers.
    pub fn prepare(&self, request: &Request, token: &str) -> reqwest::RequestBuilder {
        let mut url = request.url.clone();
        let mut host = None;
        if let Some(origin) = &self.connect_to {
            host = url.host_str().map(str::to_owned);
            url = origin.clone();
            url.set_path(request.url.path());
            url.set_query(request.url.query());
        }
        let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut builder = self
            .http
            .request(request.method.clone(), url)
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header("x-ms-version", VERSION)
            .header("x-ms-date", date)
            .header("x-ms-client-request-id", Uuid::new_v4().to_string());
        if let Some(host) = host {
            builder = builder.header(HOST, host);
        }
        if request.precondition == Precondition::IfNoneMatch {
            builder = builder.header(IF_NONE_MATCH, "*");
        }
        if request.method == reqwest::Method::PUT {
            builder = builder.header("Content-Length", "0");
        }
        request.headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, value))
    }
}
