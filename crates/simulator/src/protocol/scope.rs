//! Whether that on which a resource hangs exists, and how its ID is spelled.

use resource::ResourceId;

use crate::kind::azure::Azure;
use crate::kind::{Kind, Missing};
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Checks that the group and the parent of `id` exist.
pub(crate) fn check(azure: &Azure, id: &ResourceId, verb: &str) -> Result<(), Answer> {
    check_group(azure, id)?;
    let Some(parent) = id.parent() else { return Ok(()) };
    if !is_stored_type(&parent) || azure.state.get(&parent).is_some() {
        return Ok(());
    }
    let kind = id.resource_type();
    if kind.parent().is_none() {
        // An extension: the scope is a resource of its own.
        return Err(missing_resource(&parent));
    }
    check(azure, &parent, verb)?;
    let (_, short) = kind.as_str().split_once('/').unwrap_or_default();
    let text = format!(
        "Failed to perform '{verb}' on resource(s) of type '{short}', because the parent \
         resource '{parent}' could not be found."
    );
    Err(Answer::error(404, "ParentResourceNotFound", text))
}

/// Checks that the resource group of `id` exists.
pub(crate) fn check_group(azure: &Azure, id: &ResourceId) -> Result<(), Answer> {
    let is_group = id.resource_type().is_group();
    match id.resource_group().filter(|_| !is_group) {
        Some(group) if azure.group_of(id).is_none() => Err(missing_group(group)),
        _ => Ok(()),
    }
}

/// Groups and resources are stored; subscriptions and provider-level paths are not.
fn is_stored_type(id: &ResourceId) -> bool {
    !id.resource_type().is_subscription()
}

/// Returns ARM's answer to a path that means nothing.
pub(crate) fn not_found(request: &Request) -> Answer {
    let text =
        format!("No HTTP resource was found that matches the request URI '{}'.", request.path);
    Answer::error(404, "InvalidResourceType", text)
}

/// Returns ARM's answer for a group that does not exist.
pub(crate) fn missing_group(group: &str) -> Answer {
    let text = format!("Resource group '{group}' could not be found.");
    Answer::error(404, "ResourceGroupNotFound", text)
}

/// Returns ARM's answer for a resource that does not exist.
pub(crate) fn missing_resource(id: &ResourceId) -> Answer {
    let group = id.resource_group().unwrap_or_default();
    let named = named(id);
    let text = format!(
        "The Resource '{named}' under resource group '{group}' was not found. For more details \
         please go to https://aka.ms/ARMResourceNotFoundFix"
    );
    Answer::error(404, "ResourceNotFound", text)
}

/// Returns the provider's answer for a resource that does not exist.
pub(crate) fn missing(azure: &Azure, kind: &Kind, id: &ResourceId) -> Answer {
    if id.resource_type().is_group() {
        return missing_group(id.name());
    }
    if let Some(parent) = id.parent()
        && is_stored_type(&parent)
        && azure.state.get(&parent).is_none()
    {
        return missing_resource(&parent);
    }
    let name = id.name();
    match kind.missing {
        Missing::Resource => missing_resource(id),
        Missing::Child => {
            let group = id.resource_group().unwrap_or_default();
            let what = id.resource_type().last().to_owned();
            let subscription = &azure.settings.subscription;
            let text = format!(
                "The {what} '{name}' does not exist in resource group '{group}' of subscription \
                 '{subscription}'."
            );
            kind.refuse(404, "NotFound", text)
        }
        Missing::Code("RoleAssignmentNotFound") => {
            let text = format!("The role assignment '{name}' is not found.");
            Answer::error(404, "RoleAssignmentNotFound", text)
        }
        Missing::Code(code) => {
            kind.refuse(404, code, format!("The requested resource '{name}' was not found."))
        }
    }
}

/// Returns `namespace/type/name/childType/childName`.
fn named(id: &ResourceId) -> String {
    let segments: Vec<&str> = id.segments().collect();
    let provider = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers"));
    provider.map_or_else(|| id.name().to_owned(), |at| segments[at + 1..].join("/"))
}

/// Returns the ID in the spelling of the service: types as the provider writes them, names as they
/// were created.
pub(crate) fn canonical(azure: &Azure, kind: &Kind, id: &ResourceId) -> ResourceId {
    if let Some(stored) = azure.state.get(id) {
        return stored.id.clone();
    }
    let subscription = &azure.settings.subscription;
    let given = id.resource_type();
    let lower = id.name().to_lowercase();
    let name = if kind.lowers_names { lower.as_str() } else { id.name() };
    if given.is_group() {
        return ResourceId::group(subscription, name);
    }
    let spelled = kind.spelled_in_ids(&given);
    let parent = id.parent();
    let parent = parent.as_ref().map(|parent| match azure.state.get(parent) {
        Some(stored) => stored.id.clone(),
        None => parent.clone(),
    });
    let Some(parent) = parent else { return id.clone() };
    if given.parent().is_some() {
        let last = spelled.rsplit('/').next().unwrap_or_default();
        return parent.child(last, name);
    }
    let made = parent.extension(spelled, name);
    if kind.group_segment == "resourceGroups" {
        return made;
    }
    let text = made.as_str().replacen("/resourceGroups/", &format!("/{}/", kind.group_segment), 1);
    ResourceId::parse(&text).unwrap_or(made)
}
