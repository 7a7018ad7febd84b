//! What differs between a desired body and an observed one: the one comparison of the engine.
//!
//! Pure and total. Only what the desired body states is compared, by the rules of the type and of ARM
//! in general; each rule is listed with its reason in `docs/reference/diff-rules.md`.

use serde_json::{Map, Value};

use super::lookup::{find_key, find_own, is_reference, rivals_in_force};
use super::{
    Pairing, PropertyPath, Treatment, TypeFacts, is_applied_tag, is_empty, is_secret_name,
    is_value_of_secret, member_label, pair,
};
use crate::{Expression, is_absent, without_absent};

/// A desired value that cannot be known yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown {
    /// The property's path.
    pub path: String,
    /// What the value will be.
    pub expression: Expression,
    /// Why the property cannot be changed in place, where it cannot.
    pub immutable: Option<&'static str>,
}

/// A declared value that is no wish that could be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCompared {
    /// The path of the value; what is below it is not compared either.
    pub path: String,
    /// Why.
    pub why: Why,
}

/// Why a declared value is not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The service sets it; clients that read, change and write send it back.
    ReadOnly,
    /// It is a hint: the service decides the value.
    Decided,
    /// It describes a resource that is only referred to here; the service keeps its ID.
    Embedded,
    /// The service takes it and never returns it.
    WriteOnly,
}

/// A value that is not as it is wished. It may be secret: who shows it masks it.
#[derive(Clone, PartialEq)]
pub struct Difference {
    /// The property.
    pub path: PropertyPath,
    /// The observed value.
    pub before: Option<Value>,
    /// The desired one.
    pub after: Option<Value>,
    /// True where an expression marks the value as secret.
    pub secret: bool,
}

impl std::fmt::Debug for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Difference").field("path", &self.path.to_string()).finish_non_exhaustive()
    }
}

/// What a comparison has found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// What differs, in the order of the desired body.
    pub differences: Vec<Difference>,
    /// Desired values that cannot be known yet.
    pub unknown: Vec<Unknown>,
    /// Paths of values that the service takes and never returns: they cannot be compared.
    pub unverifiable: Vec<String>,
    /// Declared values that were passed over.
    pub not_compared: Vec<NotCompared>,
}

/// Gives the value of an expression, where it can be known.
pub type Resolve<'a> = &'a dyn Fn(&Expression) -> Option<Value>;

impl TypeFacts {
    /// Finds what must change in `observed` to fulfil `desired`.
    ///
    /// `resolve` gives the values of expressions; what it cannot give yet is [`Comparison::unknown`].
    pub fn compare(
        &'static self,
        desired: &Value,
        observed: &Value,
        resolve: Resolve<'_>,
    ) -> Comparison {
        let mut comparer = Comparer::new(self, resolve);
        let mut rewritten = None;
        if let Some(rewrite) = self.rewrite {
            rewrite(rewritten.insert(desired.clone()), observed);
        }
        let desired = rewritten.as_ref().unwrap_or(desired);
        if self.is_recovery(desired) {
            comparer.pass_over_all(desired);
            return comparer.found;
        }
        comparer.value(desired, Some(observed));
        for (path, rival) in rivals_in_force(self, desired, observed) {
            comparer.report_at(path, Some(rival), None);
        }
        comparer.found
    }

    /// Tells whether `observed` holds anything that `desired` does not speak of, the service's own
    /// values apart.
    pub fn holds_more(&self, desired: &Value, observed: &Value) -> bool {
        self.holds_more_at(desired, observed, &mut PropertyPath::root())
    }

    fn holds_more_at(&self, desired: &Value, observed: &Value, path: &mut PropertyPath) -> bool {
        let (Value::Object(wanted), Value::Object(found)) = (desired, observed) else {
            return false;
        };
        found.iter().any(|(key, value)| {
            path.push_key(key);
            let service_made = self.treatment(path) != Treatment::Compared || is_applied_tag(path);
            let more = match find_key(wanted, key) {
                _ if service_made => false,
                Some(wish) => self.holds_more_at(wish, value, path),
                None => !is_empty(value),
            };
            path.pop();
            more
        })
    }
}

struct Comparer<'a> {
    facts: &'static TypeFacts,
    resolve: Resolve<'a>,
    path: PropertyPath,
    /// True while a value is compared that an expression marks as secret.
    secret: bool,
    found: Comparison,
}

impl<'a> Comparer<'a> {
    fn new(facts: &'static TypeFacts, resolve: Resolve<'a>) -> Self {
        let (path, found) = (PropertyPath::root(), Comparison::default());
        Self { facts, resolve, path, secret: false, found }
    }

