//! The properties of an entry: what differs, and what a create is chiefly made of.

use plan::{PropertyChange, PropertyVerdict, Verdict};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::model::Entry;
use crate::page::{Page, Tone};
use crate::value::{block, inline, shown};

/// How a difference is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
    /// What Azure would become: `60 → 30`.
    Plan,
    /// What Azure has become: `60, should be 30`.
    Drift,
    /// What the topology has become: `60, to become 30`.
    Pending,
    /// Where both have moved, or it cannot be told: `60 in Azure, 30 in the topology`.
    Differs,
}

impl Voice {
    /// Returns how a property is worded where it is known who has moved it.
    pub(crate) fn of(self, verdict: Option<Verdict>) -> Self {
        match verdict.filter(|_| self == Self::Drift) {
            None | Some(Verdict::Drift) => self,
            Some(Verdict::Pending) => Self::Pending,
            Some(Verdict::Both | Verdict::Unknown) => Self::Differs,
        }
    }
}

/// Unchanged lines that are told around a changed one.
const CONTEXT_LINES: usize = 1;
/// Longer texts are told below their path, not behind it.
const INLINE_CHARS: usize = 120;
/// Longer lists of nameless objects are counted.
const LIST_CHARS: usize = 60;
/// Lines that the chief properties of a create may take.
const CHIEF_LINES: usize = 3;

/// Writes the differences of `entry`: those that all stamps share once, the others stamp by stamp.
pub(crate) fn write_changes(page: &mut Page, entry: &Entry<'_>, voice: Voice) {
    for path in entry.paths() {
        let found = entry.at_path(path);
        let told: Vec<_> = entry.items.iter().map(|item| item.verdict_at(path)).collect();
        let verdict_of = |told: &Option<&PropertyVerdict>| told.map(|told| told.verdict);
        let is_judged_alike = told.iter().all(|other| verdict_of(other) == verdict_of(&told[0]));
        match found.first() {
            Some((stamp, Some(first))) if is_judged_alike && is_shared(&found) => {
                let is_literal = found.iter().all(|(_, other)| *other == Some(*first));
                let neutral = if is_literal { (*first).clone() } else { neutral(first, *stamp) };
                write_change(page, path, &neutral, voice.of(verdict_of(&told[0])));
                let base = base(told[0], &neutral);
                let base =
                    base.map(|b| if is_literal { b.clone() } else { neutral_value(b, *stamp) });
                write_base(page, base.as_ref());
            }
            _ => {
                page.line(6, &[(Tone::Loud, path), (Tone::Loud, " differs between stamps")]);
                for ((stamp, change), told) in found.into_iter().zip(told) {
                    let stamp = stamp.unwrap_or_default();
                    match change {
                        Some(change) => {
                            let voice = voice.of(verdict_of(&told));
                            write_change(page, &format!("  {stamp}"), change, voice);
                            write_base(page, base(told, change));
                        }
                        None => page.line(8, &[(Tone::Plain, stamp), (Tone::Quiet, ": unchanged")]),
                    }
                }
            }
        }
    }
}

/// Writes differences that belong to no entry, each with who has moved it, where that is known.
pub(crate) fn write_plain_changes<'a>(
    page: &mut Page,
    changes: impl IntoIterator<Item = (&'a PropertyChange, Option<&'a PropertyVerdict>)>,
    voice: Voice,
) {
    for (change, told) in changes {
        write_change(page, &change.path, change, voice.of(told.map(|told| told.verdict)));
        write_base(page, base(told, change));
    }
}

/// Returns what was applied last where both have moved since and it may be shown.
pub(crate) fn base<'a>(
    told: Option<&'a PropertyVerdict>,
    change: &PropertyChange,
) -> Option<&'a Value> {
    told.filter(|told| told.verdict == Verdict::Both && !change.sensitive)?.base.as_ref()
}

fn write_base(page: &mut Page, base: Option<&Value>) {
    if let Some(base) = base {
        page.flow(8, Tone::Quiet, &format!("was {} when it was applied", inline(base)));
    }
}

