//! How tenants differ: text, Markdown, JSON and test results.

use parity::{Compared, Difference, Finding, Parity, Shown, Unread};
use serde_json::{Value, json};

use crate::escape;
use crate::junit::{Case, Failure, document};
use crate::markdown::{fence, plain};
use crate::page::{Page, TextOptions, Tone};

/// Stands for values that may be secrets.
const HIDDEN: &str = "(sensitive)";

/// Stands for a field that is not there.
const NONE: &str = "(none)";

/// Columns of a code block, as wide as a plan's.
const WIDTH: usize = 110;

/// Renders how tenants differ, for people.
pub fn parity(parity: &Parity, options: &TextOptions) -> String {
    let mut page = Page::new(*options);
    let tenants = parity.tenants.join(" ↔ ");
    let verdict = verdict(parity);
    page.line(
        0,
        &[
            (Tone::Strong, &parity.topology),
            (Tone::Plain, ": "),
            (Tone::Plain, &tenants),
            (Tone::Plain, ": "),
            (Tone::Strong, &verdict),
        ],
    );
    for compared in &parity.compared {
        write(&mut page, parity, compared);
    }
    page.into_text()
}

/// Renders the same as the Markdown of an issue; its first line is hidden and names the topology.
pub fn parity_markdown(parity: &Parity, limit: usize) -> String {
    let mut text = escape::markdown_marker("parity", &parity.topology);
    text.push_str(&format!(
        "### {}: {}: {}\n",
        plain(&parity.topology),
        plain(&parity.tenants.join(" ↔ ")),
        plain(&verdict(parity))
    ));
    let mut block = String::new();
    let whole = self::parity(parity, &TextOptions { width: WIDTH, styled: false, verbose: false });
    let room = limit.saturating_sub(text.len() + 200);
    for line in whole.split_inclusive('\n').skip(1) {
        if block.len() + line.len() > room {
            block.push_str("\nShortened to fit; `evenkeel parity --external` shows all of it.\n");
            break;
        }
        block.push_str(line);
    }
    let block = block.trim_start_matches('\n');
    let fence = fence(block);
    text.push_str(&format!("\n{fence}text\n{block}{fence}\n"));
    text
}

