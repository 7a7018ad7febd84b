//! What holds for all that lies in a profile: one write at a time, and no more of anything than
//! the tier allows.

use resource::ResourceId;
use serde_json::Value;

use crate::kind::Draft;
use crate::kind::azure::Azure;
use crate::store::state::Stored;
use crate::wire::answer::Answer;

/// The type of profiles.
pub(super) const PROFILE: &str = "Microsoft.Cdn/profiles";

/// How many of a type a profile may have, on the standard and on the premium tier.
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#azure-front-door-standard-and-premium-service-limits>.
const LIMITS: &[(&str, usize, usize)] = &[
    ("afdendpoints", 10, 25),
    ("customdomains", 100, 500),
    ("origingroups", 100, 200),
    ("routes", 100, 200),
    ("rulesets", 100, 200),
    ("rules", 100, 100),
    ("origins", 50, 50),
    ("secrets", 100, 500),
    ("securitypolicies", 100, 200),
];

/// Makes the refusal of what the provider does not take.
pub(super) fn bad_request(text: impl Into<String>) -> Answer {
    Answer::error(400, "BadRequest", text)
}

/// Makes the refusal of what stands against something that is there.
pub(super) fn conflict(text: impl Into<String>) -> Answer {
    Answer::error(409, "Conflict", text)
}

/// Returns the profile that a resource is or lies in.
pub(super) fn profile<'a>(azure: &'a Azure, id: &ResourceId) -> Option<&'a Stored> {
    let mut at = Some(id.clone());
    while let Some(id) = at {
        if id.resource_type().is(PROFILE) {
            return azure.state.get(&id);
        }
        at = id.parent();
    }
    None
}

/// Tells whether a body is that of a profile of Front Door, and not of the older CDN.
pub(super) fn is_front_door(body: &Value) -> bool {
    let sku = body["sku"]["name"].as_str().unwrap_or_default();
    sku.to_ascii_lowercase().ends_with("_azurefrontdoor")
}

/// Tells whether a profile, or a policy of the firewall, is of the premium tier.
pub(super) fn is_premium(body: &Value) -> bool {
    let sku = body["sku"]["name"].as_str().unwrap_or_default();
    sku.eq_ignore_ascii_case("Premium_AzureFrontDoor")
}

/// Refuses a write while another operation runs in the profile, and one too many of a type.
pub(super) fn check_idle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    check_free(azure, &draft.id)?;
    let Some(profile) = profile(azure, &draft.id).filter(|_| !azure.is_unguarded) else {
        return Ok(());
    };
    let (kind, Some(parent)) = (draft.id.resource_type(), draft.id.parent()) else { return Ok(()) };
    let last = kind.last().to_ascii_lowercase();
    let limit = LIMITS.iter().find(|(name, ..)| *name == last);
    let Some((_, standard, premium)) = limit.filter(|_| draft.before.is_none()) else {
        return Ok(());
    };
    let most = if is_premium(&profile.body) { *premium } else { *standard };
    if azure.state.of_type_below(kind.as_str(), &parent).count() < most {
        return Ok(());
    }
    Err(bad_request(format!("The limit of {most} {last} has been reached for '{parent}'.")))
}

/// Refuses whatever changes a profile in which another operation runs.
///
/// Observed: 409, to be tried again.
pub(super) fn check_free(azure: &Azure, id: &ResourceId) -> Result<(), Answer> {
    let Some(profile) = profile(azure, id).filter(|_| !azure.is_unguarded) else { return Ok(()) };
    let mut running = azure.state.operations.running();
    if !running.any(|operation| operation.resource.is_within(&profile.id)) {
        return Ok(());
    }
    let text = "Another operation on this or dependent resource is in progress.";
    Err(Answer::error(409, "AnotherOperationInProgress", text))
}

/// Returns the resources of a type in the profile that `id` lies in.
pub(super) fn beside<'a>(
    azure: &'a Azure,
    id: &ResourceId,
    kind: &'static str,
) -> impl Iterator<Item = &'a Stored> + use<'a> {
    let profile = profile(azure, id).map(|profile| profile.id.clone());
    profile.into_iter().flat_map(move |profile| azure.state.of_type_below(kind, &profile))
}

/// Returns the IDs in a list of `{"id": …}`.
pub(super) fn ids(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(|row| row["id"].as_str())
}

/// Tells whether a text is the ID of a resource.
pub(super) fn is_id(text: &str, id: &ResourceId) -> bool {
    text.trim_end_matches('/').eq_ignore_ascii_case(id.as_str())
        || ResourceId::parse(text).is_ok_and(|other| other == *id)
}

/// Returns the resource of a type that a body names; it must lie in the same profile.
pub(super) fn named<'a>(
    azure: &'a Azure,
    draft: &Draft,
    id: &str,
    what: &str,
) -> Result<&'a Stored, Answer> {
    let own = profile(azure, &draft.id).map(|profile| &profile.id);
    let found = ResourceId::parse(id).ok().and_then(|id| azure.state.get(&id));
    match (found, own) {
        (Some(found), Some(own)) if found.id.is_within(own) => Ok(found),
        (Some(_), _) => {
            Err(bad_request(format!("The {what} '{id}' does not belong to the same profile.")))
        }
        (None, _) => Err(bad_request(format!("The {what} '{id}' was not found."))),
    }
}

/// Refuses a name that has other characters than letters, digits and inner hyphens, or is too short
/// or too long.
pub(super) fn check_name(
    draft: &Draft,
    least: usize,
    most: usize,
    is_plain: bool,
) -> Result<(), Answer> {
    let name = draft.id.name();
    let is_inner = |c: char| c.is_ascii_alphanumeric() || (c == '-' && !is_plain);
    let fits = (least..=most).contains(&name.chars().count())
        && name.chars().all(is_inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && (!is_plain || name.starts_with(|c: char| c.is_ascii_alphabetic()));
    if fits || draft.before.is_some() {
        return Ok(());
    }
    let rule = if is_plain {
        "begin with a letter and contain letters and digits only"
    } else {
        "begin and end with a letter or digit and contain letters, digits and hyphens only"
    };
    let kind = draft.id.resource_type();
    Err(bad_request(format!(
        "The name '{name}' of '{kind}' is not valid: it must have {least} to {most} characters, {rule}."
    )))
}
