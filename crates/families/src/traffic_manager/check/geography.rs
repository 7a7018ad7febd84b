//! Geographic routing: every place on earth leads to one endpoint.
//!
//! Source: <https://learn.microsoft.com/azure/traffic-manager/traffic-manager-geographic-regions>.

use std::collections::HashMap;

use topology::family::{Check, closest};
use topology::{Diagnostic, Place};

use super::TrafficManager;
use crate::apps::App;

/// The groups of countries that have a code of their own, besides `WORLD`.
const GROUPS: &[&str] =
    &["GEO-AF", "GEO-AN", "GEO-AP", "GEO-AS", "GEO-EU", "GEO-ME", "GEO-NA", "GEO-SA"];

/// Countries whose states or provinces have codes.
const DIVIDED: &[&str] = &["AU", "CA", "GB", "US"];

/// Files codes that can't be, and codes that two endpoints have.
pub(super) fn fits(check: &mut Check<'_>, profile: &TrafficManager) {
    let mut seen: HashMap<String, &Place> = HashMap::new();
    for endpoint in profile.endpoints.values() {
        if endpoint.geo.is_empty() && !check.is_broken(&endpoint.place, "geo") {
            let help = "write `geo: [WORLD]`, or codes such as `GEO-EU`, `DE`, `US-CA`";
            let message = "geographic routing sends nobody to an endpoint without `geo`";
            check.error("missing-geo", &endpoint.place, message, help);
        }
        for code in &endpoint.geo {
            geographic_code(check, code.value.as_str(), &code.place);
            if let Some(first) = seen.insert(code.to_ascii_uppercase(), &code.place) {
                let message = format!("`{}` leads to two endpoints", code.value);
                check.file(
                    Diagnostic::error("geo-overlap", &code.place, message)
                        .also(first, "the first one")
                        .help("a code may stand at one endpoint of a profile only"),
                );
            }
        }
        // Nobody else serves these users when the endpoint is down.
        if let Some(target) = endpoint.app.as_ref()
            && let (Some(_), Some(code)) = (target.as_entry::<App>(), endpoint.geo.first())
        {
            let help = "nest a profile with two endpoints or more: `profile: <key>`";
            let message = "geographic routing has no failover: users here depend on one app";
            check.warning("geo-no-failover", &code.place, message, help);
        }
    }
    let is_broken = check.is_broken(&profile.place, "endpoints");
    if !profile.endpoints.is_empty() && !seen.contains_key("WORLD") && !is_broken {
        let help = "give one endpoint the code `WORLD`";
        let message = "users from elsewhere get no answer";
        check.warning("no-fallback", &profile.place, message, help);
    }
}

fn geographic_code(check: &mut Check<'_>, code: &str, place: &Place) {
    let is_letters = |text: &str, lengths: &[usize]| {
        lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    let sound = match code.split_once('-') {
        _ if code == "WORLD" || GROUPS.contains(&code) => true,
        Some((country, part)) => DIVIDED.contains(&country) && is_letters(part, &[2, 3]),
        None => is_letters(code, &[2]),
    };
    if sound || code.is_empty() {
        return;
    }
    let upper = code.to_ascii_uppercase();
    let near = closest(&upper, GROUPS.iter().copied().chain(["WORLD"]));
    let help = match near {
        _ if upper != code && upper.len() == 2 => format!("codes are in capitals: `{upper}`"),
        Some(near) => format!("did you mean `{near}`?"),
        None => "codes are `WORLD`, groups such as `GEO-EU`, countries such as `DE`, and states \
                 such as `US-CA`"
            .to_owned(),
    };
    check.error("unknown-geo", place, format!("`{code}` is not a geographic code"), &help);
}
