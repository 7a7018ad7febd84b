//! Subnet routing: every client network leads to one endpoint.

use topology::family::Check;
use topology::{Diagnostic, Place};

use super::super::SubnetRange;
use super::{EndpointTarget, TrafficManager};

/// Files networks that overlap, and a second endpoint without any.
pub(super) fn fit(check: &mut Check<'_>, profile: &TrafficManager) {
    let mut ranges: Vec<(&SubnetRange, &Place)> = profile
        .endpoints
        .values()
        .flat_map(|endpoint| &endpoint.subnets)
        .map(|subnet| (&subnet.value, &subnet.place))
        .collect();
    ranges.sort_by_key(|(range, place)| (range.first, *place));
    let mut widest: Option<(&SubnetRange, &Place)> = None;
    for (range, place) in ranges {
        match widest {
            Some((other, first))
                if range.first <= other.last && range.first.is_ipv4() == other.last.is_ipv4() =>
            {
                // The later one in the file is the mistake.
                let (mistake, first) = if place < first { (first, place) } else { (place, first) };
                check.file(
                    Diagnostic::error(
                        "subnet-overlap",
                        mistake,
                        "this network overlaps another one",
                    )
                    .also(first, "the other one")
                    .help("a client address may lead to one endpoint only"),
                );
                if range.last > other.last {
                    widest = Some((range, place));
                }
            }
            _ => widest = Some((range, place)),
        }
    }
    fallbacks(check, profile);
}

fn fallbacks(check: &mut Check<'_>, profile: &TrafficManager) {
    let mut first: Option<&Place> = None;
    for endpoint in profile.endpoints.values().filter(|it| it.subnets.is_empty()) {
        if check.is_broken(&endpoint.place, "subnets") {
            continue;
        }
        if let Some(first) = first {
            let message = "two endpoints without `subnets`: only one can take the rest";
            check.file(
                Diagnostic::error("subnet-overlap", &endpoint.place, message)
                    .also(first, "the first one")
                    .help("give one of them its networks"),
            );
        }
        first = Some(&endpoint.place);
    }
    let nested = profile
        .endpoints
        .values()
        .any(|it| matches!(it.target(), Some(EndpointTarget::Profile(_))));
    if first.is_none() && !nested && !profile.endpoints.is_empty() {
        let help = "add an endpoint without `subnets` that takes the rest";
        let message = "clients outside these networks get no answer";
        check.warning("no-fallback", &profile.place, message, help);
    }
}
