//! One run of a plan: what its actions share, and what each kind of action does.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use azure::Writer;
use plan::{Action, Done, Operation, Plan};
use resource::catalogue::Duty;
use resource::{Observation, ResourceId};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::journal::Journal;
use crate::moved::family;
use crate::resolve::UsedSecrets;
use crate::{ActionError, Cancel, Progress, World};

/// The outcome of comparing each family of resources with the plan.
pub(crate) type Checks = HashMap<ResourceId, Arc<OnceCell<Arc<BTreeSet<ResourceId>>>>>;

/// What the actions of a run share.
pub(crate) struct Run<'a> {
    pub plan: &'a Plan,
    pub writer: &'a Writer,
    pub world: &'a dyn World,
    pub progress: &'a dyn Progress,
    pub cancel: &'a Cancel,
    pub journal: Journal,
    /// Resources that were read for their properties; a write to one strikes it.
    pub cache: Mutex<HashMap<ResourceId, Observation>>,
    pub checks: Mutex<Checks>,
    /// What the checks have read, for the writes that follow.
    pub compared: Mutex<HashMap<ResourceId, Observation>>,
    /// When the look began that the plan rests on, where this process made it.
    pub looked: Option<Instant>,
    /// What the plan has fingerprints of, by family.
    pub families: HashMap<ResourceId, Vec<&'a ResourceId>>,
    /// Whether an earlier run of the plan has changed anything, once it was looked for.
    pub begun: OnceCell<bool>,
    written: Mutex<HashSet<ResourceId>>,
}

impl<'a> Run<'a> {
    pub fn new(
        plan: &'a Plan,
        writer: &'a Writer,
        world: &'a dyn World,
        progress: &'a dyn Progress,
        cancel: &'a Cancel,
        journal: Journal,
    ) -> Self {
        let (cache, checks, compared, begun, written) = Default::default();
        let mut families: HashMap<ResourceId, Vec<&ResourceId>> = HashMap::new();
        for id in plan.fingerprints.keys() {
            families.entry(family(id)).or_default().push(id);
        }
        Self {
            plan,
            writer,
            world,
            progress,
            cancel,
            journal,
            cache,
            checks,
            compared,
            looked: None,
            families,
            begun,
            written,
        }
    }

    /// Does what an action says.
    pub async fn carry_out(
        &self,
        action: &Action,
        used: &mut UsedSecrets,
    ) -> Result<Done, ActionError> {
        match &action.operation {
            Operation::Write { write, body, create } => {
                self.write(action, *write, body, *create, used).await
            }
            Operation::Delete => self.delete(action).await,
            Operation::LiftLock { lock } => self.lift_lock(action, lock).await,
            Operation::RestoreLock { lock } => self.restore_lock(action, lock).await,
            Operation::Post { action: name, body } => self.post(action, name, body, used).await,
            Operation::WaitFor { pointer, values, timeout_secs } => {
                self.wait_for(action, pointer, values, *timeout_secs).await
            }
            Operation::Probe { url, headers, expected, holds, timeout_secs } => {
                let expected = (expected.as_slice(), holds.as_deref());
                self.probe(action, url, headers, expected, *timeout_secs, used).await
            }
            Operation::VerifyDns { name, record_type, value, timeout_secs, required } => {
                let question = (name.as_str(), record_type.as_str());
                self.verify_dns(action, question, value, *timeout_secs, *required, used).await
            }
            Operation::Wait { secs } => self.wait(*secs).await,
        }
    }

    pub async fn read(
        &self,
        id: &ResourceId,
        api_version: &str,
    ) -> Result<Option<Observation>, ActionError> {
        let found = self.writer.reader().get(id, api_version).await;
        found.map_err(|source| ActionError::Refused { verb: "read", id: id.clone(), source })
    }

    pub fn note_written(&self, id: &ResourceId) {
        self.forget(id);
        self.written.lock().expect("no panic while locked").insert(id.clone());
    }

    /// Forgets what was read of a resource and of what lies above and below it.
    pub fn forget(&self, id: &ResourceId) {
        for read in [&self.cache, &self.compared] {
            let mut read = read.lock().expect("no panic while locked");
            read.retain(|other, _| !other.is_within(id) && !id.is_within(other));
        }
    }

    /// Tells whether this run has written `id` or something that it lies in.
    pub fn has_written(&self, id: &ResourceId) -> bool {
        let written = self.written.lock().expect("no panic while locked");
        written.iter().any(|other| id.is_within(other))
    }

    /// Tells whether this run has written `id` itself.
    pub fn has_written_itself(&self, id: &ResourceId) -> bool {
        self.written.lock().expect("no panic while locked").contains(id)
    }

    pub fn has_written_anything(&self) -> bool {
        !self.written.lock().expect("no panic while locked").is_empty()
    }

    /// Tells whether this run has written anything that the action comes after.
    pub fn has_written_anything_of(&self, action: &Action) -> bool {
        let before = self.plan.actions.iter().filter(|other| action.after.contains(&other.id));
        self.has_written(&action.resource)
            || before.into_iter().any(|other| self.has_written(&other.resource))
    }

    pub fn has_granted_rights(&self) -> bool {
        let written = self.written.lock().expect("no panic while locked");
        written.iter().any(|id| Duty::Grant.is_of(id))
    }
}