    fn value(&mut self, desired: &Value, observed: Option<&Value>) {
        if let Some(expression) = Expression::read(desired) {
            return self.expression(&expression, observed);
        }
        let observed = observed.filter(|value| !value.is_null());
        match self.facts.treatment(&self.path) {
            Treatment::ReadOnly => return self.pass_over(Why::ReadOnly),
            Treatment::Decided => return self.pass_over(Why::Decided),
            Treatment::WriteOnly if observed.is_none_or(is_empty) => {
                if !is_empty(desired) {
                    self.found.unverifiable.push(self.path.to_string());
                }
                return self.pass_over(Why::WriteOnly);
            }
            Treatment::WriteOnly | Treatment::Compared => {}
        }
        if is_absent(desired) {
            return self.taken_out(observed);
        }
        match (desired, observed) {
            // Null says nothing: whatever Azure holds is right.
            (Value::Null, _) => {}
            (desired, _) if self.facts.is_open(&self.path, desired) => {
                self.pass_over(Why::Decided);
            }
            (desired, None) => self.absent(desired),
            (desired, Some(observed)) if self.is_same_whole(desired, observed).is_some() => {
                if self.is_same_whole(desired, observed) == Some(false) {
                    self.report(Some(observed), Some(desired));
                }
            }
            (Value::Object(desired), Some(Value::Object(observed))) => {
                self.object(desired, observed);
            }
            (Value::Array(desired), Some(Value::Array(observed))) => self.array(desired, observed),
            (desired, Some(observed)) => {
                let both_empty = is_empty(desired) && is_empty(observed);
                if desired != observed
                    && !both_empty
                    && !self.facts.same_at(&self.path, desired, observed)
                {
                    self.report(Some(observed), Some(desired));
                }
            }
        }
    }

    /// Tells whether two values of several parts are one; `None` where they are no such values.
    fn is_same_whole(&self, desired: &Value, observed: &Value) -> Option<bool> {
        self.facts.same_whole(&self.path, desired, observed)
    }

    fn expression(&mut self, expression: &Expression, observed: Option<&Value>) {
        match (self.resolve)(expression) {
            Some(value) => {
                let outer = self.secret;
                self.secret |= expression.is_secret();
                self.value(&value, observed);
                self.secret = outer;
            }
            None => {
                let (path, expression) = (self.path.to_string(), expression.clone());
                let immutable = self.facts.immutable_at(&self.path);
                self.found.unknown.push(Unknown { path, expression, immutable });
            }
        }
    }

    /// Compares where nothing shall be: what the service shows of its own accord is nothing too.
    fn taken_out(&mut self, observed: Option<&Value>) {
        let is_entry = self.facts.is_entry(&self.path);
        let Some(observed) = observed.filter(|value| is_entry || !is_empty(value)) else { return };
        let is_off = self.facts.omits_off && *observed == Value::Bool(false);
        let is_fresh = self.facts.fresh_at(&self.path).is_some_and(|fresh| fresh.is(observed));
        if !is_off && !is_fresh && !self.facts.is_default(&self.path, observed) {
            self.report(Some(observed), None);
        }
    }

    /// Compares with nothing: an empty value and the service's default are met by it, and where
    /// the service leaves them out, so are switches that are off.
    fn absent(&mut self, desired: &Value) {
        if is_empty(desired) && !self.facts.is_entry(&self.path)
            || self.facts.omits_off && *desired == Value::Bool(false)
            || self.facts.is_default(&self.path, desired)
        {
            return;
        }
        match desired {
            // No service returns a secret, whatever its type, but where it lists secrets alone.
            Value::String(_)
                if is_secret_name(&self.path) && !self.facts.is_returned_secret(&self.path) =>
            {
                self.found.unverifiable.push(self.path.to_string());
                self.pass_over(Why::WriteOnly);
            }
            Value::Object(members) => {
                for (key, member) in members {
                    let outer = self.secret;
                    self.secret |= is_value_of_secret(members, key);
                    self.at_key(key, |comparer| comparer.value(member, None));
                    self.secret = outer;
                }
            }
            desired => self.report(None, Some(desired)),
        }
    }

    fn object(&mut self, desired: &Map<String, Value>, observed: &Map<String, Value>) {
        let is_reference = is_reference(desired, observed);
        for (key, member) in desired {
            if is_reference && !key.eq_ignore_ascii_case("id") {
                self.at_key(key, |comparer| comparer.pass_over(Why::Embedded));
                continue;
            }
            let found = find_own(observed, key, desired);
            let outer = self.secret;
            self.secret |= is_value_of_secret(desired, key) || is_value_of_secret(observed, key);
            self.at_key(key, |comparer| comparer.value(member, found));
            self.secret = outer;
        }
        if self.facts.is_closed_map(&self.path) {
            let extra = observed.iter().filter(|(key, _)| find_key(desired, key).is_none());
            for (key, member) in extra {
                self.at_key(key, |comparer| comparer.report(Some(member), None));
            }
        }
    }

    fn array(&mut self, desired: &[Value], observed: &[Value]) {
        let outer = self.secret;
        if let Some(known) = self.resolved(desired) {
            self.known_array(&known, observed);
        }
        self.secret = outer;
    }

