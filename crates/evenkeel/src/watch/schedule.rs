//! When the next round begins.

use std::time::Duration;

/// Returns how long to wait for the next round: `interval`, shorter or longer by at most `jitter`
/// (a share of it), so that many watchers that were started at once do not ask Azure at once.
///
/// `random` is evenly spread from 0 to 1.
pub fn wait(interval: Duration, jitter: f64, random: f64) -> Duration {
    interval.mul_f64(1.0 + jitter * (2.0 * random - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_stays_within_its_share_of_the_interval() {
        let interval = Duration::from_secs(1800);
        assert_eq!(wait(interval, 0.1, 0.0), Duration::from_secs(1620));
        assert_eq!(wait(interval, 0.1, 0.5), interval);
        assert_eq!(wait(interval, 0.1, 1.0), Duration::from_secs(1980));
        assert_eq!(wait(interval, 0.0, 0.9), interval);
    }
}
