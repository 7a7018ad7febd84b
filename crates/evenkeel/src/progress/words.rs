//! Times in words.

use std::time::Duration;

/// Returns how long something took: `4.2 s`, `2 m 10 s`.
pub fn took(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        _ => whole(time),
    }
}

/// Returns a time in whole seconds: `4 s`, `4 m`, `2 m 10 s`, `1 h 5 m`.
pub fn whole(time: Duration) -> String {
    let secs = time.as_secs();
    let (hours, minutes, seconds) = (secs / 3600, secs / 60 % 60, secs % 60);
    match (hours, minutes, seconds) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} m"),
        (0, minutes, seconds) => format!("{minutes} m {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} m"),
    }
}

/// Returns a time as roughly as it is known: in steps of ten seconds below two minutes, then in
/// minutes.
pub fn rough(time: Duration) -> String {
    let step = if time.as_secs() < 120 { 10 } else { 60 };
    let secs = time.as_millis().div_ceil(1000).div_ceil(step) * step;
    whole(Duration::from_secs(u64::try_from(secs).unwrap_or(u64::MAX)))
}

/// Returns a time that is waited for, its last second begun: `0.3 s` left are `1 s`.
pub fn until(time: Duration) -> String {
    whole(Duration::from_secs(u64::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        let told = |secs| whole(Duration::from_secs(secs));
        assert_eq!([told(0), told(59), told(60)], ["0 s", "59 s", "1 m"]);
        assert_eq!([told(130), told(3600), told(3905)], ["2 m 10 s", "1 h", "1 h 5 m"]);
        assert_eq!(took(Duration::from_millis(4_180)), "4.2 s");
        assert_eq!(took(Duration::from_millis(64_180)), "1 m 4 s");
    }

    #[test]
    fn estimates_are_no_more_exact_than_they_are() {
        let told = |millis| rough(Duration::from_millis(millis));
        assert_eq!([told(0), told(1), told(61_000)], ["0 s", "10 s", "1 m 10 s"]);
        assert_eq!([told(119_500), told(247_000)], ["2 m", "5 m"]);
    }
}
