//! Differences that are made on purpose, and whether they are seen.

use planner::diff::{Comparison, Why};
use resource::ResourceType;
use resource::catalogue::{self, PropertyPath, TypeFacts, is_empty, member_label, pair};
use serde_json::Value;

use super::case::Case;
use super::comparison;

mod value;

/// What is done to the observed body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A value becomes another.
    Change,
    /// A value is removed.
    Remove,
    /// An array gets a member more.
    Add,
    /// An array loses a declared member.
    Drop,
}

/// One difference, made in the observed body.
#[derive(Debug)]
pub struct Mutation {
    /// Where the difference must be reported.
    pub path: String,
    /// What was done.
    pub kind: Kind,
    property: PropertyPath,
    /// What was declared there.
    declared: Value,
    /// The observed body with the difference.
    observed: Value,
}

/// What the diff engine made of a mutation.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Reported where it was made.
    Reported,
    /// Not reported, or somewhere else: these paths.
    Missed(Vec<String>),
    /// Reported, but still there in the body that an update would send: these paths.
    NotHealed(Vec<String>),
    /// The value is no wish that could be checked.
    NotCompared(Why),
    /// What was removed means the same as nothing: a switch that is off, a default.
    EqualsAbsence,
    /// A member of the kind that the service adds by itself.
    ServiceMade,
}

impl Kind {
    /// Returns the kind's name in the details.
    pub fn name(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Remove => "remove",
            Self::Add => "add",
            Self::Drop => "drop",
        }
    }
}

impl Outcome {
    /// Tells whether a difference that should have been reported was not.
    pub fn is_miss(&self) -> bool {
        matches!(self, Self::Missed(_) | Self::NotHealed(_))
    }

    /// Returns the outcome's name in the details.
    pub fn name(&self) -> String {
        match self {
            Self::Reported => "reported".into(),
            Self::Missed(_) => "missed".into(),
            Self::NotHealed(_) => "not healed".into(),
            Self::NotCompared(why) => format!("not compared: {why:?}"),
            Self::EqualsAbsence => "equals absence".into(),
            Self::ServiceMade => "service made".into(),
        }
    }

    /// Returns the paths that were reported in place of the right one.
    pub fn reported(&self) -> &[String] {
        match self {
            Self::Missed(paths) | Self::NotHealed(paths) => paths,
            _ => &[],
        }
    }
}

impl Mutation {
    /// Compares with the mutated body and tells what was seen.
    ///
    /// `as_it_came` is the comparison with the body that was not mutated.
    pub fn judge(&self, case: &Case, as_it_came: &Comparison) -> Outcome {
        let found = comparison(case, &self.observed);
        let facts = facts_of(case);
        // What was never returned is judged by the answer as it came: a value put in its place
        // would be no answer of the service.
        let passed_over = passed_over(&found, &self.path).or(passed_over(as_it_came, &self.path));
        if let Some(why) = passed_over {
            return Outcome::NotCompared(why);
        }
        let paths: Vec<String> = found.changes.iter().map(|change| change.path.clone()).collect();
        if !paths.is_empty() && paths.iter().all(|path| self.is_place(path)) {
            return self.heal(case);
        }
        let off = facts.omits_off && self.declared == Value::Bool(false);
        let equals_absence = off || facts.is_default(&self.property, &self.declared);
        if paths.is_empty() && self.kind == Kind::Remove && equals_absence {
            return Outcome::EqualsAbsence;
        }
        let is_service_made = facts.is_service_made(&self.property, &self.declared)
            || one_stands_for_all(&found, &self.path);
        if paths.is_empty() && self.kind == Kind::Add && is_service_made {
            return Outcome::ServiceMade;
        }
        Outcome::Missed(paths)
    }

    /// Lays the wish over the mutated body, as an update does, and compares again.
    fn heal(&self, case: &Case) -> Outcome {
        let resource_type = ResourceType::new(case.resource_type.as_str());
        let laid = catalogue::overlay(&resource_type, &self.observed, &case.desired);
        let left = comparison(case, &laid).changes;
        if left.is_empty() {
            Outcome::Reported
        } else {
            Outcome::NotHealed(left.into_iter().map(|change| change.path).collect())
        }
    }

    /// Tells whether a report at `reported` names the place of this mutation: the very path, what
    /// is above or below it, or another member of the array, where the value may be what tells the
    /// members apart.
    fn is_place(&self, reported: &str) -> bool {
        let above = |upper: &str, lower: &str| {
            lower
                .strip_prefix(upper)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        above(reported, &self.path) || above(&self.path, reported) || self.is_sibling(reported)
    }

    fn is_sibling(&self, reported: &str) -> bool {
        let Some((member, last)) = self.path.rsplit_once(']') else { return false };
        let direct = !last.trim_start_matches('.').contains('.');
        let Some((array, _)) = member.rsplit_once('[') else { return false };
        direct && reported.strip_prefix(array).is_some_and(|rest| rest.starts_with('['))
    }
}

fn passed_over(found: &Comparison, path: &str) -> Option<Why> {
    let covers = |upper: &str| {
        path.strip_prefix(upper).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    found.not_compared.iter().find(|passed| covers(&passed.path)).map(|passed| passed.why)
}

/// Tells whether a declared member of the array at `path` is met by whatever members there are.
fn one_stands_for_all(found: &Comparison, path: &str) -> bool {
    let is_member = |passed: &str| {
        passed.strip_prefix(path).is_some_and(|rest| rest.starts_with('[') && rest.ends_with(']'))
    };
    found.not_compared.iter().any(|p| p.why == Why::Decided && is_member(&p.path))
}

fn facts_of(case: &Case) -> &'static TypeFacts {
    catalogue::facts_of_body(&ResourceType::new(case.resource_type.as_str()), &case.observed)
}

/// Makes every mutation of a case: of each declared leaf and of each declared array.
pub fn all(case: &Case) -> Vec<Mutation> {
    let mut maker = Maker { case, facts: facts_of(case), made: vec![] };
    maker.walk(&case.desired, &PropertyPath::root(), &mut vec![]);
    maker.made
}

/// One step in the observed body.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    Index(usize),
}

