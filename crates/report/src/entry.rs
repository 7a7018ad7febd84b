//! One entry of a plan as lines.

use plan::{Action, Plan, Risk, Verdict};

use crate::model::{Entry, Kind};
use crate::page::{Page, Tone};
use crate::properties::{self, Voice, write_changes, write_chief};
use crate::step;

/// Returns the colour of a kind.
pub(crate) fn tone(kind: Kind) -> Tone {
    match kind {
        Kind::Create => Tone::Added,
        Kind::Update => Tone::Changed,
        Kind::Replace => Tone::Replaced,
        Kind::Delete => Tone::Removed,
        Kind::Adopt => Tone::Adopted,
        Kind::Step(_) => Tone::Quiet,
    }
}

/// Writes the entry's first line, `  ~ update   web  in both stamps`.
pub(crate) fn write_head(page: &mut Page, entry: &Entry<'_>, verb: &str) {
    write_marked_head(page, entry, (tone(entry.kind), entry.kind.mark()), verb);
}

/// Writes the entry's first line as a drift tells it, `  - missing in Azure   web  in both stamps`.
pub(crate) fn write_drift_head(page: &mut Page, entry: &Entry<'_>, verb: &str) {
    let (mark, _) = entry.kind.seen(entry.verdict());
    write_marked_head(page, entry, (drift_tone(entry.kind, entry.verdict()), mark), verb);
}

/// Returns the colour of what has moved.
pub(crate) fn drift_tone(kind: Kind, verdict: Option<Verdict>) -> Tone {
    match kind.seen(verdict).1 {
        "missing" => Tone::Removed,
        "unexpected" => Tone::Changed,
        _ => tone(kind),
    }
}

fn write_marked_head(page: &mut Page, entry: &Entry<'_>, (tone, mark): (Tone, &str), verb: &str) {
    let head = format!("{mark:>3} {verb}  ");
    let address_tone = match entry.kind {
        Kind::Step(_) => Tone::Plain,
        _ => Tone::Strong,
    };
    let place_tone = if is_loud(entry) { Tone::Loud } else { Tone::Quiet };
    let place = match &entry.place[..] {
        "" => String::new(),
        place => format!("  {place}"),
    };
    let kind = kind_of_resource(entry).map(|kind| format!("  ({kind})")).unwrap_or_default();
    let spans = [
        (tone, &head[..]),
        (address_tone, entry.address),
        (place_tone, &place),
        (Tone::Quiet, &kind),
    ];
    page.spans(6, &spans);
}

/// Writes the entry as a plan tells it.
pub(crate) fn write(page: &mut Page, plan: &Plan, entry: &Entry<'_>) {
    write_head(page, entry, &verb(entry));
    let first = entry.items[0].action;
    if let Some(words) = step::describe(plan, first) {
        page.flow(6, Tone::Quiet, &words);
    }
    match entry.kind {
        Kind::Create => write_chief(page, entry),
        Kind::Replace if entry.paths().is_empty() => write_chief(page, entry),
        _ => write_changes(page, entry, Voice::Plan),
    }
    let permissions = [Some(first), entry.items[0].replaced];
    if let Some(permission) = permissions.iter().flatten().find_map(|half| half.permission.as_ref())
    {
        page.flow(6, Tone::Loud, &format!("permitted by {permission}"));
    }
    if entry.kind != Kind::Create || page.is_verbose() {
        write_reasons(page, entry);
    }
    if page.is_verbose() {
        if let Some(place) = plan.places.get(&first.address) {
            page.line(6, &[(Tone::Quiet, "declared at "), (Tone::Quiet, &place.to_string())]);
        }
        for item in &entry.items {
            page.line(6, &[(Tone::Quiet, "id: "), (Tone::Quiet, item.action.resource.as_str())]);
            if !item.action.after.is_empty() {
                let after: Vec<_> = item.action.after.iter().map(ToString::to_string).collect();
                page.flow(6, Tone::Quiet, &format!("after: {}", after.join(", ")));
            }
        }
    }
}

/// Returns the verb, as wide as the widest.
pub(crate) fn verb(entry: &Entry<'_>) -> String {
    format!("{:<7}", entry.kind.word())
}

fn write_reasons(page: &mut Page, entry: &Entry<'_>) {
    let mut told: Vec<&str> = vec![];
    for reason in entry.items.iter().flat_map(|item| &item.reasons) {
        if !told.contains(reason) {
            told.push(reason);
            page.hanging(6, (Tone::Quiet, "because "), reason);
        }
    }
}

/// Tells whether stamps differ in where the entry is, or in what an existing resource becomes.
pub(crate) fn is_loud(entry: &Entry<'_>) -> bool {
    entry.differs || has_mixed_values(entry)
}

fn has_mixed_values(entry: &Entry<'_>) -> bool {
    entry.paths().into_iter().any(|path| !properties::is_shared(&entry.at_path(path)))
}

/// Returns the resource type without its namespace where the address may not tell it.
fn kind_of_resource(entry: &Entry<'_>) -> Option<String> {
    let deletes = entry.risks().contains(&Risk::Deletes);
    if !matches!(entry.kind, Kind::Delete | Kind::Replace | Kind::Adopt) && !deletes {
        return None;
    }
    let short = |action: &Action| {
        let resource_type = action.resource.resource_type();
        resource_type.as_str().split_once('/').map(|(_, kind)| kind.to_owned())
    };
    let item = &entry.items[0];
    let made = short(item.action)?;
    match item.replaced.and_then(short) {
        Some(gone) if !gone.eq_ignore_ascii_case(&made) => Some(format!("{gone} → {made}")),
        _ => Some(made),
    }
}
