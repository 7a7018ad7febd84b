//! Azure Monitor: autoscale, alerts, components, web tests and diagnostic settings.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.insights/autoscalesettings> and
//! recorded traffic.

use std::collections::BTreeSet;

use serde_json::Value;

use super::stakes::{OFF, ON, Scale, Stake, cost, redundancy, security};
use super::{Additions, ArrayKey, Collective, Listing, Locality, Ownership, TypeFacts, Update};
use crate::ResourceId;

const TOP: TypeFacts =
    TypeFacts { listing: Listing::Subscription, update: Update::PutOver, ..TypeFacts::GENERIC };

/// Returns what a setting scales.
fn target(_: &ResourceId, body: &Value) -> BTreeSet<String> {
    let target = body.pointer("/properties/targetResourceUri").and_then(Value::as_str);
    target.map(str::to_ascii_lowercase).into_iter().collect()
}

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Insights/autoscalesettings",
        api_version: "2022-10-01",
        // Source: <https://learn.microsoft.com/azure/azure-monitor/autoscale/autoscale-understanding-settings>:
        // one resource has one setting.
        claims: Some(target),
        immutable: &[
            ("location", "a setting cannot move to another region"),
            ("properties.targetResourceUri", "a setting scales one resource"),
        ],
        stakes: &[
            redundancy("properties.enabled", ON, "true"),
            redundancy("properties.profiles[].capacity.minimum", Scale::Number, ""),
            redundancy("properties.profiles[].capacity.default", Scale::Number, ""),
            cost("properties.profiles[].capacity.minimum", Scale::Number),
            cost("properties.profiles[].capacity.maximum", Scale::Number),
        ],
        gone: &[Stake::Redundancy],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Insights/components",
        api_version: "2020-02-02",
        holds_data: Some("the telemetry of the component"),
        immutable: &[
            ("location", "a component cannot move to another region"),
            ("kind", "the kind of a component is fixed at its creation"),
            ("properties.Application_Type", "the kind of a component is fixed at its creation"),
        ],
        read_only: &[
            "properties.AppId",
            "properties.ApplicationId",
            "properties.Name",
            "properties.CreationDate",
            "properties.InstrumentationKey",
            "properties.ConnectionString",
            "properties.TenantId",
            "properties.PrivateLinkScopedResources",
        ],
        volatile: &["properties.LaMigrationDate"],
        stakes: &[security("properties.DisableIpMasking", OFF, "false")],
        ..TOP
    },
    TypeFacts { resource_type: "Microsoft.Insights/webtests", api_version: "2022-06-15", ..TOP },
    TypeFacts {
        resource_type: "Microsoft.Insights/metricAlerts",
        locality: Locality::Global,
        api_version: "2018-03-01",
        read_only: &["properties.isMigrated", "properties.lastUpdatedTime"],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Insights/activityLogAlerts",
        locality: Locality::Global,
        api_version: "2020-10-01",
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Insights/scheduledQueryRules",
        api_version: "2021-08-01",
        read_only: &["properties.createdWithApiVersion", "properties.isLegacyLogAnalyticsRule"],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Insights/actionGroups",
        locality: Locality::Global,
        api_version: "2023-01-01",
        read_only: &["properties.emailReceivers[].status", "properties.smsReceivers[].status"],
        ..TOP
    },
    TypeFacts {
        resource_type: "Microsoft.Insights/diagnosticSettings",
        locality: Locality::Unplaced,
        api_version: "2021-05-01-preview",
        listing: Listing::Get,
        ownership: Ownership::Parent,
        immutable: &[],
        // A setting is where its resource is, or `global`.
        read_only: &["location"],
        arrays: &[
            ("properties.logs", ArrayKey::Fields(&["category"])),
            ("properties.metrics", ArrayKey::Fields(&["category"])),
        ],
        // Categories that nobody asked for are answered as switched off.
        additions: &[
            Additions { path: "properties.logs", is_service_made: is_off },
            Additions { path: "properties.metrics", is_service_made: is_off },
        ],
        // Some providers answer the categories that it stands for in its place.
        collectives: &[Collective {
            path: "properties.metrics",
            stands_for_all: |member| member["category"] == "AllMetrics",
        }],
        ..TOP
    },
];

fn is_off(category: &Value) -> bool {
    category["enabled"] == Value::Bool(false)
}
