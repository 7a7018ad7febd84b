//! A plan told as drift: what has moved in Azure.

use plan::{LastApply, Plan, Verdict};

use crate::entry::{self, drift_tone, is_loud};
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
        let words = format!("{:<19}", word(entry.kind, entry.verdict()));
        entry::write_drift_head(page, entry, &words);
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

/// Returns what `kind` is called by who has moved; where that was not asked, it was Azure.
pub(crate) fn word(kind: Kind, verdict: Option<Verdict>) -> &'static str {
    match (kind, verdict.unwrap_or(Verdict::Drift)) {
        (_, Verdict::Both) => "changed in both",
        (Kind::Create, Verdict::Pending) => "new in topology",
        (Kind::Update | Kind::Replace | Kind::Step(_), Verdict::Pending) => "changed in topology",
        (Kind::Delete, Verdict::Pending) => "gone from topology",
        (Kind::Adopt, Verdict::Pending) => "adopted in topology",
        (Kind::Update | Kind::Replace | Kind::Step(_), Verdict::Unknown) => "differs",
        (Kind::Create, _) => "missing in Azure",
        (Kind::Update | Kind::Replace | Kind::Step(_), _) => "changed in Azure",
        (Kind::Delete, _) => "unexpected in Azure",
        (Kind::Adopt, _) => "not owned in Azure",
    }
}

fn write_verdict(page: &mut Page, model: &Model<'_>) {
    let plan = model.plan;
    let mut line = vec![(Tone::Strong, &plan.topology[..]), (Tone::Plain, ": ")];
    let found = headline(model);
    if found.is_empty() {
        let words = no_drift(plan);
        line.push((Tone::Strong, &words));
        return page.line(0, &line);
    }
    if plan.verdicts.is_none() && !counts(model).is_empty() {
        line.push((Tone::Strong, "drifted: "));
    }
    let last = found.len() - 1;
    let parts: Vec<_> = found
        .into_iter()
        .enumerate()
        .map(|(at, (tone, words))| (tone, format!("{words}{}", if at < last { ", " } else { "" })))
        .collect();
    line.extend(parts.iter().map(|(tone, words)| (*tone, &words[..])));
    page.spans(2, &line);
    if let Some(words) = basis(model) {
        page.flow(2, Tone::Quiet, &words);
    }
}

/// Returns how many resources have moved, by who has moved, and what has failed over.
pub(crate) fn headline(model: &Model<'_>) -> Vec<(Tone, String)> {
    let plan = model.plan;
    let mut found: Vec<(Tone, String)> = match plan.verdicts {
        None => {
            let counts = counts(model).into_iter();
            counts.map(|(tone, count, word)| (tone, format!("{count} {word}"))).collect()
        }
        Some(_) => judged(model).map(|(verdict, words)| (verdict_tone(verdict), words)).collect(),
    };
    let names: Vec<&str> = plan.failed_over().map(|notice| &notice.address[..]).collect();
    if !names.is_empty() {
        found.push((Tone::Loud, format!("failed over: {}", names.join(", "))));
    }
    found
}

/// Returns each verdict that is found, with `2 drifted`.
pub(crate) fn judged(model: &Model<'_>) -> impl Iterator<Item = (Verdict, String)> {
    let counts = Verdict::ALL.map(|verdict| (verdict, model.judged(verdict)));
    counts.into_iter().filter(|(_, count)| *count > 0).map(|(verdict, count)| {
        let words = match verdict {
            Verdict::Drift => "drifted",
            Verdict::Pending => "pending",
            Verdict::Both => "drifted and pending",
            Verdict::Unknown if count == 1 => "differs",
            Verdict::Unknown => "differ",
        };
        (verdict, format!("{count} {words}"))
    })
}

fn verdict_tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Drift | Verdict::Unknown => Tone::Changed,
        Verdict::Pending => Tone::Adopted,
        Verdict::Both => Tone::Loud,
    }
}

/// Digits of a commit that tell it from others.
const COMMIT_DIGITS: usize = 12;

/// Returns what the verdicts rest on, where a reader may ask; nothing is claimed beyond it.
pub(crate) fn basis(model: &Model<'_>) -> Option<String> {
    let verdicts = model.plan.verdicts.as_ref().filter(|found| !found.actions.is_empty())?;
    match &verdicts.last_apply {
        LastApply::Same => None,
        LastApply::Before { version, .. } => {
            let commit = version.get(..COMMIT_DIGITS).unwrap_or(version);
            Some(format!("the topology has moved since it was applied as in commit {commit}"))
        }
        LastApply::Lost { noted } => Some(format!(
            "whether Azure or the topology has moved is not known: what was applied last ({noted}) \
             is not among the versions of the topology that git has at hand; fetch its whole \
             history, and commit what is applied"
        )),
        LastApply::Never => Some(
            "whether Azure or the topology has moved is not known: Azure remembers no apply in \
             full; the next one that changes anything is remembered"
                .to_owned(),
        ),
    }
}

/// Returns how many resources have moved, by what became of them.
pub(crate) fn counts(model: &Model<'_>) -> Vec<(Tone, usize, &'static str)> {
    let mut counts: Vec<(Tone, usize, &str)> = vec![];
    for kind in Kind::CHANGES {
        let (count, word) = (model.count(kind), word(kind, None));
        match counts.iter_mut().find(|(_, _, known)| *known == word) {
            Some((_, sum, _)) => *sum += count,
            None => counts.push((drift_tone(kind, None), count, word)),
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
        entries.iter().filter(|entry| entry.kind.is_difference()).cloned().collect()
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
