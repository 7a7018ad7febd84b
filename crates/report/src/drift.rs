//! A plan told as drift: what has moved in Azure.

use plan::Plan;

use crate::entry::{self, is_loud, tone};
use crate::model::{Entry, Kind, Model};
use crate::page::{Page, TextOptions, Tone};
use crate::properties::{Voice, write_changes};
use crate::text::{closing, resources, tail, write_bands, write_not_evaluated, write_notices};

/// Unmanaged resources that are told by name; the rest is counted.
const UNMANAGED_TOLD: usize = 10;

/// Renders `plan` as what has moved in Azure since the topology was applied.
///
/// The plan that would heal a drift tells it: what it creates is missing, what it updates has
/// changed, what it deletes is there unasked.
pub fn drift(plan: &Plan, options: &TextOptions) -> String {
    let model = Model::new(plan);
    let mut page = Page::new(*options);
    write_verdict(&mut page, &model);
    write_notices(&mut page, &plan.notices);
    write_not_evaluated(&mut page, plan);
    let changes = without_steps(&model);
    write_bands(&mut page, &changes, Voice::Drift, |page, entry| {
        entry::write_head(page, entry, &format!("{:<19}", word(entry.kind)));
        if is_loud(entry) && entry.differs {
            page.flow(6, Tone::Quiet, "the other stamps are as the topology says");
        }
        if entry.kind != Kind::Create {
            write_changes(page, entry, Voice::Drift);
        }
    });
    write_unmanaged(&mut page, plan);
    page.gap();
    page.flow(0, Tone::Quiet, &closing(plan));
    page.into_text()
}

/// Returns what `kind` is called where Azure has moved.
pub(crate) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Create => "missing in Azure",
        Kind::Update | Kind::Replace => "changed in Azure",
        Kind::Delete => "unexpected in Azure",
        Kind::Adopt => "not owned in Azure",
        Kind::Step(_) => "step",
    }
}

fn write_verdict(page: &mut Page, model: &Model<'_>) {
    let plan = model.plan;
    let mut line = vec![(Tone::Strong, &plan.topology[..]), (Tone::Plain, ": ")];
    let counts = counts(model);
    if counts.is_empty() {
        let words = no_drift(plan);
        line.push((Tone::Strong, &words));
        return page.line(0, &line);
    }
    line.push((Tone::Strong, "drifted: "));
    let last = counts.len() - 1;
    let parts: Vec<_> = counts
        .into_iter()
        .enumerate()
        .map(|(at, (tone, count, word))| {
            (tone, format!("{count} {word}{}", if at < last { ", " } else { "" }))
        })
        .collect();
    line.extend(parts.iter().map(|(tone, words)| (*tone, &words[..])));
    page.spans(2, &line);
}

/// Returns how many resources have moved, by what became of them.
pub(crate) fn counts(model: &Model<'_>) -> Vec<(Tone, usize, &'static str)> {
    let mut counts: Vec<(Tone, usize, &str)> = vec![];
    for kind in Kind::CHANGES {
        let count = model.count(kind);
        match counts.iter_mut().find(|(_, _, known)| *known == word(kind)) {
            Some((_, sum, _)) => *sum += count,
            None => counts.push((tone(kind), count, word(kind))),
        }
    }
    counts.retain(|(_, count, _)| *count > 0);
    counts
}

/// Returns what is said where nothing moved; never that of what was not looked at.
pub(crate) fn no_drift(plan: &Plan) -> String {
    match plan.coverage.not_evaluated.len() {
        0 => "no drift.".to_owned(),
        hidden => format!(
            "no drift among the {} evaluated; {} not evaluated.",
            resources(plan.coverage.evaluated),
            resources(hidden)
        ),
    }
}

/// Leaves out the steps that would make the healing safe: they are no drift.
pub(crate) fn without_steps<'a>(model: &Model<'a>) -> Model<'a> {
    let changes = |entries: &[Entry<'a>]| -> Vec<Entry<'a>> {
        entries.iter().filter(|entry| !matches!(entry.kind, Kind::Step(_))).cloned().collect()
    };
    Model {
        plan: model.plan,
        global: changes(&model.global),
        stamps: changes(&model.stamps),
        data: changes(&model.data),
        // Barriers order the healing; where the drift is, the entries say.
        touched: model.touched.clone(),
    }
}

fn write_unmanaged(page: &mut Page, plan: &Plan) {
    let unmanaged = &plan.coverage.unmanaged;
    if unmanaged.is_empty() {
        return;
    }
    page.heading(&[(Tone::Strong, "Unmanaged, kept")]);
    let told = if page.is_verbose() { unmanaged.len() } else { UNMANAGED_TOLD };
    for id in unmanaged.iter().take(told) {
        page.flow(2, Tone::Plain, &tail(id));
    }
    if let Some(rest @ 1..) = unmanaged.len().checked_sub(told) {
        page.line(2, &[(Tone::Quiet, &format!("and {rest} more"))]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn drift_is_told_as_what_moved() {
        insta::assert_snapshot!(drift(&sample::drifted(), &TextOptions::default()));
    }

    #[test]
    fn missing_and_unexpected_are_named() {
        let text =
            drift(&sample::first_apply(), &TextOptions { width: 100, ..TextOptions::default() });
        insta::assert_snapshot!(text);
    }

    #[test]
    fn verdict_is_clear_where_nothing_moved() {
        let plan = Plan { actions: vec![], ..sample::drifted() };
        let text = drift(&plan, &TextOptions::default());
        assert!(text.starts_with("northwind: no drift.\n"), "{text}");
    }
}
