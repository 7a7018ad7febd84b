//! One exchange with ARM.

use reqwest::Method;
use reqwest::header::HeaderMap;
use resource::ResourceId;
use resource::catalogue::{Listing, NameAnswer, facts_of, known_types};
use serde_json::Value;
use url::Url;

/// What must hold of a resource for a write to be carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing.
    #[default]
    None,
    /// Its ETag is still this one.
    IfMatch(String),
    /// It does not exist.
    IfNoneMatch,
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plane {
    /// Azure Resource Manager.
    Arm,
    /// The blobs of a storage account, at the account's own endpoint.
    Blobs,
    /// The secrets of a Key Vault, at the vault's own endpoint.
    Vaults,
}

/// A request, before it is given a token and identifiers.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub method: Method,
    pub url: Url,
    pub body: Option<Value>,
    pub precondition: Precondition,
    pub plane: Plane,
    /// What a data plane takes as headers.
    pub headers: Vec<(&'static str, String)>,
}

impl Request {
    pub fn new(method: Method, url: Url) -> Self {
        let (body, precondition, headers) = (None, Precondition::None, vec![]);
        Self { method, url, body, precondition, plane: Plane::Arm, headers }
    }

    /// Returns a request for the blobs of a storage account.
    pub fn blobs(method: Method, url: Url) -> Self {
        Self { plane: Plane::Blobs, ..Self::new(method, url) }
    }

    /// Returns the question for the newest version of a Key Vault's secret.
    pub fn vault_secret(url: Url) -> Self {
        Self { plane: Plane::Vaults, ..Self::get(url) }
    }

    /// Adds a header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// Returns the listing of application settings, a POST because the values are secret.
    pub fn list_settings(url: Url) -> Self {
        Self::new(Method::POST, url)
    }

    /// Returns the question whether a name is free, a POST that changes nothing.
    pub fn check_name(url: Url, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::POST, url) }
    }

    /// Returns the question whether something is there.
    pub fn head(url: Url) -> Self {
        Self::new(Method::HEAD, url)
    }

    /// Tells whether the request is one that a plan may make.
    pub fn is_read(&self) -> bool {
        self.method == Method::GET
            || self.is_name_check()
            || self.method == Method::POST
                && self.listing() == Some(Listing::PostList { by_plan: true })
    }

    /// Tells whether the request can change nothing.
    pub fn is_harmless(&self) -> bool {
        let lists = matches!(self.listing(), Some(Listing::PostList { .. }));
        self.method == Method::GET || self.is_name_check() || self.method == Method::POST && lists
    }

    /// Tells whether the request asks if a name is free: on a subscription, by one of the paths that
    /// the catalogue knows.
    fn is_name_check(&self) -> bool {
        let path = self.url.path();
        let below = path.strip_prefix("/subscriptions/").and_then(|rest| rest.split_once('/'));
        let below = below.map(|(_, below)| below);
        let of_cloud = path.rsplit_once('/').map(|(path, _)| &path[path.len().min(1)..]);
        let mut checks = known_types().filter_map(|facts| facts.unique_name?.check);
        checks.any(|check| {
            let (method, asked) = match check.answer {
                NameAnswer::NotFound => (Method::HEAD, of_cloud),
                NameAnswer::Member(_) | NameAnswer::Refusal => (Method::POST, below),
            };
            let is_it = |asked: &str| check.path[1..].eq_ignore_ascii_case(asked);
            self.method == method && asked.is_some_and(is_it)
        })
    }

    /// Tells whether the request has the same effect when it is carried out twice.
    pub fn is_idempotent(&self) -> bool {
        self.is_harmless() || [Method::HEAD, Method::PUT, Method::DELETE].contains(&self.method)
    }

    /// Returns how what the path leads to is listed, where it asks for the list.
    fn listing(&self) -> Option<Listing> {
        let id = self.url.path().strip_suffix("/list").map(ResourceId::parse)?.ok()?;
        Some(facts_of(&id).listing)
    }

    /// Returns method and path, which hold no secret; a query can hold a token.
    pub fn label(&self) -> String {
        format!("{} {}", self.method, self.url.path())
    }
}

/// Tells whether a path leads to a document that is listed by a POST alone, since all in it may be secret.
pub(crate) fn is_secret_document(path: &str) -> bool {
    let id = ResourceId::parse(path.strip_suffix("/list").unwrap_or(path));
    id.is_ok_and(|id| matches!(facts_of(&id).listing, Listing::PostList { .. }))
}

/// An answer; a success unless stated otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    /// `null` where there was none, a string where it was no JSON.
    pub body: Value,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, path: &str) -> Request {
        let url = Url::parse("https://management.azure.com").and_then(|base| base.join(path));
        Request::new(method, url.expect("valid path"))
    }

    const SITE: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/app";

    #[test]
    fn only_gets_and_the_listing_of_settings_are_reads() {
        assert!(request(Method::GET, SITE).is_read());
        assert!(request(Method::POST, &format!("{SITE}/config/appsettings/list")).is_read());
        assert!(
            request(Method::POST, &format!("{SITE}/slots/a/config/appSettings/list")).is_read()
        );
        for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::POST] {
            assert!(!request(method, SITE).is_read());
        }
        assert!(request(Method::POST, &format!("{SITE}/config/connectionstrings/list")).is_read());
        for secret in ["azurestorageaccounts", "backup"] {
            assert!(request(Method::POST, &format!("{SITE}/config/{secret}/list")).is_read());
        }
        let legacy = request(Method::POST, &format!("{SITE}/config/authsettings/list"));
        assert!(!legacy.is_read() && legacy.is_harmless());
        assert!(!request(Method::POST, &format!("{SITE}/listKeys")).is_harmless());
        assert!(!request(Method::PUT, &format!("{SITE}/config/appsettings/list")).is_read());
        let check = "/subscriptions/s/providers/Microsoft.Storage/checkNameAvailability";
        assert!(
            request(Method::POST, check).is_read() && request(Method::POST, check).is_harmless()
        );
        assert!(!request(Method::PUT, check).is_read());
        for other in [
            "/subscriptions/s/providers/Microsoft.Storage/checkNameAvailability/x",
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/checkNameAvailability",
            "/subscriptions/s/providers/Evil.Storage/checkNameAvailability",
            "/providers/Microsoft.Storage/checkNameAvailability",
        ] {
            assert!(!request(Method::POST, other).is_read(), "{other}");
        }
        let names = "/providers/Microsoft.DocumentDB/databaseAccountNames";
        assert!(request(Method::HEAD, &format!("{names}/orders")).is_read());
        for other in
            [names.to_owned(), format!("{names}/a/b"), format!("/subscriptions/s{names}/a")]
        {
            assert!(!request(Method::HEAD, &other).is_read(), "{other}");
        }
        assert!(!request(Method::POST, &format!("{names}/orders")).is_read());
        let other = "/subscriptions/s/providers/Evil.Web/x/config/appsettings/list";
        assert!(!request(Method::POST, other).is_read());
    }
}
