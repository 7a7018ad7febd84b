//! Access policies that a vault holds already need no grant.

use std::collections::BTreeMap;

use resource::{Observed, ResourceId};
use serde_json::Value;

use crate::desired::{Desired, DesiredResource};
use crate::resolve::resolve_all;

/// Tells whether a desired resource is a grant of access policies.
pub fn is_grant(resource: &DesiredResource) -> bool {
    resource.id.resource_type().is("Microsoft.KeyVault/vaults/accessPolicies")
}

/// Removes from each grant the policies that the observed vault holds.
pub fn drop_given(desired: &mut Desired, observed: &Observed) {
    let grants: Vec<ResourceId> =
        desired.resources().filter(|r| is_grant(r)).map(|r| r.id.clone()).collect();
    for id in grants {
        let vault = id.parent();
        let given = vault.and_then(|vault| observed.property(&vault, "/properties/accessPolicies"));
        let given = given.and_then(Value::as_array).cloned().unwrap_or_default();
        let Some(grant) = desired.get_mut(&id) else { continue };
        let Some(policies) = grant.body["properties"]["accessPolicies"].as_array_mut() else {
            continue;
        };
        policies.retain(|policy| {
            let wanted = resolve_all(policy, observed, &BTreeMap::new());
            !given.iter().any(|given| holds(given, &wanted))
        });
        if policies.is_empty() {
            desired.remove(&id);
        }
    }
}

/// Tells whether an observed policy gives its holder all that is wanted.
fn holds(given: &Value, wanted: &Value) -> bool {
    let same = |name: &str| match (given[name].as_str(), wanted[name].as_str()) {
        (Some(given), Some(wanted)) => given.eq_ignore_ascii_case(wanted),
        _ => false,
    };
    same("objectId")
        && ["secrets", "keys", "certificates", "storage"].iter().all(|kind| {
            let has = |right: &Value| {
                let rights = given["permissions"][kind].as_array().into_iter().flatten();
                let right = right.as_str().unwrap_or_default();
                rights.filter_map(Value::as_str).any(|given| given.eq_ignore_ascii_case(right))
            };
            wanted["permissions"][kind].as_array().into_iter().flatten().all(has)
        })
}
