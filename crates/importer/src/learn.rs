//! Learns from a trial: what shows a difference is told in another way, or not at all.

use plan::{Plan, PropertyChange, Verb};
use planner::Desired;
use resource::catalogue::facts_of;
use resource::{ResourceId, catalogue};

use crate::addresses::Section;
use crate::check;
use crate::choices::Choices;
use crate::dns::is_record;
use crate::import::Trial;
use crate::survey::{ACCOUNT, AUTOSCALE, IDENTITY, PLAN, PROFILE, SITE, Survey, VAULT};

/// Adds to the choices what the trial teaches; tells whether there was anything.
pub fn learn(choices: &mut Choices, survey: &Survey<'_>, trial: &Trial) -> bool {
    let before = choices.clone();
    match &trial.desired {
        Err(diagnostics) => {
            for diagnostic in diagnostics {
                let line = diagnostic.place.line;
                let told = trial.written.about.iter().take_while(|(from, _)| *from <= line).last();
                if let Some((_, Some(id))) = told {
                    give_way(choices, survey, id, &diagnostic.message);
                }
            }
        }
        Ok(desired) => {
            if let Some(plan) = check::plan(desired, survey.observed, &trial.variables) {
                from_plan(choices, survey, trial, desired, &plan);
            }
        }
    }
    *choices != before
}

fn from_plan(
    choices: &mut Choices,
    survey: &Survey<'_>,
    trial: &Trial,
    desired: &Desired,
    plan: &Plan,
) {
    for refusal in &plan.refusals {
        let Some(resource) = desired.by_address(&refusal.address) else { continue };
        if choose_no_domain(choices, desired, &resource.id) {
            continue;
        }
        if trial.addresses.get(&resource.id).is_some() {
            let why = "it does not carry our mark; `adopt: true` takes it over";
            choices.existing.insert(resource.id.clone(), why.to_owned());
        } else {
            choices.left_out.insert(resource.id.clone(), refusal.message.clone());
        }
    }
    for action in &plan.actions {
        let id = &action.resource;
        let is_change = match action.verb {
            Verb::Create | Verb::Update | Verb::ReplaceCreate => true,
            Verb::Adopt => !action.changes.iter().all(is_mark),
            _ => false,
        };
        if is_change && !choose_no_domain(choices, desired, id) {
            differs(choices, survey, trial, id, &action.changes);
        }
        if action.verb == Verb::Delete && survey.is_inside(id) {
            choose_raw(choices, id, "it carries our mark, and the language cannot tell of it");
        }
    }
}

/// Tells whether a difference is nothing but our mark.
pub(crate) fn is_mark(change: &PropertyChange) -> bool {
    let path = change.path.to_ascii_lowercase();
    path == "tags"
        || path.ends_with("evenkeel")
        || path.ends_with("evenkeel]")
        || ["properties.notes", "properties.description", "properties.metadata"].contains(&&*path)
}

/// Gives up the entry of `domains` that a resource is a part of.
fn choose_no_domain(choices: &mut Choices, desired: &Desired, id: &ResourceId) -> bool {
    let is_part = |domain: &&planner::Domain| {
        let parts = domain.record.iter().chain(&domain.proof);
        parts.chain(&domain.bindings).chain(&domain.certificates).any(|part| part == id)
    };
    match desired.domains.iter().find(is_part) {
        Some(domain) => choices.no_domain.insert(domain.name.clone()),
        None => false,
    }
}

fn differs(
    choices: &mut Choices,
    survey: &Survey<'_>,
    trial: &Trial,
    id: &ResourceId,
    changes: &[PropertyChange],
) {
    let kind = id.resource_type();
    let is_raw = trial.addresses.get(id).is_some_and(|it| it.section == Section::Resources);
    let degrades = [ACCOUNT, VAULT, IDENTITY, PROFILE, AUTOSCALE].iter().any(|it| kind.is(it));
    if is_raw && !changes.is_empty() {
        let dropped = choices.dropped.entry(id.clone()).or_default();
        let before = dropped.len();
        dropped.extend(changes.iter().map(|change| change.path.clone()));
        if dropped.len() == before {
            choices.left_out.insert(id.clone(), "its plan is never empty".to_owned());
        }
    } else if degrades || is_record(id) {
        choose_raw(choices, id, &would_change(changes));
    } else if kind.parent().is_some()
        && !kind.is("Microsoft.Web/sites/config")
        && survey.observed.get(id).is_some()
    {
        choices.left_out.insert(id.clone(), would_change(changes));
    }
}

/// Returns what the language's own part cannot say.
fn would_change(changes: &[PropertyChange]) -> String {
    let others = changes.iter().filter(|change| !is_mark(change)).take(2);
    let few: Vec<String> = others.map(|change| format!("`{}`", change.path)).collect();
    match few.is_empty() {
        true => "the language's own part cannot say it".to_owned(),
        false => format!("the language's own part would change {}", few.join(" and ")),
    }
}

fn choose_raw(choices: &mut Choices, id: &ResourceId, why: &str) {
    let is_known = !facts_of(id).api_version.is_empty();
    let cannot_be = catalogue::facts_of(id).listing == catalogue::Listing::PostList;
    if !is_known || cannot_be || choices.raw.insert(id.clone(), why.to_owned()).is_some() {
        choices.left_out.insert(id.clone(), why.to_owned());
    }
}

/// Tells of a resource in a simpler way: apps and plans are read, the rest goes by the escape hatch.
fn give_way(choices: &mut Choices, survey: &Survey<'_>, id: &ResourceId, message: &str) {
    let kind = id.resource_type();
    let site = std::iter::successors(Some(id.clone()), ResourceId::parent)
        .find(|id| id.resource_type().is(SITE) || id.resource_type().is(PLAN));
    if let Some(site) = site {
        let why = format!("it is only read, because {message}");
        if choices.existing.insert(site.clone(), why).is_some() {
            choices.left_out.insert(site, message.to_owned());
        }
    } else if kind.is("Microsoft.Resources/resourceGroups") || survey.observed.get(id).is_none() {
        choices.left_out.insert(id.clone(), message.to_owned());
    } else {
        choose_raw(choices, id, message);
    }
}
