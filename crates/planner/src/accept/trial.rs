//! Trying an edit: read the changed text, plan again, and see what has become of the differences.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use plan::{Guard, Plan};
use topology::edit::{Edit, Outline, Written};
use topology::{Diagnostic, Parsed};

use super::Files;
use super::candidates::is_from_outside;
use super::difference::{Difference, at};
use super::schema::Schema;
use crate::desired::{Desired, DesiredResource};
use crate::family::Language;

/// How many texts may be read and planned in one search.
const MOST_TRIALS: usize = 3000;

/// Edits that belong together, each with its file.
pub(super) type Candidate = Vec<(String, Edit)>;

/// A topology's text and all that follows from it.
pub(super) struct State {
    pub files: Files,
    pub schema: Schema<'static>,
    pub outlines: BTreeMap<String, Outline>,
    pub desired: Desired,
    pub differences: Vec<Difference>,
    refusals: Vec<Guard>,
    diagnostics: Vec<(&'static str, String)>,
}

/// What came of trying an edit.
pub(super) enum Tried {
    /// The difference is gone and nothing else has changed.
    Gone(Rc<State>),
    /// Of the difference, which was one, only parts are left.
    Smaller(Rc<State>),
}

/// Reads and plans texts, each once.
pub(super) struct Judge<'a> {
    language: &'static Language,
    parse: &'a dyn Fn(&Files) -> Parsed,
    plan: &'a dyn Fn(&Desired) -> Option<Plan>,
    seen: RefCell<HashMap<u64, Option<Rc<State>>>>,
    trials: Cell<usize>,
}

impl<'a> Judge<'a> {
    pub fn new(
        language: &'static Language,
        parse: &'a dyn Fn(&Files) -> Parsed,
        plan: &'a dyn Fn(&Desired) -> Option<Plan>,
    ) -> Self {
        Self { language, parse, plan, seen: RefCell::default(), trials: Cell::new(0) }
    }

    /// Tells whether the search has become too long.
    pub fn is_tired(&self) -> bool {
        self.trials.get() >= MOST_TRIALS
    }

    /// Reads and plans the text of all files; `None` where it is no topology.
    pub fn look(&self, files: &Files) -> Option<Rc<State>> {
        let mut hasher = DefaultHasher::new();
        files.iter().for_each(|file| file.hash(&mut hasher));
        let key = hasher.finish();
        if let Some(known) = self.seen.borrow().get(&key) {
            return known.clone();
        }
        if self.is_tired() {
            return None;
        }
        self.trials.set(self.trials.get() + 1);
        let state = self.state(files).map(Rc::new);
        self.seen.borrow_mut().insert(key, state.clone());
        state
    }

    fn state(&self, files: &Files) -> Option<State> {
        let parsed = (self.parse)(files);
        let desired = crate::expand(self.language, &parsed.topology?);
        let plan = (self.plan)(&desired)?;
        let outlines = files
            .iter()
            .map(|(name, text)| Some((name.clone(), Outline::read(text).ok()?)))
            .collect::<Option<_>>()?;
        let told = parsed.diagnostics.into_iter().map(|told| (told.code, told.message));
        Some(State {
            files: files.clone(),
            outlines,
            schema: Schema(self.language.json_schema()),
            desired,
            differences: Difference::of(&plan),
            refusals: plan.refusals,
            diagnostics: told.collect(),
        })
    }

    /// Returns a candidate that also removes the values of which the changed text's mistakes speak:
    /// what has no meaning beside the new value. `None` where it has no such mistake.
    pub fn mended(&self, before: &State, candidate: &Candidate) -> Option<Candidate> {
        let files = edited(&before.files, candidate)?;
        let parsed = (self.parse)(&files);
        let is_new = |told: &&Diagnostic| {
            !before.diagnostics.iter().any(|it| (it.0, &it.1) == (told.code, &told.message))
        };
        let mut removals = Vec::new();
        for told in parsed.diagnostics.iter().filter(is_new) {
            let file = told.place.file.to_string();
            let outline = Outline::read(files.get(&file)?).ok()?;
            let (line, column) = (told.place.line as usize, told.place.column as usize);
            let path = outline.path_at(&files[&file], line, column)?;
            let is_value =
                matches!(outline.get(&path)?, Written::Scalar(text) if !is_from_outside(&text));
            let is_changed = candidate.iter().any(|(_, edit)| *edit.path() == path);
            if !is_value || is_changed {
                return None;
            }
            removals.push((file, Edit::Remove(path)));
        }
        let mended = candidate.iter().cloned().chain(removals.iter().cloned());
        (!removals.is_empty()).then(|| mended.collect())
    }

