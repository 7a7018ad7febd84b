//! A look at Azure: what is wanted, what carries our mark and what lies beside them, read with one
//! call for each collection.

mod ahead;
mod collection;
mod emptied;
mod look;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use resource::{NotEvaluated, Observation, Observed, ResourceId, ResourceType};

use crate::{Error, Reader};
use look::{Answer, Look};

/// How long a resource that is being worked on is waited for.
const SETTLE: Duration = Duration::from_secs(30 * 60);

/// What a look is to show.
#[derive(Debug, Clone, Default)]
pub struct Wants {
    /// Resources to look for, each with its API version.
    pub ids: Vec<(ResourceId, String)>,
    /// The ownership mark; whatever carries it is shown although it is not wanted.
    pub owned_by: Option<String>,
    /// Subscriptions to look through beside those of `ids`.
    pub subscriptions: BTreeSet<String>,
    /// Resources that are created where they are not there, each with its unique name where it has one.
    pub made: BTreeMap<ResourceId, Option<String>>,
    /// Types of which every resource of the subscriptions is shown, each with its API version.
    /// Locks are shown always.
    pub types: Vec<(ResourceType, String)>,
    /// The groups that stay. What lies in any other group that carries the mark is listed, so that
    /// it is known whether it may go; `None` lists nothing.
    pub groups_kept: Option<BTreeSet<ResourceId>>,
}

/// Looks at Azure and notes what is there, what is absent and what could not be read.
///
/// Lists stand for single reads wherever the catalogue knows one; children of what is absent are
/// not asked for. Of resources that are not there it is asked what could stand in the way of their
/// creation: who bears a unique name, and whether their provider is registered; for what is there nothing
/// more is asked. The look is at most three round trips deep. What is missing for want of a right
/// is noted as not evaluated; resources that Azure is working on are waited for.
///
/// The subscription's list of tagged resources lags behind, so it serves as a hint: each hit is
/// confirmed by a read of its own.
pub async fn observe(reader: &Reader, wants: &Wants) -> Result<Observed, Error> {
    observe_further(reader, wants, |_| Wants::default()).await
}

/// Looks as [`observe()`] does, and at what `further` wants besides of what it has seen: first the lists of
/// whole subscriptions, in which what was applied last is noted, then all that was read with their help.
/// It makes the look no deeper.
pub async fn observe_further(
    reader: &Reader,
    wants: &Wants,
    mut further: impl FnMut(&[&Observation]) -> Wants,
) -> Result<Observed, Error> {
    let before = reader.counts().requests;
    let mut look = Look::new(reader, wants);
    let (first, hits) = futures_util::future::join(look.read_first(), look.hints()).await;
    let first = first?;
    let mut ids = wants.ids.clone();
    let more = further(&first.iter().flat_map(Answer::seen).collect::<Vec<_>>());
    look.want_more(&more);
    ids.extend(more.ids);
    look.note_all(first);
    look.want_hits(hits?);
    let second = look.read_rest().await?;
    look.note_all(second);
    let more = further(&look.observed.resources.values().collect::<Vec<_>>());
    look.want_more(&more);
    ids.extend(more.ids);
    let wants = &Wants { ids, ..wants.clone() };
    let (third, ahead) =
        futures_util::future::join(look.read_rest(), look.ahead(&wants.made)).await;
    look.note_all(third?);
    look.note_ahead(ahead);
    let mut observed = look.finish();
    settle(reader, wants, &mut observed).await?;
    emptied::list(reader, wants, &mut observed).await?;
    observed.requests = reader.counts().requests - before;
    Ok(observed)
}

/// Waits for what is wanted and in motion: it must not be compared half way, nor fought.
async fn settle(reader: &Reader, wants: &Wants, observed: &mut Observed) -> Result<(), Error> {
    let moving = wants.ids.iter().filter_map(|(id, api_version)| {
        let found = observed.get(id).filter(|found| Reader::is_in_motion(found))?;
        Some((id.clone(), found.clone(), api_version))
    });
    let waits = moving.map(async |(id, found, api_version)| {
        (id, reader.settle(&found, api_version, SETTLE).await)
    });
    for (id, settled) in join_all(waits).await {
        observed.resources.remove(&id);
        match settled {
            Ok(Some(found)) => observed.insert(found),
            Ok(None) => {}
            Err(error @ Error::StillRunning { .. }) => {
                let reason = error.to_string();
                observed.not_evaluated.insert(id, NotEvaluated { reason });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
