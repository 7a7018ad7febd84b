//! The watch over Traffic Manager: no write may leave a served name without a target.

use resource::ResourceId;

use crate::kind::azure::Azure;
use crate::store::state::{Stored, Violation};
use crate::wire::request::Request;

/// The type of profiles.
pub(crate) const PROFILE: &str = "Microsoft.Network/trafficManagerProfiles";

/// Returns the endpoints of a profile, of all three kinds.
pub(crate) fn endpoints<'a>(
    azure: &'a Azure,
    profile: &ResourceId,
) -> impl Iterator<Item = &'a Stored> + use<'a> {
    let is_endpoint = |stored: &&Stored| {
        let kind = stored.kind().key();
        kind.starts_with("microsoft.network/trafficmanagerprofiles/")
    };
    azure.state.below(profile).filter(is_endpoint)
}

fn is_enabled(stored: &Stored, pointer: &str) -> bool {
    stored.text(pointer).is_none_or(|status| status.eq_ignore_ascii_case("Enabled"))
}

/// Notes after a write whether an enabled profile has lost its last enabled endpoint.
pub(crate) fn note(azure: &mut Azure, request: &Request) {
    let is_profile = request.path.to_ascii_lowercase().contains("/trafficmanagerprofiles/");
    if !is_profile {
        return;
    }
    let profiles: Vec<(ResourceId, bool, bool)> = azure
        .state
        .of_type(PROFILE)
        .map(|profile| {
            let is_served = endpoints(azure, &profile.id)
                .any(|endpoint| is_enabled(endpoint, "/endpointStatus"));
            (profile.id.clone(), is_enabled(profile, "/profileStatus"), is_served)
        })
        .collect();
    for (id, is_active, is_served) in profiles {
        if is_served {
            // What is known already is not written again.
            if azure.state.served.get(id.key()).is_none() {
                azure.state.served.insert(id.key().to_owned(), true);
            }
        } else if azure.state.served.remove(id.key()).is_some() && is_active && !azure.is_unguarded
        {
            azure.state.violations.push(Violation {
                rule: "no-enabled-target".to_owned(),
                resource: id.to_string(),
                request: format!("{} {}", request.method, request.path),
            });
        }
    }
    azure.touched();
}
