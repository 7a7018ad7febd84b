//! ARM's limits, kept on this side so that they are not hit on the other.
//!
//! ARM fills token buckets per subscription and kind of request: reads 250 at 25 a second, writes
//! and deletes 200 at 10 a second. Each bucket here has 80 % of that. Source:
//! <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use tokio::time::Instant;

use crate::request::Request;

/// The share of Azure's figures that one client takes.
const SHARE: f64 = 0.8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Read,
    Write,
    Delete,
}

/// Providers with tighter limits of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Family {
    General,
    Authorization,
    Cdn,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    subscription: String,
    family: Family,
    kind: Kind,
}

impl Key {
    fn of(request: &Request) -> Self {
        let path = request.url.path().to_ascii_lowercase();
        let subscription =
            path.strip_prefix("/subscriptions/").and_then(|rest| rest.split('/').next());
        let family = match path.rsplit_once("/providers/").map(|(_, rest)| rest) {
            Some(rest) if rest.starts_with("microsoft.authorization/") => Family::Authorization,
            Some(rest) if rest.starts_with("microsoft.cdn/") => Family::Cdn,
            _ => Family::General,
        };
        let kind = match request.method {
            _ if request.is_harmless() => Kind::Read,
            Method::DELETE => Kind::Delete,
            _ => Kind::Write,
        };
        Self { subscription: subscription.unwrap_or_default().to_owned(), family, kind }
    }

    /// Returns Azure's size of the bucket and its refill a second.
    ///
    /// Azure publishes no figures for writes of roles, locks and Front Door; theirs are chosen well
    /// below what was seen to be refused.
    fn limits(&self) -> (f64, f64) {
        match (self.kind, self.family) {
            (Kind::Read, _) => (250.0, 25.0),
            (_, Family::General) => (200.0, 10.0),
            (_, Family::Authorization) => (50.0, 2.0),
            (_, Family::Cdn) => (40.0, 1.0),
        }
    }

    /// Returns what is limited, as people call it.
    fn name(&self) -> &'static str {
        match (self.kind, self.family) {
            (Kind::Read, _) => "reads",
            (_, Family::Authorization) => "writes of roles and locks",
            (_, Family::Cdn) => "writes of Front Door",
            (Kind::Write, Family::General) => "writes",
            (Kind::Delete, Family::General) => "deletes",
        }
    }
}

/// What holds a request back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hold {
    /// For how long; zero where nothing does.
    pub wait: Duration,
    /// What Azure limits, in the plural.
    pub limited: &'static str,
    /// How many of these Azure allows more each second.
    pub refill_per_sec: f64,
}

struct Bucket {
    tokens: f64,
    capacity: f64,
    refill: f64,
    filled: Instant,
}

impl Bucket {
    fn new(key: &Key) -> Self {
        let (capacity, refill) = key.limits();
        let capacity = capacity * SHARE;
        Self { tokens: capacity, capacity, refill: refill * SHARE, filled: Instant::now() }
    }

    fn fill(&mut self) {
        let now = Instant::now();
        let gained = (now - self.filled).as_secs_f64() * self.refill;
        self.tokens = (self.tokens + gained).min(self.capacity);
        self.filled = now;
    }

    /// Takes one token, going into debt where there is none, and returns how long the debt takes
    /// to be paid.
    fn take(&mut self) -> Duration {
        self.fill();
        self.tokens -= 1.0;
        Duration::from_secs_f64((-self.tokens / self.refill).max(0.0))
    }
}

/// All token buckets of a client.
#[derive(Default)]
pub(crate) struct Limiter(Mutex<HashMap<Key, Bucket>>);

impl Limiter {
    /// Takes a token for `request` and returns how long it must be held back.
    pub fn reserve(&self, request: &Request) -> Hold {
        let key = Key::of(request);
        let (limited, (_, refill_per_sec)) = (key.name(), key.limits());
        let mut buckets = self.0.lock().expect("no panic while the buckets are locked");
        let wait = buckets.entry(key.clone()).or_insert_with(|| Bucket::new(&key)).take();
        Hold { wait, limited, refill_per_sec }
    }

    /// Learns from an answer that Azure's bucket is emptier than ours: others draw from it too.
    pub fn learn(&self, request: &Request, headers: &HeaderMap) {
        let key = Key::of(request);
        let name = match key.kind {
            Kind::Read => "x-ms-ratelimit-remaining-subscription-reads",
            Kind::Write => "x-ms-ratelimit-remaining-subscription-writes",
            Kind::Delete => "x-ms-ratelimit-remaining-subscription-deletes",
        };
        let remaining =
            headers.get(name).and_then(|value| value.to_str().ok()?.parse::<f64>().ok());
        let Some(remaining) = remaining else { return };
        let mut buckets = self.0.lock().expect("no panic while the buckets are locked");
        if let Some(bucket) = buckets.get_mut(&key) {
            bucket.tokens = bucket.tokens.min(remaining * SHARE);
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn request(method: Method, path: &str) -> Request {
        Request::new(method, Url::parse(&format!("https://arm.example{path}")).expect("valid URL"))
    }

    #[tokio::test(start_paused = true)]
    async fn limits_are_respected_before_they_hit() {
        let limiter = Limiter::default();
        let read = request(Method::GET, "/subscriptions/a/x");
        for _ in 0..200 {
            assert_eq!(limiter.reserve(&read).wait, Duration::ZERO);
        }
        assert_eq!(limiter.reserve(&read).wait, Duration::from_millis(50));
        assert_eq!(
            limiter.reserve(&request(Method::PUT, "/subscriptions/a/x")).wait,
            Duration::ZERO
        );
        assert_eq!(
            limiter.reserve(&request(Method::GET, "/subscriptions/b/x")).wait,
            Duration::ZERO
        );
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(limiter.reserve(&read).wait, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn what_others_have_taken_counts() {
        let limiter = Limiter::default();
        let write = request(Method::PUT, "/subscriptions/a/x");
        limiter.reserve(&write);
        let name = "x-ms-ratelimit-remaining-subscription-writes".parse().expect("name");
        limiter.learn(&write, &HeaderMap::from_iter([(name, "0".parse().expect("value"))]));
        assert_eq!(limiter.reserve(&write).wait, Duration::from_millis(125));
    }

    #[tokio::test(start_paused = true)]
    async fn writes_of_roles_and_front_door_are_slower() {
        let limiter = Limiter::default();
        let path = "/subscriptions/a/resourceGroups/g/providers/Microsoft.Cdn/profiles/p";
        let held = (0..40).map(|_| limiter.reserve(&request(Method::PUT, path)));
        let last = held.last().expect("forty requests");
        assert!(last.wait > Duration::from_secs(5), "{last:?}");
        assert_eq!((last.limited, last.refill_per_sec), ("writes of Front Door", 1.0));
    }
}
