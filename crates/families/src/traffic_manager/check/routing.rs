//! What each routing method asks of the endpoints.
//!
//! Source: <https://learn.microsoft.com/azure/traffic-manager/traffic-manager-routing-methods>.

use std::collections::HashMap;
use std::net::IpAddr;

use topology::family::Check;
use topology::{Diagnostic, Place, Sp};

use super::super::{Endpoint, EndpointTarget, Routing, TrafficManager};
use super::{geography, subnet};
use crate::dns::is_host;

pub(super) fn fits(check: &mut Check<'_>, profile: &TrafficManager, routing: &Sp<Routing>) {
    fields_fit(check, profile, routing);
    match routing.value {
        Routing::Priority => priorities(check, profile),
        Routing::Weighted => {}
        Routing::Performance => locations(check, profile),
        Routing::Geographic => geography::fits(check, profile),
        Routing::MultiValue => self::addresses(check, profile, routing),
        Routing::Subnet => subnet::fit(check, profile),
    }
    if let (Some(most), true) = (&profile.max_return, routing.value != Routing::MultiValue) {
        let help = "remove it, or write `routing: multiValue`";
        check.error("field-not-used", &most.place, "only multiValue answers with several", help);
    }
    same_region(check, profile);
    address_types(check, profile, routing.value);
}

/// Files fields that another method would need: they would do nothing.
fn fields_fit(check: &mut Check<'_>, profile: &TrafficManager, routing: &Sp<Routing>) {
    let method = routing.value;
    for endpoint in profile.endpoints.values() {
        let fields: [(&str, Routing, Option<&Place>); 4] = [
            ("priority", Routing::Priority, endpoint.priority.as_ref().map(|it| &it.place)),
            ("weight", Routing::Weighted, endpoint.weight.as_ref().map(|it| &it.place)),
            ("geo", Routing::Geographic, endpoint.geo.first().map(|it| &it.place)),
            ("subnets", Routing::Subnet, endpoint.subnets.first().map(|it| &it.place)),
        ];
        for (field, owner, place) in fields {
            if let Some(place) = place.filter(|_| owner != method) {
                let message = format!("`{field}` does nothing under `{method}` routing");
                let help = format!("remove it, or write `routing: {owner}`");
                check.file(
                    Diagnostic::error("field-not-used", place, message)
                        .also(&routing.place, "the routing method")
                        .help(help),
                );
            }
        }
        for (field, number) in [("priority", &endpoint.priority), ("weight", &endpoint.weight)] {
            if let Some(number) = number.as_ref().filter(|it| !(1..=1000).contains(&it.value)) {
                let message = format!("`{field}` is {}; Azure allows 1 to 1000", number.value);
                check.error("out-of-range", &number.place, message, "");
            }
        }
    }
}

fn priorities(check: &mut Check<'_>, profile: &TrafficManager) {
    let mut seen: HashMap<u32, &Place> = HashMap::new();
    let written = profile.endpoints.values().filter(|it| it.priority.is_some()).count();
    for endpoint in profile.endpoints.values() {
        match &endpoint.priority {
            Some(priority) => {
                if let Some(first) = seen.insert(priority.value, &priority.place) {
                    let message = format!("two endpoints have priority {}", priority.value);
                    check.file(
                        Diagnostic::error("same-priority", &priority.place, message)
                            .also(first, "the first one")
                            .help("every endpoint of a profile needs its own"),
                    );
                }
            }
            None if written > 0 && !check.is_broken(&endpoint.place, "priority") => {
                let help = "give all endpoints a priority, or none of them";
                let message = "the endpoint has no `priority`, but others have";
                check.error("missing-priority", &endpoint.place, message, help);
            }
            None => {}
        }
    }
}

fn locations(check: &mut Check<'_>, profile: &TrafficManager) {
    for endpoint in profile.endpoints.values().filter(|it| it.location.is_none()) {
        if let Some(EndpointTarget::Host(_) | EndpointTarget::Profile(_)) = endpoint.target() {
            let help = "write the nearest region, such as `location: westeurope`";
            let message = "performance routing must know where this endpoint is";
            if !check.is_broken(&endpoint.place, "location") {
                check.error("missing-location", &endpoint.place, message, help);
            }
        }
    }
}

