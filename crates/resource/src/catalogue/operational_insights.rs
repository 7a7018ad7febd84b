//! Log Analytics.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.operationalinsights/workspaces>
//! and recorded traffic.

use super::stakes::{ON, Scale, cost, redundancy};
use super::{Alias, Listing, Literal, TypeFacts, Update};

const VERSION: &str = "2025-07-01";

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.OperationalInsights/workspaces",
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::Patch,
        holds_data: Some("all logs of the workspace"),
        read_only: &[
            "properties.customerId",
            "properties.createdDate",
            "properties.source",
            "properties.sku.lastSkuUpdate",
            "properties.privateLinkScopedResources",
        ],
        volatile: &[
            "properties.modifiedDate",
            "properties.workspaceCapping.quotaNextResetTime",
            "properties.workspaceCapping.dataIngestionStatus",
        ],
        stakes: &[
            redundancy("properties.replication.enabled", ON, "false"),
            cost("properties.workspaceCapping.dailyQuotaGb", Scale::Number),
            cost("properties.retentionInDays", Scale::Number),
        ],
        // The old price by workspace is the new one by gigabyte.
        aliases: &[Alias {
            path: "properties.sku.name",
            sent: "Standalone",
            returned: "PerGB2018",
        }],
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.OperationalInsights/workspaces/tables",
        api_version: "2025-07-01",
        listing: Listing::InParent("tables"),
        holds_data: Some("all rows of the table"),
        // -1 asks for the retention of the workspace.
        open: &[
            ("properties.retentionInDays", Literal::Number(-1)),
            ("properties.totalRetentionInDays", Literal::Number(-1)),
        ],
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.OperationalInsights/workspaces/savedSearches",
        api_version: "2025-07-01",
        listing: Listing::InParent("savedSearches"),
        ..TypeFacts::CHILD
    },
];
