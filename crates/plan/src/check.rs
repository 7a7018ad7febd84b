//! Proves the engine's rules of a plan, whoever made it.
//!
//! The checker knows nothing of how a plan was made. It reads actions, bodies and changes, and where
//! they do not tell enough to prove a rule it takes the careful reading. It runs on every plan that
//! is made and on every plan that is loaded.

mod data;
mod edges;
mod farewells;
mod locks;
mod names;
mod needs;
mod notes;
mod order;
mod pointers;
mod served;
mod stamps;
mod traffic;

use resource::ResourceId;

use crate::{ActionId, Plan};
use order::Order;

/// A rule that a plan breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Two actions share a name, so an outcome could not be told apart.
    #[error("`{id}` names {count} actions; an action's name is unique within its plan")]
    DuplicateAction {
        /// The name that is shared.
        id: ActionId,
        /// How many actions share it.
        count: usize,
    },
    /// An action waits for one that is not in the plan.
    #[error("`{id}` comes after `{missing}`, which is not in the plan")]
    UnknownPredecessor {
        /// The action that waits.
        id: ActionId,
        /// What it waits for.
        missing: ActionId,
    },
    /// Actions wait for each other.
    #[error("{} wait for each other in a circle; an order must have a beginning", list(.ids))]
    Cycle {
        /// The actions of the circle, each after the one that follows it.
        ids: Vec<ActionId>,
    },
    /// An action stands in the list before one that it waits for.
    #[error("`{id}` is listed before `{predecessor}`, which it comes after")]
    OutOfOrder {
        /// The action that stands too early.
        id: ActionId,
        /// What it waits for.
        predecessor: ActionId,
    },
    /// An action uses what another action makes, and does not wait for it.
    #[error("`{id}` needs `{needed}`, which `{creator}` makes, but does not come after it")]
    NeedNotAwaited {
        /// The action that is too early.
        id: ActionId,
        /// The resource that it refers to or hangs on.
        needed: ResourceId,
        /// The action that makes the resource.
        creator: ActionId,
    },
    /// A lock is lifted and not put back.
    #[error("`{lift}` lifts lock `{lock}` and no later action puts it back")]
    LockNotRestored {
        /// The action that lifts the lock.
        lift: ActionId,
        /// The lock.
        lock: ResourceId,
    },
    /// A lock is put back while an action that needs it lifted may still run.
    #[error("`{restore}` may put lock `{lock}` back before `{id}` has ended")]
    LockRestoredTooEarly {
        /// The action that puts the lock back.
        restore: ActionId,
        /// The lock.
        lock: ResourceId,
        /// The action that needs the lock lifted.
        id: ActionId,
    },
    /// An action is refused by a lock that the plan knows of.
    #[error(
        "`{id}` is not allowed under lock `{lock}` and does not stand between lift and restore"
    )]
    UnderLock {
        /// The action that the lock refuses.
        id: ActionId,
        /// The lock.
        lock: ResourceId,
    },
    /// A resource is deleted while another still points to it.
    #[error("`{delete}` may run before `{cut}` has stopped `{holder}` pointing to it")]
    NodeBeforeEdge {
        /// The delete.
        delete: ActionId,
        /// The action that removes the relation.
        cut: ActionId,
        /// The resource that holds the relation.
        holder: ResourceId,
    },
    /// A resource is deleted and another points to it in the end.
    #[error("`{delete}` deletes what `{holder}` still points to after `{write}`")]
    DanglingEdge {
        /// The delete.
        delete: ActionId,
        /// The last write of the holder.
        write: ActionId,
        /// The resource that holds the relation.
        holder: ResourceId,
    },
    /// A parent is deleted before its child.
    #[error("`{parent}` may run before `{child}`, which deletes what hangs on it")]
    ParentBeforeChild {
        /// The delete of the parent.
        parent: ActionId,
        /// The delete of the child.
        child: ActionId,
    },
    /// Two stamps may change at once.
    #[error(
        "`{first}` and `{second}` change stamps {first_stamp} and {second_stamp} and may run at \
         once; stamps change one at a time"
    )]
    StampsTogether {
        /// An action on the one stamp.
        first: ActionId,
        /// The stamp of `first`.
        first_stamp: String,
        /// An action on the other stamp.
        second: ActionId,
        /// The stamp of `second`.
        second_stamp: String,
    },
    /// A profile would answer with nothing.
    #[error("`{id}` leaves profile `{profile}` without an enabled endpoint; it needs one or more")]
    TrafficWithoutTarget {
        /// The write of the profile.
        id: ActionId,
        /// The profile.
        profile: ResourceId,
    },
    /// Traffic is led to what has not shown that it serves.
    #[error(
        "`{id}` leads traffic from `{resource}` to `{target}`, and nothing before it shows that it \
         serves"
    )]
    TrafficToUnasked {
        /// The action that moves traffic.
        id: ActionId,
        /// The router or the name that leads there.
        resource: ResourceId,
        /// The resource ID or host name to which traffic comes.
        target: String,
    },
    /// A profile may be deleted while a DNS record still points to it.
    #[error("`{delete}` may run before `{record}` has stopped the name pointing to the profile")]
    ProfileBeforeRecord {
        /// The delete of the profile.
        delete: ActionId,
        /// The change or delete of the DNS record.
        record: ActionId,
    },
    /// What answers for a name may let go of it while the name still leads there.
    #[error("`{let_go}` may run before `{record}` has led `{host}` elsewhere")]
    LetGoBeforeName {
        /// The action after which nobody answers there.
        let_go: ActionId,
        /// The change or delete of the record.
        record: ActionId,
        /// The name.
        host: String,
    },
    /// What cannot be brought back is deleted without permission.
    #[error("`{id}` loses the data of `{resource}` and names no permission")]
    DataLossNotPermitted {
        /// The action that loses data.
        id: ActionId,
        /// What it deletes.
        resource: ResourceId,
    },
    /// A delete hides behind a verb that does not say so.
    #[error("`{id}` deletes `{resource}` and does not call it a delete")]
    HiddenDelete {
        /// The action that deletes.
        id: ActionId,
        /// What it deletes.
        resource: ResourceId,
    },
    /// The topology is noted as applied although something of it may have failed.
    #[error("`{note}` may run although `{action}` has not succeeded")]
    NotedTooEarly {
        /// The note.
        note: ActionId,
        /// What it does not wait for.
        action: ActionId,
    },
    /// The two halves of one replacement do not follow each other.
    #[error("`{create}` takes the name that `{delete}` frees, but does not come directly after it")]
    NameNotHandedOver {
        /// The half that frees the name.
        delete: ActionId,
        /// The half that takes it.
        create: ActionId,
    },
}

/// Returns every rule that `plan` breaks; a plan that may be applied breaks none.
///
/// The order of actions is proved first. Where it is broken the other rules, which are about order,
/// have no meaning yet and are not looked at.
pub fn check(plan: &Plan) -> Vec<Violation> {
    let mut violations = order::check(plan);
    if !violations.is_empty() {
        return violations;
    }
    let order = Order::new(plan);
    violations.extend(needs::check(plan, &order));
    violations.extend(locks::check(plan, &order));
    violations.extend(edges::check(plan, &order));
    violations.extend(stamps::check(plan, &order));
    violations.extend(traffic::check(plan, &order));
    violations.extend(served::check(plan, &order));
    violations.extend(farewells::check(plan, &order));
    violations.extend(data::check(plan));
    violations.extend(names::check(plan));
    violations.extend(notes::check(plan));
    violations
}

fn list(ids: &[ActionId]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}
