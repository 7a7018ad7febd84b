//! One value in two forms: IDs, addresses, times, durations, quantities and URLs.

use std::net::IpAddr;

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

/// Tells whether two texts are one value by their form alone: an ID, a GUID, an address, a time, a
/// duration, a quantity or a URL in two spellings.
pub fn resembles(desired: &str, observed: &str) -> bool {
    if desired == observed {
        return true;
    }
    if is_id(desired) || is_id(observed) {
        return id_key(desired) == id_key(observed);
    }
    same_address(desired, observed)
        || is_guid(desired) && desired.eq_ignore_ascii_case(observed)
        || same_time(desired, observed)
        || same_duration(desired, observed)
        || same_quantity(desired, observed)
        || is_word(desired) && desired.eq_ignore_ascii_case(observed)
        || desired.contains("://") && same_url(desired, observed)
        || desired.contains('/') && same_type_name(desired, observed)
}

/// Tells whether `text` is a resource ID, or the part of one that follows the subscription.
pub(super) fn is_id(text: &str) -> bool {
    let text = text.strip_prefix('/').unwrap_or(text);
    let starts =
        |prefix: &str| text.get(..prefix.len()).is_some_and(|t| t.eq_ignore_ascii_case(prefix));
    starts("subscriptions/") || starts("providers/")
}

/// Returns the form that equal IDs share.
///
/// Budgets and diagnostic settings answer IDs without the first slash, role definitions get the
/// subscription put before `/providers`, and a blank in a name is answered as `%20`.
pub(super) fn id_key(text: &str) -> String {
    let lower = text.trim_matches('/').to_ascii_lowercase().replace("%20", " ");
    const DEFINITION: &str = "providers/microsoft.authorization/roledefinitions/";
    match lower.find(DEFINITION) {
        Some(at) => lower[at..].to_owned(),
        None => lower,
    }
}

/// An address is the network of itself alone.
fn same_address(desired: &str, observed: &str) -> bool {
    let bare = |text: &str| -> Option<IpAddr> {
        let text = text.strip_suffix("/32").or(text.strip_suffix("/128")).unwrap_or(text);
        text.parse().ok()
    };
    let network = |text: &str| -> Option<(IpAddr, u8)> {
        let (address, length) = text.split_once('/')?;
        Some((address.parse().ok()?, length.parse().ok()?))
    };
    matches!((bare(desired), bare(observed)), (Some(a), Some(b)) if a == b)
        || matches!((network(desired), network(observed)), (Some(a), Some(b)) if a == b)
}

pub(super) fn same_host(desired: &str, observed: &str) -> bool {
    host_key(desired) == host_key(observed) || resembles(desired, observed)
}

/// Returns the form that equal host names share: without case and final dot, Unicode as Punycode.
fn host_key(text: &str) -> String {
    let bare = text.strip_suffix('.').unwrap_or(text);
    if bare.is_ascii() {
        bare.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(bare).unwrap_or_else(|_| bare.to_lowercase())
    }
}

pub(super) fn same_url(desired: &str, observed: &str) -> bool {
    let split = |text: &str| {
        let text = text.strip_suffix('/').unwrap_or(text).to_owned();
        let start = text.find("://").map_or(0, |at| at + 3);
        let end = text[start..].find('/').map_or(text.len(), |at| start + at);
        (text[..end].to_ascii_lowercase(), text[end..].to_owned())
    };
    split(desired) == split(observed)
}

fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// One word such as an enumeration holds.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// `Microsoft.Storage` or `microsoft.insights/components`.
fn same_type_name(desired: &str, observed: &str) -> bool {
    desired.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("microsoft."))
        && desired.eq_ignore_ascii_case(observed)
}

fn same_time(desired: &str, observed: &str) -> bool {
    let starts_with_digits =
        |text: &str| text.len() >= 19 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    starts_with_digits(desired)
        && starts_with_digits(observed)
        && matches!((instant(desired), instant(observed)), (Some(a), Some(b)) if a == b)
}

/// A time without a zone is one in UTC, as ARM's providers answer it.
fn instant(text: &str) -> Option<Timestamp> {
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

fn same_duration(desired: &str, observed: &str) -> bool {
    matches!((duration(desired), duration(observed)), (Some(a), Some(b)) if a == b)
}

fn duration(text: &str) -> Option<SignedDuration> {
    if !text.starts_with(['P', 'p']) {
        return timespan(text);
    }
    let span: Span = text.parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

/// .NET's `[days.]hours:minutes:seconds`.
fn timespan(text: &str) -> Option<SignedDuration> {
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) if clock.contains(':') => (days.parse().ok()?, clock),
        _ => (0_i64, text),
    };
    let parts: Vec<i64> = clock.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [hours, minutes, secs] = parts[..] else { return None };
    let hours = i64::checked_add(days.checked_mul(24)?, hours)?;
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    Some(SignedDuration::from_secs(minutes.checked_mul(60)?.checked_add(secs)?))
}

/// Kubernetes quantities: `1.0Gi` is `1Gi`.
fn same_quantity(desired: &str, observed: &str) -> bool {
    let split = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = text[..end].parse().ok()?;
        Some((number.to_bits(), text[end..].to_owned()))
    };
    matches!((split(desired), split(observed)), (Some(a), Some(b))
        if a == b && ["m", "k", "Ki", "M", "Mi", "G", "Gi", "T", "Ti"].contains(&a.1.as_str()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_clock_and_an_iso_duration_are_one() {
        assert!(resembles("1.00:05:00", "P1DT5M"));
        assert!(!resembles("00:05:00", "PT6M"));
    }

    proptest! {
        #[test]
        fn any_two_texts_can_be_compared(a in "[/a-zP0-9:.TZé%-]{0,24}", b in "[/a-zP0-9:.TZé%-]{0,24}") {
            prop_assert!(resembles(&a, &a));
            prop_assert_eq!(resembles(&a, &b), resembles(&b, &a));
        }

        #[test]
        fn any_clock_can_be_read(days in any::<i64>(), hours in any::<i64>(), secs in any::<i64>()) {
            timespan(&format!("{days}.{hours}:0:{secs}"));
        }
    }
}