/// Tells whether every stamp sees the same change.
pub(crate) fn is_shared(found: &[(Option<&str>, Option<&PropertyChange>)]) -> bool {
    let of = |(stamp, change): &(Option<&str>, Option<&PropertyChange>)| {
        change.map(|change| neutral(change, *stamp))
    };
    let is_literal = found.iter().all(|(_, change)| *change == found[0].1);
    is_literal || found.iter().all(|other| of(other) == of(&found[0]))
}

/// Returns `change` with `{stamp}` in place of the stamp's name.
fn neutral(change: &PropertyChange, stamp: Option<&str>) -> PropertyChange {
    let side = |value: &Option<Value>| value.as_ref().map(|value| neutral_value(value, stamp));
    PropertyChange { before: side(&change.before), after: side(&change.after), ..change.clone() }
}

fn neutral_value(value: &Value, stamp: Option<&str>) -> Value {
    match value {
        // What cannot be shown cannot differ for a reader.
        expression if resource::Expression::read(expression).is_some() => shown(expression),
        Value::String(text) => Value::String(without_stamp(text, stamp)),
        Value::Array(items) => items.iter().map(|item| neutral_value(item, stamp)).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, item)| (key.clone(), neutral_value(item, stamp))).collect()
        }
        scalar => scalar.clone(),
    }
}

/// Replaces the stamp's name where it stands as a word of its own.
fn without_stamp(text: &str, stamp: Option<&str>) -> String {
    let Some(stamp) = stamp.filter(|stamp| !stamp.is_empty()) else { return text.to_owned() };
    let words = text.split_inclusive(|c: char| !c.is_alphanumeric());
    let neutral = words.map(|word| match word.strip_prefix(stamp) {
        Some(rest) if rest.chars().all(|c| !c.is_alphanumeric()) => format!("{{stamp}}{rest}"),
        _ => word.to_owned(),
    });
    neutral.collect()
}

fn write_change(page: &mut Page, label: &str, change: &PropertyChange, voice: Voice) {
    if change.sensitive {
        let words = match voice {
            Voice::Plan => "(sensitive value changed)",
            Voice::Pending => "(sensitive value to change)",
            Voice::Drift | Voice::Differs => "(sensitive value differs)",
        };
        page.line(6, &[(Tone::Plain, label), (Tone::Plain, ": "), (Tone::Changed, words)]);
    } else if !write_inline(page, label, change, voice) {
        write_block(page, label, change, voice);
    }
    if let Some(reason) = &change.forces_replacement {
        page.flow(8, Tone::Replaced, &format!("← forces replacement: {reason}"));
    }
}

/// Writes the change on one line, if it fits.
fn write_inline(page: &mut Page, label: &str, change: &PropertyChange, voice: Voice) -> bool {
    let side = |value: &Option<Value>, absent: &str| match value {
        Some(value) => inline(value),
        None => absent.to_owned(),
    };
    let spans = match voice {
        Voice::Plan => [
            (Tone::Removed, side(&change.before, "(none)")),
            (Tone::Quiet, " → ".to_owned()),
            (Tone::Added, side(&change.after, "(removed)")),
        ],
        Voice::Drift => [
            (Tone::Changed, side(&change.before, "(none)")),
            (Tone::Quiet, ", should be ".to_owned()),
            (Tone::Added, side(&change.after, "(none)")),
        ],
        Voice::Pending => [
            (Tone::Plain, side(&change.before, "(none)")),
            (Tone::Quiet, ", to become ".to_owned()),
            (Tone::Added, side(&change.after, "(none)")),
        ],
        Voice::Differs => [
            (Tone::Changed, format!("{} in Azure", side(&change.before, "(none)"))),
            (Tone::Quiet, ", ".to_owned()),
            (Tone::Added, format!("{} in the topology", side(&change.after, "(none)"))),
        ],
    };
    let is_text =
        |v: &Option<Value>| v.as_ref().is_some_and(|v| block(v).contains('\n') && v.is_string());
    let chars: usize = spans.iter().map(|(_, text)| text.chars().count()).sum();
    let fits = page.fits(6, label.chars().count() + 2 + chars) && chars <= INLINE_CHARS;
    if !fits || is_text(&change.before) || is_text(&change.after) {
        return false;
    }
    let mut line = vec![(Tone::Plain, label), (Tone::Plain, ": ")];
    line.extend(spans.iter().map(|(tone, text)| (*tone, &text[..])));
    page.line(6, &line);
    true
}