    /// Tries a candidate against one difference.
    pub fn try_out(
        &self,
        before: &State,
        target: &Difference,
        kept: &dyn Fn(&Difference) -> bool,
        candidate: &Candidate,
    ) -> Option<Tried> {
        let after = self.look(&edited(&before.files, candidate)?)?;
        let is_known = |difference: &Difference| before.differences.contains(difference);
        let is_part = |difference: &Difference| difference.is_part_of(target);
        let nothing_new = after.differences.iter().all(|it| is_known(it) || is_part(it));
        let nothing_stolen = before
            .differences
            .iter()
            .filter(|it| kept(it))
            .all(|it| after.differences.contains(it));
        if after.differences.contains(target)
            || !nothing_new
            || !nothing_stolen
            || !is_same_but_for_values(before, &after)
            || !says_what_is_live(&after, target)
        {
            return None;
        }
        // What is not yet whole may well be warned of: another of its parts can be what is missing.
        if after.differences.iter().any(is_part) {
            return Some(Tried::Smaller(after));
        }
        (!after.warns_more_than(before)).then_some(Tried::Gone(after))
    }
}

impl State {
    /// Tells whether this text has a warning that the other one does not have, or has it more often.
    pub fn warns_more_than(&self, before: &State) -> bool {
        let count = |state: &State, told: &(&str, String)| {
            let is_it = |other: &&(&str, String)| (other.0, &other.1) == (told.0, &told.1);
            state.diagnostics.iter().filter(is_it).count()
        };
        self.diagnostics.iter().any(|told| count(self, told) > count(before, told))
    }
}

impl Judge<'_> {
    /// Returns the new warning for which a candidate is not taken that would otherwise do.
    pub fn warning(
        &self,
        before: &State,
        target: &Difference,
        candidate: &Candidate,
    ) -> Option<String> {
        let after = self.look(&edited(&before.files, candidate)?)?;
        let is_gone = !after.differences.contains(target);
        let nothing_new = after.differences.iter().all(|it| before.differences.contains(it));
        let is_new = |told: &&(&str, String)| !before.diagnostics.contains(told);
        let told = after.diagnostics.iter().find(is_new)?;
        (is_gone && nothing_new).then(|| told.1.clone())
    }
}

/// Returns the files with edits made, one after the other.
pub(super) fn edited(files: &Files, candidate: &Candidate) -> Option<Files> {
    let mut files = files.clone();
    for (name, edit) in candidate {
        let text = files.get_mut(name)?;
        *text = edit.apply(text).ok()?;
    }
    Some(files)
}

/// Tells whether two states declare the same resources in the same way, and differ in values of
/// those alone of which a difference has gone.
fn is_same_but_for_values(before: &State, after: &State) -> bool {
    let no_new_refusal = after.refusals.iter().all(|it| before.refusals.contains(it));
    let touched = |resource: &DesiredResource| {
        let gone = |it: &&Difference| it.id == resource.id && !after.differences.contains(it);
        before.differences.iter().any(|it| gone(&it))
    };
    let (old, new) = (&before.desired, &after.desired);
    no_new_refusal
        && (&old.topology, &old.subscription, &old.stamps)
            == (&new.topology, &new.subscription, &new.stamps)
        && old.resources().count() == new.resources().count()
        && old.resources().all(|resource| {
            new.get(&resource.id).is_some_and(|other| {
                is_declared_alike(resource, other)
                    && (touched(resource)
                        || resource.body == other.body && resource.create_only == other.create_only)
            })
        })
}

fn is_declared_alike(one: &DesiredResource, other: &DesiredResource) -> bool {
    one.address == other.address
        && one.mode == other.mode
        && (one.adopt, one.protect) == (other.adopt, other.protect)
        && one.api_version == other.api_version
        && one.clone_of == other.clone_of
        && one.keep_foreign_values == other.keep_foreign_values
}

/// Tells whether the text asks for what is live, rather than no longer for anything.
fn says_what_is_live(after: &State, target: &Difference) -> bool {
    let Some(change) = target.property() else { return false };
    let asked = after.desired.get(&target.id).and_then(|it| at(&it.body, &change.path));
    match (&change.before, &change.after) {
        (Some(_), Some(_)) => asked.is_some(),
        _ => true,
    }
}
