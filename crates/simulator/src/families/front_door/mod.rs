//! `Microsoft.Cdn` and the firewall policies of Front Door.
//!
//! Statuses, headers, waits and defaults as observed in recorded traffic; what is refused follows
//! <https://learn.microsoft.com/azure/frontdoor/> and the published definitions.

mod certificates;
mod domains;
mod edge;
mod endpoints;
mod firewall;
mod groups;
mod origins;
mod private_link;
mod profiles;
mod routes;
mod rules;
mod secrets;
mod security;
mod within;

use serde_json::json;

use crate::families::network;
use crate::kind::family;
use crate::kind::family::{Family, Limit, Paths, Polled, Polling, in_progress};
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Form, Kind, Place, Put};

/// `Microsoft.Cdn`: created with 201, changed with 202.
const CDN: Kind = Kind {
    group_segment: "resourcegroups",
    put: Put {
        again: 202,
        form_again: Form::AsyncAndLocation,
        ..Put::long(201, 202, Form::Async, 30.0, 10)
    },
    patch: Some(Put::long(202, 202, Form::AsyncAndLocation, 30.0, 10)),
    delete: Delete::long(Form::AsyncAndLocation, 30.0, 10),
    place: Place::Word,
    ..Kind::GENERIC
};

/// What lies in a profile of Front Door: written while nothing else in the profile is.
const CHILD: Kind = Kind {
    place: Place::None,
    made: &["/deploymentStatus"],
    settle: |azure, draft| within::check_idle(azure, draft),
    after: edge::written,
    before_delete: |azure, stored| within::check_free(azure, &stored.id),
    after_delete: |azure, stored, _| edge::deleted(azure, stored),
    ..CDN
};

/// What the edge says of a resource: in nearly every recording that it has not begun.
const NOT_STARTED: &str = r#"{"properties": {"deploymentStatus": "NotStarted"}}"#;

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of Front Door.
pub(crate) static FAMILY: Family = Family {
    kinds: &[KINDS],
    shapes: Some(&SHAPES),
    polling: Polling {
        paths,
        running: in_progress,
        // Observed: an error is there although nothing has failed.
        shaped: |full| {
            let none = json!({"code": "None", "message": null});
            json!({"status": full["status"], "error": full.get("error").unwrap_or(&none)})
        },
        ..Polling::GENERAL
    },
    tags: family::Tags {
        most: 15,
        refuses: |name| name.contains(['#', ':']),
        ..family::Tags::GENERAL
    },
    suffixes: &[endpoints::SUFFIX],
    asks: profiles::ASKS,
    tick: |azure| {
        domains::look(azure);
        private_link::follow(azure);
        edge::probe(azure);
    },
    plane: edge::plane,
    host: edge::host,
    // Source: <https://github.com/Azure/azqr/issues/34>.
    limits: &[Limit {
        paths: &["microsoft.cdn/profiles"],
        reads: true,
        requests: 50.0,
        per_secs: 300.0,
    }],
    ..Family::new("Microsoft.Cdn/")
};

static FIREWALL_SHAPES: Shapes = Shapes::new(include_str!("firewall-shapes.json"));

/// What is known of the firewall's policies beside their type, which stands with the rest.
pub(crate) static FIREWALL: Family = Family {
    shapes: Some(&FIREWALL_SHAPES),
    listed_versions: network::LISTED_VERSIONS,
    ..Family::new("Microsoft.Network/frontdoorwebapplicationfirewallpolicies")
};

/// The result of an operation stands below `/profileresults/p/routeresults/r`.
fn paths(polled: &Polled<'_>) -> Paths {
    let base = polled.grouped().replacen("/resourceGroups/", "/resourcegroups/", 1);
    let statuses = format!("{base}/operationresults/{}", polled.name);
    let segments: Vec<&str> = polled.id.segments().collect();
    let provider = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers"));
    let own = provider.map_or(&[][..], |at| segments.get(at + 2..).unwrap_or_default());
    let own = own.chunks_exact(2).map(|pair| {
        let kind = pair[0].to_ascii_lowercase();
        format!("/{}results/{}", kind.trim_end_matches('s'), pair[1])
    });
    let results = format!("{statuses}{}", own.collect::<String>());
    Paths { statuses, results }
}

/// The types of Front Door, and the older ones of the same provider.
const KINDS: &[Kind] = &[
    profiles::KIND,
    endpoints::KIND,
    routes::KIND,
    groups::KIND,
    origins::KIND,
    rules::SETS,
    rules::KIND,
    domains::KIND,
    secrets::KIND,
    security::KIND,
    firewall::KIND,
    Kind { name: "Microsoft.Cdn/profiles/endpoints", place: Place::Word, ..CDN },
];
