//! Rights that are there under another name.
//!
//! A role assignment is known by its scope, role and principal; its name is a GUID that says nothing,
//! and Azure refuses a second one for the same right.
//! Source: <https://learn.microsoft.com/azure/role-based-access-control/troubleshooting>.

use std::collections::BTreeMap;

use plan::{Code, Guard};
use resource::catalogue::Duty;
use resource::{Observation, Observed, ResourceId, catalogue};
use serde_json::Value;

use crate::desired::{Desired, DesiredResource};
use crate::ownership::is_owned;
use crate::resolve::resolve_all;

/// How it stands with a right whose declared name is free.
pub enum Right {
    /// It is not there, or the resource is no role assignment.
    Absent,
    /// It is given under another name, and that will do.
    Given(ResourceId),
    /// One of ours gives it on other terms; it goes first.
    Ours,
    /// Somebody else's gives it on other terms.
    Foreign(Guard),
}

/// Tells whether the right that `resource` gives is there under another name.
pub fn standing(desired: &Desired, resource: &DesiredResource, observed: &Observed) -> Right {
    if !Duty::Grant.is_of(&resource.id) || desired.topology.is_empty() {
        return Right::Absent;
    }
    let wish = resolve_all(&resource.body, observed, &BTreeMap::new());
    let Some(scope) = resource.id.parent() else { return Right::Absent };
    let Some(other) = given(&scope, &wish, observed).next() else { return Right::Absent };
    if catalogue::Right::of(&other.body) == catalogue::Right::of(&wish) {
        Right::Given(other.id.clone())
    } else if is_owned(observed, other, &desired.topology) && desired.get(&other.id).is_none() {
        Right::Ours
    } else {
        Right::Foreign(Guard {
            code: Code::RightOnOtherTerms,
            address: resource.address.clone(),
            message: format!(
                "the role assignment `{}` gives the same role to the same principal, on another \
                 condition",
                other.id.name()
            ),
            help: format!(
                "Azure allows one: delete it (`az role assignment delete --ids {}`), or declare its \
                 condition",
                other.id
            ),
        })
    }
}

/// Finds the observed assignments at `scope` of the role and the principal of `wish`.
pub fn given<'a>(
    scope: &'a ResourceId,
    wish: &'a Value,
    observed: &'a Observed,
) -> impl Iterator<Item = &'a Observation> {
    let wanted = catalogue::Right::of(wish);
    observed.resources.values().filter(move |other| {
        Duty::Grant.is_of(&other.id)
            && other.id.parent().as_ref() == Some(scope)
            && catalogue::Right::of(&other.body)
                .zip(wanted.as_ref())
                .is_some_and(|(other, wanted)| other.is_of(wanted))
    })
}
