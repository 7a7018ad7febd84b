//! Whether Azure is still as the plan knows it.
//!
//! A resource and its children are one family: a write to one changes what is observed of the
//! others. So a whole family is compared with the plan's fingerprints once, before the first write
//! to any of it; what moves later in it is this run's own doing.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use plan::{Action, Fingerprint, Operation, part_of};
use resource::catalogue::{Duty, each_once, fingerprint, fingerprint_of_part};
use resource::{Observation, ResourceId, walk_expressions};

use crate::ActionError;
use crate::covers::{Standing, covers, standing};
use crate::resolve::UsedSecrets;
use crate::run::Run;

impl Run<'_> {
    /// Fails with [`ActionError::Moved`] where something that `action` rests on has moved.
    pub async fn check_unmoved(&self, action: &Action) -> Result<(), ActionError> {
        self.check_all(rests_on(action)).await
    }

    /// Checks what a creation takes values from; that its own resource is not there is known.
    pub async fn check_sources(&self, action: &Action) -> Result<(), ActionError> {
        let mut ids = rests_on(action);
        ids.remove(&action.resource);
        self.check_all(ids).await
    }

    async fn check_all(&self, ids: BTreeSet<ResourceId>) -> Result<(), ActionError> {
        for id in ids {
            if !self.plan.fingerprints.contains_key(&id) {
                continue;
            }
            if self.moved_in(&family(&id)).await?.contains(&id) {
                return Err(ActionError::Moved { id });
            }
        }
        Ok(())
    }

    /// Returns all that the plan rests on and that has moved.
    ///
    /// What cannot be read is left to the check before its write, which tells why. The checks are
    /// forgotten afterwards: each is made again right before the first write to its family.
    pub async fn all_moved(&self, max_concurrency: usize) -> BTreeSet<ResourceId> {
        let families: Vec<&ResourceId> = self.families.keys().collect();
        let looks = stream::iter(families).map(|family| self.moved_in(family));
        let found: Vec<_> = looks.buffer_unordered(max_concurrency).collect().await;
        self.checks.lock().expect("no panic while locked").clear();
        // What a body only names, and takes no value from, may change.
        let rested: BTreeSet<ResourceId> = self.plan.actions.iter().flat_map(rests_on).collect();
        let moved = found.into_iter().flatten().flat_map(|moved| moved.as_ref().clone());
        moved.filter(|id| rested.contains(id)).collect()
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
            if let Some(now) = now.filter(|_| !moved) {
                self.compared.lock().expect("no panic while locked").insert(id.clone(), now);
            }
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
            // A creation looks for nothing before, so that it may have come before this check.
            _ if self.has_written_itself(id) => true,
            (Fingerprint::Absent, None) => true,
            (Fingerprint::Digest(digest), Some(now)) => {
                fingerprint(&id.resource_type(), &now.body) == *digest
            }
            _ => false,
        };
        if same {
            return true;
        }
        if *known == Fingerprint::Absent && self.has_made_a_parent_of(id).await {
            return true;
        }
        // Of several actions on one resource a later one undoes what an earlier one did, so one that
        // is done is proof enough.
        for action in self.plan.actions.iter().filter(|action| action.resource == *id) {
            if self.is_done(action, now).await {
                return true;
            }
        }
        self.is_as_known_in_part(id, now) && self.has_begun().await
    }

    /// Tells whether what the plan's actions speak of is as the plan knows it.
    fn is_as_known_in_part(&self, id: &ResourceId, now: Option<&Observation>) -> bool {
        let (Some(known), Some(now)) = (self.plan.parts.get(id), now) else { return false };
        let part = part_of(&self.plan.actions, id);
        fingerprint_of_part(&id.resource_type(), &now.body, &part) == *known
    }

    /// Tells whether this run of the plan, or one before it, has changed anything: then a difference
    /// elsewhere may be the plan's own doing.
    async fn has_begun(&self) -> bool {
        if self.has_written_anything() {
            return true;
        }
        let look = async || {
            for action in &self.plan.actions {
                let changes =
                    matches!(action.operation, Operation::Write { .. } | Operation::Delete);
                if changes
                    && let Ok(now) = self.read(&action.resource, &action.api_version).await
                    && self.is_done(action, now.as_ref()).await
                {
                    return true;
                }
            }
            false
        };
        *self.begun.get_or_init(look).await
    }

    /// Tells whether a later action on the same resource is done, and this one with it.
    ///
    /// What is cut for a while ends as it began, so that its end says nothing of whether it was cut.
    pub async fn is_superseded(&self, action: &Action, now: &Observation) -> bool {
        if action.verb == plan::Verb::CutEdge {
            return false;
        }
        let later = self.plan.actions.iter().skip_while(|other| other.id != action.id).skip(1);
        for other in later.filter(|other| other.resource == action.resource) {
            if self.is_done(other, Some(now)).await {
                return true;
            }
        }
        false
    }

    /// Tells whether this plan makes a parent of `id` and has done so: a document that is born with
    /// its parent is then there before its own action has run.
    async fn has_made_a_parent_of(&self, id: &ResourceId) -> bool {
        for parent in id.ancestors() {
            let makes = |action: &&Action| {
                let create = matches!(action.operation, Operation::Write { create: true, .. });
                create && action.resource == parent
            };
            let Some(action) = self.plan.actions.iter().find(makes) else { continue };
            let now = self.read(&parent, &action.api_version).await;
            return match now {
                Ok(now) => self.is_done(action, now.as_ref()).await,
                Err(_) => false,
            };
        }
        false
    }

    async fn is_done(&self, action: &Action, now: Option<&Observation>) -> bool {
        match (&action.operation, now) {
            (Operation::Delete | Operation::LiftLock { .. }, now) => now.is_none(),
            (Operation::RestoreLock { lock }, Some(now)) => {
                covers(&action.resource, lock, &now.body, false)
            }
            (Operation::Write { write, body, create }, Some(now)) => {
                let Ok(mut body) = self.resolve(body, &mut UsedSecrets::default()).await else {
                    return false;
                };
                each_once(&action.resource.resource_type(), &mut body);
                let exact = *write == plan::Write::PutExact && !create;
                match standing(&action.resource, &body, &now.body, exact) {
                    Standing::Met => true,
                    // What was absent and is as wanted is what an earlier run has made.
                    Standing::Unproven => *create,
                    Standing::Differs => false,
                }
            }
            // What only reads, waits or starts leaves nothing to compare.
            _ => false,
        }
    }
}

/// Returns what an action writes and what its body reads.
pub(crate) fn rests_on(action: &Action) -> BTreeSet<ResourceId> {
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
    let chain = id.lineage();
    chain.take_while(|id| !Duty::is_container(id)).last().unwrap_or_else(|| id.clone())
}

#[cfg(test)]
mod tests {
    use resource::types;

    use super::*;

    #[test]
    fn children_and_locks_are_of_one_family() {
        let zone = ResourceId::in_group("s", "rg", resource::types::ZONE, "example.com");
        assert_eq!(family(&zone.child("CNAME", "app")), zone);
        assert_eq!(family(&zone.extension(types::LOCK, "keep")), zone);
        assert_eq!(family(&zone), zone);
        let group = ResourceId::group("s", "rg");
        assert_eq!(family(&group), group);
        let on_group = group.extension(types::LOCK, "keep");
        assert_eq!(family(&on_group), on_group);
    }
}
