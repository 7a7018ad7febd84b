//! One property as HTML.

use plan::{PropertyChange, PropertyVerdict};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::markup::escape;
use crate::model::Item;
use crate::properties::{Voice, base, chief, sides};
use crate::value::{block, inline};

/// Unchanged lines that are told around a changed one.
const CONTEXT_LINES: usize = 2;
/// Longer values are told by line.
const INLINE_CHARS: usize = 160;

/// Writes a property with both its sides, and what was applied where both have moved since;
/// `differs` where the stamps do not agree.
pub(super) fn push_change(
    text: &mut String,
    change: &PropertyChange,
    told: Option<&PropertyVerdict>,
    voice: Voice,
    differs: bool,
) {
    let voice = voice.of(told.map(|told| told.verdict));
    let badge = if differs { " <span class=\"badge\">differs between stamps</span>" } else { "" };
    text.push_str(&format!(
        "<div class=\"change\"><p class=\"path\"><code>{}</code>{badge}</p>\n",
        escape(&change.path)
    ));
    if change.sensitive {
        let words = if voice == Voice::Plan { "changed" } else { "differs" };
        text.push_str(&format!("<p class=\"secret\">(sensitive value {words})</p>\n"));
    } else if is_short(&change.before) && is_short(&change.after) {
        push_sides(text, change, voice);
    } else {
        push_lines(text, change);
    }
    if let Some(base) = base(told, change) {
        let base = escape(&inline(base));
        text.push_str(&format!("<p class=\"quiet\">was {base} when it was applied</p>\n"));
    }
    if let Some(reason) = &change.forces_replacement {
        text.push_str(&format!("<p class=\"forces\">forces replacement: {}</p>\n", escape(reason)));
    }
    text.push_str("</div>\n");
}

fn is_short(value: &Option<Value>) -> bool {
    let Some(value) = value else { return true };
    let is_container = value.is_array() || value.is_object();
    let is_text = value.is_string() && block(value).contains('\n');
    let chars = inline(value).chars().count();
    !is_text && chars <= if is_container { INLINE_CHARS / 3 } else { INLINE_CHARS }
}

fn push_sides(text: &mut String, change: &PropertyChange, voice: Voice) {
    let (before, after, gone) = match voice {
        Voice::Plan => ("now", "becomes", "(removed)"),
        Voice::Drift => ("in Azure", "should be", "(none)"),
        Voice::Pending => ("in Azure", "to become", "(none)"),
        Voice::Differs => ("in Azure", "in the topology", "(none)"),
    };
    let side = |value: &Option<Value>, absent: &str| match value {
        Some(value) => escape(&inline(value)),
        None => absent.to_owned(),
    };
    text.push_str(&format!(
        "<dl class=\"sides\"><dt>{before}</dt><dd class=\"old\"><span aria-hidden=\"true\">− </span>{}</dd>\
         <dt>{after}</dt><dd class=\"new\"><span aria-hidden=\"true\">+ </span>{}</dd></dl>\n",
        side(&change.before, "(none)"),
        side(&change.after, gone),
    ));
}

/// Writes both sides by line, `-` what is there and `+` what should be.
fn push_lines(text: &mut String, change: &PropertyChange) {
    let (before, after) = sides(change);
    let diff = TextDiff::from_lines(&before, &after);
    text.push_str(
        "<pre class=\"lines\" tabindex=\"0\" role=\"region\" aria-label=\"difference by line\">",
    );
    for (at, group) in diff.grouped_ops(CONTEXT_LINES).iter().enumerate() {
        if at > 0 {
            text.push_str("<span class=\"quiet\">…</span>\n");
        }
        for line in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let words = escape(line.value().trim_end_matches(['\n', '\r']));
            let told = match line.tag() {
                ChangeTag::Delete => format!("<del>- {words}</del>\n"),
                ChangeTag::Insert => format!("<ins>+ {words}</ins>\n"),
                ChangeTag::Equal => format!("<span>  {words}</span>\n"),
            };
            text.push_str(&told);
        }
    }
    text.push_str("</pre>\n");
}

/// Writes what a create is made of.
pub(super) fn push_chief(text: &mut String, item: &Item<'_>) {
    let told = chief(item.body().as_ref());
    if told.is_empty() {
        return;
    }
    text.push_str("<dl class=\"chief\">\n");
    for (label, value) in told {
        text.push_str(&format!("<dt>{}</dt><dd>{}</dd>\n", escape(&label), escape(&value)));
    }
    text.push_str("</dl>\n");
}
