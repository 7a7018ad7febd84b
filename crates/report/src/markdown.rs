//! A plan as one comment on a pull request.

use plan::Plan;

use crate::entry;
use crate::escape;
use crate::finding::unseen;
use crate::model::{Entry, Kind, Model};
use crate::page::{Page, TextOptions};
use crate::risks::{Section, sections};
use crate::text::{closing, counts, no_changes, resources};

/// The bytes that a comment may have: GitHub takes 65,536 characters, and who posts it adds a line.
pub const MARKDOWN_LIMIT: usize = 65_536 - 1_024;

/// Columns of the code blocks; wider than a terminal, as a comment scrolls.
const WIDTH: usize = 110;

/// Reasons that are told for what could not be looked at.
const REASONS: usize = 6;

/// How much is told of what is neither a delete nor a replacement, from all to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    Full,
    /// Creates and steps by their first line.
    FoldCreates,
    /// All changes by their first line.
    FoldChanges,
    /// Stamps as a count of their changes.
    CountStamps,
    /// Every band as a count of its changes.
    CountAll,
    /// Deletes and replacements by name alone, without notices.
    NamesOnly,
}

const DETAILS: [Detail; 6] = [
    Detail::Full,
    Detail::FoldCreates,
    Detail::FoldChanges,
    Detail::CountStamps,
    Detail::CountAll,
    Detail::NamesOnly,
];

/// Renders `plan` as a Markdown comment of at most `limit` bytes ([`MARKDOWN_LIMIT`] for GitHub).
///
/// The comment begins with a hidden marker, by which a workflow finds the comment to update. What
/// does not fit is folded: first the creates, then the changes, then the stamps. A delete or a
/// replacement is never cut; only where their names alone exceed the limit is the text longer.
pub fn markdown(plan: &Plan, limit: usize) -> String {
    let model = Model::new(plan);
    let mut text = String::new();
    for detail in DETAILS {
        text = comment(&model, detail);
        if text.len() <= limit {
            break;
        }
    }
    text
}

fn comment(model: &Model<'_>, detail: Detail) -> String {
    let plan = model.plan;
    let mut text = escape::markdown_marker("plan", &plan.topology);
    let counts: Vec<_> = counts(model).into_iter().map(|(_, words)| words).collect();
    let headline = match &counts[..] {
        [] if plan.is_empty() => no_changes(plan),
        [] => "Steps only.".to_owned(),
        counts => format!("`{}`", counts.join("`, `")),
    };
    text.push_str(&format!("### {}: {headline}\n", plain(&plan.topology)));
    push_refusals(&mut text, plan);
    push_risks(&mut text, model, detail);
    if detail < Detail::NamesOnly {
        push_notices(&mut text, plan);
    }
    let stamps = match &model.touched[..] {
        [one] => format!("Stamp {one}"),
        several => format!("Stamps {}", several.join(", ")),
    };
    push_band(&mut text, model, ("Global", &model.global), detail, Detail::CountAll);
    push_band(&mut text, model, (&stamps, &model.stamps), detail, Detail::CountStamps);
    push_band(&mut text, model, ("Data", &model.data), detail, Detail::CountAll);
    if detail > Detail::Full {
        text.push_str("\n_Shortened to fit; `evenkeel plan` shows all of it._\n");
    }
    text.push_str(&format!("\n<sub>{}</sub>\n", closing(plan)));
    text
}

fn push_refusals(text: &mut String, plan: &Plan) {
    if plan.refusals.is_empty() {
        return;
    }
    text.push_str("\n> [!CAUTION]\n> **Refused: this plan will not be applied.**\n");
    for refusal in &plan.refusals {
        text.push_str(&format!(
            "> - {}: {} ({}). {}\n",
            code(&refusal.address),
            plain(&refusal.message),
            code(&refusal.code.to_string()),
            plain(&refusal.help)
        ));
    }
}

fn push_risks(text: &mut String, model: &Model<'_>, detail: Detail) {
    let mut sections = sections(model);
    if detail == Detail::NamesOnly {
        sections.retain(Section::is_of_what_goes);
    }
    if sections.is_empty() {
        return;
    }
    text.push_str("\n> [!WARNING]\n> **Look at these first**\n");
    for section in sections {
        let names: Vec<_> = section
            .names()
            .into_iter()
            .map(|(address, place)| {
                format!("{} {}", code(address), plain(place)).trim_end().to_owned()
            })
            .collect();
        text.push_str(&format!("> - **{}**: {}\n", section.label, names.join(", ")));
    }
}

