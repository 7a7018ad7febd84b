//! The score, for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use planner::diff::Why;

use super::Verdict;
use super::mutation::Outcome;

/// The numbers of one type.
#[derive(Default)]
struct Row {
    cases: usize,
    false_differences: usize,
    tried: usize,
    missed: usize,
    write_only: usize,
    read_only: usize,
    decided: usize,
    embedded: usize,
    no_difference: usize,
}

impl Row {
    fn add(&mut self, verdict: &Verdict) {
        let not_compared = |why| verdict.count(|outcome| *outcome == Outcome::NotCompared(why));
        self.cases += 1;
        self.false_differences += verdict.false_differences.len();
        self.tried += verdict.tried();
        self.missed += verdict.missed();
        self.write_only += not_compared(Why::WriteOnly);
        self.read_only += not_compared(Why::ReadOnly);
        self.decided += not_compared(Why::Decided);
        self.embedded += not_compared(Why::Embedded);
        self.no_difference += verdict
            .count(|outcome| matches!(outcome, Outcome::EqualsAbsence | Outcome::ServiceMade));
    }

    fn cells(&self) -> [usize; 9] {
        [
            self.cases,
            self.false_differences,
            self.tried,
            self.missed,
            self.write_only,
            self.read_only,
            self.decided,
            self.embedded,
            self.no_difference,
        ]
    }
}

const HEADS: [&str; 9] = [
    "cases",
    "false",
    "tried",
    "missed",
    "write-only",
    "read-only",
    "decided",
    "embedded",
    "no-op",
];

/// Renders a line for each type and one for all.
///
/// `tried` mutations had to be reported. The last five columns count what could not be: values
/// that Azure never returns, that the service sets or decides, that describe a resource which is
/// only referred to, and mutations that mean no difference (a removed `false` or default, a member
/// such as the service adds).
pub fn by_type(verdicts: &[Verdict]) -> String {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut total = Row::default();
    for verdict in verdicts {
        rows.entry(verdict.case.resource_type.clone()).or_default().add(verdict);
        total.add(verdict);
    }
    let width = rows.keys().map(String::len).max().unwrap_or_default();
    let mut text = format!("{:width$}", "type");
    for head in HEADS {
        let _ = write!(text, " {head:>10}");
    }
    text.push('\n');
    for (name, row) in rows.iter().chain([(&"all".to_owned(), &total)]) {
        let _ = write!(text, "{name:width$}");
        for cell in row.cells() {
            let _ = write!(text, " {cell:>10}");
        }
        text.push('\n');
    }
    text
}

/// Renders every failure.
pub fn failures(verdicts: &[Verdict]) -> String {
    let mut text = String::new();
    for verdict in verdicts.iter().filter(|verdict| !verdict.passed()) {
        let _ = writeln!(text, "{} ({})", verdict.case.id, verdict.case.api_version);
        for change in &verdict.false_differences {
            let show = |value: &Option<serde_json::Value>| {
                value.as_ref().map_or("nothing".to_owned(), |value| {
                    value.to_string().chars().take(160).collect()
                })
            };
            let (before, after) = (show(&change.before), show(&change.after));
            let _ = writeln!(text, "  false: {}: {before} -> {after}", change.path);
        }
        for (mutation, outcome) in &verdict.mutations {
            if outcome.is_miss() {
                let kind = mutation.kind.name();
                let reported = outcome.reported().join(", ");
                let outcome = outcome.name();
                let _ = writeln!(text, "  {outcome}: {kind} {} [{reported}]", mutation.path);
            }
        }
    }
    text
}
