//! Custom domains: their zone, their binding and their certificate.

use topology::family::Check;
use topology::{Diagnostic, Explanation, Place, Sp, Target};

use super::{Certificate, Domain};
use crate::apps::App;
use crate::dns::{RecordSet, is_host, zone_of};
use crate::front_door::FrontDoor;
use crate::plans::Plan;
use crate::traffic_manager::{EndpointTarget, TrafficManager, host_header, needs_addresses};

/// What the codes mean.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "no-zone",
        title: "a domain lies in no declared zone",
        reason: "Evenkeel then neither writes the record nor says which one to make.",
        example: "domains:\n  app.example.com: { routeTo: trafficManager/main }",
        remedy: "Declare the zone under `dns`: with `existing: true` if it is in Azure, with `external: true` if it is elsewhere.",
    },
    Explanation {
        code: "record-twice",
        title: "a record is given under `dns` and by `domains`",
        reason: "A domain makes the record that leads to its route.",
        example: "domains: { app.example.com: { routeTo: trafficManager/main } }\ndns: { example.com: { records: { app: { cname: x.example.net } } } }",
        remedy: "Remove one of them.",
    },
    Explanation {
        code: "domain-sku",
        title: "a free plan has no custom domains",
        reason: "They begin with the shared tier, TLS bindings with the basic one.",
        example: "plan: { sku: F1 }   # and on a domain: bind: web",
        remedy: "Take size `B1` or larger.",
    },
    Explanation {
        code: "domain-two-subscriptions",
        title: "one domain is bound in two subscriptions",
        reason: "App Service lets a custom domain live in one subscription; the second binding is refused.",
        example: "stamps:\n  neu: { region: northeurope, subscription: 2222… }",
        remedy: "Put the stamps that share the domain into one subscription.",
    },
    Explanation {
        code: "bound-not-routed",
        title: "an app answers for a name that never leads to it",
        reason: "The app is bound to the domain, but is no endpoint of the profile that the domain points to.",
        example: "domains:\n  app.example.com: { routeTo: trafficManager/main, bind: web }",
        remedy: "Add the app to the endpoints of the profile.",
    },
    Explanation {
        code: "certificate-unbound",
        title: "a certificate has no app to serve it",
        reason: "Certificates are presented by the apps that `bind` names.",
        example: "domains:\n  app.example.com: { routeTo: trafficManager/main, certificate: managed }",
        remedy: "Write `bind: <app>`.",
    },
    Explanation {
        code: "managed-certificate",
        title: "App Service can't issue this certificate",
        reason: "Free certificates are for names of at most 64 characters, without wildcard, not for the zone itself behind Traffic Manager, not behind external or nested endpoints, and not for an app to which the name does not lead.",
        example: "domains:\n  example.com: { routeTo: trafficManager/main, bind: web, certificate: managed }",
        remedy: "Take a certificate from a key vault: `certificate: { keyVault: <key>, secret: <name> }`.",
    },
    Explanation {
        code: "edge-certificate",
        title: "Front Door can't have this certificate",
        reason: "It issues certificates for single hosts, not for wildcards; those of a vault are not declared yet.",
        example: "domains:\n  \"*.example.com\": { routeTo: frontDoor/main, certificate: managed }",
        remedy: "Name each host.",
    },
    Explanation {
        code: "domain-unrouted",
        title: "a domain leads to a Front Door without a route",
        reason: "Front Door answers for a name only where a route has it.",
        example: "frontDoor:\n  main: { tier: standard }\ndomains:\n  www.example.com: { routeTo: frontDoor/main }",
        remedy: "Add a route to the profile.",
    },
];

pub(super) fn domain(check: &mut Check<'_>, host: &str, domain: &Domain) {
    let topology = check.topology();
    let bare = host.strip_prefix("*.").unwrap_or(host);
    if !is_host(bare) {
        let message = format!("`{host}` can't be a host name");
        check.error("bad-host", &domain.place, message, "write a name such as `app.example.com`");
    }
    let zone = zone_of(topology, host);
    if zone.is_none() {
        let suffix = host.split_once('.').map_or(host, |(_, zone)| zone);
        let message = format!("`{host}` lies in no zone of `dns`, so its record can't be written");
        let help = format!(
            "declare the zone; if it is not in Azure DNS: `dns: {{ {suffix}: {{ external: true }} }}`"
        );
        check.warning("no-zone", &domain.place, message, &help);
    }
    let at_apex = zone.is_some_and(|(zone, _)| zone == host);
    domain_record(check, host, domain, at_apex);
    domain_route(check, domain);
    self::certificate(check, host, domain, at_apex);
    bound_plans(check, domain);
    if at_apex {
        needs_addresses(check, &domain.route_to, &domain.route_to.place);
    }
    host_header(check, &domain.route_to, host, &domain.place);
    if let Some(ttl) = domain.ttl.as_ref().filter(|it| !(1..=2_147_483_647).contains(&it.as_secs()))
    {
        let message = format!("`ttl` is {}; a record's is 1 to 2147483647 seconds", ttl.value);
        check.error("ttl-range", &ttl.place, message, "write `5m`");
    }
}

