//! A plan as text for a terminal.

use std::collections::HashMap;

use plan::{ActionId, Guard, Notice, Plan, Severity};

use crate::entry;
use crate::model::{Entry, Kind, Model};
use crate::page::{Page, TextOptions, Tone};
use crate::properties::Voice;
use crate::risks::sections;

/// Resources that could not be read and are told by name; the rest is counted.
const NOT_EVALUATED_TOLD: usize = 5;

/// Renders `plan` for people: counts, risks, refusals and notices, then band by band what changes.
pub fn text(plan: &Plan, options: &TextOptions) -> String {
    let model = Model::new(plan);
    let mut page = Page::new(*options);
    write_headline(&mut page, &model);
    write_risks(&mut page, &model);
    write_refusals(&mut page, plan);
    write_notices(&mut page, &plan.notices);
    write_not_evaluated(&mut page, plan);
    write_bands(&mut page, &model, Voice::Plan, |page, entry| entry::write(page, plan, entry));
    write_closing(&mut page, plan);
    page.into_text()
}

/// Returns `+ 12 create, ~ 3 update`, or nothing where nothing changes.
pub(crate) fn counts(model: &Model<'_>) -> Vec<(Kind, String)> {
    let counted = Kind::CHANGES.into_iter().map(|kind| (kind, model.count(kind)));
    let counted = counted.filter(|(_, count)| *count > 0);
    counted.map(|(kind, n)| (kind, format!("{} {n} {}", kind.mark(), kind.word()))).collect()
}

/// Returns what is said where nothing changes; never that of what was not looked at.
pub(crate) fn no_changes(plan: &Plan) -> String {
    let coverage = &plan.coverage;
    match (plan.refusals.len(), coverage.not_evaluated.len()) {
        (0, 0) => "No changes.".to_owned(),
        (0, hidden) => format!(
            "No changes among the {} evaluated; {} not evaluated.",
            resources(coverage.evaluated),
            resources(hidden)
        ),
        _ => "Nothing to apply.".to_owned(),
    }
}

pub(crate) fn resources(count: usize) -> String {
    if count == 1 { "1 resource".to_owned() } else { format!("{count} resources") }
}

fn write_headline(page: &mut Page, model: &Model<'_>) {
    let counts = counts(model);
    let steps = model.steps();
    if counts.is_empty() && steps == 0 {
        let words = no_changes(model.plan);
        return page.line(
            0,
            &[(Tone::Strong, &model.plan.topology), (Tone::Plain, ": "), (Tone::Strong, &words)],
        );
    }
    let steps = match (steps, counts.is_empty()) {
        (0, _) => None,
        (1, true) => Some("1 step".to_owned()),
        (count, true) => Some(format!("{count} steps")),
        (1, false) => Some("and 1 step to make it safe".to_owned()),
        (count, false) => Some(format!("and {count} steps to make it safe")),
    };
    let mut parts: Vec<_> =
        counts.into_iter().map(|(kind, words)| (entry::tone(kind), words)).collect();
    parts.extend(steps.map(|words| (Tone::Quiet, words)));
    let last = parts.len() - 1;
    parts[..last].iter_mut().for_each(|(_, words)| words.push_str(", "));
    let mut line = vec![(Tone::Strong, &model.plan.topology[..]), (Tone::Plain, ": ")];
    line.extend(parts.iter().map(|(tone, words)| (*tone, &words[..])));
    page.spans(2, &line);
}

fn write_risks(page: &mut Page, model: &Model<'_>) {
    let sections = sections(model);
    if sections.is_empty() {
        return;
    }
    page.heading(&[(Tone::Strong, "Look at these first")]);
    for section in sections {
        let tone = match section.label {
            "outage" | "loses data" | "deletes" => Tone::Removed,
            "replaces" => Tone::Replaced,
            _ => Tone::Changed,
        };
        let names: Vec<_> = section
            .names()
            .into_iter()
            .map(|(address, place)| format!("{address} {place}").trim_end().to_owned())
            .collect();
        page.hanging(2, (tone, &format!("{:<17}", section.label)), &names.join("; "));
    }
}

