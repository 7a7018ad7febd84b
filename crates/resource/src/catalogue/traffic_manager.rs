//! Traffic Manager: profiles and their endpoints.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.network/trafficmanagerprofiles>
//! and recorded traffic.

use super::stakes::{ENABLED, Scale, Stake, redundancy, serving};
use super::wholes::network;
use super::{
    ArrayKey, Handle, Likeness, Listing, Literal, Locality, Members, Monitor, NameAnswer,
    NameCheck, Ownership, Roles, Routing, TypeFacts, Typical, UniqueName, Update,
};
use crate::Service;

const VERSION: &str = "2022-04-01";

/// The probes decide it.
const MONITOR_STATUS: &str = "properties.endpointMonitorStatus";

const ENDPOINT: TypeFacts = TypeFacts {
    api_version: VERSION,
    // There is no list of endpoints: the profile's body holds them.
    listing: Listing::Parent,
    update: Update::PutOver,
    ownership: Ownership::Parent,
    volatile: &[MONITOR_STATUS],
    wholes: &[("properties.subnets[]", network)],
    traffic: &["properties"],
    stakes: &[redundancy("properties.endpointStatus", ENABLED, "Enabled")],
    gone: &[Stake::Redundancy],
    typical: Typical::AT_ONCE,
    ..TypeFacts::CHILD
};

/// Endpoints, and what the probes of a profile are.
/// Source: <https://learn.microsoft.com/azure/traffic-manager/traffic-manager-monitoring>.
const ENDPOINTS: Members = Members {
    array: "/properties/endpoints",
    switch: "/properties/profileStatus",
    member_switch: "/properties/endpointStatus",
    targets: &["/properties/targetResourceId", "/properties/target"],
    unprobed: "/properties/alwaysServe",
    health: "/properties/endpointMonitorStatus",
    healthy: "Online",
    monitor: Monitor {
        protocol: "/properties/monitorConfig/protocol",
        port: "/properties/monitorConfig/port",
        path: "/properties/monitorConfig/path",
        expected: "/properties/monitorConfig/expectedStatusCodeRanges",
        headers: "/properties/monitorConfig/customHeaders",
        member_headers: "/properties/customHeaders",
    },
};

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Network/trafficManagerProfiles",
        roles: Some(Roles::MemberThatAnswers),
        forgotten_after: Some("/properties/dnsConfig/ttl"),
        unique_name: Some(UniqueName {
            pointer: "/properties/dnsConfig/relativeName",
            below: Some(Service::TrafficManager),
            check: Some(NameCheck {
                path: "/providers/Microsoft.Network/checkTrafficManagerNameAvailabilityV2",
                api_version: VERSION,
                answer: NameAnswer::Member("nameAvailable"),
            }),
        }),
        locality: Locality::Global,
        api_version: VERSION,
        listing: Listing::Subscription,
        // PATCH refuses endpoints and a PUT without them deletes them: the profile and its
        // endpoints are one aggregate, written by one PUT.
        update: Update::PutOver,
        ownership: Ownership::Tags,
        answers: &[("fqdn", "/properties/dnsConfig/fqdn")],
        immutable: &[(
            "properties.dnsConfig.relativeName",
            "the DNS name of a profile is fixed at its creation",
        )],
        read_only: &["properties.dnsConfig.fqdn"],
        volatile: &[
            "properties.monitorConfig.profileMonitorStatus",
            "properties.endpoints[].properties.endpointMonitorStatus",
        ],
        // The kind of an endpoint is part of its name; the service answers endpoints sorted by
        // priority.
        arrays: &[("properties.endpoints", ArrayKey::Fields(&["type", "name"]))],
        wholes: &[("properties.endpoints[].properties.subnets[]", network)],
        defaults: &[
            ("properties.trafficViewEnrollmentStatus", Literal::Text("Disabled")),
            ("properties.endpoints[].properties.alwaysServe", Literal::Text("Disabled")),
        ],
        fresh: &[("properties.endpoints[].properties.weight", Literal::Number(1))],
        traffic: &["properties"],
        stakes: &[
            serving("properties.profileStatus", ENABLED, "Enabled"),
            redundancy("properties.endpoints", Scale::Members, ""),
            redundancy("properties.endpoints[].properties.endpointStatus", ENABLED, "Enabled"),
        ],
        handles: &[Handle {
            pointer: "/properties/dnsConfig/fqdn",
            holders: &["Microsoft.Network/dnsZones/CNAME"],
        }],
        routing: Some(Routing::Many(&ENDPOINTS)),
        // A part of a host name: a change of its case alone would show in the whole one.
        likeness: &[("properties.dnsConfig.relativeName", Likeness::Host)],
        typical: Typical::AT_ONCE,
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Network/trafficManagerProfiles/azureEndpoints",
        // The host and the region of the target; both follow `targetResourceId`.
        read_only: &["properties.target"],
        ..ENDPOINT
    },
    TypeFacts {
        resource_type: "Microsoft.Network/trafficManagerProfiles/externalEndpoints",
        ..ENDPOINT
    },
    TypeFacts {
        resource_type: "Microsoft.Network/trafficManagerProfiles/nestedEndpoints",
        read_only: &["properties.target"],
        ..ENDPOINT
    },
];
