//! Traffic Manager profiles: the profile itself and its probes.
//!
//! Source of the limits:
//! <https://learn.microsoft.com/azure/traffic-manager/traffic-manager-monitoring> and
//! <https://learn.microsoft.com/rest/api/trafficmanager/profiles/create-or-update>.

mod geography;
mod routing;
mod subnet;

use std::net::IpAddr;

use topology::family::Check;
use topology::{Diagnostic, FreeMap, Place, Sp, Target, Text, Topology};

use super::{Endpoint, EndpointTarget, Monitor, MonitorProtocol, Routing, TrafficManager};
use crate::apps::{App, Asks, find, router_is_let_in};
use crate::plans::{Plan, takes_traffic_manager};

/// Endpoints that one profile may have.
const MOST_ENDPOINTS: usize = 200;

/// Headers and ranges of status codes that a probe may have.
const MOST_HEADERS: usize = 8;

pub(super) fn profile(check: &mut Check<'_>, key: &str, profile: &TrafficManager) {
    if !profile.existing {
        profile_has_all(check, key, profile);
    }
    if profile.endpoints.len() > MOST_ENDPOINTS {
        let message = format!(
            "{} endpoints; a profile has at most {MOST_ENDPOINTS}",
            profile.endpoints.len()
        );
        let help = "nest profiles: each may hold as many";
        check.error("too-many-endpoints", &profile.place, message, help);
    }
    if let Some(ttl) = profile.ttl.as_ref().filter(|ttl| ttl.as_secs() > 2_147_483_647) {
        let message = "`ttl` is too long; Azure allows 0 to 2147483647 seconds";
        check.error("ttl-range", &ttl.place, message, "write `60s`");
    }
    if let Some(monitor) = &profile.monitor {
        self::monitor(check, monitor);
    }
    for (key, endpoint) in &profile.endpoints {
        check.key(key, &endpoint.place);
        self::endpoint(check, endpoint, profile);
    }
    if let Some(routing) = &profile.routing {
        routing::fits(check, profile, routing);
    }
    nesting(check, key, profile);
}

fn profile_has_all(check: &mut Check<'_>, key: &str, profile: &TrafficManager) {
    if profile.routing.is_none() {
        let message = format!("profile `{key}` has no `routing`");
        let help = "write `routing: priority`, or one of the other five methods";
        check.missing(&["routing"], &profile.place, message, help);
    }
    if profile.monitor.is_none() {
        let message = format!("profile `{key}` has no `monitor`");
        let help = "write `monitor: { protocol: https, path: / }`";
        check.missing(&["monitor"], &profile.place, message, help);
    }
    let is_broken = check.is_broken(&profile.place, "endpoints");
    if profile.endpoints.is_empty() && is_broken {
        return;
    }
    if profile.endpoints.is_empty() {
        let message = format!("profile `{key}` has no endpoints, so its name leads nowhere");
        let help = "add `endpoints`";
        check.error("no-endpoints", &profile.place, message, help);
    } else if profile.endpoints.values().all(|endpoint| !endpoint.is_enabled()) {
        let message = format!("all endpoints of profile `{key}` are disabled");
        let help = "enable one: a profile without a target answers that its name does not exist";
        check.error("no-endpoints", &profile.place, message, help);
    }
}

fn monitor(check: &mut Check<'_>, monitor: &Monitor) {
    let is_tcp = monitor.protocol.value == MonitorProtocol::Tcp;
    match &monitor.path {
        Some(path) if is_tcp => {
            let help = "remove it, or probe by `https`";
            check.error("tcp-probe", &path.place, "a TCP probe has no path", help);
        }
        Some(path) => check.path("path", path),
        None if !is_tcp => {
            let message = format!("a probe by {} needs a `path`", monitor.protocol.value);
            check.missing(&["path"], &monitor.place, message, "write `path: /`");
        }
        None => {}
    }
    if let (true, Some(status)) = (is_tcp, monitor.expected_status.first()) {
        check.error("tcp-probe", &status.place, "a TCP probe sees no status", "remove it");
    }
    if let Some(text) = &monitor.expected_body {
        if is_tcp {
            check.error("tcp-probe", &text.place, "a TCP probe sees no answer", "remove it");
        }
        self::expected_body(check, text);
    }
    if let (true, Some(header)) = (is_tcp, monitor.headers.values().next()) {
        check.error("tcp-probe", &header.place, "a TCP probe sends no headers", "remove them");
    }
    match &monitor.port {
        Some(port) if port.value == 0 => {
            check.error("out-of-range", &port.place, "port 0; ports are 1 to 65535", "");
        }
        None if is_tcp => {
            check.missing(
                &["port"],
                &monitor.place,
                "a TCP probe needs a `port`",
                "write `port: 443`",
            );
        }
        _ => {}
    }
    cadence(check, monitor);
    if monitor.expected_status.len() > MOST_HEADERS {
        let message =
            format!("{} ranges; Azure allows {MOST_HEADERS}", monitor.expected_status.len());
        check.error(
            "too-many-status",
            &monitor.expected_status[MOST_HEADERS].place,
            message,
            "join some",
        );
    }
    self::headers(check, &monitor.headers);
}

