//! `Microsoft.Cdn` and the firewall policies of Front Door: the protocol alone.
//!
//! Statuses, headers, waits and defaults as observed in recorded traffic; else bodies are stored as
//! sent.

use serde_json::Value;
use serde_json::json;

use crate::families::network;
use crate::kind::azure::Azure;
use crate::kind::family;
use crate::kind::family::{Family, Limit, Paths, Polled, Polling, in_progress};
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Form, Kind, Place, Put, Tags};
use crate::store::state::Stored;

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

const CDN_CHILD: Kind = Kind { place: Place::None, ..CDN };

/// Front Door has an ID and a time to wait for origins, the older CDN has neither.
fn view_profile(azure: &Azure, profile: &Stored, body: &mut Value) {
    let sku = body["sku"]["name"].as_str().unwrap_or_default();
    let is_front_door = sku.to_ascii_lowercase().ends_with("azurefrontdoor");
    body["kind"] = json!(if is_front_door { "frontdoor" } else { "cdn" });
    if is_front_door {
        body["properties"]["frontDoorId"] = json!(azure.uuid(profile.id.key()));
        if body["properties"]["originResponseTimeoutSeconds"].is_null() {
            body["properties"]["originResponseTimeoutSeconds"] = json!(30);
        }
    }
}

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

/// The types of Front Door.
const KINDS: &[Kind] = &[
    Kind {
        name: "Microsoft.Network/frontdoorwebapplicationfirewallpolicies",
        defaults: r#"{"sku": {"name": "Classic_AzureFrontDoor"}, "properties": {"resourceState": "Enabled", "frontendEndpointLinks": [], "routingRuleLinks": [], "securityPolicyLinks": [], "customRules": {"rules": []}, "managedRules": {"managedRuleSets": []}, "policySettings": {"requestBodyCheck": "Enabled", "redirectUrl": null, "customBlockResponseStatusCode": null, "customBlockResponseBody": null, "javascriptChallengeExpirationInMinutes": null, "logScrubbing": null}}}"#,
        group_segment: "resourcegroups",
        place: Place::Word,
        delete: Delete::direct(204),
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.Cdn/profiles",
        defaults: r#"{"properties": {"extendedProperties": {}, "resourceState": "Active"}}"#,
        view: view_profile,
        tags: Tags::Empty,
        ..CDN
    },
    Kind {
        name: "Microsoft.Cdn/profiles/afdendpoints",
        defaults: r#"{"properties": {"enabledState": "Enabled", "deploymentStatus": "NotStarted"}}"#,
        place: Place::Word,
        tags: Tags::Empty,
        ..CDN
    },
    Kind {
        name: "Microsoft.Cdn/profiles/afdendpoints/routes",
        defaults: r#"{"properties": {"enabledState": "Enabled", "originPath": null, "cacheConfiguration": null, "customDomains": [], "ruleSets": [], "deploymentStatus": "NotStarted"}}"#,
        ..CDN_CHILD
    },
    Kind {
        name: "Microsoft.Cdn/profiles/origingroups",
        defaults: r#"{"properties": {"sessionAffinityState": "Disabled", "healthProbeSettings": null, "loadBalancingSettings": {"additionalLatencyInMilliseconds": 0}, "trafficRestorationTimeToHealedOrNewEndpointsInMinutes": null, "deploymentStatus": "NotStarted"}}"#,
        put: Put { form: Form::Direct, ..CDN.put },
        ..CDN_CHILD
    },
    Kind {
        name: "Microsoft.Cdn/profiles/origingroups/origins",
        defaults: r#"{"properties": {"httpPort": 80, "httpsPort": 443, "enabledState": "Enabled", "enforceCertificateNameCheck": true, "priority": null, "weight": null, "originHostHeader": null, "sharedPrivateLinkResource": null, "deploymentStatus": "NotStarted"}}"#,
        ..CDN_CHILD
    },
    Kind {
        name: "Microsoft.Cdn/profiles/rulesets",
        defaults: r#"{"properties": {"deploymentStatus": "NotStarted"}}"#,
        put: Put { form: Form::Direct, ..CDN.put },
        delete: Delete::direct(200),
        ..CDN_CHILD
    },
    Kind {
        name: "Microsoft.Cdn/profiles/rulesets/rules",
        defaults: r#"{"properties": {"matchProcessingBehavior": "Continue", "order": 0, "deploymentStatus": "NotStarted"}}"#,
        ..CDN_CHILD
    },
    Kind { name: "Microsoft.Cdn/profiles/customdomains", ..CDN_CHILD },
    Kind {
        name: "Microsoft.Cdn/profiles/secrets",
        put: Put { form: Form::Direct, ..CDN.put },
        delete: Delete::direct(200),
        ..CDN_CHILD
    },
    Kind { name: "Microsoft.Cdn/profiles/securitypolicies", ..CDN_CHILD },
    Kind { name: "Microsoft.Cdn/profiles/endpoints", place: Place::Word, ..CDN },
];
