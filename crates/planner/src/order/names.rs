//! A name that only one resource may bear: who bears it lets go of it first.

use plan::{Code, Guard};
use resource::catalogue::{Duty, facts_of};
use resource::{NameState, ResourceId};

use super::Scene;
use crate::change::{Change, Kind};
use crate::rights;
use crate::rivals::{claimants, rivals, twins};

impl Scene<'_> {
    /// Orders the delete of what bears a unique name, or gives a right, before the creation of what is
    /// to bear or give it.
    pub(super) fn free_names_first(&mut self) {
        let created = self.changes.changes.values().filter(|change| change.kind == Kind::Create);
        let created: Vec<ResourceId> = created.map(|change| change.id.clone()).collect();
        for id in created {
            self.refuse_kept_names(&id);
            for holder in self.holders(&id) {
                let (Some(delete), Some(create)) =
                    (self.graph.first(&holder), self.graph.first(&id))
                else {
                    continue;
                };
                if self.goes(&holder) && !self.graph.edge_if_free(delete, create) {
                    self.refuse_move(&id, &holder);
                }
            }
        }
    }

    /// Refuses a name that another of its place keeps, or is to be given too.
    fn refuse_kept_names(&mut self, id: &ResourceId) {
        let (desired, observed) = (self.desired, self.observed);
        let stays = |held: &ResourceId| {
            let mut holders = held.lineage();
            !holders.any(|id| self.changes.changes.get(&id).is_some_and(Change::takes_away))
        };
        let address = |id: &ResourceId| {
            desired.get(id).map_or(id.to_string(), |resource| resource.address.clone())
        };
        if let Some(holder) = claimants(id, desired, observed).into_iter().find(|id| stays(id)) {
            self.refusals.push(Guard {
                code: Code::NameTaken,
                address: address(id),
                message: format!("`{}` is there for what one alone may be for", address(&holder)),
                help: "take it over under its own name and group (`adopt: true`), or delete it"
                    .to_owned(),
            });
            return;
        }
        let kept = rivals(id, desired, observed).into_iter().filter(stays);
        let Some(holder) = kept.chain(twins(id, desired, observed)).next() else { return };
        self.refusals.push(Guard {
            code: Code::NameTaken,
            address: address(id),
            message: format!("`{}` has its name, which one alone may bear here", address(&holder)),
            help: "let one of the two bear it, or put them on plans of different resource groups"
                .to_owned(),
        });
    }

    /// Refuses what cannot be made before its name is free, while its name is not free before what
    /// leads to it leads to the new one.
    fn refuse_move(&mut self, id: &ResourceId, holder: &ResourceId) {
        let address = self.desired.get(id).map_or(id.name(), |resource| &resource.address);
        self.refusals.push(Guard {
            code: Code::NameTaken,
            address: address.to_owned(),
            message: format!(
                "`{holder}` has its name, and cannot be deleted while what leads to it waits for the \
                 new one"
            ),
            help: "apply in two steps: first take out what leads to it, or choose another name; then \
                   move it"
                .to_owned(),
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
