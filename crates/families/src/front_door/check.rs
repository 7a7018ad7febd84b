//! Azure's rules for profiles, and what keeps one from doing what it is for.
//!
//! Source of the limits: <https://learn.microsoft.com/azure/frontdoor/> and
//! <https://learn.microsoft.com/azure/templates/microsoft.cdn/profiles>.

use topology::Sp;
use topology::family::Check;
use topology::section::NameRule;

use super::model::{FrontDoor, OriginGroup, OriginProbe, OriginRouting, Route};
use crate::apps::{Asks, router_is_let_in};

/// What groups, origins and routes may be called.
static PART_NAME: NameRule = NameRule::new("part of a Front Door profile", 2, 90, "-");

/// Words of a path that looks at what an app stands on.
const DEEP: &[&str] = &["health", "ready", "deep"];

/// A probe more often than this is a load: about two hundred edges probe.
const RARE_SECS: u64 = 10;

pub(super) fn profile(check: &mut Check<'_>, key: &str, profile: &FrontDoor) {
    if !profile.existing && profile.tier.is_none() {
        let message = format!("profile `{key}` has no `tier`");
        check.missing(
            &["tier"],
            &profile.place,
            message,
            "write `tier: standard` or `tier: premium`",
        );
    }
    if let Some(timeout) = &profile.origin_timeout
        && !(16..=240).contains(&timeout.as_secs())
    {
        let message = "`originTimeout` must be `16s` to `240s`";
        check.error("origin-timeout", &timeout.place, message, "write `originTimeout: 60s`");
    }
    for (name, group) in &profile.origins {
        check.name(&PART_NAME, name, &group.place);
        origin_names(check, group);
        self::group(check, name, group);
    }
    for (name, route) in &profile.routes {
        check.name(&PART_NAME, name, &route.place);
        self::route(check, profile, route);
    }
    overlaps(check, profile);
    super::rules::check(check, profile);
    super::steer::check(check, profile);
    if !profile.existing {
        super::waf::check(check, profile);
    }
}

/// An origin is called as its host's key, or as the stamp of its app.
fn origin_names(check: &mut Check<'_>, group: &OriginGroup) {
    for (name, host) in &group.hosts {
        check.name(&PART_NAME, name, &host.place);
    }
    if let Some(app) = &group.app {
        let stamps: Vec<String> = check.topology().stamps.keys().cloned().collect();
        stamps.iter().for_each(|stamp| check.name(&PART_NAME, stamp, &app.place));
    }
}

fn group(check: &mut Check<'_>, name: &str, group: &OriginGroup) {
    let stamps = check.topology().stamps.len();
    let count = group.enabled_count();
    let app = group.app.as_ref().map(|app| &app.place);
    let kind = app.or(group.storage.as_ref().map(|storage| &storage.place));
    match (kind, group.hosts.is_empty()) {
        (Some(place), has_no_hosts)
            if !has_no_hosts || group.app.is_some() && group.storage.is_some() =>
        {
            let message = "two of `app`, `storage` and `hosts` are written";
            check.error("origin-kinds", place, message, "split the group in two");
        }
        (None, true) if !check.is_broken(&group.place, "app") => {
            let message = format!("group `{name}` has no origin");
            let help = "write `app: web`, `storage: media`, or hosts under `hosts`";
            check.missing(&["app", "storage", "hosts"], &group.place, message, help);
        }
        _ => {}
    }
    match &group.probe {
        Some(probe) => self::probe(check, probe, group.app.is_some() && count > 1),
        None if count > 1 && !check.is_broken(&group.place, "probe") => {
            let message = format!("group `{name}` has {count} origins and no `probe`");
            let help = "write `probe: { path: /health/deep }`";
            check.error("probe-missing", &group.place, message, help);
        }
        None => {}
    }
    if group.app.is_some() && count == 1 && stamps > 1 {
        let message = format!("group `{name}` has one origin, while there are {stamps} stamps");
        check.warning(
            "one-origin",
            &group.place,
            message,
            "name an app of every stamp: `app: web`",
        );
    }
    if let Some(affinity) = group.affinity.as_ref().filter(|affinity| affinity.value && count > 1) {
        let message = "a client is kept in the region that answered it first";
        let help = "keep the state of sessions in a store, and leave `affinity` out";
        check.warning("affinity-on", &affinity.place, message, help);
    }
    if let Some(band) = group.latency_band.as_ref().filter(|band| band.0.as_millis() > 1000) {
        check.error(
            "latency-band",
            &band.place,
            "`latencyBand` is longer than a second",
            "write `latencyBand: 50ms`",
        );
    }
    numbers(check, group);
    lets_in(check, group);
    super::storage::check(check, group);
}

/// Every edge probes from addresses of the service, and asks for all else from them too.
fn lets_in(check: &mut Check<'_>, group: &OriginGroup) {
    let apps = group.app.iter().flat_map(|app| app.apps.iter().map(move |it| (it, &app.place)));
    let asks = Asks {
        router: "Front Door",
        tag: "AzureFrontDoor.Backend",
        path: group.probe.as_ref().map(|probe| probe.path.value.as_str()),
        well: &[(200, 200)],
    };
    apps.for_each(|(app, place)| router_is_let_in(check, app, place, &asks));
}

