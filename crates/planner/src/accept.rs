//! Writes what Azure holds back into a topology's text, so that the next plan has nothing to say.
//!
//! No table leads from ARM's properties to the language's keys. For each difference, edits of the
//! text are made up and tried: the text is read and planned again, and an edit stands only if this
//! difference is gone, nothing else has changed and the text has no new mistake. What is written
//! is thereby proved, and a part of the language that is new is known from its schema.

mod candidates;
mod difference;
mod schema;
mod scope;
mod spell;
mod trial;

use std::rc::Rc;

use indexmap::IndexMap;
use plan::Plan;
use resource::ResourceId;
use serde_json::Value;
use topology::Parsed;

use crate::desired::Desired;
use crate::family::Language;
use difference::{Difference, What};
use scope::Scope;
use trial::{Candidate, Judge, State, Tried};

/// The texts of a topology's files by name, the main file first.
pub type Files = IndexMap<String, String>;

/// What is to be accepted, and how it is tried.
pub struct Request<'a> {
    /// The language of the texts.
    pub language: &'static Language,
    /// The texts of all files.
    pub files: &'a Files,
    /// Reads the topology from changed texts.
    pub parse: &'a dyn Fn(&Files) -> Parsed,
    /// Plans a changed topology against the Azure that was observed.
    pub plan: &'a dyn Fn(&Desired) -> Option<Plan>,
    /// The addresses whose differences are meant, with what lies below them; none means all.
    pub addresses: &'a [String],
    /// Tells of a resource, or of one of its properties, that the topology has moved since the last
    /// apply and Azure has not. Such a difference is accepted only where its address is named.
    pub is_pending: &'a dyn Fn(&ResourceId, Option<&str>) -> bool,
}

/// What came of accepting.
#[derive(Debug, Clone, PartialEq)]
pub struct Acceptance {
    /// The texts of all files, changed where something was accepted.
    pub files: Files,
    /// The differences that are gone.
    pub accepted: Vec<Accepted>,
    /// The differences that are left.
    pub left: Vec<Left>,
}

/// A difference that the text no longer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The resource's address.
    pub address: String,
    /// The property.
    pub path: String,
}

/// A difference that could not be written into the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The resource's address.
    pub address: String,
    /// The property; `None` where the resource as a whole is meant.
    pub path: Option<String>,
    /// Why.
    pub reason: String,
    /// What to do.
    pub help: String,
}

/// Finds the edits that make the differences vanish.
///
/// Pure: the same texts and the same Azure give the same edits. `None` if the texts are no topology
/// to begin with.
pub fn accept(request: &Request<'_>) -> Option<Acceptance> {
    let judge = Judge::new(request.language, request.parse, request.plan);
    let first = judge.look(request.files)?;
    let is_pending = |it: &Difference| {
        let path = it.property().map(|change| &change.path[..]);
        request.addresses.is_empty() && (request.is_pending)(&it.id, path)
    };
    let is_meant = |it: &Difference| is_meant(request.addresses, &it.address) && !is_pending(it);
    let search = Search { judge: &judge, kept: &|it| !is_meant(it) };
    let meant: Vec<Difference> =
        first.differences.iter().filter(|it| is_meant(it)).cloned().collect();
    let last = search.all(first.clone(), &meant);
    let pending = first.differences.iter().filter(|it| is_pending(it));
    let (mut accepted, mut left) = (Vec::new(), pending.map(pending_left).collect::<Vec<_>>());
    for difference in meant {
        match difference.property() {
            Some(change) if !last.differences.contains(&difference) => {
                accepted.push(Accepted {
                    address: difference.address.clone(),
                    path: change.path.clone(),
                });
            }
            _ if last.differences.contains(&difference) => {
                left.push(why_left(&judge, &last, &difference));
            }
            // It has gone with the property of which it was a consequence.
            _ => {}
        }
    }
    Some(Acceptance { files: last.files.clone(), accepted, left })
}

