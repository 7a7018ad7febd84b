//! ARM's limits, kept on this side so that they are not hit on the other.
//!
//! ARM fills token buckets per subscription, principal and kind of request, and tells with each
//! answer how many tokens are left; what the answers say counts, the documented sizes and refills
//! only fill the time between two of them. A cloud whose answers say nothing is not paced. Source:
//! <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use resource::ResourceId;
use resource::catalogue::{Limit, facts_of};
use tokio::time::Instant;

use crate::request::Request;

/// How many tokens are left to others who share the principal: whoever finds fewer waits, so that
/// two clients halve the refill between them instead of racing for each token.
const RESERVE: f64 = 5.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Access {
    Read,
    Write,
    Delete,
}

impl Access {
    fn of(request: &Request) -> Self {
        match request.method {
            _ if request.is_harmless() => Self::Read,
            Method::DELETE => Self::Delete,
            _ => Self::Write,
        }
    }

    /// Returns what is limited, as people call it.
    fn name(self) -> &'static str {
        match self {
            Self::Read => "reads",
            Self::Write => "writes",
            Self::Delete => "deletes",
        }
    }

    /// Returns the header that tells how many are left.
    fn header(self) -> &'static str {
        match self {
            Self::Read => "x-ms-ratelimit-remaining-subscription-reads",
            Self::Write => "x-ms-ratelimit-remaining-subscription-writes",
            Self::Delete => "x-ms-ratelimit-remaining-subscription-deletes",
        }
    }

    /// Returns the documented size of the bucket and its refill a second.
    fn limits(self) -> (f64, f64) {
        match self {
            Self::Read => (250.0, 25.0),
            Self::Write | Self::Delete => (200.0, 10.0),
        }
    }
}

/// Whose tokens a request takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    /// ARM's, per subscription.
    Arm { subscription: String, access: Access },
    /// A provider's own limit of writes, beside ARM's.
    Provider { subscription: String, namespace: String },
}

/// Returns the buckets from which `request` takes a token, with the limits of each.
fn buckets_of(request: &Request) -> Vec<(Key, &'static str, (f64, f64))> {
    let path = request.url.path();
    let id = ResourceId::parse(path).ok();
    let subscription = id.as_ref().and_then(ResourceId::subscription).or_else(|| {
        let lower = path.get(.."/subscriptions/".len())?;
        let rest = &path["/subscriptions/".len()..];
        lower.eq_ignore_ascii_case("/subscriptions/").then(|| rest.split('/').next())?
    });
    let subscription = subscription.unwrap_or_default().to_ascii_lowercase();
    let access = Access::of(request);
    let arm = Key::Arm { subscription: subscription.clone(), access };
    let mut buckets = vec![(arm, access.name(), access.limits())];
    let own = id.filter(|_| access != Access::Read);
    if let Some((id, Limit { requests, per_secs })) =
        own.and_then(|id| facts_of(&id).write_limit.map(|limit| (id, limit)))
    {
        let namespace = id.resource_type().namespace().to_ascii_lowercase();
        let limits = (f64::from(requests), f64::from(requests) / f64::from(per_secs));
        buckets.push((
            Key::Provider { subscription, namespace },
            "writes of this provider",
            limits,
        ));
    }
    buckets
}

/// What holds a request back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hold {
    /// For how long.
    pub wait: Duration,
    /// What Azure limits, in the plural.
    pub limited: &'static str,
    /// How many of these Azure allows more each second.
    pub refill_per_sec: f64,
}

#[derive(Debug)]
struct Bucket {
    /// How many tokens are left, as far as is known; `None` until an answer has told.
    tokens: Option<f64>,
    capacity: f64,
    refill: f64,
    filled: Instant,
    /// Requests that were sent and not answered: the next answer may not count them yet.
    in_flight: u32,
    /// Requests that wait for a token.
    waiting: u32,
}

impl Bucket {
    fn new((capacity, refill): (f64, f64)) -> Self {
        let filled = Instant::now();
        Self { tokens: None, capacity, refill, filled, in_flight: 0, waiting: 0 }
    }

    fn fill(&mut self) {
        let now = Instant::now();
        let gained = (now - self.filled).as_secs_f64() * self.refill;
        self.tokens = self.tokens.map(|tokens| (tokens + gained).min(self.capacity));
        self.filled = now;
    }

