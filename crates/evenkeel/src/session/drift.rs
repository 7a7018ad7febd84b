//! Who has moved since the last apply.

use std::collections::BTreeSet;

use azure::Wants;
use plan::{Plan, Verdicts};
use planner::{Base, Desired, Options};
use resource::{Observed, ResourceId};

use super::Session;
use crate::base::{self, Files};
use crate::cli::Allow;
use crate::exit::Failure;

impl Session {
    /// Looks at Azure and decides what must change, telling who has moved: Azure, or the topology in
    /// its files.
    pub async fn drift(&self, files: &Files<'_>) -> Result<Plan, Failure> {
        let observed = self.observe().await?;
        let mut plan = self.decide(&observed, &Allow::default())?;
        self.tell_manual_records(&observed, &mut plan).await;
        plan.verdicts = Some(self.judge(files, &plan, observed).await?);
        Ok(plan)
    }

    /// Tells of each change who has moved; what was applied last is looked for in git.
    pub async fn judge(
        &self,
        files: &Files<'_>,
        plan: &Plan,
        mut observed: Observed,
    ) -> Result<Verdicts, Failure> {
        let noted = planner::applied(&self.desired, &observed);
        let noted = noted.filter(|noted| *noted != planner::note_of(&self.desired));
        let found = noted.and_then(|noted| base::find(files, noted));
        let mut secrets = self.secrets(&self.desired);
        if let Some((base, _)) = &found {
            secrets.extend(self.secrets(base));
            self.observe_too(base, &mut observed).await?;
        }
        let base = found.as_ref().map(|(desired, version)| Base { desired, version });
        let options = Options { secrets, ..Options::default() };
        Ok(planner::verdicts(plan, &self.desired, &observed, base, &options))
    }

    /// Looks at what only an earlier topology speaks of.
    async fn observe_too(&self, base: &Desired, observed: &mut Observed) -> Result<(), Failure> {
        let known: BTreeSet<ResourceId> =
            self.desired.wants().into_iter().map(|(id, _)| id).collect();
        let is_new = |id: &ResourceId| !known.contains(id) && observed.get(id).is_none();
        let ids: Vec<_> = base.wants().into_iter().filter(|(id, _)| is_new(id)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let wants = Wants { ids, ..Wants::default() };
        let more = azure::observe(&self.azure.reader(), &wants).await?;
        for (id, seen) in more.resources {
            observed.resources.entry(id).or_insert(seen);
        }
        Ok(())
    }
}
