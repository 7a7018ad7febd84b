//! Drift as test results: a case for each resource, failed where Azure has moved.

use std::borrow::Cow;

use plan::{Band, Plan, Risk, Verdict};
use resource::ResourceId;

use crate::drift::word;
use crate::markup::escape;
use crate::model::{Item, Kind, Model};
use crate::page::{Page, TextOptions};
use crate::picture::{Picture, band_name};
use crate::properties::{Voice, write_plain_changes};
use crate::text::tail;

/// Columns of the text inside a failure.
const WIDTH: usize = 110;

/// One resource, or whatever else is looked at by itself, and what became of it.
pub(crate) struct Case<'a> {
    pub suite: String,
    pub name: String,
    pub resource: Option<&'a ResourceId>,
    pub failures: Vec<Failure>,
    pub skipped: Option<Cow<'a, str>>,
}

pub(crate) struct Failure {
    pub kind: String,
    pub message: String,
    pub text: String,
}

/// Renders `plan` as JUnit XML: a suite for each band, a case for each resource of `picture`.
///
/// A case fails where Azure has moved or where the plan is refused for it. It is skipped where only
/// the topology has moved, and where it could not be looked at, so that a green result never speaks
/// of what was not seen. What has failed over is a suite of its own.
pub fn junit(plan: &Plan, picture: &Picture) -> String {
    document(&format!("drift of {}", plan.topology), &plan.topology, &cases(plan, picture))
}

