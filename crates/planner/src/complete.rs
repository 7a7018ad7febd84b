//! Fills in what a topology takes from Azure itself: clones, and values that others share.

pub(crate) mod clone;
mod grants;
mod spelling;

use std::borrow::Cow;
use std::collections::BTreeSet;

use resource::catalogue::{self, PropertyPath};
use resource::{Expression, Observed, ResourceId};
use serde_json::{Value, json};

pub use clone::assignment_name;

use crate::desired::{Desired, DesiredResource, is_grant};
use crate::diff;
use crate::dropped;
use crate::failed_over::{self, FailedOver};
use crate::last::Last;
use crate::ownership;

/// Returns `desired` with the parts that only an observation can tell.
///
/// What `last` has declared and `desired` does not is taken back.
pub fn complete<'a>(desired: &'a Desired, observed: &Observed, last: &Last) -> Cow<'a, Desired> {
    let rests_on_azure = |resource: &DesiredResource| {
        resource.clone_of.is_some()
            || resource.keep_foreign_values
            || holds_proof(resource)
            || resource.formerly.is_some()
            || ownership::has_note(&resource.id)
            || is_grant(&resource.id)
            || spelling::may_count(&resource.id)
    };
    let failed_over = failed_over::find(desired, observed);
    let last = last.known();
    if failed_over.is_empty() && last.is_none() && !desired.resources().any(rests_on_azure) {
        return Cow::Borrowed(desired);
    }
    let mut completed = desired.clone();
    for FailedOver { id, body, notice } in failed_over {
        completed.notices.push(notice);
        if let (Some(resource), Some(body)) = (completed.get_mut(&id), body) {
            resource.body = body;
        }
    }
    // What is taken back from an original is none of its clone's any more.
    let originals: BTreeSet<ResourceId> =
        desired.resources().filter_map(|it| it.clone_of.clone()).collect();
    if let Some(last) = last {
        dropped::take_back(&mut completed, last, |id| originals.contains(id));
    }
    let ids: Vec<_> =
        desired.resources().filter(|r| rests_on_azure(r)).map(|r| r.id.clone()).collect();
    for id in &ids {
        // What the topology declares for the original counts before what is observed of it, or the
        // clone would lag one apply behind.
        let source = desired.get(id).and_then(|resource| resource.clone_of.as_ref());
        let original = source.and_then(|id| completed.get(id));
        let declared = original.map(|original| original.body.clone());
        if let Some(resource) = completed.get_mut(id) {
            if resource.keep_foreign_values || holds_proof(resource) {
                join_texts(resource, observed);
            }
            clone::take_configuration(resource, declared.as_ref(), observed);
            let had_note = last.and_then(|last| last.get(id)).is_some_and(|before| {
                ownership::declares_note(id, &before.body, &desired.topology)
            });
            if !had_note {
                ownership::keep_note(id, &mut resource.body, observed, &desired.topology);
            }
        }
    }
    keep_names(&mut completed, observed);
    clone::tell_what_is_missing(&mut completed, observed);
    clone::grant_permissions(&mut completed, observed);
    if let Some(last) = last {
        dropped::take_back(&mut completed, last, |id| !originals.contains(id));
    }
    spelling::settle(&mut completed, observed);
    grants::settle(&mut completed, observed, last);
    keep_owners(&mut completed, observed);
    completed.connect();
    Cow::Owned(completed)
}

/// Takes the owner that stands in notes for what it is: written once and never compared.
fn keep_owners(desired: &mut Desired, observed: &Observed) {
    let noted = desired.resources().filter(|resource| ownership::has_note(&resource.id));
    let noted: Vec<ResourceId> = noted.map(|resource| resource.id.clone()).collect();
    let topology = desired.topology.clone();
    for id in noted {
        if let Some(resource) = desired.get_mut(&id) {
            ownership::keep_owner(&id, &mut resource.body, observed, &topology);
        }
    }
}

/// Leaves what is live under a name that an earlier version gave it where it is, as long as it is what
/// is wanted.
fn keep_names(desired: &mut Desired, observed: &Observed) {
    let renamed: Vec<_> = desired
        .resources()
        .filter(|resource| observed.get(&resource.id).is_none())
        .filter_map(|resource| {
            let formerly = resource.formerly.as_ref()?;
            let seen = observed.get(formerly)?;
            let lookup = |expression: &Expression| {
                crate::resolve::resolve(expression, observed, &Default::default())
            };
            let kind = resource.id.resource_type();
            let found = diff::compare(&kind, &resource.body, &seen.body, &lookup);
            let is_same = found.changes.iter().all(|change| change.forces_replacement.is_none());
            is_same.then(|| (resource.id.clone(), formerly.clone()))
        })
        .collect();
    for (id, formerly) in renamed {
        desired.rename(&id, &formerly);
    }
}

/// Tells whether a TXT set holds a value that only Azure knows, such as a proof.
fn holds_proof(resource: &DesiredResource) -> bool {
    let mut found = false;
    if resource.id.resource_type().last().eq_ignore_ascii_case("TXT") {
        resource::walk_expressions(&resource.body, &mut |_| found = true);
    }
    found
}

/// Puts the values of a TXT set in, each once, and where others may prove themselves by values in the
/// same set, adds theirs.
fn join_texts(resource: &mut DesiredResource, observed: &Observed) {
    let facts = catalogue::facts_of(&resource.id);
    let mut path = PropertyPath::root();
    ["properties", "TXTRecords"].iter().for_each(|key| path.push_key(key));
    path.push_member("");
    path.push_key("value");
    let records = &resource.body["properties"]["TXTRecords"];
    let wanted = crate::resolve::resolve_all(records, observed, &Default::default());
    let seen = observed.property(&resource.id, "/properties/TXTRecords");
    let seen = seen.filter(|_| resource.keep_foreign_values);
    let mut values: Vec<Value> = vec![];
    for record in [Some(&wanted), seen].into_iter().flatten().filter_map(Value::as_array).flatten()
    {
        // A text is one however it is split.
        let is = |known: &Value| {
            let same = facts.same_whole(&path, &known["value"], &record["value"]);
            same.unwrap_or(known == record)
        };
        if !values.iter().any(is) {
            values.push(record.clone());
        }
    }
    resource.body["properties"]["TXTRecords"] = json!(values);
}
