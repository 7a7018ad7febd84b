//! Fills in what a topology takes from Azure itself: clones, and values that others share.

mod clone;
mod grants;

use std::borrow::Cow;

use resource::Observed;
use serde_json::{Value, json};

pub use clone::assignment_name;

use crate::desired::{Desired, DesiredResource};
use crate::failed_over::{self, FailedOver};
use crate::ownership;

/// Returns `desired` with the parts that only an observation can tell.
pub fn complete<'a>(desired: &'a Desired, observed: &Observed) -> Cow<'a, Desired> {
    let rests_on_azure = |resource: &DesiredResource| {
        resource.clone_of.is_some()
            || resource.keep_foreign_values
            || ownership::has_note(&resource.id)
            || grants::is_grant(resource)
    };
    let failed_over = failed_over::find(desired, observed);
    if failed_over.is_empty() && !desired.resources().any(rests_on_azure) {
        return Cow::Borrowed(desired);
    }
    let mut completed = desired.clone();
    for FailedOver { id, body, notice } in failed_over {
        completed.notices.push(notice);
        if let (Some(resource), Some(body)) = (completed.get_mut(&id), body) {
            resource.body = body;
        }
    }
    let ids: Vec<_> =
        desired.resources().filter(|r| rests_on_azure(r)).map(|r| r.id.clone()).collect();
    for id in &ids {
        // What the topology declares for the original counts before what is observed of it, or the
        // clone would lag one apply behind.
        let source = desired.get(id).and_then(|resource| resource.clone_of.as_ref());
        let declared = source.and_then(|id| desired.get(id)).map(|original| &original.body);
        if let Some(resource) = completed.get_mut(id) {
            if resource.keep_foreign_values {
                keep_foreign_values(resource, observed);
            }
            clone::take_configuration(resource, declared, observed);
            ownership::keep_note(&resource.id, &mut resource.body, observed, &desired.topology);
        }
    }
    clone::grant_permissions(&mut completed, observed);
    grants::drop_given(&mut completed, observed);
    completed.connect();
    Cow::Owned(completed)
}

/// Adds the observed values of a TXT set to the desired ones: other services prove themselves by
/// values in the same set.
fn keep_foreign_values(resource: &mut DesiredResource, observed: &Observed) {
    let Some(seen) = observed.property(&resource.id, "/properties/TXTRecords") else { return };
    let resolved = crate::resolve::resolve_all(
        &resource.body["properties"]["TXTRecords"],
        observed,
        &Default::default(),
    );
    let mut values: Vec<Value> = resolved.as_array().cloned().unwrap_or_default();
    for foreign in seen.as_array().into_iter().flatten() {
        if !values.contains(foreign) {
            values.push(foreign.clone());
        }
    }
    resource.body["properties"]["TXTRecords"] = json!(values);
}
