//! Why a saved plan was refused: for each resource that moved, what the plan saw, what Azure holds now
//! and what the file wants.

use plan::{Action, ActionOutcome, Operation, Outcome, Plan, PropertyChange, Verb};
use resource::ResourceId;
use serde_json::Value;

use crate::page::{Page, TextOptions, Tone};
use crate::value::inline;

/// Renders what moved between `plan`, which was refused with `outcome`, and `fresh`, which was made of
/// the same topology just now. Empty where nothing moved.
pub fn moved(plan: &Plan, outcome: &Outcome, fresh: &Plan, options: &TextOptions) -> String {
    let mut page = Page::new(*options);
    let is_moved =
        |action: &&Action| matches!(outcome.actions.get(&action.id), Some(ActionOutcome::Moved));
    let mut told: Vec<&ResourceId> = vec![];
    for action in plan.actions.iter().filter(is_moved) {
        if told.contains(&&action.resource) {
            continue;
        }
        if told.is_empty() {
            page.heading(&[(Tone::Loud, "What moved")]);
        }
        told.push(&action.resource);
        page.line(
            2,
            &[
                (Tone::Strong, &action.address),
                (Tone::Quiet, "  "),
                (Tone::Quiet, action.resource.name()),
            ],
        );
        write_resource(
            &mut page,
            &Sides::of(plan, &action.resource),
            &Sides::of(fresh, &action.resource),
        );
    }
    page.into_text()
}

/// What a plan does to one resource.
struct Sides<'a> {
    creates: bool,
    changes: Vec<&'a PropertyChange>,
}

impl<'a> Sides<'a> {
    fn of(plan: &'a Plan, id: &ResourceId) -> Self {
        let actions = || plan.actions.iter().filter(|action| action.resource == *id);
        let creates = actions().any(|action| {
            action.verb == Verb::Create
                && matches!(action.operation, Operation::Write { create: true, .. })
        });
        let mut changes: Vec<&PropertyChange> = vec![];
        for change in actions().flat_map(|action| &action.changes) {
            if !changes.iter().any(|known| known.path == change.path) {
                changes.push(change);
            }
        }
        Self { creates, changes }
    }

    fn at(&self, path: &str) -> Option<&'a PropertyChange> {
        self.changes.iter().find(|change| change.path == path).copied()
    }
}

fn write_resource(page: &mut Page, reviewed: &Sides<'_>, now: &Sides<'_>) {
    match (reviewed.creates, now.creates) {
        (true, false) => {
            return page.flow(4, Tone::Plain, "the plan saw nothing there; it exists now");
        }
        (false, true) => {
            return page.flow(4, Tone::Plain, "the plan saw it there; it is gone");
        }
        _ => {}
    }
    let mut paths: Vec<&str> = reviewed.changes.iter().map(|change| &change.path[..]).collect();
    paths.extend(
        now.changes
            .iter()
            .map(|change| &change.path[..])
            .filter(|path| reviewed.at(path).is_none()),
    );
    let mut is_told = false;
    for path in paths {
        if let Some((saw, live, file)) = three_ways(reviewed.at(path), now.at(path)) {
            is_told = true;
            page.line(4, &[(Tone::Plain, path)]);
            page.hanging(6, (Tone::Quiet, "plan saw  "), &saw);
            page.hanging(6, (Tone::Changed, "live is   "), &live);
            page.hanging(6, (Tone::Quiet, "file says "), &file);
        }
    }
    if !is_told {
        page.flow(
            4,
            Tone::Plain,
            "something that the topology does not declare, or a value that is not shown",
        );
    }
}

/// Returns what the plan saw, what is live and what the file says; nothing where live is as seen.
fn three_ways(
    reviewed: Option<&PropertyChange>,
    now: Option<&PropertyChange>,
) -> Option<(String, String, String)> {
    let wanted = now.or(reviewed)?;
    // What a plan does not change is as the file says.
    let seen = reviewed.map_or(&wanted.after, |change| &change.before);
    let live = now.map_or(&wanted.after, |change| &change.before);
    if seen == live {
        return None;
    }
    let is_sensitive = [reviewed, now].into_iter().flatten().any(|change| change.sensitive);
    let told = |value: &Option<Value>| match (is_sensitive, value) {
        (true, _) => "(sensitive value)".to_owned(),
        (false, Some(value)) => inline(value),
        (false, None) => "(none)".to_owned(),
    };
    Some((told(seen), told(live), told(&wanted.after)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sample;

    fn refused(plan: &Plan, id: &str) -> Outcome {
        let mut outcome = sample::succeeded(plan);
        for (action, ended) in &mut outcome.actions {
            *ended = if action.0 == id { ActionOutcome::Moved } else { ActionOutcome::NotStarted };
        }
        outcome
    }

    #[test]
    fn each_way_is_told_of_each_property_that_moved() {
        let plan = sample::drifted();
        let mut fresh = plan.clone();
        let action = fresh.actions.iter_mut().find(|action| action.id.0 == "update weu/web");
        let action = action.expect("it is in the sample");
        action.changes[0].before = Some(json!("set by hand"));
        action.changes.push(PropertyChange {
            path: "properties.httpsOnly".into(),
            before: Some(json!(false)),
            after: Some(json!(true)),
            sensitive: false,
            forces_replacement: None,
        });
        let outcome = refused(&plan, "update weu/web");
        insta::assert_snapshot!(moved(&plan, &outcome, &fresh, &TextOptions::default()));
    }

    #[test]
    fn a_resource_that_came_or_went_is_told_so() {
        let plan = sample::drifted();
        let fresh = sample::first_apply();
        let gone = Plan { actions: vec![], ..plan.clone() };
        let outcome = refused(&fresh, "create sea/web");
        let came = moved(&fresh, &outcome, &gone, &TextOptions::default());
        assert!(came.contains("it exists now"), "{came}");
        let nothing = moved(&plan, &sample::succeeded(&plan), &fresh, &TextOptions::default());
        assert_eq!(nothing, "");
    }
}
