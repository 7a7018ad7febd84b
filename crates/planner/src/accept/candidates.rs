//! Edits that may make a difference vanish, the likeliest first.

use plan::PropertyChange;
use resource::Expression;
use serde_json::{Map, Value};
use topology::edit::{Edit, Path, Step, Written};

use super::difference::Difference;
use super::schema::{self, Slot};
use super::scope::{Place, Scope};
use super::spell::{self, plainly, text_of};
use super::trial::{Candidate, State};

/// How many pairs of keys a new record is tried with.
const MOST_PAIRS: usize = 120;

/// Returns the edits that may make a property as it is in Azure.
pub(super) fn of(state: &State, scope: &Scope<'_>, change: &PropertyChange) -> Vec<Candidate> {
    match (&change.before, &change.after) {
        (Some(Value::Array(live)), Some(Value::Array(asked))) => list(state, scope, asked, live),
        (Some(live), Some(asked)) => {
            // What stands elsewhere in the file is the last to be thought of.
            let mut found = written(state, scope, asked, live, true);
            found.extend(absent(state, scope, live));
            found.extend(written(state, scope, asked, live, false));
            found
        }
        (None, Some(asked)) => removed(scope, asked),
        (Some(live), None) => added(state, scope, live),
        (None, None) => vec![],
    }
}

/// Tells whether a text comes from outside the file.
pub(super) fn is_from_outside(text: &str) -> bool {
    text.replace("$${", "").contains("${")
}

/// Tells whether a text holds what only the language can fill in.
fn is_template(text: &str) -> bool {
    text.replace("{{", "").contains('{')
}

/// Tells whether a text with placeholders of a stamp can have made `asked`.
fn can_make(template: &str, asked: &str) -> bool {
    let mut rest = asked;
    for (index, part) in template.split('{').enumerate() {
        let literal = match index {
            0 => part,
            _ => match part.split_once('}') {
                // A property of another resource is not the stamp's to change.
                Some((name, _)) if name.contains('.') => return false,
                Some((_, literal)) => literal,
                None => return false,
            },
        };
        match rest.find(literal) {
            Some(at) if index > 0 || at == 0 => rest = &rest[at + literal.len()..],
            _ => return false,
        }
    }
    true
}

/// Values that stand in the files and may have made the one that is asked for.
fn written(
    state: &State,
    scope: &Scope<'_>,
    asked: &Value,
    live: &Value,
    near: bool,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    for place in scope.places().into_iter().filter(|place| place.is_near() == near) {
        let Written::Scalar(text) = &place.written else { continue };
        if is_from_outside(text) {
            continue;
        }
        if is_template(text) {
            let made = text_of(asked).is_some_and(|asked| can_make(text, &asked));
            if made && let Some(live) = text_of(live) {
                let live = Value::from(topology::edit::literal(&live));
                found.extend(
                    scope.override_with(&place.logical, &live).filter(|_| place.is_shared()),
                );
            }
            continue;
        }
        let words = state.schema.words(&place.logical);
        for value in spell::respell(text, asked, live, &words, &state.desired) {
            found.extend(scope.settings(&place, &value));
        }
    }
    found
}

/// Returns the edits that change a list's member which Azure holds otherwise: a plan tells such a
/// member as one that is gone and another that has come.
pub(super) fn of_member(
    state: &State,
    scope: &Scope<'_>,
    difference: &Difference,
) -> Vec<Candidate> {
    fn list(change: &PropertyChange) -> &str {
        change.path.rsplit_once('[').map_or("", |(list, _)| list)
    }
    let Some((gone, Some(asked))) = difference.property().map(|it| (it, &it.after)) else {
        return vec![];
    };
    let others = state.differences.iter().filter(|it| it.id == difference.id);
    let come = others
        .filter_map(Difference::property)
        .filter(|come| come.after.is_none() && !list(come).is_empty() && list(come) == list(gone));
    let mut found = Vec::new();
    for live in come.filter(|_| gone.before.is_none()).filter_map(|come| come.before.as_ref()) {
        let live = named_leaves(live);
        for (name, asked) in named_leaves(asked) {
            let other = live.iter().find(|(other, value)| *other == name && *value != asked);
            let ways = other.map(|(_, live)| written(state, scope, &asked, live, true));
            found.extend(ways.into_iter().flatten());
        }
    }
    found
}

/// Keys that are not written, where the language has a value of its own.
fn absent(state: &State, scope: &Scope<'_>, live: &Value) -> Vec<Candidate> {
    let names = scope.names();
    let mut ways: Vec<(i32, Candidate)> = Vec::new();
    for (path, slot) in state.schema.slots(&scope.own, &names) {
        let (paths, what) = match slot {
            Slot::Scalar(what) => (vec![path], what),
            // The last names of the property may be the key in a map of one's own names.
            Slot::Map(what) => (names.iter().rev().take(2).map(|it| path.key(it)).collect(), what),
            Slot::List(_) | Slot::Records(_) => continue,
        };
        for path in paths {
            for value in spell::spell(&what, live, &state.desired) {
                let edit = |path: Path| Edit::Set(path, value.clone());
                let likeness = scope.likeness(&path);
                ways.extend(scope.makings(&path, &edit).into_iter().map(|way| (likeness, way)));
            }
        }
    }
    by_likeness(ways)
}

