//! Which API versions are answered.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types>.

use jiff::ToSpan;
use jiff::civil::Date;
use resource::ResourceType;

use crate::kind::Kind;
use crate::kind::azure::Azure;
use crate::wire::answer::Answer;

/// Versions are published under a date that may lie some months ahead.
const DAYS_AHEAD: i64 = 183;

/// Refuses a version that is none, and one that the type does not have.
pub(crate) fn check(azure: &Azure, kind: &ResourceType, given: &str) -> Result<(), Answer> {
    let known = azure.kind_of(kind).versions;
    let Some(date) = date_of(given).filter(|date| *date <= newest_date(azure)) else {
        let supported = known.join(",");
        let text = format!(
            "The api-version '{given}' is invalid. The supported versions are '{supported}'."
        );
        return Err(Answer::error(400, "InvalidApiVersionParameter", text));
    };
    if is_known(azure.kind_of(kind), given, date) {
        return Ok(());
    }
    let (namespace, name) = kind.as_str().split_once('/').unwrap_or_default();
    let supported = known.join(", ");
    let text = format!(
        "No registered resource provider found for location '' and API version '{given}' for type \
         '{name}' of namespace '{namespace}'. The supported api-versions are '{supported}'."
    );
    Err(Answer::error(400, "NoRegisteredProviderFound", text))
}

/// What is newer than all that was known when this was written is taken to exist.
fn is_known(kind: &Kind, given: &str, date: Date) -> bool {
    let newest = kind.versions.iter().filter_map(|known| date_of(known)).max();
    newest.is_none_or(|newest| date > newest) || kind.versions.contains(&given)
}

/// Reads `2024-11-01` or `2024-11-01-preview`.
fn date_of(version: &str) -> Option<Date> {
    let date = version.get(..10)?.parse().ok()?;
    let rest = version.get(10..)?;
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric());
    (rest.is_empty() || rest.strip_prefix('-').is_some_and(is_word)).then_some(date)
}

fn newest_date(azure: &Azure) -> Date {
    let now = jiff::Timestamp::from_millisecond(azure.now as i64).unwrap_or_default();
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    today.saturating_add(DAYS_AHEAD.days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_dates_that_exist() {
        let date = date_of("2024-11-01");
        assert!(date.is_some() && date == date_of("2024-11-01-preview"));
        for none in ["banana", "2024-13-01", "2023-02-29", "2024-11-01-", "2024-11-01x", "1"] {
            assert_eq!(date_of(none), None, "{none}");
        }
    }
}
