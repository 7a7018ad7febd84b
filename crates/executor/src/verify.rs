//! Waiting for Azure or the world to be as later actions need it.

use std::time::Duration;

use plan::{Action, Done};
use resource::secret::is_secret_text;
use serde_json::Value;

use crate::resolve::{UsedSecrets, text_of};
use crate::run::Run;
use crate::{ActionError, Answered, Probe};

/// The wait between two looks at a resource.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// The wait between two probes, and between two DNS queries: Traffic Manager's fast interval.
const ASK_AGAIN: Duration = Duration::from_secs(10);

/// Returns a text that a message tells, unless it holds a secret.
fn shown(text: &str) -> &str {
    if is_secret_text(text) { "(sensitive)" } else { text }
}

impl Run<'_> {
    /// Reads the resource until a property is there and has one of `values`.
    pub async fn wait_for(
        &self,
        action: &Action,
        pointer: &str,
        values: &[Value],
        timeout_secs: u64,
    ) -> Result<Done, ActionError> {
        let is_right = |found: &Value| values.is_empty() || values.iter().any(|v| same(v, found));
        let what = format!("`{}` of `{}` is not as needed", pointer, action.resource);
        self.until(action, &what, timeout_secs, LOOK_AGAIN, async || {
            let found = self.read(&action.resource, &action.api_version).await?;
            let value = found.as_ref().and_then(|found| found.body.pointer(pointer));
            Ok(match value.filter(|value| !value.is_null() && **value != "") {
                Some(value) if is_right(value) => None,
                Some(value) => Some(value.to_string()),
                None => Some("nothing".to_owned()),
            })
        })
        .await
    }

    /// Probes a URL until it answers as expected.
    pub async fn probe(
        &self,
        action: &Action,
        url: &Value,
        headers: &[(String, Value)],
        expected: (&[(u16, u16)], Option<&str>),
        timeout_secs: u64,
        used: &mut UsedSecrets,
    ) -> Result<Done, ActionError> {
        let (expected, holds) = expected;
        let url = text_of(&self.resolve(url, used).await?)?;
        let mut resolved = Vec::with_capacity(headers.len());
        for (name, value) in headers {
            resolved.push((name.clone(), text_of(&self.resolve(value, used).await?)?));
        }
        let holds = holds.map(str::to_owned);
        let wanted = holds.as_ref().map(|text| format!(" and {text:?}")).unwrap_or_default();
        let probe = Probe { url: url.clone(), headers: resolved, holds };
        let what = format!("`{}` did not answer with {}{wanted}", shown(&url), ranges(expected));
        self.until(action, &what, timeout_secs, ASK_AGAIN, async || {
            Ok(match self.world.probe(&probe).await {
                // What turns us away shows nothing of itself.
                Ok(Answered { status, is_held }) if is_expected(status, expected) => {
                    let is_right = is_held || (400..500).contains(&status);
                    (!is_right).then(|| format!("{status} without that text"))
                }
                Ok(Answered { status, .. }) => Some(status.to_string()),
                Err(error) => Some(error.to_string()),
            })
        })
        .await
    }

    /// Asks DNS for a record until it has the wanted value.
    pub async fn verify_dns(
        &self,
        action: &Action,
        question: (&str, &str),
        value: &Value,
        timeout_secs: u64,
        required: bool,
        used: &mut UsedSecrets,
    ) -> Result<Done, ActionError> {
        let (name, record_type) = question;
        let wanted = text_of(&self.resolve(value, used).await?)?;
        let what = format!("DNS has no {record_type} record `{name}` with `{}`", shown(&wanted));
        let found = self
            .until(action, &what, timeout_secs, ASK_AGAIN, async || {
                Ok(match self.world.lookup(name, record_type).await {
                    Ok(values) if values.iter().any(|v| same_record(record_type, v, &wanted)) => {
                        None
                    }
                    Ok(values) if values.is_empty() => Some("no such record".to_owned()),
                    Ok(values) => Some(values.join(", ")),
                    Err(error) => Some(error.to_string()),
                })
            })
            .await;
        match found {
            Err(error @ ActionError::TimedOut { .. }) if !required => {
                self.progress.waiting(action, &error.to_string());
                Ok(Done::Now)
            }
            other => other,
        }
    }

    /// Waits, for what no request can tell.
    pub async fn wait(&self, secs: u64) -> Result<Done, ActionError> {
        tokio::select! {
            () = self.writer.reader().pause(Duration::from_secs(secs)) => Ok(Done::Now),
            () = self.cancel.drain.cancelled() => Err(ActionError::Interrupted),
        }
    }

    /// Asks until there is nothing left to complain of. What only waits ends with the first
    /// interruption: nothing is under way in Azure that would have to be seen to its end.
    async fn until(
        &self,
        action: &Action,
        what: &str,
        timeout_secs: u64,
        again: Duration,
        ask: impl AsyncFn() -> Result<Option<String>, ActionError>,
    ) -> Result<Done, ActionError> {
        let mut watch = self.writer.reader().stopwatch();
        for asked in 0.. {
            let Some(seen) = ask().await? else {
                return Ok(if asked == 0 { Done::Before } else { Done::Now });
            };
            if watch.elapsed() >= Duration::from_secs(timeout_secs) {
                let what = what.to_owned();
                return Err(ActionError::TimedOut { what, secs: timeout_secs, seen });
            }
            self.progress.waiting(action, &format!("{what}; last seen was {seen}"));
            tokio::select! {
                () = watch.pause(again) => {}
                () = self.cancel.drain.cancelled() => return Err(ActionError::Interrupted),
            }
        }
        unreachable!("the questions are not counted to an end")
    }
}

fn same(wanted: &Value, found: &Value) -> bool {
    match (wanted.as_str(), found.as_str()) {
        (Some(wanted), Some(found)) => wanted.eq_ignore_ascii_case(found),
        _ => wanted == found,
    }
}

/// Names compare without case and final dot; the text of a TXT record letter for letter.
fn same_record(record_type: &str, found: &str, wanted: &str) -> bool {
    if record_type.eq_ignore_ascii_case("TXT") {
        found == wanted
    } else {
        found.trim_end_matches('.').eq_ignore_ascii_case(wanted.trim_end_matches('.'))
    }
}

fn is_expected(status: u16, expected: &[(u16, u16)]) -> bool {
    expected.iter().any(|(low, high)| (*low..=*high).contains(&status))
}

fn ranges(expected: &[(u16, u16)]) -> String {
    let range = |(low, high): &(u16, u16)| {
        if low == high { low.to_string() } else { format!("{low}-{high}") }
    };
    expected.iter().map(range).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_of_records_compare_differently() {
        assert!(same_record("CNAME", "App.Example.com.", "app.example.com"));
        assert!(!same_record("TXT", "ABC", "abc"));
    }

    #[test]
    fn expected_statuses_are_inclusive_ranges() {
        let expected = [(200, 299), (401, 401)];
        assert!(is_expected(299, &expected) && is_expected(401, &expected));
        assert!(!is_expected(300, &expected));
        assert_eq!(ranges(&expected), "200-299, 401");
    }
}
