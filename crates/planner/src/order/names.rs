//! A name that only one resource may bear: who bears it lets go of it first.

use resource::catalogue::Duty;
use resource::{NameState, ResourceId};

use super::Scene;
use crate::change::Kind;
use crate::rights;

impl Scene<'_> {
    /// Orders the delete of what bears a unique name, or gives a right, before the creation of what is
    /// to bear or give it.
    pub(super) fn free_names_first(&mut self) {
        let created = self.changes.changes.values().filter(|change| change.kind == Kind::Create);
        let created: Vec<ResourceId> = created.map(|change| change.id.clone()).collect();
        for id in created {
            for holder in self.holders(&id) {
                let (Some(delete), Some(create)) =
                    (self.graph.first(&holder), self.graph.first(&id))
                else {
                    continue;
                };
                let is_deleted = self
                    .changes
                    .changes
                    .get(&holder)
                    .is_some_and(|change| matches!(change.kind, Kind::Delete));
                if is_deleted {
                    self.graph.edge(delete, create);
                }
            }
        }
    }

    fn holders(&self, id: &ResourceId) -> Vec<ResourceId> {
        if let Some(NameState::Taken { by: Some(holder), .. }) = self.observed.names.get(id) {
            return vec![holder.clone()];
        }
        let Some(resource) = self.desired.get(id).filter(|_| Duty::Grant.is_of(id)) else {
            return vec![];
        };
        let Some(scope) = id.parent() else { return vec![] };
        let wish = crate::resolve::resolve_all(&resource.body, self.observed, &Default::default());
        rights::given(&scope, &wish, self.observed).map(|other| other.id.clone()).collect()
    }
}