    /// Returns how many tokens stay in the bucket; a small one is not kept from use by it.
    fn reserve(&self) -> f64 {
        RESERVE.min(self.capacity / 10.0)
    }

    /// Returns what is missing until a request may be sent.
    fn lack(&mut self) -> Option<f64> {
        self.fill();
        let lack = self.tokens.map_or(0.0, |tokens| self.reserve() + 1.0 - tokens);
        // What rounding leaves must not keep anybody waiting.
        (lack > 1e-6).then_some(lack)
    }

    fn take(&mut self) {
        self.tokens = self.tokens.map(|tokens| tokens - 1.0);
        self.in_flight += 1;
    }

    fn learn(&mut self, remaining: f64) {
        self.fill();
        self.tokens = Some((remaining - f64::from(self.in_flight)).min(self.capacity));
    }
}

/// All token buckets of a client.
#[derive(Default)]
pub(crate) struct Limiter(Mutex<HashMap<Key, Bucket>>);

impl Limiter {
    /// Takes a token of each bucket for `request`, or returns for how long it must be held back; it
    /// has to ask again afterwards. `waited` tells that it has been held back before.
    pub fn take<'a>(&'a self, request: &Request, waited: bool) -> Result<Ticket<'a>, Hold> {
        let mut buckets = self.buckets();
        let wanted = buckets_of(request);
        let mut hold: Option<Hold> = None;
        for (key, limited, limits) in &wanted {
            let bucket = buckets.entry(key.clone()).or_insert_with(|| Bucket::new(*limits));
            bucket.waiting = bucket.waiting.saturating_sub(u32::from(waited));
            let Some(lack) = bucket.lack() else { continue };
            let wait = Duration::from_secs_f64((lack + f64::from(bucket.waiting)) / bucket.refill);
            if hold.is_none_or(|longest| longest.wait < wait) {
                hold = Some(Hold { wait, limited, refill_per_sec: bucket.refill });
            }
        }
        let keys: Vec<Key> = wanted.into_iter().map(|(key, ..)| key).collect();
        for key in &keys {
            let Some(bucket) = buckets.get_mut(key) else { continue };
            match hold {
                Some(_) => bucket.waiting += 1,
                None => bucket.take(),
            }
        }
        match hold {
            Some(hold) => Err(hold),
            None => Ok(Ticket { limiter: self, keys, header: Access::of(request).header() }),
        }
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<Key, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way, counted until it is answered or given up.
pub(crate) struct Ticket<'a> {
    limiter: &'a Limiter,
    keys: Vec<Key>,
    header: &'static str,
}