/// Files a record of the zone that says something else of the name.
fn domain_record(check: &mut Check<'_>, host: &str, domain: &Domain, at_apex: bool) {
    let Some((zone, value)) = zone_of(check.topology(), host) else { return };
    let relative = host.strip_suffix(zone).unwrap_or(host).trim_end_matches('.');
    let relative = if at_apex { "@" } else { relative };
    let Some(records) = value.records.get(relative) else { return };
    let routes = records.cname.as_ref().map(|it| &it.place);
    let routes = routes.or(records.alias.as_ref().map(|it| &it.place));
    let routes = routes.or(records.a.first().map(|it| &it.place));
    if let Some(place) = routes.or(records.aaaa.first().map(|it| &it.place)) {
        check.file(
            Diagnostic::error(
                "record-twice",
                place,
                format!("`{host}` gets its record from `domains`"),
            )
            .also(&domain.place, "here")
            .help("remove one of them"),
        );
    } else if !at_apex && let Some(place) = beside(records) {
        let message = format!("`{host}` gets a CNAME from `domains`, beside which nothing stands");
        check.file(
            Diagnostic::error("cname-beside-others", place, message)
                .also(&domain.place, "here")
                .help("move these records to another name"),
        );
    }
}

fn domain_route(check: &mut Check<'_>, domain: &Domain) {
    if let Some(front) = check.topology().find::<FrontDoor>(&domain.route_to)
        && !front.existing
        && !front.routes.values().any(|route| route.is_enabled())
    {
        let message =
            format!("`{}` has no route, so nothing answers for the name", *domain.route_to);
        let help = "add a route under `routes` of the profile";
        check.error("domain-unrouted", &domain.route_to.place, message, help);
    }
    let Some(profile) = check.topology().find::<TrafficManager>(&domain.route_to) else { return };
    for binding in &domain.bind {
        let mut missing = binding.apps.iter().filter(|app| {
            !profile.endpoints.values().any(|endpoint| match endpoint.target() {
                Some(EndpointTarget::App(Sp { value, .. })) => value == *app,
                // What stands behind other endpoints can't be seen from here.
                _ => true,
            })
        });
        if let Some(app) = missing.next().filter(|_| !profile.existing) {
            let message = format!(
                "`{app}` answers for this name, but `{}` never sends to it",
                *domain.route_to
            );
            let help = format!("add an endpoint `app: {app}` to the profile");
            check.warning("bound-not-routed", &binding.place, message, &help);
        }
    }
}

/// Files apps that can't have a domain of their own, or not this one.
fn bound_plans(check: &mut Check<'_>, domain: &Domain) {
    let topology = check.topology();
    let mut home: Option<&str> = None;
    for binding in &domain.bind {
        for target in &binding.apps {
            let Some((stamp, _)) = crate::apps::find(topology, target) else { continue };
            let sku = stamp.sections.one::<Plan>().and_then(|plan| plan.sku.as_ref());
            if let Some(sku) = sku.filter(|sku| sku.eq_ignore_ascii_case("F1")) {
                let message = format!("`{target}` is on a free plan, which has no custom domains");
                check.file(
                    Diagnostic::error("domain-sku", &binding.place, message)
                        .also(&sku.place, "the plan's size")
                        .help("take size `B1` or larger"),
                );
            }
            let subscription = stamp.subscription.as_ref().unwrap_or(&topology.subscription);
            if home.is_some_and(|home| !home.eq_ignore_ascii_case(subscription)) {
                let message = "App Service binds a domain in one subscription only";
                let help = "put the stamps that share the domain into one subscription";
                check.warning("domain-two-subscriptions", &binding.place, message, help);
            }
            home = Some(subscription.as_str());
        }
    }
}

