//! Who has moved since the last apply: Azure (drift), the topology (a pending change), or both.
//!
//! Pure: what was applied last, the base, is given. Three ways are compared: what the base asked for,
//! what Azure holds, and what the topology asks for now. Nothing is claimed that is not known.

use std::collections::BTreeMap;

use plan::{
    Action, ActionId, ActionVerdict, LastApply, Plan, PropertyChange, PropertyVerdict, Verb,
    Verdict, Verdicts,
};
use resource::{Expression, Observed, contains_expression};
use serde_json::Value;

use crate::change::{Change, Changes, Kind, Options, changes};
use crate::complete::complete;
use crate::desired::{Desired, DesiredResource, Mode};
use crate::diff::{self, MASK};
use crate::last::Last;
use crate::order::applied;
use crate::resolve::{resolve, resolve_all};

/// What was applied last, as far as it could be found.
#[derive(Debug, Clone, Copy)]
pub struct Base<'a> {
    /// The topology of then.
    pub desired: &'a Desired,
    /// Where it was found: a commit.
    pub version: &'a str,
}

/// Tells of each change in `plan` who has moved.
///
/// `plan` is that of `desired` and `observed`. A `base` that is not what was applied last is not
/// used.
pub fn verdicts(
    plan: &Plan,
    desired: &Desired,
    observed: &Observed,
    base: Option<Base<'_>>,
    options: &Options,
) -> Verdicts {
    let noted = applied(desired, observed);
    let base = base.filter(|base| noted.as_ref().is_some_and(|note| base.desired.is_of(note)));
    let all = |verdict| each(plan, |action| Some(same_for_all(action, verdict)));
    let (last_apply, actions) = match (noted, base) {
        (None, _) => (LastApply::Never, all(Verdict::Unknown)),
        (Some(noted), _) if desired.is_of(&noted) => (LastApply::Same, all(Verdict::Drift)),
        (Some(noted), Some(base)) => {
            let (noted, version) = (noted.digits().to_owned(), base.version.to_owned());
            let ways = Ways::new(desired, base.desired, observed, options);
            let actions = each(plan, |action| ways.judge(action));
            (LastApply::Before { noted, version }, actions)
        }
        (Some(noted), None) => {
            (LastApply::Lost { noted: noted.digits().to_owned() }, all(Verdict::Unknown))
        }
    };
    Verdicts { last_apply, actions }
}

/// Judges each change of a plan; what stands in another's way shares its verdict.
fn each(
    plan: &Plan,
    judge: impl Fn(&Action) -> Option<ActionVerdict>,
) -> BTreeMap<ActionId, ActionVerdict> {
    let is_change = |action: &&Action| {
        !matches!(
            action.verb,
            Verb::LiftLock | Verb::RestoreLock | Verb::CutEdge | Verb::Verify | Verb::Note
        )
    };
    let mut found: BTreeMap<ActionId, ActionVerdict> = BTreeMap::new();
    for action in plan.actions.iter().filter(is_change) {
        found.extend(judge(action).map(|verdict| (action.id.clone(), verdict)));
    }
    for action in plan.actions.iter().filter(|action| action.verb == Verb::ReplaceDelete) {
        let mut others = plan.actions.iter().filter(|other| {
            other.address == action.address
                && matches!(other.verb, Verb::Create | Verb::ReplaceCreate)
        });
        let verdict = others.find_map(|other| found.get(&other.id)).map(|found| found.verdict);
        if let Some(verdict) = verdict.filter(|_| action.changes.is_empty()) {
            found.insert(action.id.clone(), same_for_all(action, verdict));
        }
    }
    found
}

fn same_for_all(action: &Action, verdict: Verdict) -> ActionVerdict {
    let property = |change: &PropertyChange| {
        // Where Azure alone has moved the topology still asks for what it asked for.
        let base = change.after.clone().filter(|_| verdict == Verdict::Drift);
        (change.path.clone(), PropertyVerdict { verdict, base })
    };
    ActionVerdict { verdict, properties: action.changes.iter().map(property).collect() }
}

/// The three ways, made ready to be compared.
struct Ways<'a> {
    file: std::borrow::Cow<'a, Desired>,
    base: std::borrow::Cow<'a, Desired>,
    observed: &'a Observed,
    options: &'a Options,
    /// What Azure differs in from the base.
    moved: Changes,
}

impl<'a> Ways<'a> {
    fn new(
        file: &'a Desired,
        base: &'a Desired,
        observed: &'a Observed,
        options: &'a Options,
    ) -> Self {
        let never = Last::Never;
        let (file, base) = (complete(file, observed, &never), complete(base, observed, &never));
        let moved = changes(&base, observed, options);
        Self { file, base, observed, options, moved }
    }

