//! Requests that wait: held back by Azure's limits, or sent again after a while.

use std::collections::BTreeMap;
use std::time::Duration;

use azure::Event;
use resource::ResourceId;
use tokio::time::Instant;

use super::words::until;

/// How long requests are held back before a log says so.
const TELLING: Duration = Duration::from_secs(2);

/// Requests that wait, by method and path.
#[derive(Default)]
pub struct Waits(BTreeMap<String, Wait>);

/// Why a request waits, and until when.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    request: String,
    why: Why,
    until: Instant,
}

#[derive(Debug, Clone, PartialEq)]
enum Why {
    Limited { limited: &'static str, refill_per_sec: f64 },
    Again { reason: String },
}

impl Waits {
    /// Notes a wait, and returns it where it is worth a line: of one limit the first wait is, and
    /// only a long one.
    pub fn note(&mut self, event: &Event, now: Instant) -> Option<&Wait> {
        self.0.retain(|_, wait| wait.until > now);
        let (request, why, wait) = match event {
            Event::Retrying { request, class, reason, wait, .. } => {
                let status = match (class, reason.as_str()) {
                    (_, "429") => "",
                    (azure::Class::Throttled, _) => "429 ",
                    _ => "",
                };
                (request, Why::Again { reason: format!("{status}{reason}") }, *wait)
            }
            Event::HeldBack { request, wait, limited, refill_per_sec } => {
                (request, Why::Limited { limited, refill_per_sec: *refill_per_sec }, *wait)
            }
            Event::Polled { .. } => return None,
        };
        let is_news = match why {
            Why::Limited { .. } => wait > TELLING && self.0.values().all(|other| other.why != why),
            Why::Again { .. } => true,
        };
        let wait = Wait { request: request.clone(), why, until: now + wait };
        self.0.insert(request.clone(), wait);
        self.0.get(request).filter(|_| is_news)
    }

    /// Forgets what waited for `resource`: its action has ended.
    pub fn forget(&mut self, resource: &ResourceId) {
        self.0.retain(|_, wait| !wait.is_of(resource));
    }

    /// Returns the longest wait of `resource`.
    pub fn of(&self, resource: &ResourceId, now: Instant) -> Option<&Wait> {
        self.active(now).filter(|wait| wait.is_of(resource)).max_by_key(|wait| wait.until)
    }

    /// Returns the longest wait of all in words, with the number of the others.
    pub fn summary(&self, now: Instant) -> Option<String> {
        let longest = self.active(now).max_by_key(|wait| wait.until)?;
        let others = self.active(now).count() - 1;
        let more = if others > 0 { format!(" (and {others} more)") } else { String::new() };
        Some(format!("waiting: {}{more}", longest.text(now)))
    }

    fn active(&self, now: Instant) -> impl Iterator<Item = &Wait> {
        self.0.values().filter(move |wait| wait.until > now)
    }
}

impl Wait {
    /// Returns in words why a request waits and for how long.
    pub fn text(&self, now: Instant) -> String {
        let left = until(self.until.saturating_duration_since(now));
        match &self.why {
            Why::Limited { limited, refill_per_sec } => format!(
                "{limited} held back {left} by Azure's limits, bucket refills {refill_per_sec}/s"
            ),
            Why::Again { reason } => format!("{reason}; again in {left}"),
        }
    }

    /// Returns the wait as a line of a log; `who` is the action that it delays.
    pub fn line(&self, who: Option<&str>, now: Instant) -> String {
        let text = self.text(now);
        match self.why {
            // The limit is everybody's.
            Why::Limited { .. } => format!("… waiting: {text}"),
            Why::Again { .. } => format!("… {}: {text}", who.unwrap_or(&self.request)),
        }
    }

    /// Tells whether the request is for `resource` or something below it.
    pub fn is_of(&self, resource: &ResourceId) -> bool {
        let path = self.request.split_once(' ').map_or(&self.request[..], |(_, path)| path);
        match path.to_ascii_lowercase().strip_prefix(resource.key()) {
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(request: &str, secs: u64) -> Event {
        Event::HeldBack {
            request: request.into(),
            wait: Duration::from_secs(secs),
            limited: "reads",
            refill_per_sec: 25.0,
        }
    }

    fn throttled(request: &str, secs: u64) -> Event {
        Event::Retrying {
            request: request.into(),
            class: azure::Class::Throttled,
            reason: "TooManyRequests".into(),
            attempts: 1,
            wait: Duration::from_secs(secs),
        }
    }

    #[test]
    fn waits_are_told_with_their_limit_and_count_down() {
        let now = Instant::now();
        let mut waits = Waits::default();
        assert!(waits.note(&held("GET /subscriptions/s/a", 4), now).is_some());
        let told = waits.summary(now + Duration::from_secs(1));
        let wanted = "waiting: reads held back 3 s by Azure's limits, bucket refills 25/s";
        assert_eq!(told.as_deref(), Some(wanted));
        assert_eq!(waits.summary(now + Duration::from_secs(4)), None);
    }

    #[test]
    fn one_limit_is_news_once_while_it_lasts() {
        let now = Instant::now();
        let mut waits = Waits::default();
        assert!(waits.note(&held("GET /subscriptions/s/a", 4), now).is_some());
        assert_eq!(waits.note(&held("GET /subscriptions/s/b", 4), now), None);
        let later = now + Duration::from_secs(5);
        assert_eq!(waits.note(&held("GET /subscriptions/s/b", 1), later), None);
        assert!(
            waits
                .note(&held("GET /subscriptions/s/b", 4), later + Duration::from_secs(1))
                .is_some()
        );
    }

    #[test]
    fn wait_belongs_to_the_resource_of_its_request_until_that_is_done() {
        let now = Instant::now();
        let web = ResourceId::in_group("s", "rg", resource::types::SITE, "web");
        let other = ResourceId::in_group("s", "rg", resource::types::SITE, "web2");
        let mut waits = Waits::default();
        waits.note(&throttled(&format!("PUT {web}/config/web"), 12), now);
        let told = |id| waits.of(id, now).map(|wait| wait.text(now));
        assert_eq!(told(&web).as_deref(), Some("429 TooManyRequests; again in 12 s"));
        assert_eq!(told(&other), None);
        waits.note(&throttled(&format!("GET {other}"), 5), now);
        let summary = "waiting: 429 TooManyRequests; again in 12 s (and 1 more)";
        assert_eq!(waits.summary(now).as_deref(), Some(summary));
        waits.forget(&web);
        assert_eq!(waits.of(&web, now), None);
        assert!(waits.of(&other, now).is_some());
    }
}
