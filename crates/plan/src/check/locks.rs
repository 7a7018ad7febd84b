//! Locks: what is lifted is put back, and nothing runs outside the gap that needs to be inside.

use resource::ResourceId;
use resource::catalogue::Duty;
use serde_json::Value;

use super::Violation;
use super::order::Order;
use crate::{Action, Operation, Plan};

/// A lock that the plan lifts, and the time between lift and restore.
struct Gap<'a> {
    lift: usize,
    restore: Option<usize>,
    lock: &'a ResourceId,
    scope: Option<ResourceId>,
    read_only: bool,
}

/// Checks that each lifted lock is put back after all that needed it lifted, and that no action
/// which the lock refuses stands outside.
pub(super) fn check(plan: &Plan, order: &Order<'_>) -> Vec<Violation> {
    let gaps = gaps(plan, order);
    let mut violations: Vec<_> = gaps
        .iter()
        .filter(|gap| gap.restore.is_none())
        .map(|gap| Violation::LockNotRestored {
            lift: plan.actions[gap.lift].id.clone(),
            lock: gap.lock.clone(),
        })
        .collect();
    for (at, action) in plan.actions.iter().enumerate() {
        for gap in gaps.iter().filter(|gap| gap.is_needed_by(action, plan)) {
            violations.extend(placement(plan, order, &gaps, gap, at));
        }
    }
    violations.extend(too_early(plan, order));
    violations.dedup();
    violations
}

/// Finds the actions that a lock refuses which the same plan makes before them.
fn too_early(plan: &Plan, order: &Order<'_>) -> Vec<Violation> {
    let made = plan.actions.iter().enumerate().filter_map(|(at, action)| {
        let Operation::Write { body, create: true, .. } = &action.operation else { return None };
        Duty::Lock.is_of(&action.resource).then(|| (at, Gap::of(action, body, at)))
    });
    made.flat_map(|(at, lock)| {
        let late = plan
            .actions
            .iter()
            .enumerate()
            .filter(move |(other, action)| lock.refuses(action) && !order.precedes(*other, at));
        let lock = &plan.actions[at].resource;
        late.map(|(_, action)| Violation::UnderLock { id: action.id.clone(), lock: lock.clone() })
    })
    .collect()
}

fn gaps<'a>(plan: &'a Plan, order: &Order<'_>) -> Vec<Gap<'a>> {
    let lifts = plan.actions.iter().enumerate().filter_map(|(at, action)| {
        let Operation::LiftLock { lock } = &action.operation else { return None };
        Some(Gap { restore: restore_of(plan, order, at), ..Gap::of(action, lock, at) })
    });
    lifts.collect()
}

fn restore_of(plan: &Plan, order: &Order<'_>, lift: usize) -> Option<usize> {
    let later = plan.actions.iter().enumerate().skip(lift + 1);
    later
        .filter(|(_, action)| matches!(action.operation, Operation::RestoreLock { .. }))
        .filter(|(_, action)| action.resource == plan.actions[lift].resource)
        .map(|(at, _)| at)
        .find(|at| order.precedes(lift, *at))
}

impl<'a> Gap<'a> {
    /// Reads what the lock of an action refuses while it is on.
    fn of(action: &'a Action, lock: &Value, at: usize) -> Self {
        let level = lock.pointer("/properties/level").and_then(Value::as_str);
        Self {
            lift: at,
            restore: None,
            lock: &action.resource,
            scope: action.resource.parent(),
            read_only: level.is_some_and(|level| level.eq_ignore_ascii_case("ReadOnly")),
        }
    }

    /// Tells whether `action` says that it needs the gap, or is what the lock refuses.
    fn is_needed_by(&self, action: &Action, plan: &Plan) -> bool {
        let is_lock_step =
            matches!(action.operation, Operation::LiftLock { .. } | Operation::RestoreLock { .. });
        if is_lock_step || action.resource == *self.lock {
            return false;
        }
        action.after.contains(&plan.actions[self.lift].id) || self.refuses(action)
    }

    /// Tells whether Azure refuses `action` while the lock is on.
    ///
    /// `CanNotDelete` refuses deletes in its scope, `ReadOnly` every write too. Source:
    /// <https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources>.
    fn refuses(&self, action: &Action) -> bool {
        let in_scope = self.scope.as_ref().is_some_and(|scope| action.resource.is_within(scope));
        // Locks themselves are not locked.
        let is_lock = Duty::Lock.is_of(&action.resource);
        in_scope
            && !is_lock
            && match action.operation {
                Operation::Delete => true,
                Operation::Write { .. } | Operation::Post { .. } => self.read_only,
                _ => false,
            }
    }
}

