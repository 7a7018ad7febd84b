//! Whether a resource is as an action wants it, so that nothing need be written.

use resource::ResourceId;
use resource::catalogue::{
    PropertyPath, Treatment, TypeFacts, facts_of, is_applied_tag, is_empty, pair,
};
use serde_json::Value;

/// Tells whether `observed` already holds all that `desired` asks for.
///
/// When in doubt the answer is no: writing once more is harmless. A value that Azure never returns
/// (a password) is such a doubt. With `exact`, whatever else is observed is unwanted.
pub(crate) fn covers(id: &ResourceId, desired: &Value, observed: &Value, exact: bool) -> bool {
    let facts = facts_of(id);
    let mut desired = desired.clone();
    if let Some(rewrite) = facts.rewrite {
        rewrite(&mut desired, observed);
    }
    Comparison { facts, exact }.covers(&desired, observed, &mut PropertyPath::root())
}

struct Comparison {
    facts: &'static TypeFacts,
    exact: bool,
}

impl Comparison {
    fn covers(&self, desired: &Value, observed: &Value, path: &mut PropertyPath) -> bool {
        match self.facts.treatment(path) {
            Treatment::ReadOnly | Treatment::Decided => return true,
            Treatment::WriteOnly => return is_empty(desired),
            Treatment::Compared => {}
        }
        match (desired, observed) {
            (Value::Object(wanted), _) => {
                let inside = wanted.iter().all(|(key, value)| {
                    path.push_key(key);
                    let same = self.covers(value, member(observed, key), path);
                    path.pop();
                    same
                });
                inside && (!self.exact || self.has_no_more(desired, observed, path))
            }
            (Value::Array(wanted), Value::Array(found)) => self.covers_array(wanted, found, path),
            _ if is_empty(desired) && is_empty(observed) => true,
            (_, Value::Null) => self.facts.is_default(path, desired),
            _ => self.facts.same_at(path, desired, observed),
        }
    }

    fn has_no_more(&self, desired: &Value, observed: &Value, path: &mut PropertyPath) -> bool {
        let Value::Object(found) = observed else { return true };
        found.iter().all(|(key, value)| {
            path.push_key(key);
            let service_made =
                self.facts.treatment(path) != Treatment::Compared || is_applied_tag(path);
            path.pop();
            is_empty(value) || service_made || has_key(desired, key)
        })
    }

    fn covers_array(&self, wanted: &[Value], found: &[Value], path: &mut PropertyPath) -> bool {
        let key = self.facts.array_key_at(path);
        let mut member_path = path.clone();
        member_path.push_member("");
        let mut same = |a: &Value, b: &Value| self.covers(a, b, &mut member_path.clone());
        let pairing = pair(key, wanted, found, &mut same);
        let extra = |at: &usize| self.facts.is_service_made(path, &found[*at]);
        pairing.missing.is_empty()
            && pairing.extra.iter().all(extra)
            && pairing
                .pairs
                .iter()
                .all(|(a, b)| self.covers(&wanted[*a], &found[*b], &mut member_path.clone()))
    }
}

fn member<'a>(value: &'a Value, key: &str) -> &'a Value {
    let found = value.as_object().and_then(|map| {
        map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    });
    found.unwrap_or(&Value::Null)
}

fn has_key(value: &Value, key: &str) -> bool {
    value.as_object().is_some_and(|map| map.keys().any(|name| name.eq_ignore_ascii_case(key)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn profile() -> ResourceId {
        ResourceId::in_group("s", "rg", "Microsoft.Network/trafficManagerProfiles", "p")
    }

    #[test]
    fn spellings_and_additions_of_the_service_are_no_difference() {
        let desired = json!({"location": "global", "properties": {"trafficRoutingMethod": "Priority",
            "endpoints": [{"name": "a", "properties": {"weight": 1}}]}});
        let observed = json!({"id": "/x", "location": "global", "properties": {
            "trafficRoutingMethod": "priority", "profileStatus": "Enabled",
            "endpoints": [{"id": "/x/a", "name": "a", "properties": {"weight": 1, "priority": 1}}]}});
        assert!(covers(&profile(), &desired, &observed, false));
    }

    #[test]
    fn changed_and_added_members_are_differences() {
        let of = |endpoints: Value| json!({"properties": {"endpoints": endpoints}});
        let one = of(json!([{"name": "a", "properties": {"weight": 1}}]));
        let heavier = of(json!([{"name": "a", "properties": {"weight": 2}}]));
        let two = of(json!([{"name": "a", "properties": {"weight": 1}}, {"name": "b"}]));
        assert!(!covers(&profile(), &one, &heavier, false));
        assert!(!covers(&profile(), &one, &two, false));
    }

    #[test]
    fn exact_body_wants_nothing_else() {
        let site = ResourceId::in_group("s", "rg", "Microsoft.Web/sites", "w");
        let settings = site.child("config", "appsettings");
        let desired = json!({"properties": {"A": "1"}});
        let observed = json!({"name": "appsettings", "properties": {"A": "1", "B": "2"}});
        assert!(covers(&settings, &desired, &observed, false));
        assert!(!covers(&settings, &desired, &observed, true));
    }

    #[test]
    fn what_was_applied_is_no_part_of_an_exact_body() {
        let group = ResourceId::group("s", "rg");
        let desired = json!({"location": "westeurope", "tags": {"evenkeel": "north"}});
        let mut observed = desired.clone();
        observed["tags"]["evenkeel-applied"] = json!("0123456789abcdef");
        assert!(covers(&group, &desired, &observed, true));
        observed["tags"]["owner"] = json!("somebody");
        assert!(!covers(&group, &desired, &observed, true));
    }
}
