//! What a tenant lists, page by page, and what lies within each entry.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt;
use futures_util::future::{FutureExt, LocalBoxFuture};
use parity::{Answer, Answers, Entry};
use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::sync::RwLock;
use topology::{Comparison, PathTemplate};
use url::Url;

use crate::client::{Http, headers, own};
use crate::{Error, Settings, Tenant};

/// Pages of one list that are read.
const PAGES: usize = 1000;
/// Entries of one list that are kept.
const ENTRIES: usize = 100_000;
/// Requests to one tenant.
const REQUESTS: usize = 50_000;
/// Requests to one tenant that are under way at once.
const AT_ONCE: usize = 4;

/// Asks a tenant for everything that is compared.
pub async fn read(tenant: &Tenant, comparisons: &[Comparison], settings: &Settings) -> Answers {
    let mut answers = vec![];
    match Reading::new(tenant, settings) {
        Ok(reading) => {
            for comparison in comparisons {
                answers.push(reading.answer(comparison, vec![]).await);
            }
        }
        Err(error) => answers = comparisons.iter().map(|_| Err(error.sentence())).collect(),
    }
    let url = tenant.url.as_str().trim_end_matches('/').to_owned();
    Answers { tenant: tenant.name.clone(), url, answers }
}

/// A connection to a tenant, with the login that counts now.
struct Reading<'t> {
    tenant: &'t Tenant,
    settings: &'t Settings,
    http: Http,
    /// The headers of a request; `None` before the first login. Counted, so that a login that was refused is
    /// made anew once and not by every request that was refused with it.
    headers: RwLock<(u32, Option<HeaderMap>)>,
    requests: AtomicUsize,
}

impl<'t> Reading<'t> {
    fn new(tenant: &'t Tenant, settings: &'t Settings) -> Result<Self, Error> {
        Ok(Self {
            tenant,
            settings,
            http: Http::new(settings.time_scale)?,
            headers: RwLock::new((0, None)),
            requests: AtomicUsize::new(0),
        })
    }

    /// Answers a comparison for an entry; `above` has the entries that it lies in, the nearest last.
    fn answer<'a>(
        &'a self,
        comparison: &'a Comparison,
        above: Vec<&'a Value>,
    ) -> LocalBoxFuture<'a, Answer> {
        async move {
            let listed = self.list(comparison, &above).await.map_err(|error| error.sentence())?;
            if comparison.for_each.is_empty() {
                let entries = listed.into_iter();
                return Ok(entries.map(|value| Entry { value, below: vec![] }).collect());
            }
            let entries = listed.into_iter().map(|value| async {
                let mut below = vec![];
                for comparison in &comparison.for_each {
                    let above = above.iter().copied().chain([&value]).collect();
                    below.push(self.answer(comparison, above).await);
                }
                Entry { value, below }
            });
            Ok(futures_util::stream::iter(entries).buffered(AT_ONCE).collect().await)
        }
        .boxed_local()
    }

    /// Reads all pages of a list.
    async fn list(&self, comparison: &Comparison, above: &[&Value]) -> Result<Vec<Value>, Error> {
        let first = self.address(&comparison.path, above)?;
        let (mut entries, mut url) = (vec![], first.clone());
        let mut seen = HashSet::new();
        loop {
            let endless = || Error::EndlessPages { path: first.path().to_owned() };
            if seen.len() >= PAGES || !seen.insert(url.clone()) {
                return Err(endless());
            }
            let page = self.page(&url).await?;
            entries.extend(items(&page, comparison, &first)?);
            if entries.len() > ENTRIES {
                return Err(Error::TooMany { path: first.path().to_owned(), most: ENTRIES });
            }
            let next = comparison.next.iter().flat_map(|next| next.select(&page));
            let Some(next) = next.filter_map(Value::as_str).find(|next| !next.is_empty()) else {
                return Ok(entries);
            };
            url = url.join(next).map_err(|_| endless())?;
            own(&url, &first)?;
        }
    }

    /// Returns the address of a path below the tenant's own.
    fn address(&self, path: &PathTemplate, above: &[&Value]) -> Result<Url, Error> {
        let field = |name: &str| {
            let values = above.iter().rev().filter_map(|value| parity::field(value, name));
            values.into_iter().next().map(parity::text)
        };
        let no_field = |field| Error::NoField { path: path.to_string(), field };
        let filled = path.filled(field).map_err(no_field)?;
        let base = self.tenant.url.as_str().trim_end_matches('/');
        let wrong = |_| Error::NoRequest(format!("`{path}` leads to no address"));
        let url = Url::parse(&format!("{base}{filled}")).map_err(wrong)?;
        own(&url, &self.tenant.url)?;
        Ok(url)
    }

    /// Reads one page; a login that has run out is made anew once.
    async fn page(&self, url: &Url) -> Result<Value, Error> {
        if self.requests.fetch_add(1, Ordering::Relaxed) >= REQUESTS {
            return Err(Error::TooMany { path: url.path().to_owned(), most: REQUESTS });
        }
        let (login, headers) = self.logged_in(None).await?;
        let bytes = match self.http.get(url, &headers).await {
            Err(error) if error.is_of_login() && self.tenant.login.is_some() => {
                let (_, headers) = self.logged_in(Some(login)).await?;
                self.http.get(url, &headers).await?
            }
            answer => answer?,
        };
        let path = || url.path().to_owned();
        serde_json::from_slice(&bytes).map_err(|_| Error::NoJson { path: path() })
    }

    /// Returns the headers that count now, and which login they are of; not those of the one that was `refused`.
    async fn logged_in(&self, refused: Option<u32>) -> Result<(u32, HeaderMap), Error> {
        if let (login, Some(headers)) = &*self.headers.read().await
            && refused != Some(*login)
        {
            return Ok((*login, headers.clone()));
        }
        let mut kept = self.headers.write().await;
        if let (login, Some(headers)) = &*kept
            && refused != Some(*login)
        {
            return Ok((*login, headers.clone()));
        }
        let login = match &self.tenant.login {
            Some(login) => Some(login.header(&self.http, self.settings).await?),
            None => None,
        };
        let headers = headers(&self.tenant.headers, login.as_ref())?;
        *kept = (kept.0 + 1, Some(headers.clone()));
        Ok((kept.0, headers))
    }
}

/// Returns the entries of a page.
fn items(page: &Value, comparison: &Comparison, asked: &Url) -> Result<Vec<Value>, Error> {
    let found = match &comparison.items {
        Some(items) => items.select(page),
        None => vec![page],
    };
    match found[..] {
        // A list is its entries; the path need not say so.
        [Value::Array(entries)] => Ok(entries.clone()),
        [] if !comparison.items.as_ref().is_some_and(|items| items.is_open()) => {
            let at = comparison.items.as_ref().map(|it| it.value.to_string()).unwrap_or_default();
            Err(Error::Nothing { path: asked.path().to_owned(), at })
        }
        _ => Ok(found.into_iter().cloned().collect()),
    }
}
