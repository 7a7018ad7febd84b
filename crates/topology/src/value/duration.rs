//! Durations, which carry a unit, and times to live, which need not.

use std::fmt;
use std::str::FromStr;

use schemars::json_schema;
use serde::{Serialize, Serializer};

use crate::Diagnostic;
use crate::decode::{Context, Decode};
use crate::inline_schema;
use crate::tree::Node;

/// A length of time, written with its unit: `500ms`, `30s`, `5m`, `1h`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub std::time::Duration);

/// How long resolvers may keep an answer: a [`Duration`], or a bare number of seconds as in zone
/// files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ttl(pub std::time::Duration);

/// The units, with the milliseconds in each, the greatest first.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Returns the time that a text such as `5m` means.
fn read(text: &str) -> Option<std::time::Duration> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit.trim_start())?;
    let number: u64 = number.parse().ok()?;
    Some(std::time::Duration::from_millis(number.checked_mul(*millis)?))
}

/// Writes a time in the greatest unit that divides it.
fn write(time: std::time::Duration, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let unit = UNITS.iter().find(|(_, size)| millis >= *size && millis % size == 0);
    let (name, size) = unit.copied().unwrap_or(("s", 1000));
    write!(f, "{}{name}", millis / size)
}

impl Duration {
    /// Returns the whole seconds.
    pub fn as_secs(self) -> u64 {
        self.0.as_secs()
    }
}

impl FromStr for Duration {
    type Err = NotADuration;

    fn from_str(text: &str) -> Result<Self, NotADuration> {
        read(text).map(Self).ok_or_else(|| NotADuration(text.to_owned()))
    }
}

/// A text that is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no duration; write a whole number and a unit, such as `30s`, `5m`, `12h` or `7d`"
)]
pub struct NotADuration(pub String);

impl Ttl {
    /// Returns the whole seconds.
    pub fn as_secs(self) -> u64 {
        self.0.as_secs()
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self.0, f)
    }
}

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self.0, f)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Ttl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

inline_schema!(Duration, _ => json_schema!({
    "type": "string",
    "pattern": "^([0-9]+(ms|s|m|h|d)|\\$\\{.*\\})$"
}));

inline_schema!(Ttl, _ => json_schema!({
    "type": ["string", "integer"],
    "minimum": 0,
    "pattern": "^([0-9]+(ms|s|m|h|d)|\\$\\{.*\\})$"
}));

impl Decode for Duration {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let text = cx.scalar(node, "a duration such as `30s`")?;
        if let Some(time) = read(&text) {
            return Some(Self(time));
        }
        let bare = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let diagnostic = if bare {
            Diagnostic::error("missing-unit", &node.place, format!("duration `{text}` has no unit"))
                .help(format!("write `{text}s` for seconds, `{text}m` for minutes"))
        } else {
            not_a_duration(&text, node)
        };
        cx.report(diagnostic);
        None
    }
}

impl Decode for Ttl {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let text = cx.scalar(node, "a time to live such as `60s`")?;
        let bare = text.parse().ok().map(std::time::Duration::from_secs);
        if let Some(time) = bare.or_else(|| read(&text)) {
            return Some(Self(time));
        }
        cx.report(not_a_duration(&text, node));
        None
    }
}

/// Makes the diagnostic of a text that is no duration.
fn not_a_duration(text: &str, node: &Node) -> Diagnostic {
    Diagnostic::error("wrong-type", &node.place, format!("`{text}` is not a duration"))
        .label("not a whole number with a unit")
        .help("write a whole number and `ms`, `s`, `m`, `h` or `d`: `30s`, `5m`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_and_written_back() {
        for text in ["500ms", "30s", "5m", "1h", "7d", "90s"] {
            let duration = Duration(read(text).unwrap());
            assert_eq!(duration.to_string(), text);
        }
        assert_eq!(Duration(read("60s").unwrap()).to_string(), "1m");
        assert_eq!(Duration(read("0s").unwrap()).to_string(), "0s");
    }

    #[test]
    fn what_overflows_is_refused() {
        assert_eq!(read("18446744073709551615d"), None);
        assert_eq!(read("s"), None);
        assert_eq!(read("-3s"), None);
    }
}