fn numbers(check: &mut Check<'_>, group: &OriginGroup) {
    let mut bounded = |number: Option<&Sp<u32>>, what: &str, most: u32| {
        if let Some(number) = number.filter(|number| !(1..=most).contains(&number.value)) {
            let message = format!("`{what}` must be 1 to {most}");
            check.error("origin-number", &number.place, message, "take a number within");
        }
    };
    for host in group.hosts.values() {
        bounded(host.priority.as_ref(), "priority", 5);
        bounded(host.weight.as_ref(), "weight", 1000);
    }
    for weight in group.weights.values() {
        bounded(Some(weight), "weights", 1000);
    }
    let Some(first) = group.weights.values().next() else { return };
    if group.routing() != OriginRouting::Weighted {
        let help = "write `routing: weighted`, or remove `weights`";
        check.error("origin-weights", &first.place, "`weights` are for `routing: weighted`", help);
    }
    let stamps = &check.topology().stamps;
    let unknown = group.weights.iter().find(|(stamp, _)| !stamps.contains_key(*stamp));
    if let Some((stamp, weight)) = unknown {
        let message = format!("there is no stamp `{stamp}`");
        check.error("origin-weights", &weight.place, message, "name a key of `stamps`");
    }
}

fn probe(check: &mut Check<'_>, probe: &OriginProbe, is_of_stamps: bool) {
    check.path("path", &probe.path);
    if let Some(text) = &probe.expected_body {
        crate::traffic_manager::expected_body(check, text);
    }
    let path = probe.path.value.to_ascii_lowercase();
    if is_of_stamps && !DEEP.iter().any(|word| path.contains(word)) {
        let message =
            format!("a probe of `{}` stays green while the database is down", probe.path.value);
        let help = "probe a path that looks at what the app stands on, such as `/health/deep`";
        check.warning("probe-not-deep", &probe.path.place, message, help);
    }
    if let Some(interval) = &probe.interval {
        let secs = interval.as_secs();
        if !(1..=255).contains(&secs) {
            let message = "the time between two probes must be `1s` to `255s`";
            check.error("origin-probe", &interval.place, message, "write `interval: 30s`");
        } else if secs < RARE_SECS {
            let message = format!("every edge probes: about {} requests a minute", 200 * 60 / secs);
            check.warning("probe-load", &interval.place, message, "write `interval: 30s`");
        }
    }
    let samples = probe.samples.as_ref().map_or(4, |samples| samples.value);
    let healthy = probe.healthy.as_ref().map_or(3, |healthy| healthy.value);
    let place =
        probe.healthy.as_ref().or(probe.samples.as_ref()).map_or(&probe.place, |it| &it.place);
    if samples == 0 || samples > 255 || healthy > samples {
        let message = format!("{healthy} of {samples} probes can't be well");
        check.error("probe-samples", place, message, "write `samples: 4, healthy: 3`");
    }
}

fn route(check: &mut Check<'_>, profile: &FrontDoor, route: &Route) {
    match profile.origins.get(&route.to.value) {
        // Front Door looks at the group of a route that is off too.
        Some(group) if group.enabled_count() == 0 => {
            let message = format!("all origins of `{}` are off", route.to.value);
            check.error("route-without-target", &route.to.place, message, "switch one on");
        }
        Some(_) => {}
        None => {
            let names: Vec<&str> = profile.origins.keys().map(String::as_str).collect();
            let message = format!("there is no group `{}` under `origins`", route.to.value);
            let help = match topology::family::closest(&route.to.value, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a key of `origins`".to_owned(),
            };
            check.error("route-without-target", &route.to.place, message, &help);
        }
    }
    for path in &route.paths {
        check.path("paths", path);
    }
    let is_whole = route.paths().contains(&"/*");
    if let Some(cache) = route.cache.as_ref().filter(|_| is_whole) {
        let message = "answers of one user may reach another: everything is kept";
        let help = "keep what is the same for all, such as `paths: [/assets/*]`";
        check.warning("cache-personal", &cache.place, message, help);
    }
}

/// A path leads to one place.
fn overlaps(check: &mut Check<'_>, profile: &FrontDoor) {
    let mut seen: Vec<(String, &str)> = vec![];
    for (name, route) in profile.routes.iter().filter(|(_, route)| route.is_enabled()) {
        for path in route.paths().into_iter().map(str::to_ascii_lowercase) {
            match seen.iter().find(|(known, _)| *known == path) {
                Some((_, other)) if *other != name => {
                    let message = format!("`{path}` is on route `{other}` already");
                    check.error(
                        "route-overlap",
                        &route.place,
                        message,
                        "take it off one of the two",
                    );
                }
                _ => seen.push((path, name)),
            }
        }
    }
}
