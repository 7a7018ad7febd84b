//! Drift as the text of an issue.

use plan::Plan;

use crate::drift::{basis, drift, headline, no_drift, without_steps, word};
use crate::escape;
use crate::markdown::{code, fence, plain, push_notices};
use crate::model::Model;
use crate::page::TextOptions;
use crate::text::closing;

/// A hidden line of a drift's Markdown where something could not be looked at.
///
/// Who closes an issue because drift is gone keeps it open where this line stands: what was not seen
/// may have moved.
pub const NOT_EVALUATED_MARKER: &str = "<!-- evenkeel:not-evaluated -->";

/// Columns of the code block, as wide as a plan's.
const WIDTH: usize = 110;

/// How much is told, from all to the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    /// Each resource, then each of its properties.
    Full,
    /// Each resource by name.
    Names,
    /// How many.
    Counts,
}

/// Renders `plan` as the Markdown of an issue about drift, of at most `limit` bytes where names fit.
///
/// It begins with a hidden marker, by which the issue is found again.
pub fn drift_markdown(plan: &Plan, limit: usize) -> String {
    let whole = Model::new(plan);
    let model = without_steps(&whole);
    let mut text = String::new();
    for detail in [Detail::Full, Detail::Names, Detail::Counts] {
        text = issue(&model, detail);
        if text.len() <= limit {
            break;
        }
    }
    text
}

fn issue(model: &Model<'_>, detail: Detail) -> String {
    let plan = model.plan;
    let mut text = escape::markdown_marker("drift", &plan.topology);
    if !plan.coverage.not_evaluated.is_empty() {
        text.push_str(&format!("{NOT_EVALUATED_MARKER}\n"));
    }
    let found: Vec<String> = headline(model).into_iter().map(|(_, words)| words).collect();
    let verdict = match &found[..] {
        [] => no_drift(plan),
        found if plan.verdicts.is_none() && !plan.is_empty() => {
            format!("drifted: {}", found.join(", "))
        }
        found => found.join(", "),
    };
    text.push_str(&format!("### {}: {verdict}\n", plain(&plan.topology)));
    if let Some(words) = basis(model) {
        text.push_str(&format!("\n{}\n", plain(&words)));
    }
    push_refusals(&mut text, plan);
    if detail < Detail::Counts {
        push_notices(&mut text, plan);
        push_names(&mut text, model);
    }
    if detail == Detail::Full && !found.is_empty() {
        let options = TextOptions { width: WIDTH, styled: false, verbose: false };
        let block = drift(plan, &options);
        let fence = fence(&block);
        text.push_str("\n<details open><summary>What moved</summary>\n");
        text.push_str(&format!("\n{fence}text\n{block}{fence}\n\n</details>\n"));
    }
    if detail > Detail::Full {
        text.push_str("\n_Shortened to fit; `evenkeel drift` shows all of it._\n");
    }
    text.push_str(&format!("\n<sub>{}</sub>\n", closing(plan)));
    text
}

fn push_names(text: &mut String, model: &Model<'_>) {
    let entries: Vec<_> = model.entries().collect();
    if !entries.is_empty() {
        text.push('\n');
    }
    for entry in entries {
        let place = match &entry.place[..] {
            "" => String::new(),
            place => format!(" {}", plain(place)),
        };
        text.push_str(&format!(
            "- {}{place}: {}\n",
            code(entry.address),
            word(entry.kind, entry.verdict())
        ));
    }
}

fn push_refusals(text: &mut String, plan: &Plan) {
    if plan.refusals.is_empty() {
        return;
    }
    text.push_str("\n> [!CAUTION]\n> **`evenkeel apply` would refuse to heal this.**\n");
    for refusal in &plan.refusals {
        let (address, help) = (code(&refusal.address), plain(&refusal.help));
        text.push_str(&format!("> - {address}: {}. {help}\n", plain(&refusal.message)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MARKDOWN_LIMIT;
    use crate::sample;

    #[test]
    fn issue_names_what_moved() {
        insta::assert_snapshot!(drift_markdown(&sample::drifted(), MARKDOWN_LIMIT));
    }

    #[test]
    fn issue_of_a_large_drift_fits() {
        let text = drift_markdown(&sample::large(400), MARKDOWN_LIMIT);
        assert!(text.len() <= MARKDOWN_LIMIT, "{}", text.len());
        assert!(text.contains("Shortened to fit"), "{text}");
        assert!(text.starts_with("<!-- evenkeel:drift:"), "{text}");
    }

    #[test]
    fn what_was_not_seen_is_marked() {
        let mut plan = Plan { actions: vec![], ..sample::drifted() };
        assert!(!drift_markdown(&plan, MARKDOWN_LIMIT).contains(NOT_EVALUATED_MARKER));
        let hidden = plan.coverage.unmanaged[0].clone();
        plan.coverage.not_evaluated.insert(hidden, "no right to read it".into());
        let text = drift_markdown(&plan, MARKDOWN_LIMIT);
        assert!(text.lines().nth(1) == Some(NOT_EVALUATED_MARKER), "{text}");
        assert!(text.contains("no drift among the"), "{text}");
    }

    #[test]
    fn healing_that_would_be_refused_is_told() {
        let text = drift_markdown(&sample::refused(), MARKDOWN_LIMIT);
        assert!(text.contains("would refuse to heal"), "{text}");
    }
}
