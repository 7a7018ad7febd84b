//! A name that only one resource may bear: who bears it lets go of it first.

use petgraph::graph::NodeIndex;
use plan::{Code, Guard, Notice, Severity};
use resource::catalogue::{Duty, facts_of};
use resource::{NameState, ResourceId};

use super::Scene;
use crate::change::{Change, Kind};
use crate::rights;
use crate::rivals::{claimants, fellow_claimants, lets_go, rivals, twins};

impl Scene<'_> {
    /// Orders the delete of what bears a unique name, or gives a right, before the creation of what is
    /// to bear or give it.
    pub(super) fn free_names_first(&mut self) {
        let takes = |change: &&Change| match change.kind {
            Kind::Create => true,
            Kind::Delete => false,
            // What is there may lay hold of more than it has.
            Kind::Update | Kind::Adopt | Kind::Replace => facts_of(&change.id).claims.is_some(),
        };
        let takers = self.changes.changes.values().filter(takes);
        let takers: Vec<ResourceId> = takers.map(|change| change.id.clone()).collect();
        for id in takers {
            self.refuse_kept_names(&id);
            for holder in self.holders(&id) {
                let (Some(release), Some(take)) =
                    (self.release(&holder, &id), self.graph.first(&id))
                else {
                    continue;
                };
                if self.graph.edge_if_free(release, take) {
                    self.tell_of_a_claim_that_changes_hands(&id, &holder);
                } else {
                    self.refuse_move(&id, &holder);
                }
            }
        }
    }

    /// Returns the step after which `holder` no longer has what `id` is to have.
    fn release(&self, holder: &ResourceId, id: &ResourceId) -> Option<NodeIndex> {
        let lets_go = || lets_go(holder, id, self.desired, self.observed);
        let whole = holder
            .ancestors()
            .find(|id| self.changes.changes.get(id).is_some_and(Change::takes_away));
        if let Some(whole) = whole.filter(|_| !self.goes(holder)) {
            return self.graph.first(&whole);
        }
        match self.changes.changes.get(holder)?.kind {
            Kind::Delete => self.graph.first(holder),
            Kind::Replace if lets_go() => self.graph.first(holder),
            Kind::Update | Kind::Adopt if lets_go() => self.graph.last(holder),
            Kind::Create | Kind::Update | Kind::Adopt | Kind::Replace => None,
        }
    }

    /// Where one lets go of what another one of those that requests pass is to have, neither has it
    /// meanwhile.
    fn tell_of_a_claim_that_changes_hands(&mut self, id: &ResourceId, holder: &ResourceId) {
        let facts = facts_of(id);
        if facts.claims.is_none() || facts.traffic.is_empty() {
            return;
        }
        self.notices.push(Notice {
            severity: Severity::Warning,
            code: Code::NameChangesHands.into(),
            address: self.called(id),
            message: format!(
                "it takes over from `{}`, which has to let go first: between the two writes neither \
                 stands for what changes hands",
                self.called(holder)
            ),
            help: Some(
                "keep it where it is and change what it leads to, where that is meant: that is one \
                 write"
                    .to_owned(),
            ),
        });
    }

    /// Returns what people call a resource.
    fn called(&self, id: &ResourceId) -> String {
        self.desired.get(id).map_or(id.to_string(), |resource| resource.address.clone())
    }

    /// Refuses a name that another of its place keeps, or is to be given too.
    fn refuse_kept_names(&mut self, id: &ResourceId) {
        let (desired, observed) = (self.desired, self.observed);
        let stays = |held: &ResourceId| {
            let mut holders = held.lineage();
            !holders.any(|id| self.changes.changes.get(&id).is_some_and(Change::takes_away))
        };
        let keeps = |held: &ResourceId| stays(held) && !lets_go(held, id, desired, observed);
        let kept = claimants(id, desired, observed).into_iter().filter(keeps);
        if let Some(holder) = kept.chain(fellow_claimants(id, desired, observed)).next() {
            self.refusals.push(Guard {
                code: Code::NameTaken,
                address: self.called(id),
                message: format!(
                    "`{}` is there for what one alone may be for",
                    self.called(&holder)
                ),
                help:
                    "take it over under its own name and group (`adopt: true`), delete it, or let \
                       one of the two go of what both have"
                        .to_owned(),
            });
            return;
        }
        let kept = rivals(id, desired, observed).into_iter().filter(stays);
        let is_made = |other: &ResourceId| {
            let change = self.changes.changes.get(other);
            change.is_some_and(|it| matches!(it.kind, Kind::Create | Kind::Replace))
        };
        let twins = twins(id, desired, observed).into_iter().filter(is_made);
        let Some(holder) = kept.chain(twins).next() else { return };
        self.refusals.push(Guard {
            code: Code::NameTaken,
            address: self.called(id),
            message: format!(
                "`{}` has its name, which one alone may bear here",
                self.called(&holder)
            ),
            help: "let one of the two bear it, or put them on plans of different resource groups"
                .to_owned(),
        });
    }

    /// Refuses what cannot be made before its name is free, while its name is not free before what
    /// leads to it leads to the new one.
    fn refuse_move(&mut self, id: &ResourceId, holder: &ResourceId) {
        let (why, help) = if self.goes(holder) {
            (
                "has its name, and cannot be deleted while what leads to it waits for the new one",
                "apply in two steps: first take out what leads to it, or choose another name; then \
                 move it",
            )
        } else {
            (
                "has to let go of what it is to have, and waits for it in turn",
                "apply in two steps: let go with one of the two first, then take with the other",
            )
        };
        self.refusals.push(Guard {
            code: Code::NameTaken,
            address: self.called(id),
            message: format!("`{}` {why}", self.called(holder)),
            help: help.to_owned(),
        });
    }

    /// Tells whether the plan deletes a resource for good.
    pub(super) fn goes(&self, id: &ResourceId) -> bool {
        self.changes.changes.get(id).is_some_and(|change| change.kind == Kind::Delete)
    }

    /// Returns who bears the name that a resource is to have, or gives the right that it is to give.
    pub(super) fn holders(&self, id: &ResourceId) -> Vec<ResourceId> {
        if let Some(NameState::Taken { by: Some(holder), .. }) = self.observed.names.get(id) {
            return vec![holder.clone()];
        }
        if facts_of(id).one_name.is_some() {
            return rivals(id, self.desired, self.observed);
        }
        if facts_of(id).claims.is_some() {
            return claimants(id, self.desired, self.observed);
        }
        let Some(resource) = self.desired.get(id).filter(|_| Duty::Grant.is_of(id)) else {
            return vec![];
        };
        let Some(scope) = id.parent() else { return vec![] };
        let wish = crate::resolve::resolve_all(&resource.body, self.observed, &Default::default());
        rights::given(&scope, &wish, self.observed).map(|other| other.id.clone()).collect()
    }
}
