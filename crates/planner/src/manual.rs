//! Records that only a person can make: what DNS answered for them.

use std::collections::BTreeMap;

use plan::{Code, Notice, Severity};
use resource::{DnsAnswer, Expression, Observed};
use serde_json::Value;

use crate::desired::{Desired, ManualRecord};
use crate::resolve::resolve;

/// Tells which records are missing or wrong; of those that nobody has asked for nothing is told.
pub fn missing(desired: &Desired, observed: &Observed) -> Vec<Notice> {
    let all = desired.manual_records.iter();
    let told = all.filter_map(|record| {
        let answer = observed.dns_answer(&record.name, &record.record_type)?;
        tell(record, value_of(record, observed).as_ref().and_then(Value::as_str), answer)
    });
    told.collect()
}

/// Tells whether a record is as it should be, as far as anybody has looked.
pub fn is_made(record: &ManualRecord, observed: &Observed) -> bool {
    let Some(answer) = observed.dns_answer(&record.name, &record.record_type) else { return true };
    tell(record, value_of(record, observed).as_ref().and_then(Value::as_str), answer).is_none()
}

/// Returns what a record should hold, where that is known already.
fn value_of(record: &ManualRecord, observed: &Observed) -> Option<Value> {
    match Expression::read(&record.value) {
        Some(expression) => resolve(&expression, observed, &BTreeMap::new()),
        None => Some(record.value.clone()),
    }
}

fn tell(record: &ManualRecord, value: Option<&str>, answer: &DnsAnswer) -> Option<Notice> {
    let ManualRecord { address, name, record_type, .. } = record;
    let wanted = value.unwrap_or("(known after apply)");
    let (message, help) = match &answer.found {
        Err(error) => (
            format!("could not verify {record_type} `{name}`: {error}"),
            format!("it should be: {name} {record_type} {wanted}"),
        ),
        Ok(found) if value.is_some_and(|value| holds(found, value)) => return None,
        Ok(found) => {
            let seen = if found.is_empty() {
                "is not there".to_owned()
            } else {
                format!("is `{}`", found.join("`, `"))
            };
            (
                format!("{record_type} `{name}` {seen}; its zone is not in Azure DNS"),
                format!("make it by hand: {name} {record_type} {wanted}"),
            )
        }
    };
    Some(Notice {
        severity: Severity::Warning,
        code: Code::ManualDnsRecord.into(),
        address: address.clone(),
        message,
        help: Some(help),
    })
}

fn holds(found: &[String], value: &str) -> bool {
    let plain = |text: &str| text.trim_matches('"').trim_end_matches('.').to_ascii_lowercase();
    found.iter().any(|found| plain(found) == plain(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(value: Value, found: Option<Result<Vec<String>, String>>) -> Vec<String> {
        let mut desired = Desired::default();
        let (name, record_type) = ("app.corp.example".to_owned(), "CNAME".to_owned());
        desired.manual_records.push(ManualRecord {
            address: "domains/app".to_owned(),
            name: name.clone(),
            record_type: record_type.clone(),
            value,
        });
        let answer = found.map(|found| DnsAnswer { name, record_type, found });
        let observed = Observed { dns: answer.into_iter().collect(), ..Observed::default() };
        missing(&desired, &observed).into_iter().map(|notice| notice.message).collect()
    }

    #[test]
    fn a_record_is_told_that_is_missing_wrong_or_not_to_be_asked_for() {
        let value = || json!("app.example.net");
        let is = |values: &[&str]| Some(Ok(values.iter().map(|it| (*it).to_owned()).collect()));
        assert!(told(value(), None).is_empty());
        assert!(told(value(), is(&["other.net", "\"APP.example.net.\""])).is_empty());
        let gone = "CNAME `app.corp.example` is not there; its zone is not in Azure DNS";
        assert_eq!(told(value(), is(&[])), [gone]);
        let wrong = "CNAME `app.corp.example` is `other.net`; its zone is not in Azure DNS";
        assert_eq!(told(value(), is(&["other.net"])), [wrong]);
        let silent = "could not verify CNAME `app.corp.example`: no answer";
        assert_eq!(told(value(), Some(Err("no answer".to_owned()))), [silent]);
    }

    #[test]
    fn nothing_is_right_as_long_as_the_value_is_unknown() {
        let site = resource::ResourceId::in_group("s", "g", "Contoso.Widgets/widgets", "w");
        let value = Expression::reference(&site, "/properties/host").to_value();
        assert_eq!(told(value, Some(Ok(vec!["app.example.net".to_owned()]))).len(), 1);
    }
}