/// Files a text that every answer holds.
pub(crate) fn expected_body(check: &mut Check<'_>, text: &Sp<String>) {
    if text.trim().is_empty() && !text.is_empty() {
        let help = "write a part of what a healthy answer says, `\"status\":\"green\"`";
        check.error("expected-body", &text.place, "`expectedBody` is blank", help);
    }
}

/// Files intervals, time-outs and numbers of failures that Azure refuses.
fn cadence(check: &mut Check<'_>, monitor: &Monitor) {
    let interval = monitor.interval.as_ref().map_or(30, |interval| interval.as_secs());
    if let Some(interval) = monitor.interval.as_ref().filter(|it| ![10, 30].contains(&it.as_secs()))
    {
        let message = format!("`interval` is {}; Azure allows 10s and 30s", interval.value);
        check.error(
            "probe-interval",
            &interval.place,
            message,
            "write `10s` (priced extra) or `30s`",
        );
    }
    let most = if interval == 10 { 9 } else { 10 };
    if let Some(timeout) = monitor.timeout.as_ref().filter(|it| !(5..=most).contains(&it.as_secs()))
    {
        let message = format!(
            "`timeout` is {}; with an interval of {interval}s Azure allows 5s to {most}s",
            timeout.value
        );
        let mut diagnostic = Diagnostic::error("probe-timeout", &timeout.place, message)
            .help(format!("write `{most}s` or less"));
        if let Some(interval) = &monitor.interval {
            diagnostic = diagnostic.also(&interval.place, "the interval");
        }
        check.file(diagnostic);
    }
    if let Some(failures) = monitor.tolerated_failures.as_ref().filter(|it| it.value > 9) {
        let message = format!("`toleratedFailures` is {}; Azure allows 0 to 9", failures.value);
        check.error("out-of-range", &failures.place, message, "");
    }
}

fn headers(check: &mut Check<'_>, headers: &FreeMap<Sp<Text>>) {
    if let Some((_, header)) = headers.get_index(MOST_HEADERS) {
        let message = format!("{} headers; a probe sends at most {MOST_HEADERS}", headers.len());
        check.error(
            "too-many-headers",
            &header.place,
            message,
            "remove the ones it can do without",
        );
    }
    for (name, value) in headers {
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(sound) {
            let message = format!("`{name}` can't be the name of a header");
            check.error("bad-header", &value.place, message, "take letters, digits and hyphens");
        }
    }
}

fn endpoint(check: &mut Check<'_>, endpoint: &Endpoint, profile: &TrafficManager) {
    let targets = [
        endpoint.app.as_ref().map(|it| &it.place),
        endpoint.host.as_ref().map(|it| &it.place),
        endpoint.profile.as_ref().map(|it| &it.place),
    ];
    let given: Vec<&Place> = targets.into_iter().flatten().collect();
    match given.as_slice() {
        [_] => {}
        [] => {
            let help = "write `app: <stamp>/<app>`, `host: <name>` or `profile: <key>`";
            check.missing(
                &["app", "host", "profile"],
                &endpoint.place,
                "the endpoint leads nowhere",
                help,
            );
        }
        [_, second, ..] => {
            let message = "an endpoint has exactly one of `app`, `host` and `profile`";
            check.error("one-of", second, message, "make two endpoints of it");
        }
    }
    self::headers(check, &endpoint.headers);
    login(check, endpoint);
    if let Some(location) = &endpoint.location
        && let Some(EndpointTarget::App(app)) = endpoint.target()
        && app.as_entry::<App>().is_some()
    {
        let help = "remove it: the app is where its stamp is";
        check.error("field-not-used", &location.place, "an app's location is its own", help);
    }
    child_endpoints(check, endpoint);
    endpoint_plan(check, endpoint, profile);
    lets_probes_in(check, endpoint, profile);
}

