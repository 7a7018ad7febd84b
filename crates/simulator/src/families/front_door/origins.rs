//! Origins: what a group leads to, in the open or through a private link.

use resource::ResourceId;
use serde_json::{Value, json};

use super::within::{self, bad_request, conflict, is_id};
use super::{CHILD, groups};
use super::{edge, private_link};
use crate::kind::azure::Azure;
use crate::kind::{Draft, Kind};
use crate::store::state::Stored;
use crate::wire::answer::Answer;

/// The type of origins.
pub(super) const ORIGINS: &str = "Microsoft.Cdn/profiles/origingroups/origins";

/// An origin.
pub(super) const KIND: Kind = Kind {
    name: ORIGINS,
    defaults: r#"{"properties": {"httpPort": 80, "httpsPort": 443, "enabledState": "Enabled", "enforceCertificateNameCheck": true, "priority": null, "weight": null, "originHostHeader": null, "sharedPrivateLinkResource": null, "deploymentStatus": "NotStarted"}}"#,
    made: &["/deploymentStatus", "/originGroupName"],
    settle,
    after: |azure, draft| {
        private_link::connect(azure, draft);
        edge::written(azure, draft);
    },
    view: private_link::view,
    before_delete,
    after_delete: |azure, origin, _| {
        private_link::disconnect(azure, origin);
        edge::deleted(azure, origin);
    },
    ..CHILD
};

/// Tells whether an origin takes part.
pub(super) fn is_enabled(origin: &Stored) -> bool {
    origin.text("/enabledState") != Some("Disabled")
}

/// Returns the enabled origins of a group.
pub(super) fn enabled<'a>(
    azure: &'a Azure,
    group: &ResourceId,
) -> impl Iterator<Item = &'a Stored> + use<'a> {
    azure.state.of_type_below(ORIGINS, group).filter(|origin| is_enabled(origin))
}

fn settle(azure: &Azure, draft: &mut Draft) -> Result<(), Answer> {
    within::check_idle(azure, draft)?;
    let group = draft.id.parent();
    let name = group.as_ref().map(|group| group.name().to_owned());
    draft.properties()["originGroupName"] = json!(name);
    if azure.is_unguarded {
        return Ok(());
    }
    within::check_name(draft, 2, 90, false)?;
    if draft.text("/hostName").is_none_or(str::is_empty) {
        return Err(bad_request("The property 'hostName' is required."));
    }
    private_link::check(azure, draft)?;
    let Some(group) = group else { return Ok(()) };
    let others = || azure.state.of_type_below(ORIGINS, &group).filter(|other| other.id != draft.id);
    let is_private = |body: &Value| {
        !body.pointer("/properties/sharedPrivateLinkResource").is_none_or(Value::is_null)
    };
    let own = is_private(&draft.body);
    if others().any(|other| is_private(&other.body) != own) {
        let text = format!(
            "Origin group '{}' cannot mix origins with and without Private Link.",
            group.name()
        );
        return Err(bad_request(text));
    }
    let is_on = draft.text("/enabledState") != Some("Disabled");
    let is_probed = azure
        .state
        .get(&group)
        .is_some_and(|group| group.property("/healthProbeSettings").is_some());
    if is_on && !is_probed {
        groups::check_unprobed(1 + others().filter(|other| is_enabled(other)).count())?;
    }
    Ok(())
}

/// The last one that is enabled stays while a route leads to its group.
fn before_delete(azure: &Azure, origin: &Stored) -> Result<(), Answer> {
    within::check_free(azure, &origin.id)?;
    let Some(group) = origin.id.parent() else { return Ok(()) };
    let is_last = is_enabled(origin) && enabled(azure, &group).count() == 1;
    let mut routes =
        within::beside(azure, &origin.id, "Microsoft.Cdn/profiles/afdendpoints/routes");
    let route =
        routes.find(|route| route.text("/originGroup/id").is_some_and(|id| is_id(id, &group)));
    match route.filter(|_| is_last) {
        Some(route) => Err(conflict(format!(
            "The origin '{}' cannot be deleted: it is the last enabled origin of a group that \
             route '{}' leads to.",
            origin.id.name(),
            route.id
        ))),
        None => Ok(()),
    }
}