fn by_likeness(mut ways: Vec<(i32, Candidate)>) -> Vec<Candidate> {
    ways.sort_by_key(|(likeness, _)| -likeness);
    ways.into_iter().map(|(_, way)| way).collect()
}

/// What Azure has no longer.
fn removed(scope: &Scope<'_>, asked: &Value) -> Vec<Candidate> {
    let leaves = leaves(asked);
    let names = scope.names();
    let label = names.last().copied().unwrap_or_default();
    let mut found = Vec::new();
    for place in scope.places() {
        let Some(below) = place.logical.below(&scope.own).filter(|below| !below.is_empty()) else {
            continue;
        };
        let outside = matches!(&place.written, Written::Scalar(text) if is_from_outside(text));
        let is_called = matches!(below.last(), Some(Step::Key(key)) if key == label);
        let speaks = match &place.written {
            Written::Scalar(text) => {
                let text = plainly(text);
                leaves.iter().any(|leaf| plainly(leaf).ends_with(&text))
            }
            Written::Map(_) => is_called,
            _ => false,
        };
        if (is_called || speaks) && !outside {
            found.extend(removals(scope, &place));
        }
    }
    found
}

/// Returns how a value goes: from where it stands, or, if that is the module, from the stamp alone.
fn removals(scope: &Scope<'_>, place: &Place) -> Vec<Candidate> {
    let mut ways = vec![vec![(place.file.clone(), Edit::Remove(place.path.clone()))]];
    let is_key = matches!(place.logical.0.last(), Some(Step::Key(_)));
    if place.is_shared() && is_key {
        ways.extend(scope.override_with(&place.logical, &Value::Null));
    }
    ways
}

/// What Azure has beside what is asked for: a member of a list or of a map.
fn added(state: &State, scope: &Scope<'_>, live: &Value) -> Vec<Candidate> {
    let names = scope.names();
    let label = names.last().copied().unwrap_or_default();
    let mut ways: Vec<(i32, Candidate)> = Vec::new();
    let mut add = |path: &Path, likeness: i32, edit: &dyn Fn(Path) -> Edit| {
        ways.extend(scope.makings(path, edit).into_iter().map(|way| (likeness, way)));
    };
    for (path, slot) in state.schema.slots(&scope.own, &names) {
        let likeness = scope.likeness(&path);
        match slot {
            Slot::List(what) => {
                for leaf in members(live) {
                    for value in spell::spell(&what, &leaf, &state.desired) {
                        add(&path, likeness, &|path| Edit::Append(path, value.clone()));
                    }
                }
            }
            Slot::Map(what) => {
                for leaf in members(live) {
                    for value in spell::spell(&what, &leaf, &state.desired) {
                        add(&path.key(label), likeness, &|path| Edit::Set(path, value.clone()));
                    }
                }
            }
            Slot::Records(keys) => {
                for record in records(state, &keys, live) {
                    let record = Value::Object(record);
                    add(&path.key(label), likeness, &|path| Edit::Set(path, record.clone()));
                }
            }
            Slot::Scalar(_) => {}
        }
    }
    by_likeness(ways)
}

/// Returns records of one key and of two that may say what a member of Azure's list does.
fn records(
    state: &State,
    keys: &[(String, schema::Scalar)],
    live: &Value,
) -> Vec<Map<String, Value>> {
    let mut options: Vec<(i32, usize, Value)> = Vec::new();
    let is_said = |name: &str| !["id", "name", "type"].contains(&name);
    for (name, leaf) in named_leaves(live).into_iter().filter(|(name, _)| is_said(name)) {
        for (index, (key, what)) in keys.iter().enumerate() {
            let alike = super::scope::likeness(key, &name);
            let spelled = spell::spell(what, &leaf, &state.desired);
            options.extend(spelled.into_iter().map(|value| (alike, index, value)));
        }
    }
    // A key with a namesake among the properties takes no other, nor does that property.
    let named: Vec<(usize, Value)> =
        options.iter().filter(|it| it.0 >= 60).map(|it| (it.1, it.2.clone())).collect();
    options.retain(|(alike, index, value)| {
        *alike >= 60 || !named.iter().any(|(key, taken)| key == index || taken == value)
    });
    options.sort_by_key(|(alike, ..)| -alike);
    let one = |(_, index, value): &(i32, usize, Value)| (keys[*index].0.clone(), value.clone());
    // Keys stand in the order of the documentation.
    let two = |first: &(i32, usize, Value), second: &(i32, usize, Value)| {
        if first.1 < second.1 {
            Map::from_iter([one(first), one(second)])
        } else {
            Map::from_iter([one(second), one(first)])
        }
    };
    let pairs = options
        .iter()
        .enumerate()
        .flat_map(|(index, first)| options[index + 1..].iter().map(move |second| (first, second)));
    let pairs = pairs.filter(|(first, second)| first.1 != second.1).take(MOST_PAIRS);
    let pairs = pairs.map(|(first, second)| two(first, second));
    // What one key says completely needs no second.
    options.iter().map(|option| Map::from_iter([one(option)])).chain(pairs).collect()
}

