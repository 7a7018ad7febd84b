//! What takes one writer at a time is written one after another, with all that lies in it.

use petgraph::stable_graph::NodeIndex;
use resource::ResourceId;
use resource::catalogue::facts_of;

use super::Scene;
use crate::change::Kind;

impl Scene<'_> {
    /// Puts the writes of what lies in one such resource one after another, and the deletes behind
    /// them: each waits for the one before unless something else makes it go first.
    pub(super) fn serialise_writers(&mut self) {
        let shared: Vec<ResourceId> = self
            .desired
            .resources()
            .filter(|resource| facts_of(&resource.id).one_writer)
            .map(|resource| resource.id.clone())
            .collect();
        for parent in shared {
            // A lock or a right on it is written by another service.
            let own = format!("{}/", parent.resource_type().key());
            let is_own = |id: &ResourceId| id.resource_type().key().starts_with(&own);
            let changes = self.changes.within(&parent).filter(|change| is_own(&change.id));
            let mut children: Vec<(bool, u8, NodeIndex, NodeIndex)> = changes
                .filter_map(|change| {
                    let (first, last) =
                        (self.graph.first(&change.id)?, self.graph.last(&change.id)?);
                    let goes = change.kind == Kind::Delete;
                    Some((goes, facts_of(&change.id).turn, first, last))
                })
                .collect();
            children.sort_unstable();
            for pair in children.windows(2) {
                self.graph.edge_if_free(pair[0].3, pair[1].2);
            }
        }
    }
}
