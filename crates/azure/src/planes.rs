//! How data planes are reached: the blobs of storage accounts and the secrets of Key Vaults, each at a host
//! of its own.

use reqwest::header::{ACCEPT, AUTHORIZATION, HOST, IF_NONE_MATCH};
use url::Url;
use uuid::Uuid;

use crate::client::{http_builder, set_up};
use crate::request::{Plane, Precondition, Request};
use crate::tokens::{MakeCredential, Tokens};
use crate::{Error, Settings};

/// What tokens for storage are asked for, in every cloud.
///
/// Source: <https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory>.
const STORAGE_SCOPE: &str = "https://storage.azure.com/.default";

/// The version of the protocol of blobs.
///
/// Source: <https://learn.microsoft.com/rest/api/storageservices/versioning-for-the-azure-storage-services>.
const BLOBS_VERSION: &str = "2023-11-03";

/// The way to the data planes.
pub(crate) struct Planes {
    http: reqwest::Client,
    connect_to: Option<Url>,
    /// Tokens for storage accounts.
    pub blobs: Tokens,
    /// Tokens for Key Vaults.
    pub vaults: Tokens,
}

impl Planes {
    /// Makes a way that shares `http`, unless a simulator stands in for the hosts.
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
        let tokens = |scope: String| Tokens::new(make.clone(), scope, settings.secrets.clone());
        Ok(Self {
            http,
            connect_to,
            blobs: tokens(STORAGE_SCOPE.to_owned()),
            vaults: tokens(settings.cloud.key_vault_scope()),
        })
    }

    /// Gives a request its token and identifiers, and what its plane asks for besides.
    pub fn prepare(&self, request: &Request, token: &str) -> reqwest::RequestBuilder {
        let mut url = request.url.clone();
        let mut host = None;
        if let Some(origin) = &self.connect_to {
            host = url.host_str().map(str::to_owned);
            url = origin.clone();
            url.set_path(request.url.path());
            url.set_query(request.url.query());
        }
        let mut builder = self
            .http
            .request(request.method.clone(), url)
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header("x-ms-client-request-id", Uuid::new_v4().to_string());
        builder = match request.plane {
            Plane::Blobs => {
                let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
                builder.header("x-ms-version", BLOBS_VERSION).header("x-ms-date", date)
            }
            Plane::Arm | Plane::Vaults => builder.header(ACCEPT, "application/json"),
        };
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
