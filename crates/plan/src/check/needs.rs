//! What an action uses is there: parents and referred-to resources are made first.

use super::Violation;
use super::order::Order;
use super::pointers::{self, Targets};
use crate::{Action, Operation, Plan};

/// Checks that each action comes after the actions that make what it needs.
pub(super) fn check(plan: &Plan, order: &Order<'_>) -> Vec<Violation> {
    let creators: Targets<'_> = plan
        .actions
        .iter()
        .enumerate()
        .filter(|(_, action)| matches!(action.operation, Operation::Write { create: true, .. }))
        .map(|(at, action)| (action.resource.key(), at))
        .collect();
    let mut violations = vec![];
    for (at, action) in plan.actions.iter().enumerate() {
        for creator in needed(action, &creators) {
            if creator != at && !order.precedes(creator, at) {
                violations.push(Violation::NeedNotAwaited {
                    id: action.id.clone(),
                    needed: plan.actions[creator].resource.clone(),
                    creator: plan.actions[creator].id.clone(),
                });
            }
        }
    }
    violations
}

fn needed(action: &Action, creators: &Targets<'_>) -> Vec<usize> {
    let mut needed = match &action.operation {
        Operation::Write { body, .. } | Operation::Post { body, .. } => {
            pointers::of_body(body, creators)
        }
        // What is asked is a host; the resource in whose name it is asked may be made only then.
        Operation::Probe { url, .. } => {
            return pointers::of_body(url, creators).into_iter().collect();
        }
        Operation::WaitFor { .. } => [].into(),
        // A record is verified for the sake of a resource that may be made only then.
        Operation::VerifyDns { value, .. } => {
            return pointers::of_body(value, creators).into_iter().collect();
        }
        // These speak of what was there before, or of nothing at all.
        Operation::Delete
        | Operation::LiftLock { .. }
        | Operation::RestoreLock { .. }
        | Operation::Wait { .. } => return vec![],
    };
    let lineage = action.resource.lineage();
    needed.extend(lineage.filter_map(|id| creators.get(id.key()).copied()));
    needed.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use resource::{Expression, ResourceId};
    use serde_json::json;

    use super::*;
    use crate::{check, sample};

    #[test]
    fn rule_05_a_reference_is_awaited() {
        let host = Expression::reference(&sample::site("web"), "/properties/defaultHostName");
        let body = json!({ "properties": { "TXTRecords": [{ "value": [host.to_value()] }] } });
        let web = sample::create(sample::site("web"), json!({}));
        let record = sample::create(sample::record("TXT", "app"), body);

        let plan = sample::plan([web.clone(), record.clone()]);
        assert!(matches!(&check(&plan)[..], [Violation::NeedNotAwaited { .. }]));
        assert_eq!(check(&sample::plan([web, record.after(["create web"])])), []);
    }

    #[test]
    fn rule_05_a_child_comes_after_its_parent() {
        let web = sample::create(sample::site("web"), json!({}));
        let settings = sample::create(sample::site("web").child("config", "logs"), json!({}));
        let plan = sample::plan([web.clone(), settings.clone()]);
        assert!(matches!(&check(&plan)[..], [Violation::NeedNotAwaited { .. }]));
        assert_eq!(check(&sample::plan([web, settings.after(["create web"])])), []);
    }

    #[test]
    fn a_tag_that_names_a_resource_is_no_need() {
        let link = sample::site("web").to_string();
        let insights = ResourceId::in_group("s", "rg", "Microsoft.Insights/components", "i");
        let plan = sample::plan([
            sample::create(insights, json!({ "tags": { "hidden-link": link } })),
            sample::create(sample::site("web"), json!({})),
        ]);
        assert_eq!(check(&plan), []);
    }
}
