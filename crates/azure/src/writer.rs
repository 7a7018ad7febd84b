//! The capability to write.

use reqwest::Method;
use resource::ResourceId;
use resource::catalogue::facts_of;
use secrecy::SecretString;
use serde_json::Value;

use crate::operation::{Operation, Purpose};
use crate::request::Request;
use crate::{Client, Counts, Error, Precondition, Reader};

/// Reads and changes Azure. Each method sends one request and returns the operation it began;
/// [`Writer::wait`] sees it to its end.
#[derive(Clone)]
pub struct Writer {
    reader: Reader,
}

impl Writer {
    pub(crate) fn new(client: Client) -> Self {
        Self { reader: Reader::within_writer(client) }
    }

    /// Returns the capability to read.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Returns how many requests the client behind this writer has sent.
    pub fn counts(&self) -> Counts {
        self.reader.counts()
    }

    pub(crate) fn client(&self) -> &Client {
        self.reader.client()
    }

    /// Creates or replaces a resource.
    pub async fn put(
        &self,
        id: &ResourceId,
        api_version: &str,
        body: &Value,
        precondition: Precondition,
    ) -> Result<Operation, Error> {
        self.write(Method::PUT, id, api_version, Some(body), precondition).await
    }

    /// Changes the properties that `body` names.
    pub async fn patch(
        &self,
        id: &ResourceId,
        api_version: &str,
        body: &Value,
        precondition: Precondition,
    ) -> Result<Operation, Error> {
        self.write(Method::PATCH, id, api_version, Some(body), precondition).await
    }

    /// Deletes a resource. One that does not exist is an error that [`Error::is_not_found`] tells,
    /// or an operation without anything to wait for: services differ.
    pub async fn delete(
        &self,
        id: &ResourceId,
        api_version: &str,
        precondition: Precondition,
    ) -> Result<Operation, Error> {
        self.write(Method::DELETE, id, api_version, None, precondition).await
    }

    /// Starts the action `action` of a resource. Not repeated when its fate is unknown.
    pub async fn post(
        &self,
        id: &ResourceId,
        action: &str,
        api_version: &str,
        body: &Value,
    ) -> Result<Operation, Error> {
        let url = self.client().url(&format!("{id}/{action}"), api_version);
        let body = Some(body).filter(|body| !body.is_null()).cloned();
        let request = Request { body, ..Request::new(Method::POST, url) };
        self.begin(Purpose::Action, id, api_version, request).await
    }

    /// Returns the newest version of a Key Vault's secret, from the vault's own endpoint.
    pub async fn key_vault_secret(&self, vault: &str, name: &str) -> Result<SecretString, Error> {
        self.client().key_vault_secret(vault, name).await
    }

    async fn write(
        &self,
        method: Method,
        id: &ResourceId,
        api_version: &str,
        body: Option<&Value>,
        precondition: Precondition,
    ) -> Result<Operation, Error> {
        let purpose = if method == Method::DELETE { Purpose::Delete } else { Purpose::Write };
        let mut url = self.client().url(id.as_str(), api_version);
        if let Some(query) = facts_of(id).delete_query.filter(|_| purpose == Purpose::Delete) {
            url.query_pairs_mut().extend_pairs(url::form_urlencoded::parse(query.as_bytes()));
        }
        let request = Request { body: body.cloned(), precondition, ..Request::new(method, url) };
        self.begin(purpose, id, api_version, request).await
    }

    /// Sends a request and returns the operation that it began.
    async fn begin(
        &self,
        purpose: Purpose,
        id: &ResourceId,
        api_version: &str,
        request: Request,
    ) -> Result<Operation, Error> {
        let response = self.client().send(&request).await?;
        Operation::begun(self.reader.cloud(), purpose, id, api_version, &request, response)
    }
}
