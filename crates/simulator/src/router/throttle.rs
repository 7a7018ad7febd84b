//! Azure's limits on how often it is asked: token buckets, counted down in the headers of each
//! answer.
//!
//! The buckets live in memory: each process that serves one folder has its own, as each region of
//! Azure has.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>.

use std::collections::HashMap;

use axum::http::Method;

use crate::kind::family::Family;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Verb {
    Read,
    Write,
    Delete,
}

impl Verb {
    fn of(request: &Request) -> Self {
        match request.method {
            _ if request.is_read() => Self::Read,
            Method::DELETE => Self::Delete,
            _ => Self::Write,
        }
    }

    fn header(self) -> &'static str {
        match self {
            Self::Read => "x-ms-ratelimit-remaining-subscription-reads",
            Self::Write => "x-ms-ratelimit-remaining-subscription-writes",
            Self::Delete => "x-ms-ratelimit-remaining-subscription-deletes",
        }
    }

    /// Returns the size of ARM's bucket and its refill a second.
    fn limits(self) -> (f64, f64) {
        match self {
            Self::Read => (250.0, 25.0),
            Self::Write | Self::Delete => (200.0, 10.0),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    principal: String,
    subscription: String,
    verb: Verb,
    /// Whose bucket it is: ARM's, or that of a limit of a family, by their places.
    provider: Option<(usize, usize)>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: u64,
}

/// The buckets of all principals.
#[derive(Debug, Default)]
pub(crate) struct Buckets(HashMap<Key, Bucket>);

/// What a request is told of its limits.
pub(crate) type Left = (&'static str, String);

impl Buckets {
    /// Takes a token of each bucket that `request` draws from and returns what is left of ARM's, or
    /// the refusal where one is empty. `now` is in milliseconds.
    pub fn draw(
        &mut self,
        families: &[&Family],
        principal: &str,
        request: &Request,
        now: u64,
    ) -> Result<Left, Answer> {
        let verb = Verb::of(request);
        let path = request.path.to_ascii_lowercase();
        let subscription = path.split('/').nth(2).unwrap_or_default().to_owned();
        let key = |provider| Key {
            principal: principal.to_owned(),
            subscription: subscription.clone(),
            verb,
            provider,
        };
        let behind = path.rsplit_once("/providers/").map_or("", |(_, behind)| behind);
        let limits = families.iter().enumerate().flat_map(|(place, family)| {
            family.limits.iter().enumerate().map(move |(row, limit)| ((place, row), limit))
        });
        let own = limits.filter(|(_, limit)| {
            limit.reads == (verb == Verb::Read)
                && limit.paths.iter().any(|path| behind.starts_with(path))
        });
        let mut wanted = vec![(key(None), verb.limits())];
        wanted.extend(own.map(|(row, limit)| {
            (key(Some(row)), (limit.requests, limit.requests / limit.per_secs))
        }));
        for (key, (capacity, refill)) in &wanted {
            let bucket = self.0.entry(key.clone()).or_insert(Bucket { tokens: *capacity, at: now });
            let gained = now.saturating_sub(bucket.at) as f64 / 1000.0 * refill;
            (bucket.tokens, bucket.at) = ((bucket.tokens + gained).min(*capacity), now);
            if bucket.tokens < 1.0 {
                return Err(refusal(key, (1.0 - bucket.tokens) / refill));
            }
        }
        let mut left = 0.0;
        for (key, _) in wanted.iter().rev() {
            if let Some(bucket) = self.0.get_mut(key) {
                bucket.tokens -= 1.0;
                left = bucket.tokens;
            }
        }
        Ok((verb.header(), format!("{left:.0}", left = left.floor())))
    }
}

fn refusal(key: &Key, secs: f64) -> Answer {
    let after = format!("{:.0}", secs.ceil().max(1.0));
    let (code, text) = match key.provider {
        None => (
            "SubscriptionRequestsThrottled",
            format!(
                "Number of requests for subscription '{}' exceeded the limit. Please try again \
                 after '{after}' seconds after additional tokens are available.",
                key.subscription
            ),
        ),
        Some(_) => ("TooManyRequests", format!("Too many requests. Retry after {after} seconds.")),
    };
    let refusal = Answer::error(429, code, text).with("retry-after", after);
    match key.provider {
        None => refusal.with(key.verb.header(), "0"),
        Some(_) => refusal,
    }
}