fn is_meant(addresses: &[String], address: &str) -> bool {
    let lies_in = |wanted: &String| {
        address.strip_prefix(wanted.as_str()).is_some_and(|it| it.is_empty() || it.starts_with('/'))
    };
    addresses.is_empty() || addresses.iter().any(lies_in)
}

/// How many parts of a part may be solved for one difference.
const DEEPEST: usize = 4;

/// How many edits are tried for one difference; the likeliest come first.
const MOST_CANDIDATES: usize = 200;

/// How many of a difference's edits are tried together with another's.
const MOST_TOGETHER: usize = 6;

struct Search<'a> {
    judge: &'a Judge<'a>,
    /// Tells which differences must stay.
    kept: &'a dyn Fn(&Difference) -> bool,
}

impl Search<'_> {
    /// Accepts one difference after the other, until none of the rest can be.
    fn all(&self, mut state: Rc<State>, meant: &[Difference]) -> Rc<State> {
        loop {
            let before = state.differences.len();
            for difference in meant {
                if state.differences.contains(difference)
                    && let Some(next) = self.one(&state, difference, 0)
                {
                    state = next;
                }
            }
            if let Some(next) = self.two(&state, meant) {
                state = next;
            }
            if state.differences.len() == before {
                return state;
            }
        }
    }

    /// Finds the edits after which a difference is gone.
    fn one(&self, state: &Rc<State>, difference: &Difference, depth: usize) -> Option<Rc<State>> {
        let mut smaller = Vec::new();
        let candidates = candidates_of(state, difference);
        for candidate in &candidates {
            match self.judge.try_out(state, difference, self.kept, candidate) {
                Some(Tried::Gone(next)) => return Some(next),
                Some(Tried::Smaller(next)) => smaller.push(next),
                None => {}
            }
        }
        for candidate in candidates.iter().take(MOST_TOGETHER) {
            let mended = self.judge.mended(state, candidate);
            let tried = mended.and_then(|it| self.judge.try_out(state, difference, self.kept, &it));
            if let Some(Tried::Gone(next)) = tried {
                return Some(next);
            }
        }
        if depth == DEEPEST {
            return None;
        }
        // What is nearest to the goal is followed first.
        smaller.sort_by_key(|next| next.differences.len());
        let ends = smaller.into_iter().take(MOST_TOGETHER);
        ends.filter_map(|next| self.rest(next, difference, depth))
            .find(|end| !end.warns_more_than(state))
    }

    /// Solves the parts that are left of a difference.
    fn rest(&self, mut state: Rc<State>, whole: &Difference, depth: usize) -> Option<Rc<State>> {
        let parts = state.differences.clone().into_iter().filter(|it| it.is_part_of(whole));
        for part in parts {
            if state.differences.contains(&part) {
                state = self.one(&state, &part, depth + 1)?;
            }
        }
        (!state.differences.iter().any(|it| it.is_part_of(whole))).then_some(state)
    }

    /// Finds edits that are valid only together, such as two priorities that change places.
    fn two(&self, state: &Rc<State>, meant: &[Difference]) -> Option<Rc<State>> {
        let left: Vec<&Difference> =
            meant.iter().filter(|it| state.differences.contains(it)).take(MOST_TOGETHER).collect();
        for (index, first) in left.iter().enumerate() {
            for second in left[index + 1..].iter().filter(|second| second.id == first.id) {
                for a in candidates_of(state, first).into_iter().take(MOST_TOGETHER) {
                    for b in candidates_of(state, second).into_iter().take(MOST_TOGETHER) {
                        let both: Candidate = a.iter().chain(&b).cloned().collect();
                        if let Some(Tried::Gone(next)) =
                            self.judge.try_out(state, first, self.kept, &both)
                            && !next.differences.contains(second)
                        {
                            return Some(next);
                        }
                    }
                }
            }
        }
        None
    }
}

