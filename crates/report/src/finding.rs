//! What a plan says besides its actions, and what of its actions belongs beside a line of YAML: the
//! parts that a pipeline shows as annotations.

use std::borrow::Cow;

use plan::{Place, Plan, Risk, Severity};

use crate::model::{Entry, Kind, Model};
use crate::value::inline;

/// How grave a finding is, from worst to least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// A refusal: the plan will not be applied.
    Error,
    Warning,
    Info,
}

/// A refusal, a notice, or a change as an annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding<'a> {
    pub(crate) level: Level,
    pub(crate) code: &'a str,
    pub(crate) address: Cow<'a, str>,
    pub(crate) message: Cow<'a, str>,
    pub(crate) help: Option<&'a str>,
    /// Where what it speaks of is declared.
    pub(crate) place: Option<&'a Place>,
}

/// Properties of a change that an annotation names; the plan itself names all.
const PROPERTIES_TOLD: usize = 5;

/// Returns the refusals of `plan`, then its notices.
pub(crate) fn findings(plan: &Plan) -> Vec<Finding<'_>> {
    let refusals = plan.refusals.iter().map(|refusal| Finding {
        level: Level::Error,
        code: &refusal.code,
        address: (&refusal.address).into(),
        message: (&refusal.message).into(),
        help: Some(&refusal.help),
        place: plan.places.get(&refusal.address),
    });
    let notices = plan.notices.iter().map(|notice| Finding {
        level: match notice.severity {
            Severity::Warning => Level::Warning,
            Severity::Info => Level::Info,
        },
        code: &notice.code,
        address: (&notice.address).into(),
        message: (&notice.message).into(),
        help: notice.help.as_deref(),
        place: plan.places.get(&notice.address),
    });
    refusals.chain(notices).collect()
}

/// Returns the changes of `plan` as findings, the gravest first; the same change in each stamp once.
///
/// What loses data, deletes or replaces is a warning, all else is good to know. What only makes a
/// change safe is left out.
pub(crate) fn changes(plan: &Plan) -> Vec<Finding<'_>> {
    let model = Model::new(plan);
    let entries = model.entries().filter(|entry| !matches!(entry.kind, Kind::Step(_)));
    let mut found: Vec<Finding<'_>> = entries.map(|entry| change(plan, entry)).collect();
    found.sort_by_key(|finding| finding.level);
    found
}

fn change<'a>(plan: &'a Plan, entry: &Entry<'a>) -> Finding<'a> {
    let risks = entry.risks();
    let is_grave = matches!(entry.kind, Kind::Delete | Kind::Replace)
        || risks.contains(&Risk::LosesData)
        || risks.contains(&Risk::Deletes);
    let item = &entry.items[0];
    let mut lines: Vec<String> =
        item.changes.iter().take(PROPERTIES_TOLD).map(|c| told(c)).collect();
    if let Some(rest @ 1..) = item.changes.len().checked_sub(PROPERTIES_TOLD) {
        lines.push(format!("and {rest} more"));
    }
    lines.extend(item.reasons.iter().map(|reason| format!("because {reason}")));
    if lines.is_empty() {
        let resource = &item.action.resource;
        lines.push(format!("{} `{}`", resource.resource_type(), resource.name()));
    }
    Finding {
        level: if is_grave { Level::Warning } else { Level::Info },
        code: entry.kind.word(),
        address: entry.full_name().into(),
        message: lines.join("\n").into(),
        help: None,
        place: plan.places.get(&item.action.address),
    }
}

fn told(change: &plan::PropertyChange) -> String {
    let side = |value: &Option<serde_json::Value>, absent: &str| {
        value.as_ref().map_or_else(|| absent.to_owned(), inline)
    };
    let words = match change.sensitive {
        true => "(sensitive value changed)".to_owned(),
        false => {
            format!("{} → {}", side(&change.before, "(none)"), side(&change.after, "(removed)"))
        }
    };
    let forces = change.forces_replacement.as_ref().map(|_| "  ← forces replacement");
    format!("{}: {words}{}", change.path, forces.unwrap_or_default())
}
