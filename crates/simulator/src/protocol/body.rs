//! What is checked of every body before its service looks at it: the location, the tags and the
//! shape of the whole.

use resource::ResourceId;
use serde_json::Value;

use crate::kind::azure::Azure;
use crate::kind::shapes;
use crate::kind::{Kind, Lies};
use crate::protocol::tags;
use crate::store::regions;
use crate::wire::answer::Answer;

/// Spells a body as the service does, or refuses it.
///
/// What happens behind everybody's back is spelled and not refused: scenarios say as little as
/// they must.
pub(crate) fn check(
    azure: &Azure,
    kind: &Kind,
    id: &ResourceId,
    sent: &mut Value,
    is_patch: bool,
) -> Result<(), Answer> {
    let spelled = shapes::check(&azure.shape_of(id), sent, is_patch);
    if azure.is_unguarded {
        return Ok(());
    }
    check_location(kind, id, sent, is_patch)?;
    tags::check(azure, id, &sent["tags"])?;
    spelled.map_err(|mistake| kind.refuse(400, kind.invalid, mistake.to_string()))
}

/// ARM itself wants to know where a resource lies, and knows where it can.
fn check_location(
    kind: &Kind,
    id: &ResourceId,
    sent: &Value,
    is_patch: bool,
) -> Result<(), Answer> {
    let given = sent["location"].as_str().map(regions::short).filter(|given| !given.is_empty());
    let Some(given) = given else {
        if is_patch || kind.lies == Lies::Anywhere {
            return Ok(());
        }
        let text = "The location property is required for this definition.";
        return Err(Answer::error(400, "LocationRequired", text));
    };
    let is_region = regions::find(&given).is_some();
    let fits = match kind.lies {
        Lies::Anywhere => is_region || given == "global" || id.resource_type().parent().is_some(),
        Lies::Region => is_region,
        Lies::Globe => given == "global",
    };
    if fits {
        return Ok(());
    }
    let list = match kind.lies {
        Lies::Globe => "global".to_owned(),
        _ => regions::REGIONS.iter().map(|region| region.name).collect::<Vec<_>>().join(","),
    };
    if id.resource_type().is_group() {
        let text = format!(
            "The provided location '{given}' is not available for resource group. List of \
             available regions is '{list}'."
        );
        return Err(Answer::error(400, "LocationNotAvailableForResourceGroup", text));
    }
    let text = format!(
        "The provided location '{given}' is not available for resource type '{}'. List of \
         available regions for the resource type is '{list}'.",
        id.resource_type()
    );
    Err(Answer::error(400, "LocationNotAvailableForResourceType", text))
}
