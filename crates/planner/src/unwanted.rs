//! What is in Azure and not in the topology: what of it goes, and what stays.

use std::collections::BTreeSet;

use plan::{Code, Notice, Severity};
use resource::catalogue::{self, Duty, Ownership};
use resource::{Observation, Observed, ResourceId};
use serde_json::{Value, json};

use crate::change::{Change, Changes, Kind};
use crate::desired::Desired;
use crate::expand::role_name;
use crate::last::Last;
use crate::ownership::{is_owned, proof_of};
use crate::rivals::awaits;

/// Finds what carries our mark, or was declared at the last apply, and is no longer in the topology;
/// and what is not ours.
pub fn find(found: &mut Changes, desired: &Desired, observed: &Observed, last: &Last) {
    let mut deleted = BTreeSet::new();
    let groups: BTreeSet<ResourceId> =
        desired.resources().filter_map(|resource| group_of(&resource.id)).collect();
    for (id, observation) in &observed.resources {
        if desired.get(id).is_some()
            || found.stand_ins.contains(id)
            || is_service_made(desired, observation)
        {
            continue;
        }

        if is_deletable(desired, observed, observation, last) {
            deleted.insert(id.clone());
        } else if is_in_reach(id, &groups) {
            found.coverage.unmanaged.push(id.clone());
        }
    }
    let present: BTreeSet<&str> =
        desired.resources().map(|resource| resource.address.as_str()).collect();
    for id in &deleted {
        // What lies below a deleted resource goes with it, but for what keeps its parent from going.
        let kept = id.parent().filter(|_| catalogue::facts_of(id).holds_parent);
        let cascades = id.ancestors().any(|ancestor| {
            deleted.contains(&ancestor)
                && !Duty::Group.is_of(&ancestor)
                && kept.as_ref() != Some(&ancestor)
        });
        // A lock that goes along refuses what it goes with.
        // So does a name that another is to bear: it is free only when this one has let go of it.
        if cascades && !Duty::Lock.is_of(id) && awaits(id, desired, observed).is_none() {
            continue;
        }
        if Duty::Group.is_of(id) && !empties(id, observed, &deleted) {
            found.notices.push(Notice {
                severity: Severity::Info,
                code: Code::GroupKept.into(),
                address: id.name().to_owned(),
                message: "the resource group is no longer declared and is kept, as it may hold \
                          more than what is ours"
                    .to_owned(),
                help: Some(format!("delete it by hand when it is empty: {id}")),
            });
            continue;
        }
        let address =
            last_address(id, &present, last).unwrap_or_else(|| address_without_text(id, observed));
        let change = Change { id: id.clone(), address, kind: Kind::Delete, properties: vec![] };
        found.changes.insert(id.clone(), change);
    }
}

/// Returns the address that what goes had in the text that was applied last, where no other has it now.
fn last_address(id: &ResourceId, present: &BTreeSet<&str>, last: &Last) -> Option<String> {
    let before = &last.known()?.get(id)?.address;
    (Duty::Grant.is_of(id) || !present.contains(before.as_str())).then(|| before.clone())
}

/// Returns how a person calls what goes where no text tells: by its name, and a role assignment, whose
/// name says nothing, by what it allows whom.
fn address_without_text(id: &ResourceId, observed: &Observed) -> String {
    if !Duty::Grant.is_of(id) {
        return id.name().to_owned();
    }
    let text = |pointer: &str| observed.property(id, pointer).and_then(Value::as_str);
    let role = text("/properties/roleDefinitionId").and_then(|role| role.rsplit('/').next());
    let principal = text("/properties/principalId").unwrap_or_default();
    let is_holder = |seen: &&Observation| {
        ["/identity/principalId", "/properties/principalId"]
            .iter()
            .any(|pointer| seen.id != *id && seen.body.pointer(pointer) == Some(&json!(principal)))
    };
    let holder = observed
        .resources
        .values()
        .filter(|seen| seen.id.resource_type() != id.resource_type())
        .find(is_holder);
    let holder = holder.map_or(principal, |holder| holder.id.name());
    let scope = id.parent().map(|scope| scope.name().to_owned()).unwrap_or_default();
    format!("{holder}/permissions/{} on {scope}", role_name(role.unwrap_or_default()))
}