/// Returns the values of a list's member as one value may say them: each alone, and two in one.
fn members(live: &Value) -> Vec<Value> {
    let all: Vec<Value> = named_leaves(live).into_iter().map(|(_, leaf)| leaf).collect();
    let texts: Vec<String> = all.iter().filter_map(text_of).collect();
    let mut found = all;
    if let [first, second] = texts.as_slice() {
        found.insert(0, Value::from(format!("{first}-{second}")));
        found.insert(1, Value::from(format!("{first}/{second}")));
    }
    found
}

fn leaves(value: &Value) -> Vec<String> {
    named_leaves(value).into_iter().filter_map(|(_, leaf)| text_of(&leaf)).collect()
}

/// Returns the scalars of a body, each with the name of its property.
fn named_leaves(value: &Value) -> Vec<(String, Value)> {
    fn collect(name: &str, value: &Value, found: &mut Vec<(String, Value)>) {
        match value {
            _ if Expression::read(value).is_some() => {}
            Value::Object(map) => map.iter().for_each(|(name, value)| collect(name, value, found)),
            Value::Array(items) => items.iter().for_each(|item| collect(name, item, found)),
            Value::Null => {}
            scalar => found.push((name.to_owned(), scalar.clone())),
        }
    }
    let mut found = Vec::new();
    collect("", value, &mut found);
    found
}

/// Lists of texts and numbers, which differ as a whole.
fn list(state: &State, scope: &Scope<'_>, asked: &[Value], live: &[Value]) -> Vec<Candidate> {
    let same = |a: &Value, b: &Value| {
        text_of(a).zip(text_of(b)).is_some_and(|(a, b)| plainly(&a) == plainly(&b))
    };
    let gone: Vec<&Value> =
        asked.iter().filter(|asked| !live.iter().any(|live| same(asked, live))).collect();
    let new: Vec<&Value> =
        live.iter().filter(|live| !asked.iter().any(|asked| same(asked, live))).collect();
    let mut found = Vec::new();
    for (path, slot) in state.schema.slots(&scope.own, &scope.names()) {
        let Slot::List(what) = slot else { continue };
        let spelled: Option<Vec<Value>> = new
            .iter()
            .map(|value| spell::spell(&what, value, &state.desired).into_iter().next())
            .collect();
        let Some(spelled) = spelled else { continue };
        let places: Vec<Place> =
            scope.places().into_iter().filter(|place| place.logical == path).collect();
        for place in &places {
            found.push(member_edits(scope, place, &gone, &spelled));
        }
        if places.is_empty() || places.iter().all(Place::is_shared) {
            let whole: Vec<Value> = live
                .iter()
                .filter_map(|value| spell::spell(&what, value, &state.desired).into_iter().next())
                .collect();
            let whole = Value::from(whole);
            found.extend(scope.makings(&path, &|path| Edit::Set(path, whole.clone())));
        }
    }
    found
}

/// Returns the edits that take members out of a list and add others.
fn member_edits(scope: &Scope<'_>, place: &Place, gone: &[&Value], new: &[Value]) -> Candidate {
    let items = scope.places().into_iter().filter(|item| {
        item.file == place.file && item.path.below(&place.path).is_some_and(|it| it.len() == 1)
    });
    let is_gone = |item: &Place| match &item.written {
        Written::Scalar(text) => {
            let text = plainly(text);
            gone.iter().filter_map(|it| text_of(it)).any(|it| plainly(&it).ends_with(&text))
        }
        _ => false,
    };
    let mut removed: Vec<Path> = items.filter(is_gone).map(|item| item.path).collect();
    // From the last to the first: the others keep their numbers.
    removed.sort_by(|a, b| b.cmp(a));
    let added = new.iter().map(|value| Edit::Append(place.path.clone(), value.clone()));
    let removed = removed.into_iter().map(Edit::Remove);
    added.chain(removed).map(|edit| (place.file.clone(), edit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_known_by_its_letters() {
        assert!(can_make("https://a-{stamp}.example/app.zip", "https://a-weu.example/app.zip"));
        assert!(!can_make("https://a-{stamp}.example/app.zip", "https://b-weu.example/app.zip"));
        assert!(!can_make("{weu/web.id}", "anything"));
    }

    #[test]
    fn variables_and_secrets_come_from_outside() {
        assert!(is_from_outside("${env:X}"));
        assert!(is_from_outside("a ${secret:env:X}"));
        assert!(!is_from_outside("$${literal}} {stamp}"));
    }
}
