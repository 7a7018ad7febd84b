//! What an import reads: the groups, what is in them, and what they lean on elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::anyhow;
use azure::{Reader, Wants};
use futures_util::future::join_all;
use resource::catalogue::{Duty, RESOURCES_VERSION, facts_of, known_types};
use resource::{NotEvaluated, Observed, ResourceId, ResourceType, types};
use serde_json::Value;

use super::children;
use crate::exit::Failure;

/// Looks at the scopes, which are resource groups and single resources.
///
/// `mark` is the ownership mark to look for; without it the one that most of the resources carry.
pub async fn look(
    reader: &Reader,
    scopes: &[ResourceId],
    mark: Option<String>,
) -> Result<Observed, Failure> {
    let listed = list(reader, scopes).await?;
    let mark = mark.or_else(|| most_common_mark(&listed));
    // The subscription tells the tenant of vaults.
    let subscriptions = scopes.iter().filter_map(ResourceId::subscription);
    let subscriptions = subscriptions.map(ResourceId::subscription_scope);
    let listed = listed.iter().filter_map(id_of);
    let ids: BTreeSet<ResourceId> = listed.chain(scopes.to_vec()).chain(subscriptions).collect();
    let mut observed = observe(reader, &ids, mark.clone()).await?;
    note_unknown(&mut observed, &ids);
    for scope in scopes {
        let is_there = |seen: &ResourceId| seen.is_within(scope);
        let is_known = observed.resources.keys().chain(observed.not_evaluated.keys()).any(is_there);
        if !is_known {
            return Err(Failure::invalid(
                anyhow!("there is no resource `{scope}`"),
                "`az resource list --query [].id` prints the IDs of those that there are",
            ));
        }
    }
    let mut fresh: BTreeSet<ResourceId> = observed.resources.keys().cloned().collect();
    while !fresh.is_empty() {
        fresh = children::list(reader, &fresh, scopes, &mut observed).await?;
    }
    let related = related(reader, &observed, scopes).await?;
    if !related.is_empty() {
        observed.absorb(observe(reader, &related, mark).await?);
    }
    Ok(observed)
}

/// Lists what the scopes hold; a scope that is not there is a mistake.
async fn list(reader: &Reader, scopes: &[ResourceId]) -> Result<Vec<Value>, Failure> {
    let groups: BTreeSet<ResourceId> = scopes
        .iter()
        .filter_map(|id| Some(ResourceId::group(id.subscription()?, id.resource_group()?)))
        .collect();
    let lists = groups.iter().map(async |group| {
        let found = reader.list(&format!("{group}/resources"), RESOURCES_VERSION).await;
        (group, found)
    });
    let mut all = vec![];
    for (group, found) in join_all(lists).await {
        let found = match found {
            Err(error) if error.is_not_found() => return Err(no_group(group)),
            other => other?,
        };
        let is_meant = |body: &Value| {
            id_of(body).is_some_and(|id| scopes.iter().any(|scope| id.is_within(scope)))
        };
        all.extend(found.into_iter().filter(is_meant));
    }
    Ok(all)
}

fn no_group(group: &ResourceId) -> Failure {
    let subscription = group.subscription().unwrap_or_default();
    Failure::invalid(
        anyhow!("there is no resource group `{}` in subscription {subscription}", group.name()),
        format!(
            "`az group list --subscription {subscription} --output table` lists those that there \
             are"
        ),
    )
}

/// Reads resources, with the parts of apps that have addresses of their own.
async fn observe(
    reader: &Reader,
    ids: &BTreeSet<ResourceId>,
    owned_by: Option<String>,
) -> Result<Observed, Failure> {
    let mut wanted: BTreeMap<ResourceId, String> = BTreeMap::new();
    for id in ids {
        let mut want = |id: ResourceId| {
            let version = facts_of(&id).api_version;
            if !version.is_empty() {
                wanted.insert(id, version.to_owned());
            }
        };
        want(id.clone());
        for (kind, name) in facts_of(id).import.documents {
            want(id.child(kind, name));
        }
    }
    let kind = ResourceType::new(types::ASSIGNMENT);
    let version = resource::catalogue::facts(&kind).api_version.to_owned();
    let wants = Wants {
        ids: wanted.into_iter().collect(),
        owned_by,
        types: vec![(kind, version)],
        ..Wants::default()
    };
    Ok(azure::observe(reader, &wants).await?)
}

/// Notes what cannot be read because its API version is not known.
fn note_unknown(observed: &mut Observed, ids: &BTreeSet<ResourceId>) {
    for id in ids.iter().filter(|id| facts_of(id).api_version.is_empty()) {
        let reason = format!("no API version of {} is known", id.resource_type());
        observed.not_evaluated.insert(id.clone(), NotEvaluated { reason });
    }
}

/// Returns what lies outside the scopes and is needed to tell of what lies inside: plans, and the
/// zones of bound host names.
async fn related(
    reader: &Reader,
    observed: &Observed,
    scopes: &[ResourceId],
) -> Result<BTreeSet<ResourceId>, Failure> {
    let is_inside = |id: &ResourceId| scopes.iter().any(|scope| id.is_within(scope));
    let mut related = BTreeSet::new();
    let mut hosts = BTreeSet::new();
    for seen in observed.resources.values().filter(|seen| is_inside(&seen.id)) {
        let leans_on = facts_of(&seen.id).import.leans_on.iter();
        let leans_on = leans_on.filter_map(|pointer| seen.body.pointer(pointer)?.as_str());
        related.extend(leans_on.filter_map(|id| ResourceId::parse(id).ok()));
        if Duty::Binding.is_of(&seen.id) {
            hosts.insert(seen.id.name().to_ascii_lowercase());
        }
    }
    let subscriptions: BTreeSet<&str> =
        scopes.iter().filter_map(ResourceId::subscription).collect();
    let zones = || known_types().filter(|facts| facts.duty == Some(Duty::Zone));
    for (subscription, facts) in subscriptions.iter().flat_map(|id| zones().map(move |of| (id, of)))
    {
        let path = format!("/subscriptions/{subscription}/providers/{}", facts.resource_type);
        let zones = match reader.list(&path, facts.api_version).await {
            Err(error) if error.is_denied() || error.is_not_found() => continue,
            other => other?,
        };
        let serves = |zone: &ResourceId| {
            let zone = zone.name().to_ascii_lowercase();
            hosts.iter().any(|host| *host == zone || host.ends_with(&format!(".{zone}")))
        };
        related.extend(zones.iter().filter_map(id_of).filter(serves));
    }
    related.retain(|id| observed.get(id).is_none());
    Ok(related)
}

/// Returns the ownership mark that most resources carry.
fn most_common_mark(listed: &[Value]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for tags in listed.iter().filter_map(|body| body["tags"].as_object()) {
        let mark = tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(planner::MARK));
        if let Some(mark) = mark.and_then(|(_, value)| value.as_str()) {
            *counts.entry(mark).or_default() += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map(|(mark, _)| mark.to_owned())
}

/// Returns the ID in a body.
pub(super) fn id_of(body: &Value) -> Option<ResourceId> {
    let text = body["id"].as_str()?;
    ResourceId::parse(&format!("/{}", text.trim_start_matches('/'))).ok()
}