fn group_of(id: &ResourceId) -> Option<ResourceId> {
    id.lineage().find(|id| Duty::Group.is_of(id))
}

/// Tells whether a resource lies beside what the topology speaks of.
fn is_in_reach(id: &ResourceId, groups: &BTreeSet<ResourceId>) -> bool {
    !Duty::Group.is_of(id) && group_of(id).is_some_and(|group| groups.contains(&group))
}

/// Tells whether everything in a resource group was listed and is deleted.
fn empties(group: &ResourceId, observed: &Observed, deleted: &BTreeSet<ResourceId>) -> bool {
    let listed = observed.listed.contains(&format!("{}/resources", group.key()));
    listed
        && observed
            .resources
            .keys()
            .filter(|id| *id != group && id.is_within(group))
            .all(|id| id.parent().as_ref() != Some(group) || deleted.contains(id))
}

/// Tells whether a resource comes with its parent and is nobody's to manage.
pub fn is_service_made(desired: &Desired, observation: &Observation) -> bool {
    let id = &observation.id;
    catalogue::facts_of(id).service_made.is(id.name(), &desired.suffixes)
}

/// Tells whether what the topology no longer holds may be deleted.
///
/// What can bear a mark must bear ours. What cannot is deleted only if it was declared at the last
/// apply: in a resource that was taken over, others' children are not ours.
fn is_deletable(
    desired: &Desired,
    observed: &Observed,
    observation: &Observation,
    last: &Last,
) -> bool {
    match catalogue::facts_of(&observation.id).ownership {
        Ownership::Tags | Ownership::Metadata(_) | Ownership::Note(_) => {
            is_owned(observed, observation, &desired.topology)
        }
        Ownership::Parent | Ownership::None => {
            last.known().is_some_and(|last| last.has_made(&observation.id))
        }
    }
}

/// Tells whether the record that proved a host name carries our mark.
pub fn has_our_proof(desired: &Desired, observed: &Observed, host: &str) -> bool {
    proof_of(observed, host).is_some_and(|proof| is_owned(observed, proof, &desired.topology))
}

#[cfg(test)]
mod tests {
    use resource::Suffixes;

    use super::*;

    #[test]
    fn what_a_service_makes_with_its_parent_is_nobodys_to_manage() {
        let seen = |path: &str| {
            let text = format!("/subscriptions/s/resourceGroups/g/providers/{path}");
            let id = ResourceId::parse(&text).expect("valid ID");
            let suffixes = Suffixes {
                app_service: "sites.corp.example".to_owned(),
                traffic_manager: "tm.corp.example".to_owned(),
                ..Suffixes::default()
            };
            let mut desired = Desired::default();
            desired.suffixes = suffixes;
            is_service_made(&desired, &Observation { id, body: json!({}), etag: None })
        };
        for made in [
            "Microsoft.Web/sites/a/config/web",
            "Microsoft.Web/sites/a/config/unheardOf",
            "Microsoft.Web/sites/a/slots/b/config/appsettings",
            "Microsoft.Web/sites/a/hostNameBindings/A.sites.corp.example",
            "Microsoft.Web/sites/a/slots/b/hostNameBindings/a-b.sites.corp.example",
            "Microsoft.Web/sites/a/hostNameBindings/a.tm.corp.example",
            "Microsoft.Network/dnsZones/example.com/SOA/@",
            "Microsoft.Network/dnsZones/example.com/NS/@",
        ] {
            assert!(seen(made), "{made}");
        }
        for chosen in [
            "Microsoft.Web/sites/a",
            "Microsoft.Web/sites/a/hostNameBindings/www.example.com",
            "Microsoft.Web/sites/a/hostNameBindings/sites.corp.example",
            "Microsoft.Network/dnsZones/example.com/NS/sub",
            "Microsoft.Network/dnsZones/example.com/TXT/@",
        ] {
            assert!(!seen(chosen), "{chosen}");
        }
    }
}
