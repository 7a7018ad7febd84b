//! `Microsoft.Network/routeTables` and their routes.

use serde_json::Value;

use super::{NETWORK, NETWORK_CHILD, back, bad_request, references, subnets};
use crate::kind::azure::Azure;
use crate::kind::part::Part;
use crate::kind::{Kind, Lies};
use crate::store::state::Stored;
use crate::wire::answer::Answer;

/// The types of this file.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Microsoft.Network/routeTables",
        lies: Lies::Region,
        defaults: r#"{"properties": {"disableBgpRoutePropagation": false}}"#,
        parts: &[Part { list: "/routes", stays: false, beside: check_beside }],
        view: |azure, table, body| {
            super::view(azure, table, body);
            back(body, "subnets", subnets_with(azure, table).map(|subnet| subnet.id.as_str()));
        },
        before_delete: |azure, table| match subnets_with(azure, table).next() {
            Some(user) => {
                let text = format!(
                    "Route table {} is in use by {} and cannot be deleted.",
                    table.id.name(),
                    user.id
                );
                Err(bad_request("InUseRouteTableCannotBeDeleted", text))
            }
            None => Ok(()),
        },
        ..NETWORK
    },
    Kind {
        name: "Microsoft.Network/routeTables/routes",
        defaults: r#"{"properties": {"hasBgpOverride": false}}"#,
        ..NETWORK_CHILD
    },
];

fn subnets_with<'a>(azure: &'a Azure, table: &'a Stored) -> impl Iterator<Item = &'a Stored> {
    references::users(azure, subnets::SUBNETS, "/routeTable/id", &table.id)
}

/// No two routes lead away the same addresses.
fn check_beside(_: &Azure, _: &Value, routes: &[Value]) -> Result<(), Answer> {
    for (at, route) in routes.iter().enumerate() {
        let prefix = &route["properties"]["addressPrefix"];
        if let Some(other) =
            routes[..at].iter().find(|other| other["properties"]["addressPrefix"] == *prefix)
        {
            let text = format!(
                "Route {} conflicts with route {}: both have the address prefix {prefix}.",
                route["name"], other["name"]
            );
            return Err(bad_request("RouteConflict", text));
        }
    }
    Ok(())
}
