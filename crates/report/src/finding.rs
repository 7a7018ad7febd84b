//! What a plan says besides its actions, and what of its actions belongs beside a line of YAML: the
//! parts that a pipeline shows as annotations.

use std::borrow::Cow;
use std::collections::BTreeMap;

use plan::{Place, Plan, Risk, Severity};

use crate::model::{Entry, Kind, Model};
use crate::risks::sections;
use crate::text::resources;
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
        code: refusal.code.word(),
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
        code: notice.code.word(),
        address: (&notice.address).into(),
        message: (&notice.message).into(),
        help: notice.help.as_deref(),
        place: plan.places.get(&notice.address),
    });
    refusals.chain(notices).collect()
}

/// Returns why something could not be looked at, and of how many resources that is the reason.
pub(crate) fn unseen(plan: &Plan) -> BTreeMap<&str, usize> {
    let mut reasons = BTreeMap::new();
    for reason in plan.coverage.not_evaluated.values() {
        *reasons.entry(reason.as_str()).or_default() += 1;
    }
    reasons
}

/// Returns what could not be looked at as findings, one for each reason.
pub(crate) fn blind_spots(plan: &Plan) -> Vec<Finding<'_>> {
    let told = unseen(plan).into_iter().map(|(reason, count)| Finding {
        level: Level::Warning,
        code: "not-evaluated",
        address: resources(count).into(),
        message: reason.into(),
        help: None,
        place: None,
    });
    told.collect()
}

/// Returns the changes of `plan` as findings, the gravest first; the same change in each stamp once.
///
/// What loses data, deletes, replaces, or leaves less redundancy or weaker security is a warning,
/// all else is good to know. What only makes a change safe is left out.
pub(crate) fn changes(plan: &Plan) -> Vec<Finding<'_>> {
    let model = Model::new(plan);
    let entries = model.entries().filter(|entry| !matches!(entry.kind, Kind::Step(_)));
    let mut entries: Vec<&Entry<'_>> = entries.collect();
    entries.sort_by_key(|entry| entry.gravity());
    entries.into_iter().map(|entry| change(plan, entry)).collect()
}

/// Returns each risk of each change as a finding, the gravest first; refusals tell themselves.
pub(crate) fn risks(plan: &Plan) -> Vec<Finding<'_>> {
    let model = Model::new(plan);
    let mut found = vec![];
    for section in sections(&model) {
        for entry in section.entries {
            let told = change(plan, entry);
            found.push(Finding {
                level: if is_grave(entry, section.label) || entry.kind == Kind::Replace {
                    Level::Warning
                } else {
                    Level::Info
                },
                code: section.label,
                message: format!("{}\n{}", section.label, lines(entry).join("\n")).into(),
                ..told
            });
        }
    }
    found
}

/// Tells whether a risk of `entry` is to be looked at before the plan is applied, not only known:
/// traffic that moves is what many plans are for, traffic that stops is not.
fn is_grave(entry: &Entry<'_>, label: &str) -> bool {
    let grave = Risk::ALL.into_iter().filter(|risk| *risk < Risk::Traffic);
    grave.into_iter().any(|risk| risk.label() == label && entry.carries(risk))
}

fn change<'a>(plan: &'a Plan, entry: &Entry<'a>) -> Finding<'a> {
    let risks = entry.labels();
    let is_grave = matches!(entry.kind, Kind::Delete | Kind::Replace)
        || risks.iter().any(|label| is_grave(entry, label));
    let mut told = lines(entry);
    if !risks.is_empty() {
        told.insert(0, risks.join(", "));
    }
    Finding {
        level: if is_grave { Level::Warning } else { Level::Info },
        code: entry.kind.word(),
        address: entry.full_name().into(),
        message: told.join("\n").into(),
        help: None,
        place: plan.places.get(&entry.items[0].action.address),
    }
}

/// Returns what changes and why, or what it is that does.
fn lines(entry: &Entry<'_>) -> Vec<String> {
    let item = &entry.items[0];
    let mut lines: Vec<String> =
        item.changes.iter().take(PROPERTIES_TOLD).map(|c| self::told(c)).collect();
    if let Some(rest @ 1..) = item.changes.len().checked_sub(PROPERTIES_TOLD) {
        lines.push(format!("and {rest} more"));
    }
    lines.extend(item.reasons.iter().map(|reason| format!("because {reason}")));
    if lines.is_empty() {
        let resource = &item.action.resource;
        lines.push(format!("{} `{}`", resource.resource_type(), resource.name()));
    }
    lines
}

fn told(change: &plan::PropertyChange) -> String {
    let side = |value: &Option<serde_json::Value>, absent: &str| {
        value.as_ref().map_or_else(|| absent.to_owned(), inline)
    };
    let words = if change.sensitive {
        "(sensitive value changed)".to_owned()
    } else {
        format!("{} → {}", side(&change.before, "(none)"), side(&change.after, "(removed)"))
    };
    let forces = change.forces_replacement.as_ref().map(|_| "  ← forces replacement");
    format!("{}: {words}{}", change.path, forces.unwrap_or_default())
}
