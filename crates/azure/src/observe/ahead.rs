//! What could stand in the way of a creation: names that others bear, providers that are not registered.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};
use resource::catalogue::{SoftDelete, UniqueName, facts_of};
use resource::{NameState, NotEvaluated, Observation, ResourceId};
use serde_json::Value;

use super::look::Look;
use crate::Error;

/// The version of the subscription's providers.
const PROVIDERS_VERSION: &str = "2021-04-01";
/// Namespaces that every subscription has.
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/azure-services-resource-providers>.
const ALWAYS_REGISTERED: [&str; 3] =
    ["microsoft.resources", "microsoft.authorization", "microsoft.consumption"];

/// What was asked about creations.
pub(super) struct Ahead {
    names: Vec<(ResourceId, NameState)>,
    unregistered: BTreeSet<(String, String)>,
}

/// A unique name that is to be taken.
struct Wish<'a> {
    id: &'a ResourceId,
    name: &'a str,
    unique: UniqueName,
    subscription: &'a str,
}

type Deleted = BTreeMap<(String, String), NameState>;

impl Look<'_> {
    /// Notes the unique name of what was seen.
    pub(super) fn note_name(&mut self, observation: &Observation) {
        let id = &observation.id;
        let Some(unique) = facts_of(id).unique_name else { return };
        if let Some(name) = unique.of(id.name(), &observation.body) {
            self.bearers.insert(key(id, name), id.clone());
        }
    }

    /// Asks what stands in the way of the creation of what is not there.
    pub(super) async fn ahead(&self, made: &BTreeMap<ResourceId, Option<String>>) -> Ahead {
        let wishes: Vec<Wish<'_>> =
            made.iter().filter_map(|(id, name)| self.wish(id, name.as_deref()?)).collect();
        let (names, unregistered) = join(self.names(&wishes), self.unregistered(made.keys())).await;
        Ahead { names, unregistered }
    }

    pub(super) fn note_ahead(&mut self, Ahead { names, unregistered }: Ahead) {
        self.observed.names.extend(names);
        self.observed.unregistered = unregistered;
    }

    fn is_missing(&self, id: &ResourceId) -> bool {
        !self.seen.contains(id) && !self.observed.not_evaluated.contains_key(id)
    }

    /// Returns the name that `id` is to bear and does not bear yet.
    fn wish<'w>(&self, id: &'w ResourceId, name: &'w str) -> Option<Wish<'w>> {
        let unique = facts_of(id).unique_name?;
        let bears = self.bearers.get(&key(id, name)) == Some(id);
        let is_asked = !bears && !self.observed.not_evaluated.contains_key(id);
        is_asked.then_some(Wish { id, name, unique, subscription: id.subscription()? })
    }

    async fn names(&self, wishes: &[Wish<'_>]) -> Vec<(ResourceId, NameState)> {
        let deleted = self.softly_deleted(wishes);
        let asked = join_all(wishes.iter().map(|wish| self.ask_name(wish)));
        let (deleted, asked) = join(deleted, asked).await;
        let told = wishes.iter().zip(asked).map(|(wish, state)| {
            let kept = deleted.get(&key(wish.id, wish.name)).cloned();
            (wish.id.clone(), kept.unwrap_or(state))
        });
        told.collect()
    }

    async fn ask_name(&self, wish: &Wish<'_>) -> NameState {
        if let Some(by) = self.bearers.get(&key(wish.id, wish.name)) {
            return NameState::Taken { by: Some(by.clone()) };
        }
        // Where nobody can be asked, the service itself refuses a name that is taken.
        let Some(check) = &wish.unique.check else { return NameState::Free };
        let kind = wish.id.resource_type();
        let free = self.reader.is_name_free(wish.subscription, kind.as_str(), check, wish.name);
        match free.await {
            Ok(true) => NameState::Free,
            Ok(false) => NameState::Taken { by: None },
            Err(error) => NameState::Hidden(NotEvaluated { reason: reason(&error) }),
        }
    }

    /// Lists what was deleted softly, where a wish is of a type of which that is kept.
    async fn softly_deleted(&self, wishes: &[Wish<'_>]) -> Deleted {
        let mut lists: BTreeMap<(&str, &str), SoftDelete> = BTreeMap::new();
        for wish in wishes {
            if let Some(soft) = facts_of(wish.id).soft_delete {
                lists.insert((wish.subscription, soft.list), soft);
            }
        }
        let reads = lists.into_iter().map(async |((subscription, list), soft)| {
            let path = format!("/subscriptions/{subscription}{list}");
            let rows = self.reader.list(&path, soft.api_version).await;
            // The question for the name tells as much, without the choice.
            let rows = rows.unwrap_or_default();
            rows.iter().filter_map(|row| deleted(&soft, row)).collect::<Vec<_>>()
        });
        join_all(reads).await.into_iter().flatten().collect()
    }

    /// Returns the namespaces of what is to be made in a subscription that has not registered them.
    ///
    /// A namespace of which anything was seen is registered.
    async fn unregistered(
        &self,
        made: impl Iterator<Item = &ResourceId>,
    ) -> BTreeSet<(String, String)> {
        let place = |id: &ResourceId| {
            let namespace = id.resource_type().namespace().to_owned();
            Some((id.subscription()?.to_ascii_lowercase(), namespace))
        };
        let same = |(subscription, namespace): &(String, String)| {
            (subscription.clone(), namespace.to_ascii_lowercase())
        };
        let known: BTreeSet<(String, String)> =
            self.seen.iter().filter_map(place).map(|place| same(&place)).collect();
        let asked: BTreeMap<(String, String), (String, String)> = made
            .filter(|id| self.is_missing(id))
            .filter_map(place)
            .map(|place| (same(&place), place))
            .filter(|(key, _)| !known.contains(key) && !ALWAYS_REGISTERED.contains(&key.1.as_str()))
            .collect();
        let reads = asked.into_values().map(async |(subscription, namespace)| {
            let state =
                self.reader.registration(&subscription, &namespace, PROVIDERS_VERSION).await;
            let is_missing = state.is_ok_and(|state| {
                ["NotRegistered", "Unregistered"].iter().any(|no| state.eq_ignore_ascii_case(no))
            });
            is_missing.then_some((subscription, namespace))
        });
        join_all(reads).await.into_iter().flatten().collect()
    }
}

fn key(id: &ResourceId, name: &str) -> (String, String) {
    (id.resource_type().key(), name.to_ascii_lowercase())
}

fn reason(error: &Error) -> String {
    if error.is_denied() {
        let code = error.code().unwrap_or("Forbidden");
        format!("the right to ask whether its name is free is missing ({code})")
    } else {
        format!("it could not be asked whether its name is free: {error}")
    }
}

fn deleted(soft: &SoftDelete, row: &Value) -> Option<((String, String), NameState)> {
    let id = ResourceId::parse(row.pointer(soft.id)?.as_str()?).ok()?;
    let name = row["name"].as_str()?;
    let state = NameState::Deleted {
        purged_at: row["properties"]["scheduledPurgeDate"].as_str().map(str::to_owned),
        is_protected: row["properties"]["purgeProtectionEnabled"] == Value::Bool(true),
        id: id.clone(),
    };
    Some((key(&id, name), state))
}
