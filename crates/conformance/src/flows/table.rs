//! The score, for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::judge::Verdict;

/// The numbers of one type.
#[derive(Default)]
struct Row {
    exchanges: usize,
    statuses: usize,
    headers: usize,
    wrong_headers: usize,
    wrong_codes: usize,
    properties: usize,
    unlike: usize,
}

impl Row {
    fn add(&mut self, verdict: &Verdict) {
        self.exchanges += 1;
        self.statuses += usize::from(verdict.is_status_right());
        self.headers += verdict.headers;
        self.wrong_headers += verdict.wrong_headers.len();
        self.wrong_codes += usize::from(verdict.wrong_code.is_some());
        self.properties += verdict.likeness.total;
        self.unlike += verdict.likeness.unlike.len();
    }

    fn cells(&self) -> [String; 5] {
        let alike = self.properties - self.unlike;
        let share = if self.properties == 0 {
            100.0
        } else {
            alike as f64 / self.properties as f64 * 100.0
        };
        [
            format!("{}/{}", self.statuses, self.exchanges),
            format!("{}/{}", self.headers - self.wrong_headers, self.headers),
            self.wrong_codes.to_string(),
            format!("{alike}/{}", self.properties),
            format!("{share:.1} %"),
        ]
    }
}

const HEADS: [&str; 5] = ["statuses", "headers", "codes off", "properties", "share"];

/// Renders a line for each type that the simulator models and one for all.
pub fn by_type<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> String {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    let mut total = Row::default();
    for verdict in verdicts {
        let name = verdict.resource_type.key();
        if verdict.is_covered {
            rows.entry(name).or_default().add(verdict);
            total.add(verdict);
        } else {
            *others.entry(name).or_default() += 1;
        }
    }
    let width = rows.keys().map(String::len).max().unwrap_or_default();
    let mut text = format!("{:width$}", "type");
    for head in HEADS {
        let _ = write!(text, " {head:>11}");
    }
    text.push('\n');
    for (name, row) in rows.iter().chain([(&"all".to_owned(), &total)]) {
        let _ = write!(text, "{name:width$}");
        for cell in row.cells() {
            let _ = write!(text, " {cell:>11}");
        }
        text.push('\n');
    }
    for (name, exchanges) in others {
        let _ = writeln!(text, "not covered: {name} ({exchanges})");
    }
    text
}

/// Renders all that is wrong with one exchange.
pub fn failure(verdict: &Verdict) -> String {
    let mut text = String::new();
    let (azure, ours) = verdict.status;
    if azure != ours {
        let _ = writeln!(text, "    status {azure} in Azure, got {ours}");
    }
    for problem in &verdict.wrong_headers {
        let _ = writeln!(text, "    {problem}");
    }
    if let Some((azure, ours)) = &verdict.wrong_code {
        let _ = writeln!(text, "    code `{azure}` in Azure, got `{ours}`");
    }
    for unlike in &verdict.likeness.unlike {
        let cut = |text: String| text.chars().take(100).collect::<String>();
        let azure = cut(unlike.azure.to_string());
        let ours = unlike.simulated.as_ref().map_or("nothing".to_owned(), |v| cut(v.to_string()));
        let _ = writeln!(text, "    {}: {azure} in Azure, got {ours}", unlike.path);
    }
    if text.is_empty() { text } else { format!("  {}\n{text}", verdict.exchange) }
}
