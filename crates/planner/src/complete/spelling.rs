//! Names that are told apart by case: a new spelling takes the place of the old one.

use resource::catalogue::facts_of;
use resource::{Expression, Observed, ResourceId, absent};
use serde_json::Value;

use crate::desired::{Desired, Mode};

/// Tells whether a resource holds names in which case may count.
pub fn may_count(id: &ResourceId) -> bool {
    facts_of(id).cased_keys.is_some()
}

/// Declares the old spelling of a name absent where Azure would take it for another name.
pub fn settle(desired: &mut Desired, observed: &Observed) {
    let holders: Vec<ResourceId> = desired
        .resources()
        .filter(|resource| resource.mode != Mode::Existing && may_count(&resource.id))
        .map(|resource| resource.id.clone())
        .collect();
    for id in holders {
        let Some(cased) = facts_of(&id).cased_keys else { continue };
        let above = id.parent().and_then(|above| {
            let seen = observed.get(&above).map(|seen| &seen.body);
            seen.or_else(|| desired.get(&above).map(|above| &above.body))
        });
        let held = observed.property(&id, cased.pointer).and_then(Value::as_object);
        let (Some(held), true) = (held, above.is_some_and(cased.counts)) else { continue };
        let wanted = desired
            .get_mut(&id)
            .and_then(|resource| resource.body.pointer_mut(cased.pointer))
            .filter(|wanted| Expression::read(wanted).is_none())
            .and_then(Value::as_object_mut);
        let Some(wanted) = wanted else { continue };
        let is_respelled =
            |name: &String| wanted.keys().any(|wish| wish.eq_ignore_ascii_case(name));
        let old: Vec<String> = held
            .keys()
            .filter(|name| !wanted.contains_key(*name) && is_respelled(name))
            .cloned()
            .collect();
        wanted.extend(old.into_iter().map(|name| (name, absent())));
    }
}
