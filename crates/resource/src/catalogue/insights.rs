//! Azure Monitor: autoscale, alerts, components, web tests and diagnostic settings.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.insights/autoscalesettings> and
//! recorded traffic.

use super::{Listing, Ownership, TypeFacts, Update};

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Insights/autoscalesettings",
        api_version: "2022-10-01",
        listing: Listing::Subscription,
        update: Update::PutOver,
        immutable: &[
            ("location", "a setting cannot move to another region"),
            ("properties.targetResourceUri", "a setting scales one resource"),
        ],
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Insights/components",
        api_version: "2020-02-02",
        listing: Listing::Subscription,
        update: Update::PutOver,
        holds_data: Some("the telemetry of the component"),
        immutable: &[
            ("location", "a component cannot move to another region"),
            ("kind", "the kind of a component is fixed at its creation"),
            ("properties.Application_Type", "the kind of a component is fixed at its creation"),
        ],
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Insights/webtests",
        api_version: "2022-06-15",
        listing: Listing::Subscription,
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Insights/metricAlerts",
        api_version: "2018-03-01",
        listing: Listing::Subscription,
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Insights/actionGroups",
        api_version: "2023-01-01",
        listing: Listing::Subscription,
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Insights/diagnosticSettings",
        api_version: "2021-05-01-preview",
        listing: Listing::Get,
        ownership: Ownership::Parent,
        ..TypeFacts::GENERIC
    },
];
