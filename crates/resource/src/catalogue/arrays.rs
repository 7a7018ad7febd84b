//! Which member of one array is which of another.

use std::collections::BTreeSet;

use serde_json::Value;

use super::forms::{id_key, is_id};

/// How the members of an array are paired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrayKey {
    /// By this property, compared without case.
    Name(&'static str),
    /// By these properties together.
    Fields(&'static [&'static str]),
    /// By what they are: the order says nothing.
    Set,
    /// By their place: the order means something.
    Ordered,
}

/// Properties that tell members apart, the surest first. A member is paired by the first of them
/// that every member of both arrays has, with different values.
const KEYS: &[&[&str]] = &[
    &["name"],
    &["id"],
    &["priority"],
    &["key"],
    &["category"],
    &["categoryGroup"],
    &["clientId"],
    &["objectId"],
    &["locationName"],
    &["location"],
    &["ruleId"],
    &["ruleSetType"],
    &["metricName"],
];

/// The members of two arrays, by index: what belongs together, and what has no partner.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// Indices of members that are one, desired first.
    pub pairs: Vec<(usize, usize)>,
    /// Desired members that were not observed.
    pub missing: Vec<usize>,
    /// Observed members that are not desired.
    pub extra: Vec<usize>,
}

/// Pairs the members of two arrays.
///
/// `same` tells whether two members are equal; it pairs what no key does.
pub fn pair(
    key: Option<ArrayKey>,
    desired: &[Value],
    observed: &[Value],
    same: &mut dyn FnMut(&Value, &Value) -> bool,
) -> Pairing {
    let keys: &[&[&str]] = match &key {
        Some(ArrayKey::Name(name)) => &[std::slice::from_ref(name)],
        Some(ArrayKey::Fields(fields)) => std::slice::from_ref(fields),
        Some(ArrayKey::Set | ArrayKey::Ordered) => &[],
        None => KEYS,
    };
    if key == Some(ArrayKey::Ordered) {
        return by_place(desired.len(), observed.len());
    }
    // A declared key that some member lacks leaves the general ones.
    let found = keys.iter().chain(if keys.is_empty() { &[] } else { KEYS }).find_map(|fields| {
        let desired = distinct_keys(desired, fields)?;
        Some((desired, distinct_keys(observed, fields)?))
    });
    match found {
        Some((desired, observed)) => {
            by_equality(&desired, &observed, &mut |desired, observed| desired == observed)
        }
        None => {
            let mut pairing = by_equality(desired, observed, same);
            pair_rest(&mut pairing);
            pairing
        }
    }
}

/// Finds the member of `members` that is `wanted`, by the keys of its array.
pub fn find_member<'a>(
    key: Option<ArrayKey>,
    members: &'a [Value],
    wanted: &Value,
) -> Option<&'a Value> {
    let wanted = std::slice::from_ref(wanted);
    let pairing = pair(key, wanted, members, &mut |a, b| a == b);
    pairing.pairs.first().map(|(_, index)| &members[*index])
}

/// Returns how people call a member: its name, else its place.
pub fn member_label(member: &Value, index: usize) -> String {
    let name = ["name", "id", "key", "locationName", "category", "priority"].iter();
    let named = name.filter_map(|key| member.get(key)).find_map(|value| match value {
        Value::String(text) if is_id(text) => text.rsplit('/').next().map(str::to_owned),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    named.unwrap_or_else(|| index.to_string())
}

fn distinct_keys(members: &[Value], fields: &[&str]) -> Option<Vec<String>> {
    let keys: Vec<String> =
        members.iter().map(|member| member_key(member, fields)).collect::<Option<_>>()?;
    let distinct: BTreeSet<&String> = keys.iter().collect();
    (distinct.len() == keys.len()).then_some(keys)
}

fn member_key(member: &Value, fields: &[&str]) -> Option<String> {
    let values = fields.iter().map(|field| {
        let map = member.as_object()?;
        let (_, value) = map.iter().find(|(key, _)| key.eq_ignore_ascii_case(field))?;
        match value {
            Value::String(text) if is_id(text) => Some(id_key(text)),
            Value::String(text) => Some(text.to_ascii_lowercase().replace(char::is_whitespace, "")),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    });
    values.collect::<Option<Vec<_>>>().map(|values| values.join("\n"))
}

fn by_place(desired: usize, observed: usize) -> Pairing {
    let shared = desired.min(observed);
    Pairing {
        pairs: (0..shared).map(|index| (index, index)).collect(),
        missing: (shared..desired).collect(),
        extra: (shared..observed).collect(),
    }
}

fn by_equality<T>(desired: &[T], observed: &[T], same: &mut dyn FnMut(&T, &T) -> bool) -> Pairing {
    let mut free: Vec<usize> = (0..observed.len()).collect();
    let mut pairing = Pairing::default();
    for (index, member) in desired.iter().enumerate() {
        match free.iter().position(|candidate| same(member, &observed[*candidate])) {
            Some(at) => pairing.pairs.push((index, free.remove(at))),
            None => pairing.missing.push(index),
        }
    }
    pairing.extra = free;
    pairing
}

/// What equals nothing is paired in order, so that a change in one member shows as that.
fn pair_rest(pairing: &mut Pairing) {
    let shared = pairing.missing.len().min(pairing.extra.len());
    pairing.pairs.extend(pairing.missing.drain(..shared).zip(pairing.extra.drain(..shared)));
    pairing.pairs.sort_unstable();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pairing(key: Option<ArrayKey>, desired: Value, observed: Value) -> Pairing {
        let (desired, observed) = (desired.as_array().unwrap(), observed.as_array().unwrap());
        pair(key, desired, observed, &mut |a, b| a == b)
    }

    #[test]
    fn members_are_paired_by_name_without_case() {
        let found = pairing(
            None,
            json!([{ "name": "a", "x": 1 }, { "name": "b" }]),
            json!([{ "name": "B" }, { "name": "c" }, { "name": "A", "x": 2 }]),
        );
        assert_eq!(found, Pairing { pairs: vec![(0, 2), (1, 0)], missing: vec![], extra: vec![1] });
    }

    #[test]
    fn members_without_a_key_are_paired_by_equality_and_then_in_order() {
        let found = pairing(
            None,
            json!([{ "min": 200 }, { "min": 300 }]),
            json!([{ "min": 301 }, { "min": 200 }]),
        );
        assert_eq!(found, Pairing { pairs: vec![(0, 1), (1, 0)], ..Pairing::default() });
    }

    #[test]
    fn an_ordered_array_is_paired_by_place() {
        let found = pairing(Some(ArrayKey::Ordered), json!(["a", "b"]), json!(["b"]));
        assert_eq!(found, Pairing { pairs: vec![(0, 0)], missing: vec![1], extra: vec![] });
    }
}
