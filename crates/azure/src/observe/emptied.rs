//! What lies in groups that are to go: whether they are empty then decides.

use futures_util::future::join_all;
use resource::catalogue::{Duty, RESOURCES_VERSION};
use resource::{Observation, Observed, ResourceId, is_marked};

use super::Wants;
use super::look::member;
use crate::{Error, Reader};

/// Lists what lies in each group that carries the mark and is none of those that are kept.
pub(super) async fn list(
    reader: &Reader,
    wants: &Wants,
    observed: &mut Observed,
) -> Result<(), Error> {
    let (Some(kept), Some(owner)) = (&wants.groups_kept, &wants.owned_by) else { return Ok(()) };
    let groups: Vec<ResourceId> = observed
        .resources
        .values()
        .filter(|seen| Duty::Group.is_of(&seen.id) && !kept.contains(&seen.id))
        .filter(|seen| is_marked(seen.body.get("tags"), owner))
        .map(|seen| seen.id.clone())
        .collect();
    let lists = groups.into_iter().map(async |group| {
        let path = format!("{}/resources", group.key());
        (reader.list(&format!("{group}/resources"), RESOURCES_VERSION).await, path)
    });
    for (list, path) in join_all(lists).await {
        for found in list?.into_iter().filter_map(member) {
            if observed.get(&found.id).is_none() {
                observed.insert(Observation { etag: None, ..found });
            }
        }
        observed.listed.insert(path);
    }
    Ok(())
}