/// Writes the change by line under its path: `-` what is there, `+` what should be.
fn write_block(page: &mut Page, label: &str, change: &PropertyChange, voice: Voice) {
    let note = match voice {
        Voice::Plan => "",
        Voice::Drift => " (- in Azure, + as it should be)",
        Voice::Pending => " (- in Azure, + as it is to become)",
        Voice::Differs => " (- in Azure, + in the topology)",
    };
    page.line(6, &[(Tone::Plain, label), (Tone::Plain, ":"), (Tone::Quiet, note)]);
    let (before, after) = sides(change);
    let diff = TextDiff::from_lines(&before, &after);
    for (at, group) in diff.grouped_ops(CONTEXT_LINES).iter().enumerate() {
        if at > 0 {
            page.line(8, &[(Tone::Quiet, "…")]);
        }
        for line in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let text = line.value().trim_end_matches(['\n', '\r']);
            match line.tag() {
                ChangeTag::Delete => page.hanging_in(8, Tone::Removed, "- ", text),
                ChangeTag::Insert => page.hanging_in(8, Tone::Added, "+ ", text),
                ChangeTag::Equal => page.hanging_in(8, Tone::Quiet, "  ", text),
            }
        }
    }
}

/// Returns both sides as lines: an object that comes or goes whole by its properties, else as it is.
pub(crate) fn sides(change: &PropertyChange) -> (String, String) {
    let is_whole = change.before.is_none() || change.after.is_none();
    let side = |value: &Option<Value>| match value {
        None => String::new(),
        Some(value @ Value::Object(map)) if is_whole && !map.is_empty() => {
            let mut found = vec![];
            flatten("", value, &mut found);
            let lines = found.into_iter().map(|(path, value)| format!("{path}: {value}\n"));
            lines.collect()
        }
        Some(value) => block(value),
    };
    (side(&change.before), side(&change.after))
}

/// Writes what a create is chiefly made of, in a few lines unless the page is verbose.
pub(crate) fn write_chief(page: &mut Page, entry: &Entry<'_>) {
    let told = chief_of(entry);
    let mut lines: Vec<String> = vec![];
    let mut left = told.len();
    for part in &told {
        let joined = lines.last().map(|line| format!("{line} · {part}"));
        match joined {
            Some(joined) if page.fits(6, joined.chars().count()) => {
                *lines.last_mut().expect("it was just read") = joined;
            }
            _ if lines.len() == CHIEF_LINES && !page.is_verbose() => break,
            _ => lines.push(part.clone()),
        }
        left -= 1;
    }
    if left > 0 {
        let more = format!("and {left} more");
        let last = lines.last_mut().expect("a line is only full where there is one");
        if page.fits(6, last.chars().count() + 3 + more.chars().count()) {
            last.push_str(&format!(" · {more}"));
        } else {
            lines.push(more);
        }
    }
    for line in lines {
        page.flow(6, Tone::Quiet, &line);
    }
}

/// Returns `label value` for each chief property; where stamps differ, each with its stamp.
fn chief_of(entry: &Entry<'_>) -> Vec<String> {
    let of_items: Vec<_> =
        entry.items.iter().map(|item| (item.stamp, chief(item.body().as_ref()))).collect();
    let mut labels: Vec<&str> = vec![];
    for (label, _) in of_items.iter().flat_map(|(_, chief)| chief) {
        if !labels.contains(&&label[..]) {
            labels.push(label);
        }
    }
    let told = labels.into_iter().map(|label| {
        let values: Vec<_> = of_items
            .iter()
            .map(|(stamp, chief)| {
                let value = chief.iter().find(|(other, _)| other == label);
                (*stamp, value.map_or("(none)", |(_, value)| value))
            })
            .collect();
        let neutral = |(stamp, value): &(Option<&str>, &str)| without_stamp(value, *stamp);
        if values.iter().all(|(_, value)| *value == values[0].1) {
            return format!("{label} {}", values[0].1);
        }
        if values.iter().all(|other| neutral(other) == neutral(&values[0])) {
            return format!("{label} {}", neutral(&values[0]));
        }
        let each =
            values.iter().map(|(stamp, value)| format!("{value} in {}", stamp.unwrap_or("")));
        format!("{label} {}", each.collect::<Vec<_>>().join(", "))
    });
    told.collect()
}