/// Finds what is wrong with where the action at `at`, which needs `gap`, stands.
fn placement(
    plan: &Plan,
    order: &Order<'_>,
    gaps: &[Gap<'_>],
    gap: &Gap<'_>,
    at: usize,
) -> Option<Violation> {
    // A lock may be lifted several times; one of its gaps is enough.
    let of_lock = gaps.iter().filter(|other| other.lock == gap.lock);
    let opened: Vec<_> = of_lock.filter(|gap| order.precedes(gap.lift, at)).collect();
    let id = plan.actions[at].id.clone();
    if opened.is_empty() {
        return Some(Violation::UnderLock { id, lock: gap.lock.clone() });
    }
    let closes_after = |gap: &&&Gap<'_>| gap.restore.is_none_or(|end| order.precedes(at, end));
    if opened.iter().any(|gap| closes_after(&gap)) {
        return None;
    }
    let restore = plan.actions[opened.last()?.restore?].id.clone();
    Some(Violation::LockRestoredTooEarly { restore, lock: gap.lock.clone(), id })
}

#[cfg(test)]
mod tests {
    use resource::types;
    use serde_json::json;

    use super::*;
    use crate::Verb;
    use crate::{check, sample};

    fn lock_steps(level: &str) -> (Action, Action) {
        let lock = json!({ "properties": { "level": level } });
        let id = sample::zone().extension(types::LOCK, "keep");
        let lift = Action {
            operation: Operation::LiftLock { lock: lock.clone() },
            ..sample::action(Verb::LiftLock, id.clone()).named("lift")
        };
        let restore = Action {
            operation: Operation::RestoreLock { lock },
            ..sample::action(Verb::RestoreLock, id).named("restore").after(["lift"])
        };
        (lift, restore)
    }

    fn delete_record() -> Action {
        sample::delete(sample::record("CNAME", "app"))
    }

    #[test]
    fn rule_05_a_delete_between_lift_and_restore_is_allowed() {
        let (lift, restore) = lock_steps("CanNotDelete");
        let delete = delete_record().after(["lift"]);
        let plan = sample::plan([lift, delete, restore.after(["delete app"])]);
        assert_eq!(check(&plan), []);
    }

    #[test]
    fn rule_05_a_lifted_lock_is_put_back() {
        let (lift, _) = lock_steps("CanNotDelete");
        let plan = sample::plan([lift, delete_record().after(["lift"])]);
        assert!(matches!(&check(&plan)[..], [Violation::LockNotRestored { .. }]));
    }

    #[test]
    fn rule_05_a_lock_is_put_back_after_all_that_needed_it_lifted() {
        let (lift, restore) = lock_steps("CanNotDelete");
        let plan = sample::plan([lift, delete_record().after(["lift"]), restore]);
        assert!(matches!(&check(&plan)[..], [Violation::LockRestoredTooEarly { .. }]));
    }

    #[test]
    fn rule_05_a_delete_under_a_lock_waits_for_its_lift() {
        let (lift, restore) = lock_steps("CanNotDelete");
        let plan = sample::plan([lift, delete_record(), restore.after(["delete app"])]);
        assert!(matches!(&check(&plan)[..], [Violation::UnderLock { .. }]));
    }

    #[test]
    fn rule_05_a_lock_is_made_after_what_it_refuses() {
        let lock = |level: &str| {
            let id = sample::zone().extension(types::LOCK, "keep");
            let body = json!({ "properties": { "level": level } });
            sample::create(id, body).named("create lock")
        };
        let write = || {
            let record = sample::action(Verb::Update, sample::record("CNAME", "www"));
            record.writing(json!({})).named("update www")
        };
        let good = |level| {
            let after = lock(level).after(["update www", "delete app"]);
            sample::plan([write(), delete_record(), after])
        };
        let bad = |level, action: Action| sample::plan([lock(level), action]);
        for level in ["CanNotDelete", "ReadOnly"] {
            assert_eq!(check(&good(level)), []);
            let found = check(&bad(level, delete_record()));
            assert!(matches!(&found[..], [Violation::UnderLock { .. }]), "{found:?}");
        }
        assert_eq!(check(&bad("CanNotDelete", write())), []);
        let found = check(&bad("ReadOnly", write()));
        assert!(matches!(&found[..], [Violation::UnderLock { .. }]), "{found:?}");
    }

    #[test]
    fn rule_05_a_read_only_lock_refuses_writes_too() {
        let write = || {
            let record = sample::action(Verb::Update, sample::record("CNAME", "www"));
            record.writing(json!({})).named("update www")
        };
        let plan = |level| {
            let (lift, restore) = lock_steps(level);
            sample::plan([lift, restore, write()])
        };
        assert_eq!(check(&plan("CanNotDelete")), []);
        assert!(matches!(&check(&plan("ReadOnly"))[..], [Violation::UnderLock { .. }]));
    }
}