    /// Puts values in the place of members that are expressions; `None` where one is unknown, which
    /// leaves the whole array to be compared later.
    fn resolved(&mut self, desired: &[Value]) -> Option<Vec<Value>> {
        let mut unknown = vec![];
        let mut known = vec![];
        for (index, member) in desired.iter().enumerate() {
            let Some(expression) = Expression::read(member) else {
                known.push(member.clone());
                continue;
            };
            self.secret |= expression.is_secret();
            match (self.resolve)(&expression) {
                Some(value) => known.push(value),
                None => {
                    let path = self.path.member(&index.to_string()).to_string();
                    let immutable = self.facts.immutable_at(&self.path);
                    unknown.push(Unknown { path, expression, immutable });
                }
            }
        }
        let is_known = unknown.is_empty();
        self.found.unknown.extend(unknown);
        is_known.then_some(known)
    }

    fn known_array(&mut self, desired: &[Value], observed: &[Value]) {
        let (whole, seen) = (Value::from(desired), Value::from(observed));
        if self.is_same_whole(&whole, &seen) == Some(true) {
            return;
        }
        // An empty member says as little as an absent one.
        let meaningful = |members: &[Value]| -> Vec<Value> {
            members.iter().filter(|member| !is_empty(member)).cloned().collect()
        };
        let (wanted, found) = (meaningful(desired), meaningful(observed));
        let key = self.facts.array_key_at(&self.path);
        let mut pairing = pair(key, &wanted, &found, &mut |a, b| self.is_same_member(a, b));
        pairing.extra.retain(|index| !self.facts.is_service_made(&self.path, &found[*index]));
        if wanted.iter().chain(&found).any(|member| !member.is_object()) {
            return self.texts(&pairing, &wanted, &found);
        }
        self.let_stand_for_all(&mut pairing, &wanted);
        self.members(pairing, &wanted, &found);
    }

    /// Compares arrays of texts and numbers, which are shown whole.
    fn texts(&mut self, pairing: &Pairing, wanted: &[Value], found: &[Value]) {
        let differs = |(a, b): &(usize, usize)| !self.is_same_member(&wanted[*a], &found[*b]);
        if pairing.pairs.iter().any(differs)
            || !pairing.missing.is_empty()
            || !pairing.extra.is_empty()
        {
            let (before, after) = (Value::from(found), Value::from(wanted));
            self.report(Some(&before), Some(&after));
        }
    }

    /// A member that stands for all is met by whatever stands in its place.
    fn let_stand_for_all(&mut self, pairing: &mut Pairing, wanted: &[Value]) {
        if pairing.extra.is_empty() {
            return;
        }
        let missing = std::mem::take(&mut pairing.missing);
        let (all, missing): (Vec<usize>, Vec<usize>) = missing
            .into_iter()
            .partition(|wish| self.facts.stands_for_all(&self.path, &wanted[*wish]));
        pairing.missing = missing;
        for wish in all {
            pairing.extra.clear();
            let label = member_label(&wanted[wish], wish);
            self.at_member(&label, |comparer| comparer.pass_over(Why::Decided));
        }
    }

    fn members(&mut self, pairing: Pairing, wanted: &[Value], found: &[Value]) {
        for (wish, seen) in pairing.pairs {
            let label = member_label(&wanted[wish], wish);
            self.at_member(&label, |comparer| comparer.value(&wanted[wish], Some(&found[seen])));
        }
        for wish in pairing.missing {
            let label = member_label(&wanted[wish], wish);
            self.at_member(&label, |comparer| comparer.report(None, Some(&wanted[wish])));
        }
        for index in pairing.extra {
            let label = member_label(&found[index], index);
            self.at_member(&label, |comparer| comparer.report(Some(&found[index]), None));
        }
    }

    /// Tells whether two members of the array at hand show no difference.
    fn is_same_member(&self, desired: &Value, observed: &Value) -> bool {
        let mut trial = Comparer::new(self.facts, self.resolve);
        trial.path = self.path.member("");
        trial.value(desired, Some(observed));
        trial.found.differences.is_empty()
    }

    fn at_key(&mut self, key: &str, compare: impl FnOnce(&mut Self)) {
        self.path.push_key(key);
        compare(self);
        self.path.pop();
    }

    fn at_member(&mut self, label: &str, compare: impl FnOnce(&mut Self)) {
        self.path.push_member(label);
        compare(self);
        self.path.pop();
    }

    /// A body that brings back what was deleted says nothing of what comes back.
    fn pass_over_all(&mut self, desired: &Value) {
        for key in desired.as_object().into_iter().flat_map(Map::keys) {
            self.at_key(key, |comparer| comparer.pass_over(Why::Decided));
        }
    }

    fn pass_over(&mut self, why: Why) {
        self.found.not_compared.push(NotCompared { path: self.path.to_string(), why });
    }

    fn report(&mut self, before: Option<&Value>, after: Option<&Value>) {
        self.report_at(self.path.clone(), before.cloned(), after.cloned());
    }

    fn report_at(&mut self, path: PropertyPath, before: Option<Value>, after: Option<Value>) {
        // What shall not be inside a new member was not there before: nothing to tell.
        let after =
            after.map(|after| if is_absent(&after) { after } else { without_absent(&after) });
        self.found.differences.push(Difference { path, before, after, secret: self.secret });
    }
}
