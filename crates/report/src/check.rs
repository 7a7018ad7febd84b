//! How what a topology leads to has answered: text and JSON.

use serde_json::{Value, json};

use crate::page::{Page, TextOptions, Tone};

/// What came of asking everything that a topology leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The application's name.
    pub topology: String,
    /// What its routers lead to.
    pub doors: Vec<Door>,
    /// The records that somebody else must keep.
    pub records: Vec<CheckedRecord>,
}

/// One member of a router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Its address.
    pub address: String,
    /// How it was asked, as its router does and by each name.
    pub visits: Vec<Visited>,
}

/// One request to a member of a router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visited {
    /// The name that was asked for in TLS and in `Host`; none where it was asked as its router does.
    pub name: Option<String>,
    /// The address that was asked for.
    pub url: String,
    /// The certificate, where the connection has one and it counts.
    pub certificate: Option<Certificate>,
    /// The status, or why there is none.
    pub status: Result<u16, String>,
    /// The beginning of the answer.
    pub body: String,
    /// What is not as it should be.
    pub faults: Vec<String>,
}

/// A certificate as it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it is for.
    pub names: Vec<String>,
    /// The last day, by UTC.
    pub until: String,
    /// How many days are left; negative where it has ended.
    pub days: i64,
}

/// A record that is not Evenkeel's to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedRecord {
    /// The full name.
    pub name: String,
    /// `CNAME` or `TXT`.
    pub kind: String,
    /// What it should hold, where that is known.
    pub wanted: Option<String>,
    /// What it holds, or why nobody knows.
    pub found: Result<Vec<String>, String>,
    /// True where it is right.
    pub is_right: bool,
    /// How it is written where it has to be made.
    pub forms: Vec<String>,
}

impl Checked {
    /// Tells whether everything is as it should be.
    pub fn is_well(&self) -> bool {
        self.doors.iter().flat_map(|door| &door.visits).all(|visit| visit.faults.is_empty())
            && self.records.iter().all(|record| record.is_right)
    }
}

/// Renders what came of asking, for people.
pub fn check(checked: &Checked, options: &TextOptions) -> String {
    let mut page = Page::new(*options);
    let visits = || checked.doors.iter().flat_map(|door| &door.visits);
    let bad = visits().filter(|visit| !visit.faults.is_empty()).count()
        + checked.records.iter().filter(|record| !record.is_right).count();
    let verdict = match bad {
        0 => "all is well".to_owned(),
        1 => "1 is not well".to_owned(),
        count => format!("{count} are not well"),
    };
    page.line(
        0,
        &[(Tone::Strong, &checked.topology), (Tone::Plain, ": "), (Tone::Strong, &verdict)],
    );
    for door in &checked.doors {
        page.heading(&[(Tone::Strong, &door.address)]);
        door.visits.iter().for_each(|visit| write_visit(&mut page, visit));
    }
    if !checked.records.is_empty() {
        page.heading(&[(Tone::Strong, "DNS")]);
        checked.records.iter().for_each(|record| write_record(&mut page, record));
    }
    page.into_text()
}

fn mark(is_well: bool) -> (Tone, &'static str) {
    if is_well { (Tone::Added, "ok   ") } else { (Tone::Loss, "FAIL ") }
}

fn write_visit(page: &mut Page, visit: &Visited) {
    let who = match &visit.name {
        Some(name) => format!("{name} at {}", visit.url),
        None => format!("as its router asks, {}", visit.url),
    };
    let status = match &visit.status {
        Ok(status) => format!(": {status}"),
        Err(_) => String::new(),
    };
    page.hanging(2, mark(visit.faults.is_empty()), &format!("{who}{status}"));
    if let Some(Certificate { names, until, days }) = &visit.certificate {
        let names = names.join(", ");
        page.hanging(
            7,
            (Tone::Quiet, "certificate "),
            &match days {
                days if *days < 0 => format!("of {names}, ended {until}"),
                days => format!("of {names}, until {until} ({days} days)"),
            },
        );
    }
    if !visit.body.is_empty() {
        page.hanging(7, (Tone::Quiet, "says "), &visit.body);
    }
    for fault in &visit.faults {
        page.hanging(7, (Tone::Loss, ""), fault);
    }
}