pub(crate) fn push_notices(text: &mut String, plan: &Plan) {
    let hidden = plan.coverage.not_evaluated.len();
    if plan.notices.is_empty() && hidden == 0 {
        return;
    }
    text.push('\n');
    for notice in &plan.notices {
        let help = notice.help.as_ref().map(|help| format!(". {}", plain(help)));
        text.push_str(&format!(
            "- {} {} ({}){}\n",
            code(&notice.address),
            plain(&notice.message),
            code(&notice.code.to_string()),
            help.unwrap_or_default()
        ));
    }
    if hidden > 0 {
        text.push_str(&format!("- **{hidden} not evaluated**: nothing is said of these\n"));
        let reasons = unseen(plan);
        for (reason, count) in reasons.iter().take(REASONS) {
            text.push_str(&format!("  - {}: {}\n", resources(*count), plain(reason)));
        }
        if let Some(rest @ 1..) = reasons.len().checked_sub(REASONS) {
            text.push_str(&format!("  - and {rest} more reasons\n"));
        }
    }
}

/// Writes a band as a fold around a code block.
fn push_band(
    text: &mut String,
    model: &Model<'_>,
    (name, entries): (&str, &[Entry<'_>]),
    detail: Detail,
    counted_from: Detail,
) {
    if entries.is_empty() {
        return;
    }
    let is_counted = detail >= counted_from;
    let mut block = String::new();
    for entry in entries {
        let is_kept = matches!(entry.kind, Kind::Delete | Kind::Replace);
        if is_kept && detail < Detail::NamesOnly || !is_kept && !is_counted {
            block.push_str(&told(model.plan, entry, detail));
        }
    }
    let open = if detail == Detail::Full { " open" } else { "" };
    text.push_str(&format!(
        "\n<details{open}><summary><b>{}</b>: {}</summary>\n",
        plain(name),
        summary(entries)
    ));
    if !block.is_empty() {
        let fence = fence(&block);
        text.push_str(&format!("\n{fence}diff\n{block}{fence}\n"));
    }
    text.push_str("\n</details>\n");
}

/// Returns the lines of one entry, marked as GitHub colours a diff.
fn told(plan: &Plan, entry: &Entry<'_>, detail: Detail) -> String {
    let options = TextOptions { width: WIDTH, styled: false, verbose: false };
    let mut page = Page::new(options);
    let is_short = match entry.kind {
        Kind::Create | Kind::Step(_) => detail >= Detail::FoldCreates,
        Kind::Update | Kind::Adopt => detail >= Detail::FoldChanges,
        Kind::Delete | Kind::Replace => detail >= Detail::CountAll,
    };
    if is_short {
        entry::write_head(&mut page, entry, &entry::verb(entry));
    } else {
        entry::write(&mut page, plan, entry);
    }
    let lines = page.into_text();
    let (head, rest) = lines.split_once('\n').unwrap_or((&lines, ""));
    let head = head.trim_start().trim_start_matches(entry.kind.mark()).trim_start();
    let mark = match entry.kind {
        Kind::Create => "+",
        Kind::Update | Kind::Adopt => "!",
        Kind::Delete => "-",
        Kind::Replace => "-/+",
        Kind::Step(_) => " ",
    };
    format!("{mark} {head}\n{rest}")
}

fn summary(entries: &[Entry<'_>]) -> String {
    let count = |kind: Kind| -> usize {
        entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.items.len()).sum()
    };
    let counted = Kind::CHANGES.into_iter().map(|kind| (kind, count(kind)));
    let counted: Vec<_> = counted
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count} {}", kind.word()))
        .collect();
    if counted.is_empty() { "steps only".to_owned() } else { counted.join(", ") }
}

/// Returns a fence that no line of `block` can close.
pub(crate) fn fence(block: &str) -> String {
    let longest = block.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

pub(crate) use crate::escape::{markdown as plain, markdown_code as code};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn comment_of_a_large_plan_fits_and_names_every_delete_and_replacement() {
        let plan = sample::large(400);
        let text = markdown(&plan, MARKDOWN_LIMIT);
        assert!(text.len() <= MARKDOWN_LIMIT, "{}", text.len());
        for entry in Model::new(&plan).entries() {
            if matches!(entry.kind, Kind::Delete | Kind::Replace) {
                assert!(text.contains(entry.address), "{} is cut", entry.address);
            }
        }
        assert!(text.contains("Shortened to fit"));
    }

    #[test]
    fn comment_reads_from_the_whole_to_the_part() {
        insta::assert_snapshot!(markdown(&sample::first_apply(), MARKDOWN_LIMIT));
    }

    #[test]
    fn less_is_told_step_by_step() {
        let plan = sample::first_apply();
        let model = Model::new(&plan);
        let lengths = DETAILS.map(|detail| comment(&model, detail).len());
        let folded = lengths[1..].to_vec();
        assert!(folded.is_sorted_by(|a, b| a >= b), "{lengths:?}");
    }

    #[test]
    fn nothing_in_a_value_closes_the_fence() {
        assert_eq!(fence("a ```` b"), "`````");
        assert_eq!(fence("plain"), "```");
    }

    #[test]
    fn comment_is_found_by_its_marker() {
        assert!(
            markdown(&sample::first_apply(), MARKDOWN_LIMIT)
                .starts_with("<!-- evenkeel:plan:northwind -->\n")
        );
    }
}