fn write_refusals(page: &mut Page, plan: &Plan) {
    if plan.refusals.is_empty() {
        return;
    }
    page.heading(&[(Tone::Removed, "Refused: this plan will not be applied")]);
    for Guard { code, address, message, help } in &plan.refusals {
        let place = plan.places.get(address).map(|place| format!("  {place}")).unwrap_or_default();
        page.line(
            2,
            &[
                (Tone::Removed, "✗ "),
                (Tone::Strong, address),
                (Tone::Quiet, "  "),
                (Tone::Quiet, code.word()),
                (Tone::Quiet, &place),
            ],
        );
        page.flow(4, Tone::Plain, message);
        page.hanging(4, (Tone::Quiet, "help: "), help);
    }
}

pub(crate) fn write_notices(page: &mut Page, notices: &[Notice]) {
    if notices.is_empty() {
        return;
    }
    page.heading(&[(Tone::Strong, "Notices")]);
    let mut sorted: Vec<_> = notices.iter().collect();
    sorted.sort_by_key(|notice| std::cmp::Reverse(notice.severity));
    for Notice { severity, code, address, message, help } in sorted {
        let mark = match severity {
            Severity::Warning => (Tone::Loud, "! "),
            Severity::Info => (Tone::Quiet, "i "),
        };
        page.line(
            2,
            &[mark, (Tone::Strong, address), (Tone::Quiet, "  "), (Tone::Quiet, code.word())],
        );
        page.flow(4, Tone::Plain, message);
        if let Some(help) = help {
            page.hanging(4, (Tone::Quiet, "help: "), help);
        }
    }
}

pub(crate) fn write_not_evaluated(page: &mut Page, plan: &Plan) {
    let hidden = &plan.coverage.not_evaluated;
    if hidden.is_empty() {
        return;
    }
    page.heading(&[(Tone::Loud, "Not evaluated")]);
    let told = if page.is_verbose() { hidden.len() } else { NOT_EVALUATED_TOLD };
    for (id, reason) in hidden.iter().take(told) {
        page.flow(2, Tone::Plain, &format!("{}: {reason}", tail(id)));
    }
    if let Some(rest @ 1..) = hidden.len().checked_sub(told) {
        page.line(2, &[(Tone::Quiet, &format!("and {rest} more"))]);
    }
}

/// Returns the end of an ID that tells the resource from its neighbours: type and names.
pub(crate) fn tail(id: &resource::ResourceId) -> String {
    let text = id.as_str();
    match text.to_ascii_lowercase().rfind("/providers/") {
        Some(at) => text[at + "/providers/".len()..].to_owned(),
        None => text.to_owned(),
    }
}

/// Writes each band that has something to tell, entry by entry.
pub(crate) fn write_bands(
    page: &mut Page,
    model: &Model<'_>,
    voice: Voice,
    mut write: impl FnMut(&mut Page, &Entry<'_>),
) {
    let barriers = if voice == Voice::Plan { barriers(model) } else { vec![] };
    let stamps = match &model.touched[..] {
        [one] => format!("Stamp {one}"),
        several if barriers.is_empty() => format!("Stamps {}", several.join(", ")),
        several => format!("Stamps {}, one after the other", several.join(", ")),
    };
    let bands = [("Global", &model.global), (&stamps, &model.stamps), ("Data", &model.data)];
    for (name, entries) in bands.into_iter().filter(|(_, entries)| !entries.is_empty()) {
        page.heading(&[(Tone::Strong, name)]);
        if name == stamps {
            for (stamp, barrier) in &barriers {
                page.flow(2, Tone::Quiet, &format!("{stamp} changes after `{barrier}`"));
            }
        }
        for entry in entries {
            write(page, entry);
        }
    }
}

/// Returns what the changes of each stamp wait for in another stamp; new resources wait for nothing.
fn barriers<'a>(model: &Model<'a>) -> Vec<(&'a str, &'a ActionId)> {
    let items = || model.stamps.iter().flat_map(|entry| &entry.items);
    let stamps: HashMap<_, _> = items().map(|item| (&item.action.id, item.stamp)).collect();
    let mut found: Vec<(&str, &ActionId)> = vec![];
    for item in items().filter(|item| item.kind != Kind::Create) {
        let is_told = |stamp: &&str| found.iter().any(|(known, _)| known == stamp);
        let Some(stamp) = item.stamp.filter(|stamp| !is_told(stamp)) else { continue };
        let is_elsewhere = |id: &&ActionId| {
            stamps.get(id).is_some_and(|other| other.is_some_and(|other| other != stamp))
        };
        found.extend(item.action.after.iter().find(is_elsewhere).map(|id| (stamp, id)));
    }
    found
}