fn write_record(page: &mut Page, record: &CheckedRecord) {
    let wanted = record.wanted.as_deref().unwrap_or("(known after apply)");
    let found = match &record.found {
        Ok(_) if record.is_right => String::new(),
        Ok(found) if found.is_empty() => ": not there".to_owned(),
        Ok(found) => format!(": found {}", found.join(", ")),
        Err(error) => format!(": {error}"),
    };
    let text = format!("{} {} {wanted}{found}", record.name, record.kind);
    page.hanging(2, mark(record.is_right), &text);
    for form in record.forms.iter().filter(|_| !record.is_right) {
        page.hanging(7, (Tone::Quiet, ""), form);
    }
}

/// Renders the same as the schema `evenkeel.check/1`.
pub fn check_json(checked: &Checked) -> String {
    let doors = checked.doors.iter().map(|door| {
        let visits = door.visits.iter().map(visit_json).collect::<Vec<_>>();
        json!({ "address": door.address, "visits": visits })
    });
    let records = checked.records.iter().map(|record| {
        json!({
            "name": record.name,
            "type": record.kind,
            "wanted": record.wanted,
            "found": record.found.as_ref().ok(),
            "error": record.found.as_ref().err(),
            "right": record.is_right,
            "forms": record.forms,
        })
    });
    let document = json!({
        "schema": "evenkeel.check/1",
        "topology": checked.topology,
        "well": checked.is_well(),
        "doors": doors.collect::<Vec<_>>(),
        "records": records.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn visit_json(visit: &Visited) -> Value {
    let certificate = visit.certificate.as_ref().map(|certificate| {
        json!({
            "names": certificate.names,
            "until": certificate.until,
            "days": certificate.days,
        })
    });
    json!({
        "name": visit.name,
        "url": visit.url,
        "certificate": certificate,
        "status": visit.status.as_ref().ok(),
        "body": visit.body,
        "faults": visit.faults,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Checked {
        let visit = |name: Option<&str>, status, faults: &[&str]| Visited {
            name: name.map(str::to_owned),
            url: "https://eu2.tenants.example.net/api/ping".to_owned(),
            certificate: name.map(|name| Certificate {
                names: vec![name.to_owned(), format!("www.{name}")],
                until: "2027-02-09".to_owned(),
                days: 71,
            }),
            status,
            body: "everything is green".to_owned(),
            faults: faults.iter().map(|fault| (*fault).to_owned()).collect(),
        };
        let record = |name: &str, found, is_right| CheckedRecord {
            name: name.to_owned(),
            kind: "CNAME".to_owned(),
            wanted: Some("main.trafficmanager.net".to_owned()),
            found,
            is_right,
            forms: vec![format!("{name}. 300 IN CNAME main.trafficmanager.net.")],
        };
        Checked {
            topology: "integration".to_owned(),
            doors: vec![Door {
                address: "trafficManager/main/endpoints/eu2".to_owned(),
                visits: vec![
                    visit(None, Ok(200), &[]),
                    visit(Some("api.corp.example"), Ok(404), &["it must answer with 200-299"]),
                    Visited {
                        certificate: None,
                        body: String::new(),
                        ..visit(
                            Some("www.corp.example"),
                            Err("timed out".to_owned()),
                            &["no answer: timed out"],
                        )
                    },
                ],
            }],
            records: vec![
                record("api.corp.example", Ok(vec!["main.trafficmanager.net".to_owned()]), true),
                record("www.corp.example", Ok(vec![]), false),
            ],
        }
    }

    #[test]
    fn each_visit_tells_certificate_status_and_answer() {
        insta::assert_snapshot!(check(&sample(), &TextOptions::default()));
    }

    #[test]
    fn programs_get_all_of_it() {
        insta::assert_snapshot!(check_json(&sample()));
    }
}