/// Source: <https://learn.microsoft.com/azure/app-service/configure-ssl-certificate>.
fn certificate(check: &mut Check<'_>, host: &str, domain: &Domain, at_apex: bool) {
    let Some(certificate) = &domain.certificate else { return };
    if certificate.value == Certificate::None {
        return;
    }
    if check.topology().find::<FrontDoor>(&domain.route_to).is_some() {
        return edge_certificate(check, host, &certificate.value, &certificate.place);
    }
    if domain.bind.is_empty() {
        let help = "write `bind: <app>`, or leave `certificate` out";
        let message = "a certificate needs an app that answers for the name";
        check.error("certificate-unbound", &certificate.place, message, help);
    }
    if certificate.value == Certificate::Managed {
        managed(check, host, domain, &certificate.place, at_apex);
    }
}

/// Files a certificate that Front Door cannot be given.
///
/// Source: <https://learn.microsoft.com/azure/frontdoor/domain#https-for-custom-domains>.
fn edge_certificate(check: &mut Check<'_>, host: &str, certificate: &Certificate, place: &Place) {
    let message = match certificate {
        Certificate::Managed if !host.starts_with("*.") => return,
        Certificate::Managed => "Front Door issues no wildcard certificates",
        _ => "a certificate of a vault can't be declared for Front Door yet",
    };
    check.error("edge-certificate", place, message, "name each host, with `certificate: managed`");
}

fn managed(check: &mut Check<'_>, host: &str, domain: &Domain, place: &Place, at_apex: bool) {
    let help =
        "take a certificate from a vault: `certificate: { keyVault: <key>, secret: <name> }`";
    if host.starts_with("*.") {
        check.error(
            "managed-certificate",
            place,
            "App Service issues no wildcard certificates",
            help,
        );
    }
    if host.len() > 64 {
        let message =
            format!("`{host}` has {} characters; a managed certificate has 64", host.len());
        check.error("managed-certificate", place, message, help);
    }
    let route: &Target = &domain.route_to;
    managed_elsewhere(check, domain, place);
    if route.as_entry::<TrafficManager>().is_none() {
        return;
    }
    if at_apex {
        let message =
            "App Service issues no certificate for the zone itself behind Traffic Manager";
        check.error("managed-certificate", place, message, help);
    }
    let Some(profile) = check.topology().find::<TrafficManager>(route) else { return };
    let other = profile.endpoints.iter().find(|(_, endpoint)| endpoint.app.is_none());
    if let Some((key, endpoint)) = other {
        let message = "App Service issues no certificate behind external or nested endpoints";
        check.file(
            Diagnostic::error("managed-certificate", place, message)
                .also(&endpoint.place, format!("`{key}` is one"))
                .help(help),
        );
    }
}

/// Files a certificate of an app that the name does not lead to: App Service looks at the record.
///
/// Source: <https://learn.microsoft.com/azure/app-service/configure-ssl-certificate>.
fn managed_elsewhere(check: &mut Check<'_>, domain: &Domain, place: &Place) {
    let profile = check.topology().find::<TrafficManager>(&domain.route_to);
    if profile.is_some_and(|profile| {
        profile.existing || profile.endpoints.values().any(|endpoint| endpoint.app.is_none())
    }) {
        return;
    }
    let leads_to = |app: &Target| match profile {
        None => *app == *domain.route_to.value,
        Some(profile) => profile
            .endpoints
            .values()
            .any(|endpoint| endpoint.app.as_ref().is_some_and(|it| *it.value == *app)),
    };
    // Apps of one plan share the certificate.
    let bound = domain.bind.iter().flat_map(|binding| &binding.apps);
    let led: Vec<_> = bound.filter(|app| leads_to(app)).map(|app| stamp_of(app)).collect();
    for binding in &domain.bind {
        let mut apps = binding.apps.iter();
        let Some(other) = apps.find(|app| !led.contains(&stamp_of(app))) else { continue };
        let message = format!(
            "App Service issues no certificate for `{other}`, as the name leads to `{}`",
            *domain.route_to
        );
        let help = "lead the name to every app that answers for it, or take a certificate from a \
                    vault: `certificate: { keyVault: <key>, secret: <name> }`";
        check.file(
            Diagnostic::error("managed-certificate", place, message)
                .also(&binding.place, "bound here")
                .help(help),
        );
    }
}

fn stamp_of(app: &Target) -> Option<&str> {
    app.as_entry::<App>().and_then(|(stamp, _)| stamp)
}

/// Returns where a record set holds what can't stand beside a CNAME.
fn beside(records: &RecordSet) -> Option<&Place> {
    let RecordSet { txt, caa, mx, srv, .. } = records;
    let texts = txt.iter().map(|it| &it.place).chain(caa.iter().map(|it| &it.place));
    texts.chain(mx.iter().map(|it| &it.place)).chain(srv.iter().map(|it| &it.place)).next()
}
