//! How long to wait before a request is repeated, and when to stop.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;

use crate::Class;

/// The first wait without `Retry-After`; it doubles with each attempt.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait without `Retry-After`.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The least wait in milliseconds, which only services that answer at once name.
const LEAST_MILLIS: Duration = Duration::from_millis(50);
/// The longest wait that an answer is believed; every limit of an operation is shorter.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 60 * 60);
/// Attempts at a request that fails without a reason to be patient.
const TRANSIENT_ATTEMPTS: u32 = 7;

/// Returns how long a request of this class may be repeated in all.
///
/// Busy resources and new principals need minutes; Terraform's provider waits as long for them.
fn patience(class: Class) -> Duration {
    let minutes = match class {
        Class::Throttled | Class::Busy => 15,
        Class::NotReplicated => 10,
        _ => 3,
    };
    Duration::from_secs(minutes * 60)
}

/// Returns how long to wait before the next attempt, or `None` to give up.
///
/// `jitter` lies between 0 and 1; `attempts` and `elapsed` count from the first attempt.
pub(crate) fn next_wait(
    class: Class,
    attempts: u32,
    elapsed: Duration,
    asked: Option<Duration>,
    jitter: f64,
) -> Option<Duration> {
    let exhausted = class == Class::Transient && attempts >= TRANSIENT_ATTEMPTS;
    if !class.is_transient() || exhausted {
        return None;
    }
    let wait = asked.unwrap_or_else(|| {
        let doubled = FIRST_WAIT * 2_u32.saturating_pow(attempts.saturating_sub(1).min(8));
        doubled.min(LONGEST_WAIT).mul_f64(0.5 + jitter / 2.0)
    });
    (elapsed.saturating_add(wait) <= patience(class)).then_some(wait)
}

/// Returns the wait that an answer asks for.
///
/// `Retry-After` holds whole seconds or a date, `retry-after-ms` and `x-ms-retry-after-ms`
/// milliseconds. An unreadable header is a provider's mistake and counts as none.
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let millis = ["retry-after-ms", "x-ms-retry-after-ms"].into_iter().find_map(text);
    if let Some(millis) = millis.and_then(|value| value.trim().parse().ok()) {
        return Some(Duration::from_millis(millis).clamp(LEAST_MILLIS, LONGEST_ASKED));
    }
    let asked = bounds::retry_after(text("retry-after")?, now)?;
    // No wait at all would be a tight loop; the Azure CLI takes it for none named, too.
    Some(asked.min(LONGEST_ASKED)).filter(|asked| !asked.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().expect("name"), value.parse().expect("value"))])
    }

    #[test]
    fn retry_after_is_read_in_seconds_milliseconds_and_as_a_date() {
        let now: Timestamp = "2026-11-21T05:00:00Z".parse().expect("timestamp");
        let read = |name, value| retry_after(&headers(name, value), now);
        assert_eq!(read("retry-after", "17"), Some(Duration::from_secs(17)));
        assert_eq!(read("retry-after-ms", "250"), Some(Duration::from_millis(250)));
        let date = read("retry-after", "Sat, 21 Nov 2026 05:01:00 GMT");
        assert_eq!(date, Some(Duration::from_secs(60)));
        let past = read("retry-after", "Sat, 21 Nov 2026 04:00:00 GMT");
        assert_eq!(past, None);
        assert_eq!(read("retry-after", "soon"), None);
    }

    #[test]
    fn no_wait_is_too_short_or_without_end() {
        let now: Timestamp = "2026-11-21T05:00:00Z".parse().expect("timestamp");
        let read = |name, value: &str| retry_after(&headers(name, value), now);
        assert_eq!(read("retry-after", "0"), None);
        assert_eq!(read("retry-after-ms", "0"), Some(LEAST_MILLIS));
        for endless in ["18446744073709551615", "99999999999999999999999999", "31536000"] {
            let asked = read("retry-after", endless);
            assert_eq!(asked, Some(LONGEST_ASKED), "{endless}");
            let elapsed = Duration::from_secs(1);
            assert_eq!(next_wait(Class::Throttled, 1, elapsed, asked, 0.5), None);
        }
        assert_eq!(read("retry-after-ms", "18446744073709551615"), Some(LONGEST_ASKED));
        let date = "Thu, 01 Jan 2099 00:00:00 GMT";
        assert_eq!(read("retry-after", date), Some(LONGEST_ASKED));
        for unreadable in ["-1", "0.2", "1e9", ""] {
            assert_eq!(read("retry-after", unreadable), None, "{unreadable}");
        }
    }

    #[test]
    fn waits_double_and_stay_below_the_longest() {
        let wait = |attempts| next_wait(Class::Transient, attempts, Duration::ZERO, None, 1.0);
        assert_eq!(wait(1), Some(Duration::from_secs(1)));
        assert_eq!(wait(2), Some(Duration::from_secs(2)));
        assert_eq!(wait(6), Some(Duration::from_secs(30)));
        assert_eq!(wait(TRANSIENT_ATTEMPTS), None);
    }

    #[test]
    fn what_azure_asks_for_is_obeyed_within_patience() {
        let asked = Some(Duration::from_secs(300));
        let next =
            |elapsed| next_wait(Class::Throttled, 1, Duration::from_secs(elapsed), asked, 0.0);
        assert_eq!(next(0), asked);
        assert_eq!(next(14 * 60), None);
        assert_eq!(next_wait(Class::Denied, 1, Duration::ZERO, asked, 0.0), None);
    }
}