    fn judge(&self, action: &Action) -> Option<ActionVerdict> {
        let asked = self.base.get(&action.resource).filter(|base| base.mode != Mode::Existing);
        match (action.verb, asked) {
            // Both topologies know it and Azure does not: somebody has deleted it, or what it lies
            // in is made again.
            (Verb::Create, Some(_)) => Some(same_for_all(action, self.absence(action))),
            // The base knew it and the topology does not: it was taken out of it.
            (Verb::Delete, Some(_)) => Some(same_for_all(action, Verdict::Pending)),
            // It carries our mark and neither topology knows it.
            (Verb::Delete, None) => Some(same_for_all(action, Verdict::Drift)),
            (_, None) => Some(same_for_all(action, Verdict::Pending)),
            (_, Some(base)) => {
                let judged: BTreeMap<String, PropertyVerdict> = action
                    .changes
                    .iter()
                    .map(|change| (change.path.clone(), self.property(action, base, change)))
                    .collect();
                let verdict = Verdict::of_all(judged.values().map(|property| property.verdict))?;
                Some(ActionVerdict { verdict, properties: judged })
            }
        }
    }

    fn absence(&self, action: &Action) -> Verdict {
        let is_there = self.observed.get(&action.resource).is_some();
        let is_remade = is_there && !self.moved.changes.contains_key(&action.resource);
        if is_remade { Verdict::Pending } else { Verdict::Drift }
    }

    fn property(
        &self,
        action: &Action,
        base: &DesiredResource,
        change: &PropertyChange,
    ) -> PropertyVerdict {
        let told = |verdict, base| PropertyVerdict { verdict, base };
        let Some(moved) = self.moved.changes.get(&action.resource) else {
            return told(Verdict::Pending, None);
        };
        if moved.kind == Kind::Create {
            // A document that comes with its parent, and that Azure has lost.
            let edited = self.is_edited(action, base, &change.path);
            return told(if edited { Verdict::Both } else { Verdict::Drift }, None);
        }
        if let Some(exact) = moved.properties.iter().find(|other| other.path == change.path) {
            return self.three_way(action, base, change, exact);
        }
        if let Some(place) = nameless_member(&change.path) {
            return told(self.by_value(moved, place, change), None);
        }
        let is_near = |other: &PropertyChange| are_related(&other.path, &change.path);
        if moved.properties.iter().any(is_near) {
            told(Verdict::Both, None)
        } else {
            told(Verdict::Pending, None)
        }
    }

    /// Compares a property that Azure holds otherwise than both topologies.
    fn three_way(
        &self,
        action: &Action,
        base: &DesiredResource,
        change: &PropertyChange,
        moved: &PropertyChange,
    ) -> PropertyVerdict {
        let is_same = if change.sensitive || is_masked(change) || is_masked(moved) {
            !self.is_edited(action, base, &change.path)
        } else {
            moved.after == change.after
        };
        let verdict = match &moved.after {
            _ if is_same => Verdict::Drift,
            // The base's value comes from a resource that could not be looked at.
            Some(after) if contains_expression(after) => Verdict::Unknown,
            _ => Verdict::Both,
        };
        let known = verdict != Verdict::Unknown;
        PropertyVerdict { verdict, base: moved.after.clone().filter(|_| known) }
    }

    /// Judges a member of a list whose members have no names, and so no lasting paths.
    fn by_value(&self, moved: &Change, place: &str, change: &PropertyChange) -> Verdict {
        let is_it = |other: &PropertyChange| {
            nameless_member(&other.path) == Some(place)
                && other.before == change.before
                && other.after == change.after
        };
        if moved.properties.iter().any(is_it) { Verdict::Drift } else { Verdict::Pending }
    }

    /// Tells whether the topology asks for something else at `path` than the base did.
    fn is_edited(&self, action: &Action, base: &DesiredResource, path: &str) -> bool {
        let Some(file) = self.file.get(&action.resource) else { return true };
        let secrets = &self.options.secrets;
        let known = resolve_all(&base.body, self.observed, secrets);
        let lookup = |expression: &Expression| resolve(expression, self.observed, secrets);
        let kind = file.id.resource_type();
        let found = diff::compare(&kind, &file.body, &known, &lookup);
        let changed = found.changes.iter().map(|change| change.path.as_str());
        let unknown = found.unknown.iter().map(|unknown| unknown.path.as_str());
        changed.chain(unknown).any(|other| are_related(other, path))
    }
}

/// Tells whether a difference was told without its value.
fn is_masked(change: &PropertyChange) -> bool {
    let sides = [&change.before, &change.after];
    sides.into_iter().flatten().any(holds_mask)
}

fn holds_mask(value: &Value) -> bool {
    match value {
        Value::String(text) => text == MASK,
        Value::Array(items) => items.iter().any(holds_mask),
        Value::Object(map) => map.values().any(holds_mask),
        _ => false,
    }
}

/// Tells whether one path is the other, or leads to it.
fn are_related(a: &str, b: &str) -> bool {
    let leads = |short: &str, long: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    leads(a, b) || leads(b, a)
}

/// Returns the path of the list where `path` names a member by its number: `ipRules[0]`.
fn nameless_member(path: &str) -> Option<&str> {
    let (list, index) = path.strip_suffix(']')?.rsplit_once('[')?;
    (!index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit())).then_some(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_related_by_whole_names() {
        assert!(are_related("properties.a", "properties.a[b].c"));
        assert!(are_related("properties.a.b", "properties.a"));
        assert!(!are_related("properties.ab", "properties.a"));
        assert_eq!(nameless_member("properties.ipRules[0]"), Some("properties.ipRules"));
        assert_eq!(nameless_member("properties.endpoints[weu]"), None);
    }
}