/// Flattens a body to its scalars and named lists, what people ask for first in front.
pub(crate) fn chief(body: Option<&Value>) -> Vec<(String, String)> {
    let mut found = vec![];
    let Some(body) = body.and_then(Value::as_object) else { return found };
    for key in ["location", "sku", "kind", "identity"] {
        // What is global is so by its type.
        if let Some(value) = body.get(key).filter(|value| *value != "global") {
            flatten(key, value, &mut found);
        }
    }
    let front = ["location", "sku", "kind", "identity", "properties", "tags", "name", "type", "id"];
    for (key, value) in body.get("properties").and_then(Value::as_object).into_iter().flatten() {
        flatten(key, value, &mut found);
    }
    for (key, value) in body.iter().filter(|(key, _)| !front.contains(&&key[..])) {
        flatten(key, value, &mut found);
    }
    found
}

fn flatten(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
    let name_of = |item: &Value| match item {
        Value::Object(map) => map.get("name").and_then(Value::as_str).map(str::to_owned),
        Value::Array(_) => None,
        scalar => Some(inline(scalar)),
    };
    match value {
        Value::Null => {}
        // What shall not be is no part of what comes to be.
        value if resource::is_absent(value) => {}
        Value::Object(_) if resource::Expression::read(value).is_some() => {
            found.push((path.to_owned(), inline(value)));
        }
        // `sku.name` is what people call the SKU.
        Value::Object(map) => {
            for (key, item) in map {
                let name = match (path, &key[..]) {
                    ("", key) => key.to_owned(),
                    (path, "name") => path.to_owned(),
                    (path, key) => format!("{path}.{key}"),
                };
                flatten(&name, item, found);
            }
        }
        Value::Array(items) => match items.iter().map(name_of).collect::<Option<Vec<_>>>() {
            Some(names) if !names.is_empty() => found.push((path.to_owned(), names.join(", "))),
            Some(_) => {}
            None => {
                let whole = inline(value);
                let is_short = whole.chars().count() <= LIST_CHARS;
                let words = if is_short { whole } else { format!("{} entries", items.len()) };
                found.push((path.to_owned(), words));
            }
        },
        scalar => found.push((path.to_owned(), short(&inline(scalar)))),
    }
}

/// Shortens a resource ID to its type and name: what comes as a whole has no other to mix it up with.
fn short(text: &str) -> String {
    match resource::ResourceId::parse(text) {
        Ok(id) if text.contains("/providers/") => {
            let kind = id.resource_type();
            format!("…/{}/{}", kind.last(), id.name())
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stamp_name_is_replaced_as_a_word_only() {
        assert_eq!(without_stamp("rg-app-weu/x", Some("weu")), "rg-app-{stamp}/x");
        assert_eq!(without_stamp("storeweu", Some("weu")), "storeweu");
    }

    #[test]
    fn same_change_is_shared_by_letter_or_by_stamp() {
        let change = |after: &str| PropertyChange {
            path: "p".into(),
            before: None,
            after: Some(json!(after)),
            sensitive: false,
            forces_replacement: None,
        };
        let is_shared_by = |weu: &str, sea: &str| {
            let (weu, sea) = (change(weu), change(sea));
            is_shared(&[(Some("weu"), Some(&weu)), (Some("sea"), Some(&sea))])
        };
        assert!(is_shared_by("db-weu", "db-weu"));
        assert!(is_shared_by("db-weu", "db-sea"));
        assert!(!is_shared_by("db-sea", "db-weu"));
        assert!(!is_shared_by("1", "2"));
    }

    #[test]
    fn chief_properties_begin_with_what_people_ask_first() {
        let body = json!({
            "tags": { "evenkeel": "n" },
            "properties": { "serverFarmId": "/x", "endpoints": [{ "name": "weu" }, { "name": "sea" }] },
            "sku": { "name": "P1v3", "capacity": 3 },
            "location": "westeurope",
        });
        let labels: Vec<_> =
            chief(Some(&body)).into_iter().map(|(l, v)| format!("{l} {v}")).collect();
        let wanted = [
            "location westeurope",
            "sku P1v3",
            "sku.capacity 3",
            "serverFarmId /x",
            "endpoints weu, sea",
        ];
        assert_eq!(labels, wanted);
    }
}
