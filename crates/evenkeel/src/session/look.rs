//! One look at Azure, and what is known of what was applied last.

use std::collections::BTreeSet;

use azure::Wants;
use executor::World;
use planner::{Desired, Last, Note};
use resource::catalogue::Duty;
use resource::{DnsAnswer, Observation, Observed, ResourceId};
use topology::is_unset;

use super::Session;
use crate::exit::Failure;

/// What a look has shown.
#[derive(Debug, Clone)]
pub struct Look {
    /// What is in Azure.
    pub observed: Observed,
    /// What was applied last.
    pub last: Last,
    /// Its text and the commit that has it, where it is not the topology's own.
    pub base: Option<(Desired, String)>,
}

impl Session {
    /// Looks at Azure: at what the topology speaks of, and at what the last applied text spoke of.
    pub async fn observe(&self) -> Result<Look, Failure> {
        let groups = self.desired.resources().map(|resource| &resource.id);
        let kept = groups.filter(|id| Duty::Group.is_of(id)).cloned().collect();
        self.observe_keeping(kept).await
    }

    /// Looks as [`Session::observe`] does, and asks DNS for the records that only a person can make.
    pub(super) async fn observe_with_dns(&self) -> Result<Look, Failure> {
        let mut look = self.observe().await?;
        for record in &self.desired.manual_records {
            let found = self.azure.world.lookup(&record.name, &record.record_type).await;
            look.observed.dns.push(DnsAnswer {
                name: record.name.clone(),
                record_type: record.record_type.clone(),
                found: found.map_err(|error| error.to_string()),
            });
        }
        Ok(look)
    }

    /// Looks as [`Session::observe`] does; what lies in groups of ours is listed but for these groups,
    /// which stay.
    #[tracing::instrument(skip_all)]
    pub async fn observe_keeping(&self, groups: BTreeSet<ResourceId>) -> Result<Look, Failure> {
        let _spinner = self.azure.progress.spinner("reading Azure");
        let reader = self.azure.reader();
        let wants = self.wants(groups);
        let mut known = (None, Last::Never, None);
        let further = |seen: &[&Observation]| {
            if known.0.is_none() {
                known = self.learn(planner::noted(&self.desired, seen.iter().copied()));
            }
            self.wants_of(&known, seen)
        };
        let mut observed = azure::observe_further(&reader, &wants, further).await?;
        let note = planner::applied(&self.desired, &observed);
        if note != known.0 {
            // The note is on a resource that no list of a subscription shows.
            known = self.learn(note);
            let further = |seen: &[&Observation]| self.wants_of(&known, seen);
            observed = azure::observe_further(&reader, &wants, further).await?;
        }
        let owner = planner::owner(&self.desired, &observed, known.1.known().is_some());
        if known.0.as_ref().is_some_and(|note| planner::is_of_another(note, owner.as_deref())) {
            known = (None, Last::Never, None);
        }
        // Without an owner of our own, what bears one is another's all the same.
        observed.owner = Some(owner.unwrap_or_default());
        let (_, last, base) = known;
        Ok(Look { observed, last, base })
    }

    fn wants(&self, groups_kept: BTreeSet<ResourceId>) -> Wants {
        Wants {
            ids: self.desired.wants(),
            owned_by: Some(self.desired.topology.clone()),
            subscriptions: [self.desired.subscription.clone()].into(),
            types: self.desired.types_wanted(),
            made: self.desired.made(),
            groups_kept: Some(groups_kept),
        }
    }

    /// Finds the text that a note tells of.
    fn learn(&self, note: Option<Note>) -> Known {
        let Some(noted) = &note else { return (None, Last::Never, None) };
        if self.desired.is_of(noted) {
            return (note, Last::of(&self.desired), None);
        }
        match self.history.find(noted) {
            Ok((desired, commit)) => (note, Last::of(&desired), Some((desired, commit))),
            Err(lost) => (note, Last::Lost(lost), None),
        }
    }

    /// Returns what only the last applied text speaks of, and what clones take of what was seen.
    fn wants_of(&self, (_, _, base): &Known, seen: &[&Observation]) -> Wants {
        let base = base.as_ref().map(|(base, _)| base);
        let is_new = |id: &ResourceId| self.desired.get(id).is_none() && !is_unset(id.as_str());
        let ids = base.into_iter().flat_map(Desired::wants).filter(|(id, _)| is_new(id));
        let of_clones = self.desired.wants_of_clones(seen, base);
        Wants { ids: ids.chain(of_clones).collect(), ..Wants::default() }
    }
}

/// A note, what it tells of, and the text with its commit where it is not the topology's own.
type Known = (Option<Note>, Last, Option<(Desired, String)>);