fn addresses(check: &mut Check<'_>, profile: &TrafficManager, routing: &Sp<Routing>) {
    match &profile.max_return {
        Some(most) if !(1..=8).contains(&most.value) => {
            let message = format!("`maxReturn` is {}; Azure allows 1 to 8", most.value);
            check.error("out-of-range", &most.place, message, "");
        }
        None if check.is_broken(&profile.place, "maxReturn") => {}
        None => {
            let help = "write `maxReturn: 2`: how many addresses an answer holds";
            check.error(
                "multi-value",
                &routing.place,
                "multiValue routing needs `maxReturn`",
                help,
            );
        }
        Some(_) => {}
    }
    for endpoint in profile.endpoints.values() {
        let place = match endpoint.target() {
            Some(EndpointTarget::Host(host)) if address(endpoint).is_none() => &host.place,
            Some(EndpointTarget::App(app)) => &app.place,
            _ => continue,
        };
        let help = "write the public address: `host: 20.1.2.3`";
        check.error("multi-value", place, "multiValue routing takes IP addresses alone", help);
    }
}

/// Files two apps of one region in one profile, which Azure refuses.
fn same_region(check: &mut Check<'_>, profile: &TrafficManager) {
    let topology = check.topology();
    let mut seen: HashMap<&str, &Place> = HashMap::new();
    for target in profile.endpoints.values().filter_map(|endpoint| endpoint.app.as_ref()) {
        let Some((stamp, _)) = crate::apps::find(topology, target) else { continue };
        if stamp.region.value.is_empty() {
            continue;
        }
        if let Some(first) = seen.insert(stamp.region.as_str(), &target.place) {
            let message = format!("two apps of this profile are in `{}`", stamp.region.value);
            check.file(
                Diagnostic::error("same-region-endpoints", &target.place, message)
                    .also(first, "the first one")
                    .help("Azure allows one app for each region: give the other by `host`"),
            );
        }
    }
}

/// Files host names beside addresses, and addresses that nobody outside can reach.
fn address_types(check: &mut Check<'_>, profile: &TrafficManager, routing: Routing) {
    let mut first: Option<(bool, &Place)> = None;
    let mut hosts: HashMap<IpAddr, &Place> = HashMap::new();
    for endpoint in profile.endpoints.values() {
        let Some(EndpointTarget::Host(host)) = endpoint.target() else { continue };
        let found = address(endpoint);
        if let Some(address) = found {
            public_address(check, address, &host.place);
            if let Some(other) = hosts.insert(address, &host.place) {
                let message = format!("two endpoints lead to {address}");
                check.file(
                    Diagnostic::error("listed-twice", &host.place, message)
                        .also(other, "the first one"),
                );
            }
        } else if host.literal().is_some_and(|host| !is_host(host)) {
            let message = format!("`{}` is neither a host name nor an address", host.value);
            let help = "write the name alone, without `https://`, port and path";
            check.error("bad-host", &host.place, message, help);
        }
        let is_address = found.is_some();
        match first {
            Some((other, place)) if other != is_address && routing != Routing::MultiValue => {
                check.file(
                    Diagnostic::error(
                        "mixed-addresses",
                        &host.place,
                        "a profile holds host names or addresses, not both",
                    )
                    .also(place, "the other kind")
                    .help("put them into two profiles, nested in a third"),
                );
            }
            Some(_) => {}
            None => first = Some((is_address, &host.place)),
        }
    }
}

fn public_address(check: &mut Check<'_>, address: IpAddr, place: &Place) {
    let is_private = match address {
        IpAddr::V4(v4) => {
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified()
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unspecified(),
    };
    if is_private {
        let message = format!("{address} can't be reached from outside");
        check.error("private-address", place, message, "write a public address");
    }
}

/// Returns the address of an endpoint that is one.
fn address(endpoint: &Endpoint) -> Option<IpAddr> {
    endpoint.host.as_ref()?.literal()?.parse().ok()
}