struct Maker<'a> {
    case: &'a Case,
    facts: &'static TypeFacts,
    made: Vec<Mutation>,
}

impl Maker<'_> {
    fn walk(&mut self, desired: &Value, path: &PropertyPath, steps: &mut Vec<Step>) {
        let observed = seek(&self.case.observed, steps).cloned();
        match (desired, observed) {
            (Value::Null, _) => {}
            (Value::Object(members), Some(Value::Object(seen))) => {
                for (key, member) in members {
                    let found = seen.keys().find(|k| *k == key).or_else(|| {
                        seen.keys()
                            .find(|k| k.eq_ignore_ascii_case(key) || catalogue::resembles(key, k))
                    });
                    steps.push(Step::Key(found.unwrap_or(key).clone()));
                    self.walk(member, &path.key(key), steps);
                    steps.pop();
                }
            }
            (Value::Array(wanted), Some(Value::Array(seen))) => {
                self.array(wanted, &seen, path, steps);
            }
            (desired, Some(seen)) if !seen.is_null() => {
                let changed = value::other(self.facts, path, &seen);
                self.make(Kind::Change, path, desired, steps, Some(changed));
                if !is_empty(desired) {
                    self.make(Kind::Remove, path, desired, steps, None);
                }
            }
            // What was not returned cannot be removed; a value in its place must be seen.
            (desired, _) => self.absent(desired, path, steps),
        }
    }

    fn absent(&mut self, desired: &Value, path: &PropertyPath, steps: &mut Vec<Step>) {
        match desired {
            Value::Object(members) => {
                for (key, member) in members {
                    steps.push(Step::Key(key.clone()));
                    self.absent(member, &path.key(key), steps);
                    steps.pop();
                }
            }
            Value::Null | Value::Array(_) => {}
            scalar => {
                let other = value::other(self.facts, path, scalar);
                self.make(Kind::Change, path, scalar, steps, Some(other));
            }
        }
    }

    fn array(
        &mut self,
        wanted: &[Value],
        seen: &[Value],
        path: &PropertyPath,
        steps: &mut Vec<Step>,
    ) {
        let key = self.facts.array_key_at(path);
        let same = &mut |a: &Value, b: &Value| {
            a == b || a.as_str().zip(b.as_str()).is_some_and(|(a, b)| catalogue::resembles(a, b))
        };
        for (wish, found) in pair(key, wanted, seen, same).pairs {
            let label = member_label(&wanted[wish], wish);
            let member = path.member(&label);
            if !is_empty(&wanted[wish]) {
                let mut fewer = seen.to_vec();
                fewer.remove(found);
                self.make_at(Kind::Drop, &member, path, &wanted[wish], steps, Some(fewer.into()));
            }
            if wanted[wish].is_object() {
                steps.push(Step::Index(found));
                self.walk(&wanted[wish], &member, steps);
                steps.pop();
            } else {
                let mut others = seen.to_vec();
                others[found] = value::other(self.facts, path, &seen[found]);
                self.make(Kind::Change, path, &wanted[wish], steps, Some(others.into()));
            }
        }
        if let Some(last) = seen.last().or(wanted.last()).filter(|last| !is_empty(last)) {
            let more = value::another_member(self.facts, path, last);
            let grown: Vec<Value> = seen.iter().cloned().chain([more.clone()]).collect();
            self.make(Kind::Add, path, &more, steps, Some(grown.into()));
        }
    }

    fn make(
        &mut self,
        kind: Kind,
        path: &PropertyPath,
        declared: &Value,
        steps: &[Step],
        value: Option<Value>,
    ) {
        self.make_at(kind, path, path, declared, steps, value);
    }

    fn make_at(
        &mut self,
        kind: Kind,
        place: &PropertyPath,
        property: &PropertyPath,
        declared: &Value,
        steps: &[Step],
        value: Option<Value>,
    ) {
        let mut observed = self.case.observed.clone();
        put(&mut observed, steps, value);
        self.made.push(Mutation {
            path: place.to_string(),
            kind,
            property: property.clone(),
            declared: declared.clone(),
            observed,
        });
    }
}

fn seek<'a>(value: &'a Value, steps: &[Step]) -> Option<&'a Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(index),
    })
}

/// Puts `value` at the end of `steps`, or removes what is there.
fn put(body: &mut Value, steps: &[Step], value: Option<Value>) {
    let Some((first, rest)) = steps.split_first() else {
        *body = value.unwrap_or_default();
        return;
    };
    match first {
        Step::Key(key) => {
            if !body.is_object() {
                *body = Value::Object(Default::default());
            }
            if rest.is_empty() && value.is_none() {
                body.as_object_mut().expect("made above").shift_remove(key);
            } else {
                put(&mut body[key], rest, value);
            }
        }
        Step::Index(index) => put(&mut body[index], rest, value),
    }
}