impl Ticket<'_> {
    /// Learns what an answer tells of the buckets. Azure's own count stands above ours, in both
    /// directions: others draw from the bucket too, and have stopped when it is fuller.
    pub fn answered(self, headers: &HeaderMap) {
        let remaining = headers.get(self.header).and_then(|value| value.to_str().ok());
        let Some(remaining) = remaining.and_then(|value| value.parse::<f64>().ok()) else { return };
        let mut buckets = self.limiter.buckets();
        for key in &self.keys {
            let Some(bucket) = buckets.get_mut(key) else { continue };
            match key {
                // This request itself is counted in the answer.
                Key::Arm { .. } => bucket.learn(remaining + 1.0),
                // A cloud that counts for ARM counts for its providers too, and tells nothing of it.
                Key::Provider { .. } if bucket.tokens.is_none() => bucket.learn(bucket.capacity),
                Key::Provider { .. } => {}
            }
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut buckets = self.limiter.buckets();
        for key in &self.keys {
            if let Some(bucket) = buckets.get_mut(key) {
                bucket.in_flight = bucket.in_flight.saturating_sub(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    const DOMAIN: &str = "/subscriptions/a/resourceGroups/g/providers/Microsoft.Network/dnsZones/z";

    fn request(method: Method, path: &str) -> Request {
        Request::new(method, Url::parse(&format!("https://arm.example{path}")).expect("valid URL"))
    }

    /// A cloud that counts as Azure does.
    struct Cloud {
        tokens: f64,
        capacity: f64,
        refill: f64,
        at: Instant,
        refused: usize,
    }

    impl Cloud {
        fn of_writes() -> Self {
            Self { tokens: 200.0, capacity: 200.0, refill: 10.0, at: Instant::now(), refused: 0 }
        }

        fn answer(&mut self, header: &'static str) -> HeaderMap {
            let now = Instant::now();
            let gained = (now - self.at).as_secs_f64() * self.refill;
            (self.tokens, self.at) = ((self.tokens + gained).min(self.capacity), now);
            if self.tokens < 1.0 {
                self.refused += 1;
            } else {
                self.tokens -= 1.0;
            }
            let left = self.tokens.floor().to_string();
            HeaderMap::from_iter([(
                header.parse::<reqwest::header::HeaderName>().expect("a name"),
                left.parse().expect("a value"),
            )])
        }
    }

    /// Sends `count` writes through `limiter`, one after another.
    async fn write(limiter: &Limiter, cloud: &Mutex<Cloud>, count: usize) {
        let write = request(Method::PUT, DOMAIN);
        for _ in 0..count {
            let mut waited = false;
            let ticket = loop {
                match limiter.take(&write, waited) {
                    Ok(ticket) => break ticket,
                    Err(hold) => tokio::time::sleep(hold.wait).await,
                }
                waited = true;
            };
            tokio::time::sleep(Duration::from_millis(20)).await;
            let headers = cloud.lock().expect("not poisoned").answer(ticket.header);
            ticket.answered(&headers);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_is_alone_takes_what_there_is_and_is_never_refused() {
        let (limiter, cloud) = (Limiter::default(), Mutex::new(Cloud::of_writes()));
        let start = Instant::now();
        let all = (0..10).map(|_| write(&limiter, &cloud, 112));
        futures_util::future::join_all(all).await;
        let took = start.elapsed().as_secs_f64();
        assert_eq!(cloud.into_inner().expect("not poisoned").refused, 0);
        let bound = (1120.0 - 200.0) / 10.0;
        assert!((bound..bound * 1.1).contains(&took), "{took} s where {bound} s are possible");
    }

    #[tokio::test(start_paused = true)]
    async fn two_runs_of_one_principal_share_the_refill() {
        let cloud = Mutex::new(Cloud::of_writes());
        let (one, other) = (Limiter::default(), Limiter::default());
        let each = (0..4).flat_map(|_| [write(&one, &cloud, 100), write(&other, &cloud, 100)]);
        let start = Instant::now();
        let ends = each.map(async |work| {
            work.await;
            start.elapsed().as_secs_f64()
        });
        let ends = futures_util::future::join_all(ends).await;
        let (first, last) = ends
            .iter()
            .fold((f64::MAX, 0.0_f64), |(first, last), end| (first.min(*end), last.max(*end)));
        assert!(first > last * 0.6, "{ends:?}");
        let refused = cloud.into_inner().expect("not poisoned").refused;
        assert!(refused < 20, "{refused} of 800 refused");
    }

    #[tokio::test(start_paused = true)]
    async fn a_cloud_that_tells_nothing_is_not_paced() {
        let limiter = Limiter::default();
        let right = format!("{DOMAIN}/providers/Microsoft.Authorization/roleAssignments/r");
        for _ in 0..1000 {
            for write in [request(Method::PUT, DOMAIN), request(Method::PUT, &right)] {
                limiter.take(&write, false).expect("no wait").answered(&HeaderMap::new());
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_with_a_limit_of_its_own_is_asked_more_slowly() {
        let (limiter, cloud) = (Limiter::default(), Mutex::new(Cloud::of_writes()));
        let right = format!("{DOMAIN}/providers/Microsoft.Authorization/roleAssignments/r");
        let right = request(Method::PUT, &right);
        let mut holds = vec![];
        for _ in 0..130 {
            while let Err(hold) = limiter.take(&right, !holds.is_empty()).map(|ticket| {
                let header = ticket.header;
                ticket.answered(&cloud.lock().expect("not poisoned").answer(header));
            }) {
                tokio::time::sleep(hold.wait).await;
                holds.push(hold);
            }
        }
        let told = holds.first().expect("a hundred and thirty writes are more than fit");
        assert_eq!((told.limited, told.refill_per_sec), ("writes of this provider", 2.0));
    }
}
