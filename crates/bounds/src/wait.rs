//! How long to wait for another attempt.

use std::time::Duration;

use jiff::Timestamp;

/// Attempts at one request.
const ATTEMPTS: u32 = 5;
/// The longest wait for somebody who asks for one; a job is paid by the minute.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// The least wait, whatever an answer asks for.
const LEAST_WAIT: Duration = Duration::from_secs(1);

/// Returns how long to wait before the next attempt, or `None` to give up; `attempt` counts from 1, `asked` is what
/// the answer asks for.
pub fn next_wait(attempt: u32, asked: Option<Duration>) -> Option<Duration> {
    if attempt >= ATTEMPTS || asked.is_some_and(|asked| asked > LONGEST_WAIT) {
        return None;
    }
    let wait = asked.unwrap_or_else(|| Duration::from_secs(1 << attempt.min(5)));
    Some(wait.max(LEAST_WAIT))
}

/// Reads the value of `Retry-After`: whole seconds, or a date; none at all for one that has passed. More seconds than
/// a number holds are the longest time there is.
///
/// Source: RFC 9110, 10.2.3.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_asks_to_wait_in_seconds_or_until_a_date() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let secs = |secs| Some(Duration::from_secs(secs));
        assert_eq!(retry_after(" 7 ", now), secs(7));
        assert_eq!(retry_after("0", now), secs(0));
        assert_eq!(retry_after("Thu, 01 Jan 2026 00:00:09 GMT", now), secs(9));
        assert_eq!(retry_after("Wed, 31 Dec 2025 00:00:00 GMT", now), secs(0));
        assert_eq!(retry_after("99999999999999999999999", now), Some(Duration::MAX));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-1", now), None);
        assert_eq!(retry_after("", now), None);
    }

    #[test]
    fn waits_grow_and_end() {
        let secs = Duration::from_secs;
        assert_eq!(next_wait(1, None), Some(secs(2)));
        assert_eq!(next_wait(4, None), Some(secs(16)));
        assert_eq!(next_wait(5, None), None);
        assert_eq!(next_wait(1, Some(secs(0))), Some(secs(1)));
        assert_eq!(next_wait(1, Some(secs(60))), Some(secs(60)));
        assert_eq!(next_wait(1, Some(secs(61))), None);
    }
}
