//! A place that only one child of a parent has: who leaves it goes first.

use plan::{Code, Guard};
use resource::catalogue::facts_of;
use resource::{Observation, ResourceId};
use serde_json::Value;

use super::Scene;

impl Scene<'_> {
    /// Orders what leaves a place, or goes, before what takes it.
    pub(super) fn free_places_first(&mut self) {
        let ids: Vec<ResourceId> = self.changes.changes.values().map(|it| it.id.clone()).collect();
        for id in ids {
            let Some(holder) = self.holder_of_place(&id) else { continue };
            let (Some(take), Some(leave)) = (self.graph.first(&id), self.graph.first(&holder))
            else {
                continue;
            };
            if !self.graph.edge_if_free(leave, take) {
                self.refuse_exchange(&id, &holder);
            }
        }
    }

    /// Returns the sibling that has the place which a resource is to take.
    fn holder_of_place(&self, id: &ResourceId) -> Option<ResourceId> {
        let pointer = facts_of(id).place?;
        let place = |body: &Value| body.pointer(pointer).cloned();
        let wanted = place(&self.desired.get(id)?.body)?;
        if self.observed.get(id).and_then(|seen| place(&seen.body)).as_ref() == Some(&wanted) {
            return None;
        }
        let has_it = |seen: &&Observation| {
            seen.id != *id
                && seen.id.resource_type() == id.resource_type()
                && seen.id.parent() == id.parent()
                && place(&seen.body).as_ref() == Some(&wanted)
        };
        self.observed.resources.values().find(has_it).map(|seen| seen.id.clone())
    }

    fn refuse_exchange(&mut self, id: &ResourceId, holder: &ResourceId) {
        let address = |id: &ResourceId| {
            self.desired.get(id).map_or(id.name(), |resource| &resource.address).to_owned()
        };
        let (id, holder) = (address(id), address(holder));
        self.refusals.push(Guard {
            code: Code::NameTaken,
            message: format!("it is to have the place of `{holder}`, which waits for its place in turn"),
            help: format!(
                "a place is one resource's alone: give `{id}` an `order` that none has, apply, and then \
                 the one it is to have"
            ),
            address: id,
        });
    }
}
