//! Management locks: what they refuse, and which are lifted.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources>.

use resource::ResourceId;

use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::Answer;

pub(crate) const LOCK: &str = "Microsoft.Authorization/locks";

/// Refuses a write or an action on `id` that a `ReadOnly` lock forbids.
pub(crate) fn check_write(azure: &Azure, id: &ResourceId) -> Result<(), Answer> {
    // A read-only lock does not keep its owner from managing locks.
    if azure.is_unguarded || id.resource_type().is(LOCK) {
        return Ok(());
    }
    match over(azure, id).find(|lock| level(lock).eq_ignore_ascii_case("ReadOnly")) {
        Some(lock) => Err(refusal(id, "write", lock)),
        None => Ok(()),
    }
}

/// Refuses a DELETE of `id` that any lock on it, above it or below it forbids.
pub(crate) fn check_delete(azure: &Azure, id: &ResourceId) -> Result<(), Answer> {
    if azure.is_unguarded || id.resource_type().is(LOCK) {
        return Ok(());
    }
    let below = azure.state.of_type_below(LOCK, id);
    match over(azure, id).chain(below).next() {
        Some(lock) => Err(refusal(id, "delete", lock)),
        None => Ok(()),
    }
}

/// Returns the locks whose scope holds `id`.
fn over<'a>(azure: &'a Azure, id: &'a ResourceId) -> impl Iterator<Item = &'a Stored> {
    let holds = move |lock: &&Stored| lock.id.parent().is_some_and(|scope| id.is_within(&scope));
    azure.state.of_type(LOCK).filter(holds)
}

fn level(lock: &Stored) -> &str {
    lock.text("/level").unwrap_or_default()
}

fn refusal(id: &ResourceId, verb: &str, lock: &Stored) -> Answer {
    let scope = lock.id.parent().map(|scope| scope.to_string()).unwrap_or_default();
    let text = format!(
        "The scope '{id}' cannot perform {verb} operation because following scope(s) are locked: \
         '{scope}'. Please remove the lock and try again."
    );
    Answer::error(409, "ScopeLocked", text)
}
