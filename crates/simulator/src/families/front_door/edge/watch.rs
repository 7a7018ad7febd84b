//! The watch over the edge: no write may leave a route without an origin.

use crate::families::front_door::routes::ROUTES;
use crate::families::front_door::{origins, within};
use crate::kind::azure::Azure;
use crate::store::state::{Stored, Violation};
use resource::ResourceId;

/// Notes after a write whether a route that takes requests leads to a group without an origin.
pub(super) fn look(azure: &mut Azure, written: &ResourceId, method: &str) {
    if azure.is_unguarded {
        return;
    }
    let is_on = |stored: &Stored| stored.text("/enabledState") != Some("Disabled");
    let is_served = |route: &Stored| {
        let group = route.text("/originGroup/id").and_then(|id| ResourceId::parse(id).ok());
        group.is_none_or(|group| origins::enabled(azure, &group).next().is_some())
    };
    let is_taken = |route: &Stored| {
        let endpoint = route.id.parent().and_then(|id| azure.state.get(&id));
        is_on(route) && endpoint.is_some_and(is_on)
    };
    let empty: Vec<String> = within::beside(azure, written, ROUTES)
        .filter(|route| is_taken(route) && !is_served(route))
        .map(|route| route.id.to_string())
        .collect();
    for resource in empty {
        azure.state.violations.push(Violation {
            rule: "route-without-origin".to_owned(),
            resource,
            request: format!("{method} {written}"),
        });
        azure.touched();
    }
}
