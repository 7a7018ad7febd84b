//! How a resource stands to what an action wants.

use resource::ResourceId;
use resource::catalogue::{Comparison, facts_of};
use serde_json::Value;

/// How a resource stands to what an action wants of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// All is as wanted.
    Met,
    /// Nothing that can be seen speaks against it; a value that Azure never returns (a password) may
    /// differ.
    Unproven,
    /// Something is otherwise.
    Differs,
}

/// Compares `observed` with `desired`, in which every expression has its value; with `exact`,
/// whatever else is observed is unwanted.
pub(crate) fn standing(
    id: &ResourceId,
    desired: &Value,
    observed: &Value,
    exact: bool,
) -> Standing {
    let facts = facts_of(id);
    let Comparison { differences, unknown, unverifiable, .. } =
        facts.compare(desired, observed, &|_| None);
    if !differences.is_empty() || exact && facts.holds_more(desired, observed) {
        Standing::Differs
    } else if !unknown.is_empty() || !unverifiable.is_empty() {
        Standing::Unproven
    } else {
        Standing::Met
    }
}

/// Tells whether `observed` certainly holds all that `desired` asks for.
///
/// When in doubt the answer is no: writing once more is harmless.
pub(crate) fn covers(id: &ResourceId, desired: &Value, observed: &Value, exact: bool) -> bool {
    standing(id, desired, observed, exact) == Standing::Met
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn profile() -> ResourceId {
        ResourceId::in_group("s", "rg", resource::types::PROFILE, "p")
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
        let site = ResourceId::in_group("s", "rg", resource::types::SITE, "w");
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

    #[test]
    fn what_says_nothing_and_what_the_service_leaves_out_is_no_difference() {
        let raw = ResourceId::in_group("s", "rg", "Contoso.Widgets/widgets", "w");
        let observed = json!({"properties": {"size": 1, "other": true}});
        for said in [
            json!({"size": 1, "other": null}),
            json!({"size": 1, "absent": null}),
            json!({"size": 1, "switch": false}),
            json!({"size": "1", "list": [], "text": ""}),
        ] {
            let desired = json!({"properties": said});
            assert_eq!(standing(&raw, &desired, &observed, false), Standing::Met, "{desired}");
        }
        let password = json!({"properties": {"size": 1, "adminPassword": "x"}});
        assert_eq!(standing(&raw, &password, &observed, false), Standing::Unproven);
        let larger = json!({"properties": {"size": 2, "adminPassword": "x"}});
        assert_eq!(standing(&raw, &larger, &observed, false), Standing::Differs);
    }
}
