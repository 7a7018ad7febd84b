//! One name passes from one resource to another in one ordered pair.

use std::collections::HashMap;

use resource::ResourceId;
use resource::catalogue::Duty;

use super::Violation;
use crate::{Action, Operation, Plan, Verb};

/// Checks that what takes a name comes directly after what frees it.
pub(super) fn check(plan: &Plan) -> Vec<Violation> {
    let mut takers: HashMap<String, Vec<&Action>> = HashMap::new();
    for action in &plan.actions {
        if matches!(action.operation, Operation::Write { create: true, .. }) {
            takers.entry(name_of(&action.resource)).or_default().push(action);
        }
    }
    let mut violations = vec![];
    for delete in plan.actions.iter().filter(|a| matches!(a.operation, Operation::Delete)) {
        let rivals = takers.get(&name_of(&delete.resource)).into_iter().flatten();
        for create in rivals.filter(|create| conflict(delete, create)) {
            if !create.after.contains(&delete.id) {
                violations.push(Violation::NameNotHandedOver {
                    delete: delete.id.clone(),
                    create: create.id.clone(),
                });
            }
        }
    }
    violations
}

/// Returns what two resources must not share: a record's name whatever its type, else the ID.
fn name_of(id: &ResourceId) -> String {
    match (Duty::is_record(id), id.parent()) {
        (true, Some(zone)) => format!("{}/{}", zone.key(), id.name().to_ascii_lowercase()),
        _ => id.key().to_owned(),
    }
}

/// Tells whether the two cannot exist together: a CNAME tolerates no other record of its name.
/// Source: <https://learn.microsoft.com/azure/dns/dns-zones-records>.
fn conflict(delete: &Action, create: &Action) -> bool {
    if delete.resource == create.resource {
        return delete.verb == Verb::ReplaceDelete || create.verb == Verb::ReplaceCreate;
    }
    let is_cname =
        |action: &Action| action.resource.resource_type().last().eq_ignore_ascii_case("CNAME");
    is_cname(delete) || is_cname(create)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{check, sample};

    fn pair(old: &str, new: &str) -> (Action, Action) {
        let delete = sample::delete(sample::record(old, "app"));
        (delete, sample::create(sample::record(new, "App"), json!({})))
    }

    #[test]
    fn rule_15_one_name_is_handed_over_in_one_pair() {
        let (delete, create) = pair("A", "CNAME");
        let plan = sample::plan([delete.clone(), create.clone()]);
        assert!(matches!(&check(&plan)[..], [Violation::NameNotHandedOver { .. }]));
        assert_eq!(check(&sample::plan([delete, create.after(["delete app"])])), []);
    }

    #[test]
    fn rule_15_the_pair_has_the_shortest_gap() {
        let (delete, create) = pair("A", "CNAME");
        let between = sample::update("web").after(["delete app"]);
        let plan = sample::plan([delete, between, create.after(["update web"])]);
        assert!(matches!(&check(&plan)[..], [Violation::NameNotHandedOver { .. }]));
    }

    #[test]
    fn records_that_tolerate_each_other_are_free() {
        let (delete, create) = pair("A", "AAAA");
        assert_eq!(check(&sample::plan([delete, create])), []);
    }
}
