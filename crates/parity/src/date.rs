//! Dates as HTTP APIs write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

/// From this number on a count is one of milliseconds: in seconds it would be the year 5138.
const MILLISECONDS: i64 = 100_000_000_000;

/// Reads a date: ISO 8601 (without a zone it is UTC), `/Date(1767225600000)/` of OData 2, RFC 2822, seconds or
/// milliseconds since 1970.
pub(crate) fn read(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => counted(number.as_i64()?),
        Value::String(text) => {
            let text = text.trim();
            let iso = || text.parse::<Timestamp>().ok();
            let utc = |at: DateTime| at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
            let bare = || text.parse::<DateTime>().ok().and_then(utc);
            let day = || text.parse::<Date>().ok().and_then(|day| utc(day.at(0, 0, 0, 0)));
            let mail = || Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp());
            iso().or_else(|| of_odata(text)).or_else(bare).or_else(day).or_else(mail)
        }
        _ => None,
    }
}

fn counted(number: i64) -> Option<Timestamp> {
    if number >= MILLISECONDS {
        Timestamp::from_millisecond(number).ok()
    } else {
        Timestamp::from_second(number).ok()
    }
}

/// Reads `/Date(<milliseconds>)/`, perhaps with an offset, which does not move the instant.
///
/// Source: <https://www.odata.org/documentation/odata-version-2-0/json-format/>.
fn of_odata(text: &str) -> Option<Timestamp> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    // A sign that comes first is the number's.
    let end = inner.get(1..)?.find(['+', '-']).map_or(inner.len(), |at| at + 1);
    Timestamp::from_millisecond(inner[..end].parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_instant_is_read_in_every_form() {
        let instant: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for value in [
            json!("2026-01-01T00:00:00Z"),
            json!("2026-01-01T02:00:00+02:00"),
            json!("2026-01-01T00:00:00.000"),
            json!("2026-01-01"),
            json!("/Date(1767225600000)/"),
            json!("/Date(1767225600000+0060)/"),
            json!("Thu, 01 Jan 2026 00:00:00 GMT"),
            json!(1_767_225_600),
            json!(1_767_225_600_000_i64),
        ] {
            assert_eq!(read(&value), Some(instant), "{value}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for value in [json!("soon"), json!(""), json!("/Date()/"), json!(true), json!({})] {
            assert_eq!(read(&value), None, "{value}");
        }
    }
}