pub(crate) fn write_closing(page: &mut Page, plan: &Plan) {
    let coverage = &plan.coverage;
    if page.is_verbose() && !coverage.unmanaged.is_empty() {
        page.heading(&[(Tone::Strong, "Unmanaged, kept")]);
        for id in &coverage.unmanaged {
            page.flow(2, Tone::Plain, &tail(id));
        }
    }
    page.gap();
    page.flow(0, Tone::Quiet, &closing(plan));
}

/// Returns the closing line, which always says how much the plan speaks for.
pub(crate) fn closing(plan: &Plan) -> String {
    let coverage = &plan.coverage;
    let requests = if coverage.requests == 1 { "request" } else { "requests" };
    format!(
        "{} evaluated · {} unmanaged, kept · {} not evaluated · {} {requests}",
        coverage.evaluated,
        coverage.unmanaged.len(),
        coverage.not_evaluated.len(),
        coverage.requests
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn told(plan: &Plan, width: usize) -> String {
        text(plan, &TextOptions { width, ..TextOptions::default() })
    }

    #[test]
    fn first_apply_is_told_from_the_whole_to_the_part() {
        insta::assert_snapshot!(told(&sample::first_apply(), 100));
    }

    #[test]
    fn narrow_terminal_is_kept_to() {
        let text = told(&sample::first_apply(), 60);
        // A word that cannot be broken, an ID or a URL, may stand out.
        let is_kept = |line: &str| line.chars().count() <= 60 || !line.trim().contains(' ');
        assert!(text.lines().all(is_kept), "{text}");
        insta::assert_snapshot!(told(&sample::first_apply(), 60));
    }

    #[test]
    fn same_change_in_each_stamp_is_told_once_and_differences_loudly() {
        insta::assert_snapshot!(told(&sample::drifted(), 80));
    }

    #[test]
    fn what_forces_a_replacement_is_marked_and_lost_data_comes_first() {
        insta::assert_snapshot!(told(&sample::replacement(), 80));
    }

    #[test]
    fn refusal_is_told_with_its_remedy() {
        insta::assert_snapshot!(told(&sample::refused(), 80));
    }

    #[test]
    fn verbose_plan_leaves_nothing_out() {
        let options = TextOptions { verbose: true, width: 100, styled: false };
        insta::assert_snapshot!(text(&sample::first_apply(), &options));
    }

    #[test]
    fn colour_changes_no_word() {
        let plan = sample::drifted();
        let styled = text(&plan, &TextOptions { styled: true, ..TextOptions::default() });
        let mut plain = String::new();
        let mut in_escape = false;
        for character in styled.chars() {
            match (in_escape, character) {
                (false, '\u{1b}') => in_escape = true,
                (true, 'm') => in_escape = false,
                (true, _) => {}
                (false, character) => plain.push(character),
            }
        }
        assert_ne!(plain, styled);
        assert_eq!(plain, told(&plan, 80));
    }

    #[test]
    fn no_changes_is_never_said_of_what_was_not_looked_at() {
        let mut plan = Plan { actions: vec![], ..sample::drifted() };
        assert!(told(&plan, 80).starts_with("northwind: No changes.\n"));
        let hidden = plan.coverage.unmanaged[0].clone();
        plan.coverage.not_evaluated.insert(hidden, "no right to read it".into());
        let first = told(&plan, 80).lines().next().map(str::to_owned);
        let wanted =
            "northwind: No changes among the 23 resources evaluated; 1 resource not evaluated.";
        assert_eq!(first.as_deref(), Some(wanted));
    }
}