/// Writes the cases of a topology, a suite for each that they name.
pub(crate) fn document(name: &str, topology: &str, cases: &[Case<'_>]) -> String {
    let mut suites: Vec<&str> = vec![];
    for case in cases {
        if !suites.contains(&&case.suite[..]) {
            suites.push(&case.suite);
        }
    }
    let all: Vec<_> = cases.iter().collect();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" {}>\n",
        escape(name),
        counts(&all)
    );
    for suite in suites {
        let cases: Vec<_> = cases.iter().filter(|case| case.suite == suite).collect();
        text.push_str(&format!("  <testsuite name=\"{}\" {}>\n", escape(suite), counts(&cases)));
        for case in cases {
            push_case(&mut text, topology, case);
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn cases<'a>(plan: &'a Plan, picture: &'a Picture) -> Vec<Case<'a>> {
    let mut cases: Vec<Case<'_>> = vec![];
    for (band, nodes) in picture.bands() {
        cases.extend(nodes.into_iter().map(|(_, node)| Case {
            suite: band_name(band),
            name: node.address.clone(),
            resource: Some(&node.resource),
            failures: vec![],
            skipped: None,
        }));
    }
    let model = Model::new(plan);
    for item in model.entries().flat_map(|entry| &entry.items) {
        if item.kind.is_difference() {
            let known = |case: &Case<'_>| case.resource == Some(&item.action.resource);
            let at = cases.iter().position(|case| known(case) || case.name == item.action.address);
            let at = at.unwrap_or_else(|| add(&mut cases, &item.action.band, &item.action.address));
            let found = failure(item);
            match item.verdict() {
                // The next apply is expected to do it: nobody has to look.
                Some(Verdict::Pending) => cases[at].skipped = Some(found.message.into()),
                _ => cases[at].failures.push(found),
            }
        }
    }
    for refusal in &plan.refusals {
        let at = cases.iter().position(|case| case.name == refusal.address);
        let at = at.unwrap_or_else(|| add(&mut cases, &Band::Global, &refusal.address));
        cases[at].failures.push(Failure {
            kind: refusal.code.to_string(),
            message: refusal.message.clone(),
            text: format!("help: {}\n", refusal.help),
        });
    }
    cases.extend(plan.failed_over().map(|notice| Case {
        suite: "failed over".to_owned(),
        name: notice.address.clone(),
        resource: None,
        failures: vec![Failure {
            kind: notice.code.to_string(),
            message: notice.message.clone(),
            text: notice.help.iter().map(|help| format!("help: {help}\n")).collect(),
        }],
        skipped: None,
    }));
    for (id, reason) in &plan.coverage.not_evaluated {
        match cases.iter_mut().find(|case| case.resource == Some(id)) {
            Some(case) => case.skipped = Some(reason.into()),
            None => cases.push(Case {
                suite: "not evaluated".to_owned(),
                name: tail(id),
                resource: Some(id),
                failures: vec![],
                skipped: Some(reason.into()),
            }),
        }
    }
    cases
}

fn add(cases: &mut Vec<Case<'_>>, band: &Band, address: &str) -> usize {
    cases.push(Case {
        suite: band_name(band),
        name: address.to_owned(),
        resource: None,
        failures: vec![],
        skipped: None,
    });
    cases.len() - 1
}

fn failure(item: &Item<'_>) -> Failure {
    let word = word(item.kind, item.verdict());
    let paths: Vec<_> = item.changes.iter().map(|change| &change.path[..]).collect();
    let has_paths = !matches!(item.kind, Kind::Create | Kind::Delete) && !paths.is_empty();
    let message = if has_paths { format!("{word}: {}", paths.join(", ")) } else { word.to_owned() };
    let mut page = Page::new(TextOptions { width: WIDTH, ..TextOptions::default() });
    if has_paths {
        let changes = item.changes.iter().map(|change| (*change, item.verdict_at(&change.path)));
        write_plain_changes(&mut page, changes, Voice::Drift);
    }
    let risks = Risk::ALL.iter().filter(|risk| item.action.risks.contains(risk));
    let mut labels: Vec<&str> = risks.map(|risk| risk.label()).collect();
    labels.dedup();
    let risks = if labels.is_empty() {
        String::new()
    } else {
        format!("risks of putting it back: {}\n", labels.join(", "))
    };
    let text = format!("{}{risks}{}\n", page.into_text(), item.action.resource.as_str());
    Failure { kind: word.replace(' ', "-").to_lowercase(), message, text }
}

fn counts(cases: &[&Case<'_>]) -> String {
    let failed = cases.iter().filter(|case| !case.failures.is_empty()).count();
    let is_skipped = |case: &&&Case<'_>| case.failures.is_empty() && case.skipped.is_some();
    let skipped = cases.iter().filter(is_skipped).count();
    format!(
        "tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\" time=\"0\"",
        cases.len()
    )
}

/// Writes a case; what failed more than once is one failure, as most readers take no more.
fn push_case(text: &mut String, topology: &str, case: &Case<'_>) {
    text.push_str(&format!(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"0\"",
        escape(&format!("{topology}.{}", case.suite.replace(' ', "."))),
        escape(&case.name)
    ));
    if let Some(first) = case.failures.first() {
        let messages: Vec<_> = case.failures.iter().map(|failure| &failure.message[..]).collect();
        let details: String = case.failures.iter().map(|failure| &failure.text[..]).collect();
        text.push_str(&format!(
            ">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
            escape(&first.kind),
            escape(&messages.join("; ")),
            escape(&details)
        ));
    } else if let Some(reason) = &case.skipped {
        let reason = escape(reason);
        text.push_str(&format!(">\n      <skipped message=\"{reason}\"/>\n    </testcase>\n"));
    } else {
        text.push_str("/>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn each_resource_is_a_case_and_differences_are_failures() {
        let plan = Plan { coverage: sample::first_apply().coverage, ..sample::drifted() };
        insta::assert_snapshot!(junit(&plan, &sample::picture()));
    }

    #[test]
    fn nothing_is_green_that_was_not_looked_at() {
        let picture = sample::picture();
        let hidden = picture.nodes[0].resource.clone();
        let mut plan = Plan { actions: vec![], ..sample::drifted() };
        plan.coverage.not_evaluated = [(hidden, "a <lock> & a key".to_owned())].into();
        let text = junit(&plan, &picture);
        assert!(text.contains("failures=\"0\" errors=\"0\" skipped=\"1\""), "{text}");
        assert!(text.contains("<skipped message=\"a &lt;lock&gt; &amp; a key\"/>"), "{text}");
    }

    #[test]
    fn a_refusal_fails_the_case_of_its_address() {
        let text = junit(&sample::refused(), &sample::picture());
        assert!(text.contains("<failure type=\"adoption-not-allowed\""), "{text}");
    }
}
