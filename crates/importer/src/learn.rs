//! Learns from a trial: what shows a difference is told in another way, or not at all.

use plan::{Code, Guard, Plan, PropertyChange, Verb};
use planner::Desired;
use resource::ResourceId;
use resource::catalogue::{Listing, facts_of};
use resource::types::{GROUP, SITE_CONFIG};
use topology::section::{Arm, Stands};

use crate::check;
use crate::choices::Choices;
use crate::import::Trial;
use crate::survey::Survey;

/// Returns the choices with what the trial teaches; the same ones where it teaches nothing.
pub fn learn(before: &Choices, survey: &Survey<'_>, trial: &Trial) -> Choices {
    let mut lesson = Lesson { survey, trial, before, next: before.clone() };
    match &trial.desired {
        Err(diagnostics) => {
            for diagnostic in diagnostics {
                let line = diagnostic.place.line;
                let told = trial.written.about.iter().take_while(|(from, _)| *from <= line).last();
                if let Some((_, Some(id))) = told {
                    lesson.give_way(id, &diagnostic.message);
                }
            }
        }
        Ok(desired) => {
            if let Some(plan) = check::plan(desired, survey.observed, &trial.variables) {
                lesson.read(desired, &plan);
            }
        }
    }
    lesson.next
}

/// What one trial teaches. A resource may show several differences at once: what is told of it in
/// another way is decided by how it was told in this trial.
struct Lesson<'a> {
    survey: &'a Survey<'a>,
    trial: &'a Trial,
    before: &'a Choices,
    next: Choices,
}

impl Lesson<'_> {
    fn read(&mut self, desired: &Desired, plan: &Plan) {
        for refusal in &plan.refusals {
            if let Some(resource) = desired.by_address(&refusal.address)
                && !self.gives_up_domain(desired, &resource.id)
            {
                self.refused(&resource.id, refusal);
            }
        }
        for action in &plan.actions {
            let id = &action.resource;
            let is_change = match action.verb {
                Verb::Create | Verb::ReplaceCreate => true,
                Verb::Update | Verb::Adopt => !action.changes.iter().all(is_mark),
                _ => false,
            };
            if is_change && !self.gives_up_domain(desired, id) {
                self.differs(id, &action.changes);
            }
            if action.verb == Verb::Delete && self.survey.is_inside(id) {
                let why = "it carries our mark, and the language cannot tell of it";
                self.tell_raw(id, why);
            }
        }
    }

    /// Only reads what may not be taken over, or leaves out what has no entry of its own.
    fn refused(&mut self, id: &ResourceId, refusal: &Guard) {
        let why = match refusal.code {
            Code::AdoptionNotAllowed => "it does not carry our mark; `adopt: true` takes it over",
            Code::AdoptionNeedsReplacement | Code::ExistingNotFound => &refusal.message,
            // Locks and guards of the whole plan are no matter of how a resource is told.
            _ => return,
        };
        let choices = match self.trial.addresses.get(id) {
            Some(_) => &mut self.next.existing,
            None => &mut self.next.left_out,
        };
        choices.insert(id.clone(), why.to_owned());
    }

    /// Gives up the entry of `domains` that a resource is a part of, if it is one.
    fn gives_up_domain(&mut self, desired: &Desired, id: &ResourceId) -> bool {
        let is_part = |domain: &&planner::Domain| {
            let parts = domain.record.iter().chain(&domain.proof);
            parts.chain(&domain.bindings).chain(&domain.certificates).any(|part| part == id)
        };
        let found = desired.domains.iter().find(is_part);
        self.next.no_domain.extend(found.map(|domain| domain.name.clone()));
        found.is_some()
    }

    fn differs(&mut self, id: &ResourceId, changes: &[PropertyChange]) {
        let kind = id.resource_type();
        let is_raw = self.trial.addresses.get(id).is_some_and(|it| it.section.arm == Arm::Said);
        let degrades = self.survey.language.families().iter().any(|family| family.gives_way(id));
        let is_document = kind.is(SITE_CONFIG);
        let holder = self.holder(id);
        if is_raw && !changes.is_empty() {
            let dropped = self.next.dropped.entry(id.clone()).or_default();
            let count = dropped.len();
            dropped.extend(changes.iter().map(|change| change.path.clone()));
            if dropped.len() == count {
                self.leave_out(id, &format!("it does not hold still: {}", paths(changes)));
            }
        } else if degrades {
            self.tell_raw(id, &would_change(changes));
        } else if let Some(holder) = holder {
            self.tell_raw(&holder, &would_change(changes));
        } else if kind.parent().is_some() && !is_document && self.survey.observed.get(id).is_some()
        {
            self.leave_out(id, &would_change(changes));
        }
    }

    /// Tells of a resource in a simpler way: apps and plans are read, the rest goes by the escape
    /// hatch.
    fn give_way(&mut self, id: &ResourceId, message: &str) {
        let chain = id.lineage();
        let language = self.survey.language;
        let is_app = |id: &ResourceId| {
            let section = language.section_of_type(&id.resource_type());
            section.is_some_and(|section| section.stands == Stands::Stamp)
                && !language.families().iter().any(|family| family.gives_way(id))
        };
        match chain.into_iter().find(is_app) {
            Some(app) if self.before.existing.contains_key(&app) => self.leave_out(&app, message),
            Some(app) => {
                let why = format!("it is only read, because {message}");
                self.next.existing.insert(app, why);
            }
            None if id.resource_type().is(GROUP) || self.survey.observed.get(id).is_none() => {
                self.leave_out(id, message);
            }
            None => {
                let holder = self.holder(id);
                self.tell_raw(holder.as_ref().unwrap_or(id), message);
            }
        }
    }

    /// Returns the resource whose entry tells of a resource below it and cannot be told without.
    fn holder(&self, id: &ResourceId) -> Option<ResourceId> {
        let language = self.survey.language;
        let is_listed = language.families().iter().any(|family| family.lists(id));
        language.holder(id).filter(|holder| {
            let address = self.trial.addresses.get(holder);
            !is_listed && address.is_some_and(|it| it.section.arm != Arm::Said)
        })
    }

    /// Tells of a resource by the escape hatch, or not at all where that was tried.
    fn tell_raw(&mut self, id: &ResourceId, why: &str) {
        let facts = facts_of(id);
        let cannot_be =
            facts.api_version.is_empty() || matches!(facts.listing, Listing::PostList { .. });
        if cannot_be || self.before.raw.contains_key(id) {
            self.leave_out(id, why);
        } else {
            self.next.raw.entry(id.clone()).or_insert_with(|| why.to_owned());
        }
    }

    fn leave_out(&mut self, id: &ResourceId, why: &str) {
        self.next.left_out.insert(id.clone(), why.to_owned());
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

/// Returns what the language's own part cannot say.
fn would_change(changes: &[PropertyChange]) -> String {
    match paths(changes) {
        none if none.is_empty() => "the language's own part cannot say it".to_owned(),
        some => format!("the language's own part would change {some}"),
    }
}

/// Returns the first paths that differ by more than our mark.
fn paths(changes: &[PropertyChange]) -> String {
    let others = changes.iter().filter(|change| !is_mark(change)).take(2);
    let few: Vec<String> = others.map(|change| format!("`{}`", change.path)).collect();
    few.join(" and ")
}
