//! What a group's list does not show: containers, queues and other children of its resources.

use std::collections::BTreeSet;

use azure::Reader;
use futures_util::future::join_all;
use resource::catalogue::{Listing, facts_of, known_types};
use resource::{NotEvaluated, Observation, Observed, ResourceId};

use super::look::id_of;
use crate::exit::Failure;

/// Lists the children of `parents` that the catalogue knows how to list, and returns those that
/// were not known yet.
pub async fn list(
    reader: &Reader,
    parents: &BTreeSet<ResourceId>,
    scopes: &[ResourceId],
    observed: &mut Observed,
) -> Result<BTreeSet<ResourceId>, Failure> {
    let is_inside = |id: &&ResourceId| scopes.iter().any(|scope| id.is_within(scope));
    let calls: BTreeSet<(ResourceId, String, &str)> =
        parents.iter().filter(is_inside).flat_map(calls).collect();
    let answers = calls.into_iter().map(async |(parent, path, version)| {
        let answer = reader.list(&path, version).await;
        (parent, path, answer)
    });
    let mut fresh = BTreeSet::new();
    for (parent, path, answer) in join_all(answers).await {
        let members = match answer {
            Ok(members) => members,
            Err(error) if error.is_transient() => return Err(error.into()),
            // An account of blobs alone has no queues, and a right may be missing.
            Err(error) => {
                if error.is_denied() {
                    let segment = path.rsplit('/').next().unwrap_or_default();
                    let reason = format!("the right to list them is missing ({error})");
                    observed
                        .not_evaluated
                        .insert(parent.child(segment, "*"), NotEvaluated { reason });
                }
                continue;
            }
        };
        for body in members {
            let Some(id) = id_of(&body).filter(|id| observed.get(id).is_none()) else { continue };
            fresh.insert(id.clone());
            observed.insert(Observation { id, body, etag: None });
        }
    }
    Ok(fresh)
}

/// Returns the lists of a resource's children: the owner, the path and the API version.
fn calls(parent: &ResourceId) -> Vec<(ResourceId, String, &'static str)> {
    let kind = parent.resource_type();
    if facts_of(parent).import.is_whole {
        return vec![];
    }
    let mut calls = vec![];
    for facts in known_types() {
        let Listing::InParent(segment) = facts.listing else { continue };
        let child = resource::ResourceType::new(facts.resource_type);
        let Some(owner) = child.parent() else { continue };
        if owner.is(kind.as_str()) {
            calls.push((parent.clone(), format!("{parent}/{segment}"), facts.api_version));
        } else if owner.parent().is_some_and(|above| above.is(kind.as_str()))
            && owner.last().ends_with("Services")
        {
            // `blobServices` and its siblings have one member each, which no list shows.
            let service = parent.child(owner.last(), "default");
            calls.push((service.clone(), format!("{service}/{segment}"), facts.api_version));
        }
    }
    calls
}
