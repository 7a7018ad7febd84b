//! The capability to read.

use std::collections::HashSet;
use std::time::Duration;

use resource::catalogue::{Listing, NameAnswer, NameCheck, facts_of};
use resource::{Observation, ResourceId};
use serde_json::{Value, json};
use url::Url;

use crate::request::{Request, Response};
use crate::{Client, Cloud, Counts, Error, Stopwatch};

/// How often a list is begun again because a link to a page has gone bad.
const LIST_RESTARTS: u32 = 2;

/// Pages after which a list is taken for one without end: a page of ARM's holds up to a thousand.
const MOST_PAGES: usize = 1_000;

/// Members after which a list is taken for one without end. A subscription has up to 980 resource groups
/// with 800 resources of a type in each.
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits>.
const MOST_MEMBERS: usize = 800_000;

/// Reads Azure and cannot change it.
///
/// Its transport refuses, before it reaches the network, whatever is not a GET, the one POST that lists
/// application settings, or one that asks whether a name is free.
#[derive(Clone)]
pub struct Reader {
    client: Client,
    /// True for the reader within a writer, which may list whatever it may write.
    lists_secrets: bool,
}

impl Reader {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, lists_secrets: false }
    }

    pub(crate) fn within_writer(client: Client) -> Self {
        Self { client, lists_secrets: true }
    }

    /// Returns the cloud that is read.
    pub fn cloud(&self) -> &Cloud {
        self.client.cloud()
    }

    /// Returns how many requests the client behind this reader has sent.
    pub fn counts(&self) -> Counts {
        self.client.counts()
    }

    /// Waits, at the pace of the cloud: a wait is shorter against a simulator whose time is scaled.
    pub async fn pause(&self, wait: Duration) {
        self.client.pause(wait).await;
    }

    /// Starts to count how long something is waited for.
    pub fn stopwatch(&self) -> Stopwatch {
        self.client.stopwatch()
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) async fn send(&self, request: &Request) -> Result<Response, Error> {
        let allowed = request.is_read() || (self.lists_secrets && request.is_harmless());
        if !allowed {
            return Err(Error::NotARead { request: request.label() });
        }
        self.client.send(request).await
    }

    /// Returns the resource as it is now, or `None` where it, or a parent, does not exist.
    ///
    /// Application settings and connection strings are read by the POST that lists them; ARM answers no
    /// GET. Documents of other secrets (the keys of mounted storage) are listed by a writer's reader
    /// alone; another refuses with [`Error::NotARead`].
    pub async fn get(
        &self,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Option<Observation>, Error> {
        let request = match facts_of(id).listing {
            Listing::PostList { .. } => {
                Request::list_settings(self.client.url(&format!("{id}/list"), api_version))
            }
            _ => Request::get(self.client.url(id.as_str(), api_version)),
        };
        match self.read_object(&request).await {
            Ok(response) if response.status == 204 => Ok(None),
            Ok(response) => {
                let etag = response.header("etag").map(str::to_owned);
                let etag = etag.or_else(|| etag_of(&response.body));
                Ok(Some(Observation { id: id.clone(), body: response.body, etag }))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks whether a name is free in the whole cloud.
    pub async fn is_name_free(
        &self,
        subscription: &str,
        resource_type: &str,
        check: &NameCheck,
        name: &str,
    ) -> Result<bool, Error> {
        let url = |path: &str| self.client.url(path, check.api_version);
        let question = Request::check_name(
            url(&format!("/subscriptions/{subscription}{}", check.path)),
            json!({ "name": name, "type": resource_type }),
        );
        // Where the status is the answer, it is told as an error.
        let unless = |asked: Result<Response, Error>, status: u16| match asked {
            Ok(_) => Ok(false),
            Err(error) if error.status() == Some(status) => Ok(true),
            Err(error) => Err(error),
        };
        match check.answer {
            NameAnswer::Member(member) => {
                let answer = self.read_object(&question).await?.body;
                // A provider that says nothing else has nothing against the name.
                Ok(answer.get(member) != Some(&json!(false)))
            }
            NameAnswer::Refusal => {
                unless(self.send(&question).await, 409).map(|is_taken| !is_taken)
            }
            NameAnswer::NotFound => {
                let request = Request::head(url(&format!("{}/{name}", check.path)));
                unless(self.send(&request).await, 404)
            }
        }
    }

    /// Returns the state of a provider's registration in a subscription, `Registered` for one.
    pub async fn registration(
        &self,
        subscription: &str,
        namespace: &str,
        api_version: &str,
    ) -> Result<String, Error> {
        let path = format!("/subscriptions/{subscription}/providers/{namespace}");
        let answer = self.read_object(&Request::get(self.client.url(&path, api_version))).await?;
        Ok(answer.body["registrationState"].as_str().unwrap_or_default().to_owned())
    }

    /// Sends a read whose answer is a JSON object, once more where something else came.
    async fn read_object(&self, request: &Request) -> Result<Response, Error> {
        for _ in 0..2 {
            let response = self.send(request).await?;
            if response.body.is_object() || response.status == 204 {
                return Ok(response);
            }
        }
        Err(Error::Unreadable {
            request: request.label(),
            found: "something else".into(),
            expected: "a JSON object",
        })
    }

    /// Returns every member of the collection at `path`, which may carry a query.
    ///
    /// Follows `nextLink` to the end; an empty page is not the end. Where a link has gone bad the
    /// list is begun again. Members that a changing collection shows twice are returned once.
    pub async fn list(&self, path: &str, api_version: &str) -> Result<Vec<Value>, Error> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut first = self.client.url(path, api_version);
        first.query_pairs_mut().extend_pairs(url::form_urlencoded::parse(query.as_bytes()));
        let mut restarts = 0;
        loop {
            let mut next = Some(first.clone());
            match self.pages(&mut next).await {
                Err(error) if next.as_ref() == Some(&first) || restarts >= LIST_RESTARTS => {
                    return Err(error);
                }
                Err(error) if is_final(&error) => return Err(error),
                Err(_) => restarts += 1,
                members => return members,
            }
        }
    }

    /// Reads pages from `next` on, which keeps the page that could not be read.
    async fn pages(&self, next: &mut Option<Url>) -> Result<Vec<Value>, Error> {
        let mut members = vec![];
        let (mut seen, mut visited) = (HashSet::new(), HashSet::new());
        while let Some(url) = next.clone() {
            let pages = visited.len();
            // A page that leads back to an earlier one is not the last: what lies beyond is not known.
            let is_new = visited.insert(url.clone());
            if !is_new || visited.len() > MOST_PAGES || members.len() > MOST_MEMBERS {
                let request = format!("GET {}", url.path());
                return Err(Error::Endless { request, pages });
            }
            let request = Request::get(url.clone());
            let answer = self.read_object(&request).await?;
            let page = answer.body;
            let fresh = |member: &&Value| match member.get("id").and_then(Value::as_str) {
                Some(id) => seen.insert(id.to_ascii_lowercase()),
                None => true,
            };
            let unreadable = |found: &str, expected| Error::Unreadable {
                request: request.label(),
                found: found.into(),
                expected,
            };
            match page.get("value") {
                Some(Value::Array(values)) if !values.iter().all(Value::is_object) => {
                    return Err(unreadable("a list with something else", "a list of objects"));
                }
                Some(Value::Array(values)) => members.extend(values.iter().filter(fresh).cloned()),
                _ if answer.status == 204 => break,
                // Without its members nothing is known, least of all that there are none.
                _ => return Err(unreadable("a list without `value`", "an array")),
            }
            *next = self.next_page(&url, &page)?;
        }
        Ok(members)
    }

    fn next_page(&self, current: &Url, page: &Value) -> Result<Option<Url>, Error> {
        let label = format!("GET {}", current.path());
        let link = match page.get("nextLink") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(link)) if link.is_empty() => return Ok(None),
            Some(link) => link.as_str().and_then(|link| Url::parse(link).ok()),
        };
        let url = link.ok_or_else(|| Error::Unreadable {
            request: label.clone(),
            found: "a nextLink that is no URL".into(),
            expected: "an absolute URL",
        })?;
        if self.cloud().is_resource_manager(&url) {
            Ok(Some(url))
        } else {
            Err(Error::foreign(label, &url))
        }
    }
}

/// Tells whether to begin a list again would end in the same way.
fn is_final(error: &Error) -> bool {
    matches!(
        error,
        Error::ForeignHost { .. }
            | Error::LogIn(_)
            | Error::TooLarge { .. }
            | Error::Endless { .. }
    )
}

/// Returns the ETag that a body carries.
pub(crate) fn etag_of(body: &Value) -> Option<String> {
    let etag = ["etag", "eTag"].iter().find_map(|name| body.get(name));
    etag.or_else(|| body.pointer("/properties/etag")).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests;