/// Files apps that keep the probes of the profile out, where it probes them.
fn lets_probes_in(check: &mut Check<'_>, endpoint: &Endpoint, profile: &TrafficManager) {
    let is_on = |switch: &Option<Sp<bool>>| switch.as_ref().is_none_or(|it| it.value);
    let is_unprobed = endpoint.always_serve.as_ref().is_some_and(|it| it.value);
    let (Some(app), Some(monitor)) = (&endpoint.app, &profile.monitor) else { return };
    let is_tcp = monitor.protocol.value == MonitorProtocol::Tcp;
    if is_tcp || is_unprobed || !endpoint.is_enabled() || !is_on(&profile.enabled) {
        return;
    }
    let mut well: Vec<(u16, u16)> =
        monitor.expected_status.iter().map(|range| (range.value.min, range.value.max)).collect();
    if well.is_empty() {
        well.push((200, 200));
    }
    let path = monitor.path.as_ref().map(|path| path.value.as_str());
    let asks = Asks { router: "Traffic Manager", tag: "AzureTrafficManager", path, well: &well };
    router_is_let_in(check, app, &app.place, &asks);
}

/// Files a login that cannot be sent beside what is there, or cannot be told apart.
fn login(check: &mut Check<'_>, endpoint: &Endpoint) {
    let Some(auth) = &endpoint.auth else { return };
    let is_login = |(name, _): &(&String, &Sp<Text>)| name.eq_ignore_ascii_case("Authorization");
    if let Some((_, header)) = endpoint.headers.iter().find(is_login) {
        let message = "`auth` says what the header `Authorization` holds";
        check.error("one-of", &header.place, message, "remove the header");
    }
    if endpoint.headers.len() == MOST_HEADERS {
        let message = format!("with that of `auth` there are {} headers", MOST_HEADERS + 1);
        let help = "remove one: a probe sends at most eight";
        check.error("too-many-headers", &auth.place, message, help);
    }
    let user = &auth.basic.user;
    if user.literal().is_some_and(|user| user.contains(':')) {
        let message = format!("`{}` holds a colon, which ends the name of a user", user.value);
        check.error(
            "basic-user",
            &user.place,
            message,
            "take another user: RFC 7617 has no way out",
        );
    }
}

/// Files hosts that are probed by their own name while users come by another one.
pub(crate) fn host_header(check: &mut Check<'_>, route: &Target, domain: &str, place: &Place) {
    let Some(profile) = check.topology().find::<TrafficManager>(route) else { return };
    let names_host = |headers: &FreeMap<Sp<Text>>| {
        headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Host"))
    };
    let is_http = |it: &Monitor| it.protocol.value != MonitorProtocol::Tcp;
    let Some(monitor) = profile.monitor.as_ref().filter(|it| is_http(it)) else { return };
    if profile.existing || names_host(&monitor.headers) {
        return;
    }
    for (key, endpoint) in &profile.endpoints {
        let Some(host) = &endpoint.host else { continue };
        let is_address = host.literal().is_some_and(|host| host.parse::<IpAddr>().is_ok());
        if is_address || !endpoint.is_enabled() || names_host(&endpoint.headers) {
            continue;
        }
        let message =
            format!("`{key}` is probed as `{}`, and users ask it for `{domain}`", host.value);
        check.file(
            Diagnostic::warning("host-header-missing", &host.place, message)
                .also(place, "the name that users come by")
                .help(format!(
                    "write `headers: {{ Host: {domain} }}`, so that a probe asks what users ask"
                )),
        );
    }
}

