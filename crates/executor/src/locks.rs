//! Lifting locks and putting them back, whatever happens between.

use plan::{Action, Done};
use serde_json::Value;

use crate::ActionError;
use crate::journal::{LiftedLock, put_back};
use crate::run::Run;

impl Run<'_> {
    /// Notes a lock, then deletes it.
    pub async fn lift_lock(&self, action: &Action, lock: &Value) -> Result<Done, ActionError> {
        self.check_unmoved(action).await?;
        self.journal.note(lifted(action, lock)).map_err(ActionError::Journal)?;
        self.delete_unchecked(action).await
    }

    /// Puts a lock back and strikes the note.
    pub async fn restore_lock(&self, action: &Action, lock: &Value) -> Result<Done, ActionError> {
        let done = put_back(self.writer, &lifted(action, lock)).await?;
        self.journal.strike(&action.resource).map_err(ActionError::Journal)?;
        Ok(done)
    }
}

fn lifted(action: &Action, lock: &Value) -> LiftedLock {
    LiftedLock {
        id: action.resource.clone(),
        api_version: action.api_version.clone(),
        body: lock.clone(),
    }
}
