//! Puts the parts together: complete, compare, order, guard.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use plan::{Code, Fingerprint, Guard, Operation, Place, Plan, Verb, Violation};
use resource::{Observed, ResourceId, catalogue};

use crate::change::{Changes, Kind, Options, changes};
use crate::complete::complete;
use crate::desired::{Desired, ids_in};
use crate::guard::{guards, renumbered};
use crate::manual::missing;
use crate::order::{OrderError, Ordered, order};
use crate::permits::tell_idle;
use crate::release::let_go;

/// Makes the plan that turns `observed` into `desired`.
///
/// Pure: equal inputs give equal plans. A plan with refusals is returned too, so that a reader
/// sees what was refused; it must not be applied.
pub fn plan(desired: &Desired, observed: &Observed, options: &Options) -> Result<Plan, OrderError> {
    let (desired, mut found, observed) = decide(desired, observed, options);
    let observed = observed.as_ref();
    let Ordered { actions, refusals, notices, reliances, unused } =
        order(&desired, observed, &found, options).map_err(|error| error.placed(&desired))?;
    found.refusals.extend(refusals);
    found.refusals.extend(guards(&found, observed, &desired.topology, options));
    found.refusals.extend(renumbered(&desired, &options.last));
    found.notices.extend(notices);
    found.notices.extend(missing(&desired, observed));
    found.notices.sort();
    found.notices.dedup();
    found.refusals.sort();
    found.refusals.dedup();
    let fingerprints = fingerprints(&actions, observed);
    let spoken = actions.iter().map(|action| &action.address);
    let spoken = spoken.chain(found.notices.iter().map(|notice| &notice.address));
    let spoken = spoken.chain(found.refusals.iter().map(|refusal| &refusal.address));
    let places = places(&desired, spoken);
    let mut plan = Plan {
        version: Plan::VERSION,
        topology: desired.topology.clone(),
        topology_hash: desired.hash.clone(),
        subscription: desired.subscription.clone(),
        suffixes: desired.suffixes.clone(),
        apply_lock: desired.apply_lock.clone(),
        stamps: desired.stamps.clone(),
        parts: parts(&actions, &fingerprints, observed),
        api_versions: api_versions(&desired, &actions),
        actions,
        fingerprints,
        reliances,
        unused,
        places,
        notices: found.notices,
        refusals: found.refusals,
        coverage: found.coverage,
        verdicts: None,
    };
    refuse_outages(&mut plan, &desired);
    tell_idle(&mut plan, &desired, observed, options);
    Ok(plan)
}

/// Refuses what would leave nothing to serve: the check of a plan finds it, and here a reader is
/// told what to do about it.
fn refuse_outages(plan: &mut Plan, desired: &Desired) {
    for violation in plan::check(plan) {
        let Violation::TrafficWithoutTarget { profile, .. } = violation else { continue };
        let address = desired.get(&profile).map_or(profile.name(), |resource| &resource.address);
        plan.refusals.push(Guard {
            code: Code::NoTargetLeft,
            address: address.to_owned(),
            message: "no enabled endpoint would be left, and its name would answer with nothing"
                .to_owned(),
            help: "leave one endpoint enabled, or disable the profile itself where it is to serve \
                   nothing"
                .to_owned(),
        });
    }
}

/// Finds what must change.
///
/// What is made anew has other values afterwards: an identity another principal. What takes such a value
/// changes in the same plan, which may make that anew too, so the changes are found until no more is.
fn decide<'a>(
    desired: &'a Desired,
    observed: &'a Observed,
    options: &Options,
) -> (Cow<'a, Desired>, Changes, Cow<'a, Observed>) {
    let mut observed = Cow::Borrowed(observed);
    loop {
        let completed = complete(desired, &observed, &options.last);
        let found = changes(&completed, &observed, options);
        let replaced = found.changes.values().filter(|change| change.kind == Kind::Replace);
        let replaced: Vec<ResourceId> = replaced.map(|change| change.id.clone()).collect();
        if replaced.iter().all(|id| observed.renewed.contains(id)) {
            return match let_go(&completed, &observed, &found) {
                Some(released) => {
                    let found = changes(&released, &observed, options);
                    (Cow::Owned(released), found, observed)
                }
                None => (completed, found, observed),
            };
        }
        observed.to_mut().renewed.extend(replaced);
    }
}

/// Finds where each address is declared, or the resource that it lies in.
fn places<'a>(
    desired: &Desired,
    addresses: impl Iterator<Item = &'a String>,
) -> BTreeMap<String, Place> {
    let declared = desired.places();
    let nearest = |address: &str| {
        let mut holders = std::iter::successors(Some(address), |address| {
            address.rsplit_once('/').map(|(holder, _)| holder)
        });
        holders.find_map(|holder| declared.get(holder).map(|place| Place::clone(place)))
    };
    let unique: BTreeSet<&String> = addresses.collect();
    unique.into_iter().filter_map(|address| Some((address.clone(), nearest(address)?))).collect()
}

/// Takes the fingerprints of the parts that the actions speak of.
fn parts(
    actions: &[plan::Action],
    fingerprints: &BTreeMap<ResourceId, Fingerprint>,
    observed: &Observed,
) -> BTreeMap<ResourceId, String> {
    let seen = fingerprints.keys().filter_map(|id| Some((id, observed.get(id)?)));
    seen.map(|(id, seen)| {
        let part = plan::part_of(actions, id);
        let digest = catalogue::fingerprint_of_part(&id.resource_type(), &seen.body, &part);
        (id.clone(), digest)
    })
    .collect()
}

/// Notes by which API version a value is read that an action takes from a resource that the plan
/// does not write.
fn api_versions(desired: &Desired, actions: &[plan::Action]) -> BTreeMap<ResourceId, String> {
    let written: BTreeSet<&ResourceId> = actions.iter().map(|action| &action.resource).collect();
    let mut versions = BTreeMap::new();
    for action in actions {
        // A probe or a question to DNS takes values too.
        let asked = serde_json::to_value(&action.operation).unwrap_or_default();
        for id in ids_in(&asked).into_iter().filter(|id| !written.contains(id)) {
            let Some(resource) = desired.get(&id) else { continue };
            if resource.api_version != catalogue::facts_of(&id).api_version {
                versions.insert(id, resource.api_version.clone());
            }
        }
    }
    versions
}

/// Notes what each action rests on: the resource it writes and those that its body reads.
fn fingerprints(
    actions: &[plan::Action],
    observed: &Observed,
) -> BTreeMap<ResourceId, Fingerprint> {
    let mut ids = BTreeSet::new();
    // A note rests on nothing but the success of all else.
    for action in actions.iter().filter(|action| action.verb != Verb::Note) {
        ids.insert(action.resource.clone());
        if let Operation::Write { body, .. } = &action.operation {
            ids.extend(ids_in(body).into_iter().filter(|id| observed.get(id).is_some()));
        }
    }
    ids.into_iter()
        .map(|id| {
            let fingerprint = match observed.get(&id) {
                Some(seen) => {
                    Fingerprint::Digest(catalogue::fingerprint(&id.resource_type(), &seen.body))
                }
                None => Fingerprint::Absent,
            };
            (id, fingerprint)
        })
        .collect()
}