fn child_endpoints(check: &mut Check<'_>, endpoint: &Endpoint) {
    let Endpoint { profile, min_child_endpoints, always_serve, .. } = endpoint;
    let minima = [
        min_child_endpoints,
        &endpoint.min_child_endpoints_ipv4,
        &endpoint.min_child_endpoints_ipv6,
    ];
    for minimum in minima.into_iter().flatten() {
        if profile.is_none() {
            let help = "remove it: only endpoints with `profile` have children";
            check.error("field-not-used", &minimum.place, "the endpoint has no children", help);
        }
    }
    if let Some(least) = min_child_endpoints.as_ref().filter(|it| it.value == 0) {
        check.error("out-of-range", &least.place, "`minChildEndpoints` is 0; it is at least 1", "");
    }
    if let (Some(always), Some(_)) = (always_serve, profile) {
        let help = "remove it: the endpoints of the nested profile may have it";
        let message = "a nested endpoint is never served unprobed";
        check.error("field-not-used", &always.place, message, help);
    }
}

/// Files apps whose plan is too small for Traffic Manager.
fn endpoint_plan(check: &mut Check<'_>, endpoint: &Endpoint, profile: &TrafficManager) {
    let Some(target) = &endpoint.app else { return };
    let Some((stamp, _)) = find(check.topology(), target) else { return };
    let Some(sku) = stamp.sections.one::<Plan>().and_then(|plan| plan.sku.as_ref()) else {
        return;
    };
    if profile.existing || takes_traffic_manager(sku) {
        return;
    }
    let message = format!("Traffic Manager takes no apps on plans of size `{}`", sku.value);
    check.file(
        Diagnostic::error("traffic-manager-sku", &target.place, message)
            .also(&sku.place, "the plan's size")
            .help("take size `S1` or larger"),
    );
}

/// Files profiles that contain themselves, or more than ten levels.
fn nesting(check: &mut Check<'_>, key: &str, profile: &TrafficManager) {
    let topology = check.topology();
    for endpoint in profile.endpoints.values() {
        let Some(nested) = &endpoint.profile else { continue };
        let Some((_, name)) = nested.as_entry::<TrafficManager>() else { continue };
        let place = &nested.place;
        if let Some(path) = way(topology, name, key, &mut vec![key]) {
            let message = format!("profiles contain each other: {}", path.join(" → "));
            let help = "remove one of these endpoints: answers must end somewhere";
            check.error("nested-cycle", place, message, help);
        }
        let child =
            topology.sections.get::<TrafficManager>(name).and_then(|it| it.routing.as_ref());
        let is_multi = profile.routing.as_ref().is_some_and(|it| it.value == Routing::MultiValue);
        if is_multi && child.is_some() {
            let help = "nest the other way round, or take another routing method";
            check.error("multi-value", place, "a multiValue profile can't hold profiles", help);
        }
    }
}

/// Returns a way from one profile to another through nested endpoints.
fn way<'t>(
    topology: &'t Topology,
    from: &'t str,
    to: &str,
    seen: &mut Vec<&'t str>,
) -> Option<Vec<String>> {
    if from == to {
        return Some(seen.iter().copied().chain([from]).map(str::to_owned).collect());
    }
    if seen.contains(&from) {
        return None;
    }
    seen.push(from);
    let profile = topology.sections.get::<TrafficManager>(from)?;
    for endpoint in profile.endpoints.values() {
        if let Some(nested) = &endpoint.profile
            && let Some((_, name)) = nested.as_entry::<TrafficManager>()
            && let Some(way) = way(topology, name, to, seen)
        {
            return Some(way);
        }
    }
    None
}

/// Files an alias of a profile that has no addresses to answer with: a zone itself can't
/// answer with a name.
///
/// Source: <https://learn.microsoft.com/azure/dns/tutorial-alias-tm>.
pub(crate) fn needs_addresses(check: &mut Check<'_>, route: &Target, place: &Place) {
    let Some(profile) = check.topology().find::<TrafficManager>(route) else { return };
    let is_address = |endpoint: &Endpoint| {
        let host = endpoint.host.as_ref().and_then(|host| host.literal());
        host.is_some_and(|host| host.parse::<IpAddr>().is_ok())
    };
    let other = profile.endpoints.iter().find(|(_, endpoint)| !is_address(endpoint));
    if let (Some((key, endpoint)), false) = (other, profile.existing) {
        let message = "an address record of a profile needs endpoints that are IP addresses";
        check.file(
            Diagnostic::error("alias-without-address", place, message)
                .also(&endpoint.place, format!("`{key}` is none"))
                .help("use a name below the zone, such as `www`, which can be a CNAME"),
        );
    }
}