/// Renders the same as the schema `evenkeel.parity/1`.
pub fn parity_json(parity: &Parity) -> String {
    let compared = parity.compared.iter().map(|compared| {
        let unread = compared.not_evaluated.iter();
        json!({
            "path": compared.path,
            "place": compared.place,
            "counts": compared.counts,
            "fields": compared.fields,
            "findings": compared.findings.iter().map(finding_json).collect::<Vec<_>>(),
            "notEvaluated": unread.map(|Unread { tenant, entry, reason }| {
                json!({ "tenant": tenant, "entry": entry, "reason": reason })
            }).collect::<Vec<_>>(),
        })
    });
    let document = json!({
        "schema": "evenkeel.parity/1",
        "topology": parity.topology,
        "tenants": parity.tenants,
        "same": parity.is_same(),
        "complete": parity.is_complete(),
        "compared": compared.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn finding_json(Finding { tenant, entry, difference }: &Finding) -> Value {
    let mut document = json!({ "tenant": tenant, "entry": entry, "kind": kind(difference) });
    let told = |value: &Shown| match value {
        Shown::Value(text) => Value::from(text.as_str()),
        Shown::Absent | Shown::Sensitive => Value::Null,
    };
    match difference {
        Difference::Lacks => {}
        Difference::Differs { field, first, here } => {
            document["field"] = json!(field);
            document["first"] = told(first);
            document["here"] = told(here);
            document["sensitive"] = json!([first, here].contains(&&Shown::Sensitive));
        }
        Difference::Expires { on, days } => {
            document["on"] = json!(on);
            document["days"] = json!(days);
        }
    }
    document
}

fn kind(difference: &Difference) -> &'static str {
    match difference {
        Difference::Lacks => "lacks",
        Difference::Differs { .. } => "differs",
        Difference::Expires { .. } => "expires",
    }
}

/// Renders the same as JUnit XML: a suite for each comparison, a case for each tenant.
///
/// A case fails where the tenant differs from the first, or where something of it expires. It is skipped
/// where it could not be read.
pub fn parity_junit(parity: &Parity) -> String {
    let cases: Vec<_> =
        parity.compared.iter().flat_map(|compared| cases(parity, compared)).collect();
    document(&format!("parity of {}", parity.topology), &parity.topology, &cases)
}

fn verdict(parity: &Parity) -> String {
    let count = |is: fn(&Difference) -> bool| {
        let findings = parity.compared.iter().flat_map(|compared| &compared.findings);
        findings.filter(|finding| is(&finding.difference)).count()
    };
    let expires = count(|it| matches!(it, Difference::Expires { .. }));
    let different = count(|it| !matches!(it, Difference::Expires { .. }));
    let unread: usize = parity.compared.iter().map(|it| it.not_evaluated.len()).sum();
    let mut parts = vec![];
    match different {
        0 if unread == 0 => parts.push("no differences".to_owned()),
        0 => parts.push("no differences in what could be compared".to_owned()),
        1 => parts.push("1 difference".to_owned()),
        count => parts.push(format!("{count} differences")),
    }
    match expires {
        0 => {}
        1 => parts.push("1 entry expires".to_owned()),
        count => parts.push(format!("{count} entries expire")),
    }
    if unread > 0 {
        parts.push(format!("{unread} not evaluated"));
    }
    parts.join(", ")
}

fn write(page: &mut Page, parity: &Parity, compared: &Compared) {
    let counts = parity.tenants.iter().zip(&compared.counts);
    let counts = counts.map(|(tenant, count)| match count {
        Some(count) => format!("{tenant} {count}"),
        None => format!("{tenant} ?"),
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    let summary = match compared.fields {
        1 => format!("  {counts}; 1 field compared"),
        fields => format!("  {counts}; {fields} fields compared"),
    };
    page.heading(&[(Tone::Strong, &compared.path), (Tone::Quiet, &summary)]);
    for finding in &compared.findings {
        let (tone, mark) = mark(&finding.difference);
        page.hanging(2, (tone, mark), &sentence(parity, finding));
    }
    for unread in &compared.not_evaluated {
        page.hanging(2, (Tone::Loud, "? "), &reason(unread));
    }
    if compared.findings.is_empty() && compared.not_evaluated.is_empty() {
        page.line(2, &[(Tone::Quiet, "the same")]);
    }
}

fn mark(difference: &Difference) -> (Tone, &'static str) {
    match difference {
        Difference::Lacks => (Tone::Removed, "- "),
        Difference::Differs { .. } => (Tone::Changed, "~ "),
        Difference::Expires { .. } => (Tone::Loud, "! "),
    }
}

/// Tells a finding in one line.
fn sentence(parity: &Parity, Finding { tenant, entry, difference }: &Finding) -> String {
    let first = parity.tenants.first().map(String::as_str).unwrap_or_default();
    let quoted = |text: &str| format!("\"{text}\"");
    match difference {
        Difference::Lacks => format!("{tenant} lacks {}", quoted(entry)),
        Difference::Differs { field, first: before, here } => {
            let what = match (&**field, &**entry) {
                ("", "") => "the answer".to_owned(),
                (field, "") => field.to_owned(),
                ("", entry) => quoted(entry),
                (field, entry) => format!("{field} of {}", quoted(entry)),
            };
            if *before == Shown::Sensitive || *here == Shown::Sensitive {
                return format!("{what}: {first} and {tenant} differ {HIDDEN}");
            }
            format!("{what}: {first} {}, {tenant} {}", shown(before), shown(here))
        }
        Difference::Expires { on, days } => {
            let when = match days {
                days if *days < 0 => format!("has expired on {on}"),
                0 => format!("expires on {on}, within a day"),
                1 => format!("expires on {on}, in 1 day"),
                days => format!("expires on {on}, in {days} days"),
            };
            format!("{tenant} {} {when}", quoted(entry))
        }
    }
}

fn shown(value: &Shown) -> &str {
    match value {
        Shown::Value(text) if text.is_empty() => "\"\"",
        Shown::Value(text) => text,
        Shown::Absent => NONE,
        Shown::Sensitive => HIDDEN,
    }
}

fn reason(Unread { tenant, entry, reason }: &Unread) -> String {
    match (&**tenant, &**entry) {
        ("", _) => format!("not evaluated: {reason}"),
        (tenant, "") => format!("{tenant} not evaluated: {reason}"),
        (tenant, entry) => format!("{tenant} \"{entry}\" not evaluated: {reason}"),
    }
}

fn cases<'a>(parity: &'a Parity, compared: &'a Compared) -> Vec<Case<'a>> {
    let mut cases: Vec<Case<'_>> = vec![];
    let everybody = compared.not_evaluated.iter().any(|unread| unread.tenant.is_empty());
    let tenants = parity.tenants.iter().map(String::as_str).chain(everybody.then_some(""));
    for tenant in tenants {
        let found = compared.findings.iter().filter(|finding| finding.tenant == tenant);
        let failures = found.map(|finding| Failure {
            kind: kind(&finding.difference).to_owned(),
            message: sentence(parity, finding),
            text: format!("{}\n", sentence(parity, finding)),
        });
        let unread = compared.not_evaluated.iter().filter(|unread| unread.tenant == tenant);
        let reasons: Vec<_> = unread.map(reason).collect();
        cases.push(Case {
            suite: compared.path.clone(),
            name: if tenant.is_empty() { "all tenants" } else { tenant }.to_owned(),
            resource: None,
            failures: failures.collect(),
            skipped: (!reasons.is_empty()).then(|| reasons.join("; ").into()),
        });
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Parity {
        let differs = |entry: &str, first: Shown, here: Shown| Finding {
            tenant: "eu3".to_owned(),
            entry: entry.to_owned(),
            difference: Difference::Differs { field: "Value".to_owned(), first, here },
        };
        let value = |text: &str| Shown::Value(text.to_owned());
        let expires = |tenant: &str, on: &str, days| Finding {
            tenant: tenant.to_owned(),
            entry: "partner".to_owned(),
            difference: Difference::Expires { on: on.to_owned(), days },
        };
        let lacks = Finding {
            tenant: "eu2".to_owned(),
            entry: "OrderSync / <Receiver>".to_owned(),
            difference: Difference::Lacks,
        };
        let compared = |path: &str, findings, not_evaluated, counts| Compared {
            path: path.to_owned(),
            place: "topology.yaml:9:7".to_owned(),
            counts,
            fields: 12,
            findings,
            not_evaluated,
        };
        let unread = |tenant: &str, entry: &str, reason: &str| Unread {
            tenant: tenant.to_owned(),
            entry: entry.to_owned(),
            reason: reason.to_owned(),
        };
        Parity {
            topology: "integration".to_owned(),
            tenants: vec!["eu2".to_owned(), "eu3".to_owned()],
            compared: vec![
                compared(
                    "/packages",
                    vec![
                        lacks,
                        differs("Flow", value("1.0.7"), value("1.0.6")),
                        differs("smtp.password", Shown::Sensitive, Shown::Sensitive),
                        differs("Flow", Shown::Absent, value("")),
                    ],
                    vec![],
                    vec![Some(4), Some(5)],
                ),
                compared(
                    "/keys",
                    vec![expires("eu2", "2026-12-11", 11), expires("eu3", "2026-11-01", -30)],
                    vec![
                        unread("", "", "no entry has a field `Typ`"),
                        unread("eu3", "", "`/keys` was answered with 503"),
                    ],
                    vec![Some(2), None],
                ),
                compared("/roles", vec![], vec![], vec![Some(1), Some(1)]),
            ],
        }
    }

    #[test]
    fn differences_are_told_by_comparison() {
        insta::assert_snapshot!(parity(&sample(), &TextOptions::default()));
    }

    #[test]
    fn an_issue_holds_the_same_within_its_limit() {
        insta::assert_snapshot!(parity_markdown(&sample(), 64_512));
        let short = parity_markdown(&sample(), 600);
        assert!(short.len() <= 600 && short.contains("Shortened"), "{short}");
    }

    #[test]
    fn programs_get_every_finding() {
        insta::assert_snapshot!(parity_json(&sample()));
    }

    #[test]
    fn a_tenant_that_was_not_read_is_not_green() {
        insta::assert_snapshot!(parity_junit(&sample()));
    }

    #[test]
    fn what_is_the_same_says_so_of_what_was_compared_alone() {
        let mut same = sample();
        same.compared.iter_mut().for_each(|compared| compared.findings.clear());
        assert!(verdict(&same).starts_with("no differences in what could be compared, 2 not"));
        same.compared.iter_mut().for_each(|compared| compared.not_evaluated.clear());
        assert_eq!(verdict(&same), "no differences");
    }
}
