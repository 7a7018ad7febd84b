//! Whether Azure is still as the plan knows it.
//!
//! A resource and its children are one family: a write to one changes what is observed of the
//! others. So a whole family is compared with the plan's fingerprints once, before the first write
//! to any of it; what moves later in it is this run's own doing.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use plan::{Action, Fingerprint, Operation, Verb};
use resource::catalogue::fingerprint;
use resource::{Observation, ResourceId, walk_expressions};

use crate::ActionError;
use crate::covers::covers;
use crate::resolve::UsedSecrets;
use crate::run::Run;

impl Run<'_> {
    /// Fails with [`ActionError::Moved`] where something that `action` rests on has moved.
    pub async fn check_unmoved(&self, action: &Action) -> Result<(), ActionError> {
        for id in rests_on(action) {
            if !self.plan.fingerprints.contains_key(&id) {
                continue;
            }
            if self.moved_in(&family(&id)).await?.contains(&id) {
                return Err(ActionError::Moved { id });
            }
        }
        Ok(())
    }

    async fn moved_in(
        &self,
        family: &ResourceId,
    ) -> Result<Arc<BTreeSet<ResourceId>>, ActionError> {
        let cell = {
            let mut checks = self.checks.lock().expect("no panic while locked");
            Arc::clone(checks.entry(family.clone()).or_default())
        };
        cell.get_or_try_init(|| async { self.look_through(family).await.map(Arc::new) })
            .await
            .cloned()
    }

    async fn look_through(
        &self,
        family_root: &ResourceId,
    ) -> Result<BTreeSet<ResourceId>, ActionError> {
        let members = self.families.get(family_root).into_iter().flatten().copied();
        let looks = members.map(async |id| {
            let known = &self.plan.fingerprints[id];
            let now = self.read(id, &self.api_version(id)?).await?;
            let moved = !self.is_as_known(id, known, now.as_ref()).await;
            Ok(moved.then(|| id.clone()))
        });
        let found: Result<Vec<Option<ResourceId>>, ActionError> =
            join_all(looks).await.into_iter().collect();
        Ok(found?.into_iter().flatten().collect())
    }

    /// What another run of the same plan has already done is no move.
    async fn is_as_known(
        &self,
        id: &ResourceId,
        known: &Fingerprint,
        now: Option<&Observation>,
    ) -> bool {
        let same = match (known, now) {
            (Fingerprint::Absent, None) => true,
            (Fingerprint::Digest(digest), Some(now)) => {
                fingerprint(&id.resource_type(), &now.body) == *digest
            }
            _ => false,
        };
        if same {
            return true;
        }
        // A note of what was applied changes nothing of the resource that carries it.
        let is_own = |action: &&Action| action.resource == *id && action.verb != Verb::Note;
        let mut own = self.plan.actions.iter().filter(is_own).peekable();
        if own.peek().is_none() {
            return false;
        }
        for action in own {
            if !self.is_done(action, now).await {
                return false;
            }
        }
        true
    }

    async fn is_done(&self, action: &Action, now: Option<&Observation>) -> bool {
        match (&action.operation, now) {
            (Operation::Delete | Operation::LiftLock { .. }, now) => now.is_none(),
            (Operation::RestoreLock { .. }, _) => true,
            (Operation::Write { write, body, .. }, Some(now)) => {
                let resolved = self.resolve(body, &mut UsedSecrets::default()).await;
                let exact = *write == plan::Write::PutExact;
                resolved.is_ok_and(|body| covers(&action.resource, &body, &now.body, exact))
            }
            (Operation::Write { .. }, None) => false,
            // What only reads, waits or starts leaves nothing to compare.
            _ => true,
        }
    }
}

/// Returns what an action writes and what its body reads.
fn rests_on(action: &Action) -> BTreeSet<ResourceId> {
    let mut ids = BTreeSet::from([action.resource.clone()]);
    if let Operation::Write { body, .. } = &action.operation {
        walk_expressions(body, &mut |expression| {
            ids.extend(expression.references().into_iter().map(|reference| reference.id.clone()));
        });
    }
    ids
}

/// Returns the resource at the top of a family: the last one below the resource group.
pub(crate) fn family(id: &ResourceId) -> ResourceId {
    let is_container = |id: &ResourceId| {
        let kind = id.resource_type();
        kind.is("Microsoft.Resources/resourceGroups")
            || kind.is("Microsoft.Resources/subscriptions")
    };
    let chain = std::iter::successors(Some(id.clone()), ResourceId::parent);
    chain.take_while(|id| !is_container(id)).last().unwrap_or_else(|| id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_and_locks_are_of_one_family() {
        let zone = ResourceId::in_group("s", "rg", "Microsoft.Network/dnsZones", "example.com");
        assert_eq!(family(&zone.child("CNAME", "app")), zone);
        assert_eq!(family(&zone.extension("Microsoft.Authorization/locks", "keep")), zone);
        assert_eq!(family(&zone), zone);
        let group = ResourceId::group("s", "rg");
        assert_eq!(family(&group), group);
        let on_group = group.extension("Microsoft.Authorization/locks", "keep");
        assert_eq!(family(&on_group), on_group);
    }
}
