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

/// Tells whether a record leads elsewhere than it should, as DNS has answered. One that is not there leads
/// nobody anywhere.
pub fn leads_elsewhere(record: &ManualRecord, observed: &Observed) -> bool {
    let Some(answer) = observed.dns_answer(&record.name, &record.record_type) else { return false };
    let is_there = answer.found.as_ref().is_ok_and(|found| !found.is_empty());
    is_there
        && tell(record, value_of(record, observed).as_ref().and_then(Value::as_str), answer)
            .is_some()
}

/// Returns what a record should hold, where that is known already.
fn value_of(record: &ManualRecord, observed: &Observed) -> Option<Value> {
    match Expression::read(&record.value) {
        Some(expression) => resolve(&expression, observed, &BTreeMap::new()),
        None => Some(record.value.clone()),
    }
}

impl ManualRecord {
    /// Tells whether what DNS has found is what the record should hold.
    pub fn is_held_by(&self, found: &[String], value: &str) -> bool {
        let plain = |text: &str| text.trim_matches('"').trim_end_matches('.').to_ascii_lowercase();
        found.iter().any(|found| plain(found) == plain(value))
    }

    /// Returns the record as those have it who must make it: a line of a zone file, and the fields of a form.
    ///
    /// A name within the line is written in full, with its final dot (RFC 1035, 5.1); forms take the part before
    /// the zone, `@` for the zone itself.
    pub fn forms(&self, value: &str) -> Vec<String> {
        let Self { name, record_type, ttl, .. } = self;
        let bare = value.trim_end_matches('.');
        let (line, field) = match record_type.as_str() {
            "TXT" => (format!("\"{}\"", value.replace('"', "\\\"")), value.to_owned()),
            "CNAME" | "NS" | "MX" | "SRV" | "PTR" => (format!("{bare}."), bare.to_owned()),
            _ => (value.to_owned(), value.to_owned()),
        };
        let label = self.label();
        vec![
            format!("zone file: {name}. {ttl} IN {record_type} {line}"),
            format!("form: name `{label}`, type {record_type}, value `{field}`, TTL {ttl}"),
        ]
    }

    /// Returns the name as its zone has it.
    fn label(&self) -> &str {
        let Some(zone) = &self.zone else { return &self.name };
        match self.name.strip_suffix(zone.as_str()) {
            Some("") => "@",
            Some(label) => label.strip_suffix('.').unwrap_or(&self.name),
            None => &self.name,
        }
    }
}

fn tell(record: &ManualRecord, value: Option<&str>, answer: &DnsAnswer) -> Option<Notice> {
    let ManualRecord { address, name, record_type, .. } = record;
    let wanted = value.unwrap_or("(known after apply)");
    let forms = record.forms(wanted).join("; ");
    let (message, help) = match &answer.found {
        Err(error) => (
            format!("could not verify {record_type} `{name}`: {error}"),
            format!("it should be {forms}"),
        ),
        Ok(found) if value.is_some_and(|value| record.is_held_by(found, value)) => return None,
        Ok(found) => {
            let seen = if found.is_empty() {
                "is not there".to_owned()
            } else {
                format!("is `{}`", found.join("`, `"))
            };
            (
                format!("{record_type} `{name}` {seen}; its zone is not in Azure DNS"),
                format!("make it by hand, {forms}"),
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
            zone: Some("corp.example".to_owned()),
            ttl: 300,
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
    fn a_record_is_written_as_providers_have_it() {
        let record = |name: &str, record_type: &str| ManualRecord {
            address: String::new(),
            name: name.to_owned(),
            record_type: record_type.to_owned(),
            value: Value::Null,
            zone: Some("corp.example".to_owned()),
            ttl: 300,
        };
        let forms = record("api.corp.example", "CNAME").forms("main.trafficmanager.net");
        let line = "zone file: api.corp.example. 300 IN CNAME main.trafficmanager.net.";
        let form = "form: name `api`, type CNAME, value `main.trafficmanager.net`, TTL 300";
        assert_eq!(forms, [line, form]);
        let proof = &record("corp.example", "TXT").forms("say \"x\"");
        assert_eq!(proof[0], r#"zone file: corp.example. 300 IN TXT "say \"x\"""#);
        assert_eq!(proof[1], "form: name `@`, type TXT, value `say \"x\"`, TTL 300");
    }

    #[test]
    fn nothing_is_right_as_long_as_the_value_is_unknown() {
        let site = resource::ResourceId::in_group("s", "g", "Contoso.Widgets/widgets", "w");
        let value = Expression::reference(&site, "/properties/host").to_value();
        assert_eq!(told(value, Some(Ok(vec!["app.example.net".to_owned()]))).len(), 1);
    }
}
