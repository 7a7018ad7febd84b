//! `Microsoft.Cdn` and the firewall policies of Front Door: the protocol alone.
//!
//! Statuses, headers, waits and defaults as observed in recorded traffic; else bodies are stored as
//! sent.

use serde_json::Value;
use serde_json::json;

use crate::kind::azure::Azure;
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

/// The types of Front Door.
pub(crate) const KINDS: &[Kind] = &[
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