/// Returns the edits that may make a difference vanish; none for what is never written.
fn candidates_of(state: &State, difference: &Difference) -> Vec<Candidate> {
    let (Some(change), Some(resource)) = (difference.property(), state.desired.get(&difference.id))
    else {
        return vec![];
    };
    if change.sensitive && change.before.is_some() {
        return vec![];
    }
    let scope = Scope::of(state, resource, &change.path);
    let mut found = candidates::of(state, &scope, change);
    found.extend(candidates::of_member(state, &scope, difference));
    // Each once, the first of equals.
    let mut seen: Vec<Candidate> = Vec::new();
    for candidate in found {
        if !candidate.is_empty() && !seen.contains(&candidate) && seen.len() < MOST_CANDIDATES {
            seen.push(candidate);
        }
    }
    seen
}

fn pending_left(difference: &Difference) -> Left {
    let address = &difference.address;
    Left {
        address: address.clone(),
        path: difference.property().map(|change| change.path.clone()),
        reason: "the file has changed here since the last apply, Azure has not".to_owned(),
        help: format!(
            "`evenkeel apply` carries it out; `evenkeel drift --accept {address}` takes back the file's"
        ),
    }
}

fn why_left(judge: &Judge<'_>, state: &State, difference: &Difference) -> Left {
    let (reason, help) = match &difference.what {
        What::Missing => (
            "it is missing in Azure, so the file would have to lose it".to_owned(),
            "remove it from the file yourself, or `evenkeel apply` makes it again".to_owned(),
        ),
        What::Undeclared => (
            "it is ours in Azure and the file does not declare it".to_owned(),
            "declare it in the file yourself, or `evenkeel apply` deletes it".to_owned(),
        ),
        What::NotOurs => (
            "it is in Azure without our mark".to_owned(),
            "write `adopt: true` at its place, or `existing: true` to use it unchanged".to_owned(),
        ),
        What::Property(change) if change.sensitive => (
            "its value may be a secret, and secrets are not written into files".to_owned(),
            "change it where the secret is kept, or `evenkeel apply` puts the declared one back"
                .to_owned(),
        ),
        What::Property(change) => {
            let candidates = candidates_of(state, difference);
            let mut warnings =
                candidates.iter().filter_map(|it| judge.warning(state, difference, it));
            let reason = if let Some(text) = outside(state, difference) {
                format!("the file takes it from outside: `{text}`")
            } else if let Some(warning) = warnings.next() {
                format!("the file would get a warning that it does not have yet: {warning}")
            } else if judge.is_tired() {
                "the search for its place in the file became too long".to_owned()
            } else {
                "no change of the file was found that says this and nothing else".to_owned()
            };
            let help = match &change.before {
                None => format!("take out by hand what asks for `{}`", change.path),
                Some(Value::Object(_) | Value::Array(_)) => format!(
                    "write it by hand; `evenkeel show {}` prints what Azure has",
                    difference.address
                ),
                Some(live) => format!("write by hand what makes `{}` {live}", change.path),
            };
            (reason, help)
        }
    };
    let path = difference.property().map(|change| change.path.clone());
    Left { address: difference.address.clone(), path, reason, help }
}

/// Returns the text of the likeliest place if that takes its value from a variable or a secret.
fn outside(state: &State, difference: &Difference) -> Option<String> {
    let (change, resource) = (difference.property()?, state.desired.get(&difference.id)?);
    let scope = Scope::of(state, resource, &change.path);
    let texts = scope.places().into_iter().filter_map(|place| match place.written {
        topology::edit::Written::Scalar(text) => {
            let is_alike = place.path.last_key().map(|key| scope.likeness_of_name(key));
            (is_alike >= Some(60) && place.logical.below(&scope.own).is_some()).then_some(text)
        }
        _ => None,
    });
    texts.into_iter().find(|text| candidates::is_from_outside(text))
}
